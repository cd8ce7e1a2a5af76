"""Saved searches: one's own alone, named once, changed by who saw them last (CAT-39, CAT-40)."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import httpx
import pytest
from clocks import MovableClock
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st
from postgres import server
from requesters import refused
from running import LiveService, SignedIn

from dinamis_service.catalogue.moments import format_moment, parse_moment
from dinamis_service.registry.kinds import ROLES
from dinamis_service.searches import rules
from dinamis_service.searches.rules import name_key
from dinamis_service.settings import Settings

PATH = "/api/searches"
DOCUMENT = {
    "type": "dinamis-search",
    "version": 1,
    "title": "Etang",
    "stac": {"bbox": [3.6, 43.4, 4.0, 43.7]},
}


def form(name: str = "Étang de Thau", **changes: Any) -> dict[str, Any]:
    return {"name": name, "document": DOCUMENT, **changes}


class Person:
    """Someone with saved searches."""

    def __init__(self, client: httpx.Client, signed_in: SignedIn) -> None:
        self.client = client
        self.headers = {**signed_in.headers, "Accept-Language": "en"}

    def ask(self, method: str, path: str = "", body: Any = None, **headers: str) -> httpx.Response:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.client.request(method, PATH + path, json=body, headers=self.headers | named)

    def save(self, name: str = "Étang de Thau", **changes: Any) -> dict[str, Any]:
        answer = self.ask("POST", body=form(name, **changes))
        assert answer.status_code == 201, answer.text
        return dict(answer.json())

    def all(self) -> list[dict[str, Any]]:
        return list(self.ask("GET").json()["searches"])


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.long)])
def settings(request: pytest.FixtureRequest, tmp_path: Any) -> Settings:
    if request.param == "sqlite":
        return Settings(data_dir=tmp_path / "data")
    address = server().new_database().replace("postgresql:", "postgresql+psycopg:")
    return Settings(data_dir=tmp_path / "data", database_url=address)


@pytest.fixture
def person(client: TestClient, signed_in: Callable[..., SignedIn]) -> Person:
    return Person(client, signed_in())


def test_a_search_is_kept_as_it_was_sent(person: Person) -> None:
    saved = person.save()
    assert saved["document"] == DOCUMENT
    assert (saved["name"], saved["is_default"], saved["last_seen"]) == ("Étang de Thau", False, None)
    answer = person.ask("GET", f"/{saved['id']}")
    assert answer.json() == saved
    assert answer.headers["etag"] == saved["etag"]
    assert person.all() == [saved]


def test_searches_are_listed_by_name(person: Person) -> None:
    for name in ("b", "C", "a"):
        person.save(name)
    assert [one["name"] for one in person.all()] == ["a", "b", "C"]


def test_a_name_is_one_s_own_once_however_it_is_written(
    person: Person, client: TestClient, signed_in: Callable[..., SignedIn]
) -> None:
    first = person.save("Étang de Thau")
    refused(person.ask("POST", body=form("e\u0301TANG  de thau")), 409, "conflict", "name")
    second = person.save("Autre")
    refused(person.ask("PATCH", f"/{second['id']}", {"name": "étang de thau"}), 409, "conflict", "name")
    assert person.ask("PATCH", f"/{first['id']}", {"name": "ÉTANG DE THAU"}).status_code == 200
    Person(client, signed_in()).save("Étang de Thau")


def test_the_same_key_saves_once(person: Person) -> None:
    key = str(uuid.uuid4())
    first, again = (person.ask("POST", body=form(), Idempotency_Key=key) for _ in range(2))
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    refused(person.ask("POST", body=form("Autre"), Idempotency_Key=key), 409, "conflict")
    refused(person.ask("POST", body=form("Autre"), Idempotency_Key="k" * 201), 422, "invalid")
    assert len(person.all()) == 1


def test_who_has_not_seen_the_last_change_is_refused(person: Person) -> None:
    saved = person.save()
    place, seen = f"/{saved['id']}", saved["etag"]
    changed = person.ask("PATCH", place, {"name": "Autre"}, If_Match=seen)
    assert changed.json()["name"] == "Autre"
    assert changed.headers["etag"] != seen
    for method, body in (("PATCH", {"name": "x"}), ("PUT", form("x")), ("DELETE", None)):
        assert "read it again" in refused(
            person.ask(method, place, body, If_Match=seen), 412, "changed-meanwhile"
        )
    assert (
        person.ask("PUT", place, form("x"), If_Match=f'"other", {changed.headers["etag"]}').status_code == 200
    )
    assert person.ask("DELETE", place, If_Match="*").status_code == 204
    refused(person.ask("GET", place), 404, "not-found")


def test_one_search_is_the_default(person: Person) -> None:
    first, second = person.save("a", is_default=True), person.save("b", is_default=True)
    assert [(one["name"], one["is_default"]) for one in person.all()] == [("a", False), ("b", True)]
    stale = person.ask("PATCH", f"/{first['id']}", {"is_default": True}, If_Match=first["etag"])
    refused(stale, 412, "changed-meanwhile")
    person.ask("PATCH", f"/{second['id']}", {"is_default": False})
    assert not any(one["is_default"] for one in person.all())


def test_the_moment_it_was_last_seen_never_goes_back_nor_ahead(person: Person, clock: MovableClock) -> None:
    saved = person.save()
    now = clock()

    def seen(moment: Any) -> Any:
        answer = person.ask("PATCH", f"/{saved['id']}", {"last_seen": format_moment(moment)})
        return parse_moment(answer.json()["last_seen"])

    hour = timedelta(hours=1)
    assert abs(seen(now - hour) - (now - hour)) < timedelta(seconds=1)
    assert abs(seen(now - 2 * hour) - (now - hour)) < timedelta(seconds=1)
    assert abs(seen(now + hour) - now) < timedelta(minutes=1)
    refused(
        person.ask("PATCH", f"/{saved['id']}", {"last_seen": "2026-01-01T00:00:00"}),
        422,
        "invalid",
        "last_seen",
    )


@pytest.mark.parametrize(
    "document",
    [
        {},
        {**DOCUMENT, "type": "Feature"},
        {**DOCUMENT, "version": True},
        {**DOCUMENT, "version": 0},
        {**DOCUMENT, "version": "1"},
        {**DOCUMENT, "title": None},
        {**DOCUMENT, "stac": []},
    ],
)
def test_what_is_no_search_is_refused(person: Person, document: dict[str, Any]) -> None:
    refused(person.ask("POST", body={"name": "a", "document": document}), 422, "invalid", "document")
    assert person.all() == []


def test_unsound_and_nameless_searches_are_refused(person: Person) -> None:
    deep: Any = 1
    for _ in range(40):
        deep = [deep]
    refused(person.ask("POST", body=form(document={**DOCUMENT, "deep": deep})), 422, "invalid", "document")
    for name in ("", "   ", "n" * 121, "nul\0"):
        refused(person.ask("POST", body=form(name)), 422, "invalid", "name")


def test_number_and_size_are_limited(person: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    large = {**DOCUMENT, "title": "x" * rules.MAX_DOCUMENT_BYTES}
    assert "too large" in refused(person.ask("POST", body=form(document=large)), 422, "invalid", "document")
    nearly = {**DOCUMENT, "title": "x" * (rules.MAX_DOCUMENT_BYTES - 200)}
    for number in range(4):
        person.save(str(number), document=nearly)
    assert "too large" in refused(person.ask("POST", body=form(document=nearly)), 422, "invalid", "document")
    monkeypatch.setattr("dinamis_service.searches.store.MAX_SEARCHES", 5)
    person.save("fifth")
    refused(person.ask("POST", body=form("sixth")), 409, "conflict")
    assert len(person.all()) == 5


OWN = {
    "GET one": ("GET", None),
    "PUT": ("PUT", form("other")),
    "PATCH": ("PATCH", {"name": "other"}),
    "DELETE": ("DELETE", None),
}


@pytest.mark.parametrize("role", sorted(ROLES))
def test_each_role_sees_its_own_and_nobody_else_s(
    person: Person, client: TestClient, signed_in: Callable[..., SignedIn], role: str
) -> None:
    saved = person.save()
    other = Person(client, signed_in(role))
    assert other.all() == []
    for method, body in OWN.values():
        detail = refused(other.ask(method, f"/{saved['id']}", body), 404, "not-found")
        assert "You have no saved search" in detail
    mine = other.save()
    assert [other.ask(method, f"/{mine['id']}", body).status_code for method, body in OWN.values()] == [
        200,
        200,
        200,
        204,
    ]
    assert person.all() == [saved]


def test_nobody_signed_in_may_do_nothing(client: TestClient, person: Person) -> None:
    place = f"{PATH}/{person.save()['id']}"
    calls = [("GET", PATH, None), ("POST", PATH, form()), *((how, place, body) for how, body in OWN.values())]
    for method, path, body in calls:
        refused(client.request(method, path, json=body), 401, "not-signed-in")


def test_refusals_are_french_by_default(person: Person) -> None:
    person.headers["Accept-Language"] = "fr"
    person.save()
    assert "Vous avez déjà une recherche" in refused(person.ask("POST", body=form()), 409, "conflict", "name")
    assert "n'avez pas de recherche" in refused(person.ask("GET", "/none"), 404, "not-found")


def test_calls_at_once_save_a_name_once(live_service: LiveService) -> None:
    with httpx.Client(base_url=live_service.url, timeout=60) as client:
        person = Person(client, live_service.sign_in())
        with ThreadPoolExecutor(6) as pool:
            answers = list(pool.map(lambda _: person.ask("POST", body=form()).status_code, range(6)))
        assert sorted(answers) == [201, 409, 409, 409, 409, 409]


@given(st.text(min_size=1, max_size=120))
def test_names_compare_as_people_read_them(name: str) -> None:
    assert name_key(name) == name_key(f"  {name}\t")
    assert name_key(name_key(name)) == name_key(name) or len(name_key(name)) == 480
    assert len(name_key(name)) <= 480
