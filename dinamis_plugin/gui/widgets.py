"""Small widgets that the pages and dialogs share."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Callable

from qgis.PyQt.QtCore import QEvent, QPoint, QRect, QRectF, QSize, Qt, QTimer, pyqtSignal
from qgis.PyQt.QtGui import QColor, QIcon, QPainter, QPaintEvent, QPen, QPixmap
from qgis.PyQt.QtWidgets import (
    QAbstractButton,
    QComboBox,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLayout,
    QLayoutItem,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QStyle,
    QStyleOptionComboBox,
    QStylePainter,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from .theme import HALF, STEP, Role, Tone, colours, set_icon, set_role, themed_pixmap


def label(text: str = "", *, name: str = "", role: Role = Role.TEXT, wrap: bool = True) -> QLabel:
    """A plain-text label: what the service or a file says is never taken for markup."""
    made = QLabel(text)
    made.setTextFormat(Qt.TextFormat.PlainText)
    made.setWordWrap(wrap)
    if name:
        made.setObjectName(name)
    set_role(made, role)
    return made


def hide_menu_arrow(button: QToolButton) -> None:
    """Leave out the arrow that Qt draws on a button with a menu: its icon is one already."""
    button.setStyleSheet("QToolButton::menu-indicator { image: none; }")


def tool_button(text: str, icon: str, *, name: str, tip: str = "", text_shown: bool = True) -> QToolButton:
    """A flat button with an icon of ours; its text is its accessible name even when it is not shown."""
    button = QToolButton()
    button.setObjectName(name)
    button.setText(text)
    button.setToolTip(tip or text)
    button.setAccessibleName(text)
    button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    button.setAutoRaise(not text_shown)
    style = (
        Qt.ToolButtonStyle.ToolButtonTextBesideIcon if text_shown else Qt.ToolButtonStyle.ToolButtonIconOnly
    )
    button.setToolButtonStyle(style)
    if text_shown:
        button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
    set_icon(button, icon)
    return button


def push_button(text: str, *, name: str, icon: str = "", tip: str = "") -> QPushButton:
    """A push button that Enter in a form does not press by accident."""
    button = QPushButton(text)
    button.setObjectName(name)
    button.setAutoDefault(False)
    if tip:
        button.setToolTip(tip)
    if icon:
        set_icon(button, icon)
    return button


def column(*items: QWidget | QLayout, margins: int = 0, spacing: int = STEP) -> QVBoxLayout:
    """Widgets and layouts under each other."""
    return _filled(QVBoxLayout(), items, margins, spacing)


def row(*items: QWidget | QLayout, margins: int = 0, spacing: int = STEP) -> QHBoxLayout:
    """Widgets and layouts beside each other."""
    return _filled(QHBoxLayout(), items, margins, spacing)


def _filled(layout, items, margins: int, spacing: int):
    layout.setContentsMargins(margins, margins, margins, margins)
    layout.setSpacing(spacing)
    for item in items:
        if isinstance(item, QLayout):
            layout.addLayout(item)
        else:
            layout.addWidget(item)
    return layout


def scroller(content: QWidget, *, name: str = "") -> QScrollArea:
    """Room to scroll; it takes the keyboard, under a name, where the content has nothing that takes it."""
    area = QScrollArea()
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setWidgetResizable(True)
    area.setFocusPolicy(Qt.FocusPolicy.StrongFocus if name else Qt.FocusPolicy.NoFocus)
    area.setAccessibleName(name)
    area.setWidget(content)
    return area


def dot(tone: Tone, size: int = 10) -> QIcon:
    """A round mark in the colour of a tone."""
    pixmap = QPixmap(QSize(size * 2, size * 2))
    pixmap.fill(QColor(0, 0, 0, 0))
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colours().tone(tone))
    painter.drawEllipse(QRect(1, 1, size * 2 - 2, size * 2 - 2))
    painter.end()
    pixmap.setDevicePixelRatio(2.0)
    return QIcon(pixmap)


class Section(QWidget):
    """A titled part of a page, with room for a figure at the right of the title."""

    def __init__(self, title: str, *, beside: QWidget | None = None) -> None:
        super().__init__()
        self.title = title
        heading = row(label(title, role=Role.TITLE, wrap=False))
        heading.addStretch(1)
        if beside is not None:
            heading.addWidget(beside)
        self.body = QVBoxLayout()
        self.body.setContentsMargins(0, 0, 0, 0)
        self.body.setSpacing(STEP)
        self.setLayout(column(heading, self.body))

    def add(self, item: QWidget | QLayout) -> None:
        """Put one more widget or layout at the end of the section."""
        if isinstance(item, QLayout):
            self.body.addLayout(item)
        else:
            self.body.addWidget(item)


class Card(QFrame):
    """A softly raised ground, with a bar in the colour of a tone where it says something."""

    def __init__(self, tone: Tone | None = None) -> None:
        super().__init__()
        self._tone = tone

    def set_tone(self, tone: Tone | None) -> None:
        """Change what the bar and the ground say."""
        self._tone = tone
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802, ARG002 - Qt's name and signature
        """Draw the ground from the theme in use."""
        shade = colours()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(shade.line, 1))
        painter.setBrush(shade.raised if self._tone is None else shade.tint(self._tone))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), HALF, HALF)
        if self._tone is not None:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(shade.tone(self._tone))
            painter.drawRoundedRect(QRectF(0, 0, HALF, self.height()), 2, 2)


class ElidedLabel(QLabel):
    """One line of text that gives way in the middle and shows the whole in its tooltip."""

    def __init__(self, name: str = "", mode: Qt.TextElideMode = Qt.TextElideMode.ElideRight) -> None:
        super().__init__()
        self._mode = mode
        self._whole = ""
        self.setObjectName(name)
        self.setTextFormat(Qt.TextFormat.PlainText)
        set_role(self, Role.TEXT)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def setText(self, text: str) -> None:  # noqa: N802 - Qt's name
        """Show a text, shortened to the width there is."""
        self._whole = text
        self.setAccessibleName(text)
        self._fit()

    def whole_text(self) -> str:
        """The text before it was shortened."""
        return self._whole

    def resizeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """Fit the text to the new width."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        shown = self.fontMetrics().elidedText(self._whole, self._mode, max(self.width(), 24))
        super().setText(shown)
        self.setToolTip(self._whole if shown != self._whole else "")


