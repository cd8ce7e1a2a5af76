"""The table of footprints, and the citation of scenes."""

from __future__ import annotations

from datetime import datetime, timezone

from dinamis_plugin.domain.credit import Credit, citation
from dinamis_plugin.domain.footprint_table import COVERAGE, Kind, kinds, row
from dinamis_plugin.domain.scene import Scene

SIGNED = "http://h/ms.tif?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=a&X-Amz-Signature=feed"


def scene(number=1, collection="pleiades", **properties):
    return Scene.from_stac(
        {
            "id": f"S{number}",
            "collection": collection,
            "geometry": {"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1], [0, 1], [0, 0]]]},
            "properties": {
                "datetime": f"2026-01-0{number}T10:40:00Z",
                "title": f"Scene {number}",
                "dinamis:mission": "PLEIADES",
                "eo:cloud_cover": 12.5,
                **properties,
            },
            "assets": {"ms": {"href": SIGNED, "type": "image/tiff; application=geotiff"}},
        }
    )


def test_values_have_the_types_of_their_columns():
    types = {Kind.TEXT: str, Kind.REAL: (int, float), Kind.MOMENT: datetime, Kind.FLAG: bool}
    values = row(scene(), {("pleiades", "S1"): 0.34567})
    assert list(values) == list(kinds())
    for name, value in values.items():
        assert value is None or isinstance(value, types[kinds()[name]]), name
    assert values["sensor"] == "Pléiades"
    assert values["datetime"] == datetime(2026, 1, 1, 10, 40, tzinfo=timezone.utc)
    assert values[COVERAGE] == 34.57
    assert values["incidence_angle"] is None
    assert row(scene(), {})[COVERAGE] is None


def test_no_signature_is_in_the_table():
    assert row(scene(), {})["image"] == "http://h/ms.tif"


def test_a_citation_names_makers_and_licence_once_for_each_collection():
    credit = Credit("© CNES / Airbus DS", "etalab-2.0", "", "http://h/licence", "Pléiades")
    text = citation([scene(2), scene(1), scene(3, "spot")], {"pleiades": credit}, "licence:")
    first, second = text.strip().split("\n\n")
    assert first.splitlines() == [
        "© CNES / Airbus DS. Pléiades. licence: etalab-2.0 <http://h/licence>.",
        "- Scene 1 (2026-01-01), S1",
        "- Scene 2 (2026-01-02), S2",
    ]
    assert second.splitlines()[0] == "spot."
