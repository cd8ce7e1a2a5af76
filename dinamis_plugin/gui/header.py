"""The head of the dock: who is signed in, and at which service."""

from __future__ import annotations

from qgis.PyQt.QtCore import QCoreApplication, Qt, pyqtSignal
from qgis.PyQt.QtWidgets import QLabel, QLineEdit, QVBoxLayout, QWidget

from ..controllers.session import SessionState
from ..domain.account import Account
from .theme import HALF, STEP, Role, colours, make_primary, set_role, themed_pixmap
from .user_menu import UserButton, UserMenu
from .widgets import ElidedLabel, label, push_button, row, tool_button

translate = QCoreApplication.translate

_LOGO = 40
_BUSY = (SessionState.CONNECTING, SessionState.WAITING_FOR_APPROVAL)


class Header(QWidget):
    """Name and entity of the person, menu, sign-in and sign-out, address of the service while signed out.

    Attributes:
        menu: the menu of the person.
    """

    connect_requested = pyqtSignal(str)
    sign_in_requested = pyqtSignal(str)
    sign_out_requested = pyqtSignal()

    def __init__(self) -> None:
        super().__init__()
        self._account: Account | None = None
        self._state = SessionState.SIGNED_OUT
        logo = QLabel()
        logo.setFixedSize(_LOGO, _LOGO)
        logo.setPixmap(themed_pixmap("dinamis", colours().text, _LOGO, self.devicePixelRatioF()))
        self._name = ElidedLabel("accountLabel")
        set_role(self._name, Role.HEADING)
        self._entity = ElidedLabel("entityLabel")
        set_role(self._entity, Role.MUTED)
        # Where nobody is signed in the words that say so take two lines rather than an ellipsis.
        self._mode = label(role=Role.MUTED, name="sessionStateLabel")
        # Without an icon: its French would be cut off in a dock of 300 pixels.
        self._sign_in = push_button(translate("Dinamis", "Sign in"), name="signInButton")
        make_primary(self._sign_in)
        self._sign_out = tool_button(
            translate("Dinamis", "Sign out"),
            "sign_out",
            name="signOutButton",
            tip=translate("Dinamis", "Sign out: the session ends at the service too"),
            text_shown=False,
        )
        self._sign_out.clicked.connect(self.sign_out_requested)
        self.menu = UserMenu(self)
        self._user = UserButton(self.menu)
        self._url = QLineEdit()
        self._url.setObjectName("serviceUrlEdit")
        self._url.setAccessibleName(translate("Dinamis", "Address of the service"))
        self._url.setPlaceholderText(translate("Dinamis", "Address of the service (https://…)"))
        self._url.setInputMethodHints(Qt.InputMethodHint.ImhUrlCharactersOnly)
        self._url.returnPressed.connect(self._connect)
        self._sign_in.clicked.connect(lambda: self.sign_in_requested.emit(self._url.text()))
        self._connect_button = push_button(
            translate("Dinamis", "Connect"),
            name="connectButton",
            tip=translate("Dinamis", "Use the service at this address"),
        )
        self._connect_button.clicked.connect(self._connect)
        self._build(logo)
        self.set_state(SessionState.SIGNED_OUT)

    def _build(self, logo: QWidget) -> None:
        names = QVBoxLayout()
        names.setSpacing(0)
        names.addStretch(1)
        names.addWidget(self._name)
        names.addWidget(self._entity)
        names.addWidget(self._mode)
        names.addStretch(1)
        top = row(logo)
        top.addLayout(names, 1)
        top.addWidget(self._sign_in)
        top.addWidget(self._sign_out)
        top.addWidget(self._user)
        self._settings = QWidget()
        self._settings.setLayout(row(self._url, self._connect_button, spacing=HALF))
        layout = QVBoxLayout()
        layout.setContentsMargins(STEP, STEP, STEP, STEP)
        layout.setSpacing(STEP)
        layout.addLayout(top)
        layout.addWidget(self._settings)
        self.setLayout(layout)

    def set_url(self, url: str) -> None:
        """Show the address in use, unless the person is typing one."""
        if not self._url.hasFocus():
            self._url.setText(url)

    def set_account(self, account: Account | None) -> None:
        """Show who is signed in."""
        self._account = account
        self._show()

    def set_unread(self, count: int) -> None:
        """Show how many notifications are unread."""
        self.menu.set_unread(count)
        self._user.set_unread(count)

    def set_state(self, state: SessionState) -> None:
        """Show where the session stands."""
        self._state = state
        self._show()

    def _show(self) -> None:
        state, account = self._state, self._account
        known = account is not None and state in (SessionState.SIGNED_IN, SessionState.OFFLINE)
        self._user.set_account(account if known else None)
        self._name.setText(account.full_name if known and account else "DINAMIS")
        self._name.setVisible(known)
        entity = str(account.entity) if known and account else ""
        self._entity.setText(entity or _state_text(state))
        self._entity.setVisible(known)
        self._mode.setText(_state_text(state))
        self._mode.setToolTip(_open_to_all() if state is SessionState.SIGNED_OUT else "")
        self._mode.setVisible(not known)
        signed_in = state is SessionState.SIGNED_IN
        self._sign_in.setVisible(not signed_in)
        self._sign_in.setEnabled(state not in _BUSY)
        self._sign_out.setVisible(signed_in)
        self._settings.setVisible(not signed_in and state is not SessionState.WAITING_FOR_APPROVAL)
        self._connect_button.setEnabled(state not in _BUSY)

    def _connect(self) -> None:
        self.connect_requested.emit(self._url.text())


def _open_to_all() -> str:
    return translate(
        "Dinamis",
        "Searching, footprints and thumbnails are open to everyone; images and requests ask you to sign in.",
    )


def _state_text(state: SessionState) -> str:
    return {
        SessionState.SIGNED_OUT: translate("Dinamis", "Not signed in"),
        SessionState.CONNECTING: translate("Dinamis", "Connecting…"),
        SessionState.WAITING_FOR_APPROVAL: translate("Dinamis", "Waiting for your browser…"),
        SessionState.SIGNED_IN: translate("Dinamis", "Signed in"),
        SessionState.EXPIRED: translate("Dinamis", "Session ended"),
        SessionState.OFFLINE: translate("Dinamis", "Service not reachable"),
    }[state]
