"""The large pictures of scenes: looked at on the whole screen, or laid on the map (CAT-29)."""

from __future__ import annotations

from collections import OrderedDict

from qgis.PyQt.QtCore import QCoreApplication, QObject, pyqtSignal
from qgis.PyQt.QtGui import QImage

from ..domain.cart import Key, key_of
from ..domain.errors import CorruptImageError, DinamisError
from ..domain.quicklook import picture_href
from ..domain.scene import Scene
from ..qgisio.picture_store import no_larger
from ..tasks.runner import TaskContext, TaskHandle, TaskRunner
from .messages import Notice, NoticeLevel, notice_for
from .session import SessionController
from .session_notices import no_service

translate = QCoreApplication.translate

_KEPT = 12
_LARGEST_PX = 4096


class QuicklookController(QObject):
    """Reads pictures in tasks; the last ones are kept in memory, and none in a file.

    Signals:
        ready: the Scene and its QImage.
        failed: the Scene and a Notice.
    """

    ready = pyqtSignal(object, object)
    failed = pyqtSignal(object, object)

    def __init__(self, runner: TaskRunner, session: SessionController, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._runner = runner
        self._session = session
        self._kept: OrderedDict[Key, QImage] = OrderedDict()
        self._running: dict[Key, TaskHandle] = {}

    def request(self, scene: Scene) -> None:
        """Ask for the picture of a scene; asked twice, it is read once."""
        key, href, service = key_of(scene), picture_href(scene), self._session.service
        if key in self._kept:
            self._kept.move_to_end(key)
            self.ready.emit(scene, self._kept[key])
        elif service is None:
            session = self._session
            self.failed.emit(scene, no_service(session.why_not, session.connect_service))
        elif not href:
            self.failed.emit(scene, _no_picture(scene))
        elif key not in self._running:

            def work(context: TaskContext) -> QImage:
                return _readable(service.http.get_bytes(href, cancel=context.cancelled))

            self._running[key] = self._runner.run(
                translate("Dinamis", "Reading a quicklook"),
                work,
                lambda image: self._came(scene, image),
                lambda error: self._failed(scene, error),
            )

    def cancel(self, scene: Scene) -> None:
        """Nobody waits for this picture any more."""
        handle = self._running.pop(key_of(scene), None)
        if handle is not None:
            handle.drop()

    def _came(self, scene: Scene, image: QImage) -> None:
        self._running.pop(key_of(scene), None)
        self._kept[key_of(scene)] = image
        while len(self._kept) > _KEPT:
            self._kept.popitem(last=False)
        self.ready.emit(scene, image)

    def _failed(self, scene: Scene, error: DinamisError) -> None:
        self._running.pop(key_of(scene), None)
        self.failed.emit(scene, notice_for(error))


def _readable(data: bytes) -> QImage:
    image = QImage.fromData(data)
    if image.isNull():
        raise CorruptImageError("quicklook")
    return no_larger(image, _LARGEST_PX)


def _no_picture(scene: Scene) -> Notice:
    return Notice(
        NoticeLevel.INFO,
        translate("Dinamis", "No quicklook"),
        translate("Dinamis", "The catalogue has no picture of {title}.").format(title=scene.title),
    )
