"""Authorization code with PKCE (RFC 6749 4.1, 7636, 9207; OpenID Connect Core 3.1), as RFC 9700 wants it.

A request that names no client, or a redirect address that is not the client's, is refused on a page: nothing
is sent to an address that nobody registered. Everything else is answered to the client.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlencode

from sqlalchemy import delete
from sqlalchemy.orm import Session

from dinamis_service.clock import Clock
from dinamis_service.db import Database
from dinamis_service.identity.clients import Client, Clients, known_scope
from dinamis_service.identity.digests import digest, new_secret
from dinamis_service.identity.oauth_errors import OAuthError, invalid_grant
from dinamis_service.identity.tables import AuthorizationCode
from dinamis_service.identity.tokens import FirstClaims, Tokens, TokenSet

CODE_LIFE = timedelta(seconds=60)
MEMORY = timedelta(hours=1)  # a code used twice is recognised for this long
PROMPTS = frozenset({"none", "login", "consent", "select_account"})
LONGEST = {"state": 4000, "nonce": 200, "login_hint": 254, "scope": 500}
_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")  # base64url of a SHA-256
_VERIFIER = re.compile(r"[A-Za-z0-9._~-]{43,128}")


class StrayRequestError(Exception):
    """There is no client to answer to: it is unknown, or the redirect address is not its own."""


class RedirectedError(Exception):
    """The request is refused, and its client told so."""

    def __init__(self, error: str, description: str, redirect_uri: str, state: str | None) -> None:
        super().__init__(f"{error}: {description}")
        self._told = {"error": error, "error_description": description}
        self._redirect_uri = redirect_uri
        self._state = state

    def address(self, issuer: str) -> str:
        """Where the browser brings the refusal."""
        return answer_address(self._redirect_uri, self._told, self._state, issuer)


@dataclass(frozen=True)
class AuthorizationRequest:
    """What a client asks for a person; `max_age` in seconds."""

    client: Client
    redirect_uri: str
    scope: str
    code_challenge: str
    state: str | None
    nonce: str | None
    prompt: frozenset[str]
    max_age: int | None
    login_hint: str
    id_token_hint: str | None

    def refusal(self, error: str, description: str) -> RedirectedError:
        """The refusal of this request, for its client."""
        return RedirectedError(error, description, self.redirect_uri, self.state)


def read_request(clients: Clients, sent: Sequence[tuple[str, str]]) -> AuthorizationRequest:
    """The request of these parameters.

    Raises:
        StrayRequestError: nobody may be told why it is refused.
        RedirectedError: it is refused.
    """
    values = dict(sent)
    twice = [name for name, times in Counter(name for name, _ in sent).items() if times > 1]
    client = clients.get(values.get("client_id", ""))
    redirect_uri = values.get("redirect_uri", "")
    if client is None or not client.accepts(redirect_uri) or {"client_id", "redirect_uri"} & set(twice):
        raise StrayRequestError
    state = values.get("state")
    if fault := _fault(values, twice):
        told = (
            state if state is not None and "state" not in twice and len(state) <= LONGEST["state"] else None
        )
        raise RedirectedError(*fault, redirect_uri, told)
    return AuthorizationRequest(
        client=client,
        redirect_uri=redirect_uri,
        scope=known_scope(values.get("scope", "")),
        code_challenge=values["code_challenge"],
        state=state,
        nonce=values.get("nonce"),
        prompt=frozenset(values.get("prompt", "").split()),
        max_age=int(values["max_age"]) if values.get("max_age") else None,
        login_hint=values.get("login_hint", ""),
        id_token_hint=values.get("id_token_hint"),
    )


def _fault(values: Mapping[str, str], twice: Sequence[str]) -> tuple[str, str] | None:
    """Code and description of what is wrong with a request, None when nothing is."""
    prompt = set(values.get("prompt", "").split())
    faults = (
        (bool(twice), "invalid_request", "A parameter is repeated"),
        ("request" in values, "request_not_supported", "Request objects are not supported"),
        ("request_uri" in values, "request_uri_not_supported", "Request objects are not supported"),
        (not values.get("response_type"), "invalid_request", "response_type is missing"),
        (values.get("response_type") != "code", "unsupported_response_type", "Only code is supported"),
        (
            values.get("response_mode", "query") != "query",
            "invalid_request",
            "Only response_mode query is supported",
        ),
        (
            values.get("code_challenge_method") != "S256",
            "invalid_request",
            "code_challenge_method S256 is required",
        ),
        (
            not _CHALLENGE.fullmatch(values.get("code_challenge", "")),
            "invalid_request",
            "code_challenge must be the SHA-256 of a verifier in base64url",
        ),
        (not known_scope(values.get("scope", "")), "invalid_scope", "No known scope"),
        (
            bool(prompt - PROMPTS) or ("none" in prompt and len(prompt) > 1),
            "invalid_request",
            "Unknown prompt",
        ),
        (
            not re.fullmatch(r"[0-9]{0,9}", values.get("max_age", "")),
            "invalid_request",
            "max_age is no number",
        ),
        (
            any(len(values.get(name, "")) > longest for name, longest in LONGEST.items()),
            "invalid_request",
            "A parameter is too long",
        ),
        (any(not value.isprintable() for value in values.values()), "invalid_request", "Control characters"),
    )
    return next(((error, description) for holds, error, description in faults if holds), None)


def answer_address(redirect_uri: str, answer: Mapping[str, str], state: str | None, issuer: str) -> str:
    """A redirect address with an answer; `iss` tells the client whose it is (RFC 9207)."""
    told = {**answer, **({} if state is None else {"state": state}), "iss": issuer}
    return f"{redirect_uri}{'&' if '?' in redirect_uri else '?'}{urlencode(told)}"


class Codes:
    """Codes that clients exchange for tokens, once."""

    def __init__(self, database: Database, clock: Clock, tokens: Tokens) -> None:
        self._database = database
        self._clock = clock
        self._tokens = tokens

    def issue(self, request: AuthorizationRequest, sub: str, signed_in_at: datetime) -> str:
        """A code for what the person `sub`, signed in since `signed_in_at`, lets the client have."""
        code, now = new_secret(), self._clock()
        with self._database.session() as session:
            session.execute(delete(AuthorizationCode).where(AuthorizationCode.expires_at < now - MEMORY))
            session.add(
                AuthorizationCode(
                    code_hash=digest(code),
                    client_id=request.client.client_id,
                    redirect_uri=request.redirect_uri,
                    account_id=sub,
                    scope=request.scope,
                    nonce=request.nonce,
                    code_challenge=request.code_challenge,
                    signed_in_at=signed_in_at,
                    expires_at=now + CODE_LIFE,
                )
            )
        return code

    def redeem(self, code: str, client: Client, redirect_uri: str, verifier: str, issuer: str) -> TokenSet:
        """The tokens of a code.

        Raises:
            OAuthError: `invalid_grant`; when the code was used before, the sign-in it gave has ended.
        """
        with self._database.session() as session:
            outcome = self._redeem_in(session, code, client, (redirect_uri, verifier), issuer)
        if isinstance(outcome, OAuthError):  # raised after the transaction, which has used the code up
            raise outcome
        return outcome

    def _redeem_in(
        self, session: Session, code: str, client: Client, proof: tuple[str, str], issuer: str
    ) -> TokenSet | OAuthError:
        now = self._clock()
        grant = session.get(AuthorizationCode, digest(code), with_for_update=True)
        if grant is None or grant.client_id != client.client_id:
            return invalid_grant("Code not valid")
        if grant.redeemed_at is not None:
            self._tokens.end(session, grant.sign_in_id or "")
            return invalid_grant("The code was used before; the sign-in has ended")
        grant.redeemed_at = now
        if grant.expires_at <= now:
            return invalid_grant("Code is expired")
        redirect_uri, verifier = proof
        if redirect_uri != grant.redirect_uri or not _proves(verifier, grant.code_challenge):
            return invalid_grant("redirect_uri or code_verifier is not the one of the request")
        tokens = self._tokens.open_in(
            session,
            grant.account_id,
            client.client_id,
            grant.scope,
            issuer,
            first=FirstClaims(nonce=grant.nonce, auth_time=grant.signed_in_at),
        )
        grant.sign_in_id = tokens.sign_in_id
        return tokens


def _proves(verifier: str, challenge: str) -> bool:
    """Whether a verifier is the one of an S256 challenge (RFC 7636 4.6)."""
    if not _VERIFIER.fullmatch(verifier):
        return False
    hashed = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    return hmac.compare_digest(hashed, challenge)
