"""Accounts of people who sign in at another issuer: found, linked or made at their first sign-in."""

from __future__ import annotations

import logging
import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from dinamis_service.clock import Clock
from dinamis_service.db import Database
from dinamis_service.identity.accounts import account_named, is_open, principal_of
from dinamis_service.identity.principal import Principal
from dinamis_service.identity.signer import InvalidTokenError
from dinamis_service.identity.tables import Account, AccountRole
from dinamis_service.registry import account_life
from dinamis_service.registry.kinds import ROLES
from dinamis_service.registry.tables import Entity
from dinamis_service.settings import Settings

log = logging.getLogger("dinamis.identity")

NO_PASSWORD = "!"  # noqa: S105 - the hash of nothing
_EMAIL = re.compile(r"[^\s@<>\",;:]+@[^\s@<>\",;:]+")
NAME_MAX, EMAIL_MAX, SUBJECT_MAX = 120, 254, 400


class NotAdmittedError(Exception):
    """Why the person has no account with which to sign in: one of the reasons below."""

    NO_EMAIL, TAKEN, NO_ENTITY, WAITING, CLOSED = "no-email", "taken", "no-entity", "waiting", "closed"

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class Person:
    """What the issuer says of somebody.

    Attributes:
        subject: The issuer and its identifier of the person, which stay when the address changes.
        email: Empty where the issuer does not vouch for one.
        roles: Those that the issuer decides on and the person has; None where it did not say.
        entity: Name of the entity at the issuer.
    """

    subject: str
    email: str
    username: str
    given_name: str
    family_name: str
    roles: frozenset[str] | None
    entity: str


def subject_of(settings: Settings, claims: Mapping[str, Any]) -> str:
    """The name under which the account of these claims is kept.

    Raises:
        InvalidTokenError: it is longer than any that OpenID Connect allows.
    """
    subject = f"{settings.issuer_url} {claims.get('sub', '')}"
    if len(subject) > SUBJECT_MAX or not subject.isprintable():
        raise InvalidTokenError("a subject that cannot be kept")
    return subject


def read_person(settings: Settings, claims: Mapping[str, Any]) -> Person:
    """The person of the claims of an identity token, an access token or the user information."""
    told = {name: one.strip() for name, one in claims.items() if isinstance(one, str) and one.isprintable()}
    vouched = claims.get("email_verified") is True or settings.issuer_emails_verified
    email = told.get("email", "").casefold() if vouched else ""
    first, _, last = told.get("name", "").rpartition(" ")
    return Person(
        subject=subject_of(settings, claims),
        email=email if _EMAIL.fullmatch(email) and len(email) <= EMAIL_MAX else "",
        username=told.get("preferred_username", "").casefold()[:NAME_MAX],
        given_name=(told.get("given_name") or first)[:NAME_MAX],
        family_name=(told.get("family_name") or last or told.get("preferred_username", ""))[:NAME_MAX],
        roles=_roles(settings, claims),
        entity=_first_text(_at(claims, settings.issuer_entity_claim)),
    )


def managed_roles(settings: Settings) -> dict[str, str]:
    """Names at the issuer to our roles: it alone decides who has those, the registry on the others."""
    pairs = [pair.partition("=") for pair in settings.issuer_roles.split(",") if pair.strip()]
    return {name.strip(): role.strip() for name, _, role in pairs} or {role: role for role in sorted(ROLES)}


