"""The ticked scenes, told to every list that shows them."""

from __future__ import annotations

from collections.abc import Iterable

from qgis.PyQt.QtCore import QObject, pyqtSignal

from ..domain.cart import Cart
from ..domain.scene import Scene


class CartController(QObject):
    """Holds the ticked scenes for the session of QGIS (CAT-26).

    Signals:
        changed: frozenset of the keys of the scenes that were ticked or lost their tick.
    """

    changed = pyqtSignal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._cart = Cart()

    @property
    def cart(self) -> Cart:
        """What is ticked now; to be read only."""
        return self._cart

    def put(self, scenes: Iterable[Scene], *, ticked: bool) -> None:
        """Tick scenes or take their ticks away."""
        self._tell(self._cart.put(scenes, ticked=ticked))

    def clear(self) -> None:
        """Take all ticks away."""
        self._tell(self._cart.clear())

    def _tell(self, keys: frozenset[tuple[str, str]]) -> None:
        if keys:
            self.changed.emit(keys)
