"""The small pictures of scenes: read as they come into view, kept in memory and on the disk."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Sequence

from qgis.PyQt.QtCore import QCoreApplication, QObject, pyqtSignal
from qgis.PyQt.QtGui import QImage

from ..api.http import HttpClient
from ..domain.errors import DinamisError
from ..domain.scene import Scene
from ..domain.signed_url import strip_signature
from ..qgisio.picture_store import PictureStore, no_larger, picture_folder
from ..qgisio.settings import PluginSettings
from ..tasks.runner import TaskContext, TaskHandle, TaskRunner
from .session import SessionController

translate = QCoreApplication.translate

AT_ONCE = 3
"""Pictures that are read at once: the runner has six threads for all work."""
MEMORY_BYTES = 48_000_000
RETRY_S = 30.0
"""A picture that could not be read is asked for again when it is wanted so long after."""
_LARGEST_PX = 512


class ThumbnailController(QObject):
    """Reads the thumbnails that are wanted, a few at a time, those asked for first to begin with.

    Signals:
        ready: the Scene and its QImage, null when it has none that can be read.
    """

    ready = pyqtSignal(object, object)

    def __init__(
        self,
        runner: TaskRunner,
        session: SessionController,
        parent: QObject | None = None,
        store: PictureStore | None = None,
    ) -> None:
        super().__init__(parent)
        self._runner = runner
        self._session = session
        self._store = store or PictureStore(picture_folder(), PluginSettings().picture_cache_bytes)
        self._kept: OrderedDict[str, QImage] = OrderedDict()
        self._kept_bytes = 0
        self._failed: dict[str, float] = {}
        self._in_hand: Scene | None = None
        self._in_view: list[Scene] = []
        self._running: dict[str, TaskHandle] = {}

    def request(self, scene: Scene) -> None:
        """Ask for the thumbnail of the scene in hand, before all others; `ready` follows in any case."""
        self._in_hand = scene
        image = self.image_of(scene)
        if image is not None:
            self.ready.emit(scene, image)
        elif not scene.thumbnail_href or self._session.service is None:
            self.ready.emit(scene, QImage())
        else:
            self._failed.pop(_key(scene), None)
            self._go_on()

    def set_wanted(self, scenes: Sequence[Scene]) -> None:
        """Read the thumbnails of these, in this order, and of no others: what left the view is cancelled."""
        self._in_view = [scene for scene in scenes if scene.thumbnail_href]
        self._go_on()

    def image_of(self, scene: Scene) -> QImage | None:
        """The thumbnail of a scene if it is at hand, None when it has to be waited for."""
        key = _key(scene)
        if key in self._kept:
            self._kept.move_to_end(key)
        return self._kept.get(key)

    def _wanted(self) -> dict[str, list[Scene]]:
        """The scenes that wait for each picture: several may share one."""
        wanted: dict[str, list[Scene]] = {}
        for scene in [*([self._in_hand] if self._in_hand else []), *self._in_view]:
            key = _key(scene)
            if scene.thumbnail_href and key not in self._kept and not self._has_failed(key):
                wanted.setdefault(key, []).append(scene)
        return wanted

    def _has_failed(self, key: str) -> bool:
        return time.monotonic() - self._failed.get(key, -RETRY_S) < RETRY_S

    def _go_on(self) -> None:
        wanted = self._wanted()
        for key in [key for key in self._running if key not in wanted]:
            self._running.pop(key).drop()
        service = self._session.service
        if service is None:
            return
        for key, scenes in wanted.items():
            if len(self._running) >= AT_ONCE:
                return
            if key not in self._running:
                self._running[key] = self._read(key, scenes[0].thumbnail_href, service.http)

    def _read(self, key: str, href: str, http: HttpClient) -> TaskHandle:
        store = self._store

        def work(context: TaskContext) -> QImage:
            data = store.read(key)
            if data is not None:
                return no_larger(QImage.fromData(data), _LARGEST_PX)
            data = http.get_bytes(href, cancel=context.cancelled)
            image = no_larger(QImage.fromData(data), _LARGEST_PX)
            if not image.isNull():
                store.keep(key, data)
            return image

        def failed(_error: DinamisError) -> None:
            self._came(key, QImage())

        return self._runner.run(
            translate("Dinamis", "Reading a thumbnail"), work, lambda image: self._came(key, image), failed
        )

    def _came(self, key: str, image: QImage) -> None:
        scenes = self._wanted().get(key, [])
        self._running.pop(key, None)
        if image.isNull():
            self._failed[key] = time.monotonic()
        else:
            self._remember(key, image)
        self._go_on()
        for scene in dict.fromkeys(scenes):
            self.ready.emit(scene, image)

    def _remember(self, key: str, image: QImage) -> None:
        self._kept[key] = image
        self._kept_bytes += image.sizeInBytes()
        while self._kept_bytes > MEMORY_BYTES and len(self._kept) > 1:
            _, oldest = self._kept.popitem(last=False)
            self._kept_bytes -= oldest.sizeInBytes()


def _key(scene: Scene) -> str:
    return strip_signature(scene.thumbnail_href)
