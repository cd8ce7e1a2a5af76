"""Calls for requests: a request is taken while one is open for its sensor and kind."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from clocks import MovableClock
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from requesters import PROGRAMMING, Requester, refused, tasking
from running import SignedIn
from sqlalchemy import select

from dinamis_service import errors
from dinamis_service.context import Context
from dinamis_service.notifications.tables import Notification, OutgoingMail
from dinamis_service.quotas.table import RequestKind, Sensor
from dinamis_service.requests.caller import Caller
from dinamis_service.requests.calls import (
    PERMANENT,
    CallForm,
    Calls,
    CallState,
    announce_openings,
    entity_tag,
    form_of,
    state_of,
)
from dinamis_service.requests.tables import RequestCall

TODAY = datetime.now(UTC).date()
DAY = timedelta(days=1)


@pytest.fixture
def requester(client: TestClient, signed_in: Callable[..., SignedIn]) -> Requester:
    return Requester(client, signed_in())


class Office:
    """Operators who keep the calls."""

    def __init__(self, context: Context, operator: SignedIn) -> None:
        self.calls = Calls(context.database, context.clock)
        self.operator = Caller(operator.principal, "en")

    def change(self, call_id: str = PERMANENT, **changes: Any) -> RequestCall:
        call = self.calls.get(self.operator, call_id)
        form = form_of(call).model_dump() | changes
        return self.calls.change(self.operator, call_id, CallForm(**form), entity_tag(call))

    def add(self, opens: date, closes: date | None = None, **changes: Any) -> RequestCall:
        form = {"title_fr": "Appel", "title_en": "Call", "opens": opens, "closes": closes, **changes}
        return self.calls.add(self.operator, CallForm(**form))


@pytest.fixture
def office(context: Context, signed_in: Callable[..., SignedIn]) -> Office:
    return Office(context, signed_in("operator"))


def test_a_new_service_has_one_standing_call(client: TestClient, requester: Requester) -> None:
    (call,) = client.get("/api/calls", headers={"Accept-Language": "fr"}).json()["calls"]
    assert call == {
        "id": PERMANENT,
        "title": "Appel à demandes permanent",
        "text": "Commandes d'archives et demandes de programmation Pléiades, Pléiades Neo et SPOT 6-7.",
        "opens": "2025-01-01",
        "closes": None,
        "sensors": ["PLEIADES", "PNEO", "SPOT"],
        "kinds": ["archive", "programming"],
        "state": "open",
    }
    assert requester.submit()["properties"]["dinamis:call_id"] == PERMANENT


def test_without_an_open_call_nothing_is_taken_and_the_next_opening_is_told(
    requester: Requester, office: Office
) -> None:
    office.change(closes=TODAY - DAY)
    sentence = refused(requester.post(PROGRAMMING, tasking(requester.project)), 409, "conflict")
    assert sentence == "No call for requests is open for Pléiades, tasking. None is announced."
    office.add(TODAY + 40 * DAY)
    office.add(TODAY + 20 * DAY)
    office.add(TODAY + 10 * DAY, sensors=[Sensor.SPOT])
    sentence = refused(requester.post(PROGRAMMING, tasking(requester.project)), 409, "conflict")
    assert sentence.endswith(f"The next opens on {(TODAY + 20 * DAY).isoformat()}.")
    question = {"product_id": "pleiades-programming", "geometry": tasking("")["geometry"]}
    estimate = requester.post("/api/estimate", question).json()
    assert not estimate["acceptable"]
    assert estimate["messages"][-1] == {"level": "error", "text": sentence}


def test_a_request_is_taken_under_the_call_that_opened_last(requester: Requester, office: Office) -> None:
    special = office.add(TODAY, TODAY, kinds=[RequestKind.PROGRAMMING])
    assert special.id == f"{TODAY.year}-01"
    assert requester.submit()["properties"]["dinamis:call_id"] == special.id
    office.change(special.id, sensors=[Sensor.SPOT])
    assert requester.submit()["properties"]["dinamis:call_id"] == PERMANENT


def test_a_request_sent_again_answers_after_its_call_has_closed(requester: Requester, office: Office) -> None:
    body, key = tasking(requester.project), str(uuid.uuid4())
    first = requester.post(PROGRAMMING, body, key)
    office.change(closes=TODAY - DAY)
    second = requester.post(PROGRAMMING, body, key)
    assert (first.status_code, second.status_code) == (201, 200)
    assert second.json()["id"] == first.json()["id"]
    assert requester.get(f"/stapi/orders/{first.json()['id']}").json()["properties"]["dinamis:call_id"]


days = st.dates(date(2026, 1, 1), date(2026, 3, 1))


@given(days, days, st.none() | days)
def test_a_call_is_open_from_its_first_to_its_last_day(today: date, opens: date, closes: date | None) -> None:
    call = RequestCall(opens=opens, closes=closes)
    inside = opens <= today and (closes is None or today <= closes)
    if closes is None or opens <= closes:
        assert (state_of(call, today) is CallState.OPEN) == inside
        assert (state_of(call, today) is CallState.PLANNED) == (today < opens)


@pytest.mark.parametrize(
    "changes",
    [{"closes": "2024-12-31"}, {"sensors": []}, {"kinds": []}, {"title_fr": " "}, {"sensors": ["LANDSAT"]}],
)
def test_calls_that_cannot_be(office: Office, changes: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        office.change(**changes)


def test_a_call_is_written_by_operators_who_saw_it(
    context: Context, office: Office, signed_in: Callable[..., SignedIn]
) -> None:
    seen = office.calls.get(office.operator, PERMANENT)
    office.change(title_en="First")
    with pytest.raises(errors.PreconditionFailedError):
        office.calls.change(office.operator, PERMANENT, form_of(seen), entity_tag(seen))
    with pytest.raises(errors.PreconditionRequiredError):
        office.calls.change(office.operator, PERMANENT, form_of(seen), None)
    with pytest.raises(errors.NotFoundError):
        office.calls.change(office.operator, "none", form_of(seen), "*")
    visitor = Office(context, signed_in())
    with pytest.raises(errors.ForbiddenError):
        visitor.change()
    with pytest.raises(errors.ForbiddenError):
        visitor.add(TODAY)


def news_of(client: TestClient, person: SignedIn, language: str = "en") -> list[dict[str, Any]]:
    headers = {**person.headers, "Accept-Language": language}
    told = client.get("/api/notifications", headers=headers).json()["notifications"]
    return [one for one in told if one["kind"] == "call"]


def test_everyone_is_told_of_a_call_that_opens_today_once_and_without_a_mail(
    client: TestClient, context: Context, office: Office, signed_in: Callable[..., SignedIn]
) -> None:
    people = [signed_in(), signed_in("user", "PUB")]
    call = office.add(TODAY, TODAY + 10 * DAY, text_en="Coasts", text_fr="Côtes")
    announce_openings(context.database, context.clock())
    office.change(call.id, closes=TODAY + 20 * DAY, title_en="Coastal call")
    for person in people:
        (one,) = news_of(client, person)
        assert one["title"] == "Call for requests open: Call"
        assert one["text"] == f"Coasts It closes on {(TODAY + 10 * DAY).isoformat()}."
        assert not one["read"]
    (french,) = news_of(client, people[0], "fr")
    assert french["title"] == "Appel à demandes ouvert : Appel"
    assert french["text"].startswith("Côtes Il se ferme le ")
    with context.database.reading() as session:
        assert session.scalars(select(OutgoingMail)).all() == []


def test_a_planned_call_is_announced_on_its_day_also_where_the_service_was_off(
    client: TestClient,
    context: Context,
    clock: MovableClock,
    office: Office,
    signed_in: Callable[..., SignedIn],
) -> None:
    person = signed_in()
    call = office.add(TODAY + 3 * DAY)
    office.change(call.id, opens=TODAY + 5 * DAY)
    assert announce_openings(context.database, context.clock()) == 0
    assert news_of(client, person) == []
    clock.advance(timedelta(days=6).total_seconds())
    assert announce_openings(context.database, context.clock()) == 1
    assert announce_openings(context.database, context.clock()) == 0
    with context.database.reading() as session:
        assert len(session.scalars(select(Notification).where(Notification.kind == "call")).all()) == 2


def test_a_call_that_opens_again_is_told_again_and_old_ones_are_not(
    client: TestClient, context: Context, office: Office, signed_in: Callable[..., SignedIn]
) -> None:
    person = signed_in()
    assert announce_openings(context.database, context.clock()) == 0, "the standing call is old"
    office.change(PERMANENT, closes=TODAY - DAY)
    assert news_of(client, person) == []
    office.change(PERMANENT, closes=None)
    office.change(PERMANENT, closes=TODAY - DAY)
    office.change(PERMANENT, closes=None)
    (one,) = news_of(client, person)
    assert one["text"].endswith("It has no end.")


def test_many_that_announce_at_once_announce_once(
    context: Context, clock: MovableClock, office: Office, signed_in: Callable[..., SignedIn]
) -> None:
    signed_in()
    office.add(TODAY + DAY)
    clock.advance(timedelta(days=1).total_seconds())
    now = context.clock()
    with ThreadPoolExecutor(4) as pool:
        told = list(pool.map(lambda _: announce_openings(context.database, now), range(8)))
    assert sorted(told) == [0] * 7 + [1]
