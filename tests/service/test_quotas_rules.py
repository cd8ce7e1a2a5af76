"""Quotas, tariffs and prices: one case per row of the published figures, and what holds for every request."""

from __future__ import annotations

import copy
import itertools
import json
from decimal import Decimal
from importlib import resources
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dinamis_service.quotas.rules import Assessment, Level, assess, quota_credits, smallest_tranches
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

SEED = json.loads(resources.files("dinamis_service.quotas").joinpath("seed.json").read_text("utf-8"))
TABLE = read_table(SEED, 2026, 1)
ARCHIVE, PROGRAMMING = RequestKind.ARCHIVE, RequestKind.PROGRAMMING

areas = st.decimals(min_value=0, max_value=510_000_000, places=4)
kinds = st.sampled_from(USER_KINDS)
sensors = st.sampled_from(list(Sensor))
request_kinds = st.sampled_from(list(RequestKind))


def changed_table(change: Any) -> QuotaTable:
    content = copy.deepcopy(SEED)
    change(content["sensors"])
    return read_table(content, 2026, 2)


def judge(user_kind: Any, sensor: Sensor, kind: RequestKind, area: str, **extra: Any) -> Assessment:
    return assess(extra.pop("table", TABLE), user_kind, sensor, kind, Decimal(area), **extra)


def told(judged: Assessment, level: Level) -> str:
    return " ".join(one.words.fr for one in judged.messages if one.level is level)


def test_both_years_are_seeded() -> None:
    assert SEED["years"] == [2025, 2026]


@pytest.mark.parametrize("user_kind", ["SCI", "PUB"])
def test_q2_q3_pleiades_quota_of_scientists_and_public_actors(user_kind: Any) -> None:
    judged = judge(user_kind, Sensor.PLEIADES, ARCHIVE, "1500")
    assert (judged.quota_km2, judged.share, judged.excess_km2, judged.price.cents) == (1500, 1, 0, 0)
    assert not judged.to_pay
    assert judge(user_kind, Sensor.PLEIADES, ARCHIVE, "1500.0001").excess_km2 == Decimal("0.0001")


@pytest.mark.parametrize("value", ["1499", "3501"])
def test_q2_quota_stays_inside_the_announced_range(value: str) -> None:
    with pytest.raises(
        ValueError, match=rf"PLEIADES: the quota of SCI, {value} km2, is outside 1500 to 3500 km2"
    ):
        changed_table(lambda sensors: sensors["PLEIADES"]["quota_km2"].update(SCI=value))


@pytest.mark.parametrize("value", ["1500", "3500", "0"])
def test_q2_quota_may_be_set_inside_the_range(value: str) -> None:
    table = changed_table(lambda sensors: sensors["PLEIADES"]["quota_km2"].update(SCI=value))
    assert judge("SCI", Sensor.PLEIADES, ARCHIVE, "200", table=table).quota_km2 == Decimal(value)


@pytest.mark.parametrize("user_kind", ["RND", "PCP", "ETR"])
@pytest.mark.parametrize("sensor", list(Sensor))
def test_q4_q13_no_quota_means_the_tariff_from_the_first_km2(user_kind: Any, sensor: Sensor) -> None:
    judged = judge(user_kind, sensor, ARCHIVE, "100")
    assert (judged.quota_km2, judged.share, judged.excess_km2) == (0, None, 100)
    assert judged.to_pay
    assert "dès le premier km²" in told(judged, Level.INFO)


@pytest.mark.parametrize(
    ("user_kind", "sensor", "kind", "excess", "cents"),
    [
        pytest.param("PUB", Sensor.PLEIADES, ARCHIVE, "100", 140_00, id="Q5"),
        pytest.param("PUB", Sensor.PLEIADES, PROGRAMMING, "100", 180_00, id="Q6"),
        pytest.param("SCI", Sensor.PLEIADES, ARCHIVE, "100", 140_00, id="Q7"),
        pytest.param("SCI", Sensor.PLEIADES, PROGRAMMING, "100", 180_00, id="Q8"),
        pytest.param("RND", Sensor.PLEIADES, ARCHIVE, "100", 140_00, id="Q9"),
        pytest.param("RND", Sensor.PLEIADES, PROGRAMMING, "100", 180_00, id="Q9"),
        pytest.param("SCI", Sensor.PNEO, ARCHIVE, "100", 900_00, id="Q19"),
        pytest.param("RND", Sensor.PNEO, PROGRAMMING, "100", 1300_00, id="Q20"),
        pytest.param("PUB", Sensor.PLEIADES, ARCHIVE, "0.0357", 5, id="Q5, to the cent"),
        pytest.param("PUB", Sensor.PLEIADES, ARCHIVE, "100.0250", 140_04, id="Q5, half a cent is rounded up"),
    ],
)
def test_price_per_km2(user_kind: Any, sensor: Sensor, kind: RequestKind, excess: str, cents: int) -> None:
    quota = TABLE.sensors[sensor].quota_km2[user_kind] or Decimal(0)
    judged = judge(user_kind, sensor, kind, str(quota + Decimal(excess)))
    assert judged.price.unit is Unit.KM2
    assert judged.price.quantity == Decimal(excess)
    assert judged.price.cents == cents


@pytest.mark.parametrize(("user_kind", "cents"), [("SCI", 100_00), ("PUB", 140_00), ("RND", 2240_00)])
def test_q7_q8_scientific_cofinancing_can_be_switched_on(user_kind: Any, cents: int) -> None:
    table = changed_table(lambda sensors: sensors["PLEIADES"]["cofinancing"].update(enabled=True))
    assert judge(user_kind, Sensor.PLEIADES, ARCHIVE, "1600", table=table).price.cents == cents


