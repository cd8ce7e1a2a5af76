"""The summary of a request: what is asked for, where, and how much that is (REQ-08 to REQ-12, REQ-15)."""

from __future__ import annotations

from collections.abc import Sequence

from qgis.gui import QgsMapCanvas
from qgis.PyQt.QtCore import QCoreApplication
from qgis.PyQt.QtWidgets import QGridLayout

from ..domain.aoi import AreaGeometry
from . import formats
from .facts import Facts
from .theme import HALF, STEP, Role
from .widgets import Section, label
from .zone_map import ZoneMap

translate = QCoreApplication.translate

_DEGREE_DECIMALS = 3


class RequestSummary(Section):
    """Sensor and type of product, map of the zone, its four bounds, its surface and its identifier."""

    def __init__(self, prefix: str, model: QgsMapCanvas | None, *, drawing: bool) -> None:
        super().__init__(translate("Dinamis", "Summary"))
        self.setObjectName("section_summary")
        self.facts = Facts(prefix)
        self.map = ZoneMap(prefix, model, drawing=drawing)
        self.extent = ZoneExtent(prefix)
        self.add(self.facts)
        self.add(label(translate("Dinamis", "Zone of interest"), role=Role.TITLE))
        self.add(self.map)
        self.add(self.extent)

    def set_product(self, text: str) -> None:
        """Say what is asked for: sensor, mode and kind."""
        self.facts.put("product", translate("Dinamis", "Sensor and product type"), text)

    def set_zone(self, zone: AreaGeometry | None, footprints: Sequence[AreaGeometry] = ()) -> None:
        """Show a zone and the scenes."""
        self.map.show_zone(zone, footprints)
        self.extent.set_zone(zone)

    def set_surface(self, km2: float | None, zone_id: int | None, *, sent: bool) -> None:
        """Show the surface that is counted, and the number that the zone got when it was sent."""
        area = formats.DASH if km2 is None else formats.area(km2)
        self.extent.facts.put("surface", translate("Dinamis", "Surface area"), area)
        number = formats.DASH if zone_id is None else str(zone_id)
        if zone_id is None and not sent:
            number = translate("Dinamis", "given when the request is sent")
        self.extent.facts.put("zone_id", translate("Dinamis", "Zone of interest ID"), number)


class ZoneExtent(Section):
    """The four bounds of a zone in degrees, laid out as they lie on a map."""

    def __init__(self, prefix: str) -> None:
        super().__init__(translate("Dinamis", "Extent"))
        self.facts = Facts(f"{prefix}Extent")
        self._values = {}
        grid = QGridLayout()
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(STEP)
        grid.setVerticalSpacing(HALF)
        places = (
            ("north", translate("Dinamis", "North"), 0, 0),
            ("south", translate("Dinamis", "South"), 0, 1),
            ("east", translate("Dinamis", "East"), 1, 0),
            ("west", translate("Dinamis", "West"), 1, 1),
        )
        for name, title, line, place in places:
            value = label(formats.DASH, name=f"{prefix}{name.capitalize()}Label", wrap=False)
            grid.addWidget(label(title, role=Role.MUTED, wrap=False), line, 2 * place)
            grid.addWidget(value, line, 2 * place + 1)
            grid.setColumnStretch(2 * place + 1, 1)
            self._values[name] = value
        self.add(grid)
        self.add(self.facts)

    def set_zone(self, zone: AreaGeometry | None) -> None:
        """Show the bounds of a zone."""
        bounds = () if zone is None or zone.is_empty else zone.bounds
        for name, value in zip(("west", "south", "east", "north"), bounds or [None] * 4):
            text = formats.DASH if value is None else f"{formats.number(value, _DEGREE_DECIMALS)}°"
            self._values[name].setText(text)