class ElidedCombo(QComboBox):
    """A choice whose long texts end in an ellipsis, the whole in the tooltip."""

    def __init__(self) -> None:
        super().__init__()
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(12)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.currentTextChanged.connect(self.setToolTip)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802, ARG002 - Qt's name and signature
        """Draw as the style does, with the text shortened to the room for it."""
        option = QStyleOptionComboBox()
        self.initStyleOption(option)
        place = self.style().subControlRect(
            QStyle.ComplexControl.CC_ComboBox, option, QStyle.SubControl.SC_ComboBoxEditField, self
        )
        option.currentText = self.fontMetrics().elidedText(
            option.currentText, Qt.TextElideMode.ElideRight, place.width() - HALF
        )
        painter = QStylePainter(self)
        painter.drawComplexControl(QStyle.ComplexControl.CC_ComboBox, option)
        painter.drawControl(QStyle.ControlElement.CE_ComboBoxLabel, option)


class ButtonGrid(QWidget):
    """Buttons in as many columns as fit without clipping a text, all of the width in use."""

    def __init__(self, buttons: Sequence[QAbstractButton]) -> None:
        super().__init__()
        self._buttons = list(buttons)
        self._columns = 0
        self._grid = QGridLayout()
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(HALF)
        self.setLayout(self._grid)
        self._arrange(1)

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Narrow enough for one column."""
        return QSize(self._widths(1)[0], super().minimumSizeHint().height())

    def resizeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """Choose the number of columns that the width allows."""
        super().resizeEvent(event)
        self.fit()

    def fit(self) -> None:
        """Arrange the buttons again, as after a change of their texts."""
        count = len(self._buttons)
        fitting = next((columns for columns in range(count, 1, -1) if self._fits(columns)), 1)
        rows = -(-count // fitting)
        even = -(-count // rows)
        self._arrange(even if self._fits(even) else fitting)

    def _fits(self, columns: int) -> bool:
        return sum(self._widths(columns)) + HALF * (columns - 1) <= self.width()

    def _widths(self, columns: int) -> list[int]:
        hints = [button.sizeHint().width() for button in self._buttons]
        return [max(hints[number::columns]) for number in range(min(columns, len(hints)))]

    def _arrange(self, columns: int) -> None:
        if columns == self._columns:
            return
        widths = self._widths(columns)
        for number in range(max(columns, self._columns)):
            self._grid.setColumnStretch(number, widths[number] if number < columns else 0)
        self._columns = columns
        for number, button in enumerate(self._buttons):
            self._grid.addWidget(button, number // columns, number % columns)
        self.updateGeometry()


class FlowLayout(QLayout):
    """Items in lines, as words in a text."""

    def __init__(self, spacing: int = HALF) -> None:
        super().__init__()
        self._items: list[QLayoutItem] = []
        self.setSpacing(spacing)
        self.setContentsMargins(0, 0, 0, 0)

    def addItem(self, item: QLayoutItem) -> None:  # noqa: N802 - Qt's name
        """Add one at the end."""
        self._items.append(item)

    def count(self) -> int:
        """How many there are."""
        return len(self._items)

    def itemAt(self, index: int) -> QLayoutItem | None:  # noqa: N802 - Qt's name
        """The item at a place, None beyond the end as Qt asks."""
        return self._items[index] if 0 <= index < len(self._items) else None

    def takeAt(self, index: int) -> QLayoutItem | None:  # noqa: N802 - Qt's name
        """Take an item out."""
        return self._items.pop(index) if 0 <= index < len(self._items) else None

    def clear(self) -> None:
        """Take all widgets out, and let them go when their signals are done.

        They keep their parent until then: one that becomes a window takes the keyboard away from where it is.
        """
        while (item := self.takeAt(0)) is not None:
            item.widget().setObjectName("")
            item.widget().hide()
            item.widget().deleteLater()

    def hasHeightForWidth(self) -> bool:  # noqa: N802 - Qt's name
        """Lines wrap: the height follows from the width."""
        return True

    def heightForWidth(self, width: int) -> int:  # noqa: N802 - Qt's name
        """The height all lines take at a width."""
        return self._place(QRect(0, 0, width, 0), move=False)

    def setGeometry(self, rect: QRect) -> None:  # noqa: N802 - Qt's name
        """Put every item in its place."""
        super().setGeometry(rect)
        self._place(rect, move=True)

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """As small as may be."""
        return self.minimumSize()

    def minimumSize(self) -> QSize:  # noqa: N802 - Qt's name
        """Room for the widest item."""
        size = QSize()
        for item in self._items:
            size = size.expandedTo(item.minimumSize())
        return size

    def _place(self, rect: QRect, *, move: bool) -> int:
        x, y, line = rect.x(), rect.y(), 0
        for item in self._items:
            hint = item.sizeHint()
            if x + hint.width() > rect.right() + 1 and line:
                x, y, line = rect.x(), y + line + self.spacing(), 0
            if move:
                item.setGeometry(QRect(QPoint(x, y), hint))
            x += hint.width() + self.spacing()
            line = max(line, hint.height())
        return y + line - rect.y()


class EmptyState(QWidget):
    """What a place shows when there is nothing in it: one sentence, one thing to do."""

    acted = pyqtSignal()

    def __init__(self, icon: str, *, name: str) -> None:
        super().__init__()
        self._icon = self._shown_icon = icon
        self.setObjectName(name)
        self._picture = QLabel()
        self._picture.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._sentence = label(role=Role.MUTED, name=f"{name}Text")
        self._sentence.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._button = push_button("", name=f"{name}Button")
        self._button.clicked.connect(self.acted)
        layout = column(self._picture, self._sentence, margins=2 * STEP, spacing=STEP)
        layout.insertStretch(0, 1)
        layout.addWidget(self._button, 0, Qt.AlignmentFlag.AlignHCenter)
        layout.addStretch(1)
        self.setLayout(layout)

    def say(self, sentence: str, action: str = "", *, icon: str = "") -> None:
        """Show a sentence, a button when there is something to do about it, and another icon than usual."""
        self._shown_icon = icon or self._icon
        self._sentence.setText(sentence)
        self._button.setText(action)
        self._button.setVisible(bool(action))
        self._draw()

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """Follow the theme."""
        super().changeEvent(event)
        on_theme_change(event, self._draw)

    def _draw(self) -> None:
        shade = colours()
        self._picture.setPixmap(themed_pixmap(self._shown_icon, shade.line, 48, self.devicePixelRatioF()))


def on_theme_change(event: QEvent, act: Callable[[], None]) -> None:
    """Run `act` when an event says that palette or style changed, and the new theme is there as a whole.

    QGIS sets the style sheet and the palette of a theme one after the other.
    """
    if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.StyleChange):
        QTimer.singleShot(0, act)
