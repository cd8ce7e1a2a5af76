"""What a positive instruction makes of an adhesion: a member, its referent, its mission (REG-27, REG-30)."""

from __future__ import annotations

import uuid
from datetime import date, datetime

import shapely
from sqlalchemy import update
from sqlalchemy.orm import Session

from dinamis_service.errors import ConflictError
from dinamis_service.identity.external_accounts import NO_PASSWORD
from dinamis_service.identity.tables import Account, AccountRole
from dinamis_service.language import pick_language, text
from dinamis_service.registry import adhesion_letters
from dinamis_service.registry.adhesion_states import State
from dinamis_service.registry.adhesion_store import IllegalStepError
from dinamis_service.registry.entities import account_of_address, is_address_taken, is_name_taken
from dinamis_service.registry.missions import Wish, add_mission
from dinamis_service.registry.sectors import category_of, variant_of
from dinamis_service.registry.tables import Adhesion, Entity, Mission, Signature

_EVERYWHERE = dict(shapely.geometry.mapping(shapely.box(-180, -90, 180, 90)))


def admit(session: Session, adhesion: Adhesion, *, author: str, now: datetime) -> Entity:
    """Make the entity of an adhesion that was just validated, and what comes with it.

    Its contact gets an open account with the password of the form, the mission is written down, and both are
    told with the deed. What the legal representative attested counts for the contact's account where both are
    one person; another contact signs for themselves (REG-45).

    Raises:
        IllegalStepError: the adhesion is not validated.
        ConflictError: it was admitted before, or an entity or account of the same name came first.
    """
    if adhesion.state != State.VALIDATED:
        raise IllegalStepError(State(adhesion.state))
    _require_new(session, adhesion)
    entity = _entity(adhesion, now)
    session.add(entity)
    session.flush()
    account = _account(session, adhesion, entity, author, now)
    session.flush()
    if _same_person(adhesion):
        signed = update(Signature).where(Signature.adhesion_id == adhesion.id)
        session.execute(signed.values(account_id=account.id))
    _add_mission(session, adhesion, entity, now)
    adhesion.entity_id = entity.id
    adhesion.password_hash = None  # the account has it now
    adhesion_letters.created(session, adhesion, now)
    return entity


def _require_new(session: Session, adhesion: Adhesion) -> None:
    language = pick_language(adhesion.language)
    name = adhesion.form["entity"]["name"]
    if adhesion.entity_id is not None or is_name_taken(session, name):
        raise ConflictError(
            text(
                language,
                fr=f"Il y a déjà une entité nommée « {name} ».",
                en=f"There is an entity called '{name}' already.",
            )
        )
    if is_address_taken(session, adhesion.email):
        raise ConflictError(
            text(
                language,
                fr=f"Il y a déjà un compte pour {adhesion.email}.",
                en=f"There is an account for {adhesion.email} already.",
            )
        )


def _entity(adhesion: Adhesion, now: datetime) -> Entity:
    form = adhesion.form
    return Entity(
        id=str(uuid.uuid4()),
        category=category_of(form),
        **form["entity"],
        **form["sector"],
        legal_representative=form["legal_representative"],
        state="member",
        admitted_at=now,
    )


def _account(session: Session, adhesion: Adhesion, entity: Entity, author: str, now: datetime) -> Account:
    """The account of the contact: a new one, or the one that an entity had refused them."""
    email = adhesion.email
    account = account_of_address(session, email)
    if account is None:
        account = Account(id=str(uuid.uuid4()), username=email, email=email, created_at=now, version=0)
    told = {
        "password_hash": adhesion.password_hash or NO_PASSWORD,
        "entity": entity,
        "state": "active",
        "expires_at": None,
        "closed_at": None,
        "validated_at": now,
        "validated_by": author[:36],
        "password_changed_at": now,
        **adhesion.form["referent"],
    }
    for name, value in told.items():
        setattr(account, name, value)
    roles = {one.role for one in account.roles}
    account.roles += [AccountRole(role=role) for role in ("referent", "user") if role not in roles]
    account.version += 1
    session.add(account)
    return account


def _same_person(adhesion: Adhesion) -> bool:
    """Whether the contact is the legal representative, who attested the texts."""
    return bool(adhesion.form["legal_representative"]["email"] == adhesion.email)


def _add_mission(session: Session, adhesion: Adhesion, entity: Entity, now: datetime) -> None:
    """The mission of a private entity; one of R&D is commissioned by the entity itself.

    Without an area a mission is not bound to one.
    """
    variant = variant_of(adhesion.form)
    if variant not in ("rnd", "partner"):
        return
    told = adhesion.form["mission"]
    starts, ends = date.fromisoformat(told["starts"]), date.fromisoformat(told["ends"])
    area = told["area"] or _EVERYWHERE
    if variant == "partner":
        add_mission(
            session,
            contractor=entity,
            commissioner=session.get_one(Entity, adhesion.partner_id),
            title=told["title"],
            starts=starts,
            ends=ends,
            area=area,
            wishes=[
                Wish(one["mission"], date.fromisoformat(one["first"]), date.fromisoformat(one["last"]))
                for one in told["wishes"]
            ],
            now=now,
        )
        return
    session.add(
        Mission(
            id=str(uuid.uuid4()),
            contractor_id=entity.id,
            commissioner_id=entity.id,
            title=told["title"],
            starts=starts,
            ends=ends,
            area=area,
            wishes=told["wishes"],
            created_at=now,
        )
    )
