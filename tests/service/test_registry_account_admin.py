"""Accounts as operators see them: found, looked at, closed, and who is an operator."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from registry_people import account, caller, entity
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
from dinamis_service.identity.tables import AccessRecord, Account, AccountRole
from dinamis_service.registry import account_admin
from dinamis_service.registry.account_admin import Wanted
from dinamis_service.registry.events import events_of
from dinamis_service.requests.caller import Caller

SignIn = Callable[..., SignedIn]


@pytest.fixture
def operator(signed_in: SignIn) -> Caller:
    return caller(signed_in("operator").principal)


def stored(context: Context, account_id: str) -> Account:
    with context.database.reading() as session:
        return session.get_one(Account, account_id)


def operators(context: Context) -> set[str]:
    with context.database.reading() as session:
        return set(session.scalars(select(AccountRole.account_id).where(AccountRole.role == "operator")))


def test_accounts_are_found_by_words_state_role_and_entity(context: Context, operator: Caller) -> None:
    town, lab = entity(context, "Ville du Test"), entity(context, "Labo du Test", 2)
    referent = account(context, town.id, roles=("user", "referent"))
    waiting = account(context, lab.id, state="waiting", given_name="Zoé")

    def found(**wanted: str) -> set[str]:
        with context.database.reading() as session:
            told = account_admin.look_through(session, operator, Wanted(**wanted), offset=0, limit=50)
        assert told.total == len(told.rows)
        return {one.id for one in told.rows}

    assert found(words="ville du test") == {referent.id}
    assert found(words="zoé") == {waiting.id}
    assert found(words="100%") == set()
    assert found(state="waiting") == {waiting.id}
    assert found(role="referent") == {referent.id}
    assert found(entity_id=lab.id) == {waiting.id}


def test_every_look_is_written_down(context: Context, operator: Caller) -> None:
    person = account(context, entity(context, "Une").id)
    account_admin.look_at(context.database, operator, person.id, context.clock())
    with context.database.reading() as session:
        record = session.scalars(select(AccessRecord)).one()
    assert (record.actor_id, record.about_id, record.action) == (operator.principal.sub, person.id, "view")


def test_an_account_is_closed_and_opened_again(context: Context, operator: Caller) -> None:
    person = account(context, entity(context, "Une").id)
    secret = context.identity.browsers.open(person.id)
    now, database = context.clock(), context.database
    with pytest.raises(InvalidError):
        account_admin.close(database, operator, person.id, " ", seen=1, now=now)
    account_admin.close(database, operator, person.id, "Départ", seen=1, now=now)
    assert context.identity.browsers.principal(secret) is None
    closed = stored(context, person.id)
    assert closed.state == "closed"
    with pytest.raises(PreconditionFailedError):
        account_admin.reopen(database, operator, person.id, "Retour", seen=1, now=now)
    account_admin.reopen(database, operator, person.id, "Retour", seen=closed.version, now=now)
    with database.reading() as session:
        told = [(one.event, one.reason) for one in events_of(session, "account", person.id)]
    assert told == [("reopened", "Retour"), ("closed", "Départ")]
    seen = stored(context, person.id).version
    with pytest.raises(ConflictError):
        account_admin.reopen(database, operator, person.id, "Encore", seen=seen, now=now)


def test_the_role_of_operator_is_given_and_taken_with_a_reason(context: Context, operator: Caller) -> None:
    person = account(context, entity(context, "Une").id)
    now, database = context.clock(), context.database

    def change(held: bool, reason: str = "Équipe") -> None:
        seen = stored(context, person.id).version
        account_admin.set_operator(database, operator, person.id, reason, held=held, seen=seen, now=now)

    with pytest.raises(InvalidError):
        change(held=True, reason="")
    change(held=True)
    assert person.id in operators(context)
    with pytest.raises(ConflictError):
        change(held=True)
    change(held=False)
    assert person.id not in operators(context)
    with pytest.raises(ForbiddenError):
        account_admin.set_operator(
            database, operator, operator.principal.sub, "x", held=False, seen=1, now=now
        )


def test_two_operators_cannot_take_each_others_role(on_either: LiveService) -> None:
    context = on_either.context
    people = [caller(on_either.sign_in("operator").principal) for _ in range(2)]
    together, refused = threading.Barrier(2), []

    def act(by: Caller, whose: Caller) -> None:
        together.wait()
        try:
            account_admin.set_operator(
                context.database, by, whose.principal.sub, "x", held=False, seen=1, now=context.clock()
            )
        except ServiceError as error:
            refused.append(type(error))

    threads = [threading.Thread(target=act, args=pair) for pair in (people, people[::-1])]
    for one in threads:
        one.start()
    for one in threads:
        one.join(30)
    assert refused == [ForbiddenError]
    assert len(operators(context)) == 1


def test_accounts_that_wait_too_long_are_counted(context: Context) -> None:
    now, town = context.clock(), entity(context, "Une")
    account(context, town.id, state="waiting", created_at=now - timedelta(days=8))
    account(context, town.id, state="waiting", created_at=now - timedelta(days=6))
    account(context, town.id, created_at=now - timedelta(days=30))
    with context.database.reading() as session:
        assert account_admin.waiting_long(session, now) == 1


def test_only_operators_see_accounts(context: Context, signed_in: SignIn) -> None:
    referent = caller(signed_in("referent").principal)
    now = context.clock()
    with pytest.raises(ForbiddenError):
        account_admin.look_at(context.database, referent, referent.principal.sub, now)
    with context.database.reading() as session, pytest.raises(ForbiddenError):
        account_admin.look_through(session, referent, Wanted(), offset=0, limit=1)
