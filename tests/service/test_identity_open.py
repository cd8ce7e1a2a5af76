"""An account that is not open lets nobody in, whatever they come with, at once (ACC-04, ACC-07)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from browsing import Operator
from clocks import MovableClock
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st
from oauth import DEVICE_PAGE, Browser, Device
from running import PASSWORD, SignedIn

from dinamis_service.clock import utc_now
from dinamis_service.context import Context
from dinamis_service.identity.accounts import Closure, closure, is_open
from dinamis_service.identity.tables import Account
from dinamis_service.registry.tables import Entity

SENTENCES = {
    "waiting": "waits for validation",
    "refused": "was refused",
    "closed": "is closed",
    "expired": "has expired",
    "entity": "membership of your entity has ended",
}


@pytest.fixture
def close(context: Context, clock: MovableClock) -> Callable[[str, str], None]:
    """Call it with a person and a reason: their account is not open any more."""

    def act(sub: str, why: str) -> None:
        with context.database.session() as session:
            account = session.get_one(Account, sub)
            if why == "entity":
                session.get_one(Entity, account.entity_id).state = "closed"
            elif why == "expired":
                account.expires_at = clock() + timedelta(seconds=60)
            else:
                account.state = why
        if why == "expired":
            clock.advance(61)

    return act


@pytest.mark.parametrize("why", SENTENCES)
def test_every_way_in_is_closed_at_once(
    context: Context, client: TestClient, signed_in, close: Callable[[str, str], None], why: str
) -> None:
    person: SignedIn = signed_in()
    device = Device(client)
    codes = device.start()
    Browser(client).accept(codes["verification_uri_complete"], person.principal.email)
    tokens = device.poll().json()
    token = {"Authorization": f"Bearer {tokens['access_token']}"}
    key = client.get("/create_api_key", headers=token).json()
    keys = {"access-key": key["access-key"], "secret-key": key["secret-key"]}
    waiting = Device(client)
    user_code = waiting.start()["user_code"]
    browser = Browser(client)  # in which they are signed in
    browser.open(DEVICE_PAGE, user_code=user_code)
    browser.send("code", user_code=user_code)
    browser.send("decision", decision="accept")
    pages = Operator(client, person)
    assert "Camille Martin" in pages.open("/account")
    assert client.get("/api/me", headers=keys).status_code == 200
    close(person.principal.sub, why)
    assert client.get("/api/me", headers=token).status_code == 401
    assert client.get("/api/me", headers=keys).status_code == 401
    assert device.refresh(tokens["refresh_token"]).json()["error"] == "invalid_grant"
    assert waiting.poll().status_code == 400
    assert 'name="password"' in pages.open("/account")
    signing = client.post("/sign_urls", json={"urls": ["http://testserver/objects/a/b.tif"]}, headers=token)
    assert signing.status_code == 401


@pytest.mark.parametrize("why", SENTENCES)
def test_only_who_gives_the_password_is_told_why(
    client: TestClient, signed_in, close: Callable[[str, str], None], why: str
) -> None:
    person = signed_in()
    close(person.principal.sub, why)
    pages = Operator(client)
    pages.open("/sign-in")
    answer = pages.send("/sign-in", login=person.principal.email, password="wrong")
    assert (answer.status_code, pages.said()) == (401, "The address or the password is not right.")
    answer = pages.send("/sign-in", login=person.principal.email, password=PASSWORD)
    assert answer.status_code == 403
    assert SENTENCES[why] in pages.said()
    assert "dinamis_familiar" not in client.cookies


def test_an_account_that_is_opened_again_lets_its_owner_in(
    context: Context, client: TestClient, signed_in, close: Callable[[str, str], None]
) -> None:
    person = signed_in()
    close(person.principal.sub, "closed")
    close(person.principal.sub, "active")
    assert client.get("/api/me", headers=person.headers).status_code == 200


@given(
    state=st.sampled_from(["waiting", "active", "refused", "closed"]),
    left_s=st.none() | st.integers(-100, 100),
    entity=st.sampled_from(["member", "closed"]),
)
def test_open_is_active_before_its_end_and_of_a_member(state: str, left_s: int | None, entity: str) -> None:
    now = utc_now()
    ends = None if left_s is None else now + timedelta(seconds=left_s)
    account = Account(state=state, expires_at=ends, entity=Entity(state=entity))
    wanted = state == "active" and (left_s is None or left_s > 0) and entity == "member"
    assert is_open(account, now) == wanted
    assert (closure(account, now) is None) == wanted
    if state != "active":
        assert closure(account, now) == Closure(state)
