"""What the surface beyond what is free costs: by the square kilometre, or in SPOT credits.

Pure functions; money is whole cents of euros, and the only rounding is that of an invoice.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal
from enum import StrEnum
from functools import lru_cache

from dinamis_service.quotas.table import RequestKind, SensorTerms, Tranche, Unit
from dinamis_service.registry.kinds import UserKind


class Payment(StrEnum):
    """How what is not free is paid."""

    QUOTATION = "quotation"
    PROJECT_BUDGET = "project_budget"


@dataclass(frozen=True)
class Price:
    """Price of what is not free.

    Args:
        quantity: square kilometres or credits that are paid.
        cents: amount, or None when DINAMIS has published none and will quote it.
        tranches: credits of each lot, largest first; none where credits are paid one by one.
    """

    unit: Unit
    quantity: Decimal
    cents: int | None
    tranches: tuple[int, ...] = ()


@dataclass(frozen=True)
class Credits:
    """A request for a sensor sold in credits, in whole credits.

    Args:
        needed: credits that hold the counted surface.
        free: credits that the quota of one request holds.
        beyond: credits that hold what is paid, before any tranche.
    """

    needed: int
    free: int
    beyond: int


def price_of(
    terms: SensorTerms, user_kind: UserKind, kind: RequestKind, surface: Decimal, payment: Payment
) -> Price:
    """Price of `surface` square kilometres that are not free.

    Credits are sold in tranches (QUO-06); on the budget of a project they are paid one by one (QUO-10).
    """
    each = terms.price(user_kind, kind)
    if terms.km2_per_credit is None:
        return Price(Unit.KM2, surface, int(rounded(surface * each, "1")))
    needed = _credits(surface, terms.km2_per_credit)
    if needed == 0:
        return Price(Unit.CREDIT, Decimal(0), 0)
    if payment is Payment.PROJECT_BUDGET:
        return Price(Unit.CREDIT, Decimal(needed), needed * each)
    chosen = smallest_tranches(needed, terms.tranches)
    known = [one.cents for one in chosen if one.cents is not None]
    return Price(
        Unit.CREDIT,
        Decimal(sum(one.credits for one in chosen)),
        sum(known) if len(known) == len(chosen) else None,
        tuple(one.credits for one in chosen),
    )


def credits_of(terms: SensorTerms, counted: Decimal, quota: Decimal | None, paid: Decimal) -> Credits | None:
    """Surfaces in km2 as credits, for a sensor sold in credits; None for any other."""
    if terms.km2_per_credit is None:
        return None
    return Credits(
        _credits(counted, terms.km2_per_credit),
        quota_credits(terms, quota) or 0,
        _credits(paid, terms.km2_per_credit),
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


def rounded(value: Decimal, step: str) -> Decimal:
    """`value` to the nearest `step`, halves upwards as on an invoice."""
    return value.quantize(Decimal(step), ROUND_HALF_UP)


def _credits(surface: Decimal, km2_per_credit: Decimal) -> int:
    """Credits that hold a surface in km2: a part of a credit is sold as a whole one."""
    return int((surface / km2_per_credit).to_integral_value(ROUND_CEILING))
