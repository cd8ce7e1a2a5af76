"""People's accounts and their passwords."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import datetime

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import Select, or_, select

from dinamis_service.clock import Clock
from dinamis_service.db import Database
from dinamis_service.identity.principal import Principal
from dinamis_service.identity.tables import Account, AccountRole
from dinamis_service.identity.throttle import Limit, Throttle
from dinamis_service.registry.kinds import ROLES
from dinamis_service.registry.tables import Entity

# An attacker slows down himself (same address) much more than the owner, who waits 10 s at the very most.
FROM_ONE_ADDRESS = Limit("password from one address", free=4, longest_s=300)
FROM_ANYWHERE = Limit("password", free=30, longest_s=10)

PASSWORD_LENGTH_MAX = 1000
# Cost of a hash as OWASP advises: dear to crack, and many at once do not exhaust a server's memory.
ROUNDS, MEMORY_KIB, LANES = 2, 19 * 1024, 1


class WrongCredentialsError(Exception):
    """Unknown account or wrong password; nobody is told which."""


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
    )


def is_open(account: Account, now: datetime) -> bool:
    """Whether an account lets anybody in: active, not past its end, and its entity a member (ACC-07)."""
    ended = account.expires_at is not None and account.expires_at <= now
    return account.state == "active" and not ended and account.entity.state == "member"


class Accounts:
    """Creation of accounts and check of passwords."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._throttle = Throttle(database, clock)
        self._hasher = PasswordHasher(time_cost=ROUNDS, memory_cost=MEMORY_KIB, parallelism=LANES)
        self._nobody = self._hasher.hash(uuid.uuid4().hex)  # an unknown account takes as long as a known one

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
        if not 0 < len(password) <= PASSWORD_LENGTH_MAX:
            msg = f"a password has 1 to {PASSWORD_LENGTH_MAX} characters"
            raise ValueError(msg)
        account = Account(
            id=account_id or str(uuid.uuid4()),
            username=_normal(username or email),
            email=_normal(email),
            given_name=given_name,
            family_name=family_name,
            password_hash=self._hasher.hash(password),
            created_at=self._clock(),
            roles=[AccountRole(role=role) for role in sorted(held)],
        )
        with self._database.session() as session:
            entity = session.get(Entity, entity_id)
            if entity is None:
                msg = f"no entity {entity_id}"
                raise ValueError(msg)
            if any(session.scalar(_account_named(name)) for name in (account.email, account.username)):
                msg = f"there is already an account for {account.email} or {account.username}"
                raise ValueError(msg)
            account.entity = entity
            session.add(account)
            session.flush()
            return principal_of(account)

    def hash(self, password: str) -> str:
        """What the state keeps of a password."""
        return self._hasher.hash(password)

    def by_email(self, email: str) -> Principal | None:
        """The owner of the account of this address (or user name), whatever its case."""
        with self._database.reading() as session:
            account = session.scalar(_account_named(_normal(email)))
            return principal_of(account) if account else None

    def authenticate(self, login: str, password: str, address: str) -> Principal:
        """The owner of the account named `login` (e-mail address or user name), on its password.

        Args:
            login: what the person typed as a name.
            password: what the person typed as a password.
            address: network address of the browser, for the count of failures.

        Raises:
            WrongCredentialsError: no such account, or not its password; both take the same time.
            TooManyAttemptsError: too many failures; the password was not looked at.
        """
        login = _normal(login)
        counts = ((FROM_ONE_ADDRESS, f"{login}\n{address}"), (FROM_ANYWHERE, login))
        for limit, what in counts:
            self._throttle.claim(limit, what)
        with self._database.reading() as session:
            account = session.scalar(_account_named(login))
        stored = account.password_hash if account else self._nobody
        if not self._verify(stored, password) or account is None:
            raise WrongCredentialsError
        for limit, what in counts:
            self._throttle.release(limit, what)
        if self._hasher.check_needs_rehash(stored):
            with self._database.session() as session:
                session.merge(account).password_hash = self._hasher.hash(password)
        return principal_of(account)

    def _verify(self, stored: str, password: str) -> bool:
        if len(password) > PASSWORD_LENGTH_MAX:
            return False
        try:
            return self._hasher.verify(stored, password)
        except (VerificationError, InvalidHashError):
            return False


def _normal(name: str) -> str:
    """Addresses and user names are compared without regard to case or outer blanks."""
    return name.strip().casefold()


def _account_named(name: str) -> Select[Account]:
    return select(Account).where(or_(Account.email == name, Account.username == name))
