"""Raw scenes of SPOT 1 to 5 find their place on the ground by orbit, attitudes and look angles."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from xml.etree.ElementTree import fromstring

import numpy as np
import pytest
import rasterio
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from pyproj import Geod, Transformer
from rasterio.transform import RPCTransformer
from spot_scenes import RADIUS, Array, Scene, deliver, metadata, orbit, small
from test_catalogue_ingest import REALDATA, ingest, needs_realdata
from test_catalogue_ingest_products import only_item

from dinamis_service.catalogue.products import dimap
from dinamis_service.catalogue.products.facts import ProductError
from dinamis_service.catalogue.products.rpc_fit import fitted
from dinamis_service.catalogue.products.spot_metadata import read_model, read_spot
from dinamis_service.catalogue.products.spot_model import SpotModel
from dinamis_service.context import Context

Ingest = Callable[..., int]
__all__ = ["ingest"]

GEOD = Geod(ellps="WGS84")
TO_EARTH = Transformer.from_crs("EPSG:4979", "EPSG:4978", always_xy=True)

scenes = st.builds(
    Scene,
    side=st.floats(-28, 28),
    forward=st.sampled_from([0.0, 0.53, 20.0]),
    points=st.integers(5, 11),
    angles=st.tuples(*[st.floats(-2e-3, 2e-3)] * 3),
    rates=st.tuples(*[st.floats(-1e-5, 1e-5)] * 3),
    corrected=st.booleans(),
    detectors=st.sampled_from([2, 50]),
    mission=st.integers(1, 5),
)


def model_of(scene: Scene) -> SpotModel:
    return read_model(fromstring(metadata(scene)), Path("METADATA.DIM"))


def seen(model: SpotModel, row: float, column: float, height: float) -> tuple[float, float]:
    lon, lat = model.locate(np.array([row]), np.array([column]), np.array([height]))
    return float(lon[0]), float(lat[0])


def earth(lon: float, lat: float, height: float) -> Array:
    return np.array(TO_EARTH.transform(lon, lat, height))


@given(st.floats(0, 11_999), st.floats(0, 8000))
def test_a_pixel_that_looks_down_sees_what_lies_under_the_satellite(row: float, height: float) -> None:
    model = model_of(Scene(detectors=3))
    place = earth(*seen(model, row, 11_999 / 2, height), height)
    (position,), _ = orbit(np.array([(row - 5999) * 0.000752]))
    aside = np.linalg.norm(np.cross(position, place)) / RADIUS
    assert aside < 0.02, "metres off the line from the satellite to the centre of the Earth"


@given(scenes, st.floats(0, 11_999), st.floats(0, 11_999), st.floats(-400, 8000), st.floats(1, 1000))
@hypothesis_settings(deadline=None)
def test_every_height_lies_on_one_ray(
    scene: Scene, row: float, column: float, height: float, step: float
) -> None:
    """The satellite, a place and the place above it that the same pixel sees are in one line."""
    model = model_of(scene)
    (position,), _ = orbit(model.times(np.array([row])))
    low, high = (earth(*seen(model, row, column, at), at) for at in (height, height + step))
    ray = (low - position) / np.linalg.norm(low - position)
    assert np.linalg.norm(np.cross(ray, high - position)) < 0.02
    assert np.linalg.norm(high - position) < np.linalg.norm(low - position)


def test_a_satellite_that_looks_up_sees_nothing() -> None:
    model = model_of(Scene(detectors=3))
    turned = replace(model.attitudes, angles=model.attitudes.angles + np.array([np.pi, 0, 0]))
    assert np.isnan(seen(replace(model, attitudes=turned), 6000, 6000, 0)).all()


@pytest.mark.parametrize("side", [-25.0, -10.0, 10.0, 25.0])
def test_height_moves_a_place_to_the_nadir(side: float) -> None:
    model = model_of(Scene(side=side, detectors=2))
    at = (5999.0, 11_999 / 2)
    lon, lat = seen(model, *at, 0)
    up_lon, up_lat = seen(model, *at, 1000)
    low, (position,) = earth(lon, lat, 0), orbit(np.array([0.0]))[0]
    up = earth(lon, lat, 1) - low
    slant = (position - low) / np.linalg.norm(position - low)
    incidence = np.arccos(slant @ up)
    azimuth, _, moved = GEOD.inv(lon, lat, up_lon, up_lat)
    assert moved == pytest.approx(1000 * np.tan(incidence), rel=1e-3)
    nadir = seen(model_of(Scene(detectors=2)), *at, 0)
    towards, _, _ = GEOD.inv(lon, lat, *nadir)
    assert abs((azimuth - towards + 180) % 360 - 180) < 2


@pytest.mark.parametrize(
    ("change", "turn"),
    [
        ({"side": 1.0}, 90),
        ({"forward": 1.0}, 0),
        ({"angles": (0.0, -np.radians(1), 0.0)}, 90),
        ({"angles": (-np.radians(1), 0.0, 0.0)}, 0),
    ],
)
def test_angles_turn_the_view_as_the_handbook_says(change: dict[str, object], turn: float) -> None:
    """psi_y to the left of the track, which is the east of a satellite that comes down; psi_x forward.

    Roll and pitch are told with the other sign.
    """
    middle = (5999.0, 11_999 / 2)
    flat = Scene(detectors=2)
    nadir = seen(model_of(flat), *middle, 0)
    later = seen(model_of(flat), 7999.0, middle[1], 0)
    track, _, _ = GEOD.inv(*nadir, *later)
    azimuth, _, distance = GEOD.inv(*nadir, *seen(model_of(replace(flat, **change)), *middle, 0))
    assert distance == pytest.approx((RADIUS - 6_368_000) * np.tan(np.radians(1)), rel=0.02)
    assert abs((track - turn - azimuth + 180) % 360 - 180) < 5, "the ground turns below by some degrees"


def test_yaw_turns_the_rows_against_the_clock() -> None:
    def azimuth(scene: Scene) -> float:
        model = model_of(scene)
        return GEOD.inv(*seen(model, 5999, 0, 0), *seen(model, 5999, 11_999, 0))[0]

    flat = Scene(detectors=2)
    turned = azimuth(replace(flat, angles=(0.0, 0.0, np.radians(5))))
    assert azimuth(flat) - turned == pytest.approx(5, abs=0.05)


def test_gyroscopes_tell_what_the_star_tracker_tells() -> None:
    flat = Scene(detectors=2, angles=(1e-3, -2e-3, 3e-3), rates=(1e-5, 2e-5, -1e-5))
    rows, columns = np.array([0.0, 11_999.0]), np.array([0.0, 11_999.0])
    told = model_of(flat).locate(rows, columns, np.zeros(2))
    integrated = model_of(replace(flat, corrected=False)).locate(rows, columns, np.zeros(2))
    np.testing.assert_allclose(integrated, told, atol=1e-7)


@given(scenes, st.sampled_from([(12_000, 12_000), (3000, 3000), (700, 12_000), (220, 260)]))
@hypothesis_settings(deadline=None, max_examples=15)
def test_rational_functions_lead_back_to_the_pixel(scene: Scene, size: tuple[int, int]) -> None:
    """As GDAL applies them, at places and heights of the image that were not fitted."""
    model = model_of(replace(scene, rows=size[0], columns=size[1], pixel=4.1 / 12_000))
    made = fitted(model.locate, *size)
    assert made.residual < 0.1
    random = np.random.default_rng(5)
    rows, columns = (random.uniform(0, count - 1, 200) for count in size)
    heights = random.uniform(-400, 8500, 200)
    lon, lat = model.locate(rows, columns, heights)
    with RPCTransformer(made.rpc) as transformer:
        found = transformer.rowcol(lon, lat, zs=heights, op=lambda value: value)
    off = np.hypot(np.array(found[0]) - 0.5 - rows, np.array(found[1]) - 0.5 - columns)
    assert off.max() < 0.1


def test_the_antimeridian_parts_no_image() -> None:
    flat = model_of(Scene(detectors=2))
    middle = seen(flat, 5999, 6000, 0)[0]

    def turned(rows: Array, columns: Array, heights: Array) -> tuple[Array, Array]:
        lon, lat = flat.locate(rows, columns, heights)
        return (lon - middle) % 360 - 180, lat

    made = fitted(turned, 12_000, 12_000)
    assert made.residual < 0.01
    assert abs(made.rpc.long_off) > 179


def ramps(model: SpotModel, terrain: Callable[[Array, Array], Array]) -> tuple[Array, Array, Array]:
    """Easting, northing (UTM 31) and height that the pixels see on a terrain told by easting and northing."""
    to_utm = Transformer.from_crs("EPSG:4326", "EPSG:32631", always_xy=True)
    rows, columns = np.meshgrid(np.arange(model.rows), np.arange(model.columns), indexing="ij")
    heights = np.zeros(rows.shape)
    for _ in range(4):
        lon, lat = model.locate(rows.astype(float), columns.astype(float), heights)
        east, north = to_utm.transform(lon, lat)
        heights = terrain(east, north)
    return east, north, heights


@pytest.mark.parametrize(
    ("slope", "options"),
    [(0.0, ["--height", "700"]), (0.15, ["--dem", "dem.tif"])],
    ids=["flat", "terrain"],
)
def test_ortho_lands_within_a_pixel(
    ingest: Ingest, context: Context, tmp_path: Path, slope: float, options: list[str]
) -> None:
    """The pixels tell the easting and northing that they see, so that the ortho tells how far off it is.

    The corners that the metadata tell, for people and for tie points, are rough as those of real products.
    """
    scene = small(angles=(4e-4, -3e-4, 1e-3), rates=(1e-5, -1e-5, 1e-6))
    model = model_of(scene)
    start, south = ramps(model, lambda east, _: np.full(east.shape, 700.0))[:2]
    west, south = np.floor(start.min()) - 3000, np.floor(south.min()) - 3000

    def terrain(east: Array, north: Array) -> Array:
        return 700 + slope * (east - start.mean()) + slope / 2 * (north - south - 4000)

    east, north, heights = ramps(model, terrain)
    assert slope == 0 or np.ptp(heights) > 100
    corners = [(row, column) for row in (0, scene.rows - 1) for column in (0, scene.columns - 1)]
    frame = [(row + 1, column + 1, *seen(model, row, column, 3000)) for row, column in corners]
    told = np.round(np.stack([east - west, north - south]) * 8).astype(np.uint16)
    deliver(tmp_path / "raw", scene, told, frame=frame)
    size = 30.0
    dem = rasterio.Affine(size, 0, west, 0, -size, south + 12_000)
    x, y = np.meshgrid(np.arange(400), np.arange(400))
    with rasterio.open(
        tmp_path / "dem.tif", "w", driver="GTiff", width=400, height=400, count=1, dtype="float32",
        crs="EPSG:32631", transform=dem,
    ) as image:  # fmt: skip
        image.write(terrain(*(dem @ (x + 0.5, y + 0.5))).astype(np.float32), 1)
    options = [str(tmp_path / one) if one == "dem.tif" else one for one in options]
    assert ingest(tmp_path / "raw", "--ortho", "--crs", "EPSG:32631", "--resolution", "10", *options) == 0
    item = only_item(context, "spot-world-heritage")
    assert item["properties"]["processing:level"] == "ORTHO"
    stored = context.objects.path(f"spot-world-heritage/{item['id']}/pan.tif")
    assert stored is not None
    with rasterio.open(stored) as image:
        values = image.read().astype(float) / 8
        rows, columns = np.nonzero(values[0])
        x, y = image.transform @ (columns + 0.5, rows + 0.5)
        inner = image.read_masks(1)[rows, columns] > 0
    off = np.hypot(values[0][rows, columns] + west - x, values[1][rows, columns] + south - y)[inner]
    assert len(off) > 0.8 * scene.rows * scene.columns
    assert np.median(off) < 0.5, "metres"
    assert np.percentile(off, 98) < 10, "one pixel; the edges are blended with what lies outside"


FAULTS = {
    "no look angles": (r"<Look_Angles_List>.*</Look_Angles_List>", "", "without a sensor model"),
    "no attitudes": (r"<Satellite_Attitudes>.*</Satellite_Attitudes>", "", "without a sensor model"),
    "no ephemeris": (r"<Points>.*</Points>", "", "without a sensor model"),
    "level 1B": (">1A<", ">1B<", "without a sensor model"),
    "three points": (r"(<Points>(?:<Point>.*?</Point>){3}).*</Points>", r"\1</Points>", "has 3 points"),
    "early ephemeris": (r"T10:3(\d)", r"T09:3\1", "ephemeris do not cover"),
    "one attitude": (
        r"(<Corrected_Attitude><Angles>.*?</Angles>).*(</Corrected_Attitude>)", r"\1\2",
        "attitudes do not cover",
    ),
    "attitudes out of range": ("<OUT_OF_RANGE>N", "<OUT_OF_RANGE>Y", "no attitude can be used"),
    "no line period": (r"<LINE_PERIOD>.*</LINE_PERIOD>", "", "'LINE_PERIOD' is missing"),
    "no number": (r"<PITCH>.*?</PITCH>", "<PITCH>x</PITCH>", "'PITCH' is missing"),
    "no date": (r"<SCENE_CENTER_TIME>2008", "<SCENE_CENTER_TIME>MMVIII", "is not a date"),
    "one look angle": (
        r"(<Look_Angles>.*?</Look_Angles>)(<Look_Angles>.*</Look_Angles>)", r"\1", "1 look angles",
    ),
    "another size": (r"<NCOLS>\d+", "<NCOLS>150", "the metadata tell of"),
    "looks to the sky": (r"<PITCH>.*?</PITCH>", "<PITCH>1.5</PITCH>", "does not see the ground"),
    "elsewhere": (r"<FRAME_LAT>.*?</FRAME_LAT>", "<FRAME_LAT>1</FRAME_LAT>", "km off the frame"),
    "other side": (r"<PSI_Y>", "<PSI_Y>-", "km off the frame"),
}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
def test_damaged_metadata_are_refused_with_the_reason(
    ingest: Ingest, tmp_path: Path, capsys: pytest.CaptureFixture[str], fault: str
) -> None:
    pattern, replacement, word = FAULTS[fault]
    scene = small()
    corner = (1.0, 1.0, *seen(model_of(scene), 0, 0, 500))
    path = deliver(tmp_path / "raw", scene, np.ones((1, scene.rows, scene.columns), np.uint8), frame=[corner])
    text = path.read_text(encoding="latin-1")
    if fault == "early ephemeris":
        head, points, tail = re.split(r"(<Points>.*</Points>)", text, flags=re.DOTALL)
        damaged = head + re.sub(pattern, replacement, points) + tail
    else:
        damaged = re.sub(pattern, replacement, text, flags=re.DOTALL)
    assert damaged != text
    path.write_text(damaged, encoding="latin-1")
    assert ingest(tmp_path / "raw", "--ortho") == 1
    assert word in capsys.readouterr().err


def test_shaking_satellite_is_refused_with_the_residual(tmp_path: Path) -> None:
    """Rational functions do not follow attitudes that shake, and the ortho would be wrong without a word."""
    text = metadata(Scene(detectors=2))
    shaken = iter(range(1000))
    text = re.sub(r"<ROLL>.*?</ROLL>", lambda _: f"<ROLL>{1e-4 * np.sin(0.2 * next(shaken))}</ROLL>", text)
    (tmp_path / "METADATA.DIM").write_text(text, encoding="latin-1")
    with pytest.raises(ProductError, match=r"rational functions are \d+\.\d pixels off") as refusal:
        read_spot(tmp_path / "METADATA.DIM", (12_000, 12_000))
    assert "pixel" in refusal.value.fr


def test_raw_scene_asks_for_ortho(ingest: Ingest, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    scene = small(mission=3, corrected=False, detectors=2)
    deliver(tmp_path / "raw", scene, np.ones((1, scene.rows, scene.columns), np.uint8))
    assert ingest(tmp_path / "raw") == 1
    assert "--ortho" in capsys.readouterr().err
    assert ingest(tmp_path / "raw", "--ortho") == 0


@needs_realdata
def test_the_shape_of_a_real_product(tmp_path: Path) -> None:
    """What the sample has is read; with look angles of ours in it, its attitudes are found too short."""
    name = "SPOT5_HRG1_SCENE_1A_east_synthetic.XML"
    text = (REALDATA / "dimap" / name).read_text(encoding="latin-1")
    text = text.replace("</Raster_Dimensions>", "</Raster_Dimensions><Data_Access><Data_File>"
                        '<DATA_FILE_PATH href="IMAGERY.TIF"/></Data_File></Data_Access>')  # fmt: skip
    (tmp_path / "IMAGERY.TIF").write_bytes(b"II*\0")
    path = tmp_path / name
    path.write_text(text, encoding="latin-1")
    product = dimap.read_product(path, tmp_path)
    assert product is not None
    assert (product.platform, product.level, product.physical) == ("SPOT5", "1A", False)
    looks = re.search(
        r"<Instrument_Look_Angles_List>.*</Instrument_Look_Angles_List>", metadata(Scene(detectors=2))
    )
    assert looks is not None
    path.write_text(
        text.replace("</Sensor_Configuration>", f"{looks[0]}</Sensor_Configuration>"), encoding="latin-1"
    )
    product = dimap.read_product(path, tmp_path)
    assert product is not None
    assert product.physical
    with pytest.raises(ProductError, match="attitudes do not cover the image"):
        read_spot(path, (12_000, 12_000))
