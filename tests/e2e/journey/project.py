"""Saving a project and dragging results."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

from qgis.core import QgsProject, QgsRasterLayer
from qgis.PyQt.QtCore import QPoint
from qgis.utils import iface

from .hands import check, choose, click, click_row, drag_with_pointer, find, post, rows, wait
from .play import Journey
from .search import (
    clear_areas,
    draw_rectangle,
    row_text,
    run_search,
    see_layer,
    show_layer,
    show_place,
    signed_rasters,
)

SECRET = re.compile(rb"X-Amz-(Signature|Credential)", re.IGNORECASE)


def save_and_reopen(journey: Journey) -> Iterator[None]:
    """Save, look into the file, close, open again, and see the image."""
    folder = journey.out / "project"
    folder.mkdir(exist_ok=True)
    path = folder / "journey.qgz"
    project = QgsProject.instance()
    project.setFileName(str(path))
    project.setDirty(True)
    check(signed_rasters(), "a signed layer to save")
    names = sorted(layer.name() for layer in signed_rasters())
    yield from show_layer(journey, signed_rasters()[0])
    yield from post(iface.actionSaveProject().trigger)
    yield from wait(lambda: path.exists() and not project.isDirty(), "the saved project")
    found = _secrets_in(path)
    check(not found, f"no signature in the project, but {found}")
    journey.fact("Signatures in the .qgz", 0)
    yield from post(lambda: iface.newProject(False))
    yield from wait(lambda: not QgsProject.instance().mapLayers(), "an empty project")
    yield from post(lambda: iface.addProject(str(path)))
    yield from wait(
        lambda: sorted(layer.name() for layer in signed_rasters()) == names, "the layers signed again", 60
    )
    layer = signed_rasters()[0]
    yield from see_layer(journey, layer)
    check(not any(bar.text() for bar in _error_bars()), "no error while the project opens")
    yield from journey.picture("the project, opened again: the image draws")


def _error_bars() -> list:
    items = iface.messageBar().items()
    return [item for item in items if item.level() >= 2]


def _secrets_in(path: Path) -> list[str]:
    with zipfile.ZipFile(path) as zipped:
        return [name for name in zipped.namelist() if SECRET.search(zipped.read(name))]


def drag_and_drop(journey: Journey) -> Iterator[None]:
    """Drag a result onto the map; then another one with Ctrl, which downloads it."""
    yield from show_place(journey, journey.scenario["bbox"])
    yield from clear_areas()
    yield from draw_rectangle(journey, journey.scenario["bbox"])
    yield from click("resetFiltersButton")
    yield from choose("productTypeCombo", lambda data, _: data == "downloadable")
    yield from run_search()
    check(rows("resultsView") >= 2, "two downloadable scenes")
    known = set(QgsProject.instance().mapLayers())
    yield from _drag_row(journey, 0, ctrl=False)
    layer = yield from wait(
        lambda: next((layer for layer in signed_rasters() if layer.id() not in known), None),
        "the dropped layer",
        60,
    )
    journey.fact("Dropped", f"{row_text('resultsView', 0)} → {layer.name()}")
    yield from show_layer(journey, layer)
    yield from journey.picture("dropped on the map: loaded")
    known = set(QgsProject.instance().mapLayers())
    yield from _drag_row(journey, 1, ctrl=True)
    local = yield from wait(
        lambda: next(iter(_local_rasters(known)), None), "the downloaded file as a layer", 180
    )
    path = Path(local.source())
    check(path.is_file(), f"the file {path.name} exists")
    check(Path(QgsProject.instance().absolutePath()) in path.parents, "it lies in the folder of the project")
    journey.fact("Dropped with Ctrl", f"{path.relative_to(journey.out)}, {path.stat().st_size / 1e6:.1f} MB")
    yield from show_layer(journey, local)
    yield from journey.picture("dropped with Ctrl: downloaded into the project's folder")


def _local_rasters(known: set[str]) -> list[QgsRasterLayer]:
    layers = [layer for key, layer in QgsProject.instance().mapLayers().items() if key not in known]
    rasters = [layer for layer in layers if isinstance(layer, QgsRasterLayer) and layer.isValid()]
    return [layer for layer in rasters if layer.source().startswith("/") and "/vsi" not in layer.source()]


def _drag_row(journey: Journey, row: int, *, ctrl: bool) -> Iterator[None]:
    yield from click_row("resultsView", row)
    view = find("resultsView")
    index = view.model().index(row, 1, view.rootIndex())
    start = view.viewport().mapToGlobal(view.visualRect(index).center())
    viewport = journey.canvas.viewport()
    end = viewport.mapToGlobal(viewport.rect().center() + QPoint(40, 60))
    yield from drag_with_pointer(start, end, ctrl=ctrl)
