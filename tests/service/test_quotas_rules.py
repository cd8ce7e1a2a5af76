"""Quotas, tariffs and prices: what holds for every request, whatever its figures."""

from __future__ import annotations

import copy
import itertools
from decimal import Decimal
from typing import Any, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st
from judged import ARCHIVE, SEED, TABLE, changed_table, judge

from dinamis_service.quotas.pricing import Payment, smallest_tranches
from dinamis_service.quotas.rules import Assessment, ProjectTerms, assess
from dinamis_service.quotas.table import (
    USER_KINDS,
    QuotaTable,
    RequestKind,
    Sensor,
    Tranche,
    Unit,
    read_table,
)
from dinamis_service.quotas.words import Words, amount, number, sentence

areas = st.decimals(min_value=0, max_value=510_000_000, places=4)
kinds = st.sampled_from(USER_KINDS)
sensors = st.sampled_from(list(Sensor))
request_kinds = st.sampled_from(list(RequestKind))
payments = st.sampled_from(list(Payment))
surfaces = st.decimals(min_value=0, max_value=60_000, places=4)
projects = st.builds(
    ProjectTerms,
    granted_km2=st.none() | surfaces,
    package_quota_km2=st.none() | surfaces,
    package_left_km2=surfaces,
    budget_left_cents=st.none() | st.integers(0, 10_000_000),
)


class Asked(NamedTuple):
    """What is asked for, but for its surface."""

    user_kind: Any
    sensor: Sensor
    kind: RequestKind
    project: ProjectTerms
    payment: Payment

    def judged(self, area: Decimal, table: QuotaTable = TABLE) -> Assessment:
        return assess(
            table, self.user_kind, self.sensor, self.kind, area, project=self.project, payment=self.payment
        )


questions = st.builds(Asked, kinds, sensors, request_kinds, projects, payments)


@given(questions, areas)
def test_nothing_is_ever_negative_and_every_reason_is_in_both_languages(asked: Asked, area: Decimal) -> None:
    judged = asked.judged(area)
    assert judged.excess_km2 >= 0
    assert 0 <= judged.package_km2 <= asked.project.package_left_km2
    assert judged.paid_km2 >= 0
    assert judged.price.quantity >= 0
    assert judged.price.cents is None or judged.price.cents >= 0
    assert judged.share is None or judged.share >= 0
    assert judged.counted_km2 >= area
    if judged.credits is not None:
        assert judged.credits.needed >= judged.credits.beyond >= 0
        assert judged.credits.free >= 0
    assert judged.messages
    assert all(one.words.fr and one.words.en and one.words.fr != one.words.en for one in judged.messages)


@given(questions, areas)
def test_what_is_free_what_the_package_carries_and_what_is_paid_make_the_whole(
    asked: Asked, area: Decimal
) -> None:
    judged = asked.judged(area)
    free = min(judged.counted_km2, judged.quota_km2 or Decimal(0))
    assert free + judged.package_km2 + judged.paid_km2 == judged.counted_km2
    assert judged.package_km2 == asked.project.package_left_km2 or judged.paid_km2 == 0, (
        "the package goes first"
    )
    if judged.price.unit is Unit.KM2:
        assert judged.price.quantity == judged.paid_km2


@given(questions, areas, areas)
def test_more_surface_never_takes_less(asked: Asked, one: Decimal, other: Decimal) -> None:
    small, large = (asked.judged(area) for area in sorted((one, other)))
    assert small.counted_km2 <= large.counted_km2
    assert small.excess_km2 <= large.excess_km2
    assert small.package_km2 <= large.package_km2
    assert small.price.quantity <= large.price.quantity
    if small.share is not None and large.share is not None:
        assert small.share <= large.share
    if small.price.unit is Unit.KM2 or asked.payment is Payment.PROJECT_BUDGET:
        assert small.price.cents is not None
        assert large.price.cents is not None
        assert small.price.cents <= large.price.cents
    if small.budget is not None and large.budget is not None:
        assert small.budget.enough or not large.budget.enough
    if asked.payment is Payment.QUOTATION:
        assert large.acceptable or not small.acceptable


@given(questions, areas)
def test_equal_requests_are_judged_equally(asked: Asked, area: Decimal) -> None:
    again = read_table(copy.deepcopy(SEED), 2026, 1)
    assert asked.judged(area) == asked.judged(area, again)


@given(questions, areas)
def test_the_budget_is_asked_for_what_is_paid_and_never_more_than_by_quotation(
    asked: Asked, area: Decimal
) -> None:
    quoted, on_budget = (asked._replace(payment=payment).judged(area) for payment in Payment)
    assert on_budget.price.cents is not None
    assert on_budget.price.tranches == ()
    if quoted.price.cents is not None:
        assert on_budget.price.cents <= quoted.price.cents
    left = asked.project.budget_left_cents
    refused = [one for one in on_budget.messages if one.field == "payment"]
    assert bool(refused) == (left is None or on_budget.price.cents > left)
    if on_budget.budget is not None:
        assert on_budget.budget.enough == (not refused)


