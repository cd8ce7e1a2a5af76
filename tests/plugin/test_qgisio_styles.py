"""Every sensor in every style of it, drawn by QGIS from a test scene, pixel by pixel."""

from __future__ import annotations

import pytest
from osgeo import gdal
from qgis.core import QgsRasterLayer, QgsRectangle

from dinamis_plugin.domain.computed import NO_INDEX
from dinamis_plugin.domain.errors import CorruptImageError
from dinamis_plugin.domain.search import MISSIONS as SEARCHED
from dinamis_plugin.domain.styles import NormalisedDifference, StyleKind, WeightedSum, band_names, recipes_of
from dinamis_plugin.qgisio import styles, vrt

from .sensors import FIELDS, GROUND, MISSIONS, SIZE, colour_of, drawn, values, write_scene

WATER, FOREST, SOIL, ROOFS = FIELDS


def test_every_mission_has_a_test_scene():
    assert set(MISSIONS) == {code for code, _ in SEARCHED}


@pytest.fixture
def scene(tmp_path):
    def write(mission):
        bands, pixel, _ = MISSIONS[mission]
        return str(write_scene(tmp_path / "ms.tif", bands, pixel))

    return write


def styled(source, mission, kind, extent=None):
    """A layer in a style of its sensor, stretched on an extent of it."""
    count = gdal.Open(source).RasterCount
    recipe = recipes_of(band_names(mission, count))[kind]
    if recipe.formulas:
        source = vrt.computed(source, recipe.formulas)
    layer = QgsRasterLayer(source, mission, "gdal")
    assert layer.isValid()
    provider = layer.dataProvider()
    ranges = {}
    if kind is not StyleKind.NDVI:
        ranges = styles.ranges_of(provider, recipe.bands, extent or layer.extent())
    layer.setRenderer(styles.make_renderer(provider, recipe, ranges))
    return layer


