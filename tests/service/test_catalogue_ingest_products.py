"""Products as suppliers deliver them become COGs and STAC items, once; what is damaged is refused."""

from __future__ import annotations

import hashlib
import io
import json
import os
import re
import tarfile
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio
from deliveries import (
    LAT,
    LON,
    PHR_MS,
    PHR_P,
    PNEO_MS,
    SPOT6_PMS,
    Kind,
    deliver_spot5,
    deliver_v2,
    ground,
)
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from rasterio.shutil import copy as copy_raster
from rio_cogeo.cogeo import cog_validate
from stac_schemas import needs_schemas, stac_faults
from test_catalogue_ingest import REALDATA, ingest, needs_realdata, write_image

from dinamis_service.catalogue.products import dimap
from dinamis_service.catalogue.products.archives import Limits, unpacked
from dinamis_service.catalogue.products.discovery import look_into
from dinamis_service.catalogue.products.facts import ProductError
from dinamis_service.catalogue.products.rpc import read_model
from dinamis_service.context import Context

Ingest = Callable[..., int]
__all__ = ["ingest"]


def bundle(folder: Path, **options: Any) -> Path:
    """A Pléiades delivery: a panchromatic and a multispectral image of the same ground."""
    deliver_v2(folder / "IMG_PHR1B_P_001", PHR_P, size=(160, 240), **options)
    deliver_v2(folder / "IMG_PHR1B_MS_002", PHR_MS, size=(40, 60), **options)
    (folder / "VOL_PHR.XML").write_text(
        "<Dimap_Document><Metadata_Identification><METADATA_SUBPROFILE>VOLUME</METADATA_SUBPROFILE>"
        "</Metadata_Identification></Dimap_Document>"
    )
    (folder / "IMG_PHR1B_P_001" / "PREVIEW.JPG").write_bytes(b"not looked at")
    return folder


def only_item(context: Context, collection: str) -> dict[str, Any]:
    from dinamis_service.catalogue.engine import SearchRequest  # noqa: PLC0415

    found = context.catalogue.search(SearchRequest(collections=(collection,)))
    assert found.matched == 1
    return found.items[0]


def test_bundle_of_tiles_becomes_one_scene(ingest: Ingest, context: Context, tmp_path: Path) -> None:
    folder = bundle(tmp_path / "delivery")
    assert ingest(folder) == 0
    item = only_item(context, "pleiades")
    assert item["id"] == "PHR1B_202306121044470_ORT_9001"
    assert set(item["assets"]) == {"pan", "ms", "thumbnail", "quicklook"}
    properties = item["properties"]
    assert properties["datetime"] == "2023-06-12T10:44:47Z"
    assert properties["platform"] == "PHR1B"
    assert properties["eo:cloud_cover"] == 7.5
    assert properties["eo:snow_cover"] == 0
    assert properties["view:incidence_angle"] == 12.75
    assert properties["view:azimuth"] == 180.25
    assert properties["view:off_nadir"] == 11.5
    assert (properties["view:sun_azimuth"], properties["view:sun_elevation"]) == (150.5, 62)
    assert properties["processing:level"] == "ORTHO"
    assert properties["processing:software"] == {"Atelier": "9.1"}
    assert properties["processing:datetime"] == "2023-06-20T08:00:00.500Z"
    assert properties["gsd"] == 0.5
    names = [band["common_name"] for band in item["assets"]["ms"]["eo:bands"]]
    assert names == ["red", "green", "blue", "nir"]
    for key, shape in (("pan", (160, 240)), ("ms", (40, 60))):
        stored = context.objects.path(f"pleiades/{item['id']}/{key}.tif")
        assert stored is not None
        assert cog_validate(stored, strict=True, quiet=True) == (True, [], [])
        with rasterio.open(stored) as image:
            assert image.shape == shape
            assert image.nodata == 0
            np.testing.assert_array_equal(image.read(), ground(image.count, *shape))
        digest = hashlib.sha256(stored.read_bytes()).hexdigest()
        assert item["assets"][key]["file:checksum"] == f"1220{digest}"
        assert item["assets"][key]["file:size"] == stored.stat().st_size


