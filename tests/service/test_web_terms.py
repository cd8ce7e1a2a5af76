"""Pages of the operators: projects and their terms, calls, tables of quotas and tariffs."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from browsing import Operator
from clocks import MovableClock
from fastapi.testclient import TestClient
from requesters import Requester
from running import SignedIn

from dinamis_service.context import Context
from dinamis_service.quotas.store import versions

SignIn = Callable[..., SignedIn]


@pytest.fixture
def requester(client: TestClient, signed_in: SignIn) -> Requester:
    return Requester(client, signed_in())


@pytest.fixture
def operator(client: TestClient, signed_in: SignIn) -> Operator:
    return Operator(client, signed_in("operator"))


def forms(page: str, act: str) -> dict[str, str]:
    """Hidden and typed fields of the form of a project that does `act`."""
    form = next(one for one in re.findall(r"<form.*?</form>", page, re.DOTALL) if f'value="{act}"' in one)
    return fields(form)


def fields(form: str) -> dict[str, Any]:
    """What a browser would send of a form as it is."""
    values: dict[str, Any] = {}
    for tag in re.findall(r"<input[^>]*>", form):
        found = dict(re.findall(r'([\w-]+)="([^"]*)"', tag))
        if found.get("type") in ("checkbox", "radio"):
            if " checked" in tag:
                values.setdefault(found["name"], []).append(found["value"])
        elif "name" in found:
            values[found["name"]] = unescape(found.get("value", ""))
    texts = re.findall(r'<textarea[^>]*name="([^"]*)"[^>]*>([^<]*)</textarea>', form)
    return values | {name: unescape(text) for name, text in texts}


def test_a_project_is_found_and_given_terms(operator: Operator, requester: Requester) -> None:
    assert requester.project in operator.open("/operator/projects?text=coast camille")
    assert "No project matches" in operator.open("/operator/projects?text=nowhere")
    path = f"/operator/projects/{requester.project}"
    form = forms(operator.open(path), "terms")
    change = {
        "granted_km2.PLEIADES": "2 500,5",
        "package.volume_km2.SPOT": "10000",
        "package.text": "Agreed <b>in May</b>",
    }
    answer = operator.post(path, form | change)
    assert answer.status_code == 422
    assert 'id="reason-problem"' in answer.text
    assert 'value="2 500,5"' in answer.text, "what was typed is kept"
    operator.page = operator.post(path, form | change | {"reason": "Large coast"})
    assert operator.said("status") == "It is recorded."
    told = requester.get(f"/api/projects/{requester.project}").json()
    assert told["granted_km2"] == {"PLEIADES": 2500.5}
    assert told["package"]["volume_km2"] == {"SPOT": 10000}
    assert "Large coast" in operator.page.text
    assert "Agreed &lt;b&gt;in May" in operator.page.text
    emptied = forms(operator.page.text, "terms") | {"reason": "Ended"}
    emptied |= {name: "" for name in emptied if "km2" in name or name == "package.text"}
    operator.page = operator.post(path, emptied)
    told = requester.get(f"/api/projects/{requester.project}").json()
    assert (told["granted_km2"], told["package"]) == ({}, None)


def test_terms_that_cannot_be_are_refused_at_their_field(operator: Operator, requester: Requester) -> None:
    path = f"/operator/projects/{requester.project}"
    form = forms(operator.open(path), "terms") | {"reason": "x"}
    for written in ("-1", "much", "1.23456"):
        answer = operator.post(path, form | {"granted_km2.SPOT": written})
        assert answer.status_code == 422, written
        assert 'id="granted_km2.SPOT-problem"' in answer.text
        assert f'value="{written}"' in answer.text
    assert requester.get(f"/api/projects/{requester.project}").json()["granted_km2"] == {}


def test_terms_on_a_page_that_is_out_of_date_or_from_elsewhere_are_refused(
    operator: Operator, requester: Requester
) -> None:
    path = f"/operator/projects/{requester.project}"
    form = forms(operator.open(path), "terms") | {"reason": "x", "granted_km2.SPOT": "100"}
    assert operator.post(path, form | {"form_token": "0"}).status_code == 403
    operator.post(path, form)
    stale = operator.post(path, form | {"granted_km2.SPOT": "200"})
    assert stale.status_code == 412
    assert "out of date" in stale.text
    assert "Granted quotas: SPOT 100 km². (x)" in " ".join(stale.text.split())
    assert operator.post(path, form | {"etag": ""}).status_code == 412
    assert requester.get(f"/api/projects/{requester.project}").json()["granted_km2"] == {"SPOT": 100}


def test_a_project_is_closed_and_opened_again(operator: Operator, requester: Requester) -> None:
    path = f"/operator/projects/{requester.project}"
    operator.page = operator.post(path, forms(operator.open(path), "close") | {"reason": "Done"})
    assert requester.get(f"/api/projects/{requester.project}").json()["status"] == "closed"
    assert "Done" in operator.page.text
    operator.page = operator.post(path, forms(operator.page.text, "reopen"))
    assert requester.get(f"/api/projects/{requester.project}").json()["status"] == "open"


def test_a_call_is_announced_changed_and_closed(
    operator: Operator, client: TestClient, clock: MovableClock
) -> None:
    assert "Standing call for requests" in operator.open("/operator/calls")
    operator.open("/operator/calls/new")
    first = (clock().date() + timedelta(days=5)).isoformat()
    written = {
        "title_fr": "Appel du printemps",
        "opens": first,
        "closes": "2020-01-01",
        "sensors": ["SPOT"],
        "kinds": ["archive"],
    }
    operator.send("/operator/calls/new", **written)
    assert operator.page.status_code == 422
    assert 'value="Appel du printemps"' in operator.page.text
    operator.send("/operator/calls/new", **{**written, "kinds": [], "closes": ""})
    assert 'id="kinds-problem"' in operator.page.text
    operator.send("/operator/calls/new", **{**written, "closes": ""})
    assert operator.said("status") == "The call is recorded."
    call = client.get("/api/calls").json()["calls"][0]
    assert (call["title"], call["state"], call["sensors"]) == ("Appel du printemps", "planned", ["SPOT"])
    path = f"/operator/calls/{call['id']}"
    form = fields(re.findall(r"<form.*?</form>", operator.open(path), re.DOTALL)[-1])
    assert form["title_en"] == "Appel du printemps"
    assert operator.post(path, form | {"title_en": "Call of spring"}).status_code == 200
    stale = operator.post(path, form | {"title_en": "Late"})
    assert stale.status_code == 412
    assert "Title in English : Call of spring" in stale.text
    assert 'value="Late"' in stale.text
    assert (
        client.get("/api/calls", headers={"Accept-Language": "en"}).json()["calls"][0]["title"]
        == "Call of spring"
    )


def edit_form(operator: Operator, year: int) -> dict[str, Any]:
    page = operator.open(f"/operator/tariffs/{year}/edit")
    return fields(re.findall(r"<form.*?</form>", page, re.DOTALL)[-1])


def test_the_form_of_a_table_writes_the_table_that_it_shows(
    operator: Operator, context: Context, clock: MovableClock
) -> None:
    year = clock().year
    answer = operator.post(
        f"/operator/tariffs/{year}/edit", edit_form(operator, year) | {"reason": "As it is"}
    )
    assert answer.status_code == 200
    assert "the values are the same" in answer.text
    with context.database.reading() as session:
        newest, before = [one for one in versions(session) if one.year == year][:2]
    assert newest.content.keys() == before.content.keys()


def test_a_new_table_is_written_compared_and_kept_with_the_others(
    operator: Operator, requester: Requester, clock: MovableClock
) -> None:
    year = clock().year
    path = f"/operator/tariffs/{year}/edit"
    form = edit_form(operator, year)
    change = {
        "PLEIADES.quota_km2.SCI": "2 000",
        "PLEIADES.prices_eur.archive": "1,60",
        "PLEIADES.cofinancing.enabled": "yes",
        "SPOT.tranches.4.credits": "100",
        "SPOT.tranches.4.eur": "90 000",
        "PNEO.quota_km2.SCI": "200",
    }
    assert operator.post(path, form | change).status_code == 422, "a reason is needed"
    operator.page = operator.post(path, form | change | {"reason": "Revision"})
    page = operator.page.text
    assert operator.said("status") == "The new version is recorded."
    changed = re.findall(r"<del>([^<]*)</del>.*?<ins>([^<]*)</ins>", page, re.DOTALL)
    assert ("1,500\u202fkm²", "2,000\u202fkm²") in changed
    assert ("€1.40 / km²", "€1.60 / km²") in changed
    assert ("not defined", "200\u202fkm²") in changed
    assert any("100 credits: €90,000.00" in after for _, after in changed)
    assert len(changed) == 5
    assert "Revision" in operator.open("/operator/tariffs")
    quota = requester.get("/api/quotas").json()["sensors"][0]
    assert (quota["quota_km2"], quota["prices"]["archive"]["eur"]) == (2000, 1)


def test_a_table_that_does_not_hold_is_refused_and_kept_as_it_was_typed(
    operator: Operator, clock: MovableClock
) -> None:
    year = clock().year
    path = f"/operator/tariffs/{year}/edit"
    form = edit_form(operator, year) | {"reason": "x"}
    for change, said in (
        ({"PLEIADES.quota_km2.SCI": "10"}, "outside 1,500 to 3,500"),
        ({"SPOT.prices_eur.archive": "dear"}, "dear is not a positive number"),
        ({"SPOT.prices_eur.archive": ""}, "SPOT.prices_eur.archive"),
        ({"SPOT.tranches.0.credits": "many"}, "SPOT.tranches.credits"),
        ({"valid_from": "2020-01-01"}, "not before"),
        ({"valid_from": "soon"}, 'id="valid_from-problem"'),
    ):
        answer = operator.post(path, form | change)
        assert answer.status_code == 422, change
        assert said in answer.text, change
        for value in change.values():
            assert f'value="{value}"' in answer.text
    operator.post(path, form | {"SPOT.minimum_km2": "50"})
    stale = operator.post(path, form | {"PNEO.minimum_km2": "7"})
    assert stale.status_code == 412
    assert "SPOT 6/7, Smallest surface : 0\u202fkm² → 50\u202fkm²" in stale.text
    assert 'value="7"' in stale.text
    operator.page = stale
    assert operator.hidden(path)["base"] == "2", "what was seen now may be sent"
    assert operator.open(f"/operator/tariffs/{year + 40}/edit")
    assert operator.open(f"/operator/tariffs/{year}/99")
    assert operator.page.status_code == 404
