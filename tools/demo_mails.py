"""The folder in which a demonstration leaves its mails, read as a person reads a mailbox."""

from __future__ import annotations

import re
import time
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

MAIL_S = 30


class Mailbox:
    """Mails of a folder, one file each, the newest with the highest number."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def link(self, address: str, path: str) -> str:
        """The address with a secret that was mailed to somebody, waited for.

        Raises:
            RuntimeError: no such mail came.
        """
        pattern = re.compile(rf"https?://\S+{re.escape(path)}\?link=\S+")
        return self._found(address, pattern)

    def wait_for(self, address: str, path: str) -> None:
        """Wait for a mail to somebody that names a path of the service. Raises `RuntimeError`."""
        self._found(address, re.compile(re.escape(path)))

    def _found(self, address: str, pattern: re.Pattern[str]) -> str:
        deadline = time.monotonic() + MAIL_S
        while time.monotonic() < deadline:
            for path in sorted(self._folder.glob("*.eml"), reverse=True):
                mail = message_from_bytes(path.read_bytes(), policy=policy.default)
                if address in str(mail["To"]) and (found := pattern.search(_text(mail))):
                    return found[0]
            time.sleep(0.2)
        message = f"no mail to {address} with {pattern.pattern} within {MAIL_S} s"
        raise RuntimeError(message)


def _text(mail: EmailMessage) -> str:
    body = mail.get_body(("plain",))
    return "" if body is None else str(body.get_content())
