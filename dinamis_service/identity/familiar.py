"""Browsers where somebody signed in before: others who guess do not hold them up there.

OWASP calls what such a browser keeps a device cookie.
"""

from __future__ import annotations

import hmac
import secrets

from dinamis_service.identity.digests import new_secret
from dinamis_service.secret_files import read_or_create
from dinamis_service.settings import Settings


class Familiar:
    """Marks that such browsers keep: they open nothing, they only say whose attempts count by themselves."""

    def __init__(self, settings: Settings) -> None:
        self._key = read_or_create(settings.data_dir / "keys" / "familiar.txt", new_secret).encode()

    def mark(self, sub: str) -> str:
        """A mark for a browser where the person `sub` has just signed in."""
        return self._sealed(secrets.token_hex(8), sub)

    def is_mark(self, mark: str, sub: str) -> bool:
        """Whether it is one that a browser of this person got from us."""
        nonce = mark.partition(".")[0]
        return hmac.compare_digest(self._sealed(nonce, sub).encode(), mark.encode())

    def _sealed(self, nonce: str, sub: str) -> str:
        seal = hmac.new(self._key, f"{sub}\n{nonce}".encode(), "sha256").hexdigest()
        return f"{nonce}.{seal}"
