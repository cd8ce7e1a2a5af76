"""Member entities: finding and adding them."""

from __future__ import annotations

import unicodedata
import uuid
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from dinamis_service.db import Database
from dinamis_service.identity.accounts import account_named
from dinamis_service.identity.tables import Account
from dinamis_service.registry.kinds import user_kind
from dinamis_service.registry.tables import Entity

PUBLIC_KINDS = frozenset({"PUB", "SCI"})
"""Kinds of users of French public entities."""


def add_entity(
    database: Database,
    *,
    name: str,
    acronym: str,
    category: int,
    entity_id: str | None = None,
    **more: str,
) -> Entity:
    """Add the entity, or give back the one that already bears this name; `more` are other columns of it.

    Raises:
        ValueError: `category` is not one of 1 to 11.
    """
    user_kind(category)
    with database.session() as session:
        known = session.scalar(select(Entity).where(Entity.name == name))
        if known is not None:
            return known
        entity = Entity(
            id=entity_id or str(uuid.uuid4()), name=name, acronym=acronym, category=category, **more
        )
        session.add(entity)
        return entity


@dataclass(frozen=True)
class Member:
    """A member entity as lists show it."""

    id: str
    name: str
    acronym: str
    town: str
    nationality: str


def members(session: Session, words: str = "", *, public: bool = False) -> list[Member]:
    """Member entities in whose names or town all of these words are, by name (REG-02, REG-03).

    Args:
        session: of the state.
        words: parts of words; case and accents do not count.
        public: only French public entities, which may be partners of a contractor (REG-40).
    """
    wanted = select(Entity).where(Entity.state == "member")
    looked_for = plain(words).split()
    return sorted(
        (
            Member(one.id, one.name, one.acronym, one.town, one.nationality)
            for one in session.scalars(wanted)
            if (not public or one.user_kind in PUBLIC_KINDS)
            and all(word in plain(f"{one.name} {one.acronym} {one.town}") for word in looked_for)
        ),
        key=lambda one: plain(one.name),
    )


def is_public_member(session: Session, entity_id: str) -> bool:
    """Whether an entity is a member that may be the public partner of a contractor."""
    entity = session.get(Entity, entity_id)
    return entity is not None and entity.state == "member" and entity.user_kind in PUBLIC_KINDS


def is_name_taken(session: Session, name: str) -> bool:
    """Whether an entity of this name exists already, whatever the case."""
    known = session.scalars(select(Entity.name))
    return any(plain(one) == plain(name) for one in known)


def account_of_address(session: Session, email: str) -> Account | None:
    """The account whose address or user name this is."""
    return session.scalar(account_named(email))


def is_address_taken(session: Session, email: str) -> bool:
    """Whether there is an account of this address; who was refused may ask again."""
    account = account_of_address(session, email)
    return account is not None and account.state != "refused"


def plain(text: str) -> str:
    """A text as it is searched: without case and accents."""
    apart = unicodedata.normalize("NFKD", text).casefold()
    return "".join(one for one in apart if not unicodedata.combining(one))
