"""The menu of the person: requests, notifications, preferences, languages, tutorial, registry (ACC-13)."""

from __future__ import annotations

from typing import Any

from qgis.PyQt.QtCore import QCoreApplication, QRectF, QSize, Qt, pyqtSignal
from qgis.PyQt.QtGui import QFont, QPainter, QPaintEvent, QPen
from qgis.PyQt.QtWidgets import QAction, QActionGroup, QMenu, QToolButton, QWidget

from ..domain.account import Account
from . import formats
from .theme import HALF, Tone, colours, themed_icon, themed_pixmap

translate = QCoreApplication.translate

LANGUAGE_NAMES = {"fr": "Français", "en": "English"}
"""Each in its own language."""

_SIZE = 34
_MOST_SHOWN = 99


class UserMenu(QMenu):
    """The six entries, and what they ask for.

    Signals:
        request_wanted, notifications_wanted, preferences_wanted, tutorial_wanted, registry_wanted: nothing.
        language_wanted: `fr` or `en`.
    """

    request_wanted = pyqtSignal()
    notifications_wanted = pyqtSignal()
    preferences_wanted = pyqtSignal()
    tutorial_wanted = pyqtSignal()
    registry_wanted = pyqtSignal()
    language_wanted = pyqtSignal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("userMenu")
        self.setToolTipsVisible(True)
        self._icons: list[tuple[QAction, str]] = []
        self._request = self._entry("order", "acquisitionRequestAction", self.request_wanted)
        self._notifications = self._entry("bell", "notificationsAction", self.notifications_wanted)
        self._preferences = self._entry("preferences", "preferencesAction", self.preferences_wanted)
        self._languages = self._add_languages()
        self._tutorial = self._entry("tutorial", "tutorialAction", self.tutorial_wanted)
        self._registry = self._entry("registry", "registryAction", self.registry_wanted)
        self._request.setText(translate("Dinamis", "Acquisition request…"))
        self._preferences.setText(translate("Dinamis", "Preferences…"))
        self._tutorial.setText(translate("Dinamis", "Replay the tutorial"))
        self._registry.setText(translate("Dinamis", "Registry"))
        self._registry.setToolTip(translate("Dinamis", "Membership of entities and accounts, in the browser"))
        self.set_unread(0)
        self.set_why_not("")
        self.aboutToShow.connect(self._draw_icons)

    def set_why_not(self, sentence: str) -> None:
        """Say why requests and notifications cannot be opened; empty when they can."""
        for action in (self._request, self._notifications):
            action.setEnabled(not sentence)
            action.setToolTip(sentence)

    def set_unread(self, count: int) -> None:
        """Show how many notifications are unread."""
        text = translate("Dinamis", "Notifications")
        if count:
            text = translate("Dinamis", "Notifications ({count} unread)").format(count=formats.number(count))
        self._notifications.setText(text)

    def set_language(self, language: str) -> None:
        """Tick the language in use."""
        for action in self._choices.actions():
            action.setChecked(action.data() == language)

    def _entry(self, icon: str, name: str, signal: Any) -> QAction:
        action = self.addAction("")
        action.setObjectName(name)
        action.triggered.connect(lambda _=False: signal.emit())
        self._icons.append((action, icon))
        return action

    def _add_languages(self) -> QMenu:
        menu = self.addMenu(translate("Dinamis", "Languages"))
        menu.setObjectName("languagesMenu")
        self._icons.append((menu.menuAction(), "language"))
        self._choices = QActionGroup(menu)
        for code, name in LANGUAGE_NAMES.items():
            action = menu.addAction(name)
            action.setObjectName(f"language_{code}")
            action.setCheckable(True)
            action.setData(code)
            action.triggered.connect(lambda _=False, code=code: self.language_wanted.emit(code))
            self._choices.addAction(action)
        return menu

    def _draw_icons(self) -> None:
        """Take the colours of the theme in use."""
        for action, icon in self._icons:
            action.setIcon(themed_icon(icon))


class UserButton(QToolButton):
    """A round with the initials of the person, and how many notifications are unread, that opens the menu."""

    def __init__(self, menu: UserMenu) -> None:
        super().__init__()
        self.setObjectName("userMenuButton")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.setMenu(menu)
        self.setFixedSize(QSize(_SIZE, _SIZE))
        self._initials = ""
        self._name = ""
        self._unread = 0
        self.set_account(None)

    def set_account(self, account: Account | None) -> None:
        """Show whose menu it is."""
        self._name = "" if account is None else account.full_name
        self._initials = "" if account is None else initials(account)
        self._tell()

    def set_unread(self, count: int) -> None:
        """Show how many notifications are unread."""
        self._unread = count
        self._tell()

    def _tell(self) -> None:
        parts = [self._name or translate("Dinamis", "Menu")]
        if self._unread:
            unread = translate("Dinamis", "%n unread notification(s)", "", self._unread)
            parts.append(formats.counted(unread, self._unread))
        self.setToolTip("\n".join(parts))
        self.setAccessibleName(", ".join([translate("Dinamis", "Menu of the account"), *parts]))
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802, ARG002 - Qt's name and signature
        """Draw the round, the initials or a figure, the focus, and the number."""
        shade = colours()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        round_ = QRectF(self.rect()).adjusted(2, 2, -2, -2)
        hot = self.underMouse() or self.isDown()
        painter.setPen(QPen(shade.text if self.hasFocus() else shade.line, 2 if self.hasFocus() else 1))
        painter.setBrush(shade.tint(Tone.INFO) if hot or self._initials else shade.raised)
        painter.drawEllipse(round_)
        if self._initials:
            font = QFont(self.font())
            font.setBold(True)
            painter.setFont(font)
            painter.setPen(shade.text)
            painter.drawText(round_, int(Qt.AlignmentFlag.AlignCenter), self._initials)
        else:
            side = _SIZE // 2
            figure = themed_pixmap("account", shade.text, side, self.devicePixelRatioF())
            painter.drawPixmap((self.width() - side) // 2, (self.height() - side) // 2, figure)
        if self._unread:
            self._draw_number(painter)

    def _draw_number(self, painter: QPainter) -> None:
        shade = colours()
        font = QFont(self.font())
        font.setBold(True)
        font.setPointSizeF(max(6.0, font.pointSizeF() - 2))
        painter.setFont(font)
        text = str(self._unread) if self._unread <= _MOST_SHOWN else f"{_MOST_SHOWN}+"
        height = painter.fontMetrics().height()
        width = max(height, painter.fontMetrics().horizontalAdvance(text) + 2 * HALF)
        place = QRectF(self.width() - width, 0, width, height)
        painter.setPen(QPen(shade.window, 1))
        painter.setBrush(shade.tone(Tone.DANGER))
        painter.drawRoundedRect(place, height / 2, height / 2)
        painter.setPen(shade.window)
        painter.drawText(place, int(Qt.AlignmentFlag.AlignCenter), text)


def initials(account: Account) -> str:
    """The first letters of first and last name, or of the address of a person without a name."""
    letters = "".join(name.strip()[:1] for name in (account.given_name, account.family_name))
    return (letters or account.email[:1]).upper()
