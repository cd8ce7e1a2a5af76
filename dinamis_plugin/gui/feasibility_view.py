"""The chances of a programming request, drawn by month before it is sent (REQ-25)."""

from __future__ import annotations

from qgis.PyQt.QtCore import QCoreApplication, QRectF, QSize, Qt
from qgis.PyQt.QtGui import QPainter, QPaintEvent
from qgis.PyQt.QtWidgets import QSizePolicy, QWidget

from ..controllers.messages import Notice
from ..domain.feasibility import Feasibility, MonthChance, Pass
from . import formats
from .theme import HALF, STEP, Role, Tone, colours
from .widgets import Section, label

translate = QCoreApplication.translate

_MOST_PASSES = 8
_GOOD, _FAIR = 0.5, 0.25


class FeasibilityView(Section):
    """Bars by month, the passes that are known, and what both stand on."""

    def __init__(self) -> None:
        super().__init__(translate("Dinamis", "Feasibility"))
        self.setObjectName("programmingFeasibility")
        self.bars = MonthBars()
        self._reason = label(role=Role.MUTED, name="feasibilityReasonLabel")
        self._passes = label(name="feasibilityPassesLabel")
        self._passes_reason = label(role=Role.MUTED, name="feasibilityPassesReasonLabel")
        for part in (self.bars, self._reason, self._passes, self._passes_reason):
            self.add(part)
        self.wait(translate("Dinamis", "The feasibility is shown when zone and window are chosen."))

    def wait(self, sentence: str) -> None:
        """Show that nothing is known yet, and why."""
        self._show((), sentence, "", "")

    def refuse(self, notice: Notice) -> None:
        """Show why there is none; a request can be sent all the same."""
        self._show((), notice.text, "", "")

    def show_feasibility(self, found: Feasibility) -> None:
        """Show the chances of each month and the passes."""
        passes = "\n".join(_pass_text(one) for one in found.passes[:_MOST_PASSES])
        more = len(found.passes) - _MOST_PASSES
        if more > 0:
            passes += "\n" + translate("Dinamis", "and {count} more").format(count=formats.number(more))
        self._show(found.months, found.reason, passes, found.passes_reason)

    def _show(self, months: tuple[MonthChance, ...], reason: str, passes: str, why: str) -> None:
        self.bars.set_months(months)
        for place, text in ((self._reason, reason), (self._passes, passes), (self._passes_reason, why)):
            place.setText(text)
            place.setVisible(bool(text))


class MonthBars(QWidget):
    """One bar for each month: how many of the scenes of the archive met the limits."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("feasibilityBars")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._months: tuple[MonthChance, ...] = ()

    @property
    def months(self) -> tuple[MonthChance, ...]:
        """What is drawn."""
        return self._months

    def set_months(self, months: tuple[MonthChance, ...]) -> None:
        """Draw these months."""
        self._months = months
        self.setVisible(bool(months))
        texts = [_month_text(month) for month in months]
        self.setAccessibleName(translate("Dinamis", "Feasibility") + ": " + "; ".join(texts))
        self.setToolTip("\n".join(month.reason or text for month, text in zip(months, texts)))
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """A line for each month."""
        return QSize(240, max(1, len(self._months)) * self._line())

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """As high, and narrow."""
        return QSize(160, self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802, ARG002 - Qt's name and signature
        """Draw month, bar and figures of each line."""
        shade, metrics = colours(), self.fontMetrics()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        names = [formats.month(month.start) for month in self._months]
        figures = [_figures(month) for month in self._months]
        left = max((metrics.horizontalAdvance(name) for name in names), default=0) + STEP
        right = max((metrics.horizontalAdvance(text) for text in figures), default=0) + STEP
        room = max(1.0, float(self.width() - left - right))
        for number, month in enumerate(self._months):
            line = QRectF(0, number * self._line(), self.width(), self._line())
            painter.setPen(shade.text)
            painter.drawText(line, int(Qt.AlignmentFlag.AlignVCenter), names[number])
            end = int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight)
            painter.drawText(line, end, figures[number])
            track = QRectF(left, line.center().y() - HALF, room, STEP)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(shade.line)
            painter.drawRoundedRect(track, HALF, HALF)
            painter.setBrush(shade.tone(_tone(month.share)))
            if month.share > 0:
                width = max(float(STEP), room * month.share)
                painter.drawRoundedRect(QRectF(left, track.top(), width, STEP), HALF, HALF)

    def _line(self) -> int:
        return self.fontMetrics().height() + HALF


def _tone(share: float) -> Tone:
    if share >= _GOOD:
        return Tone.SUCCESS
    return Tone.WARNING if share >= _FAIR else Tone.DANGER


def _figures(month: MonthChance) -> str:
    return translate("Dinamis", "{share} ({matching} of {scenes})").format(
        share=formats.percent(month.share),
        matching=formats.number(month.matching),
        scenes=formats.number(month.scenes),
    )


def _month_text(month: MonthChance) -> str:
    return f"{formats.month(month.start)} {_figures(month)}"


def _pass_text(one: Pass) -> str:
    parts = [formats.moment(one.moment), one.platform]
    if one.incidence is not None:
        angle = formats.degrees(one.incidence)
        parts.append(translate("Dinamis", "incidence of {angle}").format(angle=angle))
    if one.sun is not None:
        parts.append(translate("Dinamis", "sun at {angle}").format(angle=formats.degrees(one.sun)))
    return " · ".join(part for part in parts if part)