def test_q10_minimum_refuses_tasking_and_counts_for_the_archive() -> None:
    small = judge("SCI", Sensor.PLEIADES, PROGRAMMING, "99.9999")
    assert not small.acceptable
    assert "100 km²" in told(small, Level.ERROR)
    archive = judge("RND", Sensor.PLEIADES, ARCHIVE, "40")
    assert archive.acceptable
    assert (archive.area_km2, archive.counted_km2, archive.price.cents) == (40, 100, 140_00)
    assert judge("SCI", Sensor.PLEIADES, PROGRAMMING, "100").acceptable


def test_q11_q12_spot_quota_is_18000_km2_or_5_credits() -> None:
    terms = TABLE.sensors[Sensor.SPOT]
    assert quota_credits(terms, terms.quota_km2["SCI"]) == 5
    judged = judge("PUB", Sensor.SPOT, ARCHIVE, "18000")
    assert (judged.share, judged.excess_km2, judged.price.cents, judged.price.quantity) == (1, 0, 0, 0)


@pytest.mark.parametrize(
    ("excess", "tranches", "cents"),
    [
        ("0.0001", (5,), None),
        ("18000", (5,), None),
        ("18000.0001", (10,), None),
        ("36000.0001", (10, 5), None),
        ("54000.0001", (20,), 20_000_00),
        ("72000", (20,), 20_000_00),
        ("180000", (50,), 50_000_00),
        ("252000", (50, 20), 70_000_00),
        ("180000.0001", (50, 5), None),
    ],
)
def test_q14_q16_spot_excess_in_the_smallest_tranches(
    excess: str, tranches: tuple[int, ...], cents: int | None
) -> None:
    judged = judge("RND", Sensor.SPOT, PROGRAMMING, excess)
    assert judged.price.unit is Unit.CREDIT
    assert judged.price.tranches == tranches
    assert judged.price.quantity == sum(tranches)
    assert judged.price.cents == cents
    assert judged.to_pay


def test_q17_the_indicative_price_of_a_credit_is_said_but_not_charged() -> None:
    judged = judge("RND", Sensor.SPOT, ARCHIVE, "3600")
    assert judged.price.cents is None
    assert "sur devis, 5\u202f000,00 € à titre indicatif" in told(judged, Level.WARNING)


def test_q18_neo_quota_is_undefined_and_nothing_is_free() -> None:
    judged = judge("SCI", Sensor.PNEO, ARCHIVE, "10")
    assert (judged.quota_km2, judged.share, judged.excess_km2, judged.price.cents) == (None, None, 10, 90_00)
    assert "en cours de définition" in told(judged, Level.WARNING)


def test_q23_an_excess_is_warned_of_and_not_blocked() -> None:
    judged = judge("SCI", Sensor.SPOT, ARCHIVE, "27925")
    assert judged.acceptable
    warning = told(judged, Level.WARNING)
    assert "dépassé le quota de gratuité de 18\u202f000 km², de 9\u202f925 km²" in warning
    assert "risque d'être rejetée" in warning


def test_q24_a_granted_quota_replaces_the_one_of_the_table() -> None:
    judged = judge("RND", Sensor.PNEO, ARCHIVE, "50", granted_km2=Decimal(40))
    assert (judged.quota_km2, judged.excess_km2, judged.price.cents) == (40, 10, 90_00)
    assert "accordé à ce projet" in told(judged, Level.INFO)


@given(kinds, sensors, request_kinds, areas)
def test_nothing_is_ever_negative_and_every_reason_is_in_both_languages(
    user_kind: Any, sensor: Sensor, kind: RequestKind, area: Decimal
) -> None:
    judged = assess(TABLE, user_kind, sensor, kind, area)
    assert judged.excess_km2 >= 0
    assert judged.price.quantity >= 0
    assert judged.price.cents is None or judged.price.cents >= 0
    assert judged.share is None or judged.share >= 0
    assert judged.counted_km2 >= area
    assert judged.messages
    assert all(one.words.fr and one.words.en and one.words.fr != one.words.en for one in judged.messages)


@given(kinds, sensors, request_kinds, areas, areas)
def test_more_surface_never_takes_less(
    user_kind: Any, sensor: Sensor, kind: RequestKind, one: Decimal, other: Decimal
) -> None:
    small, large = (assess(TABLE, user_kind, sensor, kind, area) for area in sorted((one, other)))
    assert small.counted_km2 <= large.counted_km2
    assert small.excess_km2 <= large.excess_km2
    assert small.price.quantity <= large.price.quantity
    if small.share is not None and large.share is not None:
        assert small.share <= large.share
    if small.price.unit is Unit.KM2:
        assert small.price.cents is not None
        assert large.price.cents is not None
        assert small.price.cents <= large.price.cents
    assert large.acceptable or not small.acceptable


@given(kinds, sensors, request_kinds, areas)
def test_equal_requests_are_judged_equally(
    user_kind: Any, sensor: Sensor, kind: RequestKind, area: Decimal
) -> None:
    again = read_table(copy.deepcopy(SEED), 2026, 1)
    assert assess(TABLE, user_kind, sensor, kind, area) == assess(again, user_kind, sensor, kind, area)


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
        (lambda sensors: sensors["SPOT"].update(minimum_km2="a lot"), "not a number"),
        (lambda sensors: sensors["PNEO"]["prices_eur"].update(archive="9.001"), "whole number of cents"),
        (lambda sensors: sensors["SPOT"].update(tranches=[]), "credits need a surface and tranches"),
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
