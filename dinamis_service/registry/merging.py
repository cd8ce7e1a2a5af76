"""Merge of two entities that are one (REG-46): all of the first goes to the second, in one transaction.

Nobody is signed out and nothing changes its identifier: people keep their accounts, which belong to the other
entity from then on, with their projects, requests and signatures.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, or_, select, update
from sqlalchemy.orm import Session

from dinamis_service.db import Database
from dinamis_service.errors import ConflictError
from dinamis_service.identity.tables import Account
from dinamis_service.notifications.letters import Letter
from dinamis_service.quotas.words import Words
from dinamis_service.registry.entity_admin import (
    CLOSED,
    MEMBER,
    entity_of,
    required_reason,
    tell_referents,
)
from dinamis_service.registry.events import note
from dinamis_service.registry.tables import Adhesion, Entity, Extension, MailedLink, Mission, Signature
from dinamis_service.requests.caller import Caller
from dinamis_service.requests.tables import Order, Project
from dinamis_service.signing.monthly import move_downloads

_PUBLIC = ("PUB", "SCI")


@dataclass(frozen=True)
class Moves:
    """What a merge moves."""

    accounts: int
    projects: int
    requests: int
    missions: int
    signatures: int
    adhesions: int
    extensions: int


def moves(session: Session, source: Entity) -> Moves:
    """What would move out of an entity."""
    people = select(Account.id).where(Account.entity_id == source.id)

    def number(table: type, *conditions: object) -> int:
        return session.scalar(select(func.count()).select_from(table).where(*conditions)) or 0  # type: ignore[arg-type]

    return Moves(
        accounts=number(Account, Account.entity_id == source.id),
        projects=number(Project, Project.owner_sub.in_(people)),
        requests=number(Order, Order.owner_sub.in_(people)),
        missions=number(Mission, _of_mission(source.id)),
        signatures=number(Signature, Signature.account_id.in_(people)),
        adhesions=number(Adhesion, or_(Adhesion.entity_id == source.id, Adhesion.partner_id == source.id)),
        extensions=number(Extension, Extension.entity_id == source.id),
    )


def warnings(source: Entity, target: Entity) -> Sequence[Words]:
    """What changes for the people who move, besides the name of their entity."""
    told = []
    if source.user_kind != target.user_kind:
        told.append(
            Words(
                f"Le type d'utilisateur passe de {source.user_kind} à {target.user_kind} : quotas et prix "
                "des nouvelles demandes en dépendent.",
                f"The kind of user goes from {source.user_kind} to {target.user_kind}: quotas and prices of "
                "new requests follow from it.",
            )
        )
    if (source.nationality == "FR") != (target.nationality == "FR"):
        told.append(
            Words(
                "La nationalité change : les comptes signeront une autre licence Pléiades.",
                "The nationality changes: the accounts will sign another licence of Pléiades.",
            )
        )
    return told


def merge(
    database: Database,
    caller: Caller,
    source_id: str,
    target_id: str,
    reason: str,
    *,
    seen: tuple[int, int],
    now: datetime,
) -> Moves:
    """Move all of one entity to another and close the first, which names its successor.

    `seen` are the versions of both, as the preview showed them.

    Raises:
        NotFoundError: one of them does not exist.
        PreconditionFailedError: one of them is another one by now.
        ConflictError: they cannot be merged.
    """
    with database.session() as session:
        # rows are always taken in one order: two merges the other way round wait for each other, and no more
        versions = {source_id: seen[0], target_id: seen[1]}
        locked = {one: entity_of(session, caller, one, seen=versions[one]) for one in sorted(versions)}
        source, target = locked[source_id], locked[target_id]
        reason = required_reason(caller, reason)
        _check(session, caller, source, target)
        moved = moves(session, source)
        _move(session, source, target)
        source.state, source.closed_at, source.merged_into_id = CLOSED, now, target.id
        source.super_entity_id = None
        for entity in (source, target):
            entity.version += 1
        author = caller.principal.name
        session.flush()
        note(
            session,
            ("entity", source.id),
            "merged",
            author=author,
            now=now,
            reason=reason,
            into=target.name,
            **vars(moved),
        )
        note(
            session,
            ("entity", target.id),
            "absorbed",
            author=author,
            now=now,
            reason=reason,
            name=source.name,
            **vars(moved),
        )
        # the referents of both, who are all the target's by now
        tell_referents(session, target, Letter.ENTITY_MERGED, now, former=source.name, reason=reason)
        return moved


def _check(session: Session, caller: Caller, source: Entity, target: Entity) -> None:
    if source.id == target.id:
        raise ConflictError(caller.say(fr="Choisissez une autre entité.", en="Choose another entity."))
    if source.state != MEMBER or target.state != MEMBER:
        raise ConflictError(
            caller.say(fr="L'une des deux entités est close.", en="One of the two entities is closed.")
        )
    as_contractor = session.scalar(select(Mission.id).where(Mission.contractor_id == source.id).limit(1))
    as_commissioner = session.scalar(select(Mission.id).where(Mission.commissioner_id == source.id).limit(1))
    if (as_contractor and target.user_kind != "PCP") or (as_commissioner and target.user_kind not in _PUBLIC):
        raise ConflictError(
            caller.say(
                fr="Des missions de la première entité ne peuvent appartenir à la seconde, qui n'est pas du "
                "même type.",
                en="Missions of the first entity cannot belong to the second, which is not of the same kind.",
            )
        )
    between = select(Mission.id).where(
        or_(
            (Mission.contractor_id == source.id) & (Mission.commissioner_id == target.id),
            (Mission.contractor_id == target.id) & (Mission.commissioner_id == source.id),
        )
    )
    if session.scalar(between.limit(1)) is not None:
        raise ConflictError(
            caller.say(
                fr="L'une des deux entités travaille pour l'autre.",
                en="One of the two entities works for the other.",
            )
        )


def _move(session: Session, source: Entity, target: Entity) -> None:
    """Let everything that names the first entity name the second."""
    for column in (
        Account.entity_id,
        Mission.contractor_id,
        Mission.commissioner_id,
        Adhesion.entity_id,
        Adhesion.partner_id,
        Extension.entity_id,
        Entity.merged_into_id,
        MailedLink.about_id,
    ):
        table = column.class_
        session.execute(
            update(table).where(column == source.id).values({column.key: target.id}),
            execution_options={"synchronize_session": "fetch"},
        )
    move_downloads(session, source.id, target.id)


def _of_mission(entity_id: str) -> object:
    return or_(Mission.contractor_id == entity_id, Mission.commissioner_id == entity_id)
