"""Requests as a table: for spreadsheets of both languages, whole, and never run as a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import timedelta

import pytest
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st
from requesters import Requester, refused
from running import SignedIn
from shapely.geometry import box, mapping

from dinamis_service.context import Context
from dinamis_service.requests import listing
from dinamis_service.requests.csv_export import BOM, COLUMNS, harmless
from dinamis_service.requests.tables import Project

PATH = "/api/orders.csv"


@pytest.fixture
def requester(client: TestClient, signed_in: Callable[..., SignedIn]) -> Requester:
    return Requester(client, signed_in())


def table(person: Requester, query: str = "") -> list[dict[str, str]]:
    answer = person.get(PATH + query)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    text = answer.content.decode()
    assert text.startswith(BOM)
    return list(csv.DictReader(io.StringIO(text.removeprefix(BOM), newline=""), delimiter=";"))


def test_the_table_says_what_requests_say(requester: Requester) -> None:
    order = requester.submit(geometry=mapping(box(3.0, 43.0, 3.8, 43.5)))
    (row,) = table(requester)
    told = order["properties"]
    assert len(row) == len(COLUMNS)
    assert row["Identifier"] == order["id"]
    assert row["State"] == "submitted"
    assert float(row["Surface (km²)"]) == told["dinamis:area_km2"]
    assert float(row["Excess (km²)"]) == told["dinamis:excess_km2"]
    assert float(row["Price (€)"]) == told["dinamis:price_eur"]
    assert row["Product"] == "Pléiades, tasking"
    requester.headers["Accept-Language"] = "fr"
    (french,) = table(requester)
    assert french["État"] == "envoyée"
    assert french["Surface (km²)"] == row["Surface (km²)"].replace(".", ",")
    assert "\u202f" not in french["Prix (€)"]


def test_the_table_is_narrowed(requester: Requester, context: Context) -> None:
    first, second = (requester.submit()["id"] for _ in range(2))
    requester.post(f"/stapi/orders/{first}/cancel", {"reason": "=cmd"})
    today = context.clock().date()
    yesterday, tomorrow = today - timedelta(days=1), today + timedelta(days=1)

    def ids(query: str) -> list[str]:
        return [row["Identifier"] for row in table(requester, query)]

    assert ids("") == [second, first]
    assert ids("?state=cancelled") == [first]
    assert table(requester, "?state=cancelled")[0]["Reason"] == "'=cmd"
    assert ids(f"?project_id={requester.project}") == [second, first]
    assert ids("?project_id=none") == []
    assert ids(f"?from={today}&to={today}") == [second, first]
    assert ids(f"?from={tomorrow}") == ids(f"?to={yesterday}") == []
    assert ids("?to=9999-12-31") == [second, first]
    for no_date in ("today", "0", "1e3"):  # a number is no moment, in seconds or otherwise
        refused(requester.get(f"{PATH}?from={no_date}"), 422, "invalid", "from")


def test_the_table_is_whole_however_long(requester: Requester, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listing, "_CHUNK", 2)
    made = [requester.submit()["id"] for _ in range(5)]
    assert [row["Identifier"] for row in table(requester)] == made[::-1]


def test_titles_that_people_chose_are_no_formulas(requester: Requester, context: Context) -> None:
    requester.submit()
    title = '=HYPERLINK("http://a.example";"x")\n;"'
    with context.database.session() as session:
        session.get_one(Project, requester.project).title = title
    assert table(requester)[0]["Title of the project"] == f"'{title}"


@given(st.text())
def test_no_cell_begins_as_a_formula_does(cell: str) -> None:
    safe = harmless(cell)
    assert safe[:1] not in {"=", "+", "-", "@", "\t", "\r"}
    assert safe.removeprefix("'") == cell.removeprefix("'")
