"""The external directory: a real server on the loopback that fails, is slow, answers twice or nonsense."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from clocks import MovableClock
from fastapi.testclient import TestClient
from pydantic import SecretStr
from referents import account, add_entity, add_person, add_waiting
from scripted_server import Handler, ScriptedServer, answer
from sqlalchemy import select

from dinamis_service.app import create_app
from dinamis_service.context import Context
from dinamis_service.identity.tables import Account
from dinamis_service.registry.directory import (
    DirectoryError,
    HttpDirectory,
    Patience,
    Person,
    directory_of,
)
from dinamis_service.registry.directory_queue import DirectoryQueue
from dinamis_service.registry.tables import DirectoryTry, Entity
from dinamis_service.registry.upkeep import Upkeep
from dinamis_service.settings import Settings

SECRET = "a token of the tests"  # pragma: allowlist secret
QUICK = Patience(connect_s=0.3, total_s=0.6, tries=3, pause_s=0.01)
ADA = Person("id-1", "ada@umr.example", "Ada", "Lovelace", "UMR Tétis", "FR")


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    server = ScriptedServer()
    yield server
    server.close()


@pytest.fixture
def directory(server: ScriptedServer) -> Iterator[HttpDirectory]:
    directory = HttpDirectory(server.url + "/people/", SECRET, QUICK)
    yield directory
    directory.close()


@pytest.fixture
def lab(context: Context) -> Entity:
    return add_entity(context, "UMR Tétis")


def test_a_person_is_told_by_put_with_the_token_and_without_a_password(
    server: ScriptedServer, directory: HttpDirectory
) -> None:
    server.on("/people/id-1", answer({"id": "theia-7"}, 201))
    assert directory.create_or_attach(ADA) == "theia-7"
    [seen] = server.seen
    assert (seen.method, seen.headers["Authorization"]) == ("PUT", f"Bearer {SECRET}")
    assert seen.json == {
        "account_id": "id-1",
        "email": "ada@umr.example",
        "given_name": "Ada",
        "family_name": "Lovelace",
        "entity": "UMR Tétis",
        "nationality": "FR",
    }


def test_what_may_go_better_is_tried_again_under_the_same_address(
    server: ScriptedServer, directory: HttpDirectory
) -> None:
    server.on("/people/id-1", answer({}, 503), Handler.cut, answer({"id": "theia-7"}))
    assert directory.create_or_attach(ADA) == "theia-7"
    assert [one.path for one in server.seen] == ["/people/id-1"] * 3


def _slow(handler: Handler) -> None:
    handler.wait(2)
    handler.send(200, b'{"id": "late"}')


def _dripping(handler: Handler) -> None:
    handler.send_response(200)
    handler.send_header("Content-Length", "100000")
    handler.end_headers()
    for _ in range(40):
        handler.wfile.write(b" ")
        handler.wfile.flush()
        handler.wait(0.1)


@pytest.mark.parametrize("reply", [_slow, _dripping, Handler.cut, answer({}, 500)])
def test_a_directory_that_does_not_answer_in_time_is_given_up(
    server: ScriptedServer, directory: HttpDirectory, reply: Callable[[Handler], None]
) -> None:
    server.on("/people/id-1", reply)
    start = time.monotonic()
    with pytest.raises(DirectoryError) as error:
        directory.create_or_attach(ADA)
    assert time.monotonic() - start < 15
    assert SECRET not in str(error.value)
    assert len(server.seen) == 3


NONSENSE = [
    answer({"error": "no"}, 422),
    answer({}),
    answer({"id": ""}),
    answer({"id": 7}),
    answer({"id": "x" * 81}),
    answer({"id": "a\nb"}),
    answer(["theia-7"]),
    answer({"id": "theia-7"}, 302, Location="http://127.0.0.1:9/"),
    lambda handler: handler.send(200, b"not json"),
    lambda handler: handler.send(200, b'{"id": "' + b"x" * 200_000 + b'"}'),
]


def test_an_answer_that_gives_no_identifier_is_a_refusal(
    server: ScriptedServer, directory: HttpDirectory
) -> None:
    for reply in NONSENSE:
        server.on("/people/id-1", reply)
        with pytest.raises(DirectoryError):
            directory.create_or_attach(ADA)


def test_a_dead_directory_loses_nobody_and_a_lost_answer_makes_nobody_twice(
    context: Context,
    server: ScriptedServer,
    directory: HttpDirectory,
    clock: MovableClock,
    caplog: pytest.LogCaptureFixture,
) -> None:
    lab = add_entity(context, "UMR Tétis")
    people = [add_person(context, lab).principal.sub for _ in range(5)]
    waiting = add_waiting(context, lab)
    closed = add_person(context, lab, state="closed").principal.sub
    ended = add_person(context, lab, expires_at=context.clock()).principal.sub
    queue = DirectoryQueue(context.database, directory, context.clock)
    for one in people:
        server.on(f"/people/{one}", answer({}, 503))
    assert queue.run_due() == 0
    assert len({one.path for one in server.seen}) == 3, "after three failures the directory is down"
    assert queue.run_due() == 0, "the other two"
    assert {one.path for one in server.seen} == {f"/people/{one}" for one in people}
    count = len(server.seen)
    assert queue.run_due() == 0
    assert len(server.seen) == count, "each waits for its turn"
    for one in people:
        server.on(f"/people/{one}", Handler.cut, answer({"id": f"theia-{one[:8]}"}))
    clock.advance(61)
    assert queue.run_due() == 5
    assert [account(context, one).directory_id for one in people] == [f"theia-{one[:8]}" for one in people]
    assert [account(context, one).directory_id for one in (waiting, closed, ended)] == [None] * 3
    with context.database.reading() as session:
        assert session.scalars(select(DirectoryTry)).all() == []
    count = len(server.seen)
    clock.advance(86400)
    assert queue.run_due() == 0
    assert len(server.seen) == count, "nobody is told twice"
    assert SECRET not in caplog.text
    assert "umr.example" not in caplog.text


def test_one_person_whom_it_refuses_holds_nobody_up(
    context: Context, server: ScriptedServer, directory: HttpDirectory, lab: Entity, clock: MovableClock
) -> None:
    first, second = (add_person(context, lab).principal.sub for _ in range(2))
    server.on(f"/people/{first}", answer({}, 422))
    server.on(f"/people/{second}", answer({"id": "theia-2"}))
    queue = DirectoryQueue(context.database, directory, context.clock)
    for _ in range(3):
        queue.run_due()
        clock.advance(61)
    assert account(context, second).directory_id == "theia-2"
    with context.database.reading() as session:
        tried = session.get_one(DirectoryTry, first)
    assert (tried.attempts, tried.error) == (2, "status 422"), "the second try came after two minutes"


def test_the_service_brings_validated_accounts_in_by_itself(
    context: Context, server: ScriptedServer, lab: Entity
) -> None:
    settings = Settings(
        data_dir=context.settings.data_dir,
        directory_url=server.url + "/people",
        directory_secret=SecretStr(SECRET),
    )
    here = replace(context, settings=settings)
    one = add_person(context, lab).principal.sub
    server.on(f"/people/{one}", answer({"id": "theia-1"}))
    upkeep, other = Upkeep(here, poll_s=0.02), Upkeep(here)
    upkeep.turn()
    other.turn()
    assert account(context, one).directory_id == "theia-1"
    assert len(server.seen) == 1, "one process does it"
    late = add_person(context, lab).principal.sub
    server.on(f"/people/{late}", answer({"id": "theia-2"}))
    upkeep.start()
    deadline = time.monotonic() + 20
    while account(context, late).directory_id is None and time.monotonic() < deadline:
        time.sleep(0.02)
    upkeep.stop()
    assert account(context, late).directory_id == "theia-2"
    server.on(f"/people/{add_person(context, lab).principal.sub}", answer({"id": "theia-3"}))
    other.turn()
    with context.database.reading() as session:
        assert "theia-3" in session.scalars(select(Account.directory_id)).all(), "the lease was given back"


def test_without_its_address_there_is_no_directory(context: Context, tmp_path: Path) -> None:
    assert directory_of(context.settings) is None
    named = Settings(data_dir=tmp_path, directory_url="https://directory.example/people")
    found = directory_of(named)
    assert found is not None
    found.close()
    with TestClient(create_app(context)):
        pass  # the service starts and stops without one
    with context.database.reading() as session:
        assert session.scalars(select(Account.directory_id)).all() == []
