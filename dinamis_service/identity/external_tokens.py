"""Access tokens of another issuer: who they speak for, found out once and kept for a moment."""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Any

from dinamis_service.clock import Clock
from dinamis_service.db import Database
from dinamis_service.identity.digests import digest
from dinamis_service.identity.external_accounts import ExternalAccounts, read_person
from dinamis_service.identity.external_issuer import ExternalIssuer
from dinamis_service.identity.principal import Principal
from dinamis_service.identity.relying_party import RelyingParty
from dinamis_service.identity.signer import InvalidTokenError
from dinamis_service.settings import Settings

CACHED_MAX = 10_000
REFUSED_FOR = timedelta(seconds=10)
"""A token that the issuer refused is not asked about again for this long."""
TOKEN_MAX = 16_000  # characters; headers end there


@dataclass(frozen=True)
class _Known:
    """What was found out of a token: an account, or that it is worth nothing."""

    account_id: str | None
    until: datetime


class External:
    """Identity by another issuer."""

    def __init__(self, database: Database, settings: Settings, clock: Clock) -> None:
        self.issuer = ExternalIssuer(settings, clock)
        self.accounts = ExternalAccounts(database, settings, clock)
        self.relying_party = RelyingParty(database, settings, clock, self.issuer)
        self._settings = settings
        self._clock = clock
        self._lock = threading.Lock()
        self._found: OrderedDict[str, _Known] = OrderedDict()

    def principal(self, token: str) -> Principal:
        """Who an access token speaks for.

        Raises:
            InvalidTokenError: it is not one of the issuer for this service, or no longer valid.
            NotAdmittedError: its person has no account here that is open.
            IssuerDownError: the issuer has to be asked and does not answer.
        """
        name = digest(token)
        known = self._known(name)
        if known is None:
            known = self._find_out(token)
            self._keep(name, known)
        if known.account_id is None:
            raise InvalidTokenError("refused by the issuer")
        return self.accounts.principal(known.account_id)

    def _find_out(self, token: str) -> _Known:
        now = self._clock()
        try:
            claims = self._claims(token)
        except InvalidTokenError:
            return _Known(None, now + REFUSED_FOR)
        person = read_person(self._settings, claims)
        asks_roles = bool(self._settings.issuer_roles_claim) and person.roles is None
        if self._settings.issuer_tokens == "jwt" and (asks_roles or not self.accounts.known(claims)):
            person = read_person(self._settings, self._completed(token, claims))
        until = now + timedelta(seconds=self._settings.issuer_cache_s)
        if isinstance(claims.get("exp"), int | float):
            until = min(until, datetime.fromtimestamp(claims["exp"], UTC))
        return _Known(self.accounts.admit(person), until)

    def _claims(self, token: str) -> dict[str, Any]:
        """What the issuer says of a token and its person, in the way of the settings."""
        if len(token) > TOKEN_MAX or not token.isascii():
            raise InvalidTokenError("too long, or with letters that no token has")
        if self._settings.issuer_tokens == "jwt":
            return self.issuer.access_claims(token)
        told = self._introspected(token) if self._settings.issuer_tokens == "introspection" else {}
        return self._completed(token, told)

    def _introspected(self, token: str) -> dict[str, Any]:
        """The answer of RFC 7662, for a token that was given to a client of ours or for this service."""
        url = self.issuer.endpoint("introspection_endpoint")
        if url is None:
            raise InvalidTokenError("the issuer has no introspection endpoint")
        status, told = self.issuer.post(url, {"token": token, "token_type_hint": "access_token"})
        if status != HTTPStatus.OK or told.get("active") is not True:
            raise InvalidTokenError("not active")
        if told.get("iss", self.issuer.url) != self.issuer.url or not self._is_for_us(told):
            raise InvalidTokenError("for another service")
        return told

    def _is_for_us(self, told: dict[str, Any]) -> bool:
        audience = told.get("aud")
        if audience:
            return self._settings.issuer_audience in (audience if isinstance(audience, list) else [audience])
        ours = (self._settings.issuer_client_id, self._settings.issuer_device_client_id)
        return told.get("client_id") in ours

    def _completed(self, token: str, told: dict[str, Any]) -> dict[str, Any]:
        """The claims with those of the user information; both have to be of one person."""
        more = self.issuer.userinfo(token) or {}
        claims = {**more, **told}
        if not claims.get("sub") or more.get("sub", claims["sub"]) != claims["sub"]:
            raise InvalidTokenError("of nobody, or of two people")
        return claims

    def _known(self, name: str) -> _Known | None:
        with self._lock:
            known = self._found.get(name)
            return known if known is not None and known.until > self._clock() else None

    def _keep(self, name: str, known: _Known) -> None:
        with self._lock:
            self._found[name] = known
            self._found.move_to_end(name)
            if len(self._found) > CACHED_MAX:
                self._found.popitem(last=False)
