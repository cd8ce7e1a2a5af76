"""Lists of requests: which ones, in which order, and whether they are still those that a client has."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVarTuple, Unpack

from sqlalchemy import Select, and_, select
from sqlalchemy.orm import Session

from dinamis_service.requests.caller import Caller
from dinamis_service.requests.message_tables import OrderReading
from dinamis_service.requests.states import State
from dinamis_service.requests.tables import Order, Project
from dinamis_service.requests.visibility import may_see

_CHUNK = 500
_Columns = TypeVarTuple("_Columns")


@dataclass(frozen=True)
class Wanted:
    """Which requests to list, of those that a person may see.

    Args:
        states: in one of these; in any where there are none.
        project_id: under this project.
        changed_since: changed, or got a message, at this moment or later.
        created_from: made at this moment or later.
        created_before: made before this moment.
    """

    states: Sequence[State] = ()
    project_id: str | None = None
    changed_since: datetime | None = None
    created_from: datetime | None = None
    created_before: datetime | None = None


def page(
    session: Session, caller: Caller, wanted: Wanted, limit: int, before: int | None = None
) -> Sequence[Order]:
    """Requests newest first, older than the one of sequence `before`."""
    # found by their numbers first: a database that sorts many requests should not carry their zones
    found = _cut(_narrowed(select(Order.sequence), caller, wanted), limit, before)
    whole = select(Order).where(Order.sequence.in_(found)).order_by(Order.sequence.desc())
    return session.scalars(whole).all()


def every(session: Session, caller: Caller, wanted: Wanted) -> Iterator[Order]:
    """Every request that is wanted, newest first, read a few at a time."""
    last: int | None = None
    while found := page(session, caller, wanted, _CHUNK, last):
        yield from found
        last = found[-1].sequence
        session.expunge_all()


def fingerprint(
    session: Session, caller: Caller, wanted: Wanted, limit: int, before: int | None = None
) -> str:
    """What tells one page of requests from another: equal while no request on it changes or is read.

    It reads no request whole, so that asking again and again costs little.
    """
    parts = (
        select(Order.sequence, Order.version, Order.changed, Project.title, OrderReading.last_message_id)
        .join(Order.project)
        .outerjoin(
            OrderReading,
            and_(
                OrderReading.order_sequence == Order.sequence,
                OrderReading.reader_sub == caller.principal.sub,
            ),
        )
    )
    query = _narrowed(parts, caller, wanted)
    rows = session.execute(_cut(query, limit, before)).all()
    return hashlib.sha256(repr([tuple(row) for row in rows]).encode()).hexdigest()


def _narrowed(query: Select[Unpack[_Columns]], caller: Caller, wanted: Wanted) -> Select[Unpack[_Columns]]:
    query = query.where(may_see(caller))
    if wanted.states:
        query = query.where(Order.state.in_(wanted.states))
    if wanted.project_id is not None:
        query = query.where(Order.project_id == wanted.project_id)
    if wanted.changed_since is not None:
        query = query.where(Order.changed >= wanted.changed_since)
    if wanted.created_from is not None:
        query = query.where(Order.created >= wanted.created_from)
    if wanted.created_before is not None:
        query = query.where(Order.created < wanted.created_before)
    return query


def _cut(query: Select[Unpack[_Columns]], limit: int, before: int | None) -> Select[Unpack[_Columns]]:
    if before is not None:
        query = query.where(Order.sequence < before)
    return query.order_by(Order.sequence.desc()).limit(limit)
