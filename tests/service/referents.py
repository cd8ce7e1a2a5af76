"""People of entities, adhesions and mailed links, as the tests of the referents' pages want them."""

from __future__ import annotations

import re
import uuid
from email.message import EmailMessage
from typing import Any

from browsing import Operator
from running import PASSWORD, SignedIn
from sqlalchemy import select

from dinamis_service.context import Context
from dinamis_service.identity.tables import Account
from dinamis_service.notifications.mail import composed
from dinamis_service.notifications.tables import Notification, OutgoingMail
from dinamis_service.notifications.wording import worded
from dinamis_service.registry.links import Purpose, issue, secret_of
from dinamis_service.registry.tables import Adhesion, Entity, Mission

AREA = {
    "type": "Polygon",
    "coordinates": [
        [[3.6872, 43.504], [4.0313, 43.504], [4.0313, 43.7129], [3.6872, 43.7129], [3.6872, 43.504]]
    ],
}
FORM = {
    "given_name": "Ada",
    "family_name": "Lovelace",
    "function": "Géomaticienne",
    "phone": "06 01 02 03 04",
    "email": "ada@umr.example",
    "email_again": "ada@umr.example",
    "password": "une phrase de passe assez longue",  # pragma: allowlist secret
    "password_again": "une phrase de passe assez longue",  # pragma: allowlist secret
    "nationality": "FR",
    "address": "",
    "postcode": "34090",
    "town": "Montpellier",
}


def add_entity(context: Context, name: str, category: int = 2, **more: Any) -> Entity:
    entity = Entity(id=str(uuid.uuid4()), name=name, acronym=name[:12], category=category, **more)
    with context.database.session() as session:
        session.add(entity)
    return entity


def add_person(context: Context, entity: Entity, role: str = "user", **changes: Any) -> SignedIn:
    """A person of the entity; `changes` are of the account."""
    principal = context.identity.create_account(
        email=f"{role}.{uuid.uuid4().hex[:8]}@umr.example",
        given_name=changes.pop("given_name", "Paul"),
        family_name=changes.pop("family_name", "Durand"),
        password=PASSWORD,
        entity_id=entity.id,
        roles={"user", role},
    )
    with context.database.session() as session:
        account = session.get_one(Account, principal.sub)
        for name, value in changes.items():
            setattr(account, name, value)
    return SignedIn(principal, {})


def add_waiting(context: Context, entity: Entity, **changes: Any) -> str:
    """Id of an account that waits for the referent."""
    told = {
        "given_name": "Ada",
        "family_name": "Lovelace",
        "function": "Géomaticienne",
        "phone": "0601020304",
    }
    return add_person(context, entity, **told | {"state": "waiting"} | changes).principal.sub


def add_adhesion(context: Context, partner: Entity, **changes: Any) -> str:
    """Id of an adhesion of a contractor that was signed and waits for its partner."""
    now = context.clock()
    form = {
        "entity": {
            "acronym": "GEOPRO",
            "name": "Géo Prestations <SARL>",
            "nationality": "FR",
            "address": "1 rue du Port",
            "postcode": "34000",
            "town": "Montpellier",
        },
        "mission": {
            "title": "MaMission",
            "starts": "2025-10-30",
            "ends": "2099-11-01",
            "area": AREA,
            "wishes": [{"mission": "SPOT 6/7", "first": "2022-12-31", "last": "2024-12-31"}],
        },
        "partner": {"entity_id": partner.id},
        "legal_representative": {
            "given_name": "Rose",
            "family_name": "Legal",
            "function": "Directrice",
            "email": "rose@geopro.example",
            "nationality": "FR",
        },
        "referent": {
            "given_name": "Remi",
            "family_name": "Referent",
            "function": "Géomaticien",
            "phone": "06",
            "nationality": "FR",
        },
    }
    adhesion = Adhesion(
        id=str(uuid.uuid4()),
        email="remi@geopro.example",
        language="fr",
        **{
            "state": "partner",
            "form": form,
            "partner_id": partner.id,
            "partnership": "pending",
            "created_at": now,
            "signed_at": now,
        }
        | changes,
    )
    with context.database.session() as session:
        session.add(adhesion)
    return adhesion.id


def add_mission(context: Context, contractor: Entity, commissioner: Entity, **changes: Any) -> str:
    now = context.clock()
    told = {"title": "MaMission", "area": AREA, "wishes": [], "created_at": now} | changes
    mission = Mission(
        id=str(uuid.uuid4()), contractor_id=contractor.id, commissioner_id=commissioner.id, **told
    )
    with context.database.session() as session:
        session.add(mission)
    return mission.id


def account(context: Context, account_id: str) -> Account:
    with context.database.reading() as session:
        return session.get_one(Account, account_id)


def letters(context: Context, address: str | None = None) -> list[EmailMessage]:
    """The letters that were written so far, to one address or to all, the first one first."""
    with context.database.reading() as session:
        mails = session.scalars(select(OutgoingMail).order_by(OutgoingMail.id)).all()
    return [composed(one, context.settings) for one in mails if address in (None, one.address)]


def mailed_link(context: Context, email: str = "ada@umr.example", about_id: str = "") -> str:
    """Secret of a link for an account, as the mail has it."""
    with context.database.session() as session:
        link = issue(session, Purpose.ACCOUNT, email, context.clock(), about_id)
        return secret_of(context.settings, link.id, link.purpose)


def notified(context: Context, account_id: str) -> list[str]:
    """Titles of the notifications of a person, in French."""
    with context.database.reading() as session:
        found = select(Notification).where(Notification.account_id == account_id).order_by(Notification.id)
        return [worded(one.topic, None, one.facts, "fr")[0] for one in session.scalars(found)]


def boxes(text: str) -> list[str]:
    """Values of the boxes of a page under which texts are signed."""
    return re.findall(r'type="checkbox" name="texts" value="([^"]+)"', text)


def asked_for(pages: Operator, secret: str, entity: Entity, **changes: Any) -> Any:
    """The answer to the form of an account, filled in and sent."""
    pages.open(f"/registry/account?link={secret}&entity={entity.id}")
    ticks = changes.pop("texts", boxes(pages.page.text))
    return pages.send("/registry/account", **FORM | {"act": "send", "texts": ticks} | changes)
