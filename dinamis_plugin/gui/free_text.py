"""The words of a search: a field that suggests places, and what was understood of it (CAT-06)."""

from __future__ import annotations

from collections.abc import Sequence

from qgis.PyQt.QtCore import QCoreApplication, QModelIndex, QStringListModel, Qt, QTimer, pyqtSignal
from qgis.PyQt.QtWidgets import QCompleter, QLineEdit, QToolButton, QWidget

from ..domain.free_text import MOST_LETTERS, Chip, Reading
from ..domain.place import Place
from .crumbs import chip_button
from .theme import HALF, Role
from .widgets import FlowLayout, column, label

translate = QCoreApplication.translate

_TYPING_MS = 250
"""Rest between two letters after which a text is worth a question."""


class FreeTextField(QWidget):
    """A line of words. Suggestions come under it and take neither the keyboard nor a letter away.

    Signals:
        changed: another text.
        asked: a text to be read, and whether places may be suggested for its end.
        submitted: Enter.
        chip_removed: the text, and the `Chip` whose words the person takes away.
    """

    changed = pyqtSignal()
    asked = pyqtSignal(str, bool)
    submitted = pyqtSignal()
    chip_removed = pyqtSignal(str, object)

    def __init__(self) -> None:
        super().__init__()
        self.line = QLineEdit()
        self.line.setObjectName("searchTextEdit")
        self.line.setClearButtonEnabled(True)
        self.line.setMaxLength(MOST_LETTERS)
        self.line.setAccessibleName(translate("Dinamis", "Free text: place, sensor, date, keyword"))
        self.line.setPlaceholderText(translate("Dinamis", "E.g. Montpellier Pléiades 2024"))
        self.line.setToolTip(
            translate(
                "Dinamis",
                "Place, sensor, date, cloud limit, in any order: Montpellier Pléiades 2024 < 10 %\n"
                "A place narrows the search and is no area: to draw, measure or order it, add it below.",
            )
        )
        self._before = ""
        self._typed = False
        self._model = QStringListModel(self)
        self._completer = QCompleter(self._model, self)
        self._completer.setWidget(self.line)
        self._completer.setCompletionMode(QCompleter.CompletionMode.UnfilteredPopupCompletion)
        self._completer.popup().setObjectName("placeSuggestions")
        self._completer.popup().setTextElideMode(Qt.TextElideMode.ElideRight)
        self._completer.activated.connect(self._take)
        self._chips = FlowLayout()
        self._understood = QWidget()
        self._understood.setObjectName("understoodChips")
        self._understood.setAccessibleName(translate("Dinamis", "What was understood"))
        self._understood.setLayout(self._chips)
        self._note = label(role=Role.MUTED, name="freeTextNoteLabel")
        self.setLayout(column(self.line, self._understood, self._note, spacing=HALF))
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(_TYPING_MS)
        self._rest.timeout.connect(self._ask)
        self.line.textEdited.connect(self._edited)
        self.line.textChanged.connect(self._text_changed)
        self.line.returnPressed.connect(self._submit)
        self.show_reading(Reading())

    def text(self) -> str:
        """What was typed."""
        return self.line.text().strip()

    def set_text(self, text: str) -> None:
        """Write a text, without suggestions."""
        self._typed = False
        self.line.setText(text)

    def show_reading(self, reading: Reading) -> None:
        """Show what was understood, and what was not."""
        self._chips.clear()
        chips = reading.chips if self.text() else ()
        for chip in chips:
            self._chips.addWidget(self._chip(chip))
        self._understood.setVisible(bool(chips))
        self._understood.updateGeometry()
        notes = list(reading.notes) if self.text() else []
        if reading.unknown and self.text():
            words = ", ".join(reading.unknown)
            notes.insert(0, translate("Dinamis", "Not understood: {words}").format(words=words))
        self._note.setText("\n".join(notes))
        self._note.setVisible(bool(notes))

    def show_suggestions(self, end: str, places: Sequence[Place]) -> None:
        """Offer places for the end of the text; not when the person has gone elsewhere or typed on."""
        popup = self._completer.popup()
        wanted = self._typed and self.line.hasFocus() and end and self.text().endswith(end)
        titles = [place.title for place in places] if wanted else []
        if not titles or titles == [end]:
            popup.hide()
            return
        self._before = self.text()[: -len(end)]
        self._model.setStringList(titles)
        self._completer.complete()
        popup.setCurrentIndex(
            QModelIndex()
        )  # a list that is shown takes its first row: Enter would choose it

    def rewrite(self, before: str, text: str) -> None:
        """Write a text in the place of another, where the person has not typed on."""
        if self.text() == before:
            self.set_text(text)
            self._rest.stop()
            self._ask()

    def ask_again(self) -> None:
        """Have the text read anew: the service is another one."""
        self._typed = False
        self._ask()

    def _edited(self) -> None:
        self._typed = True

    def _text_changed(self) -> None:
        if not self.text():
            self._completer.popup().hide()
            self.show_reading(Reading())
        self._rest.start()
        self.changed.emit()

    def _ask(self) -> None:
        self.asked.emit(self.text(), self._typed and self.line.hasFocus())

    def _take(self, title: str) -> None:
        """Put a place where its beginning was typed, and whatever was typed since."""
        self._typed = False
        self.line.setText(self._before + title)

    def _submit(self) -> None:
        """Search, unless Enter takes a suggestion."""
        popup = self._completer.popup()
        if not (popup.isVisible() and popup.currentIndex().isValid()):
            popup.hide()
            self.submitted.emit()

    def _chip(self, chip: Chip) -> QToolButton:
        """One thing that was understood, to be taken away; in italics what the catalogue cannot search by."""
        left_out = translate("Dinamis", "Without {missions}").format(missions=chip.title)
        tip = translate("Dinamis", "Take these words away and search again")
        if not chip.applied:
            why = translate("Dinamis", "Understood, but the catalogue cannot search by it")
            tip = f"{why}\n{tip}"
        button = chip_button(left_out if chip.excluded else chip.title, f"understood_{chip.kind}", tip)
        font = button.font()
        font.setItalic(not chip.applied)
        button.setFont(font)
        button.clicked.connect(lambda: self.chip_removed.emit(self.text(), chip))
        return button
