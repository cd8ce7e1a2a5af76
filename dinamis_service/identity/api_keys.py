"""API keys: pairs that programs send in place of a token."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from dinamis_service.clock import Clock
from dinamis_service.db import Database
from dinamis_service.identity.accounts import principal_if_open
from dinamis_service.identity.digests import digest, matches, new_secret
from dinamis_service.identity.principal import Principal
from dinamis_service.identity.tables import ApiKey

DESCRIPTION_LENGTH_MAX = 200


@dataclass(frozen=True)
class KeyInfo:
    """What may be shown of a key again and again."""

    access_key: str
    created_at: datetime
    description: str


class ApiKeys:
    """Keys of every account."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def create(self, sub: str, description: str) -> tuple[str, str]:
        """A new access key of the person `sub` and its secret, which is shown this once."""
        access_key, secret_key = secrets.token_hex(10).upper(), new_secret()
        with self._database.session() as session:
            session.add(
                ApiKey(
                    access_key=access_key,
                    secret_hash=digest(secret_key),
                    account_id=sub,
                    description=description[:DESCRIPTION_LENGTH_MAX],
                    created_at=self._clock(),
                )
            )
        return access_key, secret_key

    def list(self, sub: str) -> list[KeyInfo]:
        """Keys of the person `sub`, oldest first."""
        with self._database.reading() as session:
            keys = session.scalars(
                select(ApiKey).where(ApiKey.account_id == sub).order_by(ApiKey.created_at, ApiKey.access_key)
            )
            return [KeyInfo(key.access_key, key.created_at, key.description) for key in keys]

    def revoke(self, sub: str, access_key: str) -> bool:
        """Delete a key of the person `sub`; False when there is no such key."""
        with self._database.session() as session:
            key = session.get(ApiKey, access_key)
            if key is None or key.account_id != sub:
                return False
            session.delete(key)
            return True

    def principal(self, access_key: str, secret_key: str) -> Principal | None:
        """Who the pair speaks for, if it is one of an account that is open."""
        with self._database.reading() as session:
            key = session.get(ApiKey, access_key)
            if key is None or not matches(secret_key, key.secret_hash):
                return None
            return principal_if_open(session, key.account_id, self._clock())
