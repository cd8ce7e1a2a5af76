"""Images and items come into the catalogue, whole or not at all."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio
import shapely
from affine import Affine
from rasterio.crs import CRS
from shapely.geometry import shape
from stac_schemas import needs_schemas, stac_faults

from dinamis_service import cli
from dinamis_service.catalogue import stac_files
from dinamis_service.catalogue.engine import SearchRequest
from dinamis_service.catalogue.ingest import Scene, ingest_cog
from dinamis_service.catalogue.missions import normal_mission, normal_platform
from dinamis_service.catalogue.rasters import RasterError, as_cog
from dinamis_service.context import Context
from dinamis_service.settings import Settings

REALDATA = Path(os.environ.get("DINAMIS_REALDATA", Path(__file__).parents[3] / "shared" / "realdata"))
needs_realdata = pytest.mark.skipif(not REALDATA.is_dir(), reason="the folder of real data is not there")

SCENE = Scene(
    id="SCENE-1",
    collection="pleiades",
    platform="PHR1A",
    mission="PLEIADES",
    moment=datetime(2023, 6, 12, 10, 44, 47, tzinfo=UTC),
    cloud=3,
    incidence=11.5,
)


def write_image(path: Path, pixels: np.ndarray[Any, Any], **profile: Any) -> Path:
    """A plain striped GeoTIFF at the coast, in Lambert-93, 2 m a pixel."""
    count, height, width = pixels.shape
    options: dict[str, Any] = {
        "driver": "GTiff",
        "count": count,
        "height": height,
        "width": width,
        "dtype": pixels.dtype,
        "crs": CRS.from_epsg(2154),
        "transform": Affine(2, 0, 772_000, 0, -2, 6_271_000),
        "nodata": 0,
        **profile,
    }
    with rasterio.open(path, "w", **options) as image:
        image.write(pixels)
    return path


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    """Four bands whose western half holds no data."""
    pixels = np.random.default_rng(1).integers(200, 3000, (4, 700, 900), dtype=np.uint16)
    pixels[:, :, :450] = 0
    return write_image(tmp_path / "striped.tif", pixels)


def test_plain_tiff_becomes_a_cog_with_its_own_pixels(context: Context, picture: Path) -> None:
    item = ingest_cog(context, SCENE, {"ms": picture})
    stored = context.objects.path("pleiades/SCENE-1/ms.tif")
    assert stored is not None
    with rasterio.open(stored) as image, rasterio.open(picture) as source:
        assert image.tags(ns="IMAGE_STRUCTURE")["LAYOUT"] == "COG"
        assert image.profile["tiled"]
        assert image.overviews(1)
        np.testing.assert_array_equal(image.read(), source.read())
    assert context.catalogue.get("pleiades", "SCENE-1") == item
    asset = item["assets"]["ms"]
    assert asset["href"] == "objects:pleiades/SCENE-1/ms.tif"
    assert asset["proj:epsg"] == 2154
    assert asset["proj:shape"] == [700, 900]
    assert asset["proj:transform"] == [2, 0, 772_000, 0, -2, 6_271_000]
    assert asset["raster:bands"][3] == {"data_type": "uint16", "nodata": 0, "spatial_resolution": 2}
    assert asset["file:size"] == stored.stat().st_size
    assert item["properties"]["dinamis:product_type"] == "downloadable"


def test_footprint_is_where_there_are_pixels(context: Context, picture: Path) -> None:
    footprint = shape(ingest_cog(context, SCENE, {"ms": picture})["geometry"])
    from pyproj import Geod  # noqa: PLC0415

    area, _ = Geod(ellps="WGS84").geometry_area_perimeter(shapely.geometry.polygon.orient(footprint))
    assert area == pytest.approx(450 * 700 * 4, rel=0.01)


def test_thumbnail_is_a_small_picture(context: Context, picture: Path) -> None:
    ingest_cog(context, SCENE, {"ms": picture})
    path = context.objects.path("pleiades/SCENE-1/thumbnail.png")
    assert path is not None
    with rasterio.open(path) as image:
        assert (image.driver, max(image.shape), image.count) == ("PNG", 512, 4)
        pixels = image.read()
    assert pixels[3, :, :200].max() == 0
    assert pixels[0][pixels[3] > 0].std() > 10
    assert not path.with_name("thumbnail.png.aux.xml").exists()


@pytest.mark.parametrize("kind", ["text", "cut", "empty", "no crs", "no data", "absent"])
def test_bad_file_is_told_and_nothing_goes_in(
    context: Context, picture: Path, tmp_path: Path, kind: str
) -> None:
    bad = tmp_path / "bad.tif"
    if kind == "text":
        bad.write_text("not an image")
    elif kind == "cut":
        with as_cog(picture) as cog:
            bad.write_bytes(cog.read_bytes()[: cog.stat().st_size // 2])
    elif kind == "empty":
        bad.touch()
    elif kind == "no crs":
        write_image(bad, np.ones((1, 32, 32), np.uint8), crs=None)
    elif kind == "no data":
        write_image(bad, np.zeros((1, 32, 32), np.uint8))
    with pytest.raises(RasterError) as refusal:
        ingest_cog(context, SCENE, {"ms": picture, "pan": bad})
    assert refusal.value.en.startswith("bad.tif: ")
    assert refusal.value.fr.startswith("bad.tif : ")
    assert context.catalogue.count() == 0
    assert not context.objects.exists("pleiades/SCENE-1/ms.tif")


@needs_schemas
def test_item_is_valid_stac_with_its_extensions(context: Context, client: Any, picture: Path) -> None:
    ingest_cog(context, SCENE, {"ms": picture})
    item = client.get("/stac/collections/pleiades/items/SCENE-1").json()
    assert len(item["stac_extensions"]) == 5
    assert stac_faults(item, "item") == []


@pytest.mark.parametrize("name", ["PHR-1A", "PHR1A", "pleiades-1a", "Pléiades 1A", "phr 1a"])
def test_one_platform_has_one_name(name: str) -> None:
    assert normal_platform(name) == "PHR1A"


def test_missions_have_one_name() -> None:
    assert {normal_mission(name) for name in ("SPOT 4", "SPOT4", "spot-4")} == {"SPOT 4"}
    assert normal_mission("Sentinel-2") == "SENTINEL 2"
    assert normal_platform("landsat-8") is None
    assert normal_platform("SPOT 5") == "SPOT5"


@pytest.fixture
def ingest(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Callable[..., int]:
    """The command, on the folder of the test's service."""
    monkeypatch.setenv("DINAMIS_DATA_DIR", str(settings.data_dir))
    return lambda *arguments: cli.main(["ingest", *map(str, arguments)])


