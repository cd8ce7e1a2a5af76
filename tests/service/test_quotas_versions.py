"""Versions of the tables: judged by the table of one's day, never rewritten, read by members."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from hypothesis import given, settings
from hypothesis import strategies as st
from judged import SEED
from requesters import Requester, refused
from running import SignedIn
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from dinamis_service import migrations
from dinamis_service.context import Context
from dinamis_service.db import Database
from dinamis_service.quotas.store import (
    OutdatedTableError,
    add_version,
    seed,
    stored_of_year,
    stored_table,
    table_of,
    table_of_year,
)
from dinamis_service.quotas.table import Sensor, TableError, read_table
from dinamis_service.quotas.tables import StoredQuotaTable

VERSIONS = "/api/quotas/versions"
YEAR = datetime.now(UTC).year


def moment(day: date | str, hour: int = 12) -> datetime:
    on = date.fromisoformat(day) if isinstance(day, str) else day
    return datetime(on.year, on.month, on.day, hour, tzinfo=UTC)


def content(quota: int) -> dict[str, Any]:
    changed = copy.deepcopy({"sensors": SEED["sensors"]})
    changed["sensors"]["PLEIADES"]["quota_km2"]["SCI"] = str(quota)
    return changed


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """Tables of 2025 and 2026, published in November 2025."""
    database = Database(f"sqlite:///{tmp_path / 'state.sqlite'}")
    migrations.upgrade(database)
    with database.session() as session:
        seed(session, moment("2025-11-01"))
    yield database
    database.close()


def add(database: Database, year: int, quota: int, on: str, **more: Any) -> StoredQuotaTable:
    with database.session() as session:
        return add_version(
            session, year, content(quota), author="nadia", reason="Revision", now=moment(on), **more
        )


def version_on(database: Database, day: str, hour: int = 12) -> tuple[int, int]:
    with database.reading() as session:
        stored = stored_table(session, moment(day, hour))
        return stored.year, stored.version


def quota_on(database: Database, day: str) -> Decimal | None:
    with database.reading() as session:
        return table_of(session, moment(day)).sensors[Sensor.PLEIADES].quota_km2["SCI"]


def test_a_request_is_judged_by_the_table_of_its_day(database: Database) -> None:
    add(database, 2026, 2000, "2026-03-01")
    add(database, 2026, 2500, "2026-03-02", valid_from=date(2026, 6, 1))
    assert [quota_on(database, day) for day in ("2026-02-28", "2026-03-01", "2026-05-31")] == [
        1500,
        2000,
        2000,
    ]
    assert [quota_on(database, day) for day in ("2026-06-01", "2026-12-31", "2028-01-01")] == [2500] * 3
    assert version_on(database, "2026-03-01", hour=11) == (2026, 1), "not made yet at that hour"
    assert version_on(database, "2025-12-31") == (2025, 1)
    assert version_on(database, "2019-01-01") == (2025, 1), "before the first there is the first"


def test_a_correction_of_today_does_not_undo_what_is_planned(database: Database) -> None:
    add(database, 2026, 2500, "2026-01-10", valid_from=date(2026, 6, 1))
    add(database, 2026, 1600, "2026-02-01")
    assert [version_on(database, day)[1] for day in ("2026-01-31", "2026-02-01", "2026-06-01")] == [1, 3, 2]


def test_a_year_ahead_is_prepared_and_begins_by_itself(database: Database) -> None:
    add(database, 2027, 3000, "2026-11-15")
    assert version_on(database, "2026-12-31") == (2026, 1)
    assert version_on(database, "2027-01-01") == (2027, 1)
    with database.reading() as session:
        now = moment("2026-12-01")
        assert table_of_year(session, 2027, now).year == 2027
        assert table_of_year(session, 2026, now).year == 2026
        assert stored_of_year(session, 2025, now).year == 2025
        assert table_of_year(session, 2030, now).year == 2027


@settings(max_examples=40)
@given(
    st.lists(st.tuples(st.dates(date(2026, 1, 1), date(2026, 12, 31)), st.integers(0, 200)), max_size=6),
    st.dates(date(2026, 1, 1), date(2026, 12, 31)),
)
def test_the_version_that_applies_is_the_latest_of_those_that_exist(
    made: list[tuple[date, int]], asked: date
) -> None:
    """Against a count of our own over any history of versions."""
    database = Database("sqlite://")
    with database.session() as session:
        StoredQuotaTable.__table__.create(session.connection())
        seed(session, moment("2025-11-01"))
        known = [(date(2026, 1, 1), 1, moment("2025-11-01"))]
        for number, (on, ahead) in enumerate(sorted(made), 2):
            starts = min(on + timedelta(days=ahead), date(2026, 12, 31))
            add_version(
                session, 2026, content(1500), author="a", reason="r", now=moment(on), valid_from=starts
            )
            known.append((starts, number, moment(on)))
        now = moment(asked)
        expected = max(
            (starts, number) for starts, number, made_at in known if made_at <= now and starts <= asked
        )
        found = stored_table(session, now)
        assert (found.valid_from, found.version) == expected
    database.close()


@pytest.mark.parametrize(
    ("year", "valid_from", "reason"),
    [
        (2025, None, "A table is for 2026 to 2031"),
        (2032, None, "A table is for 2026 to 2031"),
        (2026, date(2026, 3, 9), "not before 2026-03-10"),
        (2026, date(2027, 1, 1), "from a day of 2026 on"),
        (2027, date(2026, 12, 31), "not before 2027-01-01"),
    ],
)
def test_what_was_judged_stays_judged(
    database: Database, year: int, valid_from: date | None, reason: str
) -> None:
    with pytest.raises(TableError, match=reason):
        add(database, year, 2000, "2026-03-10", valid_from=valid_from)


def test_a_version_made_from_an_older_one_is_refused(database: Database) -> None:
    add(database, 2026, 2000, "2026-03-01", base=1)
    with pytest.raises(OutdatedTableError):
        add(database, 2026, 2500, "2026-03-02", base=1)


@pytest.mark.parametrize("statement", ["UPDATE quota_tables SET reason = ''", "DELETE FROM quota_tables"])
def test_the_database_rewrites_no_version(database: Database, statement: str) -> None:
    with pytest.raises(DBAPIError, match="cannot be rewritten"), database.session() as session:
        session.execute(text(statement))


@pytest.fixture
def operator(client: TestClient, signed_in: Callable[..., SignedIn]) -> Requester:
    return Requester(client, signed_in("operator"))


def publish(operator: Requester, quota: int, **changes: Any) -> Any:
    body = {"year": YEAR, "content": content(quota), "reason": "Revision", **changes}
    return operator.post(VERSIONS, body)


def test_versions_are_published_and_read_on_the_wire(
    client: TestClient, operator: Requester, signed_in: Callable[..., SignedIn]
) -> None:
    requester = Requester(client, signed_in())
    answer = publish(operator, 2000, base=1)
    assert answer.status_code == 201, answer.text
    made = answer.json()
    today = datetime.now(UTC).date().isoformat()
    assert (made["year"], made["version"], made["valid_from"]) == (YEAR, 2, today)
    assert made["author"] == operator.principal.name
    listed = requester.get(VERSIONS).json()["versions"]
    assert [(one["year"], one["version"]) for one in listed] == [(2026, 2), (2026, 1), (2025, 1)]
    assert all("author" not in one for one in listed)
    assert all("author" in one for one in operator.get(VERSIONS).json()["versions"])
    table = requester.get(f"{VERSIONS}/{YEAR}/2").json()
    assert table["content"] == content(2000)
    assert "author" not in table
    refused(requester.get(f"{VERSIONS}/{YEAR}/9"), 404, "not-found")
    quotas = requester.get("/api/quotas").json()
    assert (quotas["year"], quotas["version"]) == (YEAR, 2)
    assert {one["sensor"]: one["quota_km2"] for one in quotas["sensors"]}["PLEIADES"] == 2000
    assert {one["version"] for one in quotas["sensors"]} == {2}
    told = requester.submit()["properties"]
    assert (told["dinamis:quota_year"], told["dinamis:quota_version"]) == (YEAR, 2)


def test_the_quotas_of_another_year_count_what_was_asked_then(
    client: TestClient, signed_in: Callable[..., SignedIn]
) -> None:
    requester = Requester(client, signed_in())
    requester.submit()
    before = requester.get("/api/quotas?year=2025").json()
    assert before["year"] == 2025
    assert {one["requested_km2"] for one in before["sensors"]} == {0}
    for wrong in ("1999", "2101", "soon"):
        refused(requester.get(f"/api/quotas?year={wrong}"), 422, "invalid", "year")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"content": {}}, "content"),
        ({"content": {"sensors": []}}, "content"),
        ({"content": content(9000)}, "content"),
        ({"valid_from": "2020-01-01"}, "content"),
        ({"year": YEAR - 1}, "content"),
        ({"year": 1900}, "year"),
        ({"reason": " "}, "reason"),
        ({"base": -1}, "base"),
    ],
)
def test_versions_that_cannot_be(operator: Requester, changes: dict[str, Any], field: str) -> None:
    refused(publish(operator, 2000, **changes), 422, "invalid", field)
    assert len(operator.get(VERSIONS).json()["versions"]) == 2


def test_two_operators_at_once_do_not_overwrite_each_other(operator: Requester) -> None:
    assert publish(operator, 2000, base=1).status_code == 201
    refused(publish(operator, 3000, base=1), 412, "changed-meanwhile")


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


@given(st.sampled_from(["PLEIADES", "SPOT"]), st.data())
def test_any_other_value_anywhere_is_refused_or_sound_and_never_an_error(
    sensor: str, data: st.DataObject
) -> None:
    changed = content(1500)
    terms = changed["sensors"][sensor]
    name = data.draw(st.sampled_from(sorted(terms)))
    if isinstance(terms[name], dict) and data.draw(st.booleans()):
        terms, name = terms[name], data.draw(st.sampled_from(sorted(terms[name])))
    terms[name] = data.draw(json_values)
    with suppress(TableError):
        assert read_table(changed, 2026, 2).year == 2026


def test_a_context_seeds_the_tables_once(context: Context) -> None:
    with context.database.session() as session:
        seed(session, context.clock())
        assert session.query(StoredQuotaTable).count() == 2
