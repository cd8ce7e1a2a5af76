"""Another OpenID Connect issuer, asked with bounds: its document, its keys, its other endpoints.

It may be down, slow, or change its keys: what it said last is kept, questions have a time-out and a number
that may be open at once, and after a failure nobody waits for it again for a while.
"""

from __future__ import annotations

import json
import logging
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any

import httpx
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet

from dinamis_service.clock import Clock
from dinamis_service.identity.signer import InvalidTokenError
from dinamis_service.settings import Settings

log = logging.getLogger("dinamis.identity")

ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512"]
"""Signatures by a key pair only: with a shared secret, whoever verifies could sign (RFC 8725 3.1)."""
REQUIRED = ("authorization_endpoint", "token_endpoint", "jwks_uri")
KEPT = timedelta(hours=1)  # how long the document and the keys are taken for true without asking again
REFETCH = timedelta(seconds=10)  # unknown keys make us ask for them at most this often
PAUSE = timedelta(seconds=5)  # after a failure of the network nobody waits for the issuer this long
LEEWAY_S = 30  # clocks differ
OPEN_MAX = 8  # questions at once; the threads of the service are for those who need no issuer too
ANSWER_MAX_BYTES = 1024 * 1024
_NOT_ACCESS = {"id", "refresh", "offline", "logout"}  # what Keycloak says in the claim `typ`


class IssuerDownError(Exception):
    """The issuer does not answer, or not as its standard says."""


@dataclass(frozen=True)
class Kept:
    """Something the issuer said, and when."""

    value: Any
    moment: datetime


