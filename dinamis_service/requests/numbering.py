"""Numbers without gaps or doubles."""

from __future__ import annotations

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from dinamis_service.requests.tables import Counter


def next_number(session: Session, scope: str) -> int:
    """The next number of `scope`, from 1; given back if the transaction is rolled back.

    The counter's row is locked until the transaction ends, so that two requests never get the same number.
    """
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    first = dialect.insert(Counter).values(scope=scope, last=1)
    following = first.on_conflict_do_update(index_elements=[Counter.scope], set_={"last": Counter.last + 1})
    number: int = session.execute(following.returning(Counter.last)).scalar_one()
    return number
