"""How long things about people are kept: what a setting's time is over for is deleted or forgotten."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, delete, select, update
from sqlalchemy.orm import Session

from dinamis_service.db import Database
from dinamis_service.identity.accounts import closure
from dinamis_service.identity.tables import AccessRecord, Account
from dinamis_service.notifications.outbox import WAITING
from dinamis_service.notifications.tables import Notification, OutgoingMail
from dinamis_service.registry.adhesion_store import abandoned
from dinamis_service.registry.erasure import forget, is_forgotten
from dinamis_service.registry.tables import Adhesion, ContactMessage, MailedLink
from dinamis_service.registry.uploads import ProjectFiles
from dinamis_service.settings import Settings
from dinamis_service.signing.tables import SignatureBatch

DEAD_LINKS = timedelta(days=30)


def apply(session: Session, settings: Settings, now: datetime) -> dict[str, int]:
    """Delete and forget what is due; how many of each."""

    def before(days: int) -> datetime:
        return now - timedelta(days=days)

    old: dict[str, tuple[Any, ColumnElement[bool]]] = {
        "mails": (
            OutgoingMail,
            (OutgoingMail.moment < before(settings.keep_mails_days)) & (OutgoingMail.state != WAITING),
        ),
        "notifications": (Notification, Notification.moment < before(settings.keep_news_days)),
        "records of access": (AccessRecord, AccessRecord.moment < before(settings.keep_access_days)),
        "messages of the contact form": (
            ContactMessage,
            ContactMessage.moment < before(settings.keep_contact_days),
        ),
        "mailed links": (
            MailedLink,
            (MailedLink.expires_at < now - DEAD_LINKS) | (MailedLink.used_at < now - DEAD_LINKS),
        ),
        "drafts of adhesions": (Adhesion, abandoned(now)),
    }
    done = {what: _count(session.execute(delete(table).where(due))) for what, (table, due) in old.items()}
    aged = SignatureBatch.sub.is_not(None) & (SignatureBatch.at < before(settings.keep_journal_days))
    journal = session.execute(update(SignatureBatch).where(aged).values(sub=None))
    closed = _forget_closed(session, now, before(settings.keep_closed_days))
    return {**done, "calls in the journal of signatures": _count(journal), "accounts": closed}


def remove_files(database: Database, settings: Settings) -> int:
    """Remove the project files of adhesions that are gone; of how many they were."""
    files = ProjectFiles(settings)
    kept_for = files.adhesions()  # first: an adhesion is in the state before its file lies there
    if not kept_for:
        return 0
    with database.reading() as session:
        gone = set(kept_for) - set(session.scalars(select(Adhesion.id)))
    for adhesion_id in gone:
        files.forget(adhesion_id)
    return len(gone)


def _forget_closed(session: Session, now: datetime, limit: datetime) -> int:
    """Note since when accounts open nothing, and forget those that have not for long."""
    count = 0
    for account in session.scalars(select(Account).order_by(Account.id)).all():
        if closure(account, now) is None:
            account.closed_at = None
        elif account.closed_at is None:
            account.closed_at = now
        elif account.closed_at < limit and not is_forgotten(account):
            forget(session, account, now)
            count += 1
    return count


def _count(result: Any) -> int:
    return int(result.rowcount)
