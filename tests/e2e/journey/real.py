"""The real Pléiades images of Mont Ventoux, found by the real outline of Vaucluse."""

from __future__ import annotations

from collections.abc import Iterator

from osgeo import gdal
from qgis.core import QgsPointXY, QgsProject

from .hands import check, choose, click, click_row, rows, tab, text, wait, write
from .play import Journey, Skip
from .search import clear_areas, row_text, run_search, show_layer, signed_rasters

VAUCLUSE = "aoi/vaucluse_L93_crs_member.geojson"
DROME = "aoi/departement-26-drome.geojson"
POINTS = 40


def real_input(journey: Journey) -> Iterator[None]:
    """Find, open and compare pixel by pixel."""
    if journey.realdata is None or not (journey.realdata / VAUCLUSE).exists():
        raise Skip("no real data: set DINAMIS_REALDATA to its folder")
    wanted = set(journey.scenario["real"])
    yield from _search_with(journey, DROME)
    check(not wanted & set(_titles()), "the outline of Drôme finds none of the real scenes")
    journey.fact("With the outline of Drôme", f"{text('resultsCountLabel')}, none of Mont Ventoux")
    yield from _search_with(journey, VAUCLUSE)
    found = _titles()
    check(
        wanted <= set(found), f"the outline of Vaucluse finds the real scenes {sorted(wanted - set(found))}"
    )
    journey.fact("With the outline of Vaucluse", text("resultsCountLabel"))
    for title, source in journey.scenario["real"].items():
        yield from _open_and_compare(journey, title, str(journey.realdata / source))


def _search_with(journey: Journey, area: str) -> Iterator[None]:
    yield from clear_areas()
    yield from click("resetFiltersButton")
    yield from choose("productTypeCombo", lambda data, _: data == "downloadable")
    yield from write("aoiPathEdit", str(journey.realdata / area), enter=True)
    yield from wait(lambda: rows("aoiList") >= 1, "the imported outline")
    yield from run_search()
    yield from tab("resultsTab")


def _titles() -> list[str]:
    from .hands import find  # noqa: PLC0415

    view = find("resultsView")
    return [view.model().scene(row).title for row in range(rows("resultsView"))] if view else []


def _open_and_compare(journey: Journey, title: str, source: str) -> Iterator[None]:
    known = set(QgsProject.instance().mapLayers())
    row = _titles().index(title)
    yield from click_row("resultsView", row)
    journey.fact("Scene", row_text("resultsView", row))
    yield from click("zoomToButton")
    yield from click("addToMapButton")
    layer = yield from wait(
        lambda: next((layer for layer in signed_rasters() if layer.id() not in known), None),
        f"the layer of {title}",
        60,
    )
    yield from show_layer(journey, layer)
    compared = _compare(layer, source)
    journey.fact(f"Pixels of {title} equal to those of the source file", compared)
    yield from journey.picture(f"{title}: read through the signed URL")


def _compare(layer, source: str) -> str:
    """Compare values that QGIS reads with those of the source file, at points spread over it."""
    data = gdal.Open(source)
    origin_x, width, _, origin_y, _, height = data.GetGeoTransform()
    equal = 0
    for step in range(POINTS):
        column = (step * 7919 + 13) % data.RasterXSize
        line = (step * 104729 + 7) % data.RasterYSize
        point = QgsPointXY(origin_x + (column + 0.5) * width, origin_y + (line + 0.5) * height)
        for band in range(1, data.RasterCount + 1):
            value, inside = layer.dataProvider().sample(point, band)
            wanted = data.GetRasterBand(band).ReadAsArray(column, line, 1, 1)[0][0]
            nodata = data.GetRasterBand(band).GetNoDataValue()
            same = (not inside) if wanted == nodata else (inside and value == wanted)
            check(same, f"band {band} at {column}, {line} is {wanted}, not {value}")
            equal += 1
    return f"{equal} values at {POINTS} points"
