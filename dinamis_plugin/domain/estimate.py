"""What a request takes of a quota, and what it costs (REQ-12, REQ-20, QUO-02 to QUO-12)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .parsing import mapping_of, number_of, numbers_of, objects_of, required_number, text_of

CREDIT = "credit"
"""Unit of the prices of SPOT; the others are square kilometres."""


@dataclass(frozen=True)
class EstimateMessage:
    """A sentence of the service about a request; `level` is info, warning or error."""

    level: str
    text: str


@dataclass(frozen=True)
class Credits:
    """Credits of a request (QUO-06): needed in all, free within the quota, and beyond it."""

    needed: float
    free: float
    beyond: float


@dataclass(frozen=True)
class Budget:
    """What is left in euros on the budget of the project (QUO-10), and whether that is enough."""

    left_eur: float | None
    enough: bool


@dataclass(frozen=True)
class Estimate:
    """What a request would take, or what one was found to take when it was sent.

    Attributes:
        year: Year of the table of quotas.
        version: Version of that table, empty when not said.
        sensor: Sensor of the quota.
        area_km2: Area counted.
        quota_km2: Free area, None when not defined.
        share: Area divided by quota, None when no quota is defined.
        excess_km2: Area beyond the quota.
        minimum_km2: Smallest area of a request.
        package_km2: Area taken from the bespoke package of the project (QUO-12).
        price_unit: `km2` or `credit`.
        price_quantity: Number of units to pay.
        price_eur: Euros in all, None when the price is not defined or to be quoted.
        price_tranches: Credits of each tranche to buy, where they are sold in tranches.
        credits: Credits, for sensors that count in them.
        budget: What is left on the project's budget, where it pays.
        messages: Sentences for the person.
        acceptable: Whether the service would take the request.
    """

    year: int
    version: str
    sensor: str
    area_km2: float
    quota_km2: float | None
    share: float | None
    excess_km2: float
    minimum_km2: float
    package_km2: float
    price_unit: str
    price_quantity: float
    price_eur: float | None
    price_tranches: tuple[float, ...]
    credits: Credits | None
    budget: Budget | None
    messages: tuple[EstimateMessage, ...]
    acceptable: bool

    @property
    def refusal(self) -> str:
        """The first sentence on why the service would refuse; empty when there is none."""
        return next((one.text for one in self.messages if one.level == "error" and one.text), "")

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Estimate:
        """Read the answer of `POST /api/estimate`.

        Raises:
            BadAnswerError: It has no area.
        """
        price = mapping_of(document.get("price"))
        return cls(
            year=int(number_of(document.get("year")) or 0),
            version=_version(document.get("version")),
            sensor=text_of(document.get("sensor")),
            area_km2=required_number(document, "area_km2"),
            quota_km2=number_of(document.get("quota_km2")),
            share=number_of(document.get("share")),
            excess_km2=number_of(document.get("excess_km2")) or 0.0,
            minimum_km2=number_of(document.get("minimum_km2")) or 0.0,
            package_km2=number_of(document.get("package_km2")) or 0.0,
            price_unit=text_of(price.get("unit")),
            price_quantity=number_of(price.get("quantity")) or 0.0,
            price_eur=number_of(price.get("eur")),
            price_tranches=numbers_of(price.get("tranches")),
            credits=_credits(mapping_of(document.get("credits"))),
            budget=_budget(mapping_of(document.get("budget"))),
            messages=tuple(
                EstimateMessage(text_of(entry.get("level")) or "info", text_of(entry.get("text")))
                for entry in objects_of(document.get("messages"))
            ),
            acceptable=document.get("acceptable") is not False,
        )


def assessment_of(properties: Mapping[str, Any]) -> Estimate | None:
    """Read what was found of an order when it was sent; None where the service does not keep it.

    The order's own members tell what the snapshot does not repeat.
    """
    judged = mapping_of(properties.get("dinamis:assessment"))
    area = number_of(properties.get("dinamis:area_km2"))
    if not judged or area is None:
        return None
    known = {
        "year": properties.get("dinamis:quota_year"),
        "version": properties.get("dinamis:quota_version"),
        "sensor": properties.get("dinamis:sensor"),
        "quota_km2": judged.get("quota", properties.get("dinamis:quota_km2")),
        "excess_km2": judged.get("excess", properties.get("dinamis:excess_km2")),
    }
    return Estimate.from_json({**known, **judged, "area_km2": area})


def _version(value: Any) -> str:
    number = number_of(value)
    return text_of(value) if number is None else f"{number:g}"


def _credits(entry: Mapping[str, Any]) -> Credits | None:
    needed, free = number_of(entry.get("needed")), number_of(entry.get("free"))
    if needed is None:
        return None
    beyond = number_of(entry.get("beyond"))
    return Credits(needed, free or 0.0, max(0.0, needed - (free or 0.0)) if beyond is None else beyond)


def _budget(entry: Mapping[str, Any]) -> Budget | None:
    return Budget(number_of(entry.get("left_eur")), entry.get("enough") is not False) if entry else None
