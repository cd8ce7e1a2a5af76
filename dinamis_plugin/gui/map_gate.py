"""Where layers are many, those that come alive come onto the map without holding it up (CAT-37)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Callable

from qgis.core import (
    QgsMapLayer,
    QgsMapRendererParallelJob,
    QgsMapSettings,
    QgsProject,
    QgsRasterLayer,
)
from qgis.gui import QgsMapCanvas
from qgis.PyQt.QtCore import QCoreApplication, QObject, QTimer

from ..controllers.layers import SignedLayersController

MANY = 40
"""Layers on the map with which it is drawn as QGIS does it: their pictures are joined in less than 20 ms."""
LONGEST_REHEARSAL_MS = 8_000
BLOCK_PIXELS = 512 * 512
_SELDOM_MS = 10_000
_LOOK_MS = 500


class MapGate(QObject):
    """Stands between QGIS's layer tree, which says what the map shows, and the map.

    QGIS joins the pictures of all layers on the GUI thread each time a drawing ends, and four times a second
    while one lasts: for a hundred on a map of 1000 by 800 pixels that takes 50 ms, and twice that when both
    fall together. So where layers are many and their images come, placeholders, which draw nothing, stay off
    the map; images that came together are drawn once where nobody sees it, by several threads, so that GDAL
    has their pixels; then the map is drawn by one thread, which joins the pictures itself. The layer tree,
    and so what is saved, knows nothing of it.
    """

    def __init__(self, canvas: QgsMapCanvas, controller: SignedLayersController, parent: QObject) -> None:
        super().__init__(parent)
        self._canvas = canvas
        self._controller = controller
        self._wanted = [layer.id() for layer in canvas.layers()]
        self._setting = False
        self._usual: tuple[int, bool] | None = None
        self._rehearsal: QgsMapRendererParallelJob | None = None
        self._in_time = True
        self._late = QTimer(self, singleShot=True, interval=LONGEST_REHEARSAL_MS)
        self._late.timeout.connect(self._is_late)
        self._soon = QTimer(self, singleShot=True, interval=0)
        self._soon.timeout.connect(self._update)
        self._over = QTimer(self, interval=_LOOK_MS)
        self._over.timeout.connect(self._look_for_the_end)
        self._wires = (
            (canvas.layersChanged, self._layers_changed),
            (canvas.extentsChanged, self._draw_as_usual),
            (controller.coming_changed, self._soon.start),
        )
        for signal, slot in self._wires:
            signal.connect(slot)
        controller.draw_by(self._is_busy, self._rehearse)

    def layer_ids(self) -> list[str]:
        """Ids of the layers that the map is to show, on their way or not, the topmost first."""
        return list(self._wanted)

    def remove(self) -> None:
        """Give the map back with every layer."""
        self._forget_hidden()
        for signal, slot in self._wires:
            signal.disconnect(slot)
        self._controller.draw_by()
        self._soon.stop()
        self._leave_rehearsal()
        self._draw_as_usual()
        self._show(self._wanted)

    @property
    def _crowded(self) -> bool:
        return len(self._wanted) > MANY

    def _is_busy(self) -> bool:
        """Whether to draw now would break a drawing that takes its time; one of what GDAL has does not."""
        return self._rehearsal is not None or (self._usual is None and self._canvas.isDrawing())

    def _layers_changed(self) -> None:
        """Somebody else, mostly the layer tree, has said what the map shows."""
        if not self._setting:
            self._wanted = [layer.id() for layer in self._canvas.layers()]
            self._update()

    def _forget_hidden(self) -> None:
        """Heed what was hidden in the layer tree while it was off the map: then the map tells no change."""
        shown, root = {layer.id() for layer in self._canvas.layers()}, QgsProject.instance().layerTreeRoot()
        nodes = {name: root.findLayer(name) for name in self._wanted if name not in shown}
        gone = {name for name, node in nodes.items() if node is None or not node.isVisible()}
        self._wanted = [name for name in self._wanted if name not in gone]

    def _update(self) -> None:
        self._forget_hidden()
        coming = self._controller.coming() if self._crowded else frozenset()
        self._in_time = self._in_time or not coming
        if self._usual is not None and not coming and not self._over.isActive():
            self._over.start()
        self._show([name for name in self._wanted if name not in coming])

    def _show(self, names: Sequence[str]) -> None:
        if [layer.id() for layer in self._canvas.layers()] != names:
            self._setting = True
            self._canvas.setLayers(self._layers(names))
            self._setting = False

    def _layers(self, names: Sequence[str]) -> list[QgsMapLayer]:
        shown = {layer.id(): layer for layer in self._canvas.layers()}
        found = (shown.get(name) or QgsProject.instance().mapLayer(name) for name in names)
        return [layer for layer in found if layer is not None]

    # How the map is drawn

    def _rehearse(self, names: Sequence[str], done: Callable[[], None]) -> None:
        """Have GDAL read what a crowded map needs of these layers; `done` is called when it has.

        Where that takes long, or is more than GDAL keeps, the map is drawn as usual, as images come.
        """
        layers = self._layers([name for name in names if name in self._wanted])
        settings = QgsMapSettings(self._canvas.mapSettings())
        settings.setLayers(layers)
        alone = self._rehearsal is None and self._in_time
        if not (layers and self._crowded and alone and self._is_kept(settings)):
            self._draw_as_usual()
            done()
            return

        def drawn() -> None:
            self._late.stop()
            self._rehearsal = None
            if self._in_time:
                self._draw_by_one_thread()
            else:
                self._draw_as_usual()
            done()

        self._rehearsal = QgsMapRendererParallelJob(settings)
        self._rehearsal.finished.connect(drawn)
        self._late.start()
        self._rehearsal.start()

    def _is_kept(self, settings: QgsMapSettings) -> bool:
        """Whether GDAL keeps what the map needs of all its layers until it draws them."""
        needed = sum(_bytes_shown(settings, layer) for layer in self._layers(self._wanted))
        return needed < self._controller.kept_bytes() / 2

    def _leave_rehearsal(self) -> None:
        """Let a rehearsal end by itself, of which nobody is told: the window does not wait for it."""
        job, self._rehearsal = self._rehearsal, None
        self._late.stop()
        if job is not None:
            job.setParent(QCoreApplication.instance())
            job.finished.disconnect()
            job.finished.connect(job.deleteLater)
            job.cancelWithoutBlocking()

    def _is_late(self) -> None:
        if self._rehearsal is not None:
            self._in_time = False
            self._rehearsal.cancelWithoutBlocking()

    def _draw_by_one_thread(self) -> None:
        self._over.stop()
        if self._usual is None:
            self._usual = self._canvas.mapUpdateInterval(), self._canvas.isParallelRenderingEnabled()
        self._canvas.setMapUpdateInterval(max(_SELDOM_MS, self._usual[0]))
        self._canvas.setParallelRenderingEnabled(False)

    def _look_for_the_end(self) -> None:
        if not self._canvas.isDrawing():
            self._draw_as_usual()

    def _draw_as_usual(self) -> None:
        """Draw by several threads again: all images came, or the map shows something else now."""
        self._over.stop()
        if self._usual is not None:
            self._canvas.setMapUpdateInterval(self._usual[0])
            self._canvas.setParallelRenderingEnabled(self._usual[1])
            self._usual = None


def _bytes_shown(settings: QgsMapSettings, layer: QgsMapLayer) -> float:
    """About how much of a raster is read for a map at most, at two bytes a pixel of each band.

    The reduced image that is read has up to four times the pixels of the map, and is read by blocks.
    """
    if not isinstance(layer, QgsRasterLayer):
        return 0
    shown = settings.layerExtentToOutputExtent(layer, layer.extent()).intersect(settings.visibleExtent())
    pixels = shown.width() * shown.height() / settings.mapUnitsPerPixel() ** 2
    most = layer.width() * layer.height()
    return 2 * layer.bandCount() * min(max(4 * pixels, BLOCK_PIXELS), most)
