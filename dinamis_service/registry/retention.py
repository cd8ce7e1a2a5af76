"""How long things about people are kept: what a setting's time is over for is deleted or forgotten."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, delete, select, update
from sqlalchemy.orm import Session

from dinamis_service.identity.accounts import closure
from dinamis_service.identity.tables import AccessRecord, Account
from dinamis_service.notifications.outbox import WAITING
from dinamis_service.notifications.tables import Notification, OutgoingMail
from dinamis_service.registry.erasure import forget, is_forgotten
from dinamis_service.registry.tables import ContactMessage, MailedLink
from dinamis_service.settings import Settings
from dinamis_service.signing.tables import SignatureBatch

_DEAD_LINKS = timedelta(days=30)


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
        "mailed links": (MailedLink, MailedLink.expires_at < now - _DEAD_LINKS),
    }
    done = {what: _count(session.execute(delete(table).where(due))) for what, (table, due) in old.items()}
    aged = SignatureBatch.sub.is_not(None) & (SignatureBatch.at < before(settings.keep_journal_days))
    journal = session.execute(update(SignatureBatch).where(aged).values(sub=None))
    closed = _forget_closed(session, now, before(settings.keep_closed_days))
    return {**done, "calls in the journal of signatures": _count(journal), "accounts": closed}


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
