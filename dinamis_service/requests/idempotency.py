"""The key with which a client sends a request again without doing it twice."""

from __future__ import annotations

from typing import Annotated

from fastapi import Header

from dinamis_service.errors import ConflictError, InvalidError
from dinamis_service.requests.caller import Caller

MAX_KEY = 200
IdempotencyKey = Annotated[
    str | None,
    Header(description="What is sent again with the same key and content is made once"),
]
"""Header of a route that makes something."""


def check_key(key: str | None, caller: Caller) -> None:
    """Refuse an idempotency key that is empty or too long to be one.

    Raises:
        InvalidError: it is.
    """
    if key is not None and not 0 < len(key) <= MAX_KEY:
        raise InvalidError(
            caller.say(
                fr=f"La clé d'idempotence (Idempotency-Key) doit avoir de 1 à {MAX_KEY} caractères.",
                en=f"The idempotency key (Idempotency-Key) must have 1 to {MAX_KEY} characters.",
            )
        )


def used_key(caller: Caller, made: str) -> ConflictError:
    """The refusal of a key that made something of another content."""
    return ConflictError(
        caller.say(
            fr=f"Cette clé d'idempotence a déjà servi pour {made}, dont le contenu est autre.",
            en=f"This idempotency key was used for {made}, whose content differs.",
        )
    )
