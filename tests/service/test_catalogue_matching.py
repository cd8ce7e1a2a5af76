"""What is already held is not offered for order, whatever it is called (CAT-35)."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from dinamis_service.catalogue import collections
from dinamis_service.catalogue.engine import Item, SearchRequest
from dinamis_service.catalogue.matching import acquisition_of_item, acquisition_of_name
from dinamis_service.catalogue.orderable_view import (
    HELD_AS,
    hidden_orderables,
    is_orderable,
    put_items,
    reconciled,
)
from dinamis_service.catalogue.sqlite import SqliteCatalogue
from dinamis_service.cli import main

HERE = (3.80, 43.55, 4.05, 43.72)
CUT = (3.85, 43.58, 3.95, 43.65)
"""A delivered part of HERE."""
SOUTH = (3.80, 43.39, 4.05, 43.56)
"""The next segment of the same strip, which overlaps HERE a little."""
AWAY = (5.10, 43.55, 5.35, 43.72)


def item(
    name: str, platform: str = "", moment: str = "", box: Any = HERE, kind: str = "", **more: Any
) -> Item:
    """An item as a supplier describes it; an empty moment is one that only the name tells."""
    properties = {"platform": platform or None, "datetime": moment or "2030-01-01T00:00:00Z", **more}
    if kind:
        properties["dinamis:product_type"] = kind
        properties["dinamis:mission"] = "PLEIADES"
    if kind == "orderable":
        properties["order:status"] = "orderable"
    return {
        "type": "Feature",
        "stac_version": "1.0.0",
        "id": name,
        "collection": "pleiades",
        "geometry": shapely.geometry.mapping(shapely.box(*box)),
        "bbox": list(box),
        "properties": {key: value for key, value in properties.items() if value is not None},
        "assets": {},
        "links": [],
    }


DS_A = "DS_PHR1A_201806161040123_FR1_PX_E003N43_0712_01654"
DS_B = "DS_PHR1B_201308051042194_FR1_PX_E005N44_0212_01728"
DS_S6 = "DS_SPOT6_201409021042225_FR1_FR1_FR1_FR1_E003N43_01871"
DS_S7 = "DS_SPOT7_201806191033345_FR1_FR1_SV1_SV1_E003N43_01790"
DS_N3 = "DS_PNEO3_202111071029126_FR1_PX_E005N43_0411_00988"
SWH2 = "008-012_S2_693-381-0_2007-02-10-14-19-06_HRV-2_X_DT_GU"
LINES1 = "DS_PHR1B_201812261048554_FR1_PX_00001_00800"
LINES2 = "DS_PHR1B_201812261048554_FR1_PX_00801_01600"

SAME = [
    (item(DS_A), item("IMG_PHR1A_PMS_201806161040123_ORT_1234567101-001_R1C1", box=CUT)),
    (item(DS_A), item("IMG_PHR1A_P_201806161040123_SEN_690908101-001")),
    (item(DS_A), item("DIM_PHR1A_MS_201806161040123_ORT_C0000000058870")),
    (item(DS_A), item("PHR1A_acq20180616_104012_del0a1b2c", "PHR-1A")),
    (item(DS_A), item("PHR1A_acq20180616T104012Z_del0a1b2c")),
    (item(DS_A), item("7d1c1a2e-0c0e-4a51-9d55-000000000001", "PHR1A", "2018-06-16T10:40:12.3Z")),
    (item(DS_A), item("7d1c1a2e-0c0e-4a51-9d55-000000000002", "pleiades-1a", "2018-06-16T10:40:12.350Z")),
    (item(DS_A), item("7d1c1a2e-0c0e-4a51-9d55-000000000003", "Pléiades 1A", "2018-06-16T10:40:12Z")),
    (item(DS_A), item("STRIP_DS_PHR1A_201806161040123_FR1_PX_E003N43_0712_01654_DIM")),
    (item(DS_A), item("scene-17", "PHR1A", sourceIdentifier=DS_A)),
    (item(DS_A), item("scene-18", "PHR1A", "2018-06-16T10:40:20Z", acquisitionIdentifier=DS_A)),
    (item(DS_A), item("SO18034609-55-01_DS_PHR1A_201806161040123_FR1_PX_E003N43_0712_01654", box=CUT)),
    (item(DS_B), item("IMG_PHR1B_P_201308051042194_SEN_690908101-001")),
    (item(DS_B), item("IMG_PHR1B_MS_201308051042194_SEN_690908101-004")),
    (item(DS_B), item("PLEIADES-1B 2013-08-05T10:42:19.4Z")),
    (item(DS_B), item("pleiades_1b_20130805_104219")),
    (item(LINES1), item("IMG_PHR1B_PMS_201812261048554_ORT_C1", box=CUT)),
    (item(LINES1), item("STRIP_" + LINES1)),
    (item(DS_S6), item("IMG_SPOT6_PMS_201409021042225_ORT_1114072101_R1C2")),
    (item(DS_S6), item("DIM_SPOT6_PMS_201409021042225_ORT_1114072101", box=CUT)),
    (item(DS_S6), item("SPOT 6 2014-09-02 10:42:22")),
    (item(DS_S6), item("x1", "SPOT 6", "2014-09-02T10:42:22.53Z")),
    (item(DS_S6), item("SPOT6_20140902_104222_MS")),
    (item(DS_S7), item("IMG_SPOT7_P_201806191033345_SEN_AKWOI-00082762")),
    (item(DS_S7), item("a0", "spot-7", "2018-06-19T10:33:34.500000Z")),
    (item(DS_N3), item("IMG_PNEO3_202111071029126_PAN_SEN_PWOI_000251471_1_1_F_1_P_R1C1")),
    (item(DS_N3), item("DIM_PNEO3_202111071029126_MS-FS_ORT_PWOI_000251471")),
    (item(DS_N3), item("ACQ_PNEO3_00816400750988", "PNEO3", "2021-11-07T10:29:12.6Z")),
    (
        item("ACQ_PNEO3_00816400750988", "PNEO3", "2021-11-07T10:29:12.6Z"),
        item("n3", "Pleiades Neo 3", "2021-11-07T10:29:12.600Z", title="ACQ_PNEO3_00816400750988"),
    ),
    (item(SWH2), item("2 693-381 07/02/10 14:19:06 2 X")),
    (item(SWH2), item("swh", "SPOT 2", "2007-02-10T14:19:06Z")),
    (item(SWH2), item("SPOT2_20070210_141906")),
    (item(DS_A + "_STEREO"), item("IMG_PHR1A_P_201806161040123_SEN_1-STE-001", acquisitionMode="STEREO")),
]
OTHER = [
    # another segment of the strip: the same moment, other ground or other lines
    (item(DS_A), item("IMG_PHR1A_PMS_201806161040123_ORT_1", box=SOUTH)),
    (item(LINES1), item(LINES2)),
    (item(LINES1), item(LINES2, box=SOUTH)),
    (item(DS_B), item("IMG_PHR1B_P_201308051042194_SEN_690908101-001", box=SOUTH)),
    (item(DS_S6), item("IMG_SPOT6_PMS_201409021042225_ORT_1", box=SOUTH)),
    (item(DS_S7), item("b1", "SPOT7", "2018-06-19T10:33:34.5Z", box=SOUTH)),
    (item(DS_N3), item("IMG_PNEO3_202111071029126_PAN_SEN_1", box=AWAY)),
    (item(SWH2), item(SWH2.replace("693-381-0", "693-382-0"))),
    (item(SWH2), item(SWH2.replace("693-381-0", "693-381-4"))),
    # one second apart
    (item(DS_A), item("IMG_PHR1A_PMS_201806161040133_ORT_1")),
    (item(DS_A), item("c1", "PHR1A", "2018-06-16T10:40:13Z")),
    (item(DS_A), item("c2", "PHR1A", "2018-06-16T10:40:11Z")),
    (item(DS_A), item("c3", "PHR1A", "2018-06-16T10:40:13.3Z")),
    (item(DS_A), item("c4", "PHR1A", "2018-06-16T10:40:11.3Z")),
    (item(DS_B), item("IMG_PHR1B_P_201308051042204_SEN_690908101-001")),
    (item(DS_B), item("IMG_PHR1B_P_201308051042184_SEN_690908101-001")),
    (item(DS_S6), item("DS_SPOT6_201409021042235_FR1_FR1_FR1_FR1_E003N43_01871")),
    (item(DS_S6), item("SPOT6_20140902_104223")),
    (item(DS_S7), item("IMG_SPOT7_P_201806191033355_SEN_1")),
    (item(DS_N3), item("IMG_PNEO3_202111071029136_PAN_SEN_1")),
    (item(SWH2), item(SWH2.replace("14-19-06", "14-19-07"))),
    (item("d1", "PHR1A", "2018-06-16T10:40:12Z"), item("d2", "PHR1A", "2018-06-16T10:40:13Z")),
    # the other image of the pair; mono and stereo
    (item(DS_B), item("IMG_PHR1B_P_201308051042523_SEN_690908101-002")),
    (item(DS_A), item(DS_A + "_STEREO")),
    (item(DS_A), item("e1", "PHR1A", "2018-06-16T10:40:12.3Z", acquisitionMode="STEREO")),
    (item(DS_A), item(DS_A, **{"dinamis:acquisition_mode": "TRISTEREO"})),
    (item(DS_A + "_STEREO"), item("IMG_PHR1A_P_201806161040123_SEN_1-TRI-002")),
    (item(DS_N3), item("IMG_PNEO3_202111071029126_PAN_SEN_STE_1")),
    # another satellite, instrument, number or spectral mode
    (item(DS_A), item(DS_A.replace("PHR1A", "PHR1B"))),
    (item(DS_S6), item(DS_S6.replace("SPOT6", "SPOT7"))),
    (item(SWH2), item(SWH2.replace("HRV-2", "HRV-1"))),
    (item(SWH2), item(SWH2.replace("_X_", "_P_"))),
    (
        item("ACQ_PNEO3_00816400750988", "PNEO3", "2021-11-07T10:29:12.6Z"),
        item("ACQ_PNEO3_00816400750989", "PNEO3", "2021-11-07T10:29:12.6Z"),
    ),
    # too little is said
    (item("PHR1A_20180616", "PHR1A", "2018-06-16T00:00:00Z"), item(DS_A)),
    (item("DS_PHR1A_201806161040", "PHR1A"), item(DS_A)),
    (item("g1", "PHR1A", "2018-06-16T00:00:00Z"), item("g2", "PHR1A", "2018-06-16T00:00:00Z")),
    (item("f1", "", "2018-06-16T10:40:12.3Z"), item(DS_A)),
]


def told(one: Item, other: Item) -> bool:
    """Whether the rule takes both for one acquisition, asked either way."""
    first, second = acquisition_of_item(one), acquisition_of_item(other)
    assert first.is_same(second) == second.is_same(first)
    return first.is_same(second)


def test_precision_and_recall():
    found = [pair for pair in SAME if told(*pair)]
    wrong = [pair for pair in OTHER if told(*pair)]
    precision = len(found) / (len(found) + len(wrong))
    recall = len(found) / len(SAME)
    print(f"{len(SAME)} pairs of one acquisition, {len(OTHER)} near misses")
    print(f"precision {precision:.3f}, recall {recall:.3f}")
    for one, other in [pair for pair in SAME if not told(*pair)] + wrong:
        print(f"  {one['id']} / {other['id']}")
    assert len(SAME) + len(OTHER) >= 50
    assert precision == 1.0
    assert recall >= 0.95


@pytest.mark.parametrize(
    ("name", "platform", "moment"),
    [
        (DS_A, "PHR1A", "2018-06-16T10:40:12.300000+00:00"),
        ("IMG_PNEO3_202111071029126_PAN_SEN", "PNEO3", "2021-11-07T10:29:12.600000+00:00"),
        (SWH2, "SPOT2", "2007-02-10T14:19:06+00:00"),
        ("5 051-264/0 86/03/25 10:58:21 2 J", "SPOT5", "1986-03-25T10:58:21+00:00"),
    ],
)
def test_names_are_read(name: str, platform: str, moment: str):
    found = acquisition_of_name(name)
    assert found.platform == platform
    assert found.named is not None
    assert found.named.at.isoformat() == moment


@given(st.text(max_size=80))
def test_any_name_is_read(name: str):
    assert acquisition_of_name(name).mode in ("mono", "stereo", "tristereo")


@settings(max_examples=200)
@given(
    st.datetimes(datetime(2012, 1, 1), datetime(2090, 1, 1)),  # noqa: DTZ001 - as hypothesis asks
    st.integers(-40, 40),
    st.integers(0, 1),
)
def test_never_same_when_a_second_or_more_apart(at: Any, tenths: int, coarse: int):
    """Whatever the grain of both moments."""
    first = at.replace(microsecond=at.microsecond // 100_000 * 100_000)
    second = first + timedelta(seconds=tenths / 10)
    name = f"DS_PHR1A_{first:%Y%m%d%H%M%S}{first.microsecond // 100_000}_FR1_PX_E003N43_0712_01654"
    written = f"{second:%Y-%m-%dT%H:%M:%S}" + ("Z" if coarse else f".{second.microsecond // 100_000}Z")
    same = told(item(name), item("x", "PHR1A", written))
    if abs(tenths) >= 10:
        assert not same
    if tenths == 0:
        assert same


@pytest.fixture
def catalogue(tmp_path: Path):
    opened = SqliteCatalogue(tmp_path / "catalogue.sqlite")
    collections.install(opened)
    yield opened
    opened.close()


MOMENT = "2018-06-16T10:40:12.300Z"


def archive(name: str = DS_A, **more: Any) -> Item:
    return item(name, "PHR1A", MOMENT, kind="orderable", **more)


def product(name: str = "IMG_PHR1A_PMS_201806161040123_ORT_1", **more: Any) -> Item:
    return item(name, "PHR1A", MOMENT, kind="downloadable", **more)


def orderable(catalogue: SqliteCatalogue) -> list[str]:
    wanted = {"op": "=", "args": [{"property": "dinamis:product_type"}, "orderable"]}
    return sorted(one["id"] for one in catalogue.search(SearchRequest(filter=wanted, limit=100)).items)


def test_the_twin_of_a_new_product_leaves_the_orderable_view(catalogue: SqliteCatalogue):
    catalogue.upsert([archive(), archive(DS_A + "_STEREO"), archive(DS_A.replace("0123_", "0133_"))])
    put_items(catalogue, [product()])
    assert orderable(catalogue) == sorted([DS_A + "_STEREO", DS_A.replace("0123_", "0133_")])
    twin = catalogue.get("pleiades", DS_A)
    assert twin is not None
    assert twin["properties"][HELD_AS] == f"pleiades/{product()['id']}"


def test_an_archive_that_comes_later_is_not_offered(catalogue: SqliteCatalogue):
    put_items(catalogue, [product()])
    put_items(catalogue, [archive()])
    assert orderable(catalogue) == []


def test_both_may_come_together(catalogue: SqliteCatalogue):
    put_items(catalogue, [archive(), product()])
    assert orderable(catalogue) == []


@pytest.mark.parametrize("turn", [1, -1])
def test_both_may_come_far_apart_in_one_stream(catalogue: SqliteCatalogue, turn: int):
    others = [
        item(f"OTHER-{number}", "PHR1A", MOMENT, kind="other", box=(20, 20, 21, 21)) for number in range(1100)
    ]
    assert put_items(catalogue, [archive(), *others, product()][::turn]) == 1103
    assert orderable(catalogue) == []


def test_what_is_held_in_part_can_still_be_ordered(catalogue: SqliteCatalogue):
    catalogue.upsert([archive()])
    put_items(catalogue, [product(box=CUT)])
    assert orderable(catalogue) == [DS_A]


def test_parts_add_up(catalogue: SqliteCatalogue):
    west, south, east, north = HERE
    middle = (west + east) / 2
    catalogue.upsert([archive()])
    put_items(catalogue, [product("IMG_PHR1A_PMS_201806161040123_W", box=(west, south, middle, north))])
    assert orderable(catalogue) == [DS_A]
    right = product("IMG_PHR1A_PMS_201806161040123_E", box=(middle, south, east, north))
    assert [one["id"] for one in hidden_orderables(catalogue, right)] == [DS_A]
    put_items(catalogue, [right])
    assert orderable(catalogue) == []


def test_the_same_item_delivered_is_itself(catalogue: SqliteCatalogue):
    catalogue.upsert([archive()])
    delivered = product(DS_A)
    assert reconciled(catalogue, [delivered]) == [delivered]
    put_items(catalogue, [delivered])
    assert orderable(catalogue) == []
    assert is_orderable(archive())


def test_ingested_documents_are_reconciled(tmp_path: Path):
    """Through the command that puts STAC items in: the archive first, then the product."""
    data = tmp_path / "data"
    for name, one in (("archive", archive()), ("product", product())):
        path = tmp_path / f"{name}.json"
        path.write_text(json.dumps(one), encoding="utf-8")
        assert main(["ingest", str(path), "--data-dir", str(data)]) == 0
    opened = SqliteCatalogue(data / "catalogue.sqlite")
    assert opened.count() == 2
    assert orderable(opened) == []
    opened.close()


def test_many_are_reconciled_at_once(catalogue: SqliteCatalogue):
    """A supplier's archive against what is held: none hidden but the twins."""
    names = [f"DS_PHR1A_20180616104{second:03d}3_FR1_PX_E003N43_0712_01654" for second in range(0, 60, 2)]
    held = [item(f"IMG_{name[3:24]}_ORT", "PHR1A", when(name), kind="downloadable") for name in names[::3]]
    put_items(catalogue, held)
    offered = [item(name, "PHR1A", when(name), kind="orderable") for name in names]
    put_items(catalogue, offered)
    assert orderable(catalogue) == sorted(set(names) - set(names[::3]))


def when(name: str) -> str:
    """Moment of a name as `datetime` says it."""
    found = acquisition_of_name(name).named
    assert found is not None
    return found.at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