class ExternalIssuer:
    """The issuer of the settings."""

    def __init__(self, settings: Settings, clock: Clock) -> None:
        self.url = settings.issuer_url or ""
        self._settings = settings
        self._clock = clock
        self._http = httpx.Client(timeout=settings.issuer_timeout_s, follow_redirects=False)
        self._slots = threading.BoundedSemaphore(OPEN_MAX)
        self._asking = threading.Lock()
        self._document: Kept | None = None
        self._keys: Kept | None = None
        self._down_until: datetime | None = None

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def document(self) -> dict[str, Any]:
        """The discovery document, with what the issuer tells elsewhere (RFC 8414) and what the settings add.

        Raises:
            IssuerDownError: it cannot be had.
        """
        kept = self._document
        if self._is_old(kept, KEPT):
            with self._asking:  # one asks; whoever has a word that still holds does not wait
                kept = self._document
                if self._is_old(kept, KEPT):
                    self._document = kept = self._renewed(kept, self._fetch_document)
        return dict(kept.value) if kept else {}

    def endpoint(self, name: str) -> str | None:
        """Address of an endpoint that not every issuer has."""
        found = self.document().get(name)
        return found if isinstance(found, str) and self._is_safe(found) else None

    def post(self, url: str, form: Mapping[str, str]) -> tuple[int, dict[str, Any]]:
        """Status and body of a question that our client asks, with its secret where it has one.

        Raises:
            IssuerDownError: there is no answer.
        """
        client, secret = (
            self._settings.issuer_client_id,
            self._settings.issuer_client_secret.get_secret_value(),
        )
        methods = self.document().get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
        if not secret:
            return self._ask("POST", url, data={**form, "client_id": client})
        if "client_secret_basic" in methods:
            return self._ask("POST", url, data=dict(form), auth=httpx.BasicAuth(client, secret))
        return self._ask("POST", url, data={**form, "client_id": client, "client_secret": secret})

    def userinfo(self, access_token: str) -> dict[str, Any] | None:
        """What the issuer says of the person of a token; None where it says nothing.

        Raises:
            IssuerDownError: there is no answer.
        """
        url = self.endpoint("userinfo_endpoint")
        if url is None:
            return None
        status, body = self._ask("GET", url, headers={"Authorization": f"Bearer {access_token}"})
        return body if status == HTTPStatus.OK else None

    def access_claims(self, token: str) -> dict[str, Any]:
        """Claims of an access token for this service (RFC 9068, or as Keycloak writes them).

        Raises:
            InvalidTokenError: it is not one.
            IssuerDownError: the keys cannot be had.
        """
        header, claims = self._verified(token, self._settings.issuer_audience)
        kind = str(header.get("typ", "JWT")).lower().removeprefix("application/")
        told = str(claims.get("typ", "")).lower()
        if kind not in ("at+jwt", "jwt") or told in _NOT_ACCESS or "nonce" in claims or "at_hash" in claims:
            raise InvalidTokenError("not an access token")
        return claims

    def identity_claims(self, token: str, nonce: str) -> dict[str, Any]:
        """Claims of an identity token for our client, made for the sign-in of this nonce.

        Raises:
            InvalidTokenError: it is not one.
            IssuerDownError: the keys cannot be had.
        """
        client = self._settings.issuer_client_id
        header, claims = self._verified(token, client)
        if str(header.get("typ", "JWT")).lower() == "at+jwt" or claims.get("azp", client) != client:
            raise InvalidTokenError("not an identity token for this client")
        if claims.get("nonce") != nonce:
            raise InvalidTokenError("an identity token of another sign-in")
        return claims

    def _verified(self, token: str, audience: str) -> tuple[dict[str, Any], dict[str, Any]]:
        """Header and claims of a token that the issuer signed for this audience and that is valid now."""
        registry = jwt.JWTClaimsRegistry(
            now=int(self._clock().timestamp()),
            leeway=LEEWAY_S,
            iss={"essential": True, "value": self.url},
            aud={"essential": True, "value": audience},
            exp={"essential": True},
            sub={"essential": True},
        )
        try:
            try:
                decoded = jwt.decode(token, self._key_set(), algorithms=ALGORITHMS)
            except InvalidKeyIdError:
                decoded = jwt.decode(token, self._key_set(renewed=True), algorithms=ALGORITHMS)
            registry.validate(decoded.claims)
        except (JoseError, ValueError, TypeError) as error:
            raise InvalidTokenError(str(error)) from None
        return dict(decoded.header), decoded.claims

    def _key_set(self, *, renewed: bool = False) -> KeySet:
        url = str(self.document()["jwks_uri"])
        life = REFETCH if renewed else KEPT
        kept = self._keys
        if self._is_old(kept, life):
            with self._asking:
                kept = self._keys
                if self._is_old(kept, life):
                    self._keys = kept = self._renewed(kept, lambda: self._fetch_keys(url))
        return kept.value if kept else KeySet([])

    def _is_old(self, kept: Kept | None, life: timedelta) -> bool:
        return kept is None or self._clock() - kept.moment > life

    def _renewed(self, kept: Kept | None, fetch: Callable[[], Any]) -> Kept:
        """The newest word of the issuer; what it said before, where it does not answer."""
        try:
            return Kept(fetch(), self._clock())
        except IssuerDownError as error:
            log.warning("the issuer %s: %s%s", self.url, error, "; its last word stands" if kept else "")
            if kept is None:
                raise
            return kept

    def _fetch_document(self) -> dict[str, Any]:
        status, body = self._ask("GET", f"{self.url.rstrip('/')}/.well-known/openid-configuration")
        if status != HTTPStatus.OK:
            raise IssuerDownError("no discovery document")
        if body.get("issuer") != self.url:  # or else its tokens would be those of somebody else
            raise IssuerDownError("the discovery document is of another issuer")
        if not all(isinstance(body.get(name), str) and self._is_safe(body[name]) for name in REQUIRED):
            raise IssuerDownError("the discovery document lacks an endpoint, or one is not encrypted")
        told = {**self._fetch_more(), **body}
        if self._settings.issuer_device_endpoint is not None:
            told.setdefault("device_authorization_endpoint", self._settings.issuer_device_endpoint)
        return told

    def _fetch_more(self) -> dict[str, Any]:
        """The document of RFC 8414, where some issuers name endpoints that OpenID Connect does not know."""
        status, body = self._ask("GET", f"{self.url.rstrip('/')}/.well-known/oauth-authorization-server")
        return body if status == HTTPStatus.OK and body.get("issuer") == self.url else {}

    def _fetch_keys(self, url: str) -> KeySet:
        status, body = self._ask("GET", url)
        keys = body.get("keys") if status == HTTPStatus.OK else None
        if not isinstance(keys, list):
            raise IssuerDownError("no key set")
        usable = [
            one
            for one in keys
            if isinstance(one, dict) and one.get("kty") in ("RSA", "EC") and one.get("use", "sig") == "sig"
        ]
        try:
            return KeySet.import_key_set({"keys": usable})
        except (JoseError, ValueError, TypeError, KeyError) as error:
            raise IssuerDownError("a key set that cannot be read") from error

    def _is_safe(self, url: str) -> bool:
        """Whether an endpoint is as well protected on the way as the issuer itself."""
        return url.startswith("https://") or (url.startswith("http://") and self.url.startswith("http://"))

    def _ask(self, method: str, url: str, **asked: Any) -> tuple[int, dict[str, Any]]:
        if self._down_until is not None and self._clock() < self._down_until:
            raise IssuerDownError("it did not answer a moment ago")
        if not self._slots.acquire(timeout=self._settings.issuer_timeout_s):
            raise IssuerDownError("too many questions wait for it")
        try:
            return self._exchange(method, url, asked)
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError) as error:
            self._down_until = self._clock() + PAUSE
            log.warning("the issuer %s does not answer: %s", self.url, type(error).__name__)
            raise IssuerDownError(type(error).__name__) from None
        finally:
            self._slots.release()

    def _exchange(self, method: str, url: str, asked: Mapping[str, Any]) -> tuple[int, dict[str, Any]]:
        deadline = time.monotonic() + self._settings.issuer_timeout_s
        body = bytearray()
        headers = {"Accept": "application/json", **asked.get("headers", {})}
        with self._http.stream(method, url, **{**asked, "headers": headers}) as response:
            for chunk in response.iter_bytes():
                body += chunk
                if len(body) > ANSWER_MAX_BYTES:
                    raise IssuerDownError("an answer without end")
                if time.monotonic() > deadline:
                    raise TimeoutError
        if response.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR:
            raise IssuerDownError("a fault of its own")
        try:
            told = json.loads(body or b"{}")
        except ValueError:
            told = {}
        return response.status_code, told if isinstance(told, dict) else {}
