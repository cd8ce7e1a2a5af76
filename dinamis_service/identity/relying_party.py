"""Sign-in on the pages at another issuer: authorization code with PKCE, as its client."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

from sqlalchemy import delete

from dinamis_service.clock import Clock
from dinamis_service.db import Database
from dinamis_service.identity.digests import digest, matches, new_secret
from dinamis_service.identity.external_issuer import ExternalIssuer, IssuerDownError
from dinamis_service.identity.signer import InvalidTokenError
from dinamis_service.identity.tables import LoginFlow
from dinamis_service.settings import Settings

FLOW_LIFE = timedelta(minutes=10)
CALLBACK_PATH = "/sign-in/callback"


class StrayAnswerError(Exception):
    """An answer that this browser did not ask for, asked for too long ago, or has brought before."""


class RefusedAnswerError(Exception):
    """The issuer did not sign the person in; `code` is what it said (RFC 6749 4.1.2.1)."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Arrival:
    """Somebody whom the issuer has signed in, and the page that they wanted."""

    claims: Mapping[str, Any]
    wanted: str


class RelyingParty:
    """Our part of the sign-in."""

    def __init__(self, database: Database, settings: Settings, clock: Clock, issuer: ExternalIssuer) -> None:
        self._database = database
        self._settings = settings
        self._clock = clock
        self._issuer = issuer

    def begin(self, browser: str, base: str, wanted: str) -> str:
        """Where to send the browser of this secret, which wants the page `wanted` of the service at `base`.

        Raises:
            IssuerDownError: the issuer does not say where.
        """
        address = str(self._issuer.document()["authorization_endpoint"])
        state, verifier, nonce, now = new_secret(), new_secret(), new_secret(), self._clock()
        with self._database.session() as session:
            session.execute(delete(LoginFlow).where(LoginFlow.expires_at <= now))
            session.add(
                LoginFlow(
                    state_hash=digest(state),
                    browser_hash=digest(browser),
                    verifier=verifier,
                    nonce=nonce,
                    wanted=wanted,
                    expires_at=now + FLOW_LIFE,
                )
            )
        hashed = hashlib.sha256(verifier.encode()).digest()
        query = {
            "response_type": "code",
            "client_id": self._settings.issuer_client_id,
            "redirect_uri": base + CALLBACK_PATH,
            "scope": self._settings.issuer_scope,
            "state": state,
            "nonce": nonce,
            "code_challenge": base64.urlsafe_b64encode(hashed).rstrip(b"=").decode(),
            "code_challenge_method": "S256",
        }
        return f"{address}{'&' if '?' in address else '?'}{urlencode(query)}"

    def finish(self, browser: str, base: str, answer: Mapping[str, str]) -> Arrival:
        """Who the issuer's answer, which the browser of this secret has brought, has signed in.

        Raises:
            StrayAnswerError: the browser has not asked for it.
            RefusedAnswerError: the issuer refused.
            InvalidTokenError: what it gave is not for us.
            IssuerDownError: it does not answer.
        """
        flow = self._take(browser, answer.get("state", ""))
        self._check_sender(answer)
        if "code" not in answer:
            raise RefusedAnswerError(answer.get("error", "no code"))
        tokens = self._exchange(answer["code"], base, flow.verifier)
        claims = self._issuer.identity_claims(str(tokens.get("id_token", "")), flow.nonce)
        access_token = tokens.get("access_token")
        more = self._issuer.userinfo(access_token) if isinstance(access_token, str) else None
        if more is not None and more.get("sub") != claims["sub"]:
            raise InvalidTokenError("the user information is of somebody else")
        return Arrival({**(more or {}), **claims}, flow.wanted)

    def set_aside(self, browser: str, arrival: Arrival) -> str:
        """Keep what was said of somebody new until they have told their entity; the secret finds it again."""
        secret, now = new_secret(), self._clock()
        with self._database.session() as session:
            session.add(
                LoginFlow(
                    state_hash=digest(secret),
                    browser_hash=digest(browser),
                    verifier="",
                    nonce="",
                    wanted=arrival.wanted,
                    claims=dict(arrival.claims),
                    expires_at=now + FLOW_LIFE,
                )
            )
        return secret

    def set_aside_before(self, browser: str, secret: str) -> Arrival:
        """What was set aside for this browser.

        Raises:
            StrayAnswerError: nothing, or too long ago.
        """
        with self._database.reading() as session:
            flow = session.get(LoginFlow, digest(secret))
            if flow is None or flow.claims is None or not self._is_of(flow, browser):
                raise StrayAnswerError
            return Arrival(flow.claims, flow.wanted)

    def forget(self, secret: str) -> None:
        """What was set aside is used."""
        with self._database.session() as session:
            session.execute(delete(LoginFlow).where(LoginFlow.state_hash == digest(secret)))

    def sign_out_address(self, base: str) -> str | None:
        """Where a person who was signed out here may sign out of the issuer too, if it tells."""
        try:
            address = self._issuer.endpoint("end_session_endpoint")
        except IssuerDownError:
            return None
        query = urlencode(
            {"client_id": self._settings.issuer_client_id, "post_logout_redirect_uri": f"{base}/"}
        )
        return None if address is None else f"{address}{'&' if '?' in address else '?'}{query}"

    def _take(self, browser: str, state: str) -> LoginFlow:
        """The flow of an answer, which no other answer has from now on."""
        with self._database.session() as session:
            flow = session.get(LoginFlow, digest(state), with_for_update=True)
            if flow is None or flow.claims is not None or not self._is_of(flow, browser):
                raise StrayAnswerError
            session.delete(flow)
            return flow

    def _is_of(self, flow: LoginFlow, browser: str) -> bool:
        return matches(browser, flow.browser_hash) and flow.expires_at > self._clock()

    def _check_sender(self, answer: Mapping[str, str]) -> None:
        """Refuse the answer of another issuer, mixed up with ours (RFC 9207)."""
        promised = self._issuer.document().get("authorization_response_iss_parameter_supported") is True
        if answer.get("iss", None if promised else self._issuer.url) != self._issuer.url:
            raise StrayAnswerError

    def _exchange(self, code: str, base: str, verifier: str) -> dict[str, Any]:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": base + CALLBACK_PATH,
            "code_verifier": verifier,
        }
        status, tokens = self._issuer.post(str(self._issuer.document()["token_endpoint"]), form)
        if status != HTTPStatus.OK:
            raise RefusedAnswerError(str(tokens.get("error", status))[:100])
        return tokens
