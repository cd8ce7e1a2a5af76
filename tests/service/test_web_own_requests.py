"""The page of one's own image requests."""

from __future__ import annotations

from browsing import Operator
from fastapi.testclient import TestClient
from own_pages import SignIn
from requesters import Requester


def test_a_member_sees_their_own_requests_with_state(client: TestClient, signed_in: SignIn) -> None:
    person, other = signed_in(), signed_in()
    order = Requester(client, person).submit()
    foreign = Requester(client, other).submit()
    pages = Operator(client, person, "fr")
    text = pages.open("/requests")
    assert (order["id"] in text, foreign["id"] in text) == (True, False)
    assert 'class="state submitted"' in text
    assert "QGIS" in text
    assert '<a href="/requests" aria-current="page">Demandes</a>' in text
    assert pages.open("/requests?page=99").count(order["id"]) == 1
    assert client.get("/requests?page=0").status_code == 422


def test_a_referent_finds_theirs_beside_those_of_the_entity(client: TestClient, signed_in: SignIn) -> None:
    pages = Operator(client, signed_in("referent"), "fr")
    assert "Aucune demande envoyée" in pages.open("/requests")
    assert '<a href="/requests" aria-current="page">Mes images</a>' in pages.page.text
    assert '<a href="/requests">Mes images</a>' in pages.open("/entity/requests")
