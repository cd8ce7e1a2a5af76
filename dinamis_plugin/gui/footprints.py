"""The footprints of all results on the canvas."""

from __future__ import annotations

import struct
from collections import deque
from collections.abc import Collection, Iterable
from contextlib import suppress
from dataclasses import dataclass

from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsCoordinateTransform,
    QgsCsException,
    QgsGeometry,
    QgsPointXY,
    QgsProject,
)
from qgis.gui import QgsMapCanvas
from qgis.PyQt.QtCore import QElapsedTimer, QPointF, QRectF, QSize, Qt, QTimer
from qgis.PyQt.QtGui import QColor, QImage, QPainter, QPainterPath, QPen, QPolygonF, QTransform

from ..domain.cart import Key, key_of
from ..domain.scene import Scene
from ..domain.search import ProductType
from .aoi_bands import WGS84
from .chosen_picture import ChosenPicture
from .ground_item import GroundItem
from .theme import Tone, colours

#: Time in milliseconds that reprojecting and drawing take from the event loop at once.
_SLICE_MS = 5
#: Pause in milliseconds between two slices, in which a worker may have Python's lock.
_PAUSE_MS = 1
#: Time in milliseconds between two looks at a picture that is still being drawn: each paints the canvas.
_SHOWN_MS = 150
#: Footprints between two looks at the clock.
_HANDFUL = 10
_SMALLEST_PX = 3.0
#: Size in pixels of the mark of a footprint that is smaller.
_MARK = QSize(5, 5)
_MARK_MIDDLE = QPointF(2.5, 2.5)
#: Width in pixels of the outline of what is hovered or selected.
_STRONG = 2.5
#: Opacity of the ground of what is selected, of 255.
_TINT = 40
#: Selected footprints that are painted at once; more of them have a picture of their own.
_FEW = 200
#: How the commonest footprint begins as binary: a polygon of one ring.
_ONE_RING = struct.pack("<BII", 1, 3, 1)

TONE_OF_TYPE = {
    ProductType.DOWNLOADABLE: Tone.SUCCESS,
    ProductType.ORDERABLE: Tone.WARNING,
    ProductType.PWH: Tone.INFO,
}


@dataclass(frozen=True)
class _Frame:
    """Where outlines are drawn: the canvas takes long to tell it in every slice."""

    view: QRectF
    unit: float
    transform: QTransform
    pens: dict[Tone, QPen]
    marks: dict[Tone, QImage]


