"""The instruction of adhesions: found, validated, refused, closed, and decided twice at once."""

from __future__ import annotations

import threading

import pytest
from registry_people import account, adhesion, caller, entity
from running import LiveService, SignedIn
from sqlalchemy import select

from dinamis_service.context import Context
from dinamis_service.errors import (
    ConflictError,
    ForbiddenError,
    InvalidError,
    NotFoundError,
    PreconditionFailedError,
    ServiceError,
)
from dinamis_service.identity.tables import Account
from dinamis_service.notifications.letters import Letter
from dinamis_service.notifications.tables import Notification, OutgoingMail
from dinamis_service.registry import instruction
from dinamis_service.registry.adhesion_letters import check_address
from dinamis_service.registry.adhesion_states import State
from dinamis_service.registry.adhesion_store import history
from dinamis_service.registry.directory import Person
from dinamis_service.registry.directory_queue import DirectoryQueue
from dinamis_service.registry.instruction import Decision
from dinamis_service.registry.tables import Adhesion, Entity
from dinamis_service.requests.caller import Caller


def stored(context: Context, adhesion_id: str) -> Adhesion:
    with context.database.reading() as session:
        return session.get_one(Adhesion, adhesion_id)


def decide(
    context: Context, by: Caller, adhesion_id: str, decision: Decision, reason: str = "", *, seen: int = 0
) -> None:
    instruction.decide(
        context.database,
        by,
        adhesion_id,
        decision,
        reason,
        seen=seen or stored(context, adhesion_id).version,
        now=context.clock(),
    )


@pytest.fixture
def operator(signed_in: object) -> Caller:
    person: SignedIn = signed_in("operator")  # type: ignore[operator]
    return caller(person.principal)


def letters(context: Context, topic: str) -> list[OutgoingMail]:
    with context.database.reading() as session:
        return list(session.scalars(select(OutgoingMail).where(OutgoingMail.topic == topic)))


def test_a_validated_adhesion_makes_a_member(context: Context, operator: Caller) -> None:
    wanted = adhesion(context, "Commune de Test")
    decide(context, operator, wanted, Decision.VALIDATE, "Complet")
    after = stored(context, wanted)
    assert after.state == State.VALIDATED
    with context.database.reading() as session:
        member = session.get_one(Entity, after.entity_id)
        assert (member.name, member.state, member.category) == ("Commune de Test", "member", 4)
        referent = session.scalars(select(Account).where(Account.entity_id == member.id)).unique().one()
        assert referent.email == after.email
        assert {one.role for one in referent.roles} >= {"user", "referent"}
        last = history(session, wanted)[-1]
    assert (last.event, last.author, last.reason) == ("validate", operator.principal.name, "Complet")


def test_a_refusal_needs_a_reason_and_is_told_to_both(context: Context, operator: Caller) -> None:
    wanted = adhesion(context)
    with pytest.raises(InvalidError) as refused:
        decide(context, operator, wanted, Decision.REFUSE, "  ")
    assert "reason" in refused.value.fields
    assert stored(context, wanted).state == State.INSTRUCTION
    decide(context, operator, wanted, Decision.REFUSE, "Hors du périmètre")
    told = letters(context, "letter_adhesion_refused")
    kept = stored(context, wanted)
    assert {one.address for one in told} == {kept.email, kept.form["legal_representative"]["email"]}
    assert all(one.facts["reason"] == "Hors du périmètre" for one in told)
    with context.database.reading() as session:
        assert session.scalar(select(Entity).where(Entity.name == "Commune d'Exemple")) is None


def test_a_closed_adhesion_closes_its_entity_and_tells_its_referents(
    context: Context, operator: Caller
) -> None:
    wanted = adhesion(context)
    decide(context, operator, wanted, Decision.VALIDATE)
    decide(context, operator, wanted, Decision.CLOSE, "Entité dissoute")
    after = stored(context, wanted)
    with context.database.reading() as session:
        member = session.get_one(Entity, after.entity_id)
        news = session.scalars(select(Notification)).all()
    assert (after.state, member.state) == (State.CLOSED, "closed")
    assert [one.facts["letter"] for one in news] == ["letter_entity_closed"]
    assert letters(context, "letter_entity_closed")[0].facts["reason"] == "Entité dissoute"


def test_what_was_not_seen_as_it_is_is_not_decided(context: Context, operator: Caller) -> None:
    wanted = adhesion(context)
    with pytest.raises(PreconditionFailedError):
        decide(context, operator, wanted, Decision.VALIDATE, seen=99)
    with pytest.raises(ConflictError):
        decide(context, operator, wanted, Decision.CLOSE, "x")
    waiting = adhesion(context, "Autre", state="accepted")
    with pytest.raises(ConflictError):
        decide(context, operator, waiting, Decision.VALIDATE)
    with pytest.raises(NotFoundError):
        decide(context, operator, "nothing", Decision.VALIDATE, seen=1)


