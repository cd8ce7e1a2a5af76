"""The figures of members, adhesions, accounts, requests and downloads (CAT-44; domain.md 7.1)."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from defusedxml.ElementTree import fromstring
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st
from registry_people import account, adhesion, caller, entity
from requesters import Requester
from running import LiveService, SignedIn
from sqlalchemy import delete, func, select

from dinamis_service.context import Context
from dinamis_service.db import Database
from dinamis_service.registry import entity_admin, super_entities
from dinamis_service.registry.adhesion_store import change
from dinamis_service.registry.entity_figures import figures_of
from dinamis_service.registry.kinds import CATEGORIES
from dinamis_service.registry.statistics import GROUPS, Figures, figures, lines
from dinamis_service.registry.super_entities import SuperForm
from dinamis_service.registry.tables import Adhesion
from dinamis_service.signing.monthly import RunningMonth, by_month
from dinamis_service.signing.tables import DownloadMonth, SignatureBatch
from dinamis_service.web.charts import Row, bars

SignIn = Callable[..., SignedIn]


def told(context: Context, year: int | None = None) -> Figures:
    now = context.clock()
    return figures(context.database, now, year or now.year)


def signed(
    database: Database, at: datetime, keys: list[str], *, mission: str = "PLEIADES", access: str = "member",
    entity_id: str | None = None, sub: str | None = "x",
) -> None:  # fmt: skip
    with database.session() as session:
        group = {"collection": "c", "mission": mission, "access": access, "keys": keys}
        session.add(
            SignatureBatch(at=at, expires_at=at, sub=sub, entity_id=entity_id, method="GET", objects=[group])  # type: ignore[list-item]
        )


def test_each_category_belongs_to_one_group() -> None:
    named = [category for _, categories in GROUPS.values() for category in categories]
    assert sorted(named) == sorted(CATEGORIES)


def test_members_adhesions_and_accounts_are_counted(context: Context, signed_in: SignIn) -> None:
    operator = caller(signed_in("operator", "ETR").principal)  # a member of research, too
    now = context.clock()
    for number, category in enumerate((2, 2, 4, 6, 7, 8)):
        kept = entity(context, f"Entité {number}", category)
    account(context, kept.id, created_at=now - timedelta(days=800))
    account(context, kept.id, state="waiting")
    account(context, kept.id, expires_at=now - timedelta(days=1))
    closed = entity(context, "Close", 4)
    entity_admin.close(context.database, operator, closed.id, "x", seen=1, now=now)
    refused = adhesion(context, "Refusée")
    adhesion(context, "En instruction")
    adhesion(context, "Pas encore signée", state="accepted")
    with context.database.session() as session:
        change(session, session.get_one(Adhesion, refused), "refuse", author="x", now=now, reason="x")
    found = told(context)
    assert found.members == {"research": 3, "public": 1, "rnd": 1, "associations": 1, "contractors": 1}
    assert found.member_total == 7
    request = found.adhesions
    assert (request.received, request.validated, request.refused, request.instructed) == (2, 0, 1, 1)
    assert (found.closed, found.closed_in_year) == (1, 1)
    assert told(context, now.year - 1).closed_in_year == 0
    assert found.accounts == 2  # the operator's and the old one
    assert found.accounts_created == 2  # the operator's and the one that ended; none that waits


def test_requests_and_downloads_are_counted_by_year_and_sensor(
    context: Context, client: TestClient, signed_in: SignIn
) -> None:
    person = signed_in()
    Requester(client, person).submit()
    now = context.clock()
    place = {"entity_id": person.principal.entity_id}
    signed(context.database, now, ["a", "b", "a"], **place)
    signed(context.database, now, ["c"], mission="SPOT 6/7", access="open", entity_id=None, sub=None)
    signed(context.database, now, ["quicklook"], access="picture", **place)
    signed(context.database, now.replace(year=now.year - 1), ["a"], **place)
    super_id = super_entities.create(
        context.database, caller(signed_in("operator", "ETR").principal), SuperForm(name="Région"), now
    )
    super_entities.group(
        context.database, caller(signed_in("operator", "ETR").principal), super_id,
        person.principal.entity_id, seen=1, now=now,
    )  # fmt: skip
    found = told(context)
    assert found.requests == {now.year: {"PLEIADES": 1}}
    assert found.downloads == {now.year - 1: {"Pléiades": 1}, now.year: {"Pléiades": 2, "SPOT 6/7 (open)": 1}}
    assert list(found.years) == [now.year - 1, now.year]
    group = found.groups[0]
    assert (group.name, group.entities, group.accounts) == ("Région", 1, 1)
    assert (group.requests, group.downloads) == (1, 2)
    written = {(what, kind, year): number for what, kind, year, number in lines(found)}
    assert written["downloads", "SPOT 6/7 (open)", now.year] == 1
    assert written["members", "", None] == 2


def test_a_month_that_is_over_is_counted_once(on_either: LiveService) -> None:
    database = on_either.context.database
    now = datetime(2026, 3, 1, 2, 0, tzinfo=UTC)
    signed(database, datetime(2026, 1, 31, 23, 59, tzinfo=UTC), ["a"])
    signed(database, datetime(2026, 2, 1, tzinfo=UTC), ["a", "b"], entity_id="e")
    signed(database, datetime(2026, 3, 1, tzinfo=UTC), ["a"])
    first = by_month(database, now)
    months = {one.month: one.images for one in first}
    assert months == {"2026-01": 1, "2026-02": 2, "2026-03": 1}
    with database.session() as session:
        assert session.scalar(select(func.count()).select_from(DownloadMonth)) == 4  # two months, two marks
        session.execute(delete(SignatureBatch).where(SignatureBatch.at < datetime(2026, 3, 1, tzinfo=UTC)))
    assert sorted(by_month(database, now)) == sorted(first), "what was counted outlives the journal"
    assert len(by_month(database, now + timedelta(days=90))) == 3


def test_what_a_process_counts_as_it_goes_is_what_the_journal_holds(context: Context) -> None:
    running, now = RunningMonth(), datetime(2026, 5, 20, 12, tzinfo=UTC)
    for number in range(4):
        now += timedelta(minutes=7)
        signed(context.database, now, ["a", f"b{number}"], entity_id="e", sub=f"p{number % 2}")
        found = by_month(context.database, now, running)
        assert found == by_month(context.database, now)
    assert [(one.people, one.images, one.signatures) for one in found] == [(2, 6, 8)]


def test_half_a_million_signatures_do_not_make_it_slow(context: Context) -> None:
    now = context.clock()
    names = [f"pleiades/SCENE-{number:05d}/image.tif" for number in range(64)]
    group = {"collection": "pleiades", "mission": "PLEIADES", "access": "member", "keys": names}
    rows = [
        {
            "at": now - timedelta(hours=number % 8000), "expires_at": now, "sub": f"person-{number % 500}",
            "entity_id": f"entity-{number % 90}", "method": "GET", "objects": [group],
        }
        for number in range(500_000 // 64)
    ]  # fmt: skip
    with context.database.session() as session:
        session.execute(SignatureBatch.__table__.insert(), rows)
    told(context)
    began = time.perf_counter()
    found = told(context)
    assert time.perf_counter() - began < 3, "the months that are over were counted before"
    assert sum(number for names in found.downloads.values() for number in names.values()) > 100_000


@given(
    st.lists(st.tuples(st.text(max_size=40), st.lists(st.floats(0, 1e9), min_size=2, max_size=2)), max_size=8)
)
def test_a_chart_is_sound_whatever_it_shows(counted: list[tuple[str, list[float]]]) -> None:
    plain = [("".join(one for one in label if one.isprintable()), values) for label, values in counted]
    rows = [Row(label, values, str(sum(values))) for label, values in plain]
    drawn = fromstring(bars("Titre <b>", rows, ["Une & autre", "B"], "dark"))
    assert drawn.tag.endswith("svg")
    widths = [float(one.get("width", 0)) for one in drawn.iter() if one.tag.endswith("rect")]
    assert all(0 <= width <= 460 for width in widths)


def test_a_referent_and_an_operator_read_the_same_downloads(context: Context) -> None:
    one, other = (entity(context, name, 2).id for name in ("Une", "Autre"))
    now = context.clock()
    earlier = now.replace(month=1, day=1) if now.month > 1 else now
    for at in (earlier, now, now - timedelta(days=800)):
        for owner, keys in ((one, ["a", "b"]), (other, ["c"])):
            signed(context.database, at, keys, entity_id=owner)
            signed(context.database, at, keys, entity_id=owner, access="open")
    ours = [figures_of(context.database, owner, now) for owner in (one, other)]
    summed: Counter[str] = Counter()
    for line in (line for found in ours for line in found.downloads):
        summed[line.sensor] += line.images
    assert summed == told(context).downloads[now.year]
    assert ours[0].images == 2 * ours[1].images > 0
