"""The small pictures of scenes, read when a scene is looked at."""

from __future__ import annotations

from collections import OrderedDict

from qgis.PyQt.QtCore import QCoreApplication, QObject, Qt, pyqtSignal
from qgis.PyQt.QtGui import QImage

from ..domain.scene import Scene
from ..tasks.runner import TaskContext, TaskRunner
from .session import SessionController

translate = QCoreApplication.translate

_KEPT = 64
_LARGEST_PX = 512


class ThumbnailController(QObject):
    """Reads one thumbnail at a time; the last ones are kept in memory.

    Signals:
        ready: the Scene and its QImage, null when it has none that can be read.
    """

    ready = pyqtSignal(object, object)

    def __init__(self, runner: TaskRunner, session: SessionController, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._runner = runner
        self._session = session
        self._kept: OrderedDict[str, QImage] = OrderedDict()

    def request(self, scene: Scene) -> None:
        """Ask for the thumbnail of a scene; a request that was not answered yet is dropped."""
        href, service = scene.thumbnail_href, self._session.service
        if href in self._kept:
            self._kept.move_to_end(href)
            self.ready.emit(scene, self._kept[href])
            return
        if not href or service is None:
            self.ready.emit(scene, QImage())
            return

        def work(context: TaskContext) -> QImage:
            return _small(QImage.fromData(service.http.get_bytes(href, cancel=context.cancelled)))

        def done(image: QImage) -> None:
            self._kept[href] = image
            while len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
            self.ready.emit(scene, image)

        self._runner.run(
            translate("Dinamis", "Reading a thumbnail"),
            work,
            done,
            lambda _error: self.ready.emit(scene, QImage()),
            cancel_previous="thumbnail",
        )


def _small(image: QImage) -> QImage:
    if image.isNull() or max(image.width(), image.height()) <= _LARGEST_PX:
        return image
    return image.scaled(_LARGEST_PX, _LARGEST_PX, Qt.AspectRatioMode.KeepAspectRatio)