def test_only_operators_decide(context: Context, signed_in: object) -> None:
    member = caller(signed_in("referent").principal)  # type: ignore[operator]
    wanted = adhesion(context)
    with pytest.raises(ForbiddenError):
        decide(context, member, wanted, Decision.VALIDATE)


def test_an_entity_of_the_same_name_is_not_made_twice(context: Context, operator: Caller) -> None:
    entity(context, "Commune d'Exemple")
    with pytest.raises(ConflictError):
        decide(context, operator, adhesion(context), Decision.VALIDATE)


def test_adhesions_are_found_by_state_and_words(context: Context) -> None:
    first = adhesion(context, "Ville de Béziers")
    second = adhesion(context, "Département", state="accepted")
    with context.database.reading() as session:

        def found(state: State | None, words: str = "") -> list[str]:
            told = instruction.look_through(session, state, words, offset=0, limit=10)
            return [one.id for one in told.rows]

        assert found(State.INSTRUCTION) == [first]
        assert set(found(None)) == {first, second}
        assert found(None, "BEZIERS") == [first]  # whatever the case and the accents
        assert found(None, "faure departement") == [second]
        assert found(None, "nothing") == []
        counts = instruction.look_through(session, None, "", offset=0, limit=0).counts
    assert (counts[State.INSTRUCTION], counts[State.ACCEPTED], counts[State.CLOSED]) == (1, 1, 0)


@pytest.mark.parametrize("other", [Decision.VALIDATE, Decision.REFUSE])
def test_of_two_decisions_at_once_one_is_made(on_either: LiveService, other: Decision) -> None:
    context = on_either.context
    people = [caller(on_either.sign_in("operator").principal) for _ in range(2)]
    wanted = adhesion(context)
    seen, together = stored(context, wanted).version, threading.Barrier(2)
    refused: list[ServiceError] = []

    def act(by: Caller, decision: Decision) -> None:
        together.wait()
        try:
            decide(context, by, wanted, decision, "Raison", seen=seen)
        except ServiceError as error:
            refused.append(error)

    threads = [
        threading.Thread(target=act, args=(by, one))
        for by, one in zip(people, (Decision.VALIDATE, other), strict=True)
    ]
    for one in threads:
        one.start()
    for one in threads:
        one.join(30)
    assert len(refused) == 1
    assert isinstance(refused[0], PreconditionFailedError)
    with context.database.reading() as session:
        made = session.scalars(select(Entity).where(Entity.name == "Commune d'Exemple")).all()
        decisions = [one for one in history(session, wanted) if one.event in list(Decision)]
    assert len(decisions) == 1
    assert len(made) == (1 if decisions[0].event == "validate" else 0)


def test_an_account_of_a_closed_entity_is_not_open(context: Context, operator: Caller) -> None:
    wanted = adhesion(context)
    decide(context, operator, wanted, Decision.VALIDATE)
    member = stored(context, wanted).entity_id
    assert member is not None
    person = account(context, member)
    secret = context.identity.browsers.open(person.id)
    assert context.identity.browsers.principal(secret) is not None
    decide(context, operator, wanted, Decision.CLOSE, "Fin")
    assert context.identity.browsers.principal(secret) is None


def test_who_was_refused_an_account_may_ask_again(context: Context, operator: Caller) -> None:
    wanted = adhesion(context, "Commune de Test")
    email = stored(context, wanted).email
    refused = account(context, entity(context, "UMR Exemple").id, email=email, state="refused")
    with context.database.session() as session:
        check_address(session, email, "fr", context.clock())
    assert [one.facts["purpose"] for one in letters(context, Letter.CHECK_ADDRESS)] == ["adhesion"]
    decide(context, operator, wanted, Decision.VALIDATE, "Complet")
    with context.database.reading() as session:
        referent = session.get_one(Account, refused.id)
        assert (referent.state, referent.entity.name) == ("active", "Commune de Test")
        assert {one.role for one in referent.roles} == {"user", "referent"}


class Listening:
    """A directory that takes everybody."""

    def __init__(self) -> None:
        self.told: list[Person] = []

    def create_or_attach(self, person: Person) -> str:
        self.told.append(person)
        return f"theia-{len(self.told)}"

    def close(self) -> None:
        """There is nothing to close."""


def test_an_admitted_contact_is_told_to_the_directory(context: Context, operator: Caller) -> None:
    directory = Listening()
    queue = DirectoryQueue(context.database, directory, context.clock)
    queue.run_due()
    wanted = adhesion(context, "Commune de Test")
    decide(context, operator, wanted, Decision.VALIDATE, "Complet")
    assert queue.run_due() == 1
    assert (directory.told[-1].email, directory.told[-1].entity) == (
        stored(context, wanted).email,
        "Commune de Test",
    )
    assert queue.run_due() == 0
