"""State of the service (accounts, projects, requests) in one relational database."""

from __future__ import annotations

import fcntl
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

    @contextmanager
    def session(self) -> Iterator[Session]:
        """One transaction: committed at the end of the block, rolled back by an exception.

        Blocks must not be nested in one thread.
        """
        with self._writing or nullcontext(), self._sessions() as session, session.begin():
            yield session

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
    """Durable, concurrent SQLite: what was acknowledged survives a power cut."""
    connection.isolation_level = None  # SQLAlchemy's own BEGIN below, not pysqlite's
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=10000"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin(connection: Any) -> None:
    """Take the write lock first, unless only to read: two writers wait instead of failing half-way."""
    reads = connection.get_execution_options().get(_READS, False)
    connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")