@pytest.mark.parametrize("mission", MISSIONS)
def test_forest_is_green_in_true_colours(scene, mission):
    image = drawn(styled(scene(mission), mission, StyleKind.TRUE_COLOUR))
    red, green, blue = colour_of(image, FOREST)[:3]
    assert green > red
    assert green > blue
    red, green, blue = colour_of(image, SOIL)[:3]
    assert red > green > blue
    red, green, blue = colour_of(image, WATER)[:3]
    assert max(red, green, blue) < 80
    assert blue >= red
    assert min(colour_of(image, ROOFS)[:3]) > 200
    assert image.pixelColor(SIZE // 2, 1).alpha() == 0  # no data is clear


@pytest.mark.parametrize("mission", MISSIONS)
def test_forest_is_red_in_false_colours(scene, mission):
    image = drawn(styled(scene(mission), mission, StyleKind.FALSE_COLOUR))
    red, green, blue = colour_of(image, FOREST)[:3]
    assert red > 200
    assert max(green, blue) < 60
    assert max(colour_of(image, WATER)[:3]) < 60
    assert min(colour_of(image, ROOFS)[:3]) > 150


@pytest.mark.parametrize("mission", MISSIONS)
def test_the_vegetation_index_has_its_true_values_and_colours(scene, mission):
    layer = styled(scene(mission), mission, StyleKind.NDVI)
    provider = layer.dataProvider()
    block = provider.block(1, layer.extent(), SIZE, SIZE)
    for place, field in enumerate(FIELDS):
        nir, red = GROUND[field]["nir"], GROUND[field]["red"]
        value = block.value(SIZE // 2, place * SIZE // 4 + 8)
        assert value == pytest.approx((nir - red) / (nir + red), abs=1e-6)
    assert block.isNoData(1, SIZE // 2)
    image = drawn(layer)
    red, green, blue = colour_of(image, FOREST)[:3]
    assert green > 1.4 * max(red, blue)
    for bare in (SOIL, ROOFS, WATER):
        red, green, blue = colour_of(image, bare)[:3]
        assert red > green > blue
    assert image.pixelColor(SIZE // 2, 1).alpha() == 0


@pytest.mark.parametrize("mission", [mission for mission, (_, _, pan) in MISSIONS.items() if pan is not None])
def test_sharpened_images_have_the_pixels_of_one_and_the_colours_of_the_other(tmp_path, mission):
    bands, coarse, fine = MISSIONS[mission]
    ratio = round(coarse / fine)
    ms = str(write_scene(tmp_path / "ms.tif", bands, coarse))
    pan = str(write_scene(tmp_path / "pan.tif", ("pan",), fine, size=SIZE * ratio))
    source = vrt.sharpened(pan, ms)
    sharp = gdal.Open(source)
    assert (sharp.RasterXSize, sharp.RasterCount) == (SIZE * ratio, len(bands))
    middle = sharp.ReadAsArray(SIZE * ratio * 3 // 8, SIZE * ratio // 2, 1, 1)[:, 0, 0]
    told = values(FOREST, bands)
    share = GROUND[FOREST]["pan"] * 10 / (sum(told) / len(told))
    assert middle == pytest.approx([value * share for value in told], abs=2)
    assert not sharp.ReadAsArray(0, 0, 8, 2).any()  # no data stays no data
    image = drawn(styled(source, mission, StyleKind.FALSE_COLOUR))
    red, green, blue = colour_of(image, FOREST)[:3]
    assert red > 1.5 * max(green, blue)
    index = styled(source, mission, StyleKind.NDVI)  # a computed raster of a computed raster
    value = index.dataProvider().block(1, index.extent(), SIZE, SIZE).value(SIZE // 2, SIZE * 3 // 8)
    assert value == pytest.approx((450 - 30) / (450 + 30), abs=0.01)


def test_grey_for_one_band(tmp_path):
    source = str(write_scene(tmp_path / "pan.tif", ("pan",), 0.5))
    image = drawn(styled(source, "PLEIADES", StyleKind.GREY))
    shades = [colour_of(image, field)[:3] for field in (WATER, FOREST, SOIL, ROOFS)]
    assert [len(set(shade)) for shade in shades] == [1, 1, 1, 1]
    assert shades == sorted(shades)
    assert shades[-1] == (255, 255, 255)


def test_the_stretch_is_that_of_the_place_that_is_shown(scene):
    source = scene("PLEIADES")
    whole = QgsRasterLayer(source, "", "gdal")
    area = whole.extent()
    west, south, height = area.xMinimum(), area.yMinimum(), area.height()
    water = QgsRectangle(west, south, west + 3 / 8 * area.width(), south + 0.8 * height)
    wide = styles.read_ranges(source, (1, 2, 3), area)
    near = styles.read_ranges(source, (1, 2, 3), water)
    assert wide[1].high == pytest.approx(3400, abs=60)
    assert near[3].high < 900 < wide[3].high
    layer = styled(source, "PLEIADES", StyleKind.FALSE_COLOUR)
    before = colour_of(drawn(layer), FOREST)
    styles.apply_ranges(layer, styles.read_ranges(source, (4, 1, 2), water))
    assert layer.renderer().greenContrastEnhancement().maximumValue() < 900
    assert colour_of(drawn(layer), FOREST)[1] > 200 > before[1]


def test_an_index_can_be_stretched_too(scene):
    layer = styled(scene("PLEIADES"), "PLEIADES", StyleKind.NDVI)
    before = colour_of(drawn(layer), SOIL)
    styles.apply_ranges(layer, {1: styles.Range(0.0, 0.2)})
    assert layer.renderer().classificationMax() == pytest.approx(0.2)
    after = colour_of(drawn(layer), SOIL)
    assert after != before
    assert after[1] > after[0]  # bare ground now has the colours of vegetation


def test_bytes_are_read_as_they_are(tmp_path):
    bands, pixel, _ = MISSIONS["PLEIADES"]
    layer = QgsRasterLayer(str(write_scene(tmp_path / "ms.tif", bands, pixel, byte=True)), "", "gdal")
    assert not styles.needs_stretch(layer.dataProvider(), 1)


def test_a_mosaic_shows_all_of_its_images_the_last_on_top(tmp_path):
    bands, pixel, _ = MISSIONS["PLEIADES"]
    left = str(write_scene(tmp_path / "a.tif", bands, pixel))
    right = str(write_scene(tmp_path / "b.tif", bands, pixel, west=770_000 + SIZE, scale=1.5))
    made = gdal.Open(vrt.mosaic([left, right]))
    assert (made.RasterXSize, made.RasterYSize, made.RasterCount) == (SIZE * 3 // 2, SIZE, 4)
    line = made.GetRasterBand(4).ReadAsArray(0, SIZE // 2, SIZE * 3 // 2, 1)[0]
    assert line[SIZE // 8] == GROUND[WATER]["nir"] * 10
    assert line[SIZE // 2 + 4] == GROUND[WATER]["nir"] * 15  # the right one covers the soil of the left one
    assert line[-1] == GROUND[ROOFS]["nir"] * 15
    turned = gdal.Open(vrt.mosaic([right, left]))
    assert turned.ReadAsArray(SIZE // 2 + 4, SIZE // 2, 1, 1)[3, 0, 0] == GROUND[SOIL]["nir"] * 10
    index = gdal.Open(vrt.computed(vrt.mosaic([left, right]), [NormalisedDifference(4, 1)]))
    assert index.ReadAsArray(SIZE + 4, SIZE // 2, 1, 1)[0, 0] == pytest.approx(60 / 500, abs=0.001)
    assert index.ReadAsArray(0, 0, 1, 1)[0, 0] == NO_INDEX


def test_what_does_not_fit_together_is_refused(tmp_path):
    bands, pixel, _ = MISSIONS["PLEIADES"]
    one = str(write_scene(tmp_path / "a.tif", bands, pixel))
    utm = str(write_scene(tmp_path / "b.tif", bands, pixel, epsg=32631))
    pan = str(write_scene(tmp_path / "c.tif", ("pan",), 0.5))
    for refused in (
        lambda: vrt.mosaic([one, utm]),
        lambda: vrt.mosaic([one, pan]),
        lambda: vrt.mosaic([one, str(tmp_path / "none.tif")]),
        lambda: vrt.sharpened(pan, utm),
        lambda: vrt.computed(one, [NormalisedDifference(7, 1)]),
        lambda: vrt.computed(one, [WeightedSum(((5, 1.0),))]),
        lambda: styles.read_ranges(str(tmp_path / "none.tif"), (1,), QgsRectangle(0, 0, 1, 1)),
    ):
        with pytest.raises(CorruptImageError):
            refused()
