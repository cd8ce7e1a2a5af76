"""The mail that tells of something: `email.message` writes it, so that no value becomes a header."""

from __future__ import annotations

from email.errors import HeaderParseError
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import parseaddr
from urllib.parse import quote

from dinamis_service.language import pick_language, text
from dinamis_service.notifications.letters import LETTERS
from dinamis_service.notifications.posting import FOR_OPERATORS, Topic
from dinamis_service.notifications.tables import OutgoingMail
from dinamis_service.notifications.wording import worded
from dinamis_service.registry.links import secret_of
from dinamis_service.settings import Settings
from dinamis_service.soundness import printable

HIDDEN = "…"
"""What stands for the secret of a link in a mail that is only shown."""


class UnsendableError(ValueError):
    """No mail can be written to this address."""


def composed(mail: OutgoingMail, settings: Settings, *, shows_links: bool = True) -> EmailMessage:
    """The message of a mail; its links open nothing where it is only shown.

    Its Message-ID is the same each time: a mail that had to be sent again is recognised where it arrives.

    Raises:
        UnsendableError: the address is none.
    """
    title, body = worded(mail.topic, mail.order_id, mail.facts, pick_language(mail.language))
    name, sender = parseaddr(settings.mail_from)
    message = EmailMessage()
    try:
        message["From"] = Address(printable(name or settings.title), addr_spec=sender)
        message["To"] = Address(printable(mail.name), addr_spec=mail.address)
        if "reply_to" in mail.facts:
            message["Reply-To"] = Address(addr_spec=mail.facts["reply_to"])
    except (ValueError, IndexError, HeaderParseError) as error:
        raise UnsendableError(str(error)) from error
    message["Subject"] = f"[{printable(settings.title)}] {printable(title)}"
    message["Date"] = mail.moment
    message["Message-ID"] = f"<{mail.id}.{mail.moment:%Y%m%d%H%M%S%f}.dinamis@{sender.rpartition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(
        _letter(mail, body, settings, shows_links=shows_links)
        if mail.topic in LETTERS
        else _text(mail, body, settings)
    )
    message["Content-Language"] = mail.language
    return message


def _text(mail: OutgoingMail, body: str, settings: Settings) -> str:
    name = printable(mail.name)
    greeting = text(mail.language, fr=f"Bonjour {name},", en=f"Dear {name},")
    place = settings.own_url
    if Topic(mail.topic) in FOR_OPERATORS and mail.order_id:
        place = f"{place}/operator/requests/{quote(mail.order_id, safe='')}"
    about = text(
        mail.language,
        fr=f"Demande : {mail.order_id}\nService : {place}",
        en=f"Request: {mail.order_id}\nService: {place}",
    )
    why = text(
        mail.language,
        fr="Vous choisissez dans QGIS (DINAMIS, Préférences) ce qui vous est écrit. "
        "Personne ne lit les réponses à ce message.",
        en="You choose in QGIS (DINAMIS, Preferences) what is written to you. "
        "Nobody reads answers to this message.",
    )
    return f"{greeting}\n\n{body}\n\n{about}\n\n-- \n{why}\n"


def _letter(mail: OutgoingMail, body: str, settings: Settings, *, shows_links: bool) -> str:
    """The text of a letter, and the address of what it is about; its link is made only now."""
    parts = [text(mail.language, fr="Bonjour,", en="Hello,"), body]
    if "link" in mail.facts:
        secret = HIDDEN
        if shows_links:
            secret = secret_of(settings, mail.facts["link"], mail.facts["purpose"])
        parts.append(f"{settings.own_url}{mail.facts['path']}?link={secret}")
    elif "path" in mail.facts:
        parts.append(f"{settings.own_url}{mail.facts['path']}")
    parts.append(
        text(
            mail.language,
            fr="-- \nPersonne ne lit les réponses à ce message.",
            en="-- \nNobody reads answers to this message.",
        )
    )
    return "\n\n".join(parts) + "\n"
