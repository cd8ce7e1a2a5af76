"""What the pages of referents share: whose desk it is, and changes made there one after the other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from dinamis_service.context import Context
from dinamis_service.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError
from dinamis_service.identity.accounts import is_open
from dinamis_service.identity.principal import Principal
from dinamis_service.identity.tables import Account
from dinamis_service.registry.account_life import STATUS_WORDS, AccountStepError, end_of, status_of
from dinamis_service.registry.adhesion_store import IllegalStepError
from dinamis_service.registry.missions import MissionError
from dinamis_service.registry.tables import Entity
from dinamis_service.web.forms import text_of
from dinamis_service.web.pages import Page

REASON_MAX = 2000


@dataclass(frozen=True)
class Row:
    """An account as lists and sheets show it."""

    account: Account
    status: str
    title: str
    expires: date | None

    @property
    def name(self) -> str:
        """First and last name."""
        return f"{self.account.given_name} {self.account.family_name}"


def row_of(page: Page, account: Account, now: datetime) -> Row:
    """An account with its status in words."""
    status = status_of(account, now)
    expires = account.expires_at.date() if account.expires_at else None
    return Row(account, status.value, page.text(*STATUS_WORDS[status]), expires)


@contextmanager
def changing(context: Context, page: Page, person: Principal) -> Iterator[Session]:
    """A transaction in which a referent changes something of their entity, alone: others wait for its end.

    That they still are its referent is read again, and what their page did not show is told in words.

    Raises:
        ForbiddenError: they are no referent of it any more.
        ConflictError: what is to be changed is not as they saw it.
    """
    try:
        with context.database.session() as session:
            session.scalars(select(Entity.id).where(Entity.id == person.entity_id).with_for_update()).one()
            account = session.get(Account, person.sub)
            roles = {one.role for one in account.roles} if account else set()
            if account is None or "referent" not in roles or not is_open(account, context.clock()):
                raise ForbiddenError(
                    page.text(
                        "Vous n'êtes plus référent de cette entité : rien n'a été enregistré.",
                        "You are no contact of this entity any more: nothing was kept.",
                    )
                )
            yield session
    except (AccountStepError, IllegalStepError, MissionError) as error:
        raise ConflictError(page.text(*error.words)) from error


def account_of(session: Session, page: Page, person: Principal, account_id: str) -> Account:
    """An account of the referent's entity.

    Raises:
        NotFoundError: there is none, or it is of another entity.
    """
    account = session.get(Account, account_id)
    if account is None or account.entity_id != person.entity_id:
        raise NotFoundError(page.text("Ce compte n'existe pas.", "There is no such account."))
    return account


def own_change(page: Page, account: Account, person: Principal) -> str:
    """Why a referent may not change an account of their entity; empty when they may."""
    if account.id == person.sub:
        return page.text(
            "C'est votre compte : un autre référent ou un opérateur peut le modifier.",
            "This is your account: another contact or an operator may change it.",
        )
    if any(one.role == "operator" for one in account.roles):
        return page.text(
            "C'est le compte d'un opérateur de DINAMIS : seul un opérateur peut le modifier.",
            "This is the account of an operator of DINAMIS: only an operator may change it.",
        )
    return ""


def reason_of(page: Page, form: Mapping[str, Any], *, required: bool = False) -> str:
    """The reason of a form.

    Raises:
        InvalidError: it is too long, holds what cannot be kept, or is missing where it is required.
    """
    reason = text_of(form, "reason")
    sentence = ""
    if len(reason) > REASON_MAX:
        sentence = page.text(f"Au plus {REASON_MAX} caractères.", f"At most {REASON_MAX} characters.")
    elif "\0" in reason:
        sentence = page.text("Contient des signes illisibles.", "Holds signs that cannot be shown.")
    elif required and not reason:
        sentence = page.text("Dites pourquoi.", "Say why.")
    if sentence:
        raise InvalidError(sentence, fields={"reason": sentence})
    return reason


def expiry_of(page: Page, form: Mapping[str, Any], today: date) -> datetime | None:
    """The last moment of the day of a form, a day in UTC; None where it is empty.

    Raises:
        InvalidError: it is no day, or one that has passed.
    """
    day = day_of(page, form, "expires")
    if day is not None and day < today:
        sentence = page.text("Cette date est déjà passée.", "This date has already passed.")
        raise InvalidError(sentence, fields={"expires": sentence})
    return end_of(day) if day else None


def day_of(page: Page, form: Mapping[str, Any], name: str) -> date | None:
    """A day of a form, as browsers send it or as French write it (JJ/MM/AAAA); None where it is empty.

    Raises:
        InvalidError: it is none.
    """
    written = text_of(form, name)
    if not written:
        return None
    pattern = "%d/%m/%Y" if "/" in written else "%Y-%m-%d"
    try:
        return datetime.strptime(written, pattern).replace(tzinfo=UTC).date()
    except ValueError as error:
        sentence = page.text("Une date s'écrit JJ/MM/AAAA.", "A date is written YYYY-MM-DD.")
        raise InvalidError(sentence, fields={name: sentence}) from error
