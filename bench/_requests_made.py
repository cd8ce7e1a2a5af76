"""A state with many requests in it, made through its tables: projects, histories, keys, news, mails."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any

from sqlalchemy import func, insert, inspect, select, text, update

from dinamis_service.context import Context
from dinamis_service.db import Base
from dinamis_service.identity.principal import Principal
from dinamis_service.notifications.tables import Notification, OutgoingMail
from dinamis_service.requests.caller import Caller
from dinamis_service.requests.orders import Orders, Submission
from dinamis_service.requests.states import Actor, State
from dinamis_service.requests.tables import Counter, IdempotencyKey, Order, Project, StatusChange

CHUNK = 5_000
PROJECTS = 1_000
_WAY = (
    State.SUBMITTED,
    State.ARBITRATION,
    State.ACCEPTED,
    State.PROGRAMMED,
    State.ACQUIRING,
    State.DELIVERED,
)


def zone(number: int) -> dict[str, Any]:
    """A rectangle of some 500 km2, another one for each number."""
    west, south = 1 + number % 97 / 25, 43 + number % 89 / 25
    ring = [[west, south], [west + 0.3, south], [west + 0.3, south + 0.2], [west, south + 0.2], [west, south]]
    return {"type": "Polygon", "coordinates": [ring]}


def body(project_id: str, number: int) -> dict[str, Any]:
    """A programming request, as it is sent."""
    first = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=5)
    return {
        "datetime": f"{first.isoformat()}/{(first + timedelta(days=30)).isoformat()}",
        "geometry": zone(number),
        "order_parameters": {"project_id": project_id},
    }


def project_of(number: int) -> str:
    """Identifier of a project; the first ones are the clients' own."""
    return f"2025-{number:04d}-SCI"


def fill(context: Context, clients: list[Principal], operator: Principal, count: int) -> None:
    """Make `count` requests over `PROJECTS` projects, the first of which belong to the clients."""
    now = context.clock()
    owners = [client.sub for client in clients]
    owners += [str(uuid.uuid5(uuid.NAMESPACE_OID, str(number))) for number in range(PROJECTS - len(clients))]
    _store(context, Project, (_project(number, owner, now) for number, owner in enumerate(owners)))
    sample = _sample(context, clients[0])
    made = [_order(sample, number, owners, now, count) for number in range(2, count + 1)]
    _store(context, Order, iter(made))
    _store(context, StatusChange, (change for order in made for change in _changes(order)))
    _store(context, IdempotencyKey, (_key(order) for order in made))
    _store(context, Notification, (_news(order, operator) for order in made))
    _store(context, OutgoingMail, (_mail(order, operator) for order in made))
    with context.database.session() as session:
        session.execute(update(Counter).values(last=count))  # of the series of the sample
        for number in range(1, PROJECTS):
            session.add(Counter(scope=_series(number), last=count))
        if session.get_bind().dialect.name == "postgresql":
            for table in (Order, StatusChange, Notification, OutgoingMail):
                _number_on(session, table)
    _analyse(context)


def _sample(context: Context, owner: Principal) -> dict[str, Any]:
    """One request that the service made itself, as the row that the others are copied from."""
    content = body(project_of(0), 0)
    submission = Submission(
        "pleiades-programming", content["datetime"], content["geometry"], None, content["order_parameters"]
    )
    orders = Orders(context.database, context.catalogue, context.clock)
    order, _ = orders.submit(Caller(owner, "fr"), submission, None)
    return {column.key: getattr(order, column.key) for column in inspect(Order).column_attrs}


def _series(number: int) -> str:
    return f"{project_of(number)}-{datetime.now(UTC).year}-P"


def _project(number: int, owner: str, now: datetime) -> dict[str, Any]:
    return {
        "id": project_of(number),
        "kind": "SCI",
        "owner_sub": owner,
        "owner_email": f"personne{number}@demo.example",
        "owner_name": "Camille Martin",
        "title": f"Trait de côte {number}",
        "themes": ["Littoral"],
        "start_date": now.date(),
        "end_date": now.date() + timedelta(days=900),
        "description": "Suivi annuel. " * 20,
        "objectives": "",
        "methodology": "",
        "expected_results": "",
        "publications": "",
        "granted_km2": {},
        "shared": number % 10 == 0,
        "created": now,
    }


def _order(
    sample: dict[str, Any], number: int, owners: list[str], now: datetime, count: int
) -> dict[str, Any]:
    """The request of this sequence: nearly all are delivered, the last few per cent are under way."""
    project = number % PROJECTS
    steps = len(_WAY) if number < count * 0.95 else 1 + number % (len(_WAY) - 1)
    made = now - timedelta(minutes=count - number)
    return {
        **sample,
        "sequence": number,
        "id": f"{_series(project)}-{number:06d}-PLEIADES",
        "project_id": project_of(project),
        "owner_sub": owners[project],
        "geometry": zone(number),
        "created": made,
        "changed": made,
        "version": steps,
        "state": _WAY[steps - 1].value,
    }


def _changes(order: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for number in range(1, order["version"] + 1):
        actor = Actor.REQUESTER if number == 1 else Actor.OPERATOR
        yield {
            "order_sequence": order["sequence"],
            "number": number,
            "moment": order["created"],
            "state": _WAY[number - 1].value,
            "actor": actor.value,
            "author": "Camille Martin",
            "reason": None,
        }


def _key(order: dict[str, Any]) -> dict[str, Any]:
    return {
        "owner_sub": order["owner_sub"],
        "key": str(uuid.uuid5(uuid.NAMESPACE_OID, order["id"])),
        "body_sha256": "0" * 64,
        "order_sequence": order["sequence"],
        "created": order["created"],
    }


def _news(order: dict[str, Any], operator: Principal) -> dict[str, Any]:
    return {
        "account_id": operator.sub,
        "moment": order["created"],
        "kind": "state",
        "topic": "submitted",
        "order_id": order["id"],
        "project_id": order["project_id"],
        "facts": {"author": "Camille Martin", "request": "programming", "sensor": "PLEIADES"},
        "is_read": order["version"] > 1,
    }


def _mail(order: dict[str, Any], operator: Principal) -> dict[str, Any]:
    news = _news(order, operator)
    return {
        **{name: news[name] for name in ("moment", "topic", "order_id", "project_id", "facts")},
        "address": operator.email,
        "name": operator.name,
        "language": "fr",
        "state": "sent",
        "attempts": 1,
        "next_attempt": order["created"],
        "sent": order["created"],
    }


def _store(context: Context, table: type[Base], rows: Iterator[dict[str, Any]]) -> None:
    while chunk := list(islice(rows, CHUNK)):
        with context.database.session() as session:
            session.execute(insert(table), chunk)


def _number_on(session: Any, table: Any) -> None:
    """Let PostgreSQL number on behind the rows that came with their numbers."""
    column = inspect(table).primary_key[0]
    last = session.scalar(select(func.max(column)))
    name = func.pg_get_serial_sequence(table.__tablename__, column.name)
    session.execute(select(func.setval(name, last)))


def _analyse(context: Context) -> None:
    """Statistics of the tables, as both databases have them after some time."""
    with context.database.engine.connect() as connection:
        connection.execute(text("ANALYZE"))
        connection.commit()
