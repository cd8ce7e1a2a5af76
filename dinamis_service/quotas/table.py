"""The table of quotas and tariffs: values of one year, read from data, never written in code."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal, InvalidOperation
from enum import StrEnum
from typing import Any, get_args

from dinamis_service.quotas.words import Words, sentence
from dinamis_service.registry.kinds import UserKind

DECIMALS = 4
"""Of surfaces: a price can tell apart 100 square metres and nothing finer."""
_MOST = Decimal(10) ** 12
MAX_LOT = 500
"""Credits of the largest tranche: the search for the cheapest tranches goes with its square."""

USER_KINDS: tuple[UserKind, ...] = get_args(UserKind)


class TableError(ValueError):
    """A table that does not hold together; `words` says where."""

    def __init__(self, words: Words) -> None:
        super().__init__(words.en)
        self.words = words


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
        TableError: a value is missing, negative or outside its allowed range; the words say which.
    """
    sensors = _part(content, "sensors", "")
    missing = [sensor for sensor in Sensor if sensor not in sensors]
    if missing:
        raise _wrong("sensors", "lacks", ", ".join(missing))
    return QuotaTable(
        year, version, {sensor: _read_terms(sensor, _part(sensors, sensor, "")) for sensor in Sensor}
    )


def _read_terms(sensor: Sensor, stored: Mapping[str, Any]) -> SensorTerms:
    """Terms of one sensor from their stored form."""
    unit = _unit(stored, sensor)
    lots = f"{sensor}.tranches"
    tranches = tuple(_read_tranche(one, lots) for one in _sequence(stored, "tranches", sensor, default=[]))
    per_credit = _surface(stored, "km2_per_credit", sensor) if unit is Unit.CREDIT else None
    if unit is Unit.CREDIT and (not tranches or per_credit == 0):
        raise _wrong(lots, "credits")
    prices = _part(stored, "prices_eur", sensor)
    return SensorTerms(
        sensor=sensor,
        title=_words(stored, "title", sensor),
        quota_km2=_read_quotas(sensor, stored),
        minimum_km2=_surface(stored, "minimum_km2", sensor),
        unit=unit,
        prices={kind: _cents(prices, kind, f"{sensor}.prices_eur") for kind in RequestKind},
        km2_per_credit=per_credit,
        tranches=tranches,
        cofinancing=_read_cofinancing(stored, sensor),
        note=_words(stored, "note", sensor),
    )


def _read_tranche(stored: Any, place: str) -> Tranche:
    """One lot of credits."""
    if not isinstance(stored, Mapping):
        raise _wrong(place, "object")
    lot, under = stored.get("credits"), f"{place}.credits"
    if isinstance(lot, bool) or not isinstance(lot, int) or not 1 <= lot <= MAX_LOT:
        raise _wrong(under, "lot", str(MAX_LOT))
    return Tranche(lot, None if stored.get("eur") is None else _cents(stored, "eur", place))


def _read_quotas(sensor: Sensor, stored: Mapping[str, Any]) -> dict[UserKind, Decimal | None]:
    """Quotas by user kind, each none, zero or inside the range that DINAMIS announced."""
    given, place = _part(stored, "quota_km2", sensor), f"{sensor}.quota_km2"
    quotas: dict[UserKind, Decimal | None] = {}
    for kind in USER_KINDS:
        if kind not in given:
            raise _wrong(place, "lacks", kind)
        quotas[kind] = None if given[kind] is None else _surface(given, kind, place)
    if "quota_range_km2" in stored:
        bounds, place = _sequence(stored, "quota_range_km2", sensor), f"{sensor}.quota_range_km2"
        if len(bounds) != 2:  # noqa: PLR2004 (from and to)
            raise _wrong(place, "range")
        low, high = (_number(bound, place, DECIMALS) for bound in bounds)
        for kind, quota in quotas.items():
            if quota and not low <= quota <= high:
                raise TableError(
                    sentence(
                        "{sensor} : le quota de {kind}, {quota} km², est hors de {low} à {high} km².",
                        "{sensor}: the quota of {kind}, {quota} km², is outside {low} to {high} km².",
                        sensor=sensor.value,
                        kind=kind,
                        quota=quota,
                        low=low,
                        high=high,
                    )
                )
    return quotas


