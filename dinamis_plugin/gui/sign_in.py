"""The panel of the sign-in by device code: code, address, QR code and how the waiting stands."""

from __future__ import annotations

from html import escape

from qgis.PyQt.QtCore import QCoreApplication, Qt, QTimer, pyqtSignal
from qgis.PyQt.QtGui import QGuiApplication
from qgis.PyQt.QtWidgets import QBoxLayout, QFrame, QLabel, QProgressBar, QScrollArea, QVBoxLayout, QWidget

from ..domain.device import DeviceAuthorization
from .qr import QrLabel
from .theme import HALF, STEP, Role, Tone, make_primary, set_role
from .widgets import Card, column, label, push_button, row, tool_button

translate = QCoreApplication.translate

_WIDE = 400
_COPIED_SHOWN_MS = 2000


class SignInPanel(QScrollArea):
    """Shown while the service waits for the person to confirm in a browser; scrolls if need be."""

    open_browser_requested = pyqtSignal()
    cancel_requested = pyqtSignal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("signInPanel")
        self._code = label(role=Role.CODE, name="deviceCodeLabel", wrap=False)
        self._code.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self._copy = tool_button(
            translate("Dinamis", "Copy the code"), "copy", name="copyCodeButton", text_shown=False
        )
        self._copy.clicked.connect(self._copy_code)
        self._copied = label(role=Role.MUTED, name="codeCopiedLabel", wrap=False)
        self._url = QLabel()
        self._url.setObjectName("deviceUrlLabel")
        self._url.setTextFormat(Qt.TextFormat.RichText)
        set_role(self._url, Role.TEXT)
        self._url.setWordWrap(True)
        self._url.setTextInteractionFlags(Qt.TextInteractionFlag.TextBrowserInteraction)
        self._url.linkActivated.connect(lambda _link: self.open_browser_requested.emit())
        self._qr = QrLabel()
        self._qr.setAccessibleName(translate("Dinamis", "QR code of the sign-in page"))
        self._status = label(role=Role.MUTED, name="pollStatusLabel")
        self._status.setAccessibleName(translate("Dinamis", "State of the sign-in"))
        self._pulse = QProgressBar()
        self._pulse.setRange(0, 0)
        self._pulse.setTextVisible(False)
        self._pulse.setFixedHeight(HALF)
        self._open = push_button(
            translate("Dinamis", "Open the browser"), name="openBrowserButton", icon="browser"
        )
        make_primary(self._open)
        self._open.clicked.connect(self.open_browser_requested)
        self._cancel = push_button(translate("Dinamis", "Cancel"), name="cancelSignInButton")
        self._cancel.clicked.connect(self.cancel_requested)
        self._device: DeviceAuthorization | None = None
        self._build()

    def _build(self) -> None:
        code = row(self._code, self._copy, self._copied, spacing=HALF)
        code.addStretch(1)
        steps = QVBoxLayout()
        steps.setSpacing(HALF)
        steps.addWidget(label(translate("Dinamis", "1. Open this page, or scan the QR code:")))
        steps.addWidget(self._url)
        steps.addSpacing(HALF)
        steps.addWidget(label(translate("Dinamis", "2. Check or type this code:")))
        steps.addLayout(code)
        steps.addStretch(1)
        self._split = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._split.setSpacing(2 * STEP)
        self._split.addLayout(steps, 1)
        self._split.addWidget(self._qr, 0, Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop)
        buttons = row(self._open, self._cancel)
        buttons.addStretch(1)
        title = label(translate("Dinamis", "Finish the sign-in in your browser"), role=Role.HEADING)
        body = column(title, self._split, self._pulse, self._status, buttons)
        body.setContentsMargins(STEP + HALF, STEP, STEP, STEP)
        card = Card(Tone.INFO)
        card.setLayout(body)
        outer = column(card)
        outer.setContentsMargins(STEP, 0, STEP, STEP)
        outer.addStretch(1)
        content = QWidget()
        content.setLayout(outer)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setWidget(content)

    def show_device(self, device: DeviceAuthorization) -> None:
        """Show the code and the address of a sign-in."""
        self._device = device
        self._code.setText(device.user_code)
        address = escape(device.verification_uri, quote=True)
        self._url.setText(f'<a href="{address}">{address}</a>')
        self._qr.set_content(device.verification_uri_complete)
        self._copied.clear()

    def set_status(self, text: str) -> None:
        """Say how the waiting stands."""
        self._status.setText(text)

    def focus_first(self) -> None:
        """Put the keyboard on the main action."""
        self._open.setFocus(Qt.FocusReason.OtherFocusReason)

    def resizeEvent(self, event) -> None:  # noqa: N802 - Qt's name
        """Put the QR code beside the steps where there is room, under them where there is not."""
        super().resizeEvent(event)
        wide = self.width() >= _WIDE
        direction = QBoxLayout.Direction.LeftToRight if wide else QBoxLayout.Direction.TopToBottom
        self._split.setDirection(direction)

    def _copy_code(self) -> None:
        QGuiApplication.clipboard().setText(self._code.text())
        self._copied.setText(translate("Dinamis", "Copied"))
        QTimer.singleShot(_COPIED_SHOWN_MS, self._copied.clear)
