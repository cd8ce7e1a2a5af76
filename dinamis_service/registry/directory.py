"""People in an external directory, such as THEIA's: made there, or found there and attached (REG-07).

One adapter over HTTP: `PUT <address>/<account>` with the names and the address of the person as JSON,
answered by `{"id": ...}` with the identifier of the person there. Asking again gives the same answer, so that
an answer that was lost harms nothing. Passwords never leave this service.
"""

from __future__ import annotations

import json
import time
from dataclasses import asdict, dataclass
from http import HTTPStatus
from typing import Protocol

import httpx

from dinamis_service.identity.tables import Account
from dinamis_service.settings import Settings

_RETRIED = frozenset({408, 425, 429, 500, 502, 503, 504})
_LONGEST_ID = 80
_ANSWER_BYTES = 64 * 1024


class DirectoryError(Exception):
    """The directory did not take a person: it does not answer, or says no."""


@dataclass(frozen=True)
class Person:
    """What the directory is told of the owner of an account."""

    account_id: str
    email: str
    given_name: str
    family_name: str
    entity: str
    nationality: str

    @classmethod
    def of(cls, account: Account) -> Person:
        """The owner of an account."""
        return cls(
            account.id,
            account.email,
            account.given_name,
            account.family_name,
            account.entity.name,
            account.nationality,
        )


class Directory(Protocol):
    """A directory of people outside of this service."""

    def create_or_attach(self, person: Person) -> str:
        """Identifier of the person in the directory, who is added to it unless they are there already.

        Raises:
            DirectoryError: it does not answer in time, or does not take the person.
        """


@dataclass(frozen=True)
class Patience:
    """How long one request may take, and how often it is tried.

    Args:
        connect_s: seconds to reach the server, and between two pieces of its answer.
        total_s: seconds for the whole answer.
        tries: of one request, the first included.
        pause_s: before the second try; doubled at each further one.
    """

    connect_s: float = 5
    total_s: float = 10
    tries: int = 3
    pause_s: float = 0.5


class HttpDirectory:
    """The directory behind an address."""

    def __init__(self, url: str, secret: str, patience: Patience | None = None) -> None:
        self._url = url.rstrip("/")
        self._patience = patience or Patience()
        headers = {"Authorization": f"Bearer {secret}"} if secret else {}
        self._client = httpx.Client(timeout=httpx.Timeout(self._patience.connect_s), headers=headers)

    def create_or_attach(self, person: Person) -> str:
        """Put the person there, trying again what may go better. Raises `DirectoryError`."""
        pause = self._patience.pause_s
        for left in reversed(range(self._patience.tries)):
            try:
                status, body = self._put(person)
            except (httpx.HTTPError, DirectoryError) as error:
                if not left:
                    msg = f"no answer: {type(error).__name__} {error}"
                    raise DirectoryError(msg) from error
            else:
                if status not in _RETRIED or not left:
                    return _identifier(status, body)
            time.sleep(pause)
            pause *= 2
        raise AssertionError  # the last try returned or raised

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def _put(self, person: Person) -> tuple[int, bytes]:
        """Status and body of an answer, which may be neither long nor slow."""
        deadline = time.monotonic() + self._patience.total_s
        body = b""
        with self._client.stream("PUT", f"{self._url}/{person.account_id}", json=asdict(person)) as answer:
            for piece in answer.iter_bytes():
                body += piece
                if len(body) > _ANSWER_BYTES or time.monotonic() > deadline:
                    raise DirectoryError("the answer is too long, or takes too long")
            return answer.status_code, body


def directory_of(settings: Settings) -> HttpDirectory | None:
    """The directory that the settings name, if any."""
    if settings.directory_url is None:
        return None
    return HttpDirectory(settings.directory_url, settings.directory_secret.get_secret_value())


def _identifier(status: int, body: bytes) -> str:
    """The identifier that an answer gives."""
    if status not in {HTTPStatus.OK, HTTPStatus.CREATED}:
        msg = f"status {status}"
        raise DirectoryError(msg)
    try:
        identifier = json.loads(body)["id"]
    except (ValueError, KeyError, TypeError) as error:
        raise DirectoryError("the answer gives no identifier") from error
    if not (isinstance(identifier, str) and 0 < len(identifier) <= _LONGEST_ID and identifier.isprintable()):
        raise DirectoryError("the answer gives no identifier")
    return identifier
