"""Entities as operators keep them: corrected, closed, merged, grouped, their open-data licence extended."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import browsing
import pytest
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st
from registry_people import AREA, account, adhesion, caller, entity
from requesters import Requester
from running import LiveService, SignedIn
from sqlalchemy import select

from dinamis_service.context import Context
from dinamis_service.errors import (
    ConflictError,
    ForbiddenError,
    InvalidError,
    PreconditionFailedError,
    ServiceError,
)
from dinamis_service.identity.tables import Account
from dinamis_service.notifications.tables import OutgoingMail
from dinamis_service.registry import entity_admin, extensions, merging, super_entities
from dinamis_service.registry.entity_admin import EntityForm
from dinamis_service.registry.events import events_of
from dinamis_service.registry.extensions import ExtensionForm, holds
from dinamis_service.registry.missions import add_mission
from dinamis_service.registry.super_entities import SuperForm
from dinamis_service.registry.tables import Adhesion, Entity, Extension, Mission, SuperEntity
from dinamis_service.requests.caller import Caller
from dinamis_service.signing.tables import DownloadMonth

SignIn = Callable[..., SignedIn]
TODAY = date(2026, 5, 4)


@pytest.fixture
def operator(signed_in: SignIn) -> Caller:
    return caller(signed_in("operator", "ETR").principal)


def stored(context: Context, entity_id: str) -> Entity:
    with context.database.reading() as session:
        return session.get_one(Entity, entity_id)


def form(kept: Entity, **values: object) -> EntityForm:
    told = {name: getattr(kept, name) for name in EntityForm.model_fields}
    return EntityForm.model_validate(told | values)


def test_a_correction_is_kept_with_what_changed_and_why(context: Context, operator: Caller) -> None:
    kept = entity(context, "Vile d'Exemple", town="Nîmes")
    now = context.clock()
    changed = form(kept, name="Ville d'Exemple")
    entity_admin.edit(context.database, operator, kept.id, changed, "Faute", seen=1, now=now)
    assert stored(context, kept.id).name == "Ville d'Exemple"
    with context.database.reading() as session:
        event = events_of(session, "entity", kept.id)[0]
    assert event.facts["changed"] == {"name": ["Vile d'Exemple", "Ville d'Exemple"]}
    assert (event.reason, event.author) == ("Faute", operator.principal.name)
    with pytest.raises(PreconditionFailedError):
        entity_admin.edit(context.database, operator, kept.id, changed, "Encore", seen=1, now=now)


def test_two_entities_never_bear_one_name(context: Context, operator: Caller) -> None:
    kept, _ = entity(context, "Une"), entity(context, "Autre")
    with pytest.raises(InvalidError) as refused:
        entity_admin.edit(
            context.database, operator, kept.id, form(kept, name="Autre"), "x", seen=1, now=context.clock()
        )
    assert "name" in refused.value.fields


@given(st.text(max_size=60))
def test_no_name_holds_what_is_not_shown(name: str) -> None:
    kept = {"acronym": "A", "nationality": "FR", "category": 4}
    try:
        told = EntityForm.model_validate({**kept, "name": name}).name
    except ValueError:
        return
    assert told == told.strip()
    assert told
    assert not any(ord(one) < 32 or ord(one) == 127 for one in told)


def test_closing_an_entity_closes_its_adhesion_and_its_accounts(context: Context, operator: Caller) -> None:
    kept = entity(context, "Une")
    request = adhesion(context, "Une demande")
    with context.database.session() as session:
        told = session.get_one(Adhesion, request)
        told.state, told.entity_id = "validated", kept.id
    referent = account(context, kept.id, roles=("user", "referent"))
    secret = context.identity.browsers.open(referent.id)
    now = context.clock()
    entity_admin.close(context.database, operator, kept.id, "Dissoute", seen=1, now=now)
    with context.database.reading() as session:
        assert session.get_one(Adhesion, request).state == "closed"
        mails = session.scalars(select(OutgoingMail).where(OutgoingMail.address == referent.email)).all()
    assert [one.topic for one in mails] == ["letter_entity_closed"]
    assert context.identity.browsers.principal(secret) is None
    with pytest.raises(ConflictError):
        entity_admin.close(context.database, operator, kept.id, "Encore", seen=2, now=now)


def test_a_closed_entity_is_opened_again_but_no_merged_one(
    context: Context, client: TestClient, operator: Caller, signed_in: SignIn
) -> None:
    kept, other = entity(context, "Une"), entity(context, "Autre")
    request = adhesion(context, "Une demande")
    with context.database.session() as session:
        told = session.get_one(Adhesion, request)
        told.state, told.entity_id = "validated", kept.id
    referent = account(context, kept.id, roles=("user", "referent"))
    secret = context.identity.browsers.open(referent.id)
    database, now = context.database, context.clock()
    with pytest.raises(ConflictError):
        entity_admin.reopen(database, operator, kept.id, "Membre", seen=1, now=now)
    entity_admin.close(database, operator, kept.id, "Dissoute", seen=1, now=now)
    with pytest.raises(InvalidError):
        entity_admin.reopen(database, operator, kept.id, " ", seen=2, now=now)
    page = browsing.Operator(client, signed_in("operator"), "fr")
    path = f"/operator/entities/{kept.id}"
    page.open(path)
    page.post(path, {**page.hidden_of(path, "reopen"), "reason": "Par erreur"})
    assert stored(context, kept.id).state == "member"
    with database.reading() as session:
        assert session.get_one(Adhesion, request).state == "validated"
        mails = session.scalars(select(OutgoingMail).where(OutgoingMail.address == referent.email)).all()
    assert [one.topic for one in mails] == ["letter_entity_closed", "letter_entity_reopened"]
    assert context.identity.browsers.principal(secret) is not None
    with database.session() as session:
        closed = session.get_one(Entity, other.id)
        closed.state, closed.merged_into_id = "closed", kept.id
    with pytest.raises(ConflictError):
        entity_admin.reopen(database, operator, other.id, "x", seen=1, now=now)


def test_a_merge_moves_everything_and_signs_nobody_out(
    context: Context, client: TestClient, signed_in: SignIn, operator: Caller
) -> None:
    person = signed_in()
    requester = Requester(client, person)
    order = requester.submit()["id"]
    source = stored(context, person.principal.entity_id)
    target = entity(context, "Laboratoire réuni", 2)
    referent = account(context, target.id, roles=("user", "referent"))
    contractor = entity(context, "Prestataire", 8)
    with context.database.session() as session:
        add_mission(
            session, contractor=session.get_one(Entity, contractor.id), title="M", starts=TODAY,
            commissioner=session.get_one(Entity, source.id), ends=TODAY, area=AREA, wishes=[],
            now=context.clock(),
        )  # fmt: skip
        session.add(
            Extension(
                id="x", entity_id=source.id, region="76", starts=TODAY, granted_by="x",
                granted_at=context.clock(),
            )
        )  # fmt: skip
        for entity_id, images in ((source.id, 3), (target.id, 4)):
            session.add(
                DownloadMonth(
                    month="2026-01", entity_id=entity_id, mission="PLEIADES", access="member", people=1,
                    images=images, signatures=images,
                )
            )  # fmt: skip
    secret = context.identity.browsers.open(person.principal.sub)
    moved = merging.merge(
        context.database, operator, source.id, target.id, "Une seule unité", seen=(1, 1), now=context.clock()
    )
    assert (moved.accounts, moved.projects, moved.requests) == (1, 1, 1)
    assert (moved.missions, moved.extensions) == (1, 1)
    closed = stored(context, source.id)
    assert (closed.state, closed.merged_into_id) == ("closed", target.id)
    with context.database.reading() as session:
        assert session.scalars(select(Mission)).one().commissioner_id == target.id
        assert session.get_one(Extension, "x").entity_id == target.id
        assert [one.images for one in session.scalars(select(DownloadMonth))] == [7]
        events = [one.event for one in events_of(session, "entity", source.id)]
        mails = session.scalars(
            select(OutgoingMail).where(OutgoingMail.topic == "letter_entity_merged")
        ).all()
    assert events == ["merged"]
    assert {one.address for one in mails} == {referent.email}
    told = context.identity.browsers.principal(secret)
    assert told is not None
    assert told.entity_name == "Laboratoire réuni"
    assert client.get("/api/me", headers=person.headers).json()["entity"]["name"] == "Laboratoire réuni"
    assert requester.get(f"/stapi/orders/{order}").status_code == 200


def test_merges_that_cannot_be(context: Context, operator: Caller) -> None:
    contractor, town, company = (
        entity(context, name, category) for name, category in (("P", 8), ("V", 4), ("C", 7))
    )
    with context.database.session() as session:
        add_mission(
            session, contractor=session.get_one(Entity, contractor.id), title="M", starts=TODAY,
            commissioner=session.get_one(Entity, town.id), ends=TODAY, area=AREA, wishes=[],
            now=context.clock(),
        )  # fmt: skip

    def merge(source: Entity, target: Entity, reason: str = "x") -> None:
        merging.merge(
            context.database, operator, source.id, target.id, reason, seen=(1, 1), now=context.clock()
        )

    for source, target in ((contractor, town), (contractor, company), (town, company), (town, town)):
        with pytest.raises(ConflictError):
            merge(source, target)
    with pytest.raises(InvalidError):
        merge(company, town, " ")
    with context.database.reading() as session:
        assert [
            one.state for one in session.scalars(select(Entity).where(Entity.name.in_(["P", "V", "C"])))
        ] == ["member"] * 3


def test_two_merges_the_other_way_round_leave_one_entity(on_either: LiveService) -> None:
    context = on_either.context
    people = [caller(on_either.sign_in("operator").principal) for _ in range(2)]
    one, other = entity(context, "Une"), entity(context, "Autre")
    account(context, one.id)
    account(context, other.id)
    together, refused = threading.Barrier(2), []

    def act(by: Caller, source: str, target: str) -> None:
        together.wait()
        try:
            merging.merge(context.database, by, source, target, "x", seen=(1, 1), now=context.clock())
        except ServiceError as error:
            refused.append(error)

    ways = ((people[0], one.id, other.id), (people[1], other.id, one.id))
    threads = [threading.Thread(target=act, args=way) for way in ways]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert [type(error) for error in refused] == [PreconditionFailedError]
    states = sorted(stored(context, entity_id).state for entity_id in (one.id, other.id))
    assert states == ["closed", "member"]
    with context.database.reading() as session:
        owners = set(session.scalars(select(Account.entity_id).where(Account.given_name == "Lou")))
    assert len(owners) == 1
    assert stored(context, owners.pop()).state == "member"


def test_super_entities_group_and_let_go(context: Context, operator: Caller) -> None:
    now, database = context.clock(), context.database
    super_id = super_entities.create(database, operator, SuperForm(name="Région"), now)
    with pytest.raises(InvalidError):
        super_entities.create(database, operator, SuperForm(name="Région"), now)
    kept = entity(context, "Une")
    super_entities.group(database, operator, super_id, kept.id, seen=1, now=now)
    with pytest.raises(PreconditionFailedError):
        super_entities.group(database, operator, None, kept.id, seen=1, now=now)
    super_entities.rename(database, operator, super_id, SuperForm(name="Région Sud", acronym="RS"), now)
    with database.reading() as session:
        rows, numbers = super_entities.every(session)
        assert [(one.name, numbers[one.id]) for one in rows] == [("Région Sud", 1)]
    super_entities.delete(database, operator, super_id, now)
    with database.reading() as session:
        assert session.scalars(select(SuperEntity)).all() == []
        assert [one.event for one in events_of(session, "super", super_id)] == [
            "deleted",
            "renamed",
            "created",
        ]
    assert stored(context, kept.id).super_entity_id is None


def test_an_extension_holds_on_its_days_and_once_at_a_time(
    context: Context, operator: Caller, client: TestClient, signed_in: SignIn
) -> None:
    person = signed_in("referent")
    kept, now = stored(context, person.principal.entity_id), context.clock()
    today = now.date()
    spring = ExtensionForm(region="76", starts=today, ends=today + timedelta(days=30))
    extensions.grant(context.database, operator, kept.id, spring, now=now)
    for again in (spring, ExtensionForm(region="76", starts=today + timedelta(days=30))):
        with pytest.raises(ConflictError):
            extensions.grant(context.database, operator, kept.id, again, now=now)
    extensions.grant(context.database, operator, kept.id, ExtensionForm(region="11", starts=today), now=now)
    with pytest.raises(InvalidError):
        extensions.grant(
            context.database, operator, kept.id, ExtensionForm(region="99", starts=today), now=now
        )
    told = client.get("/api/me", headers=person.headers).json()
    with context.database.reading() as session:
        assert {one.region for one in extensions.in_force(session, kept.id, today)} == {"76", "11"}
        assert [(one["region"], one["ends"]) for one in told["extensions"]] == [
            ("11", None),
            ("76", spring.ends.isoformat()),
        ]
        later = extensions.in_force(session, kept.id, today + timedelta(days=31))
        mails = session.scalars(select(OutgoingMail).where(OutgoingMail.address == person.principal.email))
        assert [one.facts["region"] for one in mails] == ["Occitanie", "Île-de-France"]
    assert [one.region for one in later] == ["11"]
    extensions.end(context.database, operator, later[0].id, today, "Retirée", now=now)
    with context.database.reading() as session:
        assert extensions.in_force(session, kept.id, today + timedelta(days=1))[0].region == "76"


@given(
    st.dates(date(2020, 1, 1), date(2030, 1, 1)),
    st.one_of(st.none(), st.dates(date(2020, 1, 1), date(2030, 1, 1))),
    st.dates(date(2020, 1, 1), date(2030, 1, 1)),
)
def test_days_of_an_extension_are_included(starts: date, ends: date | None, day: date) -> None:
    granted = datetime(2020, 1, 1, tzinfo=UTC)
    kept = Extension(region="76", starts=starts, ends=ends, granted_by="", granted_at=granted)
    within = {starts + timedelta(days=number) for number in range(((ends or day) - starts).days + 1)}
    assert holds(kept, day) == (day in within)


def test_only_operators_touch_entities(context: Context, signed_in: SignIn) -> None:
    referent, kept = caller(signed_in("referent").principal), entity(context, "Une")
    now, database = context.clock(), context.database
    occitanie = ExtensionForm(region="76", starts=TODAY)
    for act in (
        lambda: entity_admin.edit(database, referent, kept.id, form(kept), "x", seen=1, now=now),
        lambda: entity_admin.close(database, referent, kept.id, "x", seen=1, now=now),
        lambda: entity_admin.reopen(database, referent, kept.id, "x", seen=1, now=now),
        lambda: merging.merge(database, referent, kept.id, kept.id, "x", seen=(1, 1), now=now),
        lambda: super_entities.create(database, referent, SuperForm(name="x"), now),
        lambda: super_entities.group(database, referent, None, kept.id, seen=1, now=now),
        lambda: extensions.grant(database, referent, kept.id, occitanie, now=now),
    ):
        with pytest.raises(ForbiddenError):
            act()
