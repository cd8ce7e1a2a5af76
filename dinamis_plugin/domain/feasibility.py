"""The chances of a programming request, shown before it is sent: months, and passes where they are known."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from .parsing import date_of, mapping_of, number_of, objects_of, text_of, utc_of


@dataclass(frozen=True)
class MonthChance:
    """What the archive says of one month: scenes over the zone in any year, and those within the limits."""

    start: date
    scenes: int
    matching: int
    share: float
    reason: str


@dataclass(frozen=True)
class Pass:
    """A satellite over the zone; angles in degrees."""

    moment: datetime
    platform: str
    incidence: float | None
    sun: float | None


@dataclass(frozen=True)
class Feasibility:
    """Chances by month, passes, and in words what both stand on or why they are missing."""

    months: tuple[MonthChance, ...]
    passes: tuple[Pass, ...]
    reason: str
    passes_reason: str

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Feasibility:
        """Read the answer of `POST .../opportunities`; what cannot be read is left out."""
        features = objects_of(document.get("features"))
        months = [_month(mapping_of(entry.get("properties"))) for entry in features]
        passes = [_pass(entry) for entry in objects_of(document.get("dinamis:passes"))]
        return cls(
            tuple(sorted((one for one in months if one), key=lambda one: one.start)),
            tuple(sorted((one for one in passes if one), key=lambda one: one.moment)),
            text_of(document.get("dinamis:reason")),
            text_of(document.get("dinamis:passes_reason")),
        )


def _month(properties: Mapping[str, Any]) -> MonthChance | None:
    start = date_of(text_of(properties.get("datetime")).partition("/")[0])
    scenes = number_of(properties.get("dinamis:archived_scenes"))
    matching = number_of(properties.get("dinamis:matching_scenes"))
    if start is None or scenes is None or matching is None:
        return None
    share = number_of(properties.get("dinamis:share"))
    told = share if share is not None else matching / scenes if scenes else 0.0
    reason = text_of(properties.get("dinamis:reason"))
    return MonthChance(start, int(scenes), int(matching), min(max(told, 0.0), 1.0), reason)


def _pass(entry: Mapping[str, Any]) -> Pass | None:
    moment = utc_of(entry.get("datetime"))
    if moment is None:
        return None
    incidence, sun = number_of(entry.get("incidence_angle")), number_of(entry.get("sun_elevation"))
    return Pass(moment, text_of(entry.get("platform")), incidence, sun)
