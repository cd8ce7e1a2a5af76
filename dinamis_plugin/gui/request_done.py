"""What a request dialog shows when the service has taken the request."""

from __future__ import annotations

from qgis.PyQt.QtCore import QCoreApplication, Qt, pyqtSignal
from qgis.PyQt.QtWidgets import QLabel, QVBoxLayout, QWidget

from ..domain.order import Order
from .theme import STEP, Role, Tone, colours, make_primary, themed_pixmap
from .widgets import label, push_button, row

translate = QCoreApplication.translate


class RequestDone(QWidget):
    """Says that it is sent, under which identifier, and where it is followed.

    Signals:
        next_requested: the request for the next sensor shall be filled in.
        closed: the person has read it.
    """

    next_requested = pyqtSignal()
    closed = pyqtSignal()

    def __init__(self, prefix: str) -> None:
        super().__init__()
        picture = QLabel()
        picture.setPixmap(
            themed_pixmap("success", colours().tone(Tone.SUCCESS), 56, self.devicePixelRatioF())
        )
        said = label(translate("Dinamis", "The request is sent."), role=Role.HEADING)
        self._made = label(role=Role.TITLE, name=f"{prefix}IdLabel")
        self._made.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        where = label(
            translate("Dinamis", "It is in the list of the Requests tab, with its state."), role=Role.MUTED
        )
        self._next = push_button("", name=f"{prefix}NextButton")
        make_primary(self._next)
        self._next.clicked.connect(self.next_requested)
        self._next.hide()
        self._close = push_button(translate("Dinamis", "Close"), name=f"{prefix}CloseButton")
        self._close.clicked.connect(self.closed)
        buttons = row(self._next, self._close)
        buttons.insertStretch(0, 1)
        buttons.addStretch(1)
        layout = QVBoxLayout()
        layout.setContentsMargins(3 * STEP, 3 * STEP, 3 * STEP, 3 * STEP)
        layout.setSpacing(2 * STEP)
        layout.addStretch(1)
        for part in (picture, said, self._made, where):
            part.setAlignment(Qt.AlignmentFlag.AlignCenter)
            layout.addWidget(part)
        layout.addLayout(buttons)
        layout.addStretch(2)
        self.setLayout(layout)

    def show_order(self, order: Order) -> None:
        """Show the identifier of what was made."""
        self._made.setText(order.id)
        self.offer_next("")

    def offer_next(self, text: str) -> None:
        """Offer to go on with another request, or nothing; Enter goes on where something is left to send."""
        self._next.setText(text)
        self._next.setVisible(bool(text))
        (self._next if text else self._close).setFocus(Qt.FocusReason.OtherFocusReason)
