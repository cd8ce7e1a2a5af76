"""Quicklooks on the whole screen and on the map, opened from the results (CAT-29)."""

from __future__ import annotations

from collections.abc import Sequence

from qgis.gui import QgsMapCanvas
from qgis.PyQt.QtCore import QCoreApplication, QObject, pyqtSignal
from qgis.PyQt.QtGui import QImage
from qgis.PyQt.QtWidgets import QWidget

from ..controllers.cart import CartController
from ..controllers.messages import Notice, NoticeLevel
from ..controllers.quicklooks import QuicklookController
from ..domain.cart import Key, key_of
from ..domain.scene import Scene
from .drapes import DrapesItem
from .quicklook import QuicklookWindow

translate = QCoreApplication.translate

MOST_ON_MAP = 30
"""Pictures on the map at once: each takes some megabytes and is painted each time that the map moves."""


class Previews(QObject):
    """The window and the pictures on the map.

    Signals:
        current_changed: the Scene in the window, None when it closes.
        on_map: how many pictures lie on the map.
        failed: a Notice.
    """

    current_changed = pyqtSignal(object)
    on_map = pyqtSignal(int)
    failed = pyqtSignal(object)

    def __init__(
        self, owner: QWidget, canvas: QgsMapCanvas, pictures: QuicklookController, cart: CartController
    ) -> None:
        super().__init__(owner)
        self._owner = owner
        self._pictures = pictures
        self._cart = cart
        self._window: QuicklookWindow | None = None
        self._awaited: dict[Key, Scene] = {}
        self.drapes = DrapesItem(canvas)
        pictures.ready.connect(self._came)
        pictures.failed.connect(self._failed)

    def look_at(self, scenes: Sequence[Scene], scene: Scene) -> None:
        """Show a scene on the whole screen; the arrows go through `scenes`."""
        if self._window is None:
            self._window = QuicklookWindow(self._pictures, self._cart, self._owner.window())
            self._window.current_changed.connect(self.current_changed)
            self._window.map_requested.connect(lambda one: self.toggle_on_map([one]))
        self._window.look_at(scenes, scene)

    def toggle_on_map(self, scenes: Sequence[Scene]) -> None:
        """Lay the pictures of scenes on the map; take them away where all of them lie there."""
        if all(self.drapes.holds(scene) for scene in scenes):
            self.drapes.take(scenes)
            self._tell()
            return
        wanted = [scene for scene in scenes if not self.drapes.holds(scene)]
        room = MOST_ON_MAP - len(self.drapes) - len(self._awaited)
        if len(wanted) > room:
            text = translate("Dinamis", "At most %n quicklook(s) lie on the map at once.", "", MOST_ON_MAP)
            self.failed.emit(Notice(NoticeLevel.INFO, translate("Dinamis", "Too many quicklooks"), text))
        for scene in wanted[: max(0, room)]:
            self._awaited[key_of(scene)] = scene
            self._pictures.request(scene)

    def clear_map(self) -> None:
        """Take all pictures from the map."""
        self._awaited.clear()
        self.drapes.clear()
        self._tell()

    def shut_down(self) -> None:
        """Leave nothing on the canvas."""
        self._pictures.ready.disconnect(self._came)
        self._pictures.failed.disconnect(self._failed)
        self.drapes.remove()
        if self._window is not None:
            self._window.close()
            self._window.deleteLater()
            self._window = None

    def _came(self, scene: Scene, image: QImage) -> None:
        if self._awaited.pop(key_of(scene), None) is None:
            return
        if not self.drapes.lay(scene, image):
            text = translate("Dinamis", "The catalogue does not say where the picture of {title} lies.")
            title = translate("Dinamis", "Quicklook not on the map")
            self.failed.emit(Notice(NoticeLevel.INFO, title, text.format(title=scene.title)))
        self._tell()

    def _failed(self, scene: Scene, notice: Notice) -> None:
        if self._awaited.pop(key_of(scene), None) is not None:
            self.failed.emit(notice)

    def _tell(self) -> None:
        self.on_map.emit(len(self.drapes))
