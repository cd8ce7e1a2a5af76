"""The life of an account: asked for, validated or refused by the referent, ended, closed, opened again.

An expiry date is a day in UTC, and the account lives until the end of that day (ACC-07). Every step is made
once, whoever else asks for it at the same time, and its owner is told.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from dinamis_service.identity import sessions
from dinamis_service.identity.accounts import is_open
from dinamis_service.identity.principal import Principal
from dinamis_service.identity.tables import Account, AccountRole
from dinamis_service.notifications.letters import Letter
from dinamis_service.notifications.posting import inform
from dinamis_service.quotas.words import Words

WAITING, ACTIVE, REFUSED, CLOSED = "waiting", "active", "refused", "closed"
HOME = "/sign-in"
SOON = timedelta(days=3)
"""Who is told of an end that is as near as this needs no reminder of it."""


class Status(StrEnum):
    """State of an account as people are told it: an active one whose day is over has expired."""

    WAITING = WAITING
    ACTIVE = ACTIVE
    EXPIRED = "expired"
    REFUSED = REFUSED
    CLOSED = CLOSED


STATUS_WORDS = {
    Status.WAITING: Words("En attente de validation", "Waiting for validation"),
    Status.ACTIVE: Words("Validé", "Validated"),
    Status.EXPIRED: Words("Expiré", "Expired"),
    Status.REFUSED: Words("Refusé", "Refused"),
    Status.CLOSED: Words("Fermé", "Closed"),
}


class AccountStepError(ValueError):
    """A step that cannot be made; `words` says why."""

    def __init__(self, words: Words) -> None:
        super().__init__(words.en)
        self.words = words


def status_of(account: Account, now: datetime) -> Status:
    """What people are told of the state of an account."""
    if account.state == ACTIVE and account.expires_at is not None and account.expires_at <= now:
        return Status.EXPIRED
    return Status(account.state)


def end_of(day: date) -> datetime:
    """The last moment of a day in UTC."""
    return datetime.combine(day, time.max, UTC)


def told_at(end: datetime | None, now: datetime) -> datetime | None:
    """When somebody was reminded who is now told of an end: now where it is near, else not yet."""
    return now if end is not None and end - now < SOON else None


def validate(
    session: Session, account_id: str, *, by: Principal, expires_at: datetime | None, now: datetime
) -> Account:
    """Open an account that waits, until `expires_at` where there is an end (ACC-06, ACC-07).

    Raises:
        AccountStepError: it waits no longer, or would end before it begins.
    """
    account = _taken(session, account_id, WAITING)
    _require_future(expires_at, now)
    account.state, account.expires_at = ACTIVE, expires_at
    account.reminded_at = told_at(expires_at, now)
    account.validated_at, account.validated_by = now, by.sub
    told = Letter.ACCOUNT_VALIDATED if expires_at is None else Letter.ACCOUNT_VALIDATED_UNTIL
    _tell(session, account, told, now, path=HOME)
    return account


def refuse(session: Session, account_id: str, *, by: Principal, now: datetime, reason: str = "") -> Account:
    """Refuse an account that waits; its owner may ask again. Raises `AccountStepError`."""
    account = _taken(session, account_id, WAITING)
    account.state = REFUSED
    account.validated_at, account.validated_by = now, by.sub
    _tell(session, account, Letter.ACCOUNT_REFUSED, now, reason=reason)
    return account


def close(session: Session, account_id: str, *, by: Principal, now: datetime, reason: str = "") -> Account:
    """Close an account: nobody signs in by it, and whoever was signed in no longer is (ACC-08).

    Raises:
        AccountStepError: it is not open, or it is one's own.
    """
    account = _taken(session, account_id, ACTIVE)
    _require_other(account, by)
    account.state = CLOSED
    sessions.end_all(session, account.id, now)
    _tell(session, account, Letter.ACCOUNT_CLOSED, now, reason=reason)
    return account


def reopen(session: Session, account_id: str, *, by: Principal, now: datetime) -> Account:
    """Open a closed account again; an end that has passed is taken away. Raises `AccountStepError`."""
    account = _taken(session, account_id, CLOSED)
    _require_other(account, by)
    account.state = ACTIVE
    if account.expires_at is not None and account.expires_at <= now:
        account.expires_at = None
    account.reminded_at = None
    _tell(session, account, Letter.ACCOUNT_REOPENED, now, path=HOME)
    return account


def set_expiry(
    session: Session, account_id: str, *, by: Principal, expires_at: datetime | None, now: datetime
) -> Account:
    """Give an active account another end, or none (ACC-07, ACC-08).

    Raises:
        AccountStepError: it is not active, would end in the past, or is one's own.
    """
    account = _taken(session, account_id, ACTIVE)
    _require_other(account, by)
    _require_future(expires_at, now)
    account.expires_at, account.reminded_at = expires_at, told_at(expires_at, now)
    told = Letter.ACCOUNT_WITHOUT_END if expires_at is None else Letter.ACCOUNT_UNTIL
    _tell(session, account, told, now)
    return account


def announce(session: Session, account: Account, now: datetime) -> None:
    """Tell the owner of an account that waits that it was asked for, and the referents of its entity (M7)."""
    name = f"{account.given_name} {account.family_name}"
    facts = {"name": name, "email": account.email, "entity": account.entity.name}
    inform(session, account, Letter.ACCOUNT_ASKED, moment=now, facts=facts)
    for referent in referents_of(session, account.entity.id, now):
        path = f"/entity/accounts/{account.id}"
        inform(session, referent, Letter.ACCOUNT_TO_VALIDATE, moment=now, facts={**facts, "path": path})


def referents_of(session: Session, entity_id: str, now: datetime) -> list[Account]:
    """The referents of an entity whose accounts are open, by name."""
    role = select(AccountRole.account_id).where(AccountRole.role == "referent")
    found = session.scalars(
        select(Account)
        .where(Account.entity_id == entity_id, Account.id.in_(role))
        .order_by(Account.family_name, Account.given_name, Account.id)
    )
    return [one for one in found if is_open(one, now)]


def _taken(session: Session, account_id: str, state: str) -> Account:
    """The account, for this transaction alone to change, in the state that a step begins from."""
    wanted = select(Account).where(Account.id == account_id)
    account = session.scalars(
        wanted.with_for_update(of=Account).execution_options(populate_existing=True)
    ).one()
    if account.state != state:
        now = STATUS_WORDS[Status(account.state)]
        raise AccountStepError(
            Words(
                f"Ce compte a changé entre-temps, son statut est « {now.fr} » : rien n'a été enregistré.",
                f"This account changed meanwhile, its status is '{now.en}': nothing was kept.",
            )
        )
    account.version += 1
    return account


def _require_other(account: Account, by: Principal) -> None:
    if account.id == by.sub:
        raise AccountStepError(
            Words("C'est votre propre compte.", "This is your own account."),
        )


def _require_future(expires_at: datetime | None, now: datetime) -> None:
    if expires_at is not None and expires_at <= now:
        raise AccountStepError(
            Words("La date d'expiration est déjà passée.", "The expiry date has already passed.")
        )


def _tell(session: Session, account: Account, letter: Letter, now: datetime, **facts: Any) -> None:
    """Tell the owner."""
    if account.expires_at is not None:
        facts["day"] = account.expires_at.date().isoformat()
    inform(session, account, letter, moment=now, facts={"entity": account.entity.name, **facts})