class FootprintsItem(GroundItem):
    """Paints every footprint from polygons kept in map coordinates.

    A picture of all outlines is kept for the extent in view, drawn in slices that hold nothing up. What is
    hovered or selected is painted over it: moving the pointer over 10,000 scenes costs one picture and a few
    polygons.
    """

    def __init__(self, canvas: QgsMapCanvas) -> None:
        super().__init__(canvas)
        self._polygons: dict[Key, list[QPolygonF]] = {}
        self._bounds: dict[Key, QRectF] = {}
        self._tones: dict[Key, Tone] = {}
        self._scenes: dict[Key, Scene] = {}
        self._waiting: deque[Scene] = deque()
        self._selected: frozenset[Key] = frozenset()
        self._chosen = ChosenPicture()
        self._hovered: Key | None = None
        self._bare: frozenset[Key] = frozenset()
        self._picture = QImage()
        self._undrawn: deque[Key] = deque()
        self._transform = _to_canvas(canvas)
        self._same_crs = self._transform.isShortCircuited()
        self._shown = QElapsedTimer()
        self._shown.start()
        self._timer = QTimer()
        self._timer.setInterval(_PAUSE_MS)
        self._timer.timeout.connect(self._work)
        self.setZValue(20)
        canvas.extentsChanged.connect(self._moved)
        canvas.destinationCrsChanged.connect(self._crs_changed)
        self._moved()

    # What is shown

    def clear(self) -> None:
        """Forget every footprint."""
        self._forget_polygons()
        self._scenes.clear()
        self._waiting.clear()
        self._timer.stop()
        self._selected, self._hovered = frozenset(), None
        self._draw_anew()

    def add(self, scenes: Iterable[Scene]) -> None:
        """Add scenes; they are reprojected in slices that do not hold the event loop up."""
        for scene in scenes:
            self._scenes[key_of(scene)] = scene
            self._waiting.append(scene)
        self._timer.start()

    def select(self, scenes: Iterable[Scene]) -> None:
        """Paint these as selected."""
        before, self._selected = self._selected, frozenset(map(key_of, scenes))
        self._choose_anew()
        self._repaint(before ^ self._selected)

    def show_through(self, scenes: Iterable[Scene]) -> None:
        """Tint no ground of these: a picture lies there, whose colours are to be seen."""
        self._bare = frozenset(map(key_of, scenes))
        self._choose_anew()
        self.update()

    def hover(self, scene: Scene | None) -> None:
        """Paint this one as the one under the pointer."""
        key = None if scene is None else key_of(scene)
        if key != self._hovered:
            before, self._hovered = self._hovered, key
            self._repaint({one for one in (before, key) if one is not None})

    @property
    def ready(self) -> bool:
        """Whether every scene was reprojected and drawn."""
        return not self._waiting and not self._undrawn and self._chosen.whole

    def scenes_at(self, point: QgsPointXY) -> list[Scene]:
        """Scenes whose footprint holds a point of the canvas CRS, the smallest first."""
        place = QPointF(point.x(), point.y())
        found = [
            key
            for key, bounds in self._bounds.items()
            if bounds.contains(place)
            and any(part.containsPoint(place, Qt.FillRule.OddEvenFill) for part in self._polygons[key])
        ]
        found.sort(key=lambda key: self._bounds[key].width() * self._bounds[key].height())
        return [self._scenes[key] for key in found]

    def extent_of(self, scenes: Iterable[Scene]) -> QRectF:
        """The rectangle around some scenes, in the canvas CRS."""
        union = QRectF()
        for scene in scenes:
            union = union.united(self._bounds.get(key_of(scene), QRectF()))
        return union

    def remove(self) -> None:
        """Leave the canvas for good."""
        self._timer.stop()
        self._canvas.extentsChanged.disconnect(self._moved)
        self._canvas.destinationCrsChanged.disconnect(self._crs_changed)
        self._canvas.scene().removeItem(self)

    # Painting

    def paint(self, painter: QPainter, option=None, widget=None) -> None:  # noqa: ARG002 - Qt's signature
        """Paint the kept picture, then what is hovered and selected."""
        if not self._scenes:
            return
        painter.drawImage(0, 0, self._picture)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        transform = self._canvas.getCoordinateTransform().transform()
        accent = colours().accent
        if len(self._selected) > _FEW:
            painter.drawImage(0, 0, self._chosen.image)
        else:
            self._draw(painter, self._selected, transform, accent, fill=_TINT)
        if self._hovered is not None:
            self._draw(painter, [self._hovered], transform, accent, fill=25)

    def _draw_anew(self) -> None:
        """Start a picture for the extent in view."""
        self._picture = self._blank()
        self._frame = self._framed()
        self._undrawn = deque(self._bounds)
        if self._undrawn:
            self._timer.start()
        self._choose_anew()
        self.update()

    def _choose_anew(self) -> None:
        """Start the picture of what is selected, where that is much."""
        if len(self._selected) <= _FEW:
            self._chosen.clear()
            return
        self._chosen.start(self._blank(), self._selected, self._bare)
        self._timer.start()

    def _framed(self) -> _Frame:
        shade = colours()
        return _Frame(
            self._canvas.mapSettings().visiblePolygon().boundingRect(),
            self._canvas.mapUnitsPerPixel(),
            self._canvas.getCoordinateTransform().transform(),
            {tone: _pen(shade.tone(tone), 1.2) for tone in Tone},
            {tone: self._mark(shade.tone(tone)) for tone in Tone},
        )

    def _mark(self, colour: QColor) -> QImage:
        """The frame that stands for a footprint too small to be seen: six times as quick as to draw it."""
        ratio = self._canvas.devicePixelRatioF()
        mark = QImage(_MARK * ratio, QImage.Format.Format_ARGB32_Premultiplied)
        mark.setDevicePixelRatio(ratio)
        mark.fill(QColor(0, 0, 0, 0))
        painter = QPainter(mark)
        painter.setPen(QPen(colour, 1))
        painter.drawRect(QRectF(0.5, 0.5, _MARK.width() - 1, _MARK.height() - 1))
        painter.end()
        return mark

    def _blank(self) -> QImage:
        """A clear picture of the size of the canvas."""
        ratio = self._canvas.devicePixelRatioF()
        picture = QImage(self._canvas.size() * ratio, QImage.Format.Format_ARGB32_Premultiplied)
        picture.setDevicePixelRatio(ratio)
        picture.fill(QColor(0, 0, 0, 0))
        return picture

    def _repaint(self, keys: Collection[Key]) -> None:
        """Paint anew where these lie: the whole canvas takes several times as long."""
        if len(keys) > _FEW:
            self.update()
            return
        transform = self._canvas.getCoordinateTransform().transform()
        for bounds in (self._bounds[key] for key in keys if key in self._bounds):
            self.update(transform.mapRect(bounds).adjusted(-_STRONG, -_STRONG, _STRONG, _STRONG))

    def _draw_chosen(self, clock: QElapsedTimer) -> None:
        accent = colours().accent
        tint = QColor(accent)
        tint.setAlpha(_TINT)
        transform = self._canvas.getCoordinateTransform().transform()
        over = lambda: clock.elapsed() >= _SLICE_MS  # noqa: E731
        self._chosen.draw_some(self._polygons, transform, tint, _pen(accent, _STRONG), over)

    def _draw_some(self, clock: QElapsedTimer) -> None:
        """Draw outlines into the picture until the slice is over."""
        if self._picture.isNull():  # the canvas has no size yet
            self._undrawn.clear()
            return
        frame = self._frame
        painter = QPainter(self._picture)
        while self._undrawn and clock.elapsed() < _SLICE_MS:
            for _ in range(min(_HANDFUL, len(self._undrawn))):
                key = self._undrawn.popleft()
                if self._bounds[key].intersects(frame.view):
                    self._outline(painter, key, frame)
        painter.end()

    def _outline(self, painter: QPainter, key: Key, frame: _Frame) -> None:
        bounds, tone = self._bounds[key], self._tones[key]
        if max(bounds.width(), bounds.height()) < frame.unit * _SMALLEST_PX:
            painter.drawImage(frame.transform.map(bounds.center()) - _MARK_MIDDLE, frame.marks[tone])
            return
        painter.setPen(frame.pens[tone])
        for polygon in self._polygons[key]:
            painter.drawPolygon(frame.transform.map(polygon))

    def _draw(
        self, painter: QPainter, keys: Iterable[Key], transform: QTransform, colour: QColor, *, fill: int
    ) -> None:
        """Draw footprints; where several lie over each other the map is tinted once, and stays visible."""
        polygons: list[QPolygonF] = []
        ground = QPainterPath()
        ground.setFillRule(Qt.FillRule.WindingFill)
        for key in keys:
            for part in self._polygons.get(key, ()):
                polygons.append(transform.map(part))
                if key not in self._bare:
                    ground.addPolygon(_clockwise(polygons[-1]))
        tint = QColor(colour)
        tint.setAlpha(fill)
        painter.fillPath(ground, tint)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(_pen(colour, _STRONG))
        for polygon in polygons:
            painter.drawPolygon(polygon)

    # Work in slices

    def _work(self) -> None:
        clock = QElapsedTimer()
        clock.start()
        while self._waiting and clock.elapsed() < _SLICE_MS:
            for _ in range(min(_HANDFUL, len(self._waiting))):
                self._take(self._waiting.popleft())
        if self._undrawn:
            self._draw_some(clock)
        elif not self._waiting and not self._chosen.whole:
            self._draw_chosen(clock)
        if self.ready:
            self._timer.stop()
        if self.ready or self._shown.elapsed() > _SHOWN_MS:
            self._shown.restart()
            self.update()

    def _take(self, scene: Scene) -> None:
        key = key_of(scene)
        if key not in self._scenes:
            return
        parts = self._on_map(_rings(scene.footprint_wkb))
        if not parts:
            return
        bounds = parts[0].boundingRect()
        for part in parts[1:]:
            bounds = bounds.united(part.boundingRect())
        self._polygons[key] = parts
        self._bounds[key] = bounds
        self._tones[key] = TONE_OF_TYPE.get(scene.product_type or ProductType.ALL, Tone.NEUTRAL)
        self._undrawn.append(key)

    def _on_map(self, rings: list[QPolygonF]) -> list[QPolygonF]:
        """The rings in the canvas CRS, without those that it does not reach."""
        if self._same_crs:
            return rings
        reached = []
        for ring in rings:
            with suppress(QgsCsException):
                self._transform.transformPolygon(ring)
                reached.append(ring)
        return reached

    def _crs_changed(self) -> None:
        self._transform = _to_canvas(self._canvas)
        self._same_crs = self._transform.isShortCircuited()
        self._forget_polygons()
        self._waiting = deque(self._scenes.values())
        self._draw_anew()
        if self._waiting:
            self._timer.start()

    def _forget_polygons(self) -> None:
        self._polygons.clear()
        self._bounds.clear()
        self._tones.clear()

    def _moved(self) -> None:
        self.prepareGeometryChange()
        self.updatePosition()
        self._draw_anew()


def _pen(colour: QColor, width: float) -> QPen:
    pen = QPen(colour, width)
    pen.setCosmetic(True)
    return pen


def _clockwise(polygon: QPolygonF) -> QPolygonF:
    """The polygon turned so that the winding rule adds it to others of its kind."""
    points = list(polygon)
    doubled = sum(a.x() * b.y() - b.x() * a.y() for a, b in zip(points, [*points[1:], *points[:1]]))
    return polygon if doubled >= 0 else QPolygonF(points[::-1])


def _to_canvas(canvas: QgsMapCanvas) -> QgsCoordinateTransform:
    return QgsCoordinateTransform(
        QgsCoordinateReferenceSystem(WGS84), canvas.mapSettings().destinationCrs(), QgsProject.instance()
    )


def _rings(wkb: bytes) -> list[QPolygonF]:
    """Every ring of an area as a polygon in degrees, read by QGIS: Python takes five times as long."""
    area = QgsGeometry()
    area.fromWkb(wkb)
    if wkb.startswith(_ONE_RING):
        return [area.asQPolygonF()]
    return [
        QPolygonF([point.toQPointF() for point in ring])
        for part in area.asGeometryCollection()
        for ring in part.asPolygon()
    ]
