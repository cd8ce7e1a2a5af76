"""Missions of contractors of public procurement: what they bound, and the rules of it (QUO-11).

The sources say that every member entity downloads the catalogue, a contractor's too; that the mission which
the public entity validates has a validity, an area, sensors and dates of acquisition; and that a contractor
reaches the imagery that its commissioning entity obtained. Read together here: as long as a mission lasts,
the catalogue as far as the mission goes, and whatever its commissioning entity obtained.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import IntEnum
from functools import lru_cache
from typing import Any

import shapely
from shapely.geometry.base import BaseGeometry
from sqlalchemy import select
from sqlalchemy.orm import Session

from dinamis_service.quotas.words import Words
from dinamis_service.registry.tables import Entity, Mission


class MissionError(ValueError):
    """A mission that cannot be; `words` says why."""

    def __init__(self, words: Words) -> None:
        super().__init__(words.en)
        self.words = words


@dataclass(frozen=True)
class Wish:
    """Scenes of one sensor of the catalogue, acquired from the first to the last day (UTC, included)."""

    mission: str
    first: date
    last: date


@dataclass(frozen=True)
class Terms:
    """What one mission of a contractor allows.

    Args:
        starts: first day of validity (UTC, included).
        ends: last day of validity (included).
        area: longitude and latitude, EPSG:4326.
        wishes: sensors with their days of acquisition.
        obtained: collection and id of the scenes that were delivered to the commissioning entity.
    """

    starts: date
    ends: date
    area: BaseGeometry
    wishes: tuple[Wish, ...]
    obtained: frozenset[tuple[str, str]]


@dataclass(frozen=True)
class Acquired:
    """A scene as the rules see it: its names, its days of acquisition (UTC) and its footprint (EPSG:4326)."""

    collection: str
    id: str
    mission: str
    first: date
    last: date
    footprint: BaseGeometry


class Bound(IntEnum):
    """What keeps a contractor from a scene, in the order in which it is looked at."""

    NO_MISSION = 0
    OVER = 1
    SENSOR = 2
    DATES = 3
    AREA = 4


def reach(terms: Sequence[Terms], scene: Acquired, today: date) -> date | Bound:
    """Last day (UTC, included) on which a contractor with these missions has a scene, or what keeps it away.

    Of several missions that allow it the one that lasts longest counts, of those that do not the one that
    comes closest.
    """
    bounds = [(_bound(one, scene, today), one.ends) for one in terms]
    allowed = [ends for bound, ends in bounds if bound is None]
    if allowed:
        return max(allowed)
    return max((bound for bound, _ in bounds if bound is not None), default=Bound.NO_MISSION)


def _bound(terms: Terms, scene: Acquired, today: date) -> Bound | None:
    if not terms.starts <= today <= terms.ends:
        return Bound.OVER
    if (scene.collection, scene.id) in terms.obtained:
        return None
    wishes = [wish for wish in terms.wishes if wish.mission == scene.mission]
    if not wishes:
        return Bound.SENSOR
    if not any(wish.first <= scene.first and scene.last <= wish.last for wish in wishes):
        return Bound.DATES
    return None if _overlap(terms.area, scene.footprint) else Bound.AREA


def _overlap(area: BaseGeometry, footprint: BaseGeometry) -> bool:
    """Whether the two share more than an edge."""
    return bool(area.intersects(footprint) and not area.touches(footprint))


def add_mission(
    session: Session,
    *,
    contractor: Entity,
    commissioner: Entity,
    title: str,
    starts: date,
    ends: date,
    area: dict[str, Any],
    wishes: Sequence[Wish],
    now: datetime,
    mission_id: str | None = None,
) -> Mission:
    """Write down a mission whose partnership was validated.

    Args:
        session: transaction that the mission becomes part of.
        contractor: an entity of category 8.
        commissioner: a public entity.
        title: for people.
        starts: first day of validity.
        ends: last day of validity.
        area: GeoJSON surface in EPSG:4326.
        wishes: sensors with their days of acquisition.
        now: present moment.
        mission_id: a new one unless given.

    Raises:
        MissionError: an entity is not of the kind that it must be.
    """
    if contractor.user_kind != "PCP":
        raise MissionError(
            Words(
                f"{contractor.name} n'est pas un prestataire de la commande publique (catégorie 8).",
                f"{contractor.name} is no contractor of public procurement (category 8).",
            )
        )
    if commissioner.user_kind not in ("PUB", "SCI"):
        raise MissionError(
            Words(
                f"{commissioner.name} n'est pas une entité publique française.",
                f"{commissioner.name} is no French public entity.",
            )
        )
    mission = Mission(
        id=mission_id or str(uuid.uuid4()),
        contractor_id=contractor.id,
        commissioner_id=commissioner.id,
        title=title,
        starts=starts,
        ends=ends,
        area=area,
        wishes=[
            {"mission": wish.mission, "first": wish.first.isoformat(), "last": wish.last.isoformat()}
            for wish in wishes
        ],
        created_at=now,
    )
    session.add(mission)
    return mission


def missions_of(session: Session, contractor_id: str) -> list[Mission]:
    """Missions of a contractor, whether valid or not, the newest first."""
    found = select(Mission).where(Mission.contractor_id == contractor_id)
    return list(session.scalars(found.order_by(Mission.created_at.desc(), Mission.id)))


def terms_of(mission: Mission, obtained: frozenset[tuple[str, str]]) -> Terms:
    """A stored mission as the rules see it."""
    wishes = tuple(
        Wish(wish["mission"], date.fromisoformat(wish["first"]), date.fromisoformat(wish["last"]))
        for wish in mission.wishes
    )
    return Terms(mission.starts, mission.ends, _surface(json.dumps(mission.area)), wishes, obtained)


@lru_cache(maxsize=128)
def _surface(geojson: str) -> BaseGeometry:
    """The area of a mission, read once and prepared to be compared with many footprints."""
    area: BaseGeometry = shapely.from_geojson(geojson)
    shapely.prepare(area)
    return area
