"""People signed in on the pages of the service."""

from __future__ import annotations

import hmac
from datetime import timedelta

from sqlalchemy import delete

from dinamis_service.clock import Clock
from dinamis_service.db import Database
from dinamis_service.identity.accounts import is_open, principal_of
from dinamis_service.identity.digests import digest, new_secret
from dinamis_service.identity.principal import Principal
from dinamis_service.identity.tables import Account, BrowserSession
from dinamis_service.secret_files import read_or_create
from dinamis_service.settings import Settings


class Browsers:
    """Sessions of browsers: the cookie holds a random secret, the state its digest and the person.

    A browser where nobody is signed in has a secret too, unknown to the state, which ties forms to it.
    """

    def __init__(self, database: Database, settings: Settings, clock: Clock) -> None:
        self._database = database
        self._lifetime = timedelta(seconds=settings.browser_lifetime_s)
        self._clock = clock
        self._form_key = read_or_create(settings.data_dir / "keys" / "forms.txt", new_secret)

    def open(self, sub: str) -> str:
        """A fresh secret for the browser where the person `sub` has just signed in."""
        secret, now = new_secret(), self._clock()
        with self._database.session() as session:
            session.execute(delete(BrowserSession).where(BrowserSession.expires_at <= now))
            session.add(
                BrowserSession(token_hash=digest(secret), account_id=sub, expires_at=now + self._lifetime)
            )
        return secret

    def principal(self, secret: str) -> Principal | None:
        """Who is signed in in the browser of this secret, if anyone."""
        with self._database.reading() as session:
            found = session.get(BrowserSession, digest(secret))
            if found is None or found.expires_at <= self._clock():
                return None
            account = session.get_one(Account, found.account_id)
            return principal_of(account) if is_open(account, self._clock()) else None

    def close(self, secret: str) -> None:
        """Sign the person of this browser out."""
        with self._database.session() as session:
            session.execute(delete(BrowserSession).where(BrowserSession.token_hash == digest(secret)))

    def form_token(self, secret: str) -> str:
        """What a form of this browser carries, which another site cannot know (against CSRF)."""
        return hmac.new(self._form_key.encode(), secret.encode(), "sha256").hexdigest()

    def is_form_token(self, secret: str, token: str) -> bool:
        """Whether a form came from a page that we gave to this browser."""
        return hmac.compare_digest(self.form_token(secret).encode(), token.encode())
