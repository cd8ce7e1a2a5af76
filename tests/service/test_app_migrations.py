"""The schema of the state: migrations make what the tables say, once, and lose nothing."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from postgres import server
from sqlalchemy import inspect, select, text
from sqlalchemy.orm import Session

import dinamis_service.app  # noqa: F401  (it names every table)
from dinamis_service import migrations
from dinamis_service.db import Base, Database
from dinamis_service.quotas.tables import StoredQuotaTable
from dinamis_service.requests.tables import Project
from dinamis_service.signing.tables import SignatureBatch, SignedObjects

NOW = datetime(2026, 4, 27, 12, 0, tzinfo=UTC)
_WRITTEN = {"sqlite": "2026-04-27 12:00:00.000000", "postgresql": "2026-04-27 12:00:00+00"}


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database(f"sqlite:///{tmp_path / 'state.sqlite'}")
    yield database
    database.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def either(request: pytest.FixtureRequest, database: Database) -> Iterator[Database]:
    """A database of each kind, as the migrations that change data meet them."""
    if request.param == "sqlite":
        yield database
        return
    other = Database(server().new_database().replace("postgresql:", "postgresql+psycopg:"))
    yield other
    other.close()


def batch(key: str) -> SignatureBatch:
    group: SignedObjects = {"collection": "", "mission": "", "access": "member", "keys": [key]}
    return SignatureBatch(at=NOW, expires_at=NOW, sub=None, method="GET", objects=[group])


def test_migrations_make_the_tables_of_the_program(database: Database) -> None:
    migrations.upgrade(database)
    with database.engine.connect() as connection:
        found = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(found, Base.metadata) == [], (
            "the tables have changed: python -m dinamis_service.migrations MESSAGE writes the migration"
        )
    assert {"accounts", "entities", "orders", "projects", "signature_batches"} <= set(
        inspect(database.engine).get_table_names()
    )


def test_the_version_is_known(database: Database) -> None:
    assert migrations.version(database) is None
    migrations.upgrade(database)
    assert migrations.version(database) == migrations.newest() is not None


def test_upgrading_again_changes_nothing_and_loses_nothing(database: Database) -> None:
    migrations.upgrade(database)
    with database.session() as session:
        session.add(batch("a.tif"))
    migrations.upgrade(database)
    with database.session() as session:
        found = [(row.objects[0]["keys"], row.at) for row in session.scalars(select(SignatureBatch))]
    assert found == [(["a.tif"], NOW)]


def test_the_journal_of_signatures_keeps_what_it_held_before_it_was_kept_by_call(either: Database) -> None:
    migrations.upgrade(either, "0002")
    with either.session() as session:
        for number in range(3):
            session.execute(
                text(
                    "INSERT INTO signatures (at, expires_at, sub, method, object_key)"
                    " VALUES (:at, :at, :sub, :method, :key)"
                ),
                {
                    "at": _WRITTEN[either.engine.dialect.name],
                    "sub": "someone" if number else None,
                    "method": "PUT" if number > 1 else "GET",
                    "key": f"é{number}.tif",
                },
            )
    migrations.upgrade(either)
    with either.session() as session:
        found = session.scalars(select(SignatureBatch).order_by(SignatureBatch.id)).all()
    assert [(one.sub, one.objects[0]["keys"], one.objects[0]["access"], one.at) for one in found] == [
        (None, ["é0.tif"], "unknown", NOW),
        ("someone", ["é1.tif"], "unknown", NOW),
        ("someone", ["é2.tif"], "upload", NOW),
    ]
    assert "signatures" not in inspect(either.engine).get_table_names()


@pytest.mark.parametrize(
    "called", [("pleiades", "member", ["b"]), ("", "picture", ["b"]), ("", "member", ["b", "c"])]
)
def test_only_what_was_carried_over_loses_why_it_was_signed(
    either: Database, called: tuple[str, str, list[str]]
) -> None:
    """What calls had signed since is known: the first row that only a call can have written ends the old."""
    migrations.upgrade(either, "0003")
    collection, access, keys = called
    group: SignedObjects = {"collection": collection, "mission": "", "access": access, "keys": keys}
    known = SignatureBatch(at=NOW, expires_at=NOW, sub="someone", method="GET", objects=[group])
    with either.session() as session:
        for row in (batch("old.tif"), known, batch("of no scene.tif")):
            session.add(row)
            session.flush()
    migrations.upgrade(either)
    with either.session() as session:
        found = session.scalars(select(SignatureBatch).order_by(SignatureBatch.id)).all()
    assert [one.objects[0]["access"] for one in found] == ["unknown", access, "member"]
    assert found[1].objects == [group]


def insert(session: Session, table: str, **values: object) -> None:
    """A row as an older version of the program wrote it."""
    names = ", ".join(values)
    places = ", ".join(f":{name}" for name in values)
    session.execute(text(f"INSERT INTO {table} ({names}) VALUES ({places})"), values)


def test_projects_and_tables_of_before_get_owners_and_days(either: Database) -> None:
    """What was there before calls and packages goes on: named owners, tables from their days on."""
    migrations.upgrade(either, "0005")
    written = _WRITTEN[either.engine.dialect.name]
    person = {"username": "c", "email": "c@demo.example", "given_name": "Camille", "family_name": "Martin"}
    prose = ("title", "description", "objectives", "methodology", "expected_results", "publications")
    period = {"start_date": "2026-01-01", "end_date": "2099-01-01"}
    lists = {"themes": "[]", "granted_km2": "{}"}
    with either.session() as session:
        insert(session, "entities", id="e", name="UMR", acronym="U", category=2)
        insert(session, "accounts", id="known", entity_id="e", password_hash="", created_at=written, **person)
        for owner in ("known", "gone"):
            names = {"id": owner, "owner_sub": owner, "owner_email": person["email"], "kind": "SCI"}
            insert(
                session, "projects", **names, **period, **lists, **dict.fromkeys(prose, ""), created=written
            )
        for year, version in ((2026, 1), (2026, 2), (2025, 2)):
            told = {"year": year, "version": version, "content": "{}", "author": "", "reason": ""}
            insert(session, "quota_tables", **told, created=written)
    migrations.upgrade(either)
    with either.session() as session:
        projects = {one.id: one for one in session.scalars(select(Project))}
        assert [projects[owner].owner_name for owner in ("known", "gone")] == [
            "Camille Martin",
            "c@demo.example",
        ]
        assert {(one.shared, one.closed, one.package, one.version) for one in projects.values()} == {
            (False, None, None, 1)
        }
        days = {(one.year, one.version): one.valid_from for one in session.scalars(select(StoredQuotaTable))}
    assert days == {
        (2026, 1): date(2026, 1, 1),
        (2026, 2): NOW.date(),
        (2025, 2): date(2025, 12, 31),
    }


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
