"""Names and values, each value beside its name, or under it where there is little room."""

from __future__ import annotations

from qgis.PyQt.QtCore import QEvent, Qt
from qgis.PyQt.QtWidgets import QGridLayout, QLabel, QWidget

from .theme import HALF, STEP, Role
from .widgets import label

_NARROW = 380


class Facts(QWidget):
    """A short table of what is known of something; its values can be selected and copied."""

    def __init__(self, prefix: str) -> None:
        super().__init__()
        self._prefix = prefix
        self._rows: dict[str, tuple[QLabel, QLabel]] = {}
        self._narrow = False
        self._grid = QGridLayout()
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(STEP)
        self._grid.setVerticalSpacing(HALF)
        self._grid.setColumnStretch(1, 1)
        self.setLayout(self._grid)

    def put(self, name: str, title: str, value: str) -> None:
        """Tell a value under a title, in the place where it was told before; an empty one is not shown."""
        if name not in self._rows:
            titled = label(title, role=Role.MUTED)
            told = label(name=f"{self._prefix}_{name}")
            told.setTextInteractionFlags(
                Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
            )
            told.setAccessibleName(title)
            self._rows[name] = (titled, told)
            self._place(len(self._rows) - 1, titled, told)
        titled, told = self._rows[name]
        titled.setText(title)
        told.setText(value)
        for part in (titled, told):
            part.setVisible(bool(value))

    def value(self, name: str) -> str:
        """What is told, empty when nothing is."""
        return self._rows[name][1].text() if name in self._rows else ""

    def clear(self) -> None:
        """Tell nothing any more."""
        for titled, told in self._rows.values():
            told.clear()
            titled.hide()
            told.hide()

    def resizeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """Put the values beside their names, or under them."""
        super().resizeEvent(event)
        narrow = self.width() < _NARROW
        if narrow is not self._narrow:
            self._narrow = narrow
            for number, (titled, told) in enumerate(self._rows.values()):
                self._place(number, titled, told)

    def _place(self, number: int, titled: QLabel, told: QLabel) -> None:
        top = Qt.AlignmentFlag.AlignTop
        if self._narrow:
            self._grid.addWidget(titled, 2 * number, 0, 1, 2)
            self._grid.addWidget(told, 2 * number + 1, 0, 1, 2)
        else:
            self._grid.addWidget(titled, 2 * number, 0, top)
            self._grid.addWidget(told, 2 * number, 1)
        titled.setWordWrap(self._narrow)
