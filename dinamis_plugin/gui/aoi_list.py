"""The list of the areas of interest: names, sizes, and what can be done with each."""

from __future__ import annotations

from collections.abc import Sequence

from qgis.PyQt.QtCore import QCoreApplication, QEvent, QPoint, QSize, Qt, QTimer, pyqtSignal
from qgis.PyQt.QtGui import QKeyEvent
from qgis.PyQt.QtWidgets import (
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QMenu,
    QSizePolicy,
    QToolButton,
    QWidget,
)

from ..domain.aoi import Aoi
from . import formats
from .theme import HALF, STEP, Role, themed_icon
from .widgets import ElidedLabel, label, row, tool_button

translate = QCoreApplication.translate

_MOST_ROWS = 5


class AoiList(QListWidget):
    """The areas with their size; F2 renames, Delete or the cross takes out, Enter or a double click zooms.

    Signals:
        remove_requested, edit_requested, keep_requested, zoom_requested: index of the area.
        renamed: index of the area and its new name.
    """

    remove_requested = pyqtSignal(int)
    edit_requested = pyqtSignal(int)
    keep_requested = pyqtSignal(int)
    zoom_requested = pyqtSignal(int)
    renamed = pyqtSignal(int, str)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("aoiList")
        self.setAccessibleName(translate("Dinamis", "Areas of interest"))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.customContextMenuRequested.connect(self._menu_at)
        self.itemDoubleClicked.connect(lambda item: self.zoom_requested.emit(self.row(item)))

    def show_aois(self, aois: Sequence[Aoi]) -> None:
        """List these areas."""
        chosen = self.currentRow()
        self.clear()
        height = 0
        for number, aoi in enumerate(aois):
            item = QListWidgetItem()
            item.setData(Qt.ItemDataRole.AccessibleTextRole, f"{aoi.name}, {formats.area(aoi.area_km2)}")
            item.setToolTip("\n".join(part for part in (aoi.name, aoi.note) if part))
            self.addItem(item)
            line = self._line(number, aoi)
            item.setSizeHint(QSize(0, line.sizeHint().height()))
            self.setItemWidget(item, line)
            if number < _MOST_ROWS:
                height += line.sizeHint().height()
        self.setFixedHeight(height + 2 * self.frameWidth())
        self.setCurrentRow(min(chosen, self.count() - 1))

    def rename(self, number: int) -> None:
        """Let the person type another name in place of the one that is shown."""
        line = self.itemWidget(self.item(number))
        name = line.findChild(ElidedLabel, "aoiNameLabel") if line is not None else None
        if name is None or line.findChild(QLineEdit) is not None:
            return
        edit = _NameEdit(name.whole_text())
        line.layout().replaceWidget(name, edit)
        line.layout().setStretch(0, 1)
        name.hide()
        edit.ended.connect(lambda text: QTimer.singleShot(0, lambda: self._renamed(number, text)))
        edit.setFocus(Qt.FocusReason.OtherFocusReason)
        edit.selectAll()

    def resizeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """Keep the rows as wide as the list: Qt does so only when it gets wider."""
        super().resizeEvent(event)
        self.scheduleDelayedItemsLayout()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """The keys of the current area."""
        number = self.currentRow()
        acts = {
            Qt.Key.Key_Delete: self.remove_requested.emit,
            Qt.Key.Key_Backspace: self.remove_requested.emit,
            Qt.Key.Key_F2: self.rename,
            Qt.Key.Key_Return: self.zoom_requested.emit,
            Qt.Key.Key_Enter: self.zoom_requested.emit,
        }
        act = acts.get(event.key())
        if act is not None and number >= 0:
            act(number)
        else:
            super().keyPressEvent(event)

    def menu_of(self, number: int) -> QMenu:
        """What can be done with an area."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        entries = (
            ("zoom", "zoomAoiAction", translate("Dinamis", "Zoom to it"), self.zoom_requested.emit),
            ("polygon", "editAoiAction", translate("Dinamis", "Edit its vertices"), self.edit_requested.emit),
            ("edit", "renameAoiAction", translate("Dinamis", "Rename"), self.rename),
            ("bookmark", "keepAoiAction", translate("Dinamis", "Keep for later"), self.keep_requested.emit),
            ("delete", "removeAoiAction", translate("Dinamis", "Remove"), self.remove_requested.emit),
        )
        for icon, name, text, act in entries:
            action = menu.addAction(themed_icon(icon), text)
            action.setObjectName(name)
            # The menu is gone by then, and the list may be another one.
            action.triggered.connect(lambda _=False, act=act: QTimer.singleShot(0, lambda: act(number)))
        return menu

    def _menu_at(self, place: QPoint) -> None:
        item = self.itemAt(place)
        if item is not None:
            self.menu_of(self.row(item)).popup(self.viewport().mapToGlobal(place))

    def _menu_below(self, button: QToolButton, number: int) -> None:
        self.setCurrentRow(number)
        self.menu_of(number).popup(button.mapToGlobal(QPoint(0, button.height())))

    def _renamed(self, number: int, text: str) -> None:
        item = self.item(number)
        line = None if item is None else self.itemWidget(item)
        edit = None if line is None else line.findChild(QLineEdit)
        if line is None or edit is None:
            return
        name = line.findChild(ElidedLabel, "aoiNameLabel")
        line.layout().replaceWidget(edit, name)
        line.layout().setStretch(0, 1)
        edit.deleteLater()
        edit.setParent(None)
        name.show()
        self.setFocus(Qt.FocusReason.OtherFocusReason)
        if text.strip():
            self.renamed.emit(number, text)

    def _line(self, number: int, aoi: Aoi) -> QWidget:
        name = ElidedLabel("aoiNameLabel")
        name.setText(aoi.name)
        size = label(formats.area(aoi.area_km2), role=Role.MUTED, wrap=False)
        more = tool_button(
            translate("Dinamis", "More about {name}").format(name=aoi.name),
            "more",
            name="moreAoiButton",
            text_shown=False,
        )
        more.clicked.connect(lambda: self._menu_below(more, number))
        remove = tool_button(
            translate("Dinamis", "Remove {name}").format(name=aoi.name),
            "close",
            name="removeAoiButton",
            text_shown=False,
        )
        remove.clicked.connect(lambda: self.remove_requested.emit(number))
        line = QWidget()
        body = row(name, size, more, remove, spacing=HALF)
        body.setContentsMargins(STEP, 2, 2, 2)
        body.setSpacing(2)
        body.setStretch(0, 1)
        line.setLayout(body)
        return line


class _NameEdit(QLineEdit):
    """A name being typed.

    Signals:
        ended: the name, or "" when it was given up.
    """

    ended = pyqtSignal(str)

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.setObjectName("aoiNameEdit")
        self.setAccessibleName(translate("Dinamis", "Name of the area"))
        self._done = False
        self.editingFinished.connect(lambda: self._end(self.text()))

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Escape gives up; nothing typed here is for the list."""
        if event.key() == Qt.Key.Key_Escape:
            self._end("")
        else:
            super().keyPressEvent(event)
        event.accept()

    def _end(self, text: str) -> None:
        if not self._done:
            self._done = True
            self.ended.emit(text)
