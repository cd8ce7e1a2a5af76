"""Items of any provider become scenes, or are refused cleanly."""

from __future__ import annotations

import copy
import json
from dataclasses import replace
from datetime import datetime, timezone

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from shapely.geometry import Point, box
from shapely.wkb import loads

from dinamis_plugin.domain.errors import BadAnswerError
from dinamis_plugin.domain.layer_source import LayerIdentity
from dinamis_plugin.domain.scene import Scene
from dinamis_plugin.domain.search import ProductType

COG = "image/tiff; application=geotiff; profile=cloud-optimized"
ITEM = {
    "type": "Feature",
    "stac_version": "1.0.0",
    "id": "PHR1A_20240611T104512",
    "collection": "pleiades",
    "geometry": {
        "type": "Polygon",
        "coordinates": [[[3.8, 43.5], [4.0, 43.5], [4.0, 43.7], [3.8, 43.7], [3.8, 43.5]]],
    },
    "bbox": [3.8, 43.5, 4.0, 43.7],
    "properties": {
        "datetime": "2024-06-11T10:45:12Z",
        "title": "Pléiades 1A, Montpellier",
        "platform": "PHR1A",
        "gsd": 0.5,
        "dinamis:mission": "PLEIADES",
        "dinamis:product_type": "downloadable",
        "dinamis:synthetic": True,
        "eo:cloud_cover": 3.5,
        "view:incidence_angle": 12.25,
    },
    "assets": {
        "pan": {"href": "http://h.example/o/pan.tif", "type": COG, "roles": ["data"], "title": "Pan"},
        "ms": {
            "href": "http://h.example/o/ms.tif",
            "type": COG,
            "roles": ["data"],
            "title": "MS",
            "proj:epsg": 2154,
            "proj:shape": [1000, 1200],
            "proj:transform": [2.0, 0.0, 770000.0, 0.0, -2.0, 6280000.0],
            "raster:bands": [{"data_type": "uint16", "nodata": 0, "spatial_resolution": 2.0}] * 4,
            "file:size": 123456,
        },
        "thumbnail": {"href": "http://h.example/o/t.png", "type": "image/png", "roles": ["thumbnail"]},
    },
}


def item(**properties):
    changed = copy.deepcopy(ITEM)
    for key, value in properties.items():
        changed["properties"][key.replace("__", ":")] = value
    return changed


def test_an_item_of_the_contract_is_read_whole():
    scene = Scene.from_stac(ITEM)
    assert scene.acquired == datetime(2024, 6, 11, 10, 45, 12, tzinfo=timezone.utc)
    assert (scene.cloud, scene.incidence, scene.gsd) == (3.5, 12.25, 0.5)
    assert (scene.mission, scene.platform, scene.sensor) == ("PLEIADES", "PHR1A", "PLEIADES")
    assert scene.product_type is ProductType.DOWNLOADABLE
    assert scene.is_downloadable
    assert not scene.is_orderable
    assert scene.synthetic
    assert not scene.open_data
    assert scene.thumbnail_href.endswith("t.png")
    assert scene.footprint.equals(box(3.8, 43.5, 4.0, 43.7))
    ms = scene.preferred_asset()
    assert (ms.key, ms.epsg, ms.shape, ms.band_count, ms.data_type, ms.nodata) == (
        "ms",
        2154,
        (1000, 1200),
        4,
        "uint16",
        0.0,
    )
    assert (ms.resolution_m, ms.size_bytes) == (2.0, 123456)
    assert [asset.key for asset in scene.images] == ["pan", "ms"]
    assert len({scene, Scene.from_stac(ITEM)}) == 1


def test_natural_colours_come_before_multispectral_before_panchromatic():
    changed = copy.deepcopy(ITEM)
    changed["assets"]["visual"] = {**ITEM["assets"]["ms"], "href": "http://h.example/o/v.tif"}
    assert Scene.from_stac(changed).preferred_asset().key == "visual"
    del changed["assets"]["visual"]
    del changed["assets"]["ms"]
    assert Scene.from_stac(changed).preferred_asset().key == "pan"
    changed["assets"] = {"folder/b.tif": changed["assets"]["pan"]}
    assert Scene.from_stac(changed).preferred_asset().key == "folder/b.tif"
    changed["assets"] = {}
    assert Scene.from_stac(changed).preferred_asset() is None
    assert not Scene.from_stac(changed).is_downloadable


