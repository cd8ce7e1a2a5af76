"""Fifty people make requests and operators decide while the service is killed: nothing is lost or doubled."""

from __future__ import annotations

import os
import random
import signal
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import pytest
from crowd import Acknowledged, Instructor, Person, Place
from postgres import server
from processes import ServiceProcess
from requesters import scene
from running import SignedIn, sign_in
from shapely.geometry import box
from sqlalchemy import select

from dinamis_service.app import create_context
from dinamis_service.context import Context
from dinamis_service.notifications.tables import Notification, OutgoingMail
from dinamis_service.quotas.geometry import AREA_STEP, read_zone
from dinamis_service.quotas.pricing import Payment
from dinamis_service.quotas.rules import assess
from dinamis_service.quotas.store import table_of
from dinamis_service.quotas.table import RequestKind, Sensor
from dinamis_service.requests.caller import Caller
from dinamis_service.requests.history import snapshot
from dinamis_service.requests.products import PRODUCTS
from dinamis_service.requests.project_terms import terms_for
from dinamis_service.requests.scenes import covered_zone
from dinamis_service.requests.states import ABANDONED, Actor, State, may_move
from dinamis_service.requests.tables import Counter as LastNumber
from dinamis_service.requests.tables import IdempotencyKey, Order, Project
from dinamis_service.requests.usage import ProjectUsage
from dinamis_service.settings import Settings

pytestmark = pytest.mark.long

PUBLIC = "http://127.0.0.1:8000"  # tokens hold for this address, wherever the service listens
KILLS = int(os.environ.get("LOAD_KILLS", "20"))
KINDS = ["SCI"] * 30 + ["PUB"] * 10 + ["RND"] * 10
OPERATORS = 3
VOLUME_KM2, RETURNED_KM2, BUDGET_EUR = 60_000, 20_000, 900_000_000


@dataclass
class Crowd:
    """The people, the projects they share, and what they were told."""

    people: list[Person]
    operators: list[Instructor]
    known: Acknowledged
    returning: str


@pytest.fixture(params=["sqlite", "postgresql"])
def context(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Context]:
    address = None
    if request.param == "postgresql":
        address = server().new_database().replace("postgresql:", "postgresql+psycopg:")
    settings = Settings(data_dir=tmp_path / "data", database_url=address, public_url=PUBLIC)
    context = create_context(settings.model_copy(update={"access_lifetime_s": 3600}))
    context.catalogue.upsert([scene("WHOLE", box(2.5, 42.5, 5.5, 45.5))])
    yield context
    context.catalogue.close()
    context.database.close()


@pytest.fixture
def service(context: Context) -> Iterator[ServiceProcess]:
    address = context.settings.database_url
    more = {"DINAMIS_DATABASE_URL": address} if address else {}
    data_dir = context.settings.data_dir
    service = ServiceProcess(data_dir, workers=2, DINAMIS_PUBLIC_URL=PUBLIC, **more)
    try:
        service.port = int(service.start().rsplit(":", 1)[1])  # the same one after each kill
        yield service
    finally:
        if service.process is not None and service.process.poll() is None:
            service.end(signal.SIGTERM)


def test_nothing_is_lost_or_doubled_while_the_service_is_killed(
    context: Context, service: ServiceProcess
) -> None:
    crowd = gather(context, service.url)
    chance, over, output = random.Random(6), threading.Event(), ""
    with ThreadPoolExecutor(len(KINDS) + OPERATORS) as pool:
        busy = [pool.submit(one.run, over) for one in (*crowd.people, *crowd.operators)]
        try:
            for _ in range(KILLS):
                time.sleep(chance.uniform(0.2, 2.5))
                output += service.kill()
                service.start()
        finally:
            over.set()
        for one in busy:
            one.result()
    output += service.end(signal.SIGTERM)[1]
    assert "Traceback" not in output, output[output.index("Traceback") :][:4000]
    assert crowd.known.failures == []
    judge_all(context, crowd)


