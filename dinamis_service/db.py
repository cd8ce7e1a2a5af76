"""State of the service (accounts, projects, requests) in one relational database."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import DateTime, Engine, create_engine, event
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import DeclarativeBase, Session, sessionmaker
from sqlalchemy.types import TypeDecorator

_READS = "dinamis_reads"


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
        # SQLite has one writer at a time and makes the others sleep and try again; a lock lets them queue.
        self._writing: AbstractContextManager[Any] = (
            threading.Lock() if self.engine.dialect.name == "sqlite" else nullcontext()
        )

    @contextmanager
    def session(self) -> Iterator[Session]:
        """One transaction: committed at the end of the block, rolled back by an exception.

        Blocks must not be nested in one thread.
        """
        with self._writing, self._sessions() as session, session.begin():
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
