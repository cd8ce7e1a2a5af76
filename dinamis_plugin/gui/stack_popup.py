"""The scenes that lie under a click on the map, in a small list at the pointer (CAT-56)."""

from __future__ import annotations

from collections.abc import Sequence

from qgis.PyQt.QtCore import QCoreApplication, QEvent, QPoint, Qt, pyqtSignal
from qgis.PyQt.QtGui import QKeyEvent
from qgis.PyQt.QtWidgets import QAbstractItemView, QDialog, QListWidget, QListWidgetItem, QWidget

from ..controllers.cart import CartController
from ..domain.scene import Scene
from . import formats
from .results_columns import sensor_name
from .theme import HALF, STEP, Role
from .widgets import column, label

translate = QCoreApplication.translate

_MOST_ROWS = 12
_SCENE = Qt.ItemDataRole.UserRole


class StackPopup(QDialog):
    """Each scene with its box; the arrows or the pointer go through them, Enter or a click chooses.

    Signals:
        hovered: the Scene in hand, None when the list closes.
        chosen: the Scene, and whether it is added to what is chosen already.
    """

    hovered = pyqtSignal(object)
    chosen = pyqtSignal(object, bool)

    def __init__(self, cart: CartController, parent: QWidget | None = None) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setObjectName("stackPopup")
        self._cart = cart
        self._more = False
        self._title = label(role=Role.TITLE, name="stackTitleLabel", wrap=False)
        self._list = _Stack()
        self._list.setObjectName("stackList")
        self._list.setAccessibleName(translate("Dinamis", "Scenes here"))
        self._list.setMouseTracking(True)
        self._list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._list.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self._list.itemEntered.connect(self._list.setCurrentItem)
        self._list.currentItemChanged.connect(self._current_changed)
        self._list.itemChanged.connect(self._ticked)
        self._list.entered_by_key.connect(self._choose)
        self._list.pressed_on.connect(self._choose)
        hint = label(
            translate("Dinamis", "Space ticks, Enter chooses, Esc closes."), role=Role.MUTED, name="stackHint"
        )
        self.setLayout(column(self._title, self._list, hint, margins=STEP, spacing=HALF))

    def ask(self, scenes: Sequence[Scene], place: QPoint, *, more: bool) -> None:
        """Show scenes, the topmost first, at a place of the screen."""
        self._more = more
        self._title.setText(translate("Dinamis", "%n scene(s) here", "", len(scenes)))
        self._list.blockSignals(True)
        self._list.clear()
        for scene in scenes:
            self._list.addItem(self._item(scene))
        self._list.blockSignals(False)
        self._fit()
        self.adjustSize()
        self.move(self._inside(place))
        self.show()
        self._list.setFocus(Qt.FocusReason.PopupFocusReason)
        self._list.setCurrentRow(0)

    def hideEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """Nothing is in hand any more."""
        super().hideEvent(event)
        self.hovered.emit(None)

    def _item(self, scene: Scene) -> QListWidgetItem:
        cloud = "" if scene.cloud is None else f" · {formats.number(scene.cloud)} %"
        item = QListWidgetItem(f"{formats.moment(scene.acquired)} · {sensor_name(scene)}{cloud}")
        item.setToolTip(scene.title)
        item.setData(_SCENE, scene)
        item.setFlags(item.flags() | Qt.ItemFlag.ItemIsUserCheckable)
        ticked = scene in self._cart.cart
        item.setCheckState(Qt.CheckState.Checked if ticked else Qt.CheckState.Unchecked)
        return item

    def _fit(self) -> None:
        """Wide enough for every text, and not taller than a dozen of rows."""
        rows = min(_MOST_ROWS, self._list.count())
        frame = 2 * self._list.frameWidth()
        self._list.setFixedHeight(rows * self._list.sizeHintForRow(0) + frame + HALF)
        bar = self._list.verticalScrollBar().sizeHint().width() if self._list.count() > rows else 0
        self._list.setFixedWidth(self._list.sizeHintForColumn(0) + frame + bar + 2 * STEP)

    def _inside(self, place: QPoint) -> QPoint:
        """Keep the list on the screen."""
        screen = self.screen().availableGeometry() if self.screen() is not None else None
        if screen is None:
            return place
        x = min(place.x(), screen.right() - self.width())
        y = min(place.y(), screen.bottom() - self.height())
        return QPoint(max(screen.left(), x), max(screen.top(), y))

    def _current_changed(self, item: QListWidgetItem | None) -> None:
        if item is not None:
            self.hovered.emit(item.data(_SCENE))

    def _ticked(self, item: QListWidgetItem) -> None:
        self._cart.put([item.data(_SCENE)], ticked=item.checkState() == Qt.CheckState.Checked)

    def _choose(self, item: QListWidgetItem) -> None:
        scene = item.data(_SCENE)
        self.close()
        self.chosen.emit(scene, self._more)


class _Stack(QListWidget):
    """Tells a click beside a box from one on it, and Enter from the other keys."""

    entered_by_key = pyqtSignal(object)
    pressed_on = pyqtSignal(object)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Enter chooses."""
        item = self.currentItem()
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and item is not None:
            self.entered_by_key.emit(item)
        else:
            super().keyPressEvent(event)

    def mouseReleaseEvent(self, event) -> None:  # noqa: N802 - Qt's name
        """A click that did not tick chooses."""
        item = self.itemAt(event.pos())
        before = None if item is None else item.checkState()
        super().mouseReleaseEvent(event)
        left = event.button() == Qt.MouseButton.LeftButton
        if left and item is not None and item.checkState() == before:
            self.pressed_on.emit(item)
