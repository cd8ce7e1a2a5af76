"""Saving a project and dragging results."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

from qgis.core import QgsProject, QgsRasterLayer
from qgis.PyQt.QtCore import QPoint, Qt
from qgis.utils import iface

from .hands import check, choose, click, click_row, drag_with_pointer, find, post, rows, wait
from .play import Journey
from .search import (
    clear_areas,
    draw_rectangle,
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
    """Drag two results onto the map and onto the layer tree; then one with Ctrl, which downloads it."""
    yield from show_place(journey, journey.scenario["bbox"])
    yield from clear_areas()
    yield from draw_rectangle(journey, journey.scenario["bbox"])
    yield from click("resetFiltersButton")
    yield from choose("productTypeCombo", lambda data, _: data == "downloadable")
    yield from run_search()
    check(rows("resultsView") >= 2, "two downloadable scenes")
    canvas = journey.canvas.viewport()
    tree = iface.layerTreeView().viewport()
    middle = canvas.mapToGlobal(canvas.rect().center() + QPoint(40, 60))
    end_of_tree = tree.mapToGlobal(QPoint(tree.width() // 2, tree.height() - 10))
    for where, end in (("map", middle), ("layer tree", end_of_tree)):
        layers = yield from _drop_two(end)
        journey.fact(f"Dropped on the {where}", ", ".join(sorted(layer.name() for layer in layers)))
    yield from show_layer(journey, layers[0])
    yield from journey.picture("two results dropped on the map and on the layer tree: loaded")
    known = set(QgsProject.instance().mapLayers())
    yield from click_row("resultsView", 1)
    yield from _drag_row(1, middle, ctrl=True)
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


def _drop_two(end: QPoint) -> Iterator[None]:
    """Drag the first two results to a point of the screen; the value is their layers."""
    known = set(QgsProject.instance().mapLayers())
    yield from click_row("resultsView", 0)
    yield from click_row("resultsView", 1, Qt.KeyboardModifier.ControlModifier)
    yield from _drag_row(1, end)

    def came() -> list[QgsRasterLayer]:
        return [layer for layer in signed_rasters() if layer.id() not in known]

    yield from wait(lambda: len(came()) == 2, lambda: f"two dropped layers, not {len(came())}", 60)
    return came()


def _drag_row(row: int, end: QPoint, *, ctrl: bool = False) -> Iterator[None]:
    view = find("resultsView")
    index = view.model().index(row, 1, view.rootIndex())
    start = view.viewport().mapToGlobal(view.visualRect(index).center())
    yield from drag_with_pointer(start, end, ctrl=ctrl)