@needs_schemas
def test_item_of_a_product_is_valid_stac(ingest: Ingest, client: Any, tmp_path: Path) -> None:
    assert ingest(bundle(tmp_path / "delivery")) == 0
    address = "/stac/collections/pleiades/items/PHR1B_202306121044470_ORT_9001"
    item = client.get(address).json()
    used = {re.findall(r"io/([a-z-]+)/", schema)[0] for schema in item["stac_extensions"]}
    assert used == {"eo", "view", "projection", "processing", "file", "raster"}
    assert stac_faults(item, "item") == []
    quicklook = client.get(item["assets"]["quicklook"]["href"])
    assert quicklook.status_code == 200, "anyone may see the quicklook"
    assert client.get(item["assets"]["pan"]["href"]).status_code == 403


@pytest.mark.parametrize("driver", ["GTiff", "JP2OpenJPEG"])
@pytest.mark.parametrize(
    ("kind", "collection", "platform"),
    [(PNEO_MS, "pleiades-neo", "PNEO3"), (SPOT6_PMS, "spot-6-7", "SPOT6")],
    ids=["neo", "spot6"],
)
def test_other_sensors(
    ingest: Ingest,
    context: Context,
    tmp_path: Path,
    kind: Kind,
    *,
    collection: str,
    platform: str,
    driver: str,
) -> None:
    deliver_v2(tmp_path / "delivery", kind, driver=driver, size=(64, 96), collar=32)
    assert ingest(tmp_path / "delivery") == 0
    item = only_item(context, collection)
    assert item["properties"]["platform"] == platform
    assert len(item["assets"]["ms"]["eo:bands"]) == len(kind.bands)
    stored = context.objects.path(f"{collection}/{item['id']}/ms.tif")
    assert stored is not None
    with rasterio.open(stored) as image:
        assert image.descriptions == kind.bands
        assert (image.dataset_mask()[:, :32] == 0).all(), "the collar has no data"
        np.testing.assert_array_equal(image.read()[:, :, 32:], ground(image.count, 64, 96)[:, :, 32:])


def test_spot5_of_version_1(ingest: Ingest, context: Context, tmp_path: Path) -> None:
    assert ingest(deliver_spot5(tmp_path / "SCENE01").parent) == 0
    item = only_item(context, "spot-world-heritage")
    assert item["id"] == "SCENE_5_040-261_03_07_25_10_48_20_2_J_F1"
    assert item["properties"]["dinamis:mission"] == "SPOT 5"
    assert item["properties"]["view:incidence_angle"] == 15.5
    assert item["properties"]["processing:level"] == "2A"
    bands = [band["common_name"] for band in item["assets"]["ms"]["eo:bands"]]
    assert bands == ["nir", "red", "green"]
    assert item["assets"]["ms"]["proj:epsg"] == 32631
    assert item["assets"]["ms"]["raster:bands"][0]["nodata"] == 0


@pytest.mark.parametrize("kind", ["zip", "tar.gz"])
def test_archives_are_as_good_as_folders(ingest: Ingest, context: Context, tmp_path: Path, kind: str) -> None:
    folder = bundle(tmp_path / "delivery")
    archive = pack(folder, tmp_path / f"delivery.{kind}")
    assert ingest(archive) == 0
    first = only_item(context, "pleiades")
    assert ingest(archive, "--report", tmp_path / "report.json") == 0
    assert json.loads((tmp_path / "report.json").read_text())["unchanged"] == 1
    assert only_item(context, "pleiades") == first


def pack(folder: Path, target: Path) -> Path:
    if target.suffix == ".zip":
        with zipfile.ZipFile(target, "w") as archive:
            for path in sorted(folder.rglob("*")):
                archive.write(path, path.relative_to(folder.parent))
    else:
        with tarfile.open(target, "w:gz") as bundle_:
            bundle_.add(folder, folder.name)
    return target


