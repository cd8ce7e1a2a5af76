"""What goes on in the background: one line for each piece of work, with progress and cancel."""

from __future__ import annotations

from typing import Callable

from qgis.PyQt.QtCore import QCoreApplication, Qt
from qgis.PyQt.QtWidgets import QProgressBar, QVBoxLayout, QWidget

from .theme import HALF, STEP
from .widgets import ElidedLabel, column, row, tool_button

translate = QCoreApplication.translate

_MOST_LINES = 3


class ActivityBar(QWidget):
    """Lists running work; hidden when there is none."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("activityBar")
        self._lines: dict[str, _Line] = {}
        self._layout = QVBoxLayout()
        self._layout.setContentsMargins(STEP, HALF, STEP, HALF)
        self._layout.setSpacing(HALF)
        self.setLayout(self._layout)
        self.hide()

    def begin(self, key: str, text: str, cancel: Callable[[], None] | None = None) -> None:
        """Show that some work runs."""
        self.end(key)
        line = _Line(text, cancel)
        self._lines[key] = line
        self._layout.addWidget(line)
        self._show()

    def progress(self, key: str, percent: float) -> None:
        """Show how far the work is."""
        if key in self._lines:
            self._lines[key].set_percent(percent)

    def end(self, key: str) -> None:
        """The work has ended, however it did."""
        line = self._lines.pop(key, None)
        if line is not None:
            self._layout.removeWidget(line)
            line.hide()
            line.deleteLater()
        self._show()

    @property
    def running(self) -> tuple[str, ...]:
        """Keys of the work that runs."""
        return tuple(self._lines)

    def _show(self) -> None:
        for number, line in enumerate(self._lines.values()):
            line.setVisible(number < _MOST_LINES)
        self.setVisible(bool(self._lines))


class _Line(QWidget):
    def __init__(self, text: str, cancel: Callable[[], None] | None) -> None:
        super().__init__()
        said = ElidedLabel("activityLabel", Qt.TextElideMode.ElideMiddle)
        said.setText(text)
        self._bar = QProgressBar()
        self._bar.setObjectName("activityProgress")
        self._bar.setRange(0, 0)
        self._bar.setTextVisible(False)
        self._bar.setFixedHeight(HALF)
        self._bar.setAccessibleName(text)
        line = row(column(said, self._bar, spacing=HALF))
        line.setStretch(0, 1)
        if cancel is not None:
            button = tool_button(
                translate("Dinamis", "Cancel: {work}").format(work=text),
                "close",
                name="activityCancelButton",
                text_shown=False,
            )
            button.clicked.connect(lambda _checked: cancel())
            line.addWidget(button)
        self.setLayout(line)

    def set_percent(self, percent: float) -> None:
        """Show a share in percent."""
        self._bar.setRange(0, 100)
        self._bar.setValue(round(percent))
