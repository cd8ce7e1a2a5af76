"""What the sheet of a mission shows: nature, dates, extent on a map, wanted data (REG-43)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from dinamis_service.catalogue.missions import mission_title
from dinamis_service.registry.tables import Mission
from dinamis_service.web.land import Land
from dinamis_service.web.maps import draw, shape_of
from dinamis_service.web.pages import Page


@dataclass(frozen=True)
class Sheet:
    """A mission as it was typed or is kept: days as ISO dates, the area as GeoJSON (EPSG:4326).

    An `own` one is research of the entity itself, the others are done for a public entity.
    """

    title: str
    starts: str
    ends: str
    area: Mapping[str, Any] | None
    wishes: Sequence[Mapping[str, str]]
    own: bool = False

    @classmethod
    def of(cls, mission: Mission) -> Sheet:
        """The sheet of a mission."""
        starts, ends = mission.starts.isoformat(), mission.ends.isoformat()
        own = mission.contractor_id == mission.commissioner_id
        return cls(mission.title, starts, ends, mission.area, mission.wishes, own)


def describe(page: Page, sheet: Sheet, land: Land) -> dict[str, Any]:
    """The sheet in words of the page, with a drawing of its area where it has one."""
    shown: dict[str, Any] = {
        "title": sheet.title,
        "nature": page.text("Recherche et développement", "Research and development")
        if sheet.own
        else page.text("Prestataire de la commande publique", "Contractor of public procurement"),
        "starts": page.show.day(date.fromisoformat(sheet.starts)),
        "ends": page.show.day(date.fromisoformat(sheet.ends)),
        "wishes": [
            (
                mission_title(one["mission"]),
                page.show.day(date.fromisoformat(one["first"])),
                page.show.day(date.fromisoformat(one["last"])),
            )
            for one in sheet.wishes
        ],
        "drawing": None,
    }
    if sheet.area:
        zone = shape_of(sheet.area)
        west, south, east, north = zone.bounds
        sides = [(page.text("NORD", "NORTH"), north), (page.text("OUEST", "WEST"), west)]
        sides += [(page.text("EST", "EAST"), east), (page.text("SUD", "SOUTH"), south)]
        shown["extent"] = [(name, page.show.number(value, 4)) for name, value in sides]
        shown["drawing"] = draw(zone, [], land.outlines, page.language)
    return shown