class ExternalAccounts:
    """Accounts by what the issuer says."""

    def __init__(self, database: Database, settings: Settings, clock: Clock) -> None:
        self._database = database
        self._settings = settings
        self._clock = clock

    def known(self, claims: Mapping[str, Any]) -> bool:
        """Whether the person of these claims has been here."""
        with self._database.reading() as session:
            return _of_subject(session, subject_of(self._settings, claims)) is not None

    def admit(self, person: Person) -> str:
        """Identifier of the account of a person, linked or made where there is none, with the roles told.

        Raises:
            NotAdmittedError: there is none, and none can be made: NO_EMAIL, TAKEN or NO_ENTITY.
        """
        try:
            return self._admit(person)
        except IntegrityError:  # the same person came in at the same moment through another process
            return self._admit(person)

    def join(self, person: Person, entity_id: str) -> str:
        """A new account that waits for the referents, who are told, of the entity which the person has named.

        Raises:
            NotAdmittedError: NO_EMAIL, TAKEN, or NO_ENTITY: it is not the identifier of a member.
        """
        with self._database.session() as session:
            known = self._found(session, person)
            if known is not None:
                return known.id
            entity = session.get(Entity, entity_id)
            if entity is None or entity.state != "member":
                raise NotAdmittedError(NotAdmittedError.NO_ENTITY)
            account = self._made(session, person, entity, account_life.WAITING)
            account_life.announce(session, account, self._clock())
            return account.id

    def principal(self, account_id: str) -> Principal:
        """Who an account speaks for.

        Raises:
            NotAdmittedError: WAITING or CLOSED, also where it is gone.
        """
        with self._database.reading() as session:
            account = session.get(Account, account_id)
            if account is None or not is_open(account, self._clock()):
                waits = account is not None and account.state == "waiting"
                raise NotAdmittedError(NotAdmittedError.WAITING if waits else NotAdmittedError.CLOSED)
            return principal_of(account)

    def _admit(self, person: Person) -> str:
        with self._database.session() as session:
            account = self._found(session, person)
            if account is None:
                entity = _member(session, person.entity)
                if entity is None:
                    raise NotAdmittedError(NotAdmittedError.NO_ENTITY)
                account = self._made(session, person, entity, "active")
            self._give_roles(account, person)
            return account.id

    def _found(self, session: Session, person: Person) -> Account | None:
        """The account of the person, known by subject, else by an address that the issuer vouches for."""
        account = _of_subject(session, person.subject)
        if account is not None:
            return account
        if not person.email:
            raise NotAdmittedError(NotAdmittedError.NO_EMAIL)
        account = session.scalar(
            select(Account).where(Account.email == person.email).with_for_update(of=Account)
        )
        if account is None:
            return None
        if (account.external_subject or "").startswith(f"{self._settings.issuer_url} "):
            raise NotAdmittedError(NotAdmittedError.TAKEN)  # the address went to somebody else over there
        log.info("account %s is linked to its person at %s", account.id, self._settings.issuer_url)
        account.external_subject = person.subject
        return account

    def _made(self, session: Session, person: Person, entity: Entity, state: str) -> Account:
        now, account_id = self._clock(), str(uuid.uuid4())
        names = (person.username, person.email[:NAME_MAX], account_id)
        account = Account(
            id=account_id,
            username=next(name for name in names if name and not _is_taken(session, name)),
            email=person.email,
            given_name=person.given_name,
            family_name=person.family_name,
            password_hash=NO_PASSWORD,
            entity=entity,
            created_at=now,
            state=state,
            validated_at=now if state == "active" else None,
            external_subject=person.subject,
            roles=[AccountRole(role="user")],
        )
        session.add(account)
        session.flush()
        self._give_roles(account, person)
        return account

    def _give_roles(self, account: Account, person: Person) -> None:
        """Give and take the roles that the issuer decides on; everybody is a user."""
        if person.roles is None:
            return
        held = {one.role for one in account.roles}
        managed = set(managed_roles(self._settings).values()) - {"user"}
        wanted = (held - managed) | person.roles | {"user"}
        if wanted != held:
            log.info("account %s has the roles %s now", account.id, ", ".join(sorted(wanted)))
            account.roles = [one for one in account.roles if one.role in wanted]
            account.roles += [AccountRole(role=role) for role in sorted(wanted - held)]


def _of_subject(session: Session, subject: str) -> Account | None:
    return session.scalar(select(Account).where(Account.external_subject == subject))


def _is_taken(session: Session, name: str) -> bool:
    """Whether somebody signs in under this name."""
    return session.scalar(account_named(name)) is not None


def _member(session: Session, name: str) -> Entity | None:
    """The one member entity of this identifier, acronym or name."""
    if not name:
        return None
    named = or_(Entity.id == name, Entity.acronym == name, Entity.name == name)
    found = session.scalars(select(Entity).where(named, Entity.state == "member").limit(2)).all()
    return found[0] if len(found) == 1 else None


def _roles(settings: Settings, claims: Mapping[str, Any]) -> frozenset[str] | None:
    told = _at(claims, settings.issuer_roles_claim)
    if told is None:
        return None
    names = [told] if isinstance(told, str) else told if isinstance(told, list) else []
    ours = managed_roles(settings)
    return frozenset(ours[name] for name in names if isinstance(name, str) and name in ours)


def _at(claims: Mapping[str, Any], name: str) -> Any:
    """The claim of this name, or the one at this path of members separated by dots."""
    if not name or name in claims:
        return claims.get(name) if name else None
    found: Any = claims
    for part in name.split("."):
        found = found.get(part) if isinstance(found, dict) else None
    return found


def _first_text(value: Any) -> str:
    """A text, or the first one of a list."""
    first = value[0] if isinstance(value, list) and value else value
    return first.strip() if isinstance(first, str) else ""
