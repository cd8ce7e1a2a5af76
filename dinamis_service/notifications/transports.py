"""Ways for a mail to leave: an SMTP server, or a folder where none is set."""

from __future__ import annotations

import asyncio
from email.message import EmailMessage
from email.utils import parseaddr
from pathlib import Path
from typing import Protocol

import aiosmtplib

from dinamis_service.settings import Settings
from dinamis_service.smtp_address import SmtpAddress, read_address
from dinamis_service.whole_files import give_name, partial_file

CONNECT_S = 20.0
ANSWER_S = 120.0
"""A server that was given a mail and answers nothing may have taken it: better wait than send it twice."""
TOTAL_S = 300.0
_GOING_DOWN = 421
_PERMANENT = 500


class DownError(Exception):
    """No mail leaves now, this one or another; it will be tried again."""


class LaterError(Exception):
    """This mail was put off; others may leave."""


class RefusedError(Exception):
    """This mail will never be taken."""


class Transport(Protocol):
    """Takes mails out of the service."""

    def send(self, mail_id: int, message: EmailMessage) -> None:
        """Let a mail leave, once per call.

        Raises:
            DownError, LaterError, RefusedError: it has not left, or nobody knows (an answer was lost).
        """


def transport_of(settings: Settings) -> Transport:
    """The way that the settings name."""
    if settings.smtp_url is None:
        return FolderTransport(settings.outbox_dir)
    return SmtpTransport(read_address(settings.smtp_url.get_secret_value()), parseaddr(settings.mail_from)[1])


class FolderTransport:
    """Writes mails into a folder; the same mail takes the same file."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def send(self, mail_id: int, message: EmailMessage) -> None:
        """Write the mail, whole or not at all."""
        target = self._folder / f"{mail_id:08d}.eml"
        try:
            with partial_file(self._folder) as file:
                file.write(message.as_bytes())
                give_name(file, target)
        except OSError as error:
            raise DownError(str(error)) from error


class SmtpTransport:
    """Hands mails to an SMTP server, one connection for each."""

    def __init__(self, address: SmtpAddress, sender: str, answer_s: float = ANSWER_S) -> None:
        self._address = address
        self._sender = sender
        self._answer_s = answer_s

    def send(self, mail_id: int, message: EmailMessage) -> None:  # noqa: ARG002 (a mail names itself)
        """Hand the mail over, and return when the server has taken it."""
        asyncio.run(self._send(message))

    async def _send(self, message: EmailMessage) -> None:
        client = self._client()
        try:
            async with asyncio.timeout(TOTAL_S):
                await self._connect(client)
                await self._hand_over(client, message)
        except TimeoutError as error:
            msg = "the server takes too long"
            raise LaterError(msg) from error
        finally:
            client.close()  # the mail is taken or not: whether the server says goodbye changes nothing

    def _client(self) -> aiosmtplib.SMTP:
        address = self._address
        return aiosmtplib.SMTP(
            hostname=address.host,
            port=address.port,
            username=address.user,
            password=address.password,
            local_hostname=self._sender.rpartition("@")[2],
            timeout=min(CONNECT_S, self._answer_s),
            use_tls=address.security == "smtps",
            start_tls=address.security == "starttls",
        )

    @staticmethod
    async def _connect(client: aiosmtplib.SMTP) -> None:
        """Reach the server and sign in there; no mail was named yet."""
        try:
            await client.connect()
        except (aiosmtplib.SMTPException, OSError) as error:
            raise DownError(str(error)) from error

    async def _hand_over(self, client: aiosmtplib.SMTP, message: EmailMessage) -> None:
        """Give the mail to the server that was reached.

        Only a refusal of the recipient or of the content is about this mail: one of our address as sender
        would meet every other mail too.
        """
        try:
            await client.send_message(message, timeout=self._answer_s)
        except aiosmtplib.SMTPRecipientsRefused as error:
            raise _refusal(error.recipients[0]) from error
        except aiosmtplib.SMTPDataError as error:
            raise _refusal(error) from error
        except aiosmtplib.SMTPResponseException as error:
            raise DownError(_told(error)) from error
        except (aiosmtplib.SMTPException, OSError) as error:  # cut: taken or not, nobody knows
            raise LaterError(str(error)) from error


def _refusal(said: aiosmtplib.SMTPResponseException) -> DownError | LaterError | RefusedError:
    """What becomes of a mail that the server did not take, by the code of its answer."""
    if said.code == _GOING_DOWN:
        return DownError(_told(said))
    return (RefusedError if said.code >= _PERMANENT else LaterError)(_told(said))


def _told(said: aiosmtplib.SMTPResponseException) -> str:
    return f"{said.code} {said.message}"
