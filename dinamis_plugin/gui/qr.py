"""A QR code drawn from the matrix of segno."""

from __future__ import annotations

from qgis.PyQt.QtCore import QRectF, QSize, Qt
from qgis.PyQt.QtGui import QColor, QPainter, QPaintEvent
from qgis.PyQt.QtWidgets import QLabel, QSizePolicy

from .._vendor import segno

_QUIET_ZONE = 3
_SIDE = 144


class QrLabel(QLabel):
    """Shows a text as a QR code: always dark on light, since many cameras do not read the reverse."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("deviceQrLabel")
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setFixedSize(_SIDE, _SIDE)
        self._matrix: tuple[bytearray, ...] = ()

    def set_content(self, text: str) -> None:
        """Encode a text, with medium error correction."""
        self._matrix = tuple(segno.make(text, error="m", micro=False).matrix)
        self.update()

    @property
    def modules(self) -> int:
        """Modules on a side; 0 before there is a content."""
        return len(self._matrix)

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """A side that phones read from an arm's length."""
        return QSize(_SIDE, _SIDE)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802, ARG002 - Qt's name and signature
        """Draw whole pixels per module, so that edges stay sharp."""
        if not self._matrix:
            return
        painter = QPainter(self)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor("#ffffff"))
        painter.drawRoundedRect(QRectF(self.rect()), 4, 4)
        side = max(1, min(self.width(), self.height()) // (self.modules + 2 * _QUIET_ZONE))
        left = (self.width() - side * self.modules) // 2
        top = (self.height() - side * self.modules) // 2
        dark = QColor("#16202a")
        for y, line in enumerate(self._matrix):
            for x, bit in enumerate(line):
                if bit:
                    painter.fillRect(left + x * side, top + y * side, side, side, dark)