def gather(context: Context, url: str) -> Crowd:
    """Everybody, signed in, with projects: own ones, and three of a laboratory that all of it shares."""
    people = [sign_in(context, kind=kind, base=PUBLIC) for kind in KINDS]
    operators = [sign_in(context, "operator", "ETR", PUBLIC) for _ in range(OPERATORS)]
    head, operator = people[0].headers, operators[0].headers
    known = Acknowledged()
    with httpx.Client(base_url=url, timeout=60) as client:
        package = project(client, head, shared=True)
        returning = project(client, head, shared=True)
        budget = project(client, head, shared=True, budget={"eur": BUDGET_EUR, "reference": "B-1"})
        for one, volume in ((package, VOLUME_KM2), (returning, RETURNED_KM2)):
            opened = {"quota_km2": {"PLEIADES": 500}, "volume_km2": {"PLEIADES": volume}}
            terms = {"package": opened, "reason": "Agreed"}
            path = f"/api/projects/{one}/terms"
            client.patch(path, json=terms, headers=operator | {"If-Match": "*"}).raise_for_status()
        shared = [
            Place(package, abandoned=False),
            Place(returning),
            Place(budget, "project_budget", quoted=False, abandoned=False),
        ]
        crowd = []
        for number, one in enumerate(people):
            places = [Place(project(client, one.headers)), *(shared if KINDS[number] == "SCI" else [])]
            crowd.append(Person(url, one, places, known, number))
    instructors = [Instructor(url, one, known, 100 + number) for number, one in enumerate(operators)]
    return Crowd(crowd, instructors, known, returning)


def project(client: httpx.Client, headers: dict[str, str], **form: Any) -> str:
    body = {"title": "Coast", "end_date": "2099-12-31", **form}
    return str(client.post("/api/projects", json=body, headers=headers).raise_for_status().json()["id"])


def judge_all(context: Context, crowd: Crowd) -> None:
    """Everything that the crowd was told holds, and everything that is kept holds together."""
    known = crowd.known
    with context.database.reading() as session:
        orders = session.scalars(select(Order).order_by(Order.sequence)).unique().all()
        keys = {
            (key.owner_sub, key.key): key.order_sequence for key in session.scalars(select(IdempotencyKey))
        }
        counters = {one.scope: one.last for one in session.scalars(select(LastNumber))}
        told = Counter((one.account_id, one.order_id) for one in session.scalars(select(Notification)))
        mailed = Counter((one.address, one.order_id) for one in session.scalars(select(OutgoingMail)))
    print(f"{len(orders)} requests, {len(known.decisions)} decisions, {len(known.unknown)} of unknown end")
    assert len(known.requests) > 5 * KILLS, "too few to mean anything"
    assert known.decisions
    assert {order.id for order in orders} == set(known.requests.values()), "lost, or doubled"
    assert len(orders) == len(known.requests) == len(keys)
    by_sequence = {order.sequence: order.id for order in orders}
    assert {key: by_sequence[sequence] for key, sequence in keys.items()} == known.requests
    check_numbers(orders, counters)
    check_histories(orders, known)
    check_news(orders, crowd, told, mailed)
    check_judgements(context, orders, crowd)


def check_numbers(orders: Sequence[Order], counters: dict[str, int]) -> None:
    """Identifiers count from 1 without gap or double within each series, in the order of making."""
    series = defaultdict(list)
    for order in orders:
        scope, number, sensor = order.id.rsplit("-", 2)
        assert sensor == order.sensor
        assert scope == f"{order.project_id}-{order.created.year}-{order.kind[0].upper()}"
        series[scope].append(int(number))
    for scope, numbers in series.items():
        assert numbers == list(range(1, len(numbers) + 1)), scope
        assert counters[scope] == len(numbers)


