"""Buttons that lead to the sections of a long page, the one in view pressed (REQ-15)."""

from __future__ import annotations

from collections.abc import Sequence

from qgis.PyQt.QtCore import QTimer
from qgis.PyQt.QtWidgets import QButtonGroup, QScrollArea, QSizePolicy, QToolButton, QWidget

from .theme import HALF, STEP
from .widgets import FlowLayout, Section, column


class SectionButtons(QWidget):
    """One button for each section."""

    def __init__(self, prefix: str, area: QScrollArea, sections: Sequence[Section]) -> None:
        super().__init__()
        self._area = area
        self._sections = list(sections)
        self._group = QButtonGroup(self)
        buttons = []
        for number, section in enumerate(self._sections):
            button = QToolButton()
            button.setObjectName(f"{prefix}Section{number}Button")
            button.setText(section.title)
            button.setCheckable(True)
            button.setAutoRaise(True)
            self._group.addButton(button, number)
            buttons.append(button)
        buttons[0].setChecked(True)
        self._group.buttonClicked.connect(self._go)
        flow = FlowLayout()
        for button in buttons:
            flow.addWidget(button)
        layout = column(flow, spacing=0)
        layout.setContentsMargins(STEP, HALF, STEP, HALF)
        self.setLayout(layout)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        area.verticalScrollBar().valueChanged.connect(self._follow)

    def _go(self, button: QToolButton) -> None:
        number = self._group.id(button)
        self._area.verticalScrollBar().setValue(self._top(self._sections[number]))
        # A short last section cannot come to the top: the button that was pressed stays pressed all the same.
        QTimer.singleShot(0, lambda: button.setChecked(True))

    def _follow(self, value: int) -> None:
        reached = [n for n, section in enumerate(self._sections) if self._top(section) <= value + STEP]
        self._group.button(reached[-1] if reached else 0).setChecked(True)

    def _top(self, section: Section) -> int:
        return section.mapTo(self._area.widget(), section.rect().topLeft()).y()
