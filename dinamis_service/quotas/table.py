"""The table of quotas and tariffs: values of one year, read from data, never written in code."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any, get_args

from dinamis_service.quotas.words import Words
from dinamis_service.registry.kinds import UserKind

USER_KINDS: tuple[UserKind, ...] = get_args(UserKind)


class Sensor(StrEnum):
    """Sensor of a request, as written in its identifier."""

    PLEIADES = "PLEIADES"
    PNEO = "PNEO"
    SPOT = "SPOT"


class RequestKind(StrEnum):
    """Whether existing scenes are ordered or new ones are to be acquired."""

    ARCHIVE = "archive"
    PROGRAMMING = "programming"


class Unit(StrEnum):
    """What the surface beyond the quota is sold in."""

    KM2 = "km2"
    CREDIT = "credit"


@dataclass(frozen=True)
class Tranche:
    """A lot of SPOT credits sold together; its price in cents, or None where none is published (QUO-06)."""

    credits: int
    cents: int | None


@dataclass(frozen=True)
class Cofinancing:
    """A reduced price for some kinds of users, which DINAMIS can switch on (QUO-05)."""

    kinds: frozenset[UserKind]
    cents: int
    enabled: bool


@dataclass(frozen=True)
class SensorTerms:
    """Quota and tariff of one sensor.

    Args:
        quota_km2: free surface of one request by user kind; None where DINAMIS has not defined it.
        prices: cents per `unit` by request kind.
    """

    sensor: Sensor
    title: Words
    quota_km2: Mapping[UserKind, Decimal | None]
    minimum_km2: Decimal
    unit: Unit
    prices: Mapping[RequestKind, int]
    km2_per_credit: Decimal | None
    tranches: tuple[Tranche, ...]
    cofinancing: Cofinancing | None
    note: Words

    def price(self, user_kind: UserKind, kind: RequestKind) -> int:
        """Cents per unit for this kind of user (QUO-04, QUO-05, QUO-07)."""
        help_ = self.cofinancing
        return help_.cents if help_ and help_.enabled and user_kind in help_.kinds else self.prices[kind]


@dataclass(frozen=True)
class QuotaTable:
    """All quotas and tariffs of one year (QUO-03); `version` counts the corrections made within the year."""

    year: int
    version: int
    sensors: Mapping[Sensor, SensorTerms]


def read_table(content: Mapping[str, Any], year: int, version: int) -> QuotaTable:
    """Build the table from its stored form.

    Raises:
        ValueError: a value is missing, negative or outside its allowed range; the message says which.
    """
    stored = content["sensors"]
    missing = [sensor for sensor in Sensor if sensor not in stored]
    if missing:
        msg = f"the table of {year} lacks {', '.join(missing)}"
        raise ValueError(msg)
    return QuotaTable(year, version, {sensor: _read_terms(sensor, stored[sensor]) for sensor in Sensor})


def _read_terms(sensor: Sensor, stored: Mapping[str, Any]) -> SensorTerms:
    """Terms of one sensor from their stored form."""
    unit = Unit(stored["unit"])
    tranches = tuple(
        Tranche(int(one["credits"]), None if one["eur"] is None else _cents(one["eur"]))
        for one in stored.get("tranches", ())
    )
    per_credit = _positive(stored["km2_per_credit"]) if unit is Unit.CREDIT else None
    if unit is Unit.CREDIT and (not tranches or per_credit == 0 or any(one.credits < 1 for one in tranches)):
        msg = f"{sensor}: credits need a surface and tranches"
        raise ValueError(msg)
    return SensorTerms(
        sensor=sensor,
        title=Words(**stored["title"]),
        quota_km2=_read_quotas(sensor, stored),
        minimum_km2=_positive(stored["minimum_km2"]),
        unit=unit,
        prices={kind: _cents(stored["prices_eur"][kind]) for kind in RequestKind},
        km2_per_credit=per_credit,
        tranches=tranches,
        cofinancing=_read_cofinancing(stored.get("cofinancing")),
        note=Words(**stored["note"]),
    )


def _read_quotas(sensor: Sensor, stored: Mapping[str, Any]) -> dict[UserKind, Decimal | None]:
    """Quotas by user kind, each none, zero or inside the range that DINAMIS announced."""
    quotas = {
        kind: None if stored["quota_km2"][kind] is None else _positive(stored["quota_km2"][kind])
        for kind in USER_KINDS
    }
    if "quota_range_km2" in stored:
        low, high = (_positive(bound) for bound in stored["quota_range_km2"])
        for kind, quota in quotas.items():
            if quota and not low <= quota <= high:
                msg = f"{sensor}: the quota of {kind}, {quota} km2, is outside {low} to {high} km2"
                raise ValueError(msg)
    return quotas


def _read_cofinancing(stored: Mapping[str, Any] | None) -> Cofinancing | None:
    """Reduced price, when the table has one."""
    if stored is None:
        return None
    kinds = frozenset(kind for kind in USER_KINDS if kind in stored["kinds"])
    return Cofinancing(kinds, _cents(stored["eur"]), bool(stored["enabled"]))


def _positive(value: str) -> Decimal:
    """A decimal number that is not negative."""
    try:
        number = Decimal(value)
    except InvalidOperation as error:
        msg = f"{value!r} is not a number"
        raise ValueError(msg) from error
    if not number.is_finite() or number < 0:
        msg = f"{value!r} is not a positive number"
        raise ValueError(msg)
    return number


def _cents(euros: str) -> int:
    """Whole cents of an amount; an amount finer than the cent is refused, not rounded."""
    cents = _positive(euros) * 100
    if cents != int(cents):
        msg = f"{euros} euros is not a whole number of cents"
        raise ValueError(msg)
    return int(cents)
