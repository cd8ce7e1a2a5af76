"""Messages between requester and instructor, with their files (REQ-14)."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from uuid import uuid4

from qgis.PyQt.QtCore import QCoreApplication, Qt, pyqtSignal
from qgis.PyQt.QtWidgets import QFileDialog, QPlainTextEdit, QWidget

from ..controllers.messages import Notice
from ..domain.follow_up import (
    FILE_TYPES,
    MAX_FILES,
    MAX_TEXT,
    Attachment,
    Message,
    MessageDraft,
    file_problem,
)
from . import formats
from .theme import HALF, STEP, Role, Tone
from .widgets import Card, FlowLayout, Section, column, label, push_button, row

translate = QCoreApplication.translate

_LINES = 4
_NAME_WIDTH = 130


class MessagesPanel(Section):
    """What was written so far, and a message to write. What is not taken by the service stays here.

    Signals:
        send_requested: a MessageDraft.
        save_requested: an Attachment and the path of the file it shall become.
    """

    send_requested = pyqtSignal(object)
    save_requested = pyqtSignal(object, str)

    def __init__(self) -> None:
        super().__init__(translate("Dinamis", "Messages"))
        self.setObjectName("section_messages")
        self._list = QWidget()
        self._list.setLayout(column(spacing=STEP))
        self._empty = label(role=Role.MUTED, name="messagesEmptyLabel")
        self._edit = QPlainTextEdit()
        self._edit.setObjectName("messageEdit")
        self._edit.setPlaceholderText(translate("Dinamis", "Write your message…"))
        self._edit.setAccessibleName(self._edit.placeholderText())
        self._edit.setTabChangesFocus(True)
        self._edit.setFixedHeight(self._edit.fontMetrics().lineSpacing() * _LINES + 2 * STEP)
        self._edit.textChanged.connect(self._changed)
        self._files: list[str] = []
        self._file_buttons = QWidget()
        self._flow = FlowLayout()
        self._file_buttons.setLayout(self._flow)
        self._problem = label(role=Role.WARNING, name="messageProblemLabel")
        self._attach = push_button(translate("Dinamis", "Attach…"), name="messageAttachButton", icon="import")
        self._attach.clicked.connect(self._ask_files)
        self._send = push_button(translate("Dinamis", "Send"), name="messageSendButton", icon="check")
        self._send.clicked.connect(self._send_now)
        buttons = row(self._attach, self._send)
        buttons.addStretch(1)
        self._compose = QWidget()
        self._compose.setLayout(column(self._edit, self._file_buttons, self._problem, buttons, spacing=HALF))
        sides = label(translate("Dinamis", "Requester / Recipient"), role=Role.MUTED)
        for part in (sides, self._list, self._empty, self._compose):
            self.add(part)
        self._key = str(uuid4())
        self._sending = False
        self.reset()

    # What the page tells

    def set_messages(self, messages: Sequence[Message] | None, *, writable: bool) -> None:
        """Show the messages; None where the service keeps none."""
        layout = self._list.layout()
        while layout.count():
            card = layout.takeAt(0).widget()
            card.hide()
            card.deleteLater()
        for message in messages or ():
            layout.addWidget(self._card(message))
        sentence = translate("Dinamis", "No message yet.")
        if messages is None:
            sentence = translate("Dinamis", "This service has no messages.")
        self._empty.setText(sentence)
        self._empty.setVisible(not messages)
        self._compose.setVisible(writable and messages is not None)

    def reset(self) -> None:
        """Begin a message anew, as for another request."""
        self._edit.clear()
        self._files.clear()
        self._show_files()
        self.set_sending(sending=False)

    def set_sending(self, *, sending: bool) -> None:
        """Show that the message is on its way."""
        self._sending = sending
        self._compose.setEnabled(not sending)
        self._update()

    def set_sent(self) -> None:
        """The message was taken."""
        self.reset()

    def set_refusal(self, notice: Notice) -> None:
        """Say why it was not taken; text and files stay."""
        self.set_sending(sending=False)
        said = [text for _name, text in notice.fields] or [notice.text]
        words = _file_words()
        self._problem.setText("\n".join(words.get(text, text) for text in dict.fromkeys(said)))
        self._problem.show()

    def attach(self, paths: Sequence[str]) -> None:
        """Attach files; one that cannot be is refused with its reason."""
        problems = []
        for path in paths:
            name, size = Path(path).name, _size(path)
            problem = "file_count" if len(self._files) >= MAX_FILES else file_problem(name, size)
            if problem:
                problems.append(f"{name}: {_file_words()[problem]}")
            elif path not in self._files:
                self._files.append(path)
        self._changed()
        self._show_files()
        self._problem.setText("\n".join(problems))
        self._problem.setVisible(bool(problems))

    # Inside

    def _card(self, message: Message) -> Card:
        card = Card(Tone.INFO if message.own else Tone.NEUTRAL)
        card.setObjectName("messageCard")
        side = {
            "requester": translate("Dinamis", "Requester"),
            "operator": translate("Dinamis", "Recipient"),
        }.get(message.side, "")
        when = formats.moment(message.moment) if message.moment else ""
        head = " · ".join(part for part in (message.author, side, when) if part)
        flow = FlowLayout()
        for attachment in message.attachments:
            flow.addWidget(self._file_button(attachment))
        body = column(label(head, role=Role.MUTED), label(message.text), flow, margins=STEP, spacing=HALF)
        body.setContentsMargins(STEP + HALF, STEP, STEP, STEP)
        card.setLayout(body)
        return card

    def _file_button(self, attachment: Attachment) -> QWidget:
        name = self.fontMetrics().elidedText(attachment.name, Qt.TextElideMode.ElideMiddle, _NAME_WIDTH)
        text = f"{name} ({formats.size(attachment.size)})"
        button = push_button(text, name="attachmentButton", icon="download")
        button.setToolTip(translate("Dinamis", "Save {name}…").format(name=attachment.name))
        button.clicked.connect(lambda: self._ask_target(attachment))
        return button

    def _ask_target(self, attachment: Attachment) -> None:
        title = translate("Dinamis", "Save the file")
        path, _ = QFileDialog.getSaveFileName(self.window(), title, attachment.name)
        if path:
            self.save_requested.emit(attachment, path)

    def _ask_files(self) -> None:
        types = " ".join(f"*.{suffix}" for suffix in sorted(FILE_TYPES))
        title = translate("Dinamis", "Files to attach")
        paths, _ = QFileDialog.getOpenFileNames(self.window(), title, "", f"{title} ({types})")
        if paths:
            self.attach(paths)

    def _show_files(self) -> None:
        self._flow.clear()
        for path in self._files:
            name = Path(path).name
            shown = self.fontMetrics().elidedText(name, Qt.TextElideMode.ElideMiddle, _NAME_WIDTH)
            button = push_button(shown, name="messageFileButton", icon="close")
            button.setToolTip(translate("Dinamis", "Do not attach {name}").format(name=name))
            button.clicked.connect(lambda _on, path=path: self._take_off(path))
            self._flow.addWidget(button)
        self._file_buttons.setVisible(bool(self._files))

    def _take_off(self, path: str) -> None:
        self._files.remove(path)
        self._changed()
        self._show_files()

    def _changed(self) -> None:
        """Another message than the one that may have been sent already: it gets a key of its own."""
        self._key = str(uuid4())
        self._problem.hide()
        self._update()

    def _update(self) -> None:
        text = self._edit.toPlainText().strip()
        self._send.setEnabled(bool(text) and len(text) <= MAX_TEXT and not self._sending)
        reason = "" if text else translate("Dinamis", "Write something first.")
        if len(text) > MAX_TEXT:
            reason = translate("Dinamis", "Too long.")
        self._send.setToolTip(reason or self._send.text())

    def _send_now(self) -> None:
        draft = MessageDraft(self._edit.toPlainText().strip(), tuple(self._files), self._key)
        self._problem.hide()
        self.set_sending(sending=True)
        self.send_requested.emit(draft)


def _size(path: str) -> int:
    try:
        return Path(path).stat().st_size
    except OSError:
        return 0


def _file_words() -> dict[str, str]:
    return {
        "file_type": translate("Dinamis", "files of this type are not taken."),
        "file_size": translate("Dinamis", "larger than 25 MB."),
        "file_empty": translate("Dinamis", "empty, or not readable."),
        "file_count": translate("Dinamis", "five files at most."),
    }
