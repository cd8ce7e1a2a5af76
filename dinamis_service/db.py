"""State of the service (accounts, projects, requests) in one relational database."""

from __future__ import annotations

import fcntl
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime
from typing import IO, Any, TypeVar

from sqlalchemy import DateTime, Engine, Select, create_engine, event
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import DeclarativeBase, Session, sessionmaker
from sqlalchemy.types import TypeDecorator

_READS = "dinamis_reads"
Name = TypeVar("Name")


class Base(DeclarativeBase):
    """Parent of every table of the state."""


class UtcDateTime(TypeDecorator[datetime]):
    """An aware moment, stored in UTC also where the database keeps no time zone (SQLite)."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Refuse a naive moment; hand over UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            msg = "a moment without a time zone cannot be stored"
            raise ValueError(msg)
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Give back an aware moment in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class _WriterQueue:
    """Lets the writers of one SQLite file queue, threads and processes alike.

    SQLite has one writer at a time and makes the others sleep and try again, up to a tenth of a second: they
    come in by chance, and some come very late. A lock of the system wakes them up. A process that dies gives
    it back; who does not take it is still kept apart by SQLite.
    """

    def __init__(self, database: str | None) -> None:
        """Take the path of the file; in memory there is only one process."""
        self._path = f"{database}.lock" if database and database != ":memory:" else None
        self._threads = threading.Lock()
        self._file: IO[bytes] | None = None

    def __enter__(self) -> None:
        self._threads.acquire()
        try:
            if self._path is not None:
                self._file = self._file or open(self._path, "ab")
                fcntl.flock(self._file, fcntl.LOCK_EX)
        except BaseException:
            self._threads.release()
            raise

    def __exit__(self, *_: object) -> None:
        if self._file is not None:
            fcntl.flock(self._file, fcntl.LOCK_UN)
        self._threads.release()

    def close(self) -> None:
        """Close the file."""
        with self._threads:
            if self._file is not None:
                self._file.close()
                self._file = None


class _WriteAheadLog:
    """Brings what was committed to an SQLite file onto the disk, once for all that ask meanwhile.

    SQLite would wait for the disk within each commit, while every other writer waits for its turn. Here a
    commit only writes, gives the turn to the next one, and is acknowledged when its log is on the disk: one
    wait does for all that were written before it began. Whatever copies the log into the database syncs the
    log first (synchronous=NORMAL does), so that the database itself is always whole.
    """

    def __init__(self, database: str | None) -> None:
        """Take the path of the file; there is nothing to bring anywhere in memory."""
        self._path = f"{database}-wal" if database and database != ":memory:" else None
        self._turn = threading.Condition()
        self._asked = self._done = 0
        self._syncing = False

    def wait(self) -> None:
        """Return when everything that was committed before is on the disk.

        Raises:
            OSError: the disk refuses it: nobody may rely on what was committed.
        """
        if self._path is None:
            return
        with self._turn:
            self._asked += 1
            mine = self._asked
            while self._syncing and self._done < mine:
                self._turn.wait()
            if self._done >= mine:
                return
            self._syncing, target = True, self._asked
        reached = 0
        try:
            _sync(self._path)
            reached = target
        finally:
            with self._turn:
                self._syncing, self._done = False, max(self._done, reached)
                self._turn.notify_all()


def _sync(path: str) -> None:
    """Bring a file onto the disk; one that is not there was copied into its database, which is."""
    try:
        handle = os.open(path, os.O_RDONLY)
    except FileNotFoundError:
        return
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


class Database:
    """Engine and sessions of the state; nothing is opened before first use."""

    def __init__(self, url: str) -> None:
        """Prepare the engine for `url`, a SQLAlchemy URL (sqlite or postgresql)."""
        self.url = url
        # hide_parameters: the values of a failing statement (digests, addresses) stay out of logs
        self.engine: Engine = create_engine(url, pool_pre_ping=True, hide_parameters=True)
        if self.engine.dialect.name == "sqlite":
            event.listen(self.engine, "connect", _tune_sqlite)
            event.listen(self.engine, "begin", _begin)
        self._sessions = sessionmaker(self.engine, expire_on_commit=False)
        on_file = self.engine.dialect.name == "sqlite"
        self._writing = _WriterQueue(self.engine.url.database) if on_file else None
        self._log = _WriteAheadLog(self.engine.url.database) if on_file else None

    @contextmanager
    def session(self) -> Iterator[Session]:
        """One transaction: committed, and on the disk, at the end of the block; rolled back by an exception.

        Blocks must not be nested in one thread.
        """
        with self._writing or nullcontext(), self._sessions() as session, session.begin():
            yield session
        if self._log is not None:
            self._log.wait()

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """One consistent view for reading, beside any writer; what the block changes is not kept."""
        with self._sessions() as session:
            session.connection(execution_options={_READS: True})
            yield session

    def close(self) -> None:
        """Close every connection."""
        self.engine.dispose()
        if self._writing is not None:
            self._writing.close()


def numbers_by(session: Session, query: Select[Name, int]) -> dict[Name, int]:
    """Numbers by name, of a query of both."""
    return {row[0]: row[1] for row in session.execute(query)}


def _tune_sqlite(connection: Any, _record: Any) -> None:
    """Concurrent SQLite; `Database.session` waits for the disk, once for many (see `_WriteAheadLog`)."""
    connection.isolation_level = None  # SQLAlchemy's own BEGIN below, not pysqlite's
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON", "busy_timeout=10000"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin(connection: Any) -> None:
    """Take the write lock first, unless only to read: two writers wait instead of failing half-way."""
    reads = connection.get_execution_options().get(_READS, False)
    connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")
