"""How much of a quota something takes, as a bar."""

from __future__ import annotations

from qgis.PyQt.QtCore import QRectF, QSize, Qt
from qgis.PyQt.QtGui import QPainter, QPaintEvent
from qgis.PyQt.QtWidgets import QSizePolicy, QWidget

from .theme import STEP, Tone, colours

_NEARLY = 0.8


class QuotaBar(QWidget):
    """A track that fills up to the quota; what goes beyond is drawn in another colour behind a mark."""

    def __init__(self, *, informative: bool = False) -> None:
        """Without alarm colours where the share is for information only."""
        super().__init__()
        self._informative = informative
        self._share: float | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(STEP)

    def set_share(self, share: float | None) -> None:
        """Show a share (1.0 is the whole quota); None where there is no quota to take a share of."""
        self._share = share
        self.update()

    @property
    def share(self) -> float | None:
        """What is shown."""
        return self._share

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """A thin bar."""
        return QSize(120, STEP)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802, ARG002 - Qt's name and signature
        """Draw track, share and excess."""
        shade = colours()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        width, height, radius = float(self.width()), float(self.height()), self.height() / 2
        painter.setBrush(shade.line)
        painter.drawRoundedRect(QRectF(0, 0, width, height), radius, radius)
        if not self._share:
            return
        share = min(self._share, 1.0) if self._informative else self._share
        whole = max(1.0, share)
        tone = Tone.WARNING if share > _NEARLY else Tone.SUCCESS
        if self._informative:
            tone = Tone.INFO
        if share > 1:
            painter.setBrush(shade.tone(Tone.DANGER))
            painter.drawRoundedRect(QRectF(0, 0, width, height), radius, radius)
        within = max(height, width * min(share, 1.0) / whole)
        painter.setBrush(shade.tone(tone))
        painter.drawRoundedRect(QRectF(0, 0, within, height), radius, radius)
        if share > 1:
            painter.setBrush(shade.text)
            painter.drawRect(QRectF(width / whole - 1, 0, 2, height))
