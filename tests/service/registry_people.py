"""Adhesions, people and texts of the registry, as tests of the operators' pages meet them."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from dinamis_service.context import Context
from dinamis_service.identity.principal import Principal
from dinamis_service.identity.tables import Account
from dinamis_service.registry import legal_texts
from dinamis_service.registry.adhesion_store import change
from dinamis_service.registry.contact import MessageForm
from dinamis_service.registry.entities import add_entity
from dinamis_service.registry.tables import Adhesion, Entity
from dinamis_service.requests.caller import Caller

AREA = {
    "type": "Polygon",
    "coordinates": [[[3.6, 43.5], [4.0, 43.5], [4.0, 43.7], [3.6, 43.7], [3.6, 43.5]]],
}
RND = {
    "eligibility": "france",
    "interest": "planning",
    "sector": "private",
    "sector_type": "company",
    "activity": "rnd",
}


def form_of(name: str = "Commune d'Exemple", **parts: Any) -> dict[str, Any]:
    """What a future referent typed."""
    return {
        "entity": {
            "acronym": "CEX",
            "name": name,
            "nationality": "FR",
            "parent": "",
            "address": "1 place de la Mairie",
            "postcode": "34090",
            "town": "Montpellier",
        },
        "sector": {
            "eligibility": "france",
            "interest": "planning",
            "sector": "public",
            "sector_type": "authority",
            "activity": "municipality",
        },
        "legal_representative": {
            "given_name": "Agathe",
            "family_name": "Leroy",
            "function": "Maire",
            "email": f"agathe.{uuid.uuid4().hex[:6]}@commune.example",
            "nationality": "FR",
        },
        "referent": {
            "given_name": "Rémi",
            "family_name": "Faure",
            "function": "Géomaticien",
            "phone": "+33 4 00 00 00 00",
            "nationality": "FR",
            "address": "",
            "postcode": "",
            "town": "",
        },
        **parts,
    }


def adhesion(
    context: Context, name: str = "Commune d'Exemple", *, state: str = "instruction", **parts: Any
) -> str:
    """An adhesion in instruction, or before; gives its id."""
    now = context.clock()
    with context.database.session() as session:
        made = Adhesion(
            id=str(uuid.uuid4()),
            email=f"remi.{uuid.uuid4().hex[:6]}@commune.example",
            language="fr",
            state="draft",
            form=form_of(name, **parts),
            password_hash=context.identity.accounts.hash("une phrase assez longue"),
            created_at=now - timedelta(days=2),
            accepted_at=now - timedelta(days=1),
            version=1,
        )
        session.add(made)
        session.flush()
        change(session, made, "accept", author="Rémi Faure", now=now)
        if state != "accepted":
            change(session, made, "sign", author="Agathe Leroy", now=now)
            made.signed_at = now
            texts = legal_texts.current(session, legal_texts.ADHESION_TEXTS)
            legal_texts.sign(session, texts, signer="Agathe Leroy", now=now, adhesion_id=made.id)
        return made.id


def caller(principal: Principal) -> Caller:
    """An operator who reads English."""
    return Caller(principal, "en")


def message_form(**values: str) -> MessageForm:
    """A message of the contact form."""
    told = {"purpose": "problem", "name": "Jeanne", "email": "jeanne@example.org", "text": "Bonjour"}
    return MessageForm.model_validate(told | values)


def entity(context: Context, name: str, category: int = 4, **values: Any) -> Entity:
    """A member entity."""
    made = add_entity(context.database, name=name, acronym=name[:10], category=category)
    with context.database.session() as session:
        kept = session.get_one(Entity, made.id)
        for field, value in values.items():
            setattr(kept, field, value)
        return kept


def account(
    context: Context, entity_id: str, *, roles: tuple[str, ...] = ("user",), **values: Any
) -> Account:
    """Somebody's account in an entity."""
    name = uuid.uuid4().hex[:8]
    made = context.identity.create_account(
        email=f"{name}@demo.example",
        given_name="Lou",
        family_name=f"Petit {name}",
        password="une phrase assez longue",
        entity_id=entity_id,
        roles=roles,
    )
    with context.database.session() as session:
        kept = session.scalars(select(Account).where(Account.id == made.sub)).unique().one()
        for field, value in values.items():
            setattr(kept, field, value)
        return kept
