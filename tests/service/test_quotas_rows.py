"""The published figures: a case for each row of the table of every number (domain.md 6.1), by its name."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from decimal import Decimal
from inspect import signature
from typing import Any

import pytest
from fastapi.testclient import TestClient
from judged import ARCHIVE, PROGRAMMING, SEED, TABLE, changed_table, judge, told
from requesters import Requester
from running import SignedIn
from stored import put_item

from dinamis_service.context import Context
from dinamis_service.quotas.pricing import quota_credits
from dinamis_service.quotas.reasons import Level
from dinamis_service.quotas.rules import ProjectTerms
from dinamis_service.quotas.table import QuotaTable, RequestKind, Sensor, TableError, Unit

PLEIADES, NEO, SPOT = Sensor.PLEIADES, Sensor.PNEO, Sensor.SPOT
ROWS = [f"Q{number}" for number in range(1, 27)]
FRENCH = ("SCI", "PUB")
UNFUNDED = ("RND", "PCP", "ETR")


class Service:
    """A service, someone signed in to it and an image of its catalogue."""

    def __init__(self, client: TestClient, context: Context, person: SignedIn) -> None:
        put_item(context, "DS_1")
        self.client, self.requester = client, Requester(client, person)

    def sign(self, headers: dict[str, str]) -> int:
        image = "http://testserver/objects/pleiades/DS_1/pan.tif"
        return self.client.post("/sign_urls", json={"urls": [image]}, headers=headers).status_code


Case = Callable[..., None]
CASES: dict[str, list[Case]] = defaultdict(list)


def row(*names: str) -> Callable[[Case], Case]:
    """Register a case of one or several rows."""

    def register(case: Case) -> Case:
        for name in names:
            CASES[name].append(case)
        return case

    return register


def price(user_kind: Any, sensor: Sensor, kind: RequestKind, table: QuotaTable = TABLE) -> int:
    """Cents of 100 km2 beyond the quota."""
    quota = table.sensors[sensor].quota_km2[user_kind] or 0
    judged = judge(user_kind, sensor, kind, quota + 100, table=table)
    assert (judged.price.unit, judged.price.quantity) == (Unit.KM2, 100)
    assert judged.price.cents is not None
    return judged.price.cents


def tranches(excess: str) -> tuple[tuple[int, ...], int | None]:
    """Tranches and cents of SPOT without a quota."""
    judged = judge("RND", SPOT, PROGRAMMING, excess)
    assert judged.price.unit is Unit.CREDIT
    assert judged.price.quantity == sum(judged.price.tranches)
    assert judged.to_pay
    return judged.price.tranches, judged.price.cents


@row("Q1")
def downloads_are_free_for_members_once_signed_in(service: Service) -> None:
    before = service.requester.get("/api/quotas").json()
    assert service.sign({}) == 401
    assert service.sign(service.requester.headers) == 200
    assert service.requester.get("/api/quotas").json() == before, "no quota is touched"


@row("Q2", "Q3")
def pleiades_quota_is_inside_1500_to_3500() -> None:
    for kind in FRENCH:
        quotas = TABLE.sensors[PLEIADES].quota_km2
        assert quotas[kind] == 1500  # type: ignore[index]
        judged = judge(kind, PLEIADES, ARCHIVE, "1500")
        assert (judged.share, judged.excess_km2, judged.price.cents, judged.to_pay) == (1, 0, 0, False)
        assert str(judge(kind, PLEIADES, ARCHIVE, "1500.0001").excess_km2) == "0.0001"
        for allowed in ("1500", "3500", "0"):
            changed_table(lambda sensors: sensors["PLEIADES"]["quota_km2"].update({kind: allowed}))  # noqa: B023
        for refused in ("1499", "3501"):
            with pytest.raises(TableError, match="outside 1,500 to 3,500 km²"):
                changed_table(lambda sensors: sensors["PLEIADES"]["quota_km2"].update({kind: refused}))  # noqa: B023


@row("Q4")
def pleiades_has_no_free_quota_for_private_research() -> None:
    for kind in UNFUNDED:
        judged = judge(kind, PLEIADES, ARCHIVE, "100")
        assert (judged.quota_km2, judged.share, judged.excess_km2, judged.to_pay) == (0, None, 100, True)
        assert "dès le premier km²" in told(judged, Level.INFO)


@row("Q5")
def pleiades_archive_for_institutions() -> None:
    assert price("PUB", PLEIADES, ARCHIVE) == 140_00
    assert judge("PUB", PLEIADES, ARCHIVE, "1500.0357").price.cents == 5
    assert judge("PUB", PLEIADES, ARCHIVE, "1600.0250").price.cents == 140_04, "half a cent is rounded up"


@row("Q6")
def pleiades_programming_for_institutions() -> None:
    assert price("PUB", PLEIADES, PROGRAMMING) == 180_00


@row("Q7", "Q8")
def cofinancing_for_scientists_is_a_switch_and_off() -> None:
    assert (price("SCI", PLEIADES, ARCHIVE), price("SCI", PLEIADES, PROGRAMMING)) == (140_00, 180_00)
    on = changed_table(lambda sensors: sensors["PLEIADES"]["cofinancing"].update(enabled=True))
    assert (price("SCI", PLEIADES, ARCHIVE, on), price("SCI", PLEIADES, PROGRAMMING, on)) == (100_00, 100_00)
    assert (price("PUB", PLEIADES, ARCHIVE, on), price("RND", PLEIADES, ARCHIVE, on)) == (140_00, 140_00)


@row("Q9")
def pleiades_for_private_research() -> None:
    assert (price("RND", PLEIADES, ARCHIVE), price("RND", PLEIADES, PROGRAMMING)) == (140_00, 180_00)


@row("Q10")
def pleiades_minimum_refuses_tasking_and_counts_for_the_archive() -> None:
    small = judge("SCI", PLEIADES, PROGRAMMING, "99.9999")
    assert not small.acceptable
    assert "100 km²" in told(small, Level.ERROR)
    archive = judge("RND", PLEIADES, ARCHIVE, "40")
    assert archive.acceptable
    assert (archive.area_km2, archive.counted_km2, archive.price.cents) == (40, 100, 140_00)
    assert judge("SCI", PLEIADES, PROGRAMMING, "100").acceptable
    assert judge("SCI", SPOT, PROGRAMMING, "1").acceptable, "it is printed for Pléiades only"


@row("Q11", "Q12")
def spot_quota_is_18000_km2_or_5_credits() -> None:
    terms = TABLE.sensors[SPOT]
    for kind in FRENCH:
        assert quota_credits(terms, terms.quota_km2[kind]) == 5  # type: ignore[index]
        judged = judge(kind, SPOT, ARCHIVE, "18000")
        assert (judged.share, judged.excess_km2, judged.price.cents, judged.price.quantity) == (1, 0, 0, 0)
        assert judged.credits is not None
        assert (judged.credits.needed, judged.credits.free, judged.credits.beyond) == (5, 5, 0)


@row("Q13")
def spot_is_sold_in_tranches_to_private_research_from_the_start() -> None:
    for kind in UNFUNDED:
        judged = judge(kind, SPOT, ARCHIVE, "1")
        assert (judged.quota_km2, judged.price.tranches, judged.to_pay) == (0, (5,), True)


@row("Q14")
def spot_tranches_of_5_10_20_and_50_credits_two_of_which_have_a_price() -> None:
    assert tranches("18000.0001") == ((10,), None)
    assert tranches("36000.0001") == ((10, 5), None)
    assert tranches("54000.0001") == ((20,), 20_000_00)
    assert tranches("72000") == ((20,), 20_000_00)
    assert tranches("180000") == ((50,), 50_000_00)
    assert tranches("252000") == ((50, 20), 70_000_00)
    assert tranches("180000.0001") == ((50, 5), None)


@row("Q15")
def spot_smaller_volumes_are_the_tranches_of_5_and_10() -> None:
    assert tranches("0.0001") == ((5,), None)
    assert tranches("18000") == ((5,), None)
    assert tranches("36000") == ((10,), None)


@row("Q16")
def a_spot_credit_is_3600_km2() -> None:
    assert TABLE.sensors[SPOT].km2_per_credit == 3600
    for area, needed in (("3600", 1), ("3600.0001", 2), ("7200", 2)):
        judged = judge("RND", SPOT, ARCHIVE, area)
        assert judged.credits is not None
        assert (judged.credits.needed, judged.credits.beyond) == (needed, needed)


@row("Q17")
def a_spot_credit_is_said_to_be_1000_euros_and_not_charged() -> None:
    judged = judge("RND", SPOT, ARCHIVE, "3600")
    assert judged.price.cents is None
    assert "sur devis, 5\u202f000,00 € à titre indicatif" in told(judged, Level.WARNING)


@row("Q18")
def neo_quota_is_undefined_and_nothing_is_free() -> None:
    for kind in FRENCH:
        judged = judge(kind, NEO, ARCHIVE, "10")
        assert (judged.quota_km2, judged.share, judged.excess_km2) == (None, None, 10)
        assert "en cours de définition" in told(judged, Level.WARNING)


@row("Q19")
def neo_archive() -> None:
    assert [price(kind, NEO, ARCHIVE) for kind in (*FRENCH, "RND")] == [900_00] * 3


@row("Q20")
def neo_programming() -> None:
    assert [price(kind, NEO, PROGRAMMING) for kind in (*FRENCH, "RND")] == [1300_00] * 3


@row("Q21")
def a_quota_is_for_each_request_and_its_value_for_each_year(service: Service) -> None:
    quotas = [service.requester.submit()["properties"]["dinamis:quota_km2"] for _ in range(3)]
    assert quotas == [1500, 1500, 1500], "three requests of 537 km2: none takes from the next"
    assert SEED["years"] == [2025, 2026]


@row("Q22")
def the_excess_is_paid_by_km2_or_in_credits() -> None:
    units = {sensor: judge("RND", sensor, ARCHIVE, "100").price.unit for sensor in Sensor}
    assert units == {PLEIADES: Unit.KM2, NEO: Unit.KM2, SPOT: Unit.CREDIT}


@row("Q23")
def an_excess_is_warned_of_and_not_blocked() -> None:
    judged = judge("SCI", SPOT, ARCHIVE, "27925")
    assert judged.acceptable
    warning = told(judged, Level.WARNING)
    assert "dépassé le quota de gratuité de 18\u202f000 km², de 9\u202f925 km²" in warning
    assert "risque d'être rejetée" in warning


@row("Q24")
def an_operator_gives_a_project_another_quota_or_a_volume() -> None:
    judged = judge("RND", NEO, ARCHIVE, "50", project=ProjectTerms(granted_km2=Decimal(40)))
    assert (judged.quota_km2, judged.excess_km2, judged.price.cents) == (40, 10, 90_00)
    assert "accordé à ce projet" in told(judged, Level.INFO)
    package = ProjectTerms(package_quota_km2=Decimal(30), package_left_km2=Decimal(15))
    judged = judge("RND", NEO, ARCHIVE, "50", project=package)
    assert (judged.quota_km2, judged.excess_km2, judged.package_km2, judged.price.cents) == (
        30,
        20,
        15,
        45_00,
    )


@row("Q25")
def no_market_ends_what_can_be_asked_for(service: Service) -> None:
    (call,) = service.client.get("/api/calls").json()["calls"]
    assert (call["state"], call["closes"]) == ("open", None)


@row("Q26")
def files_of_25_mb_may_be_sent() -> None:
    attachments = pytest.importorskip(
        "dinamis_service.requests.attachments", reason="messages with attachments are not built yet"
    )
    assert attachments.MAX_BYTES == 25 * 1024 * 1024


@pytest.fixture
def service(client: TestClient, context: Context, signed_in: Callable[..., SignedIn]) -> Service:
    return Service(client, context, signed_in())


def test_every_row_has_a_case() -> None:
    assert sorted(CASES) == sorted(ROWS)


@pytest.mark.parametrize("name", ROWS)
def test_row(name: str, request: pytest.FixtureRequest) -> None:
    for case in CASES[name]:
        case(**{argument: request.getfixturevalue(argument) for argument in signature(case).parameters})
