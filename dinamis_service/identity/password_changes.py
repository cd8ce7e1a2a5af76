"""Another password: by who knows the old one, or by who reads the mailbox of the account."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from dinamis_service.clock import Clock
from dinamis_service.db import Database
from dinamis_service.identity.accounts import OWN_ROW, Accounts, account_named, locked, normal_name
from dinamis_service.identity.sessions import end_all
from dinamis_service.identity.tables import Account
from dinamis_service.identity.throttle import Limit, Throttle, origin
from dinamis_service.language import Language
from dinamis_service.notifications.letters import Letter
from dinamis_service.notifications.posting import inform, write
from dinamis_service.registry.links import DeadLinkError, Purpose, issue, opened
from dinamis_service.registry.tables import MailedLink
from dinamis_service.settings import Settings

RESET_PATH = "/password/new"
RESETS_FROM_ONE_ADDRESS = Limit("resets from one address", free=10, longest_s=300)
MAILS_OF_AN_HOUR = 3
"""Links that one mailbox gets in an hour, however often others ask for them."""


class PasswordChanges:
    """Changes of passwords: each ends the sign-ins that the old one opened, and is told by mail."""

    def __init__(self, database: Database, settings: Settings, clock: Clock, accounts: Accounts) -> None:
        self._database = database
        self._settings = settings
        self._clock = clock
        self._accounts = accounts
        self._throttle = Throttle(database, clock)

    def change(  # noqa: PLR0917 (who, what, from where)
        self, sub: str, old: str, new: str, address: str, language: Language, browser: str
    ) -> None:
        """Replace the password of the person `sub`, who stays signed in in the browser of this secret only.

        Raises:
            InvalidError: the new password may not be chosen.
            WrongCredentialsError, TooManyAttemptsError, BusyError: the old one is wrong, or not looked at.
        """
        self._check(sub, new, language)
        self._accounts.confirm(sub, old, address)
        fresh = self._accounts.hash(new)
        with self._database.session() as session:
            account = locked(session, sub)
            self._replace(session, account, fresh, browser)

    def ask_reset(self, email: str, address: str, language: Language) -> None:
        """Mail a link to the owner of the account of this address; nobody learns whether there is one.

        What the state does is alike for an unknown address: it gets a link too, which nobody knows.

        Raises:
            TooManyAttemptsError: too many were asked for from this address.
        """
        self._throttle.claim(RESETS_FROM_ONE_ADDRESS, origin(address))
        email, now = normal_name(email)[:254], self._clock()
        with self._database.session() as session:
            account = session.scalar(account_named(email))
            may = account is not None and account.state in ("active", "waiting") and _has_password(account)
            mailbox = account.email if account is not None and may else email
            count = self._recent(session, mailbox, now)
            link = issue(session, Purpose.PASSWORD, mailbox, now, account.id if account and may else "")
            if account is None or not may or count >= MAILS_OF_AN_HOUR:
                return
            write(
                session,
                Letter.PASSWORD_RESET,
                address=account.email,
                name=f"{account.given_name} {account.family_name}",
                language=language,
                moment=now,
                facts={"link": link.id, "purpose": link.purpose, "path": RESET_PATH},
            )

    def is_alive(self, secret: str) -> bool:
        """Whether a link opens anything."""
        try:
            with self._database.reading() as session:
                return bool(self._opened(session, secret).about_id)
        except DeadLinkError:
            return False

    def reset(self, secret: str, new: str, language: Language) -> None:
        """Replace the password of whom the link was mailed to; all their sign-ins end, the link too.

        Raises:
            DeadLinkError: it opens nothing any more.
            InvalidError: the new password may not be chosen; the link stays.
            BusyError: too many wait for their hash; the link stays.
        """
        with self._database.reading() as session:
            sub = self._opened(session, secret).about_id
        self._check(sub, new, language)
        fresh = self._accounts.hash(new)
        with self._database.session() as session:
            link = self._opened(session, secret, use=True)
            account = session.get(Account, link.about_id, with_for_update=OWN_ROW)
            if account is None or not _has_password(account) or account.email != link.email:
                raise DeadLinkError
            self._replace(session, account, fresh)

    def _opened(self, session: Session, secret: str, *, use: bool = False) -> MailedLink:
        return opened(session, self._settings, secret, Purpose.PASSWORD, self._clock(), use=use)

    def _check(self, sub: str, new: str, language: Language) -> None:
        with self._database.reading() as session:
            account = session.get(Account, sub)
            if account is None:
                raise DeadLinkError
            about = [account.given_name, account.family_name, account.email, account.entity.acronym]
        self._accounts.check_new(new, about=about, language=language)

    def _replace(self, session: Session, account: Account, fresh: str, browser: str = "") -> None:
        now = self._clock()
        account.password_hash = fresh
        account.password_changed_at = now
        end_all(session, account.id, now, browser)
        links = MailedLink.purpose.in_((Purpose.PASSWORD, Purpose.EMAIL)) & (
            MailedLink.about_id == account.id
        )
        session.execute(update(MailedLink).where(links, MailedLink.used_at.is_(None)).values(used_at=now))
        inform(session, account, Letter.PASSWORD_CHANGED, moment=now, facts={})

    def _recent(self, session: Session, email: str, now: datetime) -> int:
        """How many links this mailbox was to get in the last hour."""
        recent = (MailedLink.email == email) & (MailedLink.created_at > now - timedelta(hours=1))
        asked = recent & (MailedLink.purpose == Purpose.PASSWORD)
        return session.scalar(select(func.count()).select_from(MailedLink).where(asked)) or 0


def _has_password(account: Account) -> bool:
    """Whether people sign in to this account here; to others another issuer lets them in."""
    return account.external_subject is None
