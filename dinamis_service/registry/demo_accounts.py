"""Example people of the demonstration, one for every role and kind of user."""

from __future__ import annotations

import base64
import hmac
import random
import uuid
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import shapely
from sqlalchemy import select

from dinamis_service.context import Context
from dinamis_service.identity.digests import new_secret
from dinamis_service.registry import legal_texts
from dinamis_service.registry.entities import add_entity
from dinamis_service.registry.missions import Wish, add_mission
from dinamis_service.registry.tables import Entity, Mission
from dinamis_service.secret_files import read_or_create


@dataclass(frozen=True)
class _Body:
    """An invented entity."""

    name: str
    acronym: str
    category: int
    town: str = "Montpellier"
    nationality: str = "FR"


@dataclass(frozen=True)
class _Person:
    """An invented person of one."""

    given_name: str
    family_name: str
    username: str
    body: _Body
    role: str = "user"


_LAB = _Body("UMR Exemple de télédétection", "UMR-EX", 2)
_TOWN = _Body("Métropole Exemple", "ME", 4)
_STARTUP = _Body("Exemple Géo SAS", "EXGEO", 7)
_CONTRACTOR = _Body("Bureau d'études Exemple", "BEEX", 8)
_FOREIGN = _Body("Institut Exemple de Genève", "IEG", 9, "Genève", "CH")
_PLATFORM = _Body("Pôle DINAMIS de démonstration", "DINAMIS", 3)

_MONTPELLIER = (3.6, 43.4, 4.2, 43.8)  # west, south, east, north in degrees

_PEOPLE = (
    _Person("Camille", "Martin", "camille.martin", _LAB),
    _Person("Nadia", "Benali", "nadia.benali", _TOWN),
    _Person("Hugo", "Lefèvre", "hugo.lefevre", _STARTUP),
    _Person("Inès", "Garnier", "ines.garnier", _CONTRACTOR),
    _Person("Luca", "Rossi", "luca.rossi", _FOREIGN),
    _Person("Paul", "Durand", "paul.durand", _LAB, "referent"),
    _Person("Élise", "Moreau", "elise.moreau", _LAB, "legal_representative"),
    _Person("Sacha", "Roux", "sacha.roux", _PLATFORM, "operator"),
)


def seed(context: Context, rng: random.Random) -> list[dict[str, Any]]:
    """Make the example accounts that are missing and describe them all, for `accounts.json`.

    Identifiers come from `rng`, so that a demonstration can be built again; passwords from a random secret of
    the data folder, so that no two installations share one. The first account is the scientific user. All
    have signed the charter and the licences.
    """
    secret = read_or_create(context.settings.data_dir / "keys" / "demo.txt", new_secret)
    people = [_seed_person(context, rng, secret, person) for person in _PEOPLE]
    _seed_mission(context, _identifier(rng))
    return people


def _seed_mission(context: Context, mission_id: str) -> None:
    """The contractor works for the town over Montpellier: SPOT 6/7, and what is delivered to the town."""
    today = context.clock().date()
    with context.database.session() as session:
        if session.get(Mission, mission_id) is not None:
            return
        named = {entity.name: entity for entity in session.scalars(select(Entity))}
        add_mission(
            session,
            contractor=named[_CONTRACTOR.name],
            commissioner=named[_TOWN.name],
            title="Suivi de l'occupation du sol de la métropole (exemple)",
            starts=today,
            ends=today + timedelta(days=365),
            area=dict(shapely.geometry.mapping(shapely.box(*_MONTPELLIER))),
            wishes=[Wish("SPOT 6/7", date(2000, 1, 1), today)],
            now=context.clock(),
            mission_id=mission_id,
        )


def _seed_person(context: Context, rng: random.Random, secret: str, person: _Person) -> dict[str, Any]:
    """One account as `accounts.json` lists it; `rng` is drawn from alike whether it exists or not."""
    entity_id, account_id = _identifier(rng), _identifier(rng)
    email = f"{person.username}@demo.example"
    password = _password(secret, person.username)
    principal = context.identity.principal_by_email(email)
    if principal is None:
        entity = add_entity(
            context.database,
            name=person.body.name,
            acronym=person.body.acronym,
            category=person.body.category,
            entity_id=entity_id,
            town=person.body.town,
            nationality=person.body.nationality,
        )
        principal = context.identity.create_account(
            email=email,
            username=person.username,
            given_name=person.given_name,
            family_name=person.family_name,
            password=password,
            entity_id=entity.id,
            roles={"user", person.role},
            account_id=account_id,
        )
        with context.database.session() as session:
            texts = legal_texts.unsigned(session, principal.sub, principal.entity_nationality)
            legal_texts.sign(
                session, texts, signer=principal.name, now=context.clock(), account_id=principal.sub
            )
            if person.role == "legal_representative":
                session.get_one(Entity, principal.entity_id).legal_representative = {
                    "given_name": person.given_name,
                    "family_name": person.family_name,
                    "function": "Directrice",
                    "email": email,
                    "nationality": "FR",
                    "rank": "2",
                }
    return {
        "username": principal.username,
        "email": principal.email,
        "password": password,
        "role": person.role,
        "name": principal.name,
        "entity": principal.entity_name,
        "user_kind": principal.user_kind,
    }


def _identifier(rng: random.Random) -> str:
    return str(uuid.UUID(int=rng.getrandbits(128), version=4))


def _password(secret: str, username: str) -> str:
    """Password of an example account: 80 bits in groups that can be typed."""
    code = base64.b32encode(hmac.digest(secret.encode(), username.encode(), "sha256")[:10]).decode().lower()
    return "-".join(code[start : start + 4] for start in range(0, 16, 4))
