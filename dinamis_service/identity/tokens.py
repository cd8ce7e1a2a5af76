"""Sign-ins and their tokens: issued, refreshed with rotation, checked, ended.

A sign-in is a family: refresh tokens that replace each other, and the access tokens issued with them, which
carry its identifier (`sid`) and are checked against the state, so that ending it ends them all at once. One
without `offline_access` ends as a sign-in on the pages does, however often it is refreshed.

A refresh token that is used again ends its sign-in, since two hold it. One exception keeps a lost answer from
signing a person out: within `refresh_grace_s` the token last used may be used again as long as the one that
answered it has not been, and that one is then retired, so that its own use would end the sign-in.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from dinamis_service.clock import Clock
from dinamis_service.db import Database
from dinamis_service.identity.accounts import principal_if_open
from dinamis_service.identity.digests import digest, new_secret
from dinamis_service.identity.key_files import KeyFiles
from dinamis_service.identity.oauth_errors import invalid_grant
from dinamis_service.identity.principal import Principal
from dinamis_service.identity.signer import ACCESS_TYPE, IDENTITY_TYPE, InvalidTokenError, Signer
from dinamis_service.identity.tables import RefreshToken, SignIn
from dinamis_service.settings import Settings

AUDIENCE = "dinamis"


@dataclass(frozen=True)
class FirstClaims:
    """What the first identity token tells besides: for which request, and since when the person is there."""

    nonce: str | None
    auth_time: datetime

    def told(self) -> dict[str, Any]:
        """The claims."""
        since = {"auth_time": int(self.auth_time.timestamp())}
        return since if self.nonce is None else {"nonce": self.nonce, **since}


@dataclass(frozen=True)
class TokenSet:
    """The tokens of one answer of the token endpoint."""

    sign_in_id: str
    access_token: str
    expires_in: int
    refresh_token: str
    refresh_expires_in: int
    scope: str
    id_token: str | None

    def answer(self) -> dict[str, Any]:
        """The body of RFC 6749 5.1, with the members that Keycloak adds."""
        body: dict[str, Any] = {
            "access_token": self.access_token,
            "expires_in": self.expires_in,
            "refresh_token": self.refresh_token,
            "refresh_expires_in": self.refresh_expires_in,
            "token_type": "Bearer",
            "session_state": self.sign_in_id,
            "scope": self.scope,
        }
        return body if self.id_token is None else {**body, "id_token": self.id_token}


class Tokens:
    """Everything that happens to a sign-in after the person has consented."""

    def __init__(self, database: Database, settings: Settings, clock: Clock) -> None:
        self._database = database
        self._settings = settings
        self._clock = clock
        self._signer = Signer(key_files(settings))
        self.public_keys()  # the first key is made now, not while somebody waits

    def public_keys(self) -> dict[str, Any]:
        """Key set with which anyone verifies our tokens (JWKS)."""
        return self._signer.public_keys(self._clock())

    def open(self, sub: str, client_id: str, scope: str, issuer: str) -> TokenSet:
        """Sign the person `sub` in through `client_id`, as the person consented."""
        with self._database.session() as session:
            return self.open_in(session, sub, client_id, scope, issuer)

    def open_in(
        self,
        session: Session,
        sub: str,
        client_id: str,
        scope: str,
        issuer: str,
        *,
        first: FirstClaims | None = None,
    ) -> TokenSet:
        """The same, within a transaction that decides it.

        Raises:
            OAuthError: `invalid_grant`: the account is not open (any more).
        """
        now = self._clock()
        session.execute(delete(SignIn).where(SignIn.expires_at < now))
        sign_in = SignIn(
            id=str(uuid.uuid4()),
            account_id=sub,
            client_id=client_id,
            scope=scope,
            created_at=now,
            expires_at=now,
        )
        session.add(sign_in)
        session.flush()
        return self._issue(session, sign_in, None, issuer, first)

    def refresh(self, refresh_token: str, client_id: str, issuer: str) -> TokenSet:
        """New tokens for a refresh token, which is thereby used.

        Raises:
            OAuthError: `invalid_grant`; when the token had been used before, its sign-in has ended.
        """
        with self._database.session() as session:
            tokens = self._refresh_in(session, refresh_token, client_id, issuer)
        if tokens is None:  # raised outside of the transaction, which has ended the sign-in and must stand
            raise invalid_grant("The refresh token was used before; the sign-in has ended")
        return tokens

    def _refresh_in(
        self, session: Session, refresh_token: str, client_id: str, issuer: str
    ) -> TokenSet | None:
        """The new tokens, or None when the token was a used one."""
        now = self._clock()
        token = session.get(RefreshToken, digest(refresh_token), with_for_update=True)
        sign_in = session.get(SignIn, token.sign_in_id, with_for_update=True) if token else None
        if token is None or sign_in is None or sign_in.client_id != client_id:
            raise invalid_grant("Refresh token not valid")
        if sign_in.ended_at is not None:
            raise invalid_grant("The sign-in has ended")
        if token.expires_at <= now:
            raise invalid_grant("The refresh token has expired")
        if token.used_at is not None:
            answer = session.scalar(
                select(RefreshToken).where(
                    RefreshToken.parent_hash == token.token_hash, RefreshToken.used_at.is_(None)
                )
            )
            grace = timedelta(seconds=self._settings.refresh_grace_s)
            if answer is None or now > token.used_at + grace:
                sign_in.ended_at = now
                return None
            answer.used_at = now
        else:
            token.used_at = now
        return self._issue(session, sign_in, token.token_hash, issuer)

    def revoke(self, token: str, client_id: str) -> None:
        """End the sign-in of a refresh or access token (RFC 7009); nothing happens for any other string."""
        now = self._clock()
        with self._database.session() as session:
            refresh = session.get(RefreshToken, digest(token))
            sign_in_id = refresh.sign_in_id if refresh else self._sign_in_of(token, now)
            sign_in = session.get(SignIn, sign_in_id, with_for_update=True) if sign_in_id else None
            if sign_in is not None and sign_in.client_id == client_id and sign_in.ended_at is None:
                sign_in.ended_at = now

    def end(self, session: Session, sign_in_id: str) -> None:
        """End the sign-in `sign_in_id` within a transaction."""
        sign_in = session.get(SignIn, sign_in_id)
        if sign_in is not None and sign_in.ended_at is None:
            sign_in.ended_at = self._clock()

    def principal(self, access_token: str, issuer: str) -> Principal:
        """Who an access token of `issuer` speaks for.

        Raises:
            InvalidTokenError: it is not one of ours, has expired, its sign-in has ended, or its account is
                not open.
        """
        claims = self._signer.verify(access_token, self._clock(), audience=AUDIENCE, issuer=issuer)
        with self._database.reading() as session:
            sign_in = session.get(SignIn, str(claims["sid"]))
            if sign_in is None or sign_in.ended_at is not None:
                raise InvalidTokenError("the sign-in has ended")
            person = principal_if_open(session, sign_in.account_id, self._clock())
            if person is None:
                raise InvalidTokenError("the account is not open")
            return person

    def hinted(self, identity_token: str, issuer: str) -> dict[str, Any] | None:
        """Claims of an identity token of ours that a client shows, expired or not; None for anything else."""
        return self._signer.hinted(identity_token, self._clock(), issuer)

    def end_session(self, sign_in_id: str) -> None:
        """End a sign-in whose person signs out at its client, unless it was to outlast that."""
        with self._database.session() as session:
            sign_in = session.get(SignIn, sign_in_id)
            if sign_in is not None and not _outlasts(sign_in):
                self.end(session, sign_in_id)

    def _sign_in_of(self, access_token: str, now: datetime) -> str | None:
        try:
            return str(self._signer.verify(access_token, now, audience=AUDIENCE)["sid"])
        except InvalidTokenError:
            return None

    def _issue(
        self,
        session: Session,
        sign_in: SignIn,
        parent_hash: str | None,
        issuer: str,
        first: FirstClaims | None = None,
    ) -> TokenSet:
        now = self._clock()
        principal = principal_if_open(session, sign_in.account_id, now)
        if principal is None:
            raise invalid_grant("The account is not open")
        refresh_token = new_secret()
        sign_in.expires_at = self._end_of(sign_in, now)
        session.add(
            RefreshToken(
                token_hash=digest(refresh_token),
                sign_in_id=sign_in.id,
                parent_hash=parent_hash,
                expires_at=sign_in.expires_at,
            )
        )
        claims = self._claims(principal, sign_in, now, issuer)
        told = {**claims, "aud": sign_in.client_id, **(first.told() if first else {})}
        return TokenSet(
            sign_in_id=sign_in.id,
            access_token=self._signer.sign({**claims, "aud": AUDIENCE}, ACCESS_TYPE, now),
            expires_in=self._settings.access_lifetime_s,
            refresh_token=refresh_token,
            refresh_expires_in=int((sign_in.expires_at - now).total_seconds()),
            scope=sign_in.scope,
            id_token=(
                self._signer.sign(told, IDENTITY_TYPE, now) if "openid" in sign_in.scope.split() else None
            ),
        )

    def _end_of(self, sign_in: SignIn, now: datetime) -> datetime:
        """When a sign-in ends that is used `now` and not again."""
        unused = now + timedelta(seconds=self._settings.refresh_lifetime_s)
        if _outlasts(sign_in):
            return unused
        return min(unused, sign_in.created_at + timedelta(seconds=self._settings.browser_lifetime_s))

    def _claims(self, principal: Principal, sign_in: SignIn, now: datetime, issuer: str) -> dict[str, Any]:
        issued = int(now.timestamp())
        return {
            "iss": issuer,
            "sub": principal.sub,
            "azp": sign_in.client_id,
            "iat": issued,
            "exp": issued + self._settings.access_lifetime_s,
            "jti": str(uuid.uuid4()),
            "sid": sign_in.id,
            "scope": sign_in.scope,
            "preferred_username": principal.username,
            "name": principal.name,
        }


def key_files(settings: Settings) -> KeyFiles:
    """The keys of a service, which sign access and identity tokens of one life."""
    age = timedelta(days=settings.key_age_days) if settings.key_age_days else None
    return KeyFiles(settings.data_dir / "keys", age, timedelta(seconds=settings.access_lifetime_s))


def _outlasts(sign_in: SignIn) -> bool:
    """Whether the person let the client stay signed in when they sign out on the pages."""
    return "offline_access" in sign_in.scope.split()
