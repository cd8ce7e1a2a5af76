"""What a request takes: quota, share, excess, price, minimum, and every reason in words.

Pure functions: no clock, no database, no rounding but the two named here. Surfaces are square kilometres
on the WGS 84 ellipsoid, money whole cents of euros.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal
from enum import StrEnum
from functools import lru_cache

from dinamis_service.quotas.table import QuotaTable, RequestKind, Sensor, SensorTerms, Tranche, Unit
from dinamis_service.quotas.words import Words, amount, sentence
from dinamis_service.registry.kinds import UserKind

KIND_NAMES: dict[UserKind, Words] = {
    "RND": Words("entité privée de R&D", "private R&D entity"),
    "PCP": Words("prestataire de la commande publique", "contractor of public procurement"),
    "ETR": Words("entité étrangère", "foreign entity"),
    "SCI": Words("scientifique", "scientific"),
    "PUB": Words("acteur public", "public actor"),
}


class Level(StrEnum):
    """Weight of a message: an error stops the request, a warning does not."""

    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True)
class Message:
    """One reason, in words."""

    level: Level
    words: Words


@dataclass(frozen=True)
class Price:
    """Price of the excess.

    Args:
        quantity: square kilometres or credits that are paid.
        cents: amount, or None when DINAMIS has published none and will quote it.
        tranches: credits of each lot, largest first.
    """

    unit: Unit
    quantity: Decimal
    cents: int | None
    tranches: tuple[int, ...] = ()


@dataclass(frozen=True)
class Assessment:
    """What one request takes, by the table of its day.

    Args:
        area_km2: surface of the zone.
        counted_km2: surface that is counted, at least the minimum of the sensor.
        quota_km2: free surface; None where it is not defined, and then nothing is free.
        share: part of the quota taken, 1 being all of it; None without a quota to share.
    """

    year: int
    version: int
    sensor: Sensor
    kind: RequestKind
    user_kind: UserKind
    area_km2: Decimal
    counted_km2: Decimal
    minimum_km2: Decimal
    quota_km2: Decimal | None
    share: Decimal | None
    excess_km2: Decimal
    price: Price
    messages: tuple[Message, ...]

    @property
    def acceptable(self) -> bool:
        """Whether the request may be sent; an excess is warned of, never blocked."""
        return all(message.level is not Level.ERROR for message in self.messages)

    @property
    def to_pay(self) -> bool:
        """Whether something is to be paid, known or still to be quoted."""
        return self.price.cents != 0


def assess(
    table: QuotaTable,
    user_kind: UserKind,
    sensor: Sensor,
    kind: RequestKind,
    area_km2: Decimal,
    *,
    granted_km2: Decimal | None = None,
) -> Assessment:
    """Judge a request of `area_km2` (QUO-02 to QUO-09, QUO-12, REQ-12).

    `granted_km2` is the quota that an operator granted to the project, in place of the one of the table.

    Raises:
        ValueError: the surface is negative or not a number.
    """
    if not area_km2.is_finite() or area_km2 < 0:
        msg = f"a surface cannot be {area_km2} km2"
        raise ValueError(msg)
    terms = table.sensors[sensor]
    counted = max(area_km2, terms.minimum_km2)
    quota = terms.quota_km2[user_kind] if granted_km2 is None else granted_km2
    excess = max(counted - (quota or Decimal(0)), Decimal(0))
    price = _price(terms, user_kind, kind, excess)
    messages = [_quota_message(table, terms, user_kind, quota, granted=granted_km2 is not None)]
    if area_km2 < terms.minimum_km2:
        messages.append(_minimum_message(terms, kind))
    if excess:
        messages += _excess_messages(terms, quota, excess, price)
    return Assessment(
        year=table.year,
        version=table.version,
        sensor=sensor,
        kind=kind,
        user_kind=user_kind,
        area_km2=area_km2,
        counted_km2=counted,
        minimum_km2=terms.minimum_km2,
        quota_km2=quota,
        share=_rounded(counted / quota, "0.0001") if quota else None,
        excess_km2=excess,
        price=price,
        messages=tuple(messages),
    )


def quota_credits(terms: SensorTerms, quota_km2: Decimal | None) -> int | None:
    """Whole credits that a quota holds, for a sensor sold in credits."""
    if terms.km2_per_credit is None or quota_km2 is None:
        return None
    return int((quota_km2 / terms.km2_per_credit).to_integral_value(ROUND_FLOOR))


@lru_cache(maxsize=1024)
def smallest_tranches(needed: int, tranches: tuple[Tranche, ...]) -> tuple[Tranche, ...]:
    """The tranches that hold at least `needed` credits with the fewest credits, then the fewest tranches.

    Largest first. Beyond the square of the largest tranche, any `largest` smaller ones contain some that
    add up to whole largest ones, so those can be taken off before searching.
    """
    largest = max(tranches, key=lambda one: one.credits)
    spared = max(0, (needed - largest.credits**2) // largest.credits)
    rest = needed - spared * largest.credits
    best: list[tuple[int, int, tuple[Tranche, ...]]] = [(0, 0, ())]
    for target in range(1, rest + 1):
        best.append(
            min(
                (
                    (total + one.credits, count + 1, (*chosen, one))
                    for one in tranches
                    for total, count, chosen in (best[max(0, target - one.credits)],)
                ),
                key=lambda option: option[:2],
            )
        )
    chosen = best[rest][2] + (largest,) * spared
    return tuple(sorted(chosen, key=lambda one: -one.credits))


def _price(terms: SensorTerms, user_kind: UserKind, kind: RequestKind, excess: Decimal) -> Price:
    """Price of `excess` square kilometres."""
    if terms.km2_per_credit is None:
        cents = int(_rounded(excess * terms.price(user_kind, kind), "1"))
        return Price(Unit.KM2, excess, cents)
    credits_ = int((excess / terms.km2_per_credit).to_integral_value(ROUND_CEILING))
    if credits_ == 0:
        return Price(Unit.CREDIT, Decimal(0), 0)
    chosen = smallest_tranches(credits_, terms.tranches)
    prices = [one.cents for one in chosen]
    known = [cents for cents in prices if cents is not None]
    return Price(
        Unit.CREDIT,
        Decimal(sum(one.credits for one in chosen)),
        sum(known) if len(known) == len(prices) else None,
        tuple(one.credits for one in chosen),
    )


def _rounded(value: Decimal, step: str) -> Decimal:
    """`value` to the nearest `step`, halves upwards as on an invoice."""
    return value.quantize(Decimal(step), ROUND_HALF_UP)


def _quota_message(
    table: QuotaTable, terms: SensorTerms, user_kind: UserKind, quota: Decimal | None, *, granted: bool
) -> Message:
    """What is free, and by which table."""
    if quota is None:
        return Message(
            Level.WARNING,
            sentence(
                "Le quota {sensor} est en cours de définition (table {year}) : rien n'est gratuit.",
                "The {sensor} quota is being defined (table of {year}): nothing is free.",
                sensor=terms.title,
                year=str(table.year),
            ),
        )
    if granted:
        return Message(
            Level.INFO,
            sentence(
                "Quota {sensor} accordé à ce projet : {quota} km² par demande.",
                "{sensor} quota granted to this project: {quota} km² per request.",
                sensor=terms.title,
                quota=quota,
            ),
        )
    if quota == 0:
        return Message(
            Level.INFO,
            sentence(
                "Pas de quota {sensor} gratuit pour vous ({kind}) : le tarif vaut dès le premier km².",
                "No free {sensor} quota for you ({kind}): the tariff applies from the first km².",
                sensor=terms.title,
                kind=KIND_NAMES[user_kind],
            ),
        )
    return Message(
        Level.INFO,
        sentence(
            "Quota {sensor} gratuit : {quota} km² par demande (table {year}).",
            "Free {sensor} quota: {quota} km² per request (table of {year}).",
            sensor=terms.title,
            quota=quota,
            year=str(table.year),
        ),
    )


def _minimum_message(terms: SensorTerms, kind: RequestKind) -> Message:
    """Below the minimum (QUO-08): new images cannot be asked, scenes of the archive count as the minimum."""
    if kind is RequestKind.PROGRAMMING:
        return Message(
            Level.ERROR,
            sentence(
                "Zone trop petite : programmer {sensor} demande au moins {minimum} km², agrandissez-la.",
                "The zone is too small: {sensor} tasking takes at least {minimum} km². Make it larger.",
                sensor=terms.title,
                minimum=terms.minimum_km2,
            ),
        )
    return Message(
        Level.WARNING,
        sentence(
            "La zone est plus petite que la commande minimale {sensor} : {minimum} km² seront comptés.",
            "The zone is smaller than the smallest {sensor} order: {minimum} km² will be counted.",
            sensor=terms.title,
            minimum=terms.minimum_km2,
        ),
    )


def _excess_messages(
    terms: SensorTerms, quota: Decimal | None, excess: Decimal, price: Price
) -> list[Message]:
    """The warning of an excess and what it costs."""
    messages = []
    if quota:
        messages.append(
            Message(
                Level.WARNING,
                sentence(
                    "Attention, vous avez dépassé le quota de gratuité de {quota} km², de {excess} km². "
                    "Vous pouvez envoyer la demande, mais elle risque d'être rejetée.",
                    "Beware, you are {excess} km² over the free quota of {quota} km². "
                    "You may send the request, but it may be rejected.",
                    quota=quota,
                    excess=excess,
                ),
            )
        )
    return [*messages, Message(Level.WARNING, _price_words(terms, excess, price))]


def _price_words(terms: SensorTerms, excess: Decimal, price: Price) -> Words:
    """What the excess costs, in words."""
    if price.unit is Unit.KM2:
        return sentence(
            "À payer : {excess} km² pour {amount}.",
            "To pay: {excess} km² for {amount}.",
            excess=excess,
            amount=amount(price.cents or 0),
        )
    lots = " + ".join(str(credits_) for credits_ in price.tranches)
    if price.cents is not None:
        return sentence(
            "À payer : {quantity} crédits SPOT (tranches : {lots}) pour {amount}.",
            "To pay: {quantity} SPOT credits (tranches: {lots}) for {amount}.",
            quantity=price.quantity,
            lots=lots,
            amount=amount(price.cents),
        )
    indicative = int(price.quantity) * terms.prices[RequestKind.ARCHIVE]
    return sentence(
        "À payer : {quantity} crédits SPOT (tranches : {lots}) ; prix sur devis, {amount} à titre indicatif.",
        "To pay: {quantity} SPOT credits (tranches: {lots}); price on quotation, {amount} as an indication.",
        quantity=price.quantity,
        lots=lots,
        amount=amount(indicative),
    )
