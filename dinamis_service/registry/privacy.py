"""Everything that is kept about one person, for them to take away (GDPR, articles 15 and 20)."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, inspect, or_, select
from sqlalchemy.orm import Session

from dinamis_service.db import Base, Database
from dinamis_service.identity.tables import AccessRecord, Account, AccountRole, ApiKey, BrowserSession, SignIn
from dinamis_service.notifications.tables import Notification, OutgoingMail, Preferences
from dinamis_service.registry.erasure import events_about, represented_by
from dinamis_service.registry.tables import (
    Adhesion,
    ContactMessage,
    Entity,
    MailedLink,
    RegistryEvent,
    Signature,
)
from dinamis_service.requests.attachments import AttachmentStore
from dinamis_service.requests.message_tables import OrderAttachment, OrderMessage
from dinamis_service.requests.tables import Draft, Order, Project, ProjectChange, StatusChange
from dinamis_service.searches.tables import SavedSearch
from dinamis_service.signing.tables import SignatureBatch

_SECRETS = frozenset(
    {
        "password_hash",
        "totp_secret",
        "totp_step",
        "secret_hash",
        "token_hash",
        "creation_key",
        "creation_digest",
    }
)
"""Columns that let somebody in, or say nothing to a person."""
_BATCH = 500
_BLOCK = 256 * 1024


def archive(database: Database, attachments: AttachmentStore, sub: str) -> Iterator[bytes]:
    """The zip of everything about the person `sub`, piece by piece: one JSON for each table, files sent.

    The state is seen as it was when the first piece was asked for.
    """
    sink = _Sink()
    with database.reading() as session, zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as zipped:
        account = session.get_one(Account, sub)
        for name, kind, condition in _parts(account):
            with zipped.open(f"{name}.json", "w") as part:
                for text in _as_json(session, kind, condition):
                    part.write(text.encode())
                    yield sink.taken()
        for one in session.scalars(_attached(sub)).all():
            path = attachments.path(one.sha256)
            if not path.is_file():
                continue
            with path.open("rb") as source, zipped.open(f"attachments/{one.id}-{one.name}", "w") as part:
                while block := source.read(_BLOCK):
                    part.write(block)
                    yield sink.taken()
    yield sink.taken()


def _parts(account: Account) -> Sequence[tuple[str, type[Base], ColumnElement[bool]]]:
    """Name of the file, table and condition of each part."""
    sub, email = account.id, account.email
    orders = select(Order.sequence).where(Order.owner_sub == sub)
    return (
        ("account", Account, Account.id == sub),
        ("roles", AccountRole, AccountRole.account_id == sub),
        ("preferences", Preferences, Preferences.account_id == sub),
        ("signatures_of_texts", Signature, Signature.account_id == sub),
        ("sign_ins", SignIn, SignIn.account_id == sub),
        ("browsers", BrowserSession, BrowserSession.account_id == sub),
        ("api_keys", ApiKey, ApiKey.account_id == sub),
        ("signed_urls", SignatureBatch, SignatureBatch.sub == sub),
        ("projects", Project, Project.owner_sub == sub),
        ("changes_of_projects", ProjectChange, ProjectChange.author_sub == sub),
        ("requests", Order, Order.owner_sub == sub),
        ("changes_of_requests", StatusChange, StatusChange.order_sequence.in_(orders)),
        ("drafts", Draft, Draft.owner_id == sub),
        ("messages", OrderMessage, OrderMessage.author_sub == sub),
        ("saved_searches", SavedSearch, SavedSearch.owner_id == sub),
        ("notifications", Notification, Notification.account_id == sub),
        ("mails", OutgoingMail, OutgoingMail.address == email),
        ("mailed_links", MailedLink, or_(MailedLink.about_id == sub, MailedLink.email == email)),
        ("contact_messages", ContactMessage, ContactMessage.account_id == sub),
        ("adhesions", Adhesion, (Adhesion.email == email) | represented_by(email)),
        ("represented", Entity, Entity.legal_representative["email"].as_string() == email),
        ("events_of_the_registry", RegistryEvent, events_about(account)),
        ("who_looked", AccessRecord, (AccessRecord.about_kind == "account") & (AccessRecord.about_id == sub)),
    )


def _attached(sub: str) -> Any:
    """Asks for the files that a person sent."""
    messages = select(OrderMessage.id).where(OrderMessage.author_sub == sub)
    return (
        select(OrderAttachment).where(OrderAttachment.message_id.in_(messages)).order_by(OrderAttachment.id)
    )


def _as_json(session: Session, kind: type[Base], condition: ColumnElement[bool]) -> Iterator[str]:
    """The rows of a table as one JSON list, in the order of their keys, a few at a time."""
    mapper = inspect(kind)
    names = [one.key for one in mapper.column_attrs if one.key not in _SECRETS]
    asked = select(*(getattr(kind, name) for name in names)).where(condition)
    rows = session.execute(asked.order_by(*mapper.primary_key).execution_options(yield_per=_BATCH))
    before = "[\n"
    for row in rows:
        yield before + _line(dict(zip(names, row, strict=True)))
        before = ",\n"
    yield "[]\n" if before == "[\n" else "\n]\n"


def _line(row: Mapping[str, Any]) -> str:
    return json.dumps(row, ensure_ascii=False, default=_plain)


def _plain(value: Any) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)


class _Sink(io.RawIOBase):
    """Where the zip is written: what has come since it was last taken."""

    def __init__(self) -> None:
        super().__init__()
        self._pieces: list[bytes] = []

    def writable(self) -> bool:
        """It is, and cannot be sought in: the zip describes each part after it."""
        return True

    def write(self, piece: Any) -> int:
        """Keep a piece."""
        self._pieces.append(bytes(piece))
        return len(piece)

    def taken(self) -> bytes:
        """Everything since the last time."""
        pieces, self._pieces = b"".join(self._pieces), []
        return pieces