def test_again_does_the_rest_only(
    ingest: Ingest, context: Context, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bundle(tmp_path / "deliveries" / "a")
    deliver_spot5(tmp_path / "deliveries" / "b")
    assert ingest(tmp_path / "deliveries") == 0
    context.catalogue.delete("spot-world-heritage", "SCENE_5_040-261_03_07_25_10_48_20_2_J_F1")
    deliver_v2(tmp_path / "deliveries" / "c", SPOT6_PMS, tiles=1, size=(16, 16))
    capsys.readouterr()
    assert ingest(tmp_path / "deliveries") == 0
    assert "2 stored, 1 unchanged, 0 refused" in capsys.readouterr().out
    assert context.catalogue.count() == 3
    assert ingest(tmp_path / "deliveries", "--again") == 0
    assert "3 stored, 0 unchanged" in capsys.readouterr().out
    assert context.catalogue.count() == 3


def test_scene_cut_short_comes_in_at_the_next_run(
    ingest: Ingest, context: Context, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The process dies after the objects are stored and before the catalogue knows."""
    folder = bundle(tmp_path / "delivery")

    def die(*_args: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("dinamis_service.catalogue.sqlite.SqliteCatalogue.upsert", die)
        with pytest.raises(KeyboardInterrupt):
            ingest(folder)
    assert context.objects.exists("pleiades/PHR1B_202306121044470_ORT_9001/pan.tif")
    assert context.catalogue.count() == 0
    assert ingest(folder) == 0
    assert context.catalogue.count() == 1


def damage(folder: Path, fault: str) -> None:
    pan = folder / "IMG_PHR1B_P_001"
    document = pan / "DIM_PHR1B_P_202306121044470_ORT_9001-001.XML"
    tile = pan / "IMG_PHR1B_P_202306121044470_ORT_9001-001_R1C2.TIF"
    whole, text = tile.read_bytes(), document.read_text()
    bomb = '<?xml version="1.0"?><!DOCTYPE d [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>'
    tiles = {
        "tile cut": whole[: len(whole) // 2],
        "tile empty": b"",
        "tile is a list": b'<VRTDataset rasterXSize="120" rasterYSize="160"></VRTDataset>',
    }
    documents = {
        "tile unnamed": re.sub(r'<Data_File tile_R="1" tile_C="2">.*?</Data_File>', "", text),
        "not xml": text[: len(text) // 2],
        "no date": re.sub("<IMAGING_DATE>.*?</IMAGING_DATE>", "", text),
        "odd satellite": text.replace("<MISSION>PHR<", "<MISSION>KOSMOS<"),
        "outside": text.replace(f'"{tile.name}"', '"../../../secret.tif"'),
        "remote": text.replace(f'"{tile.name}"', '"http://far.example/x.tif"'),
        "entities": text.replace('<?xml version="1.0" encoding="UTF-8"?>', bomb).replace("Ici", "&b;"),
    }
    tile.write_bytes(tiles.get(fault, whole))
    document.write_text(documents.get(fault, text))
    if fault == "tile missing":
        tile.unlink()


@pytest.mark.parametrize(
    ("fault", "word"),
    [
        ("tile missing", "R1C2.TIF is missing"),
        ("tile cut", "damaged"),
        ("tile empty", "is empty"),
        ("tile is a list", "neither TIFF nor JPEG 2000"),
        ("tile unnamed", "1 tiles are named, there must be 2"),
        ("not xml", "cannot be read"),
        ("no date", "'IMAGING_DATE' is missing"),
        ("odd satellite", "unknown satellite 'KOSMOS1B'"),
        ("outside", "outside of the delivery"),
        ("remote", "outside of the delivery"),
        ("entities", "cannot be read"),
    ],
)
def test_damaged_product_is_refused_and_the_rest_goes_on(
    ingest: Ingest, context: Context, tmp_path: Path, fault: str, word: str
) -> None:
    deliveries = tmp_path / "deliveries"
    damage(bundle(deliveries / "a"), fault)
    deliver_spot5(deliveries / "b")
    write_image(tmp_path / "secret.tif", np.ones((1, 8, 8), np.uint16))
    assert ingest(deliveries, "--report", tmp_path / "report.json") == 1
    report = json.loads((tmp_path / "report.json").read_text())
    refused = [line for line in report["lines"] if line["state"] == "refused"]
    assert len(refused) == 1
    assert word in refused[0]["detail"]
    assert refused[0]["detail_fr"]
    assert (
        context.catalogue.get("spot-world-heritage", "SCENE_5_040-261_03_07_25_10_48_20_2_J_F1") is not None
    )
    pan = context.objects.exists("pleiades/PHR1B_202306121044470_ORT_9001/pan.tif")
    assert not pan, "nothing of the damaged image is stored"


def test_same_image_twice_is_refused(
    ingest: Ingest, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    deliver_v2(tmp_path / "d" / "a", PHR_P)
    deliver_v2(tmp_path / "d" / "b", PHR_P)
    assert ingest(tmp_path / "d") == 1
    assert "several times the same image" in capsys.readouterr().err


def test_pansharpened_image_goes_beside_the_multispectral_one(tmp_path: Path) -> None:
    sharpened = replace(PHR_MS, spectral="PMS", dataset=PHR_MS.dataset.replace("_MS_", "_PMS_"))
    for number, kind in enumerate((PHR_MS, PHR_P, sharpened)):
        deliver_v2(tmp_path / str(number), kind, tiles=1, size=(8, 8))
    (scene,) = look_into(tmp_path).scenes
    assert {key: product.spectral for key, product in scene.products.items()} == {
        "pan": "P", "ms": "MS", "pms": "PMS"
    }  # fmt: skip


def test_links_to_other_images_are_not_taken_from_archives(
    ingest: Ingest, context: Context, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A VRT names files of the machine it is opened on; one that says it is a TIFF is no image at all."""
    write_image(tmp_path / "secret.tif", np.ones((1, 8, 8), np.uint16))
    vrt = tmp_path / "a.vrt"
    copy_raster(tmp_path / "secret.tif", vrt, driver="VRT")
    text = vrt.read_text().replace('relativeToVRT="1">', 'relativeToVRT="0">' + str(tmp_path) + "/").encode()
    archive = zip_of(tmp_path / "x.zip", **{"a.vrt": text, "b.tif": text})
    assert ingest(archive, "--platform", "PHR1A", "--datetime", "2023-06-01T10:30:00Z") == 1
    err = capsys.readouterr().err
    assert "a.vrt: not taken from an archive" in err
    assert "b.tif: this file is not a readable image" in err
    assert context.catalogue.count() == 0


def zip_of(path: Path, **files: bytes) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


@pytest.mark.parametrize(
    "name", ["../evil.tif", "/evil.tif", "a/../../evil.tif", "C:/evil.tif", "..\\evil.tif"]
)
def test_archives_do_not_write_elsewhere(tmp_path: Path, name: str) -> None:
    archive = zip_of(tmp_path / "x.zip", **{name: b"x"})
    with pytest.raises(ProductError, match="leads out"), unpacked(archive):
        pass
    bundle_ = tmp_path / "x.tar"
    with tarfile.open(bundle_, "w") as tar:
        member = tarfile.TarInfo(name)
        member.size = 1
        tar.addfile(member, io.BytesIO(b"x"))
    with pytest.raises(ProductError, match="leads out"), unpacked(bundle_):
        pass
    assert not (tmp_path / "evil.tif").exists()


@hypothesis_settings(max_examples=40, deadline=None)
@given(st.text(alphabet="./\\ab:\0", min_size=1, max_size=12))
def test_no_name_leaves_the_folder(tmp_path_factory: pytest.TempPathFactory, name: str) -> None:
    folder = tmp_path_factory.mktemp("names")
    bundle_ = folder / "x.tar"
    with tarfile.open(bundle_, "w") as tar:
        member = tarfile.TarInfo(name)
        member.size = 1
        tar.addfile(member, io.BytesIO(b"x"))
    before = set(folder.parent.rglob("*"))
    try:
        with unpacked(bundle_) as target:
            assert all(path.resolve().is_relative_to(target.resolve()) for path in target.rglob("*"))
    except ProductError:
        pass
    assert set(folder.parent.rglob("*")) == before


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE, tarfile.CHRTYPE])
def test_links_and_devices_are_refused(tmp_path: Path, kind: bytes) -> None:
    with tarfile.open(tmp_path / "x.tar", "w") as tar:
        member = tarfile.TarInfo("a.tif")
        member.type, member.linkname = kind, "/etc/hostname"
        tar.addfile(member)
    with pytest.raises(ProductError, match="no file"), unpacked(tmp_path / "x.tar"):
        pass


