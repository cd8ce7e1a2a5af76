"""Free quotas and prices of one sensor for the signed-in person (QUO-02, QUO-04, QUO-06, QUO-07)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .parsing import mapping_of, number_of, objects_of, required_objects, required_text, text_of

SENSOR_TITLES = {"PLEIADES": "Pléiades", "SPOT": "SPOT 6/7", "PNEO": "Pléiades Neo"}
SENSORS = tuple(SENSOR_TITLES)


@dataclass(frozen=True)
class Price:
    """What one unit beyond the quota costs.

    Attributes:
        unit: `km2` or `credit`.
        eur: Euros for one unit, None when the price is not defined.
    """

    unit: str
    eur: float | None

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Price:
        """Read a price; what is missing is not defined."""
        return cls(text_of(document.get("unit")) or "km2", number_of(document.get("eur")))


@dataclass(frozen=True)
class Tranche:
    """Credits that are bought together; `eur` is None when the price is not printed."""

    credits: float
    eur: float | None


@dataclass(frozen=True)
class SensorQuota:
    """What a person may ask for free with one request for one sensor.

    Attributes:
        sensor: PLEIADES, SPOT or PNEO.
        title: Name for a person.
        year: Year of the table.
        user_kind: Kind of user it holds for.
        quota_km2: Free area of one request; None when no quota is defined.
        quota_credits: The same in credits, where the sensor counts in them.
        km2_per_credit: Area of one credit.
        minimum_km2: Smallest area of a request.
        requested_km2: Area asked for this year, for information.
        archive: Price beyond the quota for archive.
        programming: Price beyond the quota for programming.
        tranches: Credits sold together.
        note: Sentence of the service.
        version: Version of the table of that year, None when not said.
    """

    sensor: str
    title: str
    year: int
    user_kind: str
    quota_km2: float | None
    quota_credits: float | None
    km2_per_credit: float | None
    minimum_km2: float
    requested_km2: float
    archive: Price
    programming: Price
    tranches: tuple[Tranche, ...]
    note: str
    version: int | None = None

    @classmethod
    def from_json(cls, document: Mapping[str, Any], year: int, user_kind: str) -> SensorQuota:
        """Read one sensor of `GET /api/quotas`.

        Raises:
            BadAnswerError: The sensor is not named.
        """
        prices = mapping_of(document.get("prices"))
        version = number_of(document.get("version"))
        sensor = required_text(document, "sensor")
        return cls(
            sensor=sensor,
            title=text_of(document.get("title")) or sensor_title(sensor),
            year=year,
            user_kind=user_kind,
            quota_km2=number_of(document.get("quota_km2")),
            quota_credits=number_of(document.get("quota_credits")),
            km2_per_credit=number_of(document.get("km2_per_credit")),
            minimum_km2=number_of(document.get("minimum_km2")) or 0.0,
            requested_km2=number_of(document.get("requested_km2")) or 0.0,
            archive=Price.from_json(mapping_of(prices.get("archive"))),
            programming=Price.from_json(mapping_of(prices.get("programming"))),
            tranches=tuple(
                Tranche(number_of(entry.get("credits")) or 0.0, number_of(entry.get("eur")))
                for entry in objects_of(document.get("tranches"))
            ),
            note=text_of(document.get("note")),
            version=None if version is None else int(version),
        )


def sensor_title(sensor: str) -> str:
    """The name of a sensor for a person, as written where it is not known."""
    return SENSOR_TITLES.get(sensor, sensor)


def quotas_from_json(document: Mapping[str, Any]) -> tuple[SensorQuota, ...]:
    """Read the whole answer of `GET /api/quotas`.

    Raises:
        BadAnswerError: There is no list of sensors, or a sensor is not named.
    """
    year, user_kind = int(number_of(document.get("year")) or 0), text_of(document.get("user_kind"))
    return tuple(
        SensorQuota.from_json(entry, year, user_kind) for entry in required_objects(document, "sensors")
    )
