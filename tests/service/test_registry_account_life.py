"""The life of accounts: every step from every state, by whom, with its letter; ends, reminders and races."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from threading import Barrier
from typing import Any

import httpx
import pytest
from browsing import Operator
from clocks import MovableClock
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from referents import account, add_entity, add_mission, add_person, add_waiting, letters, notified
from running import PASSWORD, LiveService
from sqlalchemy import select

from dinamis_service.context import Context
from dinamis_service.identity.accounts import is_open
from dinamis_service.identity.principal import Principal
from dinamis_service.identity.tables import Account, BrowserSession, SignIn
from dinamis_service.registry import account_life
from dinamis_service.registry.account_life import AccountStepError, Status, end_of, status_of
from dinamis_service.registry.reminders import remind
from dinamis_service.registry.tables import Entity, RegistryEvent

STEPS = ("validate", "refuse", "close", "reopen", "set_expiry")
WAYS = {
    ("waiting", "validate"): "active",
    ("waiting", "refuse"): "refused",
    ("active", "close"): "closed",
    ("active", "set_expiry"): "active",
    ("closed", "reopen"): "active",
}
"""From a state by a step to a state; every other step is refused."""


@pytest.fixture
def lab(context: Context) -> Entity:
    return add_entity(context, "UMR Tétis")


@pytest.fixture
def referent(context: Context, lab: Entity) -> Principal:
    return add_person(context, lab, "referent").principal


def do(context: Context, step: str, account_id: str, by: Principal, expires: datetime | None = None) -> None:
    more: dict[str, Any] = {"expires_at": expires} if step in {"validate", "set_expiry"} else {}
    with context.database.session() as session:
        getattr(account_life, step)(session, account_id, by=by, now=context.clock(), **more)


def test_the_states_and_their_steps_are_those_of_the_table(
    context: Context, lab: Entity, referent: Principal
) -> None:
    for state in ("waiting", "active", "refused", "closed"):
        for step in STEPS:
            one = add_waiting(context, lab, state=state)
            if (state, step) in WAYS:
                do(context, step, one, referent)
                assert account(context, one).state == WAYS[state, step]
                assert len(letters(context, account(context, one).email)) == 1
            else:
                with pytest.raises(AccountStepError):
                    do(context, step, one, referent)
                assert account(context, one).state == state
                assert letters(context, account(context, one).email) == []


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.sampled_from(STEPS), st.sampled_from([None, -1, 1, 400])), max_size=7))
def test_any_steps_leave_an_account_that_can_be(
    context: Context, lab: Entity, referent: Principal, steps: list[tuple[str, int | None]]
) -> None:
    one, now = add_waiting(context, lab), context.clock()
    for step, days in steps:
        before = account(context, one)
        expires = None if days is None else now + timedelta(days=days)
        try:
            do(context, step, one, referent, expires)
        except AccountStepError:
            after = account(context, one)
            assert (after.state, after.expires_at, after.version) == (
                before.state, before.expires_at, before.version,
            )  # fmt: skip
        else:
            assert account(context, one).version == before.version + 1
    last = account(context, one)
    assert is_open(last, now) == (status_of(last, now) is Status.ACTIVE)
    if last.state == "active":
        assert last.validated_by == referent.sub
        assert last.expires_at is None or last.expires_at > now


def test_an_account_lives_until_the_end_of_its_day_in_utc(context: Context, lab: Entity) -> None:
    day = date(2026, 3, 28)
    one = account(context, add_person(context, lab, expires_at=end_of(day)).principal.sub)
    assert is_open(one, datetime(2026, 3, 28, 23, 59, 59, tzinfo=UTC))
    assert not is_open(one, datetime(2026, 3, 29, tzinfo=UTC))
    assert status_of(one, datetime(2026, 3, 29, tzinfo=UTC)) is Status.EXPIRED


def test_an_end_acts_at_once(context: Context, client: TestClient, lab: Entity, clock: MovableClock) -> None:
    referent = add_person(context, lab, "referent", expires_at=context.clock() + timedelta(minutes=10))
    desk = Operator(client, referent, "fr")
    desk.open("/entity/")
    assert desk.page.status_code == 200
    clock.advance(601)
    desk.open("/entity/")
    assert desk.page.url.path == "/sign-in"


def test_closing_signs_out_everywhere(context: Context, lab: Entity, referent: Principal) -> None:
    person = add_person(context, lab).principal
    context.identity.browsers.open(person.sub)
    context.identity.tokens.open(person.sub, "dinamis-qgis", "openid", "http://testserver")
    do(context, "close", person.sub, referent)
    with context.database.reading() as session:
        assert session.scalars(select(BrowserSession)).all() == []
        assert [one.ended_at is not None for one in session.scalars(select(SignIn))] == [True]
    do(context, "reopen", person.sub, referent)
    assert is_open(account(context, person.sub), context.clock())


def test_nobody_closes_or_ends_their_own_account(context: Context, referent: Principal) -> None:
    for step in ("close", "set_expiry"):
        with pytest.raises(AccountStepError, match="your own"):
            do(context, step, referent.sub, referent)
    assert is_open(account(context, referent.sub), context.clock())


def test_people_are_reminded_once_of_each_end(
    context: Context, lab: Entity, referent: Principal, clock: MovableClock
) -> None:
    def turn() -> int:
        with context.database.session() as session:
            return remind(session, context.clock(), 7)

    one = add_waiting(context, lab)
    do(context, "validate", one, referent, end_of(context.clock().date() + timedelta(days=30)))
    email = account(context, one).email
    assert turn() == 0
    clock.advance(timedelta(days=24).total_seconds())
    assert [turn(), turn()] == [1, 0]
    day = account(context, one).expires_at
    assert day is not None
    last = letters(context, email)[-1]
    assert last["Subject"] == "[DINAMIS] Votre compte expire bientôt"
    assert f"{day:%d/%m/%Y}" in last.get_content()
    assert "Votre compte expire bientôt" in notified(context, one)
    do(context, "set_expiry", one, referent, end_of(context.clock().date() + timedelta(days=5)))
    assert [turn(), turn()] == [1, 0], "another end is told of anew"
    do(context, "set_expiry", one, referent, end_of(context.clock().date() + timedelta(days=1)))
    assert turn() == 0, "an end that near was told with the change"
    clock.advance(timedelta(days=3).total_seconds())
    assert turn() == 0, "it is over"


def test_contractors_are_reminded_of_the_end_of_a_mission(context: Context, lab: Entity) -> None:
    contractor = add_entity(context, "Géo Prestations", 8)
    referent = add_person(context, contractor, "referent")
    today = context.clock().date()
    for days in (-1, 3, 40):
        ends = today + timedelta(days=days)
        add_mission(context, contractor, lab, starts=date(2025, 1, 1), ends=ends, title=f"In {days}")
    for _ in range(2):
        with context.database.session() as session:
            remind(session, context.clock(), 7)
    [letter] = letters(context, referent.principal.email)
    assert letter["Subject"] == "[DINAMIS] La mission « In 3 » prend fin bientôt"


def test_of_two_validations_at_once_one_is_refused_in_words(on_either: LiveService) -> None:
    context = on_either.context
    lab = add_entity(context, "UMR Tétis")
    people = [add_person(context, lab, "referent") for _ in range(2)]
    one = add_waiting(context, lab)

    together = Barrier(2)

    def answer(index: int) -> tuple[int, str]:
        with httpx.Client(base_url=on_either.url, timeout=60) as client:
            desk = Operator(client, people[index], "fr")
            path = f"/entity/accounts/{one}" + ("/validate" if index == 0 else "")
            desk.open(path)
            fields = {"answer": "yes"} if index == 0 else {"act": "refuse", "reason": "Inconnue"}
            together.wait(20)
            answer = desk.post(path, {**_first_hidden(desk), **fields})
            return answer.status_code, answer.text

    with ThreadPoolExecutor(2) as pool:
        told = list(pool.map(answer, range(2)))
    assert sorted(status for status, _ in told) == [200, 409]
    [refusal] = [text for status, text in told if status == 409]
    assert "Ce compte a changé entre-temps" in refusal
    assert account(context, one).state in {"active", "refused"}
    assert len(letters(context, account(context, one).email)) == 1
    with context.database.reading() as session:
        assert len(session.scalars(select(RegistryEvent)).all()) == 1


def _first_hidden(desk: Operator) -> dict[str, str]:
    return {"form_token": desk.page.text.split('name="form_token" value="')[1].split('"')[0]}


def test_a_referent_who_lost_the_role_changes_nothing(
    context: Context, client: TestClient, lab: Entity
) -> None:
    former, successor = add_person(context, lab, "referent"), add_person(context, lab)
    one = add_waiting(context, lab)
    desk = Operator(client, former, "fr")
    desk.open(f"/entity/accounts/{one}/validate")
    with context.database.session() as session:
        holder = session.get_one(Account, former.principal.sub)
        holder.roles = [role for role in holder.roles if role.role != "referent"]
    assert desk.send(f"/entity/accounts/{one}/validate", answer="yes").status_code == 403
    assert account(context, one).state == "waiting"
    assert context.identity.accounts.authenticate(successor.principal.email, PASSWORD, "192.0.2.1")