def test_bombs_are_stopped_while_they_grow(tmp_path: Path) -> None:
    archive = zip_of(tmp_path / "bomb.zip", a=bytes(8 << 20))
    assert archive.stat().st_size < 20_000
    with pytest.raises(ProductError, match="grows"), unpacked(archive, Limits(small=1 << 20)):
        pass
    with pytest.raises(ProductError, match="grows"), unpacked(archive, Limits(total=1 << 20)):
        pass
    many = zip_of(tmp_path / "many.zip", **{f"f{number}": b"" for number in range(20)})
    with pytest.raises(ProductError, match="grows"), unpacked(many, Limits(files=19)):
        pass


@pytest.mark.parametrize("name", ["x.zip", "x.tar.gz"])
def test_damaged_archive_is_refused_by_the_command(
    ingest: Ingest, context: Context, tmp_path: Path, name: str
) -> None:
    whole = pack(bundle(tmp_path / "delivery"), tmp_path / name).read_bytes()
    (tmp_path / name).write_bytes(whole[: len(whole) // 2])
    deliver_spot5(tmp_path / "other")
    assert ingest(tmp_path / name, tmp_path / "other") == 1
    assert only_item(context, "spot-world-heritage")
    assert context.catalogue.count() == 1


def test_raw_product_asks_for_ortho(
    ingest: Ingest, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    deliver_v2(tmp_path / "raw", PHR_P, sensor=True, tiles=1)
    assert ingest(tmp_path / "raw") == 1
    assert "--ortho" in capsys.readouterr().err


def test_ortho_puts_the_image_where_the_model_says(ingest: Ingest, context: Context, tmp_path: Path) -> None:
    deliver_v2(tmp_path / "raw", PHR_P, sensor=True, tiles=2, size=(200, 300))
    assert (
        ingest(tmp_path / "raw", "--ortho", "--crs", "EPSG:2154", "--resolution", "0.5", "--height", "0") == 0
    )
    item = only_item(context, "pleiades")
    assert item["properties"]["processing:level"] == "ORTHO"
    pan = item["assets"]["pan"]
    assert pan["proj:epsg"] == 2154
    assert pan["raster:bands"][0] == {
        "data_type": "uint16", "nodata": 0, "spatial_resolution": 0.5, "description": "P"
    }  # fmt: skip
    west, south, east, north = item["bbox"]
    assert (west + east) / 2 == pytest.approx(LON, abs=5e-6)
    assert (south + north) / 2 == pytest.approx(LAT, abs=5e-6)
    assert (north - south) * 111_000 == pytest.approx(100, abs=2)


def test_raw_product_without_model_is_refused(
    ingest: Ingest, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = deliver_v2(tmp_path / "raw", PHR_P, sensor=True, tiles=1)
    path.write_text(re.sub("<Geoposition>.*</Geoposition>", "", path.read_text()))
    assert ingest(tmp_path / "raw", "--ortho") == 1
    assert "without a sensor model" in capsys.readouterr().err


@pytest.mark.parametrize(
    "options",
    [
        ["--dem", "nowhere.tif", "--ortho"],
        ["--height", "10"],
        ["--ortho", "--resolution", "-1"],
        ["--id", "../x"],
    ],
)
def test_options_that_do_not_hold_together(ingest: Ingest, tmp_path: Path, options: list[str]) -> None:
    assert ingest(deliver_spot5(tmp_path / "a").parent, *options) == 1


def real_sensor_product(folder: Path) -> Path:
    """A delivery of ours around a real crop of Pléiades and its real model, moved to the crop."""
    name = "PHR1B_P_201308051042194_SEN_690908101-001"
    model = (REALDATA / "dimap" / f"RPC_{name}.XML").read_text()
    path = deliver_v2(folder, PHR_P, sensor=True, tiles=1, size=(500, 500))
    with rasterio.open(REALDATA / "imagery" / "phr_ventoux_left_image.tif") as source:
        pixels, offset = source.read(), source.transform
    for tag, shift in (("SAMP_OFF", offset.c), ("LINE_OFF", offset.f)):
        model = re.sub(
            f"<{tag}>(.*)</{tag}>", lambda m, t=tag, s=shift: f"<{t}>{float(m[1]) - s}</{t}>", model
        )
    next(folder.glob("RPC_*")).write_text(model)
    with rasterio.open(next(folder.glob("IMG_*")), "r+") as image:
        image.write(pixels)
    return path


@needs_realdata
def test_real_model_gives_the_real_ortho(ingest: Ingest, context: Context, tmp_path: Path) -> None:
    """Against an ortho that gdalwarp made of the same crop; the terrain lies at about 465 m there."""
    real_sensor_product(tmp_path / "raw")
    terrain = np.full((1, 40, 40), 465, np.float32)
    dem = write_image(
        tmp_path / "dem.tif",
        terrain,
        nodata=None,
        transform=rasterio.Affine(100, 0, 873_000, 0, -100, 6_350_000),
    )
    options = ["--ortho", "--crs", "EPSG:2154", "--resolution", "0.5"]
    likeness = {}
    for name, terrain_options in {
        "dem": ["--dem", dem], "flat": ["--height", "465"], "wrong": ["--height", "300"]
    }.items():  # fmt: skip
        assert ingest(tmp_path / "raw", *options, *terrain_options) == 0
        item = only_item(context, "pleiades")
        stored = context.objects.path(f"pleiades/{item['id']}/pan.tif")
        assert stored is not None
        likeness[name] = correlation(stored, REALDATA / "imagery" / "phr1b_ventoux_P_left_ortho_2154_cog.tif")
    assert likeness["dem"] > 0.7
    assert likeness["flat"] == pytest.approx(likeness["dem"], abs=0.02)
    assert likeness["wrong"] < 0.4


def correlation(one: Path, other: Path) -> float:
    """Correlation of two images where both have data, on the grid of the second."""
    from rasterio.vrt import WarpedVRT  # noqa: PLC0415

    with rasterio.open(other) as reference, rasterio.open(one) as image:
        grid = {"crs": reference.crs, "transform": reference.transform}
        with WarpedVRT(image, **grid, height=reference.height, width=reference.width) as aligned:
            pair = aligned.read(1).astype(float), reference.read(1).astype(float)
    both = (pair[0] > 0) & (pair[1] > 0)
    assert both.mean() > 0.5
    return float(np.corrcoef(pair[0][both], pair[1][both])[0, 1])


@needs_realdata
def test_real_metadata_are_understood(tmp_path: Path) -> None:
    """The three dialects, beside stand-ins of the images that the folder of real data lacks."""
    wanted = {
        "PHRDIMAP_P1BP--2018122638935449CP.XML": (
            "PHR1B", "2018-12-26T10:48:55.430891+00:00", 0.0, 17.417, 33.694, "SENSOR",
        ),
        "DIM_PNEO3_202111071029126_PAN_trimmed.XML": (
            "PNEO3", "2021-11-07T10:29:11.900000+00:00", 0.0, 21.781, 29.077, "SENSOR",
        ),
    }  # fmt: skip
    for name, (platform, moment, cloud, incidence, sun, level) in wanted.items():
        folder = tmp_path / name
        folder.mkdir()
        text = (REALDATA / "dimap" / name).read_text()
        (folder / name).write_text(text)
        for found in re.findall(r'DATA_FILE_PATH(?: href="|>)([^"<]+)', text):
            (folder / found).write_bytes(b"II*\0")
        product = dimap.read_product(folder / name, folder)
        assert product is not None
        assert (product.platform, product.moment.isoformat(), product.level) == (platform, moment, level)
        assert product.properties["eo:cloud_cover"] == cloud
        assert product.properties["view:incidence_angle"] == pytest.approx(incidence, abs=1e-3)
        assert product.properties["view:sun_elevation"] == pytest.approx(sun, abs=1e-3)
    models = sorted((REALDATA / "dimap").glob("RPC_*.XML"))
    assert read_model(models[0]).line_off == pytest.approx(21109.5)
    assert dimap.read_product(models[0], models[0].parent) is None
    assert os.path.exists(models[0])
