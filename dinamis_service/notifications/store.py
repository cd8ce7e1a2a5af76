"""What each person is told in the application, and what they prefer."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import func, select, update

from dinamis_service.db import Database
from dinamis_service.identity.tables import Account
from dinamis_service.notifications.posting import MAILED
from dinamis_service.notifications.tables import Notification, Preferences
from dinamis_service.preconditions import require_seen
from dinamis_service.requests.caller import Caller


@dataclass(frozen=True)
class Asked:
    """A page of notifications: those before the one of id `before`, the unread ones only if so wanted."""

    limit: int
    before: int | None = None
    unread: bool = False


class EmailsForm(BaseModel):
    """Which kinds of news come by mail too."""

    model_config = ConfigDict(extra="forbid", strict=True)

    state: bool = True
    message: bool = True
    quotation: bool = True
    delivery: bool = True


class PreferencesForm(BaseModel):
    """What a person prefers."""

    language: Literal["fr", "en"] | None = Field(None, description="Of mails; null leaves it to the service")
    emails: EmailsForm = EmailsForm()


class Notifications:
    """The news of each person; every method sees the caller's own only."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def page(self, caller: Caller, asked: Asked) -> Sequence[Notification]:
        """Notifications of the caller, newest first."""
        wanted = select(Notification).where(Notification.account_id == caller.principal.sub)
        if asked.before is not None:
            wanted = wanted.where(Notification.id < asked.before)
        if asked.unread:
            wanted = wanted.where(~Notification.is_read)
        with self._database.reading() as session:
            return session.scalars(wanted.order_by(Notification.id.desc()).limit(asked.limit)).all()

    def unread(self, caller: Caller) -> int:
        """How many notifications the caller has not read."""
        return self._numbers(caller)[1]

    def fingerprint(self, caller: Caller) -> str:
        """What tells the caller's notifications from the same after a change.

        New ones come with a greater number, and reading one leaves fewer unread.
        """
        return hashlib.sha256(repr((caller.principal.sub, *self._numbers(caller))).encode()).hexdigest()

    def mark(self, caller: Caller, ids: Sequence[int] | None) -> int:
        """Mark these notifications of the caller read, or all; tell how many stay unread."""
        what = update(Notification).where(
            Notification.account_id == caller.principal.sub, ~Notification.is_read
        )
        if ids is not None:
            what = what.where(Notification.id.in_(ids))
        with self._database.session() as session:
            session.execute(what.values(is_read=True))
        return self.unread(caller)

    def preferences(self, caller: Caller) -> tuple[PreferencesForm, str]:
        """What the caller prefers, and the `ETag` of that."""
        with self._database.reading() as session:
            return _told(caller, session.get(Preferences, caller.principal.sub))

    def prefer(
        self, caller: Caller, form: PreferencesForm, if_match: str | None
    ) -> tuple[PreferencesForm, str]:
        """Change what the caller prefers.

        Raises:
            PreconditionRequiredError: `if_match` is missing.
            PreconditionFailedError: the preferences are not as `if_match` says any more.
        """
        with self._database.session() as session:
            session.execute(select(Account.id).where(Account.id == caller.principal.sub).with_for_update())
            kept = session.get(Preferences, caller.principal.sub)
            require_seen(if_match, _told(caller, kept)[1], caller.language)
            if kept is None:
                kept = Preferences(account_id=caller.principal.sub, version=0)
                session.add(kept)
            kept.language, kept.emails = form.language, form.emails.model_dump()
            kept.version += 1
            return _told(caller, kept)

    def _numbers(self, caller: Caller) -> tuple[int, int]:
        """The number of the last notification, and how many are unread."""
        own = Notification.account_id == caller.principal.sub
        with self._database.reading() as session:
            last = session.scalar(select(func.max(Notification.id)).where(own)) or 0
            unread = session.scalar(
                select(func.count()).select_from(Notification).where(own, ~Notification.is_read)
            )
        return last, unread or 0


def _told(caller: Caller, kept: Preferences | None) -> tuple[PreferencesForm, str]:
    tag = f'"{caller.principal.sub}-{kept.version if kept else 0}"'
    if kept is None:
        return PreferencesForm(), tag
    emails: dict[str, Any] = {kind: kept.emails.get(kind, True) for kind in MAILED}
    return PreferencesForm.model_validate({"language": kept.language, "emails": emails}), tag
