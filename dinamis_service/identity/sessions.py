"""Where a person is signed in: programs and browsers, listed and ended."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from dinamis_service.clock import Clock
from dinamis_service.db import Database
from dinamis_service.identity.digests import digest
from dinamis_service.identity.tables import (
    AuthorizationCode,
    BrowserSession,
    DeviceGrant,
    RefreshToken,
    SignIn,
)


@dataclass(frozen=True)
class SignedInAt:
    """One place where a person is signed in.

    `name` is the identifier of the client for a program, what a browser says of itself otherwise; `used_at`
    is when a program last renewed its sign-in.
    """

    id: str
    kind: Literal["program", "browser"]
    name: str
    since: datetime | None
    used_at: datetime | None
    until: datetime
    is_here: bool = False


class Sessions:
    """The sign-ins of each person."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def of(self, sub: str, here: str = "") -> list[SignedInAt]:
        """Where the person `sub` is signed in, newest first; `here` is the secret of the asking browser."""
        now = self._clock()
        with self._database.reading() as session:
            places = [*_programs(session, sub, now), *_browsers(session, sub, now, digest(here))]
        return sorted(places, key=lambda one: (one.is_here, one.since or one.until), reverse=True)

    def end(self, sub: str, place_id: str) -> bool:
        """End one of the sign-ins of the person `sub`; False when there is none of this identifier."""
        now = self._clock()
        with self._database.session() as session:
            for browser in session.scalars(select(BrowserSession).where(BrowserSession.account_id == sub)):
                if _browser_id(browser) == place_id:
                    session.delete(browser)
                    return True
            sign_in = session.get(SignIn, place_id, with_for_update=True)
            if sign_in is None or sign_in.account_id != sub or sign_in.ended_at is not None:
                return False
            sign_in.ended_at = now
            return True

    def end_all(self, sub: str) -> None:
        """Sign the person `sub` out everywhere, this browser included."""
        with self._database.session() as session:
            end_all(session, sub, self._clock())


def end_all(session: Session, sub: str, now: datetime, but: str = "") -> None:
    """End every sign-in of the person `sub`, begun ones too, but that of the browser of the secret `but`."""
    living = (SignIn.account_id == sub) & SignIn.ended_at.is_(None)
    session.execute(update(SignIn).where(living).values(ended_at=now))
    session.execute(
        delete(BrowserSession).where(
            BrowserSession.account_id == sub, BrowserSession.token_hash != digest(but)
        )
    )
    session.execute(
        update(DeviceGrant)
        .where(DeviceGrant.account_id == sub, DeviceGrant.state == "approved")
        .values(state="denied")
    )
    session.execute(delete(AuthorizationCode).where(AuthorizationCode.account_id == sub))


def _programs(session: Session, sub: str, now: datetime) -> list[SignedInAt]:
    used = (
        select(RefreshToken.sign_in_id, func.max(RefreshToken.used_at).label("used_at"))
        .group_by(RefreshToken.sign_in_id)
        .subquery()
    )
    rows = session.execute(
        select(SignIn, used.c.used_at)
        .outerjoin(used, used.c.sign_in_id == SignIn.id)
        .where(SignIn.account_id == sub, SignIn.ended_at.is_(None), SignIn.expires_at > now)
    )
    return [
        SignedInAt(one.id, "program", one.client_id, one.created_at, used_at, one.expires_at)
        for one, used_at in rows
    ]


def _browsers(session: Session, sub: str, now: datetime, here: str) -> list[SignedInAt]:
    rows = session.scalars(
        select(BrowserSession).where(BrowserSession.account_id == sub, BrowserSession.expires_at > now)
    )
    return [
        SignedInAt(
            _browser_id(one),
            "browser",
            one.agent,
            one.created_at,
            None,
            one.expires_at,
            one.token_hash == here,
        )
        for one in rows
    ]


def _browser_id(browser: BrowserSession) -> str:
    """Name of a browser's sign-in on pages; what the state keeps of its secret is not told."""
    return digest(browser.token_hash)[:32]