def _read_cofinancing(stored: Mapping[str, Any], sensor: Sensor) -> Cofinancing | None:
    """Reduced price, when the table has one."""
    if stored.get("cofinancing") is None:
        return None
    help_, place = _part(stored, "cofinancing", sensor), f"{sensor}.cofinancing"
    given = _sequence(help_, "kinds", place)
    return Cofinancing(
        frozenset(kind for kind in USER_KINDS if kind in given),
        _cents(help_, "eur", place),
        help_.get("enabled") is True,
    )


_WRONG: dict[str, tuple[str, str]] = {
    "missing": ("{place} manque.", "{place} is missing."),
    "lacks": ("{place} : il manque {value}.", "{place} lacks {value}."),
    "object": ("{place} doit être un objet.", "{place} must be an object."),
    "list": ("{place} doit être une liste.", "{place} must be a list."),
    "text": (
        "{place} doit avoir un texte « fr » et un texte « en ».",
        "{place} needs a text fr and a text en.",
    ),
    "number": (
        "{place} : {value} n'est pas un nombre positif.",
        "{place}: {value} is not a positive number.",
    ),
    "fine": ("{place} : {value} a trop de décimales.", "{place}: {value} has too many decimals."),
    "range": ("{place} va d'un nombre à un autre.", "{place} goes from a number to another."),
    "unit": ("{place} : une valeur parmi {value}.", "{place}: one of {value}."),
    "credits": (
        "{place} : des crédits demandent une surface et des tranches.",
        "{place}: credits need a surface and tranches.",
    ),
    "lot": ("{place} : de 1 à {value} crédits.", "{place}: 1 to {value} credits."),
}
"""What can be wrong at a place of a table."""


def _wrong(place: str, what: str, value: str = "") -> TableError:
    """The refusal of what is at `place`."""
    fr, en = _WRONG[what]
    return TableError(Words(fr.format(place=place, value=value), en.format(place=place, value=value)))


def _found(stored: Mapping[str, Any], name: str, place: str) -> tuple[Any, str]:
    """The member `name` of what is at `place`, and the member's own place."""
    under = f"{place}.{name}" if place else name
    if name not in stored:
        raise _wrong(under, "missing")
    return stored[name], under


def _part(stored: Mapping[str, Any], name: str, place: str) -> Mapping[str, Any]:
    """A member that is an object."""
    value, under = _found(stored, name, place)
    if not isinstance(value, Mapping):
        raise _wrong(under, "object")
    return value


def _sequence(
    stored: Mapping[str, Any], name: str, place: str, default: list[Any] | None = None
) -> list[Any]:
    """A member that is a list."""
    if default is not None and name not in stored:
        return default
    value, under = _found(stored, name, place)
    if not isinstance(value, list):
        raise _wrong(under, "list")
    return value


def _unit(stored: Mapping[str, Any], place: str) -> Unit:
    """What the surface beyond the quota is sold in."""
    value, under = _found(stored, "unit", place)
    if value not in list(Unit):
        raise _wrong(under, "unit", ", ".join(Unit))
    return Unit(value)


def _words(stored: Mapping[str, Any], name: str, place: str) -> Words:
    """A member that is a text in both languages."""
    value, under = _found(stored, name, place)
    given = value if isinstance(value, Mapping) else {}
    words = Words(str(given.get("fr") or ""), str(given.get("en") or ""))
    if not all(one.strip() for one in words):
        raise _wrong(under, "text")
    return words


def _surface(stored: Mapping[str, Any], name: str, place: str) -> Decimal:
    """A member that is a number of square kilometres."""
    return _number(*_found(stored, name, place), DECIMALS)


def _cents(stored: Mapping[str, Any], name: str, place: str) -> int:
    """Whole cents of a member in euros; an amount finer than the cent is refused, not rounded."""
    return int(_number(*_found(stored, name, place), 2) * 100)


def _number(value: Any, place: str, decimals: int) -> Decimal:
    """A decimal number, best written as text, that is not negative."""
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        raise _wrong(place, "number", str(value)[:60])
    try:
        number = Decimal(str(value))
    except InvalidOperation as error:
        raise _wrong(place, "number", str(value)[:60]) from error
    if not number.is_finite() or not 0 <= number <= _MOST:
        raise _wrong(place, "number", str(value)[:60])
    if number != number.quantize(Decimal(1).scaleb(-decimals), ROUND_FLOOR):
        raise _wrong(place, "fine", str(value)[:60])
    return number
