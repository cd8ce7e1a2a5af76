"""How much of a quota something takes, as a bar; a quota beside what was asked for, as a gauge."""

from __future__ import annotations

from qgis.PyQt.QtCore import QRectF, QSize, Qt
from qgis.PyQt.QtGui import QColor, QPainter, QPaintEvent
from qgis.PyQt.QtWidgets import QSizePolicy, QWidget

from .theme import HALF, STEP, Tone, colours

_NEARLY = 0.8


class _Track(QWidget):
    """A thin strip as wide as there is room."""

    def __init__(self, height: int) -> None:
        super().__init__()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(height)

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Wide enough to tell shares apart."""
        return QSize(120, self.height())

    def _painter(self) -> QPainter:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        return painter


class QuotaBar(_Track):
    """A track that fills up to the quota; what goes beyond is drawn in another colour behind a mark."""

    def __init__(self) -> None:
        super().__init__(STEP)
        self._share: float | None = None

    def set_share(self, share: float | None) -> None:
        """Show a share (1.0 is the whole quota); None where there is no quota to take a share of."""
        self._share = share
        self.update()

    @property
    def share(self) -> float | None:
        """What is shown."""
        return self._share

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802, ARG002 - Qt's name and signature
        """Draw track, share and excess."""
        shade = colours()
        painter = self._painter()
        width, height, share = self.width(), self.height(), self._share
        _strip(painter, shade.line, QRectF(0, 0, width, height))
        if not share:
            return
        whole = max(1.0, share)
        if share > 1:
            _strip(painter, shade.tone(Tone.DANGER), QRectF(0, 0, width, height))
        tone = Tone.WARNING if share > _NEARLY else Tone.SUCCESS
        _strip(painter, shade.tone(tone), QRectF(0, 0, width * min(share, 1.0) / whole, height))
        if share > 1:
            painter.setBrush(shade.text)
            painter.drawRect(QRectF(width / whole - 1, 0, 2, height))


class QuotaGauge(_Track):
    """The free area of one request as a band, and on it, to the same scale, what was asked for this year.

    More than the band is no excess: a quota is for each request. So nothing is drawn in the colour of alarm.
    """

    def __init__(self, quota_km2: float, asked_km2: float) -> None:
        super().__init__(STEP + HALF)
        self.quota_km2 = quota_km2
        self.asked_km2 = asked_km2

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802, ARG002 - Qt's name and signature
        """Draw the band, its end, and the bar on it."""
        shade = colours()
        painter = self._painter()
        width, height = self.width(), self.height()
        whole = max(self.quota_km2, self.asked_km2)
        end = width * self.quota_km2 / whole
        _strip(painter, shade.line, QRectF(0, 0, width, height))
        _strip(painter, shade.tone(Tone.SUCCESS), QRectF(0, 0, end, height))
        if self.asked_km2:
            asked = width * self.asked_km2 / whole - 2 * HALF
            _strip(painter, shade.text, QRectF(HALF, HALF, asked, height - 2 * HALF))
        if end < width:
            painter.setBrush(shade.window)
            painter.drawRect(QRectF(end - 1, 0, 2, height))


def _strip(painter: QPainter, colour: QColor, place: QRectF) -> None:
    """A round-ended strip, at least as wide as it is high."""
    high = place.height()
    painter.setBrush(colour)
    painter.drawRoundedRect(QRectF(place.x(), place.y(), max(high, place.width()), high), high / 2, high / 2)
