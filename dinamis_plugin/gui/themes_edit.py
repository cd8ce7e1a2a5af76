"""Themes of a project: typed with commas between them, or chosen among the suggested ones."""

from __future__ import annotations

from collections.abc import Sequence

from qgis.PyQt.QtCore import QCoreApplication, pyqtSignal
from qgis.PyQt.QtWidgets import QLineEdit, QToolButton, QWidget

from .theme import HALF
from .widgets import FlowLayout, column

translate = QCoreApplication.translate


class ThemesEdit(QWidget):
    """A line of text, and under it a button for each suggestion, pressed while its theme is in the line.

    Signals:
        changed: the themes are others.
    """

    changed = pyqtSignal()

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setAccessibleName(translate("Dinamis", "Themes"))
        self._line = QLineEdit()
        self._line.setObjectName(name)
        self._line.setAccessibleName(self.accessibleName())
        self._line.setPlaceholderText(translate("Dinamis", "Agriculture, biodiversity…"))
        self._line.setToolTip(translate("Dinamis", "Several themes with commas between them"))
        self._line.textChanged.connect(self._text_changed)
        self._suggestions = FlowLayout()
        self._box = QWidget()
        self._box.setObjectName("themeSuggestions")
        self._box.setLayout(self._suggestions)
        self._box.hide()
        self._buttons: list[QToolButton] = []
        self.setLayout(column(self._line, self._box, spacing=HALF))
        self.layout().setContentsMargins(0, 0, 0, HALF)
        self.setFocusProxy(self._line)

    def themes(self) -> tuple[str, ...]:
        """The themes as they are typed, each once."""
        return tuple(dict.fromkeys(part.strip() for part in self._line.text().split(",") if part.strip()))

    def set_themes(self, themes: Sequence[str]) -> None:
        """Put these in the line."""
        self._line.setText(", ".join(themes))

    def set_suggestions(self, titles: Sequence[str]) -> None:
        """Offer these."""
        self._suggestions.clear()
        self._buttons = []
        for title in titles:
            button = QToolButton()
            button.setText(title.replace("&", "&&"))
            button.setObjectName("themeButton")
            button.setAccessibleName(title)
            button.setCheckable(True)
            button.clicked.connect(lambda on=False, title=title: self._choose(title, on=on))
            self._suggestions.addWidget(button)
            self._buttons.append(button)
        self._box.setVisible(bool(titles))
        self._press()

    def _choose(self, title: str, *, on: bool) -> None:
        others = [theme for theme in self.themes() if theme.casefold() != title.casefold()]
        self.set_themes([*others, title] if on else others)

    def _text_changed(self) -> None:
        self._press()
        self.changed.emit()

    def _press(self) -> None:
        typed = {theme.casefold() for theme in self.themes()}
        for button in self._buttons:
            button.setChecked(button.accessibleName().casefold() in typed)
