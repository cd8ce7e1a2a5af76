"""The bar with which as few scenes as it takes are chosen to cover the areas."""

from __future__ import annotations

from qgis.PyQt.QtCore import QCoreApplication, pyqtSignal
from qgis.PyQt.QtWidgets import QSizePolicy, QWidget

from ..controllers.cover import Covering
from . import formats
from .theme import HALF, Role
from .widgets import column, label, push_button, row, tool_button

translate = QCoreApplication.translate

_NEARLY_ALL, _NEARLY_NONE = 0.999, 0.001


class CoverBar(QWidget):
    """A button, and below it what came of it.

    Signals:
        wanted: cover the areas, or stop doing so.
        cleared: take the gaps off the map.
        more_wanted: load the other results, then cover again.
    """

    wanted = pyqtSignal()
    cleared = pyqtSignal()
    more_wanted = pyqtSignal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("coverBar")
        self._busy = False
        self._why_not = ""
        self._button = tool_button("", "check", name="coverButton")
        self._button.clicked.connect(self.wanted)
        self._clear = tool_button(
            translate("Dinamis", "Take the gaps off the map"),
            "close",
            name="coverClearButton",
            text_shown=False,
        )
        self._clear.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self._clear.clicked.connect(self.cleared)
        self._sentence = label(name="coverSentence")
        self._others = label(role=Role.MUTED, name="coverOthersLabel")
        self._more = push_button(
            translate("Dinamis", "Load the others, cover again"), name="coverMoreButton", icon="more"
        )
        self._more.clicked.connect(self.more_wanted)
        told = row(self._sentence, self._clear, spacing=HALF)
        told.setStretch(0, 1)
        self.setLayout(column(self._button, told, self._others, self._more, spacing=HALF))
        self.clear()

    def set_why_not(self, reason: str) -> None:
        """Say why the areas cannot be covered; empty when they can."""
        self._why_not = reason
        self._show_button()

    def set_busy(self, *, busy: bool) -> None:
        """Show whether a choice is being made; the button then stops it."""
        self._busy = busy
        self._show_button()

    def clear(self) -> None:
        """Say nothing of any choice."""
        for part in (self._sentence, self._clear, self._others, self._more):
            part.hide()
        self._show_button()

    def show_covering(self, covering: Covering, loaded: int, matched: int) -> None:
        """Say what was chosen, what stays open, and what keeps it from being known to be the best."""
        self._sentence.setText(sentence_of(covering))
        self._sentence.show()
        self._clear.show()
        others, remarks = loaded < matched, []
        if others:
            among = translate("Dinamis", "Chosen among {loaded} of {matched} results.")
            remarks.append(among.format(loaded=formats.number(loaded), matched=formats.number(matched)))
        if not covering.fewest:
            remarks.append(
                translate("Dinamis", "Fewer might do: too many scenes overlap for every choice to be tried.")
            )
        self._others.setText(" ".join(remarks))
        self._others.setVisible(bool(remarks))
        self._more.setVisible(others)

    def _show_button(self) -> None:
        text = translate("Dinamis", "Cover my area")
        if self._busy:
            text = translate("Dinamis", "Choosing… Stop")
        self._button.setText(text)
        self._button.setAccessibleName(text)
        self._button.setEnabled(self._busy or not self._why_not)
        tip = translate("Dinamis", "Choose the fewest, cleanest and newest scenes that cover your areas")
        self._button.setToolTip(self._why_not or tip)


def sentence_of(covering: Covering) -> str:
    """Say in one line how much a choice covers and what it leaves open."""
    if not covering.scenes:
        return translate("Dinamis", "No listed scene that can be downloaded or ordered lies over your areas.")
    scenes = formats.scenes(len(covering.scenes))
    if covering.gap_share == 0:
        return translate("Dinamis", "{scenes}: the whole area is covered.").format(scenes=scenes)
    return translate("Dinamis", "{scenes}: {share} of the area covered; gaps {gaps}.").format(
        scenes=scenes, share=_share(1 - covering.gap_share), gaps=formats.area(covering.gap_km2)
    )


def _share(covered: float) -> str:
    """A covered part in percent, never rounded to all or to nothing."""
    shown = min(covered, _NEARLY_ALL) if covered < 1 else covered
    shown = max(shown, _NEARLY_NONE) if covered > 0 else shown
    return translate("Dinamis", "{value} %").format(value=formats.number(shown * 100, 1))
