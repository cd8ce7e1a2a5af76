"""The message area at the top of the dock: one notice per subject, kept until it is read or outdated."""

from __future__ import annotations

from qgis.PyQt.QtCore import QCoreApplication, Qt, QTimer
from qgis.PyQt.QtGui import QKeyEvent
from qgis.PyQt.QtWidgets import QLabel, QPushButton, QVBoxLayout, QWidget

from ..controllers.messages import Notice, NoticeAction, NoticeLevel
from .theme import HALF, STEP, Role, Tone, colours, themed_pixmap
from .widgets import Card, label, on_theme_change, push_button, row, tool_button

translate = QCoreApplication.translate

TONE_OF_LEVEL = {
    NoticeLevel.INFO: Tone.INFO,
    NoticeLevel.SUCCESS: Tone.SUCCESS,
    NoticeLevel.WARNING: Tone.WARNING,
    NoticeLevel.ERROR: Tone.DANGER,
}
#: Good news goes away by itself.
SUCCESS_SHOWN_MS = 12_000


class ActionButton(QPushButton):
    """Does what a notice offers; hidden where it offers nothing."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setObjectName(name)
        self.setAutoDefault(False)
        self._action: NoticeAction | None = None
        self.clicked.connect(self._run)
        self.hide()

    def offer(self, action: NoticeAction | None) -> None:
        """Stand for this action from now on."""
        self._action = action
        self.setText("" if action is None else action.label)
        self.setVisible(action is not None)

    def _run(self) -> None:
        if self._action is not None:
            self._action.run()


class NoticeArea(QWidget):
    """Shows the newest notice; the others of other subjects are one click away."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("noticeArea")
        self._notices: dict[str, Notice] = {}
        self._shown = ""
        self._card = Card(Tone.INFO)
        self._icon = QLabel()
        self._title = label(role=Role.TITLE, name="noticeLabel")
        self._text = label(name="noticeTextLabel")
        self._details = label(role=Role.MUTED, name="noticeDetailsLabel")
        self._text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._details.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._action = push_button("", name="noticeActionButton")
        self._action.clicked.connect(self._act)
        self._close = tool_button(
            translate("Dinamis", "Close the message"), "close", name="noticeCloseButton", text_shown=False
        )
        self._close.clicked.connect(self._dismiss)
        self._pager = tool_button("", "next", name="noticeNextButton", text_shown=False)
        self._pager.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self._pager.setAccessibleName(translate("Dinamis", "Next message"))
        self._pager.setToolTip(translate("Dinamis", "Next message"))
        self._pager.clicked.connect(self._next)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._dismiss)
        self._build()
        self.hide()

    def _build(self) -> None:
        words = QVBoxLayout()
        words.setSpacing(HALF)
        for part in (self._title, self._text, self._details):
            words.addWidget(part)
        buttons = row(self._action)
        buttons.addStretch(1)
        buttons.addWidget(self._pager)
        words.addLayout(buttons)
        body = row(self._icon, margins=STEP)
        body.setContentsMargins(STEP + HALF, STEP, STEP, STEP)
        body.setAlignment(self._icon, Qt.AlignmentFlag.AlignTop)
        body.addLayout(words, 1)
        body.addWidget(self._close, 0, Qt.AlignmentFlag.AlignTop)
        self._card.setLayout(body)
        outer = QVBoxLayout()
        outer.setContentsMargins(STEP, 0, STEP, STEP)
        outer.addWidget(self._card)
        self.setLayout(outer)

    def show_notice(self, subject: str, notice: Notice) -> None:
        """Show a notice in place of the earlier one of the same subject."""
        self._notices.pop(subject, None)
        self._notices[subject] = notice
        self._present(subject)

    def clear(self, subject: str) -> None:
        """Take back the notice of a subject: what it said is no longer true."""
        if self._notices.pop(subject, None) is not None:
            self._present(next(reversed(self._notices), ""))

    @property
    def subjects(self) -> tuple[str, ...]:
        """Subjects with a notice, the newest last."""
        return tuple(self._notices)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Escape closes the message."""
        if event.key() == Qt.Key.Key_Escape:
            self._dismiss()
        else:
            super().keyPressEvent(event)

    def changeEvent(self, event) -> None:  # noqa: N802 - Qt's name
        """Follow the theme."""
        super().changeEvent(event)
        on_theme_change(event, self._draw_icon)

    def _present(self, subject: str) -> None:
        self._shown = subject
        self._timer.stop()
        self.setVisible(bool(subject))
        if not subject:
            return
        notice = self._notices[subject]
        self._card.set_tone(TONE_OF_LEVEL[notice.level])
        self._title.setText(notice.title)
        self._text.setText(notice.text)
        self._text.setVisible(bool(notice.text))
        said = f"« {notice.detail} »" if notice.detail else ""
        self._details.setText("\n".join(part for part in (notice.hint, said) if part))
        self._details.setVisible(bool(notice.hint or notice.detail))
        self._action.setText(notice.action.label if notice.action else "")
        self._action.setVisible(notice.action is not None)
        place = list(self._notices).index(subject) + 1
        self._pager.setText(f"{place}/{len(self._notices)}")
        self._pager.setVisible(len(self._notices) > 1)
        self._card.setAccessibleName(notice.title)
        self._card.setAccessibleDescription(f"{notice.text} {notice.hint}")
        self._draw_icon()
        if notice.level is NoticeLevel.SUCCESS:
            self._timer.start(SUCCESS_SHOWN_MS)

    def _draw_icon(self) -> None:
        notice = self._notices.get(self._shown)
        if notice is not None:
            tone = colours().tone(TONE_OF_LEVEL[notice.level])
            self._icon.setPixmap(themed_pixmap(notice.level.value, tone, 20, self.devicePixelRatioF()))

    def _act(self) -> None:
        notice = self._notices.get(self._shown)
        if notice is not None and notice.action is not None:
            self._dismiss()
            notice.action.run()

    def _dismiss(self) -> None:
        self.clear(self._shown)

    def _next(self) -> None:
        subjects = list(self._notices)
        self._present(subjects[(subjects.index(self._shown) + 1) % len(subjects)])
