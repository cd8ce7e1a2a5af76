"""The picture of a scene on the whole screen: zoomed, moved, and on to the next scene (CAT-29)."""

from __future__ import annotations

from collections.abc import Sequence

from qgis.PyQt.QtCore import QCoreApplication, QEvent, QRectF, Qt, pyqtSignal
from qgis.PyQt.QtGui import QColor, QImage, QKeyEvent, QPainter, QPixmap, QWheelEvent
from qgis.PyQt.QtWidgets import (
    QDialog,
    QFrame,
    QGraphicsScene,
    QGraphicsView,
    QLabel,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from ..controllers.cart import CartController
from ..controllers.messages import Notice
from ..controllers.quicklooks import QuicklookController
from ..domain.cart import key_of
from ..domain.scene import Scene
from . import formats
from .results_columns import sensor_name, type_name
from .theme import HALF, STEP
from .widgets import ElidedLabel, row, tool_button

translate = QCoreApplication.translate

_STEP_IN = 1.25
_LARGEST_SCALE = 16.0
_GROUND = QColor(24, 24, 24)


class QuicklookWindow(QDialog):
    """A window of its own; Esc closes it, the arrows go on, the wheel zooms, the mouse moves.

    Signals:
        current_changed: the Scene that is shown, None when the window closes.
        map_requested: the Scene whose picture is to be laid on the map.
    """

    current_changed = pyqtSignal(object)
    map_requested = pyqtSignal(object)

    def __init__(
        self, pictures: QuicklookController, cart: CartController, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent, Qt.WindowType.Window)
        self.setObjectName("quicklookWindow")
        self.setWindowTitle(translate("Dinamis", "Quicklook"))
        self.resize(900, 700)
        self._pictures, self._cart = pictures, cart
        self._scenes: list[Scene] = []
        self._at = 0
        self._view = PictureView()
        self._message = QLabel(self._view)
        self._message.setObjectName("quicklookMessage")
        self._message.setTextFormat(Qt.TextFormat.PlainText)
        self._message.setStyleSheet("color: #e8e8e8; background: transparent; font-size: 12pt;")
        self._message.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._message.setWordWrap(True)
        self._title = ElidedLabel("quicklookTitle", Qt.TextElideMode.ElideMiddle)
        self._facts = ElidedLabel("quicklookFacts")
        self._tick = self._button(translate("Dinamis", "Tick"), "check", "quicklookTick", "Space", shown=True)
        self._tick.setCheckable(True)
        self._map = self._button(translate("Dinamis", "On the map"), "drape", "quicklookMap", "P", shown=True)
        self._previous = self._button(
            translate("Dinamis", "Previous scene"), "previous", "quicklookPrevious", "←"
        )
        self._next = self._button(translate("Dinamis", "Next scene"), "next", "quicklookNext", "→")
        self._whole = self._button(translate("Dinamis", "Whole picture"), "zoom", "quicklookWhole", "0")
        self._close = self._button(translate("Dinamis", "Close"), "close", "quicklookClose", "Esc")
        self._build()
        self._tick.clicked.connect(self._toggle_tick)
        self._map.clicked.connect(lambda: self.map_requested.emit(self.current))
        self._previous.clicked.connect(lambda: self._go(-1))
        self._next.clicked.connect(lambda: self._go(1))
        self._whole.clicked.connect(self._view.show_whole)
        self._close.clicked.connect(self.close)
        pictures.ready.connect(self._came)
        pictures.failed.connect(self._failed)
        cart.changed.connect(lambda _keys: self._show_tick())

    @property
    def current(self) -> Scene | None:
        """The scene that is shown."""
        return self._scenes[self._at] if self._scenes else None

    def look_at(self, scenes: Sequence[Scene], scene: Scene) -> None:
        """Open on the whole screen, at one of some scenes."""
        self._scenes = list(scenes)
        keys = [key_of(one) for one in self._scenes]
        self._at = keys.index(key_of(scene)) if key_of(scene) in keys else 0
        self.showFullScreen()
        self.activateWindow()
        self._view.setFocus(Qt.FocusReason.OtherFocusReason)
        self._show()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Every button has its key; F11 leaves the whole screen and comes back to it."""
        acts = {
            Qt.Key.Key_Escape: self.close,
            Qt.Key.Key_Left: lambda: self._go(-1),
            Qt.Key.Key_Right: lambda: self._go(1),
            Qt.Key.Key_PageUp: lambda: self._go(-1),
            Qt.Key.Key_PageDown: lambda: self._go(1),
            Qt.Key.Key_Space: self._toggle_tick,
            Qt.Key.Key_P: lambda: self.map_requested.emit(self.current),
            Qt.Key.Key_Plus: lambda: self._view.zoom(_STEP_IN),
            Qt.Key.Key_Equal: lambda: self._view.zoom(_STEP_IN),
            Qt.Key.Key_Minus: lambda: self._view.zoom(1 / _STEP_IN),
            Qt.Key.Key_0: self._view.show_whole,
            Qt.Key.Key_F11: self._toggle_full,
        }
        act = acts.get(event.key())
        if act is None:
            super().keyPressEvent(event)
        else:
            act()
            event.accept()

    def closeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """Wait for no picture any more."""
        if self.current is not None:
            self._pictures.cancel(self.current)
        self._scenes = []
        self.current_changed.emit(None)
        super().closeEvent(event)

    def resizeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """Keep the message in the middle."""
        super().resizeEvent(event)
        self._message.setGeometry(self._view.rect().adjusted(STEP, STEP, -STEP, -STEP))

    def _button(self, text: str, icon: str, name: str, key: str, *, shown: bool = False) -> QToolButton:
        made = tool_button(text, icon, name=name, tip=f"{text} ({key})", text_shown=shown)
        made.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        made.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        return made

    def _build(self) -> None:
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addWidget(self._title)
        words.addWidget(self._facts)
        bar = row(self._previous, self._next, margins=HALF, spacing=HALF)
        bar.addLayout(words, 1)
        for button in (self._tick, self._map, self._whole, self._close):
            bar.addWidget(button)
        layout = QVBoxLayout()
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(bar)
        layout.addWidget(self._view, 1)
        self.setLayout(layout)

    def _show(self) -> None:
        scene = self.current
        if scene is None:
            return
        facts = [sensor_name(scene), formats.moment(scene.acquired)]
        if scene.cloud is not None:
            facts.append(translate("Dinamis", "cloud {cloud} %").format(cloud=formats.number(scene.cloud)))
        if scene.incidence is not None:
            facts.append(formats.degrees(scene.incidence))
        facts.append(type_name(scene))
        place = f"{formats.number(self._at + 1)}/{formats.number(len(self._scenes))}"
        self._title.setText(f"{place} · {scene.title}")
        self._facts.setText(" · ".join(facts))
        self._previous.setEnabled(self._at > 0)
        self._next.setEnabled(self._at + 1 < len(self._scenes))
        self._view.clear()
        self._say(translate("Dinamis", "The quicklook is being read…"))
        self._show_tick()
        self.current_changed.emit(scene)
        self._pictures.request(scene)

    def _go(self, step: int) -> None:
        if 0 <= self._at + step < len(self._scenes):
            if self.current is not None:
                self._pictures.cancel(self.current)
            self._at += step
            self._show()

    def _came(self, scene: Scene, image: QImage) -> None:
        if self._is_current(scene):
            self._say("")
            self._view.show_image(image)

    def _failed(self, scene: Scene, notice: Notice) -> None:
        if self._is_current(scene):
            self._say("\n".join(part for part in (notice.title, notice.text, notice.hint) if part))

    def _is_current(self, scene: Scene) -> bool:
        return self.current is not None and key_of(self.current) == key_of(scene)

    def _say(self, text: str) -> None:
        self._message.setText(text)
        self._message.setVisible(bool(text))

    def _toggle_tick(self) -> None:
        if self.current is not None:
            self._cart.put([self.current], ticked=self.current not in self._cart.cart)
            self._show_tick()

    def _show_tick(self) -> None:
        ticked = self.current is not None and self.current in self._cart.cart
        self._tick.setChecked(ticked)
        self._tick.setText(translate("Dinamis", "Ticked") if ticked else translate("Dinamis", "Tick"))

    def _toggle_full(self) -> None:
        if self.isFullScreen():
            self.showNormal()
        else:
            self.showFullScreen()


class PictureView(QGraphicsView):
    """A picture that the wheel zooms at the pointer and the mouse moves."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("quicklookView")
        self.setAccessibleName(translate("Dinamis", "Picture of the scene"))
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setBackgroundBrush(_GROUND)
        self.setDragMode(QGraphicsView.DragMode.ScrollHandDrag)
        self.setTransformationAnchor(QGraphicsView.ViewportAnchor.AnchorUnderMouse)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        self._drawn = QGraphicsScene(self)
        self.setScene(self._drawn)
        self._fitted = True

    def clear(self) -> None:
        """Show nothing."""
        self._drawn.clear()
        self._fitted = True

    def show_image(self, image: QImage) -> None:
        """Show a picture, the whole of it."""
        self._drawn.clear()
        self._drawn.addPixmap(QPixmap.fromImage(image))
        self._drawn.setSceneRect(QRectF(image.rect()))
        self.show_whole()

    def show_whole(self) -> None:
        """Fit the picture into the window."""
        self._fitted = True
        self.fitInView(self._drawn.sceneRect(), Qt.AspectRatioMode.KeepAspectRatio)

    def zoom(self, factor: float) -> None:
        """Zoom, not farther out than the whole picture and not into single pixels."""
        scale = self.transform().m11() * factor
        area = self._drawn.sceneRect()
        if area.isEmpty() or scale > _LARGEST_SCALE:
            return
        whole = min(self.viewport().width() / area.width(), self.viewport().height() / area.height())
        if factor < 1 and scale <= whole:
            self.show_whole()
            return
        self._fitted = False
        self.scale(factor, factor)

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802 - Qt's name
        """Zoom at the pointer."""
        turned = event.angleDelta().y()
        if turned:
            self.zoom(_STEP_IN if turned > 0 else 1 / _STEP_IN)
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Leave the keys to the window: arrows go on to other scenes. With Ctrl they move the picture."""
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            super().keyPressEvent(event)
        else:
            event.ignore()

    def resizeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """A picture that was shown whole stays whole."""
        super().resizeEvent(event)
        if self._fitted:
            self.show_whole()
