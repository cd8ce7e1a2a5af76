"""Many chosen footprints in one picture, drawn in slices: 10,000 at once hold the window up for 300 ms."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping
from typing import Callable

from qgis.PyQt.QtCore import Qt
from qgis.PyQt.QtGui import QColor, QImage, QPainter, QPen, QPolygonF, QTransform

from ..domain.cart import Key

#: Footprints between two looks at the clock.
_HANDFUL = 10


class ChosenPicture:
    """A picture of the size of the canvas: first the ground of all footprints, then their outlines."""

    def __init__(self) -> None:
        self.image = QImage()
        self._grounds: deque[Key] = deque()
        self._outlines: deque[Key] = deque()

    @property
    def whole(self) -> bool:
        """Whether nothing is left to draw."""
        return not (self._grounds or self._outlines)

    def start(self, blank: QImage, keys: Iterable[Key], bare: frozenset[Key]) -> None:
        """Begin anew; those of `bare` get an outline and no ground."""
        self.image = blank
        self._outlines = deque(keys)
        self._grounds = deque(key for key in self._outlines if key not in bare)

    def clear(self) -> None:
        """Let the picture go."""
        self.start(QImage(), (), frozenset())

    def draw_some(
        self,
        polygons: Mapping[Key, list[QPolygonF]],
        transform: QTransform,
        tint: QColor,
        pen: QPen,
        over: Callable[[], bool],
    ) -> None:
        """Draw until `over` says that the slice is."""
        if self.image.isNull():
            self.clear()
            return
        painter = QPainter(self.image)
        painter.setTransform(transform, True)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(tint)
        # The tint takes the place of what is there: footprints that lie over each other tint the map once.
        painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_Source)
        self._some(painter, self._grounds, polygons, over)
        painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_SourceOver)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(pen)
        if not self._grounds:
            self._some(painter, self._outlines, polygons, over)
        painter.end()

    @staticmethod
    def _some(
        painter: QPainter, keys: deque[Key], polygons: Mapping[Key, list[QPolygonF]], over: Callable[[], bool]
    ) -> None:
        while keys and not over():
            for _ in range(min(_HANDFUL, len(keys))):
                for polygon in polygons.get(keys.popleft(), ()):
                    painter.drawPolygon(polygon)