def test_spot_credits_are_paid_one_by_one_on_a_budget() -> None:
    budget = ProjectTerms(budget_left_cents=3_000_00)
    three = judge("RND", Sensor.SPOT, ARCHIVE, "10800", project=budget, payment=Payment.PROJECT_BUDGET)
    assert (three.price.quantity, three.price.cents, three.acceptable) == (3, 3_000_00, True)
    four = judge("RND", Sensor.SPOT, ARCHIVE, "10800.0001", project=budget, payment=Payment.PROJECT_BUDGET)
    assert (four.price.quantity, four.price.cents, four.acceptable) == (4, 4_000_00, False)


@given(kinds, st.sampled_from([Sensor.PLEIADES, Sensor.PNEO]), request_kinds, areas)
def test_never_a_cent_lost(user_kind: Any, sensor: Sensor, kind: RequestKind, area: Decimal) -> None:
    judged = assess(TABLE, user_kind, sensor, kind, area)
    exact = judged.excess_km2 * TABLE.sensors[sensor].price(user_kind, kind)
    assert judged.price.cents is not None
    assert abs(judged.price.cents - exact) <= Decimal("0.5")


@given(st.integers(1, 500))
def test_tranches_are_the_fewest_credits_then_the_fewest_lots(needed: int) -> None:
    lots = TABLE.sensors[Sensor.SPOT].tranches
    chosen = [one.credits for one in smallest_tranches(needed, lots)]
    assert sum(chosen) == -(-needed // 5) * 5
    assert chosen == sorted(chosen, reverse=True)
    assert chosen.count(5) <= 1
    assert chosen.count(10) <= 1
    assert chosen.count(20) <= 2


def test_tranches_by_brute_force_with_lots_that_do_not_divide_each_other() -> None:
    lots = tuple(Tranche(size, None) for size in (3, 7))
    for needed in range(1, 200):
        best = min(
            (3 * a + 7 * b, a + b)
            for a, b in itertools.product(range(70), range(30))
            if 3 * a + 7 * b >= needed
        )
        chosen = [one.credits for one in smallest_tranches(needed, lots)]
        assert (sum(chosen), len(chosen)) == best, needed


@pytest.mark.parametrize("area", ["-0.0001", "NaN", "Infinity"])
def test_a_surface_that_is_none_is_refused(area: str) -> None:
    with pytest.raises(ValueError, match="a surface cannot be"):
        judge("SCI", Sensor.SPOT, ARCHIVE, area)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda sensors: sensors.pop("SPOT"), "lacks SPOT"),
        (lambda sensors: sensors["SPOT"].update(minimum_km2="-1"), "not a positive number"),
        (lambda sensors: sensors["SPOT"].update(minimum_km2="a lot"), "a lot is not a positive number"),
        (lambda sensors: sensors["PNEO"]["prices_eur"].update(archive="9.001"), "too many decimals"),
        (lambda sensors: sensors["SPOT"].update(tranches=[]), "credits need a surface and tranches"),
        (lambda sensors: sensors["SPOT"]["tranches"].append(5), "must be an object"),
        (lambda sensors: sensors["SPOT"]["tranches"].append({"credits": 10**9}), "1 to 500 credits"),
        (lambda sensors: sensors["SPOT"].update(tranches={}), "SPOT.tranches must be a list"),
        (lambda sensors: sensors["SPOT"].update(unit="mile"), "one of km2, credit"),
        (lambda sensors: sensors["SPOT"].update(title={"fr": "SPOT"}), "SPOT.title needs a text fr"),
        (lambda sensors: sensors["SPOT"]["quota_km2"].pop("ETR"), "SPOT.quota_km2 lacks ETR"),
        (lambda sensors: sensors["SPOT"].pop("prices_eur"), "SPOT.prices_eur is missing"),
        (lambda sensors: sensors["SPOT"].update(quota_km2=3), "SPOT.quota_km2 must be an object"),
        (lambda sensors: sensors["PNEO"].update(minimum_km2=True), "not a positive number"),
        (lambda sensors: sensors["PNEO"].update(minimum_km2="1e40"), "not a positive number"),
        (lambda sensors: sensors["PNEO"].update(minimum_km2="0.00001"), "too many decimals"),
        (lambda sensors: sensors["PLEIADES"].update(quota_range_km2=["1"]), "from a number to another"),
    ],
)
def test_a_table_that_does_not_hold_together_is_refused(change: Any, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        changed_table(change)


def test_numbers_are_written_the_way_of_each_language() -> None:
    assert number(Decimal("1234.50"), "fr") == "1\u202f234,5"
    assert number(Decimal("1234.50"), "en") == "1,234.5"
    assert amount(2_000_005) == Words("20\u202f000,05 €", "€20,000.05")
    assert sentence("{n} km²", "{n} km²", n=Decimal(1500)) == Words("1\u202f500 km²", "1,500 km²")