def test_an_orderable_item_cannot_be_downloaded():
    scene = Scene.from_stac(item(dinamis__product_type="orderable", order__status="orderable"))
    assert scene.is_orderable
    assert not scene.is_downloadable
    other = item(order__status="orderable")
    del other["properties"]["dinamis:product_type"]
    assert Scene.from_stac(other).is_orderable


@pytest.mark.parametrize(
    ("written", "platform", "mission", "sensor"),
    [
        ("PHR-1A", "PHR1A", "PLEIADES", "PLEIADES"),
        ("pleiades-1a", "PHR1A", "PLEIADES", "PLEIADES"),
        ("Pléiades Neo 3".replace("é", "e"), "PNEO3", "PLEIADES NEO", "PNEO"),
        ("PNEO4", "PNEO4", "PLEIADES NEO", "PNEO"),
        ("SPOT 4", "SPOT4", "SPOT 4", ""),
        ("spot-7", "SPOT7", "SPOT 6/7", "SPOT"),
        ("sentinel-2a", "S2A", "SENTINEL 2", ""),
        ("Landsat 8", "LANDSAT8", "", ""),
        (None, "", "", ""),
    ],
)
def test_platforms_of_all_providers_have_one_spelling(written, platform, mission, sensor):
    changed = item(platform=written)
    del changed["properties"]["dinamis:mission"]
    scene = Scene.from_stac(changed)
    assert (scene.platform, scene.mission, scene.sensor) == (platform, mission, sensor)


@pytest.mark.parametrize(
    ("times", "acquired"),
    [
        ({"datetime": "2024-06-11T10:45:12"}, datetime(2024, 6, 11, 10, 45, 12, tzinfo=timezone.utc)),
        ({"datetime": "2024-06-11T12:45:12+02:00"}, datetime(2024, 6, 11, 10, 45, 12, tzinfo=timezone.utc)),
        ({"datetime": "2024-06-11"}, datetime(2024, 6, 11, tzinfo=timezone.utc)),
        (
            {"datetime": "2024-06-11T10:45:12.1234567Z"},
            datetime(2024, 6, 11, 10, 45, 12, 123456, tzinfo=timezone.utc),
        ),
        (
            {
                "datetime": None,
                "start_datetime": "2007-02-10T14:19:06Z",
                "end_datetime": "2007-02-10T14:19:09Z",
            },
            datetime(2007, 2, 10, 14, 19, 6, tzinfo=timezone.utc),
        ),
        # A provider that writes the time of processing: it lies after the end of the acquisition.
        (
            {
                "datetime": "2025-04-28T14:58:43Z",
                "start_datetime": "2007-02-10T14:19:06Z",
                "end_datetime": "2007-02-10T14:19:06Z",
            },
            datetime(2007, 2, 10, 14, 19, 6, tzinfo=timezone.utc),
        ),
        (
            {
                "datetime": "2007-02-10T14:19:08Z",
                "start_datetime": "2007-02-10T14:19:06Z",
                "end_datetime": "2007-02-10T14:19:10Z",
            },
            datetime(2007, 2, 10, 14, 19, 8, tzinfo=timezone.utc),
        ),
    ],
)
def test_the_time_of_acquisition_is_found(times, acquired):
    assert Scene.from_stac(item(**times)).acquired == acquired


@pytest.mark.parametrize("moment", [None, "yesterday", 20240611, "2024-13-45T00:00:00Z"])
def test_without_a_time_there_is_no_scene(moment):
    with pytest.raises(BadAnswerError):
        Scene.from_stac(item(datetime=moment))


@pytest.mark.parametrize(
    ("cloud", "read"),
    [
        (None, None),
        ("12.5", 12.5),
        (0, 0.0),
        (100, 100.0),
        (-1, None),
        (101, None),
        (True, None),
        ("nan", None),
        ([], None),
    ],
)
def test_cloud_cover_is_a_percentage_or_unknown(cloud, read):
    assert Scene.from_stac(item(eo__cloud_cover=cloud)).cloud == read


