"""Which scenes go together, and what items and collections tell of services and licences."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import box, mapping

from dinamis_plugin.domain.acquisition import SAME_PASS, acquisitions
from dinamis_plugin.domain.credit import Credit
from dinamis_plugin.domain.mosaic import Picked, mosaics, ms_of, pan_and_ms
from dinamis_plugin.domain.scene import Scene
from dinamis_plugin.domain.view_service import ViewService

START = datetime(2023, 6, 12, 10, 44, 47, tzinfo=timezone.utc)
COG = "image/tiff; application=geotiff; profile=cloud-optimized"


def image(bands, resolution, epsg=2154, **more):
    told = [{"data_type": "uint16", "nodata": 0, "spatial_resolution": resolution} for _ in range(bands)]
    return {
        "href": "https://objects.example/a.tif",
        "type": COG,
        "proj:epsg": epsg,
        "raster:bands": told,
        **more,
    }


def scene(name="a", when=START, platform="PHR1A", *, cloud=0, assets=None, links=()):
    return Scene.from_stac(
        {
            "id": name,
            "collection": "pleiades",
            "geometry": mapping(box(3, 43, 4, 44)),
            "properties": {"datetime": when.isoformat(), "platform": platform, "eo:cloud_cover": cloud},
            "assets": assets or {"pan": image(1, 0.5), "ms": image(4, 2)},
            "links": list(links),
        }
    )


@given(
    st.lists(st.tuples(st.integers(0, 5000), st.sampled_from(["PHR1A", "PHR1B", "SPOT6"])), max_size=12),
    st.randoms(use_true_random=False),
)
def test_every_scene_is_in_one_acquisition_of_its_satellite(shots, random):
    scenes = [
        scene(f"s{number}", START + timedelta(minutes=minutes), platform)
        for number, (minutes, platform) in enumerate(shots)
    ]
    shuffled = list(scenes)
    random.shuffle(shuffled)
    found = acquisitions(shuffled)
    assert found == acquisitions(scenes)
    assert sorted(one.id for group in found for one in group.scenes) == sorted(one.id for one in scenes)
    assert [group.began for group in found] == sorted(group.began for group in found)
    for group in found:
        assert len({one.platform for one in group.scenes}) == 1
        times = [one.acquired for one in group.scenes]
        assert all(later - before <= SAME_PASS for before, later in zip(times, times[1:]))
    for platform in {one.platform for one in scenes}:
        of_it = [group.scenes for group in found if group.scenes[0].platform == platform]
        ends = [(scenes[0].acquired, scenes[-1].acquired) for scenes in of_it]
        assert all(after[0] - before[1] > SAME_PASS for before, after in zip(ends, ends[1:]))


def test_an_acquisition_is_named_by_sensor_and_time():
    assert acquisitions([scene()])[0].title == "2023-06-12 10:44 UTC Pléiades PHR1A"
    assert acquisitions([scene(platform="SPOT4")])[0].title == "2023-06-12 10:44 UTC SPOT 4"


def test_pairs_to_be_sharpened():
    pan, ms = pan_and_ms(scene())
    assert (pan.key, ms.key) == ("pan", "ms")
    assert pan_and_ms(scene(assets={"ms": image(4, 2)})) is None
    assert pan_and_ms(scene(assets={"pan": image(1, 0.5)})) is None
    assert pan_and_ms(scene(assets={"pan": image(1, 2), "ms": image(4, 2)})) is None  # sharpens nothing
    odd = scene(assets={"visual": image(3, 2), "xs": image(4, 2), "P": image(1, 0.5)})
    assert [one.key for one in pan_and_ms(odd)] == ["P", "xs"]
    told = {"href": "https://h.example/p.tif", "type": COG}
    assert [one.key for one in pan_and_ms(scene(assets={"pan": told, "ms": told}))] == ["pan", "ms"]


def test_the_image_to_style_is_the_multispectral_one():
    assert ms_of(scene(assets={"visual": image(3, 2), "pan": image(1, 1), "ms": image(4, 2)})).key == "ms"
    assert ms_of(scene(assets={"pan": image(1, 1)})).key == "pan"


def pick(**changes):
    made = scene(**changes)
    return Picked(made, ms_of(made))


def test_the_cleanest_and_newest_lies_on_top():
    old_clean = pick(name="old clean", cloud=0, when=START)
    new_clean = pick(name="new clean", cloud=3, when=START + timedelta(days=300))
    newest_cloudy = pick(name="cloudy", cloud=40, when=START + timedelta(days=900))
    unknown = pick(name="unknown", cloud=None, when=START + timedelta(days=901))
    [lot] = mosaics([new_clean, newest_cloudy, unknown, old_clean])
    assert [one.scene.id for one in lot] == ["unknown", "cloudy", "old clean", "new clean"]


@pytest.mark.parametrize(
    "other",
    [
        {"assets": {"ms": image(4, 2, epsg=32631)}},
        {"assets": {"ms": image(3, 2)}},
        {"platform": "SPOT6"},
    ],
)
def test_what_cannot_lie_in_one_layer_is_kept_apart(other):
    lots = mosaics([pick(name="a"), pick(name="b"), pick(name="c", **other)])
    assert sorted(len(lot) for lot in lots) == [1, 2]


def test_services_of_an_item():
    links = [
        {"rel": "self", "href": "https://h.example/item"},
        {
            "rel": "wms",
            "href": "https://w.example/wms?map=a&X-Amz-Signature=abc",
            "type": "image/png",
            "title": "Ortho",
            "wms:layers": ["ortho", "limits"],
            "wms:styles": ["a", "b"],
            "wms:transparent": False,
        },
        {"rel": "wmts", "href": "https://w.example/wmts", "wmts:layer": "ortho"},
        {"rel": "xyz", "href": "https://{s}.t.example/{z}/{x}/{y}.png", "href:servers": ["t1", "t2"]},
        {"rel": "wms", "href": "ftp://w.example"},
        {"rel": "wms", "href": 3},
        {"rel": ["wms"], "href": "https://w.example"},
    ]
    wms, wmts, xyz = scene(links=links).services
    assert wms == ViewService(
        "wms", "https://w.example/wms?map=a", "Ortho", ("ortho", "limits"), ("a", "b"), "image/png", False
    )
    assert (wmts.kind, wmts.layers) == ("wmts", ("ortho",))
    assert xyz.href == "https://t1.t.example/{z}/{x}/{y}.png"


def test_names_of_bands_are_read_in_both_ways_of_stac():
    named = [{"name": "B0", "common_name": "blue"}, {"name": "B1"}]
    newer = [{"name": "B0", "eo:common_name": "blue"}, {"name": "B1"}]
    for told in ({"eo:bands": named}, {"bands": newer}):
        assets = {"ms": {"href": "https://h.example/a.tif", "type": COG, **told}}
        [asset] = scene(assets=assets).assets
        assert (asset.bands, asset.band_count) == (("blue", "B1"), 2)
    described = [{"description": "red"}, {"description": "nir"}]
    assets = {"ms": {"href": "https://h.example/a.tif", "type": COG, "raster:bands": described}}
    assert scene(assets=assets).assets[0].bands == ("red", "nir")
    assets["ms"]["raster:bands"] = [{"description": "red"}, {}]
    assert scene(assets=assets).assets[0].bands == ()


def test_the_credit_of_a_collection():
    credit = Credit.from_stac(
        {
            "title": "Pléiades",
            "license": "proprietary",
            "providers": [
                {"name": "DINAMIS", "roles": ["host"]},
                {"name": "Airbus DS", "roles": ["producer", "licensor"]},
                {"roles": ["host"]},
            ],
            "links": [{"rel": "license", "href": "https://l.example", "title": "Licence DINAMIS"}],
        }
    )
    assert credit.attribution == "© Airbus DS / DINAMIS"
    assert credit.licences == ("Licence DINAMIS",)
    assert credit.licence_href == "https://l.example"
    assert Credit.from_stac({"license": "etalab-2.0"}).licences == ("etalab-2.0",)
    assert Credit.from_stac({"license": "proprietary"}).licences == ("proprietary",)
    assert Credit.from_stac({"license": 3, "providers": "x", "links": None}) == Credit("", "")
