"""What only one process at a time may do: whoever holds the lease, until it ends or is given back."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

from sqlalchemy import delete, or_, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from dinamis_service.notifications.tables import Lease


class Leaseholder:
    """One candidate for the lease of this name."""

    def __init__(self, name: str, lasts: timedelta) -> None:
        self._name = name
        self._lasts = lasts
        self._id = str(uuid.uuid4())
        self.held = False

    def take(self, session: Session, now: datetime) -> bool:
        """Take or prolong the lease; False while another holds it."""
        dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
        free = {"name": self._name, "holder": self._id, "expires": now}
        session.execute(dialect.insert(Lease).values(**free).on_conflict_do_nothing())
        taken = session.execute(
            update(Lease)
            .where(Lease.name == self._name, or_(Lease.holder == self._id, Lease.expires <= now))
            .values(holder=self._id, expires=now + self._lasts)
            .returning(Lease.name)
        )
        self.held = taken.first() is not None
        return self.held

    def give_back(self, session: Session) -> None:
        """Let another take it at once."""
        session.execute(delete(Lease).where(Lease.name == self._name, Lease.holder == self._id))
        self.held = False
