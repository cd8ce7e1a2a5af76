"""Areas of interest, the search and its first layer."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Iterator
from typing import Any

from qgis.core import QgsMapRendererSequentialJob, QgsMapSettings, QgsProject, QgsRasterLayer
from qgis.PyQt.QtCore import QDate, QPoint, Qt
from qgis.PyQt.QtGui import QImage

from .hands import (
    check,
    choose,
    click,
    click_on,
    click_row,
    drag_on,
    find,
    number,
    pause,
    rows,
    shown,
    tab,
    text,
    wait,
    write,
    write_date,
    write_number,
)
from .places import canvas_box, degrees, pixel
from .play import Journey

LIVE = "/vsimem/dinamis-live/"
"""Where the virtual rasters of signed URLs lie."""

FIRST, LAST = (2015, 1, 1), (2026, 6, 30)
MOST_CLOUD = 40


def areas(journey: Journey) -> Iterator[None]:
    """Draw, import and take areas, and see their size."""
    viewport = journey.canvas.viewport()
    middle = viewport.rect().center()
    yield from tab("filtersTab")
    yield from click("drawRectangleButton")
    yield from drag_on(viewport, middle - QPoint(180, 120), middle + QPoint(-60, -20))
    yield from wait(lambda: rows("aoiList") == 1, "the rectangle in the list")
    yield from click("drawPolygonButton")
    for x, y in ((60, 20), (200, 40), (170, 160), (80, 130)):
        yield from click_on(viewport, middle + QPoint(x, y))
    yield from click_on(viewport, middle + QPoint(80, 130), Qt.MouseButton.RightButton)
    yield from wait(lambda: rows("aoiList") == 2, "the polygon in the list")
    yield from write("aoiPathEdit", str(_area_file(journey)), enter=True)
    yield from wait(lambda: rows("aoiList") == 3, "the imported area in the list")
    yield from click("canvasExtentButton")
    yield from wait(lambda: rows("aoiList") == 4, "the extent of the map in the list")
    yield from shown("aoiAreaLabel")
    yield from wait(lambda: "km" in text("aoiAreaLabel"), "the size of the areas together")
    total = number(text("aoiAreaLabel"))
    check(total and "km" in text("aoiAreaLabel"), "the size of the areas in km²")
    journey.fact("Areas", f"rectangle, polygon, file, map extent: {text('aoiAreaLabel')} together")
    yield from journey.picture("four areas: drawn, drawn, imported, taken from the map")
    yield from clear_areas()


def clear_areas() -> Iterator[None]:
    """Remove every area."""
    yield from tab("filtersTab")
    if rows("aoiList"):
        yield from click("clearAoisButton")
        yield from wait(lambda: rows("aoiList") == 0, "no area any more")


def show_place(journey: Journey, bbox: list[float]) -> Iterator[None]:
    """Turn the map to a box of degrees."""
    journey.canvas.setExtent(canvas_box(bbox, margin=0.3))
    journey.canvas.refresh()
    yield from wait(lambda: not journey.canvas.isDrawing(), "the map at rest")


def draw_rectangle(journey: Journey, bbox: list[float]) -> Iterator[None]:
    """Draw a box of degrees; the value is the box that the pixels of the canvas made of it."""
    west, south, east, north = bbox
    start, end = pixel(west, north), pixel(east, south)
    yield from click("drawRectangleButton")
    yield from drag_on(journey.canvas.viewport(), start, end)
    yield from wait(lambda: rows("aoiList") == 1, "the rectangle in the list")
    corners = degrees(start), degrees(end)
    return [corners[0].x(), corners[1].y(), corners[1].x(), corners[0].y()]


def _area_file(journey: Journey) -> Any:
    west, south, east, north = journey.scenario["bbox"]
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    geometry = {"type": "Polygon", "coordinates": [ring]}
    path = journey.out / "zone.geojson"
    features = [{"type": "Feature", "properties": {"name": "Zone"}, "geometry": geometry}]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    return path


def search(journey: Journey) -> Iterator[None]:
    """Search with every kind of filter, and compare the total with what the service itself says."""
    yield from show_place(journey, journey.scenario["bbox"])
    yield from clear_areas()
    box = yield from draw_rectangle(journey, journey.scenario["bbox"])
    before = _canvas_image(journey)  # the search follows the filters, and draws what it finds, by itself
    yield from choose("productTypeCombo", lambda data, _: data == "downloadable")
    yield from write_date("startDateEdit", *FIRST)
    yield from write_date("endDateEdit", *LAST)
    yield from write_number("cloudSpin", MOST_CLOUD)
    yield from press_on_mission("SENTINEL 2", Qt.Key.Key_Minus)
    check("Sentinel-2" in text("crumb_without"), "a chip says that the mission is left out")
    yield from journey.picture("the filters")
    yield from run_search()
    check(rows("resultsView") > 0, "the list of results is not empty")
    total = number(text("resultsCountLabel"))
    conditions = [
        {"op": "=", "args": [{"property": "dinamis:product_type"}, "downloadable"]},
        {"op": "<=", "args": [{"property": "eo:cloud_cover"}, MOST_CLOUD]},
        {"op": "not", "args": [{"op": "=", "args": [{"property": "dinamis:mission"}, "SENTINEL 2"]}]},
    ]
    days = [QDate(*day).toString(Qt.DateFormat.ISODate) for day in (FIRST, LAST)]
    expected = count_at_service(
        journey,
        {
            "bbox": box,
            "datetime": f"{days[0]}T00:00:00Z/{days[1]}T23:59:59Z",
            "filter-lang": "cql2-json",
            "filter": {"op": "and", "args": conditions},
        },
    )
    check(total == expected, f"the total {text('resultsCountLabel')} is that of the service, {expected}")
    journey.fact("Results", text("resultsCountLabel"))
    journey.fact("First row", row_text("resultsView", 0))
    yield from wait(lambda: _canvas_image(journey) != before, "footprints on the canvas")
    yield from click_row("resultsView", 0)
    yield from journey.picture("results in the list, footprints on the map")


def run_search() -> Iterator[None]:
    """Press the button and wait for the end of the search."""
    yield from tab("filtersTab")
    yield from click("searchButton")
    yield from tab("resultsTab")
    yield from pause(0.3)
    yield from wait(lambda: not find("searchProgress"), "the end of the search", 60)
    yield from wait(lambda: number(text("resultsCountLabel")) is not None, "the count of the results", 20)


def press_on_mission(code: str, key: Qt.Key) -> Iterator[None]:
    """Press a key on a mission: + wants it alone, - leaves it out."""
    from qgis.PyQt.QtTest import QTest  # noqa: PLC0415

    from .hands import post  # noqa: PLC0415

    view = yield from shown("missionList")
    items = [view.item(row) for row in range(view.count())]
    item = next(item for item in items if item.data(Qt.ItemDataRole.UserRole) == code)

    def press() -> None:
        view.setFocus(Qt.FocusReason.MouseFocusReason)
        view.setCurrentItem(item)
        QTest.keyClick(view, key)

    yield from post(press)


def count_at_service(journey: Journey, query: dict[str, Any]) -> int:
    """Ask the service itself how many scenes match."""
    body = json.dumps({**query, "limit": 1}).encode()
    address = f"{journey.service_url}/stac/search"
    request = urllib.request.Request(address, data=body, headers={"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=20) as response:
        return int(json.load(response)["numberMatched"])


def row_text(name: str, row: int) -> str:
    """Return what a row of a view says."""
    model = find(name).model()
    cells = [model.index(row, column).data() for column in range(model.columnCount())]
    return " · ".join(str(cell) for cell in cells if cell)


def _canvas_image(journey: Journey) -> QImage:
    return journey.canvas.grab().toImage()


def signed_rasters() -> list[QgsRasterLayer]:
    """Raster layers of the project that are read through signed URLs."""
    layers = QgsProject.instance().mapLayers().values()
    return [layer for layer in layers if isinstance(layer, QgsRasterLayer) and LIVE in layer.source()]


def drawn(journey: Journey, layer: QgsRasterLayer) -> bool:
    """Whether the canvas is at rest and shows more than one colour where the layer is."""
    if journey.canvas.isDrawing() or not layer.isValid():
        return False
    extent = journey.canvas.mapSettings().layerExtentToOutputExtent(layer, layer.extent())
    middle = journey.canvas.getCoordinateTransform().transform(extent.center()).toQPointF().toPoint()
    image = journey.canvas.grab().toImage()
    spots = [middle + QPoint(x, y) for x in range(-60, 61, 12) for y in range(-60, 61, 12)]
    colours = {image.pixel(spot) for spot in spots if image.rect().contains(spot)}
    return len(colours) > 8


def add_to_map(journey: Journey) -> Iterator[None]:
    """Open the first downloadable scene of the demonstration."""
    known = set(QgsProject.instance().mapLayers())
    yield from click_row("resultsView", 0)
    yield from click("zoomToButton")
    yield from click("addToMapButton")
    layer = yield from wait(
        lambda: next((layer for layer in signed_rasters() if layer.id() not in known), None), "the layer", 60
    )
    check(layer.isValid(), "the layer is valid")
    yield from show_layer(journey, layer)
    journey.fact(
        "Layer", f"{layer.name()}: {layer.width()} x {layer.height()} pixels, {layer.bandCount()} bands"
    )
    journey.fact("Source", layer.source())
    yield from journey.picture("the image, read in parts through its signed URL")


def show_layer(journey: Journey, layer: QgsRasterLayer) -> Iterator[None]:
    """Turn the map to a layer and see its pixels."""
    extent = journey.canvas.mapSettings().layerExtentToOutputExtent(layer, layer.extent())
    extent.scale(0.9)
    journey.canvas.setExtent(extent)
    journey.canvas.refresh()
    yield from see_layer(journey, layer)


def see_layer(journey: Journey, layer: QgsRasterLayer) -> Iterator[None]:
    """Wait for the pixels of a layer."""
    yield from wait(
        lambda: drawn(journey, layer),
        lambda: f"pixels of {layer.name()} on the canvas ({_drawing_faults(journey, layer)})",
        60,
    )


def _drawing_faults(journey: Journey, layer: QgsRasterLayer) -> str:
    """Draw the layer once more, alone, to say what keeps it from being seen."""
    settings = QgsMapSettings(journey.canvas.mapSettings())
    settings.setLayers([layer])
    job = QgsMapRendererSequentialJob(settings)
    job.start()
    job.waitForFinished()
    shown = layer.name() in [shown.name() for shown in journey.canvas.layers()]
    errors = "; ".join(error.message for error in job.errors()) or "no error"
    at_rest = not journey.canvas.isDrawing()
    return f"valid: {layer.isValid()}, in the canvas: {shown}, drawn alone: {errors}, at rest: {at_rest}"
