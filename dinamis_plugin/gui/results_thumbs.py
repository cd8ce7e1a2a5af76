"""Results as thumbnails, of the same rows and the same choice as the list (CAT-28)."""

from __future__ import annotations

from collections import OrderedDict

from qgis.PyQt.QtCore import (
    QCoreApplication,
    QEvent,
    QModelIndex,
    QPoint,
    QRect,
    QSize,
    Qt,
    QTimer,
    pyqtSignal,
)
from qgis.PyQt.QtGui import QColor, QImage, QPainter, QPen, QPixmap
from qgis.PyQt.QtWidgets import (
    QAbstractItemView,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
)

from ..domain.cart import Key, key_of
from ..domain.scene import Scene
from . import formats
from .boxes import paint_box
from .results_columns import TYPE, sensor_name
from .results_model import ResultsModel
from .results_ticking import Ticking
from .theme import HALF, ICON, STEP, colours, mix, readable, themed_pixmap

translate = QCoreApplication.translate

_SIDE, _NARROWEST = 128, 122
_CHOSEN_SHARE, _MARKED_SHARE = 0.4, 0.2
"""How much of the accent the ground of a tile has that is chosen, or hovered on the map."""
_KEPT = 400
_LOOK_MS = 60


class ThumbnailsView(Ticking, QListView):
    """Tiles with picture, sensor, date and box; asks for the pictures that are in view.

    Signals:
        hovered: the Scene under the pointer, or None.
        opened: Enter was pressed, or a tile was double-clicked.
        in_view: list of the Scenes whose tiles can be seen.
    """

    hovered = pyqtSignal(object)
    opened = pyqtSignal()
    in_view = pyqtSignal(object)

    def __init__(self, model: ResultsModel) -> None:
        super().__init__()
        self.setObjectName("resultsThumbnails")
        self.setAccessibleName(translate("Dinamis", "Results as thumbnails"))
        self._model = model
        self._marked: Scene | None = None
        self._pictures: OrderedDict[Key, QPixmap] = OrderedDict()
        self.setItemDelegate(_Tile(self, model))
        self.setFlow(QListView.Flow.LeftToRight)
        self.setWrapping(True)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setUniformItemSizes(True)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setDragEnabled(True)
        self.setDragDropMode(QAbstractItemView.DragDropMode.DragOnly)
        self.setDefaultDropAction(Qt.DropAction.CopyAction)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setMouseTracking(True)
        self.tell_pointer(model)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_LOOK_MS)
        self._timer.timeout.connect(self._look)
        self.verticalScrollBar().valueChanged.connect(lambda _value: self._timer.start())
        self.verticalScrollBar().rangeChanged.connect(lambda _low, _high: self._timer.start())
        for signal in (model.layoutChanged, model.modelReset, model.rowsInserted):
            signal.connect(lambda *_: self._timer.start())

    def show_picture(self, scene: Scene, image: QImage) -> None:
        """Show the thumbnail of a scene; a null image means that there is none."""
        self._pictures[key_of(scene)] = self._scaled(image)
        self._pictures.move_to_end(key_of(scene))
        while len(self._pictures) > _KEPT:
            self._pictures.popitem(last=False)
        if self.model() is not None:
            number = self._model.row_of(scene)
            if number >= 0:
                self.update(self._model.index(number, TYPE))

    def picture_of(self, scene: Scene) -> QPixmap | None:
        """The thumbnail of a scene for the screen; None while it is not there, null when there is none."""
        return self._pictures.get(key_of(scene))

    def mark(self, scene: Scene | None) -> None:
        """Show which scene the pointer is over on the map."""
        if scene is not self._marked:
            self._marked = scene
            self.viewport().update()

    def is_marked(self, scene: Scene) -> bool:
        """Whether the pointer is over this scene on the map."""
        return scene is self._marked

    def tile(self) -> QSize:
        """The size of a tile: as many in a line as fit, all of the width in use."""
        room = max(self.viewport().width() - 2, _NARROWEST)
        width = room // max(1, room // _NARROWEST)
        return QSize(width, min(_SIDE, width - STEP) + 3 * self.fontMetrics().height())

    def box_of(self, tile: QRect) -> QRect:
        """The box of a tile."""
        side = self.style().pixelMetric(QStyle.PixelMetric.PM_IndicatorWidth, None, self)
        return QRect(tile.left() + STEP, tile.top() + STEP, side, side)

    def resizeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """Lay the tiles out anew."""
        super().resizeEvent(event)
        self.setGridSize(self.tile())
        self._timer.start()

    def showEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """Ask for what is in view."""
        super().showEvent(event)
        self._timer.start()

    def hideEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """Nothing is in view any more."""
        super().hideEvent(event)
        self.in_view.emit([])

    def _on_box(self, index: QModelIndex, place: QPoint) -> bool:
        if not index.isValid():
            return False
        if self._model.scene(index.row()) is None:
            return True
        return self.box_of(self.visualRect(index)).adjusted(-HALF, -HALF, HALF, HALF).contains(place)

    def _look(self) -> None:
        """Tell which scenes are in view, from the first tile on."""
        if not self.isVisible() or self.model() is None:
            return
        tile, frame = self.gridSize(), self.viewport().rect()
        if tile.isEmpty():
            return
        first = self.indexAt(QPoint(tile.width() // 2, min(tile.height(), frame.height()) // 2))
        start = max(0, first.row() - 1) if first.isValid() else 0
        fitting = (frame.width() // tile.width()) * (frame.height() // tile.height() + 2)
        rows = range(start, min(self._model.rowCount(), start + fitting))
        self.in_view.emit([scene for scene in map(self._model.scene, rows) if scene is not None])

    def _scaled(self, image: QImage) -> QPixmap:
        if image.isNull():
            return QPixmap()
        ratio = self.devicePixelRatioF()
        side = round(_SIDE * ratio)
        keep, smooth = Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation
        pixmap = QPixmap.fromImage(image.scaled(side, side, keep, smooth))
        pixmap.setDevicePixelRatio(ratio)
        return pixmap


def _lines(scene: Scene, *, compact: bool = False) -> tuple[str, str]:
    """What a tile says below its picture; with `compact`, in the short words of a narrow list."""
    cloud = "" if scene.cloud is None else f" · {formats.number(scene.cloud)} %"
    return f"{sensor_name(scene, compact=compact)}{cloud}", formats.moment(scene.acquired, short=compact)


class _Tile(QStyledItemDelegate):
    """Paints one tile."""

    def __init__(self, view: ThumbnailsView, model: ResultsModel) -> None:
        super().__init__(view)
        self._view, self._model = view, model

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex) -> QSize:  # noqa: N802, ARG002
        """All tiles are alike."""
        return self._view.tile()

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex) -> None:
        """Picture, sensor and date, type and box; a group is a tile with its name."""
        model, place = self._model, option.rect.adjusted(2, 2, -2, -2)
        scene, shade = model.scene(index.row()), colours()
        painter.save()
        painter.setClipRect(option.rect)
        if scene is None:
            self._paint_group(painter, place, model.group_title(index.row()))
        else:
            chosen = bool(option.state & QStyle.StateFlag.State_Selected)
            share = _CHOSEN_SHARE if chosen else _MARKED_SHARE if self._view.is_marked(scene) else 0.0
            ground = mix(shade.raised, shade.accent, share)
            painter.fillRect(place, ground)
            if chosen:
                painter.setPen(QPen(shade.accent, 2))
                painter.drawRect(place)
            self._paint_scene(painter, place, scene, readable(shade.text, ground))
        self._paint_box(painter, option, model.tick_state(index.row()))
        if option.state & QStyle.StateFlag.State_HasFocus:
            frame = QStyleOptionViewItem(option)
            frame.rect = place
            self._view.style().drawPrimitive(
                QStyle.PrimitiveElement.PE_FrameFocusRect, frame, painter, self._view
            )
        painter.restore()

    def _paint_scene(self, painter: QPainter, place: QRect, scene: Scene, ink: QColor) -> None:
        metrics = painter.fontMetrics()
        side = min(_SIDE, place.width() - HALF)
        frame = QRect(place.left(), place.top() + HALF, place.width(), side)
        picture = self._view.picture_of(scene)
        if picture is None or picture.isNull():
            ratio = self._view.devicePixelRatioF()
            picture = themed_pixmap("sensor", colours().line, 40, ratio)
        size = picture.size() / picture.devicePixelRatioF()
        if max(size.width(), size.height()) > side:
            size.scale(side, side, Qt.AspectRatioMode.KeepAspectRatio)
        target = QRect(QPoint(), size)
        target.moveCenter(frame.center())
        painter.drawPixmap(target, picture)
        painter.setPen(ink)
        top = frame.bottom() + HALF
        for number, (text, short) in enumerate(zip(_lines(scene), _lines(scene, compact=True))):
            line = QRect(place.left() + HALF, top + number * metrics.height(), place.width() - STEP, 40)
            fitting = text if metrics.horizontalAdvance(text) <= line.width() else short
            words = metrics.elidedText(fitting, Qt.TextElideMode.ElideRight, line.width())
            painter.drawText(line, Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop, words)
        mark = QRect(place.right() - ICON - HALF, place.top() + HALF, ICON, ICON)
        painter.fillRect(mark.adjusted(-2, -2, 2, 2), colours().window)
        self._model.type_icon(scene).paint(painter, mark)

    def _paint_group(self, painter: QPainter, place: QRect, title: str) -> None:
        shade = colours()
        painter.fillRect(place, shade.window)
        painter.setPen(shade.line)
        painter.drawRect(place)
        font = painter.font()
        font.setBold(True)
        painter.setFont(font)
        painter.setPen(shade.text)
        words = Qt.TextFlag.TextWordWrap | Qt.AlignmentFlag.AlignCenter
        painter.drawText(place.adjusted(STEP, STEP, -STEP, -STEP), int(words), title)

    def _paint_box(self, painter: QPainter, option: QStyleOptionViewItem, state: Qt.CheckState) -> None:
        box = self._view.box_of(option.rect)
        painter.fillRect(box.adjusted(-2, -2, 2, 2), colours().window)
        paint_box(painter, box, state, self._view)
