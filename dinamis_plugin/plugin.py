"""The composition root, and the only user of `iface`: hands everything to QGIS and takes all of it back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Callable

from qgis.core import Qgis, QgsCoordinateReferenceSystem, QgsGeometry
from qgis.PyQt import sip
from qgis.PyQt.QtCore import QCoreApplication, Qt, QTimer, QTranslator
from qgis.PyQt.QtGui import QIcon
from qgis.PyQt.QtWidgets import QAction, QPushButton, QWidget

from .gui.missing import MissingPackageDock
from .paths import icon_path, translation_path
from .qgisio.settings import PluginSettings

translate = QCoreApplication.translate

MENU = "&DINAMIS"
#: What QGIS does not bring on every system; without one of them the dock says how to install it.
PACKAGES = ("shapely", "requests", "dateutil")


class DinamisPlugin:
    """What QGIS loads and unloads."""

    def __init__(self, iface: Any) -> None:
        self._iface = iface
        self._translator: QTranslator | None = None
        self._dock: Any = None
        self._told: QWidget | None = None
        self._handed: str | None = None
        self._undo: list[Callable[[], None]] = []

    def initGui(self) -> None:  # noqa: N802 - the name QGIS calls
        """Put the dock, its action and the integrations into QGIS."""
        self._install_translator()
        try:
            self._start()
        except ImportError as error:
            package = (error.name or "").partition(".")[0]
            if package not in PACKAGES:
                raise
            self._take_back()
            self._show(MissingPackageDock(package, self._iface.mainWindow()))
        self._add_action()

    def unload(self) -> None:
        """Take everything back, the last thing first."""
        self._take_back()
        if self._translator is not None:
            QCoreApplication.removeTranslator(self._translator)
            self._translator = None

    def _start(self) -> None:
        # Imported here, so that the plugin also loads where a package is missing.
        from .controllers.app import Controllers  # noqa: PLC0415
        from .controllers.thumbnails import ThumbnailController  # noqa: PLC0415
        from .gui import formats  # noqa: PLC0415
        from .gui.dock import DinamisDock, DockParts  # noqa: PLC0415
        from .integrations.drop_handler import DinamisDropHandler  # noqa: PLC0415
        from .integrations.layer_menu import LayerMenu, LayerTree  # noqa: PLC0415
        from .integrations.mime import scene_mime  # noqa: PLC0415
        from .integrations.options_page import PAGE_NAME, DinamisOptionsFactory  # noqa: PLC0415

        controllers = Controllers()
        self._undo.append(controllers.deleteLater)
        self._undo.append(controllers.shutdown)
        formats.speak(controllers.settings.language)
        thumbnails = ThumbnailController(controllers.runner, controllers.session, controllers)
        parts = DockParts(
            controllers, thumbnails, self._iface.mapCanvas(), scene_mime, _area_km2, self._show_time
        )
        dock = DinamisDock(parts, self._iface.mainWindow())
        dock.visibilityChanged.connect(dock.tutorial.welcome)
        self._show(dock)
        handler = DinamisDropHandler(
            controllers.loading, controllers.downloads, controllers.settings, dock.find_scene
        )
        self._iface.registerCustomDropHandler(handler)
        self._undo.append(lambda: self._iface.unregisterCustomDropHandler(handler))
        factory = DinamisOptionsFactory(controllers)
        self._iface.registerOptionsWidgetFactory(factory)
        self._undo.append(lambda: self._iface.unregisterOptionsWidgetFactory(factory))
        controllers.layers.options_wanted.connect(
            lambda: self._iface.showOptionsDialog(self._iface.mainWindow(), PAGE_NAME)
        )
        tree = LayerTree(
            self._iface.addCustomActionForLayerType,
            self._iface.addCustomActionForLayer,
            self._iface.removeCustomActionForLayerType,
            self._iface.activeLayer,
        )
        menu = LayerMenu(tree, controllers.styling, controllers.copies, dock.images.compare)
        self._undo.append(menu.remove)
        dock.saved.found_news.connect(self._tell_news)
        dock.ordering.announced.connect(self._tell_requests)
        dock.desk.news.connect(self._tell_notifications)
        dock.desk.language_wanted.connect(
            lambda language: QTimer.singleShot(0, lambda: self._start_anew(controllers, language))
        )
        handed, self._handed = self._handed, None
        controllers.session.take_over(handed)
        QTimer.singleShot(0, dock.last_state.restore)
        QTimer.singleShot(0, controllers.session.restore)
        QTimer.singleShot(0, controllers.downloads.restore)

    def _start_anew(self, controllers: Any, language: str) -> None:
        """Speak another language: all words are made again, and the session goes over."""
        if self._dock is None:
            return
        window = self._iface.mainWindow()
        area, hidden = window.dockWidgetArea(self._dock), self._dock.isHidden()
        controllers.settings.language = language
        self._handed = controllers.session.hand_over()
        self.unload()
        self.initGui()
        window.addDockWidget(area, self._dock)
        self._dock.setHidden(hidden)

    def _tell_notifications(self, news: Sequence[Any]) -> None:
        """Say in QGIS's own bar what happened to requests: the dock may be closed."""
        text = news[-1].title  # the bar has one line
        if len(news) > 1:
            text = translate("Dinamis", "%n new notification(s)", "", len(news))
        self._tell(text, self._dock.desk.show_notifications)

    def _tell(self, text: str, show: Callable[[], None]) -> None:
        """Say something in QGIS's own bar, in place of what was said last, with a button to the dock."""
        bar = self._iface.messageBar()
        if self._told is not None and not sip.isdeleted(self._told):
            bar.popWidget(self._told)
        item = self._told = bar.createMessage("DINAMIS", text)
        button = QPushButton(translate("Dinamis", "Show"))
        button.clicked.connect(lambda: self._show_dock(show))
        button.clicked.connect(lambda: bar.popWidget(item))
        item.layout().addWidget(button)
        bar.pushWidget(item, Qgis.MessageLevel.Info)

    def _show_dock(self, show: Callable[[], None]) -> None:
        if self._dock is not None:
            self._dock.setVisible(True)
            show()

    def _tell_news(self, count: int) -> None:
        """Say in QGIS's own bar that scenes are new: the dock may be closed."""
        text = translate("Dinamis", "Scenes new for your saved searches: {count}").format(count=count)
        self._iface.messageBar().pushInfo("DINAMIS", text)

    def _tell_requests(self, text: str, order_id: str) -> None:
        """Say in QGIS's own bar what became of requests, where the service keeps no notifications."""
        self._tell(text, lambda: self._dock.show_requests(order_id))

    def _show_time(self) -> None:
        """Open the temporal controller of QGIS, which has no function for it."""
        action = self._iface.mainWindow().findChild(QAction, "mActionTemporalController")
        if action is not None and not action.isChecked():
            action.trigger()

    def _show(self, dock: Any) -> None:
        self._dock = dock
        self._iface.addDockWidget(Qt.DockWidgetArea.RightDockWidgetArea, dock)
        self._undo.append(self._remove_dock)

    def _remove_dock(self) -> None:
        self._dock.shut_down()
        self._iface.removeDockWidget(self._dock)
        self._dock.deleteLater()
        self._dock = None

    def _add_action(self) -> None:
        action = QAction(QIcon(str(icon_path("dinamis"))), "DINAMIS", self._iface.mainWindow())
        action.setObjectName("dinamisToggleDock")
        action.setCheckable(True)
        action.setToolTip(translate("Dinamis", "Show or hide the DINAMIS panel"))
        action.setChecked(not self._dock.isHidden())
        self._dock.setToggleVisibilityAction(action)
        self._iface.addToolBarIcon(action)
        self._iface.addPluginToMenu(MENU, action)
        self._iface.registerMainWindowAction(action, "")
        self._undo.append(lambda: self._remove_action(action))

    def _remove_action(self, action: QAction) -> None:
        self._iface.unregisterMainWindowAction(action)
        self._iface.removePluginMenu(MENU, action)
        self._iface.removeToolBarIcon(action)
        action.deleteLater()

    def _take_back(self) -> None:
        while self._undo:
            self._undo.pop()()

    def _install_translator(self) -> None:
        translator = QTranslator()
        if translator.load(str(translation_path(PluginSettings().language))):
            QCoreApplication.installTranslator(translator)
            self._translator = translator


def _area_km2(geometry: QgsGeometry, crs: QgsCoordinateReferenceSystem) -> float | None:
    """Measure a geometry as an area of interest is measured; None while it is not one."""
    from .domain.errors import AoiError  # noqa: PLC0415
    from .qgisio.geometry import aoi_from_qgs  # noqa: PLC0415

    try:
        return aoi_from_qgs(geometry, crs, "").area_km2
    except AoiError:
        return None
