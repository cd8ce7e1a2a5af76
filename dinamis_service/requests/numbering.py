"""Numbers without gaps or doubles."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from dinamis_service.requests.tables import Counter


def next_number(session: Session, scope: str) -> int:
    """The next number of `scope`, from 1; given back if the transaction is rolled back.

    The counter's row is locked until the transaction ends, so that two requests never get the same number.
    """
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    session.execute(dialect.insert(Counter).values(scope=scope, last=0).on_conflict_do_nothing())
    counter = session.scalars(select(Counter).where(Counter.scope == scope).with_for_update()).one()
    counter.last += 1
    session.flush()
    return counter.last
