"""The small pictures of scenes, read when a scene is looked at."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence

from qgis.PyQt.QtCore import QCoreApplication, QObject, Qt, pyqtSignal
from qgis.PyQt.QtGui import QImage

from ..domain.scene import Scene
from ..tasks.runner import TaskContext, TaskHandle, TaskRunner
from .session import SessionController

translate = QCoreApplication.translate

_KEPT = 256
_LARGEST_PX = 512


class ThumbnailController(QObject):
    """Reads the thumbnails that are wanted; the last ones are kept in memory.

    Signals:
        ready: the Scene and its QImage, null when it has none that can be read.
    """

    ready = pyqtSignal(object, object)

    def __init__(self, runner: TaskRunner, session: SessionController, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._runner = runner
        self._session = session
        self._kept: OrderedDict[str, QImage] = OrderedDict()
        self._running: dict[str, TaskHandle] = {}

    def set_wanted(self, scenes: Sequence[Scene]) -> None:
        """Read the thumbnails of these scenes, the first one first; of others no more."""
        wanted = {scene.thumbnail_href: scene for scene in scenes}
        for href in [href for href in self._running if href not in wanted]:
            self._running.pop(href).drop()
        for href, scene in wanted.items():
            self._want(href, scene)

    def image_of(self, scene: Scene) -> QImage | None:
        """The thumbnail of a scene, None while it is not there."""
        return self._kept.get(scene.thumbnail_href)

    def _want(self, href: str, scene: Scene) -> None:
        service = self._session.service
        if href in self._kept:
            self._kept.move_to_end(href)
            self.ready.emit(scene, self._kept[href])
        elif not href or service is None:
            self.ready.emit(scene, QImage())
        elif href not in self._running:

            def work(context: TaskContext) -> QImage:
                return _small(QImage.fromData(service.http.get_bytes(href, cancel=context.cancelled)))

            self._running[href] = self._runner.run(
                translate("Dinamis", "Reading a thumbnail"),
                work,
                lambda image: self._came(href, scene, image),
                lambda _error: self._came(href, scene, QImage()),
            )

    def _came(self, href: str, scene: Scene, image: QImage) -> None:
        self._running.pop(href, None)
        if not image.isNull():
            self._kept[href] = image
        while len(self._kept) > _KEPT:
            self._kept.popitem(last=False)
        self.ready.emit(scene, image)


def _small(image: QImage) -> QImage:
    if image.isNull() or max(image.width(), image.height()) <= _LARGEST_PX:
        return image
    return image.scaled(_LARGEST_PX, _LARGEST_PX, Qt.AspectRatioMode.KeepAspectRatio)
