"""Processes that replace the same object under a condition: of those that saw one version, one wins."""

from __future__ import annotations

import multiprocessing
import os
import time
from collections.abc import Callable, Mapping
from multiprocessing.queues import Queue
from multiprocessing.synchronize import Barrier
from pathlib import Path

import pytest

from dinamis_service.storage.conditions import verdict_on_none
from dinamis_service.storage.local import LocalObjectStore

PROCESSES = 2
OBJECTS = 150
STEPS = 60
LIMIT_S = 120


class ChangedError(Exception):
    """The object is not in the version that was expected."""


def replace_if(store: LocalObjectStore, key: str, conditions: Mapping[str, str], body: bytes) -> bool:
    """Store `body` as an upload with these headers does; whether it was."""

    def admit() -> None:
        try:
            verdict = store.version(key).verdict(conditions, reads=False)
        except FileNotFoundError:
            verdict = verdict_on_none(conditions)
        if verdict == "failed":
            raise ChangedError

    try:
        with store.writing(key, admit) as file:
            file.write(body)
    except ChangedError:
        return False
    return True


def create_all(root: Path, name: bytes, start: Barrier, wins: Queue[object]) -> None:
    """Make each object where there is none yet; tells those that were made."""
    store = LocalObjectStore(root, root / "keys")
    made = []
    for number in range(OBJECTS):
        start.wait(LIMIT_S)
        if replace_if(store, f"folder/{number}", {"if-none-match": "*"}, name):
            made.append(number)
    wins.put((name, made))


def count_up(root: Path, name: bytes, start: Barrier, wins: Queue[object]) -> None:
    """Add one to the number in an object, again where somebody else was faster."""
    store = LocalObjectStore(root, root / "keys")
    start.wait(LIMIT_S)
    for _ in range(STEPS):
        while True:
            tag = store.version("number").tag
            with store.open("number") as file:
                number = int(file.read())
            if replace_if(store, "number", {"if-match": tag}, b"%06d" % (number + 1)):
                break
    wins.put((name, STEPS))


def race(work: Callable[..., None], root: Path) -> dict[bytes, object]:
    """Do the same work in several processes at once; gives what each tells."""
    spawned = multiprocessing.get_context("spawn")
    start, wins = spawned.Barrier(PROCESSES), spawned.Queue()
    names = [b"%d" % number * 1000 for number in range(PROCESSES)]
    processes = [spawned.Process(target=work, args=(root, name, start, wins)) for name in names]
    for process in processes:
        process.start()
    told = dict(wins.get(timeout=LIMIT_S) for _ in processes)
    for process in processes:
        process.join(LIMIT_S)
        assert process.exitcode == 0
    return told


def test_one_process_makes_an_object_that_is_to_be_new(tmp_path: Path) -> None:
    told = race(create_all, tmp_path)
    store = LocalObjectStore(tmp_path, tmp_path / "keys")
    winners: dict[int, list[bytes]] = {number: [] for number in range(OBJECTS)}
    for name, made in told.items():
        assert isinstance(made, list)
        for number in made:
            winners[number].append(name)
    for number, names in winners.items():
        with store.open(f"folder/{number}") as file:
            assert names == [file.read()], number
    assert not list(tmp_path.rglob(".partial-*"))


def test_no_change_is_lost_between_processes(tmp_path: Path) -> None:
    store = LocalObjectStore(tmp_path, tmp_path / "keys")
    replace_if(store, "number", {}, b"%06d" % 0)
    race(count_up, tmp_path)
    with store.open("number") as file:
        assert int(file.read()) == PROCESSES * STEPS


def test_a_new_version_is_dated_after_the_one_before_whatever_the_clock_says(tmp_path: Path) -> None:
    store = LocalObjectStore(tmp_path, tmp_path / "keys")
    replace_if(store, "a", {}, b"first")
    ahead_ns = time.time_ns() + 3_600_000_000_000  # the clock ticked the same, or was set back
    os.utime(store.path("a"), ns=(ahead_ns, ahead_ns))
    tag = store.version("a").tag
    replace_if(store, "a", {}, b"other")
    assert store.version("a").tag != tag
    assert store.path("a").stat().st_mtime_ns > ahead_ns


@pytest.mark.parametrize("conditions", [{"if-match": '"other"'}, {"if-none-match": "*"}])
def test_what_is_refused_leaves_the_object_and_no_lock(tmp_path: Path, conditions: dict[str, str]) -> None:
    store = LocalObjectStore(tmp_path, tmp_path / "keys")
    assert replace_if(store, "a", {}, b"first")
    assert not replace_if(store, "a", conditions, b"second")
    assert store.path("a").read_bytes() == b"first"
    assert replace_if(store, "a", {"if-match": store.version("a").tag}, b"third")
