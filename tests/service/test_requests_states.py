"""States: every legal change written out once more here, every other one refused."""

from __future__ import annotations

import itertools

import pytest
import stapi_pydantic

from dinamis_service.requests.states import (
    TITLES,
    TRANSITIONS,
    Actor,
    Kind,
    State,
    may_move,
    stapi_code,
    way_to,
)

# who: r the requester, o an operator; what: A archive orders, P programming requests
EXPECTED = """
draft       submitted    r   AP
draft       cancelled    r   AP
submitted   arbitration   o  AP
submitted   cancelled    ro  AP
arbitration quotation     o  AP
arbitration accepted      o  AP
arbitration rejected      o  AP
arbitration cancelled    ro  AP
quotation   arbitration   o  AP
quotation   accepted     ro  AP
quotation   cancelled    ro  AP
quotation   expired       o  AP
accepted    production    o  A
accepted    programmed    o  P
accepted    cancelled    ro  AP
production  delivered     o  A
production  failed        o  A
production  cancelled     o  A
programmed  acquiring     o  P
programmed  cancelled     o  P
programmed  failed        o  P
programmed  expired       o  P
acquiring   delivered     o  P
acquiring   cancelled     o  P
acquiring   failed        o  P
acquiring   expired       o  P
"""
LETTERS = {"r": Actor.REQUESTER, "o": Actor.OPERATOR, "A": Kind.ARCHIVE, "P": Kind.PROGRAMMING}
LEGAL = {
    (State(source), State(target), LETTERS[who], LETTERS[what])
    for source, target, actors, kinds in map(str.split, EXPECTED.strip().splitlines())
    for who in actors
    for what in kinds
}


def test_every_change_is_legal_or_refused_as_written() -> None:
    assert {one for one in itertools.product(State, State, Actor, Kind) if may_move(*one)} == LEGAL, (
        "compare TRANSITIONS with the table of this test"
    )
    assert len(TRANSITIONS) == len(EXPECTED.strip().splitlines())


def test_states_that_end_a_request_lead_nowhere() -> None:
    ends = {State.DELIVERED, State.REJECTED, State.CANCELLED, State.FAILED, State.EXPIRED}
    assert {source for source in State if not any(way[0] == source for way in TRANSITIONS)} == ends


@pytest.mark.parametrize("kind", list(Kind))
def test_every_state_can_be_reached_and_named(kind: Kind) -> None:
    reached = {State.DRAFT}
    for _ in State:
        reached |= {
            target
            for source, target in TRANSITIONS
            if source in reached and kind in TRANSITIONS[source, target][1]
        }
    other_kind = {Kind.ARCHIVE: {State.PROGRAMMED, State.ACQUIRING}, Kind.PROGRAMMING: {State.PRODUCTION}}[
        kind
    ]
    assert reached == set(State) - other_kind
    assert set(TITLES) == set(State)


def test_stapi_codes_are_those_of_the_standard() -> None:
    told = {
        (state, actor): stapi_code(state, actor)
        for state in State
        for actor in Actor
        if state is not State.DRAFT
    }
    assert set(told.values()) <= set(stapi_pydantic.OrderStatusCode)
    assert told[State.SUBMITTED, Actor.REQUESTER] == "received"
    assert told[State.ARBITRATION, Actor.OPERATOR] == told[State.QUOTATION, Actor.OPERATOR] == "held"
    assert told[State.PRODUCTION, Actor.OPERATOR] == "processing"
    assert told[State.PROGRAMMED, Actor.OPERATOR] == "scheduled"
    assert told[State.ACQUIRING, Actor.OPERATOR] == "tasked"
    assert told[State.DELIVERED, Actor.OPERATOR] == "completed"
    assert told[State.CANCELLED, Actor.REQUESTER] == "user_cancelled"
    assert told[State.CANCELLED, Actor.OPERATOR] == "cancelled"


@pytest.mark.parametrize(
    ("source", "target", "kind", "steps"),
    [
        (State.SUBMITTED, State.ACCEPTED, Kind.ARCHIVE, [State.ARBITRATION, State.ACCEPTED]),
        (State.ACCEPTED, State.DELIVERED, Kind.ARCHIVE, [State.PRODUCTION, State.DELIVERED]),
        (State.PROGRAMMED, State.DELIVERED, Kind.PROGRAMMING, [State.ACQUIRING, State.DELIVERED]),
        (State.QUOTATION, State.ACCEPTED, Kind.ARCHIVE, [State.ACCEPTED]),
        (State.DELIVERED, State.ACCEPTED, Kind.ARCHIVE, [State.ACCEPTED]),
    ],
)
def test_usual_way(source: State, target: State, kind: Kind, steps: list[State]) -> None:
    assert way_to(source, target, kind) == steps
