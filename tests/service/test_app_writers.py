"""Those who write to the state in SQLite queue, whichever process they are of."""

from __future__ import annotations

import errno
import fcntl
import os
import shutil
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from dinamis_service.db import Database


def test_a_writer_waits_for_one_of_another_process_and_a_reader_does_not(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'state.sqlite'}")
    with database.session() as session:
        session.execute(text("CREATE TABLE facts (name TEXT)"))
    written = threading.Event()

    def write() -> None:
        with database.session() as session:
            session.execute(text("INSERT INTO facts VALUES ('late')"))
        written.set()

    with (tmp_path / "state.sqlite.lock").open("ab") as other:  # opened apart, as another process does
        fcntl.flock(other, fcntl.LOCK_EX)
        thread = threading.Thread(target=write)
        thread.start()
        assert not written.wait(0.3)
        with database.reading() as session:
            assert session.execute(text("SELECT count(*) FROM facts")).scalar_one() == 0
    assert written.wait(20)
    thread.join()
    database.close()


def test_a_failed_writer_lets_the_next_one_write(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'state.sqlite'}")
    for _ in range(2):
        with pytest.raises(OperationalError, match="nowhere"), database.session() as session:
            session.execute(text("SELECT * FROM nowhere"))
    database.close()
    with database.session() as session:
        session.execute(text("CREATE TABLE facts (name TEXT)"))
    database.close()


def test_a_database_in_memory_needs_no_file(tmp_path: Path) -> None:
    database = Database("sqlite://")
    with database.session() as session:
        assert session.execute(text("SELECT 1")).scalar_one() == 1
    assert list(tmp_path.iterdir()) == []
    database.close()


@pytest.fixture
def facts(tmp_path: Path) -> Iterator[Database]:
    database = Database(f"sqlite:///{tmp_path / 'state.sqlite'}")
    with database.session() as session:
        session.execute(text("CREATE TABLE facts (name TEXT)"))
    yield database
    database.close()


def write(database: Database, name: str) -> None:
    with database.session() as session:
        session.execute(text("INSERT INTO facts VALUES (:name)"), {"name": name})


def names(database: Database) -> set[str]:
    with database.reading() as session:
        return set(session.scalars(text("SELECT name FROM facts")))


def test_what_was_acknowledged_is_in_what_the_disk_was_given(
    facts: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A copy of the files as they were when the disk was last waited for is what a power cut leaves."""
    left, sync = tmp_path / "left", os.fsync

    def keep(handle: int) -> None:
        shutil.rmtree(left, ignore_errors=True)
        left.mkdir()
        for file in tmp_path.glob("state.sqlite*"):
            if not file.name.endswith("-shm"):
                shutil.copy(file, left)
        sync(handle)

    monkeypatch.setattr(os, "fsync", keep)
    for number in range(5):
        write(facts, f"fact {number}")
        copy = Database(f"sqlite:///{left / 'state.sqlite'}")
        assert f"fact {number}" in names(copy)
        copy.close()


def test_one_wait_for_the_disk_does_for_all_that_wrote_before_it(
    facts: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits, sync = list[int](), os.fsync

    def slow(handle: int) -> None:
        waits.append(handle)
        time.sleep(0.2)
        sync(handle)

    monkeypatch.setattr(os, "fsync", slow)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: write(facts, f"fact {number}"), range(8)))
    assert names(facts) == {f"fact {number}" for number in range(8)}
    assert 2 <= len(waits) <= 4


def test_nothing_is_acknowledged_that_the_disk_refused(
    facts: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_handle: int) -> None:
        raise OSError(errno.EIO, "the disk is broken")

    monkeypatch.setattr(os, "fsync", refuse)
    with ThreadPoolExecutor(4) as pool:
        told = [pool.submit(write, facts, f"fact {number}") for number in range(4)]
        assert all(isinstance(one.exception(20), OSError) for one in told)
    monkeypatch.undo()
    write(facts, "later")
    assert "later" in names(facts)
