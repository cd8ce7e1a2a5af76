"""Who looked at, or took away, data about a person or an entity."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from dinamis_service.identity.principal import Principal
from dinamis_service.identity.tables import AccessRecord


def record(  # noqa: PLR0917
    session: Session, actor: Principal | None, about_kind: str, about_id: str, action: str, now: datetime
) -> None:
    """Write down that `actor` (None: the service by itself) did `action` with data about somebody."""
    session.add(
        AccessRecord(
            moment=now,
            actor_id=actor.sub if actor else None,
            actor=actor.name if actor else "",
            about_kind=about_kind,
            about_id=about_id,
            action=action,
        )
    )
