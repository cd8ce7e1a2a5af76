"""People's accounts and their passwords."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from dinamis_service.clock import Clock
from dinamis_service.db import Database
from dinamis_service.identity import passwords
from dinamis_service.identity.familiar import Familiar
from dinamis_service.identity.passwords import Hashing
from dinamis_service.identity.principal import Principal
from dinamis_service.identity.tables import Account, AccountRole
from dinamis_service.identity.throttle import Limit, Throttle, origin
from dinamis_service.language import Language
from dinamis_service.registry.kinds import ROLES
from dinamis_service.registry.tables import Entity
from dinamis_service.settings import Settings

# An attacker slows down himself (same address) much more than the owner, who waits 10 s at the very most; and
# not at all in a browser where they signed in before, whatever others do: those count by themselves.
FROM_ONE_ADDRESS = Limit("password from one address", free=4, longest_s=300)
FROM_ANYWHERE = Limit("password", free=30, longest_s=10)
FROM_FAMILIAR = Limit("password from a familiar browser", free=8, longest_s=300)

# Cost of a hash as OWASP advises: dear to crack, and many at once do not exhaust a server's memory.
ROUNDS, MEMORY_KIB, LANES = 2, 19 * 1024, 1
_HASH = "$argon2"


class WrongCredentialsError(Exception):
    """Unknown account or wrong password; nobody is told which."""


class Closure(StrEnum):
    """Why an account opens nothing."""

    WAITING = "waiting"
    REFUSED = "refused"
    CLOSED = "closed"
    EXPIRED = "expired"
    ENTITY = "entity"


class ClosedAccountError(Exception):
    """The account opens nothing; only who gave its password is told why."""

    def __init__(self, why: Closure) -> None:
        super().__init__(why.value)
        self.why = why


def closure(account: Account, now: datetime) -> Closure | None:
    """Why the account opens nothing `now`; None for one that is open (ACC-04, ACC-07)."""
    if account.state != "active":
        return Closure(account.state)
    if account.expires_at is not None and now >= account.expires_at:
        return Closure.EXPIRED
    return None if account.entity.state == "member" else Closure.ENTITY


def is_open(account: Account, now: datetime) -> bool:
    """Whether the account opens anything: active, not past its end, of an entity that is a member."""
    return closure(account, now) is None


def principal_if_open(session: Session, account_id: str, now: datetime) -> Principal | None:
    """The owner of an account, if it is there and open: what every way in asks."""
    account = session.get(Account, account_id)
    return principal_of(account) if account is not None and is_open(account, now) else None


def principal_of(account: Account) -> Principal:
    """What rules need to know of the owner of `account`."""
    return Principal(
        sub=account.id,
        username=account.username,
        email=account.email,
        given_name=account.given_name,
        family_name=account.family_name,
        roles=frozenset(held.role for held in account.roles),
        user_kind=account.entity.user_kind,
        entity_id=account.entity_id,
        entity_name=account.entity.name,
        entity_acronym=account.entity.acronym,
        entity_nationality=account.entity.nationality,
    )


OWN_ROW: Any = {"of": Account}
"""For `with_for_update`: the row of the account alone, whose entity is joined to it (PostgreSQL)."""


def locked(session: Session, account_id: str) -> Account:
    """An account that is there, kept from others until the transaction ends."""
    return session.get_one(Account, account_id, with_for_update=OWN_ROW)


class Accounts:
    """Creation of accounts and check of passwords."""

    def __init__(self, database: Database, settings: Settings, clock: Clock) -> None:
        self._database = database
        self._settings = settings
        self._clock = clock
        self._throttle = Throttle(database, clock)
        self._familiar = Familiar(settings)
        self._hashing = Hashing(ROUNDS, MEMORY_KIB, LANES)
        self._nobody = self._hashing.hash(uuid.uuid4().hex)  # an unknown account takes as long as a known one

    def create(
        self,
        *,
        email: str,
        given_name: str,
        family_name: str,
        password: str,
        entity_id: str,
        roles: Iterable[str] = ("user",),
        username: str | None = None,
        account_id: str | None = None,
    ) -> Principal:
        """Create an account in the entity `entity_id`; the user name is the e-mail address unless given.

        Raises:
            ValueError: a role does not exist, the password is empty or too long, the entity is unknown, or
                the address or user name is taken.
        """
        held = frozenset(roles)
        if unknown := held - ROLES:
            msg = f"no such role: {', '.join(sorted(unknown))}"
            raise ValueError(msg)
        if not 0 < len(password) <= passwords.LENGTH_MAX:
            msg = f"a password has 1 to {passwords.LENGTH_MAX} characters"
            raise ValueError(msg)
        account = Account(
            id=account_id or str(uuid.uuid4()),
            username=normal_name(username or email),
            email=normal_name(email),
            given_name=given_name,
            family_name=family_name,
            password_hash=self.hash(password),
            created_at=self._clock(),
            roles=[AccountRole(role=role) for role in sorted(held)],
        )
        with self._database.session() as session:
            entity = session.get(Entity, entity_id)
            if entity is None:
                msg = f"no entity {entity_id}"
                raise ValueError(msg)
            if any(session.scalar(account_named(name)) for name in (account.email, account.username)):
                msg = f"there is already an account for {account.email} or {account.username}"
                raise ValueError(msg)
            account.entity = entity
            session.add(account)
            session.flush()
            return principal_of(account)

    def by_email(self, email: str) -> Principal | None:
        """The owner of the account of this address (or user name), whatever its case."""
        with self._database.reading() as session:
            account = session.scalar(account_named(normal_name(email)))
            return principal_of(account) if account else None

    def hash(self, password: str) -> str:
        """What is kept of a password.

        Raises:
            BusyError: too many wait for theirs.
        """
        with self._hashing.place():
            return self._hashing.hash(password)

    def check_new(self, password: str, *, about: Sequence[str], language: Language) -> None:
        """Refuse a new password that is too short, leaked or about its owner (`passwords.check_new`).

        Raises:
            InvalidError: with the reason.
        """
        passwords.check_new(password, about=about, language=language, leaked=self._settings.leaked_passwords)

    def authenticate(self, login: str, password: str, address: str, familiar: str = "") -> Principal:
        """The owner of the account named `login` (e-mail address or user name), on its password.

        Args:
            login: what the person typed as a name.
            password: what the person typed as a password.
            address: network address of the browser, for the count of failures.
            familiar: what the browser shows to say that somebody signed in in it before.

        Raises:
            WrongCredentialsError: no such account, or not its password; both take the same time.
            ClosedAccountError: the right password of an account that opens nothing.
            TooManyAttemptsError: too many failures; the password was not looked at.
            BusyError: too many sign-ins wait; the password was not looked at.
        """
        login = normal_name(login)
        with self._hashing.place():
            with self._database.reading() as session:
                account = session.scalar(account_named(login))
            counts = self._counts(login, account, address, familiar)
            self._throttle.claim_all(counts)
            if not self._is_right(account, password) or account is None:
                raise WrongCredentialsError
            self._throttle.release_all(counts)
            if (why := closure(account, self._clock())) is not None:
                raise ClosedAccountError(why)
            if self._hashing.is_outdated(account.password_hash):
                self._renew(account, password)
        return principal_of(account)

    def confirm(self, sub: str, password: str, address: str) -> None:
        """Make sure that who is signed in as `sub` knows the password, before what cannot be undone.

        Raises:
            WrongCredentialsError, TooManyAttemptsError, BusyError: as `authenticate`.
        """
        with self._hashing.place():
            counts = [(FROM_ONE_ADDRESS, f"{sub}\n{origin(address)}")]
            self._throttle.claim_all(counts)
            with self._database.reading() as session:
                account = session.get(Account, sub)
            if not self._is_right(account, password):
                raise WrongCredentialsError
            self._throttle.release_all(counts)

    def familiar_mark(self, sub: str) -> str:
        """What a browser keeps where the person `sub` signed in."""
        return self._familiar.mark(sub)

    def _counts(
        self, login: str, account: Account | None, address: str, familiar: str
    ) -> list[tuple[Limit, str]]:
        """What failures of this attempt count for."""
        if account is not None and self._familiar.is_mark(familiar, account.id):
            return [(FROM_FAMILIAR, familiar)]
        return [(FROM_ONE_ADDRESS, f"{login}\n{origin(address)}"), (FROM_ANYWHERE, login)]

    def _is_right(self, account: Account | None, password: str) -> bool:
        """Whether it is the password; no account, or one without a password, takes as long."""
        known = account is not None and account.password_hash.startswith(_HASH)
        stored = account.password_hash if account is not None and known else self._nobody
        return self._hashing.is_right(stored, password) and known

    def _renew(self, account: Account, password: str) -> None:
        """Hash a right password anew with the parameters of today, unless it was changed meanwhile."""
        fresh = self._hashing.hash(password)
        with self._database.session() as session:
            stored = session.get(Account, account.id, with_for_update=OWN_ROW)
            if stored is not None and stored.password_hash == account.password_hash:
                stored.password_hash = fresh


def normal_name(name: str) -> str:
    """Addresses and user names are compared without regard to case or outer blanks; none holds a NUL."""
    return name.replace("\0", "").strip().casefold()


def account_named(name: str) -> Select[Account]:
    """Asks for the account of a normal name: its address or its user name."""
    return select(Account).where(or_(Account.email == name, Account.username == name))
