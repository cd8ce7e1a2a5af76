"""Device authorization (RFC 8628): codes, the person's decision, and the device's polls."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from dinamis_service.clock import Clock
from dinamis_service.db import Database
from dinamis_service.identity.digests import digest, new_secret
from dinamis_service.identity.oauth_errors import OAuthError, invalid_grant
from dinamis_service.identity.tables import DeviceGrant
from dinamis_service.identity.throttle import Limit, Throttle
from dinamis_service.identity.tokens import Tokens, TokenSet
from dinamis_service.settings import Settings

USER_CODE_LETTERS = "BCDFGHJKLMNPQRSTVWXZ"  # RFC 8628 6.1: no vowels, so no words, and nothing like a digit
SLOW_DOWN_S = 5  # RFC 8628 3.5
TOLERANCE_S = 1  # a device that waits the interval exactly must not be refused for the network's jitter
MEMORY = timedelta(hours=1)  # an expired code is told from an unknown one for this long

CODES_FROM_ONE_ADDRESS = Limit("user code", free=20, longest_s=60)


class UnknownCodeError(Exception):
    """No request of a device has this code, or it has been decided."""


class ExpiredCodeError(Exception):
    """The request of the device came too long ago."""


@dataclass(frozen=True)
class DeviceCodes:
    """What a device is told when it asks for a sign-in; times in seconds."""

    device_code: str
    user_code: str
    expires_in: int
    interval: int


@dataclass(frozen=True)
class PendingRequest:
    """A request of a device that waits for a person's decision."""

    user_code: str
    client_id: str
    scope: str


class Devices:
    """Requests of devices, from their codes to their tokens."""

    def __init__(self, database: Database, settings: Settings, clock: Clock, tokens: Tokens) -> None:
        self._database = database
        self._settings = settings
        self._clock = clock
        self._tokens = tokens
        self._throttle = Throttle(database, clock)

    def start(self, client_id: str, scope: str) -> DeviceCodes:
        """Codes for a device that wants to act for a person."""
        codes = DeviceCodes(
            device_code=new_secret(),
            user_code=_new_user_code(),
            expires_in=self._settings.device_lifetime_s,
            interval=self._settings.device_interval_s,
        )
        now = self._clock()
        with self._database.session() as session:
            session.execute(delete(DeviceGrant).where(DeviceGrant.expires_at < now - MEMORY))
            session.add(
                DeviceGrant(
                    device_code_hash=digest(codes.device_code),
                    user_code_hash=digest(codes.user_code),
                    client_id=client_id,
                    scope=scope,
                    expires_at=now + timedelta(seconds=codes.expires_in),
                    interval_s=codes.interval,
                    state="pending",
                )
            )
        return codes

    def find(self, user_code: str, address: str) -> PendingRequest:
        """The pending request of a code as a person types it (case, blanks and dashes are free).

        Raises:
            UnknownCodeError: there is none, or it has been decided.
            ExpiredCodeError: it has expired.
            TooManyAttemptsError: too many wrong codes came from `address`.
        """
        code = normal_user_code(user_code)
        self._throttle.claim(CODES_FROM_ONE_ADDRESS, address)
        with self._database.reading() as session:
            grant = self._pending(session, code)
            request = PendingRequest(code, grant.client_id, grant.scope)
        self._throttle.release(CODES_FROM_ONE_ADDRESS, address)
        return request

    def decide(self, user_code: str, sub: str, *, accepted: bool) -> None:
        """Record what the person `sub` decided on the request of this code.

        Raises:
            UnknownCodeError: there is no such request, or it has been decided.
            ExpiredCodeError: it has expired.
        """
        with self._database.session() as session:
            grant = self._pending(session, normal_user_code(user_code))
            grant.state = "approved" if accepted else "denied"
            grant.account_id = sub

    def poll(self, device_code: str, client_id: str, issuer: str) -> TokenSet:
        """Tokens of a device whose request was accepted.

        A device whose answer was lost may ask again within `refresh_grace_s`: the sign-in that it did not
        learn of ends, and another takes its place.

        Raises:
            OAuthError: `authorization_pending`, `slow_down` (the interval has grown by 5 s), `access_denied`,
                `expired_token`, `invalid_grant`. A decision is told also to a device that polls too fast.
        """
        with self._database.session() as session:
            outcome = self._poll_in(session, device_code, client_id, issuer)
        if isinstance(outcome, OAuthError):  # raised after the transaction, which keeps the longer interval
            raise outcome
        return outcome

    def _poll_in(
        self, session: Session, device_code: str, client_id: str, issuer: str
    ) -> TokenSet | OAuthError:
        now = self._clock()
        grant = session.get(DeviceGrant, digest(device_code), with_for_update=True)
        if grant is None or grant.client_id != client_id:
            return invalid_grant("Device code not valid")
        if grant.redeemed_at is None and grant.expires_at <= now:
            return OAuthError("expired_token", "Device code is expired")
        if grant.state == "denied":
            return OAuthError("access_denied", "The end user denied the authorization request")
        if grant.state == "approved":
            return self._redeem(session, grant, now, issuer)
        too_fast = grant.polled_at is not None and now < grant.polled_at + timedelta(
            seconds=grant.interval_s - TOLERANCE_S
        )
        grant.polled_at = now
        if too_fast:
            grant.interval_s += SLOW_DOWN_S
            return OAuthError("slow_down", "Slow down")
        return OAuthError("authorization_pending", "The authorization request is still pending")

    def _redeem(
        self, session: Session, grant: DeviceGrant, now: datetime, issuer: str
    ) -> TokenSet | OAuthError:
        if grant.redeemed_at is not None:
            if now > grant.redeemed_at + timedelta(seconds=self._settings.refresh_grace_s):
                return invalid_grant("Device code not valid")
            self._tokens.end(session, grant.sign_in_id or "")
        grant.redeemed_at = grant.redeemed_at or now
        tokens = self._tokens.open_in(session, grant.account_id or "", grant.client_id, grant.scope, issuer)
        grant.sign_in_id = tokens.sign_in_id
        return tokens

    def _pending(self, session: Session, code: str) -> DeviceGrant:
        grant = session.scalar(
            select(DeviceGrant).where(DeviceGrant.user_code_hash == digest(code)).with_for_update()
        )
        if grant is None or grant.state != "pending":
            raise UnknownCodeError
        if grant.expires_at <= self._clock():
            raise ExpiredCodeError
        return grant


def normal_user_code(typed: str) -> str:
    """A user code in its one written form, `ABCD-EFGH`, from what a person typed."""
    letters = [letter for letter in typed.upper() if letter.isascii() and letter.isalnum()][:20]
    return f"{''.join(letters[:4])}-{''.join(letters[4:])}"


def _new_user_code() -> str:
    return normal_user_code("".join(secrets.choice(USER_CODE_LETTERS) for _ in range(8)))
