"""Those who write to the state in SQLite queue, whichever process they are of."""

from __future__ import annotations

import fcntl
import threading
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