def test_command_joins_panchromatic_and_multispectral(
    ingest: Callable[..., int], context: Context, tmp_path: Path
) -> None:
    folder = tmp_path / "delivery"
    folder.mkdir()
    write_image(folder / "DS_1_PAN.tif", np.full((1, 64, 64), 9, np.uint16))
    write_image(folder / "DS_1_MS.tif", np.full((4, 64, 64), 9, np.uint16))
    assert ingest(folder, "--platform", "pleiades-1b", "--datetime", "2023-06-01T10:30:00Z") == 0
    item = context.catalogue.get("pleiades", "DS_1")
    assert item is not None
    assert set(item["assets"]) == {"pan", "ms", "thumbnail", "quicklook"}
    assert item["properties"]["platform"] == "PHR1B"


@pytest.mark.parametrize(
    ("options", "word"),
    [
        (["--platform", "PHR1A"], "--datetime"),
        (["--platform", "PHR1A", "--datetime", "2023-06-01T10:30:00"], "time zone"),
        (["--datetime", "2023-06-01T10:30:00Z"], "--platform"),
        (["--platform", "PHR1A", "--datetime", "2023-06-01T10:30:00Z", "--cloud", "101"], "percentage"),
        (["--platform", "PHR1A", "--datetime", "2023-06-01T10:30:00Z", "--collection", "x"], "collection"),
    ],
)
def test_command_says_what_is_missing(
    ingest: Callable[..., int],
    picture: Path,
    options: list[str],
    word: str,
    capfd: pytest.CaptureFixture[str],
) -> None:
    assert ingest(picture, *options) == 1
    assert word in capfd.readouterr().err


def stac_item(**properties: Any) -> dict[str, Any]:
    return {
        "type": "Feature",
        "stac_version": "1.0.0-beta.2",
        "id": "S2_693-381",
        "geometry": {"type": "Point", "coordinates": [3, 43]},
        "bbox": [3, 43, 3, 43],
        "properties": {"datetime": "2007-02-10T14:19:06Z", "platform": "SPOT2", **properties},
        "assets": {"a/b.zip": {"href": "https://far.example/b.zip"}},
        "links": [{"rel": "self", "href": "https://far.example"}],
    }


