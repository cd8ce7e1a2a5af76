"""Links that are mailed: who opens one reads the mailbox that it was sent to.

The state keeps which links there are and never their secrets, which are derived from their ids under a key of
the data folder when the mail leaves: a copy of the database, or of the outbox in it, opens nothing.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import uuid
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from dinamis_service.identity.digests import new_secret
from dinamis_service.registry.tables import MailedLink
from dinamis_service.secret_files import read_or_create
from dinamis_service.settings import Settings

_ID_BYTES = 16


class Purpose(StrEnum):
    """What a link opens; a link of one purpose opens nothing else."""

    ADHESION = "adhesion"
    ACCOUNT = "account"
    VALIDATION = "validation"
    PASSWORD = "password"  # noqa: S105 (the name of a purpose)
    EMAIL = "email"


LIFETIMES = {
    Purpose.ADHESION: timedelta(days=30),
    Purpose.ACCOUNT: timedelta(days=7),
    Purpose.VALIDATION: timedelta(days=60),
    Purpose.PASSWORD: timedelta(hours=1),
    Purpose.EMAIL: timedelta(days=2),
}


class DeadLinkError(Exception):
    """No link, or one that was used or ended: nobody is told which."""


def issue(session: Session, purpose: Purpose, email: str, now: datetime, about_id: str = "") -> MailedLink:
    """A link for the owner of the address, about the adhesion, account or entity `about_id`."""
    link = MailedLink(
        id=str(uuid.uuid4()),
        purpose=purpose.value,
        email=email,
        about_id=about_id,
        created_at=now,
        expires_at=now + LIFETIMES[purpose],
    )
    session.add(link)
    return link


def secret_of(settings: Settings, link_id: str, purpose: str) -> str:
    """What the address of a link carries."""
    identifier = uuid.UUID(link_id).bytes
    return base64.urlsafe_b64encode(identifier + _seal(settings, link_id, purpose)).decode().rstrip("=")


def opened(
    session: Session, settings: Settings, secret: str, purpose: Purpose, now: datetime, *, use: bool = False
) -> MailedLink:
    """The link of a secret; `use` lets it open nothing again, however many ask at once.

    Raises:
        DeadLinkError: it opens nothing, or nothing any more.
    """
    link_id = _id_in(secret)
    if link_id is None or not hmac.compare_digest(secret_of(settings, link_id, purpose), secret):
        raise DeadLinkError
    wanted = select(MailedLink).where(MailedLink.id == link_id, MailedLink.purpose == purpose.value)
    link = session.scalar(wanted.with_for_update() if use else wanted)
    if link is None or link.used_at is not None or link.expires_at <= now:
        raise DeadLinkError
    if use:
        link.used_at = now
    return link


def _seal(settings: Settings, link_id: str, purpose: str) -> bytes:
    key = read_or_create(settings.data_dir / "keys" / "links.txt", new_secret)
    return hmac.digest(key.encode(), f"{purpose}\n{link_id}".encode(), "sha256")


def _id_in(secret: str) -> str | None:
    try:
        raw = base64.urlsafe_b64decode(secret + "=" * (-len(secret) % 4))
        return str(uuid.UUID(bytes=raw[:_ID_BYTES]))
    except (ValueError, binascii.Error):
        return None
