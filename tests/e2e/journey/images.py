"""Ways to load a scene, and the queue of downloads."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from qgis.core import QgsProject, QgsRasterLayer
from qgis.PyQt.QtTest import QTest
from qgis.PyQt.QtWidgets import QApplication, QMenu

from .hands import LEFT, NO_KEY, check, click, click_row, find, number, post, tab, text, wait, write
from .play import Journey
from .search import clear_areas, draw_rectangle, show_layer, show_place, signed_rasters

WAYS = {
    "loadAs_sharpened": "panchromatic and multispectral as one layer, pansharpened",
    "loadAs_false-colour": "false colours: what grows is red",
}
TWO = 2


def load_in_ways(journey: Journey) -> Iterator[None]:
    """Load the first result pansharpened, then in false colours, by the menu."""
    yield from click_row("resultsView", 0)
    for name, picture in WAYS.items():
        known = {layer.id() for layer in signed_rasters()}
        words = yield from _choose_way(name)
        layer = yield from wait(
            lambda known=known: next((one for one in signed_rasters() if one.id() not in known), None),
            f"the layer of {name}",
            60,
        )
        journey.fact(words, f"{layer.name()}: {layer.rasterUnitsPerPixelX():g} m a pixel")
        yield from show_layer(journey, layer)
        yield from journey.picture(picture)


def _choose_way(name: str) -> Iterator[None]:
    """Choose an entry of the menu; the value is its words."""
    yield from click("loadAsButton")
    menu = yield from wait(QApplication.activePopupWidget, "the menu of the ways to load", 5)
    check(isinstance(menu, QMenu), "a menu is open")
    entries = {action.objectName(): action for action in menu.actions()}
    check(name in entries, f"the menu offers {name}, among {sorted(entries)}")
    words, spot = entries[name].text(), menu.actionGeometry(entries[name]).center()
    yield from post(lambda: QTest.mouseClick(menu, LEFT, NO_KEY, spot))
    return words


def download_a_cut(journey: Journey) -> Iterator[None]:
    """Download what lies in a smaller area, by the queue, and have the layer of the image read the file."""
    before = {layer.id(): (layer.name(), layer.width()) for layer in signed_rasters()}
    place = journey.scenario["bbox"]
    yield from show_place(journey, place)
    yield from clear_areas()
    yield from draw_rectangle(journey, _middle_of(place))
    yield from tab("resultsTab")
    yield from click_row("resultsView", 0)
    folder = journey.out / "downloads"
    folder.mkdir(exist_ok=True)
    yield from click("downloadButton")
    yield from write("downloadFolderEdit", str(folder))
    yield from click("downloadClipCheck")
    yield from wait(lambda: len(_sizes()) == TWO, "how much will come, of how much", 20)
    part, whole = _sizes()
    check(part < whole, f"less than the whole image comes: {text('downloadEstimateLabel')}")
    journey.fact("Estimate", text("downloadEstimateLabel"))
    yield from journey.picture("the questions before: folder, cut to the area, how much will come")
    yield from click("downloadStartButton")
    local = yield from wait(lambda: _reading_from(folder, before), "the layer that reads the file", 60)
    name, width = before[local.id()]
    check(local.isValid() and local.name() == name, f"the layer is still {name}")
    check(local.width() < width, "the file holds a part of the image")
    check([path.suffix for path in folder.iterdir()] == [".tif"], "nothing but the image lies in the folder")
    yield from click("downloadsToggle")
    yield from wait(lambda: find("downloadRow"), "the download in the list", 5)
    journey.fact("Downloaded", f"{Path(local.source()).name}: {text('downloadStateLabel')}")
    yield from show_layer(journey, local)
    yield from journey.picture("the queue, and the layer that reads the file now, cut to the area")
    yield from click("downloadsClearButton")


def _middle_of(bbox: list[float]) -> list[float]:
    """A box of a third of the width and height, in the middle."""
    west, south, east, north = bbox
    across, up = (east - west) / 3, (north - south) / 3
    return [west + across, south + up, east - across, north - up]


def _sizes() -> list[float]:
    """What the dialog says will come, and of how much: megabytes or kilobytes, in bytes."""
    units = {"k": 1e3, "M": 1e6, "G": 1e9}
    found = re.findall(
        r"([\d\s\u00a0\u202f]*\d(?:[.,]\d+)?)[\s\u00a0\u202f]([kMG])[Bo]", text("downloadEstimateLabel")
    )
    return [(number(value) or 0) * units[unit] for value, unit in found][:TWO]


def _reading_from(folder: Path, before: dict[str, object]) -> QgsRasterLayer | None:
    layers = [layer for key, layer in QgsProject.instance().mapLayers().items() if key in before]
    return next((layer for layer in layers if layer.source().startswith(str(folder))), None)
