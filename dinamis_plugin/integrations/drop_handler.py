"""Scenes dropped on the canvas, the layer tree or the window of QGIS (CAT-31)."""

from __future__ import annotations

from typing import Callable, Optional

from qgis.core import QgsMimeDataUtils
from qgis.gui import QgsCustomDropHandler, QgsMapCanvas
from qgis.PyQt.QtCore import Qt, QTimer
from qgis.PyQt.QtWidgets import QApplication

from ..controllers.downloads import DownloadController
from ..controllers.loading import LoadingController
from ..domain.loading import Way
from ..domain.scene import Scene
from ..qgisio import log
from ..qgisio.settings import PluginSettings
from .mime import PROVIDER_KEY, dragged_names

SceneFinder = Callable[[str, str], Optional[Scene]]


class DinamisDropHandler(QgsCustomDropHandler):
    """Loads dropped scenes; with Ctrl, or by the setting, downloads them into the project's folder instead.

    QGIS hands over one scene after the other: they are gathered for one turn of the event loop, so that a
    drop of many is signed in one batch.

    Args:
        loading: loads the scenes.
        downloads: downloads.
        settings: holds whether drops are always downloaded.
        find_scene: gives the scene of a collection and id among the results, None when it is not there.
        wants_download: tells whether Ctrl is held at the drop.
    """

    def __init__(
        self,
        loading: LoadingController,
        downloads: DownloadController,
        settings: PluginSettings,
        find_scene: SceneFinder,
        wants_download: Callable[[], bool] | None = None,
    ) -> None:
        super().__init__()
        self._loading = loading
        self._downloads = downloads
        self._settings = settings
        self._find_scene = find_scene
        self._ctrl = wants_download or _ctrl_is_held
        self._dropped: list[tuple[Scene, str, bool]] = []

    def customUriProviderKey(self) -> str:  # noqa: N802 - the name QGIS calls
        """Say which drags are ours."""
        return PROVIDER_KEY

    def canHandleCustomUriCanvasDrop(  # noqa: N802 - the name QGIS calls
        self,
        uri: QgsMimeDataUtils.Uri,
        canvas: QgsMapCanvas,  # noqa: ARG002 - QGIS hands it in
    ) -> bool:
        """Say that scenes may be dropped on the canvas."""
        return bool(uri.providerKey == PROVIDER_KEY)

    def handleCustomUriCanvasDrop(  # noqa: N802 - the name QGIS calls
        self,
        uri: QgsMimeDataUtils.Uri,
        canvas: QgsMapCanvas,  # noqa: ARG002 - QGIS hands it in
    ) -> bool:
        """Take a scene dropped on the canvas."""
        return self._take(uri)

    def handleCustomUriDrop(self, uri: QgsMimeDataUtils.Uri) -> None:  # noqa: N802 - the name QGIS calls
        """Take a scene dropped on the layer tree or the window."""
        self._take(uri)

    def _take(self, uri: QgsMimeDataUtils.Uri) -> bool:
        try:
            return self._gather(uri)
        except Exception as fault:  # noqa: BLE001 - called from C++: an exception would end QGIS
            log.fault("drop", fault)
            return False

    def _gather(self, uri: QgsMimeDataUtils.Uri) -> bool:
        names = dragged_names(uri.uri)
        scene = None if names is None else self._find_scene(names["collection"], names["item"])
        if names is None or scene is None:
            return False
        if not self._dropped:
            QTimer.singleShot(0, self._load)
        self._dropped.append((scene, names["asset"], self._settings.download_dropped or self._ctrl()))
        return True

    def _load(self) -> None:
        dropped, self._dropped = self._dropped, []
        by_asset: dict[str, list[Scene]] = {}
        for scene, asset, wants_file in dropped:
            if wants_file:
                if not self._downloads.download_to_project(scene, asset or None):
                    return  # said once, not once a scene
            else:
                by_asset.setdefault(asset, []).append(scene)
        for asset, scenes in by_asset.items():
            self._loading.load(scenes, Way.IMAGE, asset or None)


def _ctrl_is_held() -> bool:
    return bool(QApplication.queryKeyboardModifiers() & Qt.KeyboardModifier.ControlModifier)