def check_histories(orders: Sequence[Order], known: Acknowledged) -> None:
    """Each change is legal and kept once, decisions whole, and what was acknowledged is there."""
    reasons: dict[str, list[tuple[str, int]]] = defaultdict(list)
    visited = {}
    for order in orders:
        source = State.DRAFT
        assert [change.number for change in order.changes] == list(range(1, len(order.changes) + 1))
        for change in order.changes:
            target = State(change.state)
            assert may_move(source, target, Actor(change.actor), RequestKind(order.kind)), order.id
            source = target
            if change.actor == Actor.OPERATOR:
                reasons[str(change.reason)].append((order.id, change.number))
        assert (order.state, order.version) == (source, len(order.changes))
        visited[order.id] = {change.state for change in order.changes}
    for reason, places in reasons.items():
        numbers = [number for _, number in places]
        assert len({order_id for order_id, _ in places}) == 1, "one decision on two requests"
        assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))
        assert reason in known.decisions or reason in known.unknown
    assert set(known.decisions) <= set(reasons), "an acknowledged decision is lost"
    assert not known.refused & set(reasons), "a refused decision was made"
    for order_id, state in known.answers:
        assert state in visited[order_id], "an acknowledged answer is lost"


def check_news(
    orders: Sequence[Order],
    crowd: Crowd,
    told: Counter[tuple[str, str | None]],
    mailed: Counter[tuple[str, str | None]],
) -> None:
    """Requesters are told of each decision, operators of each request and answer: once, with a mail."""
    wanted: Counter[tuple[str, str | None]] = Counter()
    mails: Counter[tuple[str, str | None]] = Counter()
    for order in orders:
        decided = {change.reason for change in order.changes if change.actor == Actor.OPERATOR}
        theirs = sum(change.actor == Actor.REQUESTER for change in order.changes)
        if decided:
            wanted[order.owner_sub, order.id] = mails[order.owner_email, order.id] = len(decided)
        for one in crowd.operators:
            principal = one.who.principal
            wanted[principal.sub, order.id] = mails[principal.email, order.id] = theirs
    assert {key: number for key, number in told.items() if key[1]} == dict(wanted)
    assert {key: number for key, number in mailed.items() if key[1]} == dict(mails)


def check_judgements(context: Context, orders: Sequence[Order], crowd: Crowd) -> None:
    """Surface, snapshot, package, budget and price are those of the rules, computed again in order."""
    people: dict[str, SignedIn] = {one.who.principal.sub: one.who for one in crowd.people}
    usage: dict[str, ProjectUsage] = defaultdict(ProjectUsage)
    with context.database.reading() as session:
        table = table_of(session, context.clock())
        projects = {one.id: one for one in session.scalars(select(Project))}
    for order in orders:
        used = usage[order.project_id]
        sensor, product = Sensor(order.sensor), PRODUCTS[order.product_id]
        caller = Caller(people[order.owner_sub].principal, "en")
        zone = read_zone(order.geometry)
        if product.kind is RequestKind.ARCHIVE:
            zone = covered_zone(context.catalogue, product, zone, order.parameters["item_ids"], caller)
        terms = terms_for(projects[order.project_id], sensor, used)
        kind: Any = caller.principal.user_kind
        payment = Payment(order.parameters["payment"])
        returns = order.project_id == crowd.returning
        if returns:  # what was left depends on who gave back first; what it took was there
            terms = replace(terms, package_left_km2=AREA_STEP * order.package_units)
        judged = assess(table, kind, sensor, product.kind, zone.area_km2, project=terms, payment=payment)
        kept, again = order.assessment, snapshot(judged)
        if returns:
            kept, again = kept | {"messages": []}, again | {"messages": []}  # they tell what was left
        assert kept == again, order.id
        assert order.area_units * AREA_STEP == zone.area_km2
        assert order.package_units * AREA_STEP == judged.package_km2
        assert order.budget_cents == (judged.price.cents if payment is Payment.PROJECT_BUDGET else None)
        used.package_km2[sensor] = used.package_km2.get(sensor, Decimal(0)) + judged.package_km2
        used.budget_cents += order.budget_cents or 0
    alive = [one for one in orders if one.project_id == crowd.returning and one.state not in ABANDONED]
    assert sum(one.package_units for one in alive) * AREA_STEP <= RETURNED_KM2
