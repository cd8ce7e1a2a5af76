"""The life of a request under any order of actions: only legal changes, all kept, all told."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from postgres import server
from requesters import ZONE, window
from running import sign_in
from shapely.geometry import box, mapping
from sqlalchemy import func, select
from test_requests_states import LEGAL

from dinamis_service.app import create_context
from dinamis_service.context import Context
from dinamis_service.errors import ConflictError, ForbiddenError, PreconditionFailedError, ServiceError
from dinamis_service.notifications.tables import Notification, OutgoingMail
from dinamis_service.quotas.table import RequestKind
from dinamis_service.requests import answers
from dinamis_service.requests.caller import Caller
from dinamis_service.requests.instruction import Instruction
from dinamis_service.requests.messages import Messages, Outgoing
from dinamis_service.requests.orders import Orders, Submission
from dinamis_service.requests.project_forms import ProjectForm
from dinamis_service.requests.projects import Projects
from dinamis_service.requests.states import Actor, State, way_to
from dinamis_service.requests.tables import Order, Project
from dinamis_service.requests.visibility import entity_tag
from dinamis_service.settings import Settings

LARGE = box(3.0, 43.0, 3.8, 43.5)  # beyond the quota of Pléiades
ACTIONS = {
    "requester": ("cancel", "accept", "decline", "write"),
    "colleague": ("cancel", "accept", "decline", "write"),
    "operator": ("cancel", "accept", "refuse", "quote", "produce", "fail", "expire", "write"),
}
ACTION = st.sampled_from([(role, name) for role, names in ACTIONS.items() for name in names])
STEPS = st.lists(st.tuples(ACTION, st.sampled_from(["fresh", "stale", "none"])), min_size=1, max_size=12)
TOLD_TO_OPERATORS = {
    (State.QUOTATION, State.ACCEPTED),
    *((source, State.CANCELLED) for source in State),
}


@dataclass
class World:
    """A service with a requester, a colleague who looks on, and an operator."""

    context: Context
    project_id: str
    callers: dict[str, Caller]
    orders: Orders
    messages: Messages

    def submit(self, zone: Any) -> Order:
        parameters = {"project_id": self.project_id}
        submission = Submission("pleiades-programming", window(), mapping(zone), None, parameters)
        return self.orders.submit(self.callers["requester"], submission, None)[0]

    def get(self, order_id: str) -> Order:
        return self.orders.get(self.callers["operator"], order_id)

    def told(self, role: str, order_id: str, table: type[Notification | OutgoingMail]) -> int:
        principal = self.callers[role].principal
        whom = (
            Notification.account_id == principal.sub
            if table is Notification
            else OutgoingMail.address == principal.email
        )
        with self.context.database.reading() as session:
            return (
                session.scalar(
                    select(func.count()).select_from(table).where(whom, table.order_id == order_id)
                )
                or 0
            )


def opened(settings: Settings) -> World:
    context = create_context(settings)
    callers = {
        role: Caller(sign_in(context, "operator" if role == "operator" else "user").principal, "en")
        for role in ACTIONS
    }
    form = ProjectForm(title="Coast", end_date="2099-12-31", shared=True)  # type: ignore[arg-type]
    project = Projects(context.database, context.clock).create(callers["requester"], form)[0].project
    orders = Orders(context.database, context.catalogue, context.clock)
    return World(context, project.id, callers, orders, Messages(context))


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.long)])
def world(
    request: pytest.FixtureRequest, fresh_data: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("life") / "data"
    shutil.copytree(fresh_data, folder)
    address = None
    if request.param == "postgresql":
        address = server().new_database().replace("postgresql:", "postgresql+psycopg:")
    world = opened(Settings(data_dir=folder, database_url=address))
    yield world
    world.context.catalogue.close()
    world.context.database.close()


@dataclass
class Model:
    """What a request should be like, by the table of the test of the states and nothing else."""

    pays: bool
    state: State = State.SUBMITTED
    history: list[tuple[State, Actor]] = field(default_factory=lambda: [(State.SUBMITTED, Actor.REQUESTER)])
    told: dict[str, int] = field(default_factory=lambda: {"requester": 0, "colleague": 0, "operator": 1})

    def act(self, role: str, name: str, seen: str) -> type[ServiceError] | None:
        """Do it; the refusal that is expected, or None."""
        if role == "colleague":
            return ForbiddenError
        if name == "write":
            self.told["operator" if role == "requester" else "requester"] += 1
            return None
        return self._move(Actor(role), name, seen)

    def _move(self, actor: Actor, name: str, seen: str) -> type[ServiceError] | None:
        steps = self._steps(actor, name)
        if steps is None:
            return ConflictError
        if actor is Actor.REQUESTER and self.state == steps[-1]:
            return None  # an answer sent again
        if seen == "stale":
            return PreconditionFailedError
        if not self._legal(steps, actor, answers_quotation=actor is Actor.REQUESTER and name != "cancel"):
            return ConflictError
        source, self.state = self.state, steps[-1]
        self.history += [(step, actor) for step in steps]
        if actor is Actor.OPERATOR:
            self.told["requester"] += 1
        elif (source, self.state) in TOLD_TO_OPERATORS:
            self.told["operator"] += 1
        return None

    def _steps(self, actor: Actor, name: str) -> list[State] | None:
        """Where the action leads; None where its rules refuse it before it moves anything."""
        arbitrated = [] if self.state is State.ARBITRATION else [State.ARBITRATION]
        if name == "accept" and actor is Actor.OPERATOR and self.state is not State.QUOTATION:
            kind = RequestKind.PROGRAMMING
            return None if self.pays else way_to(self.state, State.ACCEPTED, kind)
        return {
            "cancel": [State.CANCELLED],
            "accept": [State.ACCEPTED],
            "decline": [State.CANCELLED],
            "refuse": [*arbitrated, State.REJECTED],
            "quote": [*arbitrated, State.QUOTATION],
            "produce": [State.ACQUIRING if self.state is State.PROGRAMMED else State.PROGRAMMED],
            "fail": [State.FAILED],
            "expire": [State.EXPIRED],
        }[name]

    def _legal(self, steps: list[State], actor: Actor, *, answers_quotation: bool) -> bool:
        if answers_quotation and self.state is not State.QUOTATION:
            return False
        walk = [self.state, *steps]
        return all(
            (*pair, actor, RequestKind.PROGRAMMING) in LEGAL for pair in zip(walk, walk[1:], strict=False)
        )


def do(world: World, order: Order, role: str, name: str, seen: str) -> None:
    """One action by the functions that routes, pages and commands call."""
    caller = world.callers[role]
    tag = {"fresh": entity_tag(world.get(order.id)), "stale": '"stale"', "none": None}[seen]
    if name == "write":
        world.messages.write(caller, order.id, Outgoing("Hello"))
        return
    if role == "operator":
        instruction = Instruction(world.orders, caller, tag)
        actions: dict[str, Callable[[], Order]] = {
            "cancel": lambda: instruction.end(order.id, State.CANCELLED, "why"),
            "accept": lambda: instruction.accept(order.id, "why"),
            "refuse": lambda: instruction.refuse(order.id, "why"),
            "quote": lambda: instruction.quote(order.id, Decimal(100)),
            "produce": lambda: instruction.produce(order.id),
            "fail": lambda: instruction.end(order.id, State.FAILED, "why"),
            "expire": lambda: instruction.end(order.id, State.EXPIRED, "why"),
        }
    else:
        actions = {
            "cancel": lambda: answers.cancel(world.orders, caller, order.id, "why", tag),
            "accept": lambda: answers.accept_quotation(world.orders, caller, order.id, tag),
            "decline": lambda: answers.decline_quotation(world.orders, caller, order.id, "why", tag),
        }
    actions[name]()


def check_life(world: World, zone: Any, steps: list[tuple[tuple[str, str], str]]) -> None:
    order = world.submit(zone)
    model = Model(pays=order.assessment["price"]["cents"] != 0)
    for (role, name), seen in steps:
        before = world.get(order.id)
        expected = model.act(role, name, seen)
        if expected is None:
            do(world, order, role, name, seen)
        else:
            with pytest.raises(expected):
                do(world, order, role, name, seen)
        if name == "quote" and role == "operator" and expected is None:
            model.pays = True  # from now on there is a price
        after = world.get(order.id)
        assert after.state == model.state
        assert (entity_tag(after) == entity_tag(before)) == (len(after.changes) == len(before.changes))
    kept = world.get(order.id)
    assert [(change.state, change.actor) for change in kept.changes] == model.history
    assert kept.version == len(kept.changes)
    assert [change.number for change in kept.changes] == list(range(1, kept.version + 1))
    for role, count in model.told.items():
        assert world.told(role, order.id, Notification) == count, role
        assert world.told(role, order.id, OutgoingMail) == count, role


def test_the_project_is_shared(world: World) -> None:
    with world.context.database.reading() as session:
        assert session.get_one(Project, world.project_id).shared
    order = world.submit(ZONE)
    assert world.orders.get(world.callers["colleague"], order.id).id == order.id


FEW = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
MANY = settings(FEW, max_examples=400)


@FEW
@given(zone=st.sampled_from([ZONE, LARGE]), steps=STEPS)
def test_any_order_of_actions(world: World, zone: Any, steps: list[tuple[tuple[str, str], str]]) -> None:
    check_life(world, zone, steps)


@pytest.mark.long
@pytest.mark.timeout(1800)
@MANY
@given(zone=st.sampled_from([ZONE, LARGE]), steps=STEPS)
def test_many_orders_of_actions(world: World, zone: Any, steps: list[tuple[tuple[str, str], str]]) -> None:
    check_life(world, zone, steps)
