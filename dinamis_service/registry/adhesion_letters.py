"""The letters of an adhesion, and the news to the partner's contact (domain.md 3.11, M1 to M6)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from dinamis_service.notifications.letters import Letter
from dinamis_service.notifications.posting import write
from dinamis_service.registry import legal_texts, links, partnerships
from dinamis_service.registry.entities import is_address_taken
from dinamis_service.registry.tables import Adhesion, Entity

ADHESION_PATH, VALIDATION_PATH, ACCOUNT_PATH, ENTITY_PATH = (
    "/registry/adhesion",
    "/registry/validation",
    "/registry/account",
    "/entity/",
)


def check_address(
    session: Session, email: str, language: str, now: datetime, entity: Entity | None = None
) -> None:
    """M1: the link that proves an address; for the account in an entity, or for a new adhesion (REG-04).

    Who has an account already is told so instead, unless it was refused: only the owner of the address
    learns of it.
    """
    facts: dict[str, Any] = {}
    letter = Letter.CHECK_ADDRESS
    if is_address_taken(session, email):
        letter = Letter.ACCOUNT_EXISTS
    elif entity is None:
        link = links.issue(session, links.Purpose.ADHESION, email, now)
        facts = {"link": link.id, "purpose": link.purpose, "path": ADHESION_PATH}
    else:
        link = links.issue(session, links.Purpose.ACCOUNT, email, now, entity.id)
        facts = {"link": link.id, "purpose": link.purpose, "path": ACCOUNT_PATH, "entity": entity.name}
    write(session, letter, address=email, name="", language=language, moment=now, facts=facts)


def form_accepted(session: Session, adhesion: Adhesion, now: datetime) -> None:
    """M2 to both, with the charter and the licences; M3 to the legal representative (REG-19, REG-20)."""
    texts = legal_texts.current(session, legal_texts.ADHESION_TEXTS)
    enclosed = [f"text/{one.code}/{one.version}/{adhesion.language}" for one in texts]
    for person in _both(adhesion):
        _write(session, Letter.ADHESION_TEXTS, adhesion, person, now, attachments=enclosed)
    validation_link(session, adhesion, now)


def validation_link(session: Session, adhesion: Adhesion, now: datetime) -> None:
    """M3: the link by which the legal representative validates; earlier ones stay good as long."""
    person = _representative(adhesion)
    link = links.issue(session, links.Purpose.VALIDATION, person[0], now, adhesion.id)
    facts = {"link": link.id, "purpose": link.purpose, "path": VALIDATION_PATH}
    _write(session, Letter.VALIDATION_LINK, adhesion, person, now, **facts)


def signed(session: Session, adhesion: Adhesion, now: datetime) -> None:
    """M4 to both: the deed, to be kept; and to the partner's contact that a partnership waits (M6)."""
    for person in _both(adhesion):
        _write(session, Letter.DEED, adhesion, person, now, attachments=[f"deed/{adhesion.id}"])
    if adhesion.partner_id is not None:
        partnerships.announce(session, adhesion, now)


def created(session: Session, adhesion: Adhesion, now: datetime) -> None:
    """M5 to both: the entity is a member, with the deed and where the contact signs in (REG-30)."""
    facts = {"attachments": [f"deed/{adhesion.id}"], "path": ENTITY_PATH}
    for person in _both(adhesion):
        _write(session, Letter.ENTITY_CREATED, adhesion, person, now, **facts)


def name_of(person: dict[str, str]) -> str:
    """First and last name of a person of a form."""
    return f"{person['given_name']} {person['family_name']}"


def _write(
    session: Session,
    letter: Letter,
    adhesion: Adhesion,
    person: tuple[str, str],
    now: datetime,
    **facts: Any,
) -> None:
    form = adhesion.form
    told = {
        "entity": form["entity"]["name"],
        "referent": name_of(form["referent"]),
        "representative": name_of(form["legal_representative"]),
        **facts,
    }
    address, name = person
    write(session, letter, address=address, name=name, language=adhesion.language, moment=now, facts=told)


def _representative(adhesion: Adhesion) -> tuple[str, str]:
    person = adhesion.form["legal_representative"]
    return person["email"], name_of(person)


def _referent(adhesion: Adhesion) -> tuple[str, str]:
    return adhesion.email, name_of(adhesion.form["referent"])


def _both(adhesion: Adhesion) -> list[tuple[str, str]]:
    """Legal representative and contact; one letter where both have the same address."""
    return list(dict([_representative(adhesion), _referent(adhesion)]).items())
