"""The life of accounts: closed and opened again (ACC-04 to ACC-07)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from dinamis_service.identity.principal import Principal
from dinamis_service.identity.tables import Account


def close(session: Session, account_id: str, *, by: Principal, now: datetime) -> None:  # noqa: ARG001
    """Close an account."""
    _set(session, account_id, "closed")


def reopen(session: Session, account_id: str, *, by: Principal, now: datetime) -> None:  # noqa: ARG001
    """Open an account again, without an end."""
    _set(session, account_id, "active").expires_at = None


def _set(session: Session, account_id: str, state: str) -> Account:
    account = session.get_one(Account, account_id, with_for_update={"of": Account})
    account.state = state
    account.version += 1
    return account
