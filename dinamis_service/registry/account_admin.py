"""Every account as operators see it: found, looked at, closed, given a role or deprived of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, func, or_, select
from sqlalchemy.orm import Session

from dinamis_service.db import Database, numbers_by
from dinamis_service.errors import ConflictError, ForbiddenError, NotFoundError, PreconditionFailedError
from dinamis_service.identity.access_records import record
from dinamis_service.identity.tables import Account, AccountRole
from dinamis_service.registry import account_life
from dinamis_service.registry.entity_admin import required_reason
from dinamis_service.registry.events import note
from dinamis_service.registry.tables import Entity
from dinamis_service.requests.caller import Caller, require_operator

STATES = ("waiting", "active", "refused", "closed")
OPERATOR = "operator"
LONG = timedelta(days=7)
"""An account that waits longer for its referent is shown to operators."""


@dataclass(frozen=True)
class Wanted:
    """Which accounts are looked for; what is left out does not narrow."""

    words: str = ""
    state: str = ""
    role: str = ""
    entity_id: str = ""


@dataclass(frozen=True)
class Found:
    """Some accounts, and how many there are, of each state too."""

    rows: Sequence[Account]
    total: int
    counts: Mapping[str, int]


def look_through(session: Session, caller: Caller, wanted: Wanted, *, offset: int, limit: int) -> Found:
    """Accounts by name."""
    require_operator(caller)
    conditions = _conditions(wanted)
    counted = select(Account.state, func.count()).join(Account.entity).where(*conditions)
    counts = numbers_by(session, counted.group_by(Account.state))
    if wanted.state:
        conditions.append(Account.state == wanted.state)
    found = select(Account).join(Account.entity).where(*conditions)
    ordered = found.order_by(func.lower(Account.family_name), func.lower(Account.given_name), Account.id)
    rows = session.scalars(ordered.offset(offset).limit(limit)).unique().all()
    total = counts.get(wanted.state, 0) if wanted.state else sum(counts.values())
    return Found(rows, total, counts)


def waiting_long(session: Session, now: datetime) -> int:
    """How many accounts have waited too long for their referent."""
    waiting = select(func.count()).where(Account.state == "waiting", Account.created_at < now - LONG)
    return session.scalar(waiting) or 0


def look_at(database: Database, caller: Caller, account_id: str, now: datetime) -> Account:
    """The sheet of an account; that it was looked at is written down.

    Raises:
        ForbiddenError: the caller is no operator.
        NotFoundError: there is none.
    """
    with database.session() as session:
        account = _account(session, caller, account_id)
        record(session, caller.principal, "account", account_id, "view", now)
        return account


def close(
    database: Database, caller: Caller, account_id: str, reason: str, *, seen: int, now: datetime
) -> None:
    """Close an account.

    Raises:
        PreconditionFailedError: it is another one by now.
        ConflictError: it is not active, or it is the caller's own.
    """
    with database.session() as session:
        _seen(session, caller, account_id, seen)
        reason = required_reason(caller, reason)
        _not_own(caller, account_id)
        _step(
            caller,
            lambda: account_life.close(session, account_id, by=caller.principal, now=now, reason=reason),
        )
        _note(session, caller, account_id, "closed", now=now, reason=reason)


def reopen(
    database: Database, caller: Caller, account_id: str, reason: str, *, seen: int, now: datetime
) -> None:
    """Open a closed account again, without an end.

    Raises:
        PreconditionFailedError: it is another one by now.
        ConflictError: it is not closed.
    """
    with database.session() as session:
        _seen(session, caller, account_id, seen)
        reason = required_reason(caller, reason)
        _step(caller, lambda: account_life.reopen(session, account_id, by=caller.principal, now=now))
        _note(session, caller, account_id, "reopened", now=now, reason=reason)


def set_operator(
    database: Database, caller: Caller, account_id: str, reason: str, *, held: bool, seen: int, now: datetime
) -> None:
    """Let an account hold the role of operator, or no longer; nobody takes their own, so one always stays.

    Raises:
        PreconditionFailedError: the account is another one by now.
        ForbiddenError: the caller is no operator any more, or it is their own role.
        ConflictError: nothing would change, or the account is not active.
    """
    with database.session() as session:
        # every change of this role takes the rows of all who hold it: two operators cannot take each other's
        operators = set(
            session.scalars(
                select(AccountRole.account_id)
                .where(AccountRole.role == OPERATOR)
                .order_by(AccountRole.account_id)
                .with_for_update()
            )
        )
        account = _seen(session, caller, account_id, seen)
        reason = required_reason(caller, reason)
        _not_own(caller, account_id)
        if caller.principal.sub not in operators:
            raise ForbiddenError(
                caller.say(fr="Vous n'êtes plus opérateur.", en="You are no operator any more.")
            )
        if (account_id in operators) == held or (held and account.state != "active"):
            raise ConflictError(
                caller.say(fr="Ce compte ne peut changer ainsi.", en="This account cannot change this way.")
            )
        if held:
            session.add(AccountRole(account_id=account_id, role=OPERATOR))
        else:
            session.execute(
                delete(AccountRole).where(AccountRole.account_id == account_id, AccountRole.role == OPERATOR)
            )
        account.version += 1
        _note(session, caller, account_id, "role_given" if held else "role_taken", now=now, reason=reason)


def _step(caller: Caller, step: Callable[[], object]) -> None:
    """Make a step of the life of an account; one that cannot be made is refused in words."""
    try:
        step()
    except account_life.AccountStepError as error:
        raise ConflictError(error.words.told(caller.language)) from error


def _account(session: Session, caller: Caller, account_id: str, *, lock: bool = False) -> Account:
    require_operator(caller)
    of = {"of": Account} if lock else False
    found = session.get(Account, account_id, with_for_update=of, populate_existing=lock)
    if found is None:
        raise NotFoundError(caller.say(fr="Ce compte n'existe pas.", en="There is no such account."))
    return found


def _seen(session: Session, caller: Caller, account_id: str, seen: int) -> Account:
    account = _account(session, caller, account_id, lock=True)
    if account.version != seen:
        raise PreconditionFailedError(
            caller.say(
                fr="Ce compte a changé entre-temps : relisez-le.",
                en="This account changed meanwhile: read it again.",
            )
        )
    return account


def _not_own(caller: Caller, account_id: str) -> None:
    if caller.principal.sub == account_id:
        raise ForbiddenError(
            caller.say(
                fr="C'est votre propre compte : demandez à un autre opérateur.",
                en="This is your own account: ask another operator.",
            )
        )


def _note(
    session: Session, caller: Caller, account_id: str, event: str, *, now: datetime, reason: str
) -> None:
    note(session, ("account", account_id), event, author=caller.principal.name, now=now, reason=reason)
    record(session, caller.principal, "account", account_id, event, now)


def _conditions(wanted: Wanted) -> list[ColumnElement[bool]]:
    places = (
        Account.given_name,
        Account.family_name,
        Account.email,
        Account.username,
        Entity.name,
        Entity.acronym,
    )
    conditions: list[ColumnElement[bool]] = [
        or_(*(place.icontains(word, autoescape=True) for place in places)) for word in wanted.words.split()
    ]
    if wanted.role:
        holders = select(AccountRole.account_id).where(AccountRole.role == wanted.role)
        conditions.append(Account.id.in_(holders))
    if wanted.entity_id:
        conditions.append(Account.entity_id == wanted.entity_id)
    return conditions
