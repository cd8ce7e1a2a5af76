"""The schema of the state: migrations make what the tables say, once, and lose nothing."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import inspect, select

import dinamis_service.app  # noqa: F401  (it names every table)
from dinamis_service import migrations
from dinamis_service.db import Base, Database
from dinamis_service.signing.tables import SignatureRecord

NOW = datetime(2026, 4, 27, 12, 0, tzinfo=UTC)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database(f"sqlite:///{tmp_path / 'state.sqlite'}")
    yield database
    database.close()


def record(key: str) -> SignatureRecord:
    return SignatureRecord(at=NOW, expires_at=NOW, sub=None, method="GET", object_key=key)


def test_migrations_make_the_tables_of_the_program(database: Database) -> None:
    migrations.upgrade(database)
    with database.engine.connect() as connection:
        found = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(found, Base.metadata) == [], (
            "the tables have changed: python -m dinamis_service.migrations MESSAGE writes the migration"
        )
    assert {"accounts", "entities", "orders", "projects", "signatures"} <= set(
        inspect(database.engine).get_table_names()
    )


def test_the_version_is_known(database: Database) -> None:
    assert migrations.version(database) is None
    migrations.upgrade(database)
    assert migrations.version(database) == migrations.newest() is not None


def test_upgrading_again_changes_nothing_and_loses_nothing(database: Database) -> None:
    migrations.upgrade(database)
    with database.session() as session:
        session.add(record("a.tif"))
    migrations.upgrade(database)
    with database.session() as session:
        assert [(row.object_key, row.at) for row in session.scalars(select(SignatureRecord))] == [
            ("a.tif", NOW)
        ]


def test_processes_that_start_together_upgrade_once(tmp_path: Path) -> None:
    errors: list[BaseException] = []

    def start() -> None:
        database = Database(f"sqlite:///{tmp_path / 'state.sqlite'}")
        try:
            migrations.upgrade(database)
        except BaseException as error:  # noqa: BLE001  (told by the main thread)
            errors.append(error)
        finally:
            database.close()

    threads = [threading.Thread(target=start) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []


def test_a_migration_that_fails_leaves_the_state_as_it_was(database: Database) -> None:
    with database.session() as session:
        session.connection().exec_driver_sql("CREATE TABLE accounts (id TEXT)")  # in the way of the first one
    with pytest.raises(Exception, match="already exists"):
        migrations.upgrade(database)
    assert inspect(database.engine).get_table_names() == ["accounts"]
    assert migrations.version(database) is None
