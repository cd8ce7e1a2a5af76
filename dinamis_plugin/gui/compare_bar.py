"""The bar over the map with which two layers are compared: which ones, the line, the transparency."""

from __future__ import annotations

from qgis.core import QgsMapLayer, QgsMapLayerProxyModel, QgsProject
from qgis.gui import QgsMapCanvas, QgsMapLayerComboBox
from qgis.PyQt.QtCore import QCoreApplication, QEvent, QObject, QSize, Qt
from qgis.PyQt.QtWidgets import QGridLayout, QSizePolicy, QSlider

from .map_tools import ToolSwitch
from .swipe import SwipeItem, SwipeTool
from .theme import HALF, STEP, refresh
from .widgets import Card, label, on_theme_change, row, tool_button

translate = QCoreApplication.translate

_WIDTH = 640
_MARGIN = 2 * STEP
_WHOLE = 100


class CompareBar(Card):
    """Lies at the bottom of the canvas while two layers are compared."""

    def __init__(self, canvas: QgsMapCanvas, tools: ToolSwitch, project: QgsProject | None = None) -> None:
        super().__init__()
        self.setParent(canvas)
        self.setObjectName("compareBar")
        self._canvas = canvas
        self._tools = tools
        self._project = project or QgsProject.instance()
        # Before the choices, which then name other layers.
        self._project.layersWillBeRemoved.connect(self._layers_go)
        self.item = SwipeItem(canvas)
        self.tool = SwipeTool(canvas, self.item)
        self._left = _layer_choice("compareLeftCombo", translate("Dinamis", "Layer on the left"))
        self._right = _layer_choice("compareRightCombo", translate("Dinamis", "Layer on the right"))
        self._slider = QSlider(Qt.Orientation.Horizontal)
        self._slider.setObjectName("compareTransparencySlider")
        self._slider.setRange(0, _WHOLE)
        tip = translate("Dinamis", "Transparency of the layer on the left")
        self._slider.setToolTip(tip)
        self._slider.setAccessibleName(tip)
        self._swipe = tool_button(
            translate("Dinamis", "Swipe"),
            "swipe",
            name="compareSwipeButton",
            tip=translate("Dinamis", "Drag the line on the map, or move it with the arrow keys"),
        )
        self._swipe.setCheckable(True)
        self._swipe.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self._close = tool_button(
            translate("Dinamis", "End the comparison"), "close", name="compareCloseButton", text_shown=False
        )
        self._build()
        self._connect()
        self.hide()

    def start(self, left: QgsMapLayer | None = None, right: QgsMapLayer | None = None) -> None:
        """Compare two layers, those in the bar where none are named."""
        for choice, layer in ((self._left, left), (self._right, right)):
            if layer is not None:
                choice.setLayer(layer)
        if self._right.currentLayer() is self._left.currentLayer() and self._right.count() > 1:
            other = (self._left.currentIndex() + 1) % self._right.count()
            self._right.setCurrentIndex(other)
        self.show()
        self._place()
        self.raise_()
        self._compare()
        self._tools.take(self.tool)
        self._canvas.setFocus(Qt.FocusReason.OtherFocusReason)

    def stop(self) -> None:
        """Compare nothing, and give the canvas back."""
        self._tools.give_back(self.tool)
        self.item.stop()
        self.hide()

    def shut_down(self) -> None:
        """Leave the canvas for good."""
        self.stop()
        self._canvas.removeEventFilter(self)
        self._canvas.mapToolSet.disconnect(self._tool_changed)
        self._project.layersWillBeRemoved.disconnect(self._layers_go)
        self.item.remove()
        self.tool.deleteLater()
        self.setParent(None)
        self.deleteLater()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """Stay at the bottom of the canvas."""
        if event.type() == QEvent.Type.Resize and self.isVisible():
            self._place()
        return super().eventFilter(watched, event)

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """Follow the theme: the bar lies on the canvas, outside of the dock."""
        super().changeEvent(event)
        on_theme_change(event, self._follow_theme)

    def _follow_theme(self) -> None:
        refresh(self)

    def _build(self) -> None:
        grid = QGridLayout()
        grid.setContentsMargins(STEP, STEP, STEP, STEP)
        grid.setHorizontalSpacing(STEP)
        grid.setVerticalSpacing(HALF)
        grid.addWidget(self._left, 0, 0)
        grid.addWidget(self._right, 0, 1)
        grid.addWidget(self._close, 0, 2)
        below = row(label(translate("Dinamis", "Transparency"), wrap=False), self._slider)
        below.setStretch(1, 1)
        grid.addLayout(below, 1, 0)
        grid.addWidget(self._swipe, 1, 1)
        grid.setColumnStretch(0, 1)
        grid.setColumnStretch(1, 1)
        self.setLayout(grid)

    def _connect(self) -> None:
        self._left.layerChanged.connect(self._compare)
        self._right.layerChanged.connect(self._compare)
        self._slider.valueChanged.connect(lambda value: self.item.set_opacity(1 - value / _WHOLE))
        self._swipe.clicked.connect(self._swipe_clicked)
        self._close.clicked.connect(self.stop)
        self.tool.moved.connect(self.item.set_share)
        self.tool.cancelled.connect(self.stop)
        self._canvas.mapToolSet.connect(self._tool_changed)
        self._canvas.installEventFilter(self)

    def _compare(self, *_: object) -> None:
        left, right = self._left.currentLayer(), self._right.currentLayer()
        if self.isHidden():
            return
        if left is None or right is None:
            self.stop()
        else:
            self.item.show_layers(left, right)

    def _layers_go(self, ids: list[str]) -> None:
        chosen = [choice.currentLayer() for choice in (self._left, self._right)]
        if not self.isHidden() and any(layer is not None and layer.id() in ids for layer in chosen):
            self.stop()

    def _swipe_clicked(self, checked: bool) -> None:
        if checked:
            self._tools.take(self.tool)
        else:
            self._tools.give_back(self.tool)

    def _tool_changed(self, new: object, _old: object = None) -> None:
        self._swipe.setChecked(new is self.tool)

    def _place(self) -> None:
        room = self._canvas.size() - QSize(2 * _MARGIN, _MARGIN)
        width = max(min(_WIDTH, room.width()), self.minimumSizeHint().width())
        self.resize(width, self.sizeHint().height())
        self.move((self._canvas.width() - width) // 2, room.height() - self.height())


def _layer_choice(name: str, title: str) -> QgsMapLayerComboBox:
    choice = QgsMapLayerComboBox()
    choice.setObjectName(name)
    choice.setAccessibleName(title)
    choice.setToolTip(title)
    choice.setFilters(QgsMapLayerProxyModel.RasterLayer)
    choice.setSizeAdjustPolicy(QgsMapLayerComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    choice.setMinimumContentsLength(10)
    choice.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
    return choice
