"""What the map does with images: has them stretched on what it shows, compared, and played in time."""

from __future__ import annotations

from typing import Callable

from qgis.core import (
    QgsDateTimeRange,
    QgsInterval,
    QgsMapLayer,
    QgsRasterLayer,
    QgsTemporalNavigationObject,
    QgsUnitTypes,
)
from qgis.gui import QgsMapCanvas
from qgis.PyQt.QtCore import QCoreApplication, QObject, pyqtSignal

from ..controllers.app import Controllers
from ..controllers.messages import Notice, NoticeLevel
from .compare_bar import CompareBar
from .map_tools import ToolSwitch

translate = QCoreApplication.translate


class MapImages(QObject):
    """Between the canvas and the controllers of images.

    Signals:
        notice: a Notice of something to do now.
    """

    notice = pyqtSignal(object)

    def __init__(
        self,
        canvas: QgsMapCanvas,
        tools: ToolSwitch,
        controllers: Controllers,
        show_time: Callable[[], None],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._canvas = canvas
        self._do = controllers
        self._show_time = show_time
        self.compare_bar = CompareBar(canvas, tools)
        for signal in self._signals():
            signal.connect(self._map_changed)
        controllers.layers.layer_added.connect(self._map_changed)
        controllers.styling.styled.connect(self._map_changed)
        controllers.loading.series_ready.connect(self._series_ready)
        controllers.loading.compare_ready.connect(self.compare_bar.start)

    def compare(self, layer: QgsMapLayer | None = None) -> None:
        """Compare a layer with another one that the person chooses."""
        self.compare_bar.start(layer)

    def shut_down(self) -> None:
        """Leave nothing on the canvas."""
        for signal in self._signals():
            signal.disconnect(self._map_changed)
        self.compare_bar.shut_down()

    def _signals(self) -> tuple:
        return (self._canvas.extentsChanged, self._canvas.layersChanged, self._canvas.destinationCrsChanged)

    def _map_changed(self, *_: object) -> None:
        layers = [layer for layer in self._canvas.layers() if isinstance(layer, QgsRasterLayer)]
        settings = self._canvas.mapSettings()
        self._do.styling.show(settings.visibleExtent(), settings.destinationCrs(), layers)

    def _series_ready(self, whole: QgsDateTimeRange) -> None:
        """Set the temporal controller of the map to the series, and offer to open it."""
        controller = self._canvas.temporalController()
        if isinstance(controller, QgsTemporalNavigationObject):
            controller.setTemporalExtents(whole)
            controller.setFrameDuration(QgsInterval(1.0, QgsUnitTypes.TemporalMonths))
        text = translate("Dinamis", "Each layer has its date.")
        hint = translate("Dinamis", "The temporal controller plays them.")
        notice = Notice(NoticeLevel.INFO, translate("Dinamis", "Time series"), text, hint)
        self.notice.emit(notice.with_action(translate("Dinamis", "Open it"), self.play))

    def play(self) -> None:
        """Open the temporal controller, ready to play."""
        controller = self._canvas.temporalController()
        if isinstance(controller, QgsTemporalNavigationObject):
            controller.setNavigationMode(QgsTemporalNavigationObject.Animated)
            controller.rewindToStart()  # it may stand beyond the last image, where the map is empty
        self._show_time()
