"""The page of notifications: what happened, what is unread, and the way to the request (ACC-17)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from qgis.PyQt.QtCore import (
    QAbstractListModel,
    QCoreApplication,
    QModelIndex,
    QObject,
    Qt,
    pyqtSignal,
)
from qgis.PyQt.QtGui import QKeyEvent
from qgis.PyQt.QtWidgets import QCheckBox, QStackedWidget, QWidget

from ..domain.notification import Notification
from . import formats
from .theme import HALF, STEP, Role, Tone
from .two_lines import QUIET_ROLE, SECOND_LINE_ROLE, TONE_ROLE, VALUE_ROLE, row_list
from .widgets import ButtonGrid, Card, EmptyState, column, label, push_button, row, tool_button

translate = QCoreApplication.translate

_TONES = {
    "delivery": Tone.SUCCESS,
    "quotation": Tone.WARNING,
    "state": Tone.INFO,
    "message": Tone.INFO,
}


class NotificationsModel(QAbstractListModel):
    """Notifications, newest first; the unread ones stand out."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._notifications: list[Notification] = []

    def set_notifications(self, notifications: Sequence[Notification]) -> None:
        """Show these."""
        self.beginResetModel()
        self._notifications = list(notifications)
        self.endResetModel()

    def notification(self, number: int) -> Notification:
        """The notification of a row."""
        return self._notifications[number]

    def row_of(self, notification_id: int | str) -> int:
        """The row of a notification, -1 when it is not listed."""
        ids = [one.id for one in self._notifications]
        return ids.index(notification_id) if notification_id in ids else -1

    def rowCount(self, parent: QModelIndex = QModelIndex()) -> int:  # noqa: N802, B008 - Qt's signature
        """Notifications listed."""
        return 0 if parent.isValid() else len(self._notifications)

    def data(self, index: QModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Title, second line, and whether it was read."""
        if not index.isValid():
            return None
        one = self._notifications[index.row()]
        values = {
            Qt.ItemDataRole.DisplayRole: lambda: one.title or one.text,
            SECOND_LINE_ROLE: lambda: f"{_when(one)} · {one.text}",
            TONE_ROLE: lambda: Tone.NEUTRAL if one.read else _TONES.get(one.kind, Tone.INFO),
            QUIET_ROLE: lambda: one.read,
            Qt.ItemDataRole.ToolTipRole: lambda: f"{one.title}\n{one.text}",
            Qt.ItemDataRole.AccessibleTextRole: lambda: f"{_read_text(one)}: {one.title}, {one.text}",
            VALUE_ROLE: lambda: one,
        }
        return values[role]() if role in values else None


class NotificationsPage(QWidget):
    """Lists the notifications; one that is taken in hand has been read.

    Signals:
        closed: back to where the person was.
        read: list of Notification that the person has read.
        all_read: mark all as read.
        open_requested: the Notification whose request or project is to be shown.
    """

    closed = pyqtSignal()
    read = pyqtSignal(object)
    all_read = pyqtSignal()
    open_requested = pyqtSignal(object)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("notificationsPage")
        self._all: list[Notification] = []
        self.model = NotificationsModel(self)
        self._back = tool_button(
            translate("Dinamis", "Back"), "previous", name="notificationsBackButton", text_shown=False
        )
        self._back.clicked.connect(self.closed)
        self._title = label(translate("Dinamis", "Notifications"), role=Role.HEADING, wrap=False)
        self._count = label(role=Role.MUTED, wrap=False, name="notificationsCountLabel")
        self._only_unread = QCheckBox(translate("Dinamis", "Unread only"))
        self._only_unread.setObjectName("unreadOnlyCheck")
        self._only_unread.toggled.connect(self._fill)
        self._mark_all = push_button(
            translate("Dinamis", "Mark all as read"), name="markAllReadButton", icon="check"
        )
        self._mark_all.clicked.connect(self.all_read)
        self._view = row_list(self.model, "notificationsView", translate("Dinamis", "Notifications"))
        self._view.selectionModel().currentChanged.connect(self._taken)
        self._view.activated.connect(lambda _index: self._open())
        self._empty = EmptyState("bell", name="notificationsEmpty")
        self._card = self._make_card()
        self._build()
        self.set_notifications((), 0)

    def _make_card(self) -> Card:
        """The whole of the notification in hand."""
        self._when = label(role=Role.MUTED, name="notificationWhenLabel")
        self._text = label(name="notificationTextLabel")
        self._go = push_button("", name="openNotificationButton", icon="order")
        self._go.clicked.connect(self._open)
        card = Card()
        card.setObjectName("notificationCard")
        buttons = row(self._go)
        buttons.addStretch(1)
        card.setLayout(column(self._when, self._text, buttons, margins=STEP, spacing=HALF))
        return card

    def _build(self) -> None:
        head = row(self._back, self._title, self._count)
        head.addStretch(1)
        tools = ButtonGrid([self._only_unread, self._mark_all])
        self._stack = QStackedWidget()
        self._stack.addWidget(self._empty)
        self._stack.addWidget(self._view)
        layout = column(head, tools, margins=STEP)
        layout.addWidget(self._stack, 1)
        layout.addWidget(self._card)
        self.setLayout(layout)

    def set_notifications(self, notifications: Sequence[Notification], unread: int) -> None:
        """Show these; the one in hand stays in hand."""
        self._all = list(notifications)
        said = translate("Dinamis", "%n unread", "", unread)
        self._count.setText(formats.counted(said, unread) if unread else "")
        self._mark_all.setEnabled(bool(unread))
        self._fill()

    def focus_first(self) -> None:
        """Give the keyboard to the page; once the list gets it, a row is in hand and has been read."""
        self._back.setFocus()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Escape goes back."""
        if event.key() == Qt.Key.Key_Escape:
            self.closed.emit()
        else:
            super().keyPressEvent(event)

    def _fill(self) -> None:
        """List what is wanted; the one in hand stays listed although it is read now."""
        current = self._current()
        in_hand = "" if current is None else current.id
        only = self._only_unread.isChecked()
        shown = [one for one in self._all if not only or not one.read or one.id == in_hand]
        selection = self._view.selectionModel()
        selection.blockSignals(True)
        self.model.set_notifications(shown)
        number = self.model.row_of(in_hand)
        if number >= 0:
            self._view.setCurrentIndex(self.model.index(number, 0))
        selection.blockSignals(False)
        sentence = (
            translate("Dinamis", "Everything has been read.")
            if only and self._all
            else translate("Dinamis", "No notification yet: what happens to your requests is told here.")
        )
        self._empty.say(sentence)
        self._stack.setCurrentIndex(1 if shown else 0)
        self._show_current()

    def _current(self) -> Notification | None:
        index = self._view.currentIndex()
        return self.model.notification(index.row()) if index.isValid() else None

    def _taken(self) -> None:
        one = self._current()
        self._show_current()
        if one is not None and not one.read:
            self.read.emit([one])

    def _show_current(self) -> None:
        one = self._current()
        self._card.setVisible(one is not None)
        if one is None:
            return
        self._when.setText(_when(one))
        self._text.setText("\n".join(part for part in (one.title, one.text) if part))
        leads_to_request = bool(one.order_id)
        self._go.setVisible(leads_to_request or bool(one.project_id))
        self._go.setText(
            translate("Dinamis", "Open the request")
            if leads_to_request
            else translate("Dinamis", "Open the project")
        )

    def _open(self) -> None:
        one = self._current()
        if one is not None and (one.order_id or one.project_id):
            self.open_requested.emit(one)


def _when(one: Notification) -> str:
    return formats.DASH if one.moment is None else formats.moment(one.moment, short=True)


def _read_text(one: Notification) -> str:
    return translate("Dinamis", "Read") if one.read else translate("Dinamis", "Unread")