@pytest.mark.parametrize(
    "geometry",
    [
        None,
        {},
        {"type": "Polygon", "coordinates": []},
        {"type": "Polygon", "coordinates": [[1, 2]]},
        {"type": "Polygon"},
        {"type": "Blob", "coordinates": 1},
        {"type": "Point", "coordinates": [1, 2]},
        "x",
        {"type": "Polygon", "coordinates": [[["a", "b"]]]},
    ],
)
def test_a_useless_geometry_gives_way_to_the_bounding_box(geometry):
    changed = {**ITEM, "geometry": geometry}
    assert Scene.from_stac(changed).footprint.equals(box(3.8, 43.5, 4.0, 43.7))
    del changed["bbox"]
    assert Scene.from_stac(changed).footprint.is_empty


def test_a_footprint_across_the_antimeridian_is_cut():
    crossing = {
        "type": "Polygon",
        "coordinates": [[[179.5, -18], [-179.5, -18], [-179.5, -17], [179.5, -17], [179.5, -18]]],
    }
    footprint = Scene.from_stac({**ITEM, "geometry": crossing}).footprint
    assert footprint.area == pytest.approx(1)
    assert not footprint.contains(Point(0, -17.5))
    by_box = Scene.from_stac({**ITEM, "geometry": None, "bbox": [179.5, -18, -179.5, -17]}).footprint
    assert by_box.equals(footprint)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=8,
)
PATHS = st.sampled_from(
    [
        ("properties",),
        ("assets",),
        ("geometry",),
        ("bbox",),
        ("id",),
        ("collection",),
        ("links",),
        ("assets", "ms"),
    ]
    + [("properties", key) for key in ITEM["properties"]]
    + [("assets", "ms", key) for key in ITEM["assets"]["ms"]]
    + [("geometry", "coordinates")]
)


@example(("geometry", "coordinates"), ["000"])  # shapely 1.8 asserts
@given(PATHS, JSON)
def test_whatever_a_catalogue_writes_it_is_a_scene_or_a_bad_answer(path, value):
    changed = copy.deepcopy(ITEM)
    holder = changed
    for key in path[:-1]:
        holder = holder[key]
    holder[path[-1]] = value
    try:
        scene = Scene.from_stac(changed)
    except BadAnswerError:
        return
    assert scene == Scene.from_stac(changed), "all of it can be read"
    assert scene.has_image == bool(scene.images)
    assert loads(scene.footprint_wkb).equals_exact(scene.footprint, 0)
    preferred = scene.preferred_asset()
    if preferred:
        assert LayerIdentity.of(scene, preferred).item_id == scene.id


def test_a_copy_tells_of_its_own_files_and_footprint():
    scene = Scene.from_stac(ITEM)
    assert scene.has_image
    other = replace(scene, assets=(), footprint=box(0, 0, 1, 2))
    assert not other.has_image
    assert loads(other.footprint_wkb).bounds == (0, 0, 1, 2)
    assert (other.thumbnail_href, other.id) == (scene.thumbnail_href, scene.id)


def test_what_a_scene_does_not_have_is_an_attribute_error():
    with pytest.raises(AttributeError, match="colour"):
        _ = Scene.from_stac(ITEM).colour
    assert copy.deepcopy(Scene.from_stac(ITEM)).assets == Scene.from_stac(ITEM).assets


def test_an_item_stands_in_for_what_its_files_do_not_say():
    changed = item(proj__code="EPSG:32631", proj__shape=[7, 8])
    pan, ms = Scene.from_stac(changed).images
    assert (pan.epsg, pan.shape) == (32631, (7, 8))
    assert (ms.epsg, ms.shape) == (2154, (1000, 1200))


@given(JSON)
def test_no_item_at_all_is_a_bad_answer(value):
    with pytest.raises(BadAnswerError):
        Scene.from_stac(value)


def test_real_items_of_other_providers(realdata):
    ordered = Scene.from_stac(json.loads((realdata / "stac/up42_phr1a_item.json").read_text("utf-8")))
    assert (ordered.platform, ordered.mission, ordered.cloud) == ("PHR1A", "PLEIADES", 0.0)
    assert ordered.acquired.isoformat() == "2020-09-30T10:39:26.600000+00:00"
    assert not ordered.is_downloadable
    (feature,) = json.loads((realdata / "stac/geodes_swh_feature_shape.json").read_text("utf-8"))["features"]
    heritage = Scene.from_stac(feature)
    assert (heritage.mission, heritage.acquired.year, heritage.cloud) == ("SPOT 2", 2007, 10.0)
    assert heritage.thumbnail_href == "https://geodes-portal.cnes.fr/q.jpg"
