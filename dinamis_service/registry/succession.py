"""A new referent, or a new legal representative, declared by the referent in office (REG-47, ACC-12)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from dinamis_service.identity.accounts import is_open
from dinamis_service.identity.principal import Principal
from dinamis_service.identity.tables import Account, AccountRole
from dinamis_service.notifications.letters import Letter
from dinamis_service.notifications.posting import inform, write
from dinamis_service.quotas.words import Words
from dinamis_service.registry.account_life import AccountStepError, referents_of
from dinamis_service.registry.events import note
from dinamis_service.registry.tables import Entity

REFERENT_CHANGED, REPRESENTATIVE_CHANGED = "referent", "representative"
"""Events of an entity."""
RANKS = {
    "1": Words("Président(e)", "President"),
    "2": Words("Directeur/Directrice", "Director"),
    "3": Words(
        "Responsable de laboratoire, de structure ou d'organisme",
        "Head of a laboratory, structure or organisation",
    ),
    "4": Words("Chef/Cheffe de service", "Head of service"),
}
"""Ranks that a legal representative may have, the highest first."""


def candidates(session: Session, entity_id: str, now: datetime) -> list[Account]:
    """Users of the entity who may become its referent: accounts that are open, without that role, by name."""
    found = session.scalars(
        select(Account)
        .where(Account.entity_id == entity_id)
        .order_by(Account.family_name, Account.given_name, Account.id)
    )
    return [one for one in found if is_open(one, now) and "referent" not in _roles(one)]


def change_referent(session: Session, new_id: str, *, by: Principal, now: datetime) -> Account:
    """Hand the role of the referent `by` over to a user of the same entity; both are told.

    The entity must be locked by this transaction.

    Raises:
        AccountStepError: the person is no user of this entity whose account is open.
    """
    new = session.get(Account, new_id, with_for_update={"of": Account}, populate_existing=True)
    if new is None or new.id not in {one.id for one in candidates(session, by.entity_id, now)}:
        raise AccountStepError(
            Words(
                "Le nouveau référent est un utilisateur de l'entité dont le compte est validé.",
                "The new contact is a user of the entity whose account is validated.",
            )
        )
    former = session.get_one(Account, by.sub)
    former.roles = [one for one in former.roles if one.role != "referent"]
    new.roles.append(AccountRole(role="referent"))
    former.version += 1
    new.version += 1
    facts = {"name": _name(new), "former": _name(former), "entity": new.entity.name}
    note(
        session,
        ("entity", new.entity_id),
        REFERENT_CHANGED,
        author=by.name,
        now=now,
        name=facts["name"],
        former=facts["former"],
    )
    for account in (former, new):
        inform(session, account, Letter.REFERENT_CHANGED, moment=now, facts=facts)
    return new


def change_representative(
    session: Session, entity: Entity, told: Mapping[str, str], *, by: Principal, now: datetime
) -> None:
    """Put another legal representative down for an entity; both of them and the referents are told.

    `told` has given_name, family_name, function, email, nationality and rank (of `RANKS`). The entity must be
    locked by this transaction.
    """
    former = dict(entity.legal_representative)
    entity.legal_representative = dict(told)
    entity.version += 1
    name = _of(told)
    note(
        session,
        ("entity", entity.id),
        REPRESENTATIVE_CHANGED,
        author=by.name,
        now=now,
        name=name,
        former=_of(former),
    )
    facts: dict[str, Any] = {
        "name": name,
        "function": told["function"],
        "entity": entity.name,
        "author": by.name,
    }
    people = {one["email"]: _of(one) for one in (former, told) if one.get("email")}
    for address, called in people.items():
        write(
            session,
            Letter.REPRESENTATIVE_CHANGED,
            address=address,
            name=called,
            language="fr",
            moment=now,
            facts=facts,
        )
    for referent in referents_of(session, entity.id, now):
        inform(session, referent, Letter.REPRESENTATIVE_CHANGED, moment=now, facts=facts)


def _roles(account: Account) -> set[str]:
    return {one.role for one in account.roles}


def _name(account: Account) -> str:
    return f"{account.given_name} {account.family_name}"


def _of(told: Mapping[str, str]) -> str:
    return f"{told.get('given_name', '')} {told.get('family_name', '')}".strip()