def test_items_of_other_catalogues_are_made_fit(
    ingest: Callable[..., int], context: Context, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = [
        stac_item(datetime="2007-02-10T14:19:06"),
        {
            **stac_item(
                datetime="2025-04-28T14:58:43Z",
                start_datetime="2007-02-11T14:19:06Z",
                end_datetime="2007-02-11T14:19:06Z",
            ),
            "id": "PROCESSED-LATER",
        },
    ]
    path = tmp_path / "items.ndjson"
    path.write_text("\n".join(map(json.dumps, lines)))
    assert ingest(path) == 0
    told = capsys.readouterr().out
    assert "without a time zone were taken as UTC (1)" in told
    assert "its start was taken (1)" in told
    first = context.catalogue.get("spot-world-heritage", "S2_693-381")
    assert first is not None
    assert first["properties"]["datetime"] == "2007-02-10T14:19:06Z"
    assert first["properties"]["dinamis:mission"] == "SPOT 2"
    assert "dinamis:product_type" not in first["properties"]
    assert set(first["assets"]) == {"a_b.zip"}
    later = context.catalogue.get("spot-world-heritage", "PROCESSED-LATER")
    assert later is not None
    assert later["properties"]["datetime"] == "2007-02-11T14:19:06Z"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        '{"type": "FeatureCollection", "features": []}',
        json.dumps({**stac_item(), "id": None}),
        json.dumps(stac_item(platform="unknown-9")),
        json.dumps(stac_item(datetime="once")),
        json.dumps(stac_item(datetime=None)),
        json.dumps(stac_item(**{"eo:cloud_cover": 120})),
        json.dumps({**stac_item(), "assets": {"a": {"href": "objects:pleiades/secret.tif"}}}),
    ],
    ids=["empty", "broken", "list", "none", "id", "platform", "date", "no date", "cloud", "object"],
)
def test_bad_items_are_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "items.json"
    path.write_text(text)
    with pytest.raises(stac_files.StacFileError):
        stac_files.read_items(path)


@needs_realdata
def test_real_items_are_read() -> None:
    up42, _ = stac_files.read_items(REALDATA / "stac" / "up42_phr1a_item.json")
    assert up42[0]["properties"]["platform"] == "PHR1A"
    assert up42[0]["collection"] == "pleiades"
    geodes, remarks = stac_files.read_items(REALDATA / "stac" / "geodes_swh_feature_shape.json")
    assert geodes[0]["properties"]["datetime"] == "2007-02-10T14:19:06Z"
    assert len(remarks) == 1


@needs_realdata
def test_mont_ventoux_is_in_vaucluse_and_not_in_drome(ingest: Callable[..., int], context: Context) -> None:
    images = sorted((REALDATA / "imagery").glob("phr1b_ventoux_*_cog.tif"))
    assert len(images) == 3
    options = ["--collection", "pleiades", "--platform", "PHR1B", "--datetime", "2013-08-05T10:42:19Z"]
    assert ingest(*images, *options) == 0
    counts = {}
    for name in ("84-vaucluse", "26-drome"):
        document = json.loads((REALDATA / "aoi" / f"departement-{name}.geojson").read_text())
        area = shape(document.get("geometry") or document["features"][0]["geometry"])
        counts[name] = context.catalogue.search(SearchRequest(geometry=area)).matched
    assert counts == {"84-vaucluse": 3, "26-drome": 0}
    item = context.catalogue.get("pleiades", images[0].stem)
    assert item is not None
    west, south, east, north = item["bbox"]
    assert 5.19 < west < east < 5.2
    assert 44.2 < south < north < 44.21
    stored = context.objects.path(f"pleiades/{images[0].stem}/pan.tif")
    assert stored is not None
    with rasterio.open(stored) as copy, rasterio.open(images[0]) as source:
        np.testing.assert_array_equal(copy.read(), source.read())


@needs_realdata
def test_real_corrupt_file_is_refused(
    ingest: Callable[..., int], context: Context, capsys: pytest.CaptureFixture[str]
) -> None:
    bad = REALDATA / "imagery" / "rasterio_corrupt.tif"
    assert ingest(bad, "--platform", "PHR1A", "--datetime", "2023-06-01T10:30:00Z") == 1
    assert "rasterio_corrupt.tif" in capsys.readouterr().err
    assert context.catalogue.count() == 0
