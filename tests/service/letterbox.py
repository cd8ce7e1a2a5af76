"""The letters that the service has written, as they would leave."""

from __future__ import annotations

import re
from email.message import EmailMessage

from sqlalchemy import select

from dinamis_service.context import Context
from dinamis_service.notifications.mail import composed
from dinamis_service.notifications.tables import OutgoingMail


def letters(context: Context, address: str) -> list[EmailMessage]:
    """Letters to an address, the newest first."""
    wanted = select(OutgoingMail).where(OutgoingMail.address == address).order_by(OutgoingMail.id.desc())
    with context.database.reading() as session:
        return [composed(mail, context.settings) for mail in session.scalars(wanted)]


def body(letter: EmailMessage) -> str:
    """The text of a letter."""
    return str(letter.get_content())


def link_in(letter: EmailMessage) -> str:
    """Path and query of the link in a letter."""
    found = re.search(r"https?://[^/\s]+(/\S+\?link=\S+)", body(letter))
    assert found is not None, body(letter)
    return found[1]


def secret_in(letter: EmailMessage) -> str:
    """The secret of the link in a letter."""
    return link_in(letter).partition("?link=")[2]
