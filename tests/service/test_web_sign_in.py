"""Sign-in to the pages of the service: who is let in, and where they are led."""

from __future__ import annotations

from collections.abc import Callable

from browsing import Operator
from clocks import MovableClock
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st
from running import PASSWORD, SignedIn

from dinamis_service.web.pages import own_path

SignIn = Callable[..., SignedIn]


def test_who_signs_in_is_led_to_the_page_they_wanted(client: TestClient, signed_in: SignIn) -> None:
    operator = signed_in("operator")
    reader = Operator(client)
    wanted = "/operator/?state=all&text=2026"
    assert 'name="password"' in reader.open(wanted)
    assert reader.page.url.path == "/sign-in"
    reader.send("/sign-in", login=operator.principal.email, password=PASSWORD)
    assert str(reader.page.url).removeprefix("http://testserver") == wanted
    assert "Camille Martin" in reader.page.text


def test_without_a_wish_an_operator_begins_at_the_queue_and_others_at_home(
    client: TestClient, signed_in: SignIn
) -> None:
    assert Operator(client, signed_in("operator")).page.url.path == "/operator/home"
    client.cookies.clear()
    reader = Operator(client, signed_in())
    assert reader.page.url.path == "/"
    assert "/operator/" not in reader.page.text


def test_signing_out_closes_the_session(client: TestClient, signed_in: SignIn) -> None:
    reader = Operator(client, signed_in("operator"))
    cookie = client.cookies["dinamis_browser"]
    reader.send("/sign-out")
    assert "Sign in" in reader.page.text
    client.cookies.set("dinamis_browser", cookie)
    assert 'name="password"' in reader.open("/operator/")


def test_a_forged_sign_out_does_nothing(client: TestClient, signed_in: SignIn) -> None:
    reader = Operator(client, signed_in("operator"))
    reader.post("/sign-out", {"form_token": "0" * 64})
    assert "Camille Martin" in reader.open("/operator/")


def test_a_wrong_password_keeps_the_address_and_the_wish(client: TestClient, signed_in: SignIn) -> None:
    operator = signed_in("operator")
    reader = Operator(client)
    reader.open("/operator/requests/x?lang=en")
    answer = reader.send("/sign-in", login=operator.principal.email, password="wrong")
    assert answer.status_code == 401
    assert reader.said() == "The address or the password is not right."
    assert f'value="{operator.principal.email}"' in answer.text
    reader.send("/sign-in", login=operator.principal.email, password=PASSWORD)
    assert reader.page.url.path == "/operator/requests/x"


STRANGE = (
    "//evil.example",
    "https://evil.example",
    "/\\evil.example",
    "\\\\evil",
    "javascript:alert(1)",
    "/a\r\nX: 1",
    "",
)


def test_nobody_is_led_to_another_site(client: TestClient, signed_in: SignIn) -> None:
    person = signed_in("operator")
    for address in STRANGE:
        client.cookies.clear()
        reader = Operator(client)
        reader.open("/sign-in")
        form = {"next": address, "login": person.principal.email, "password": PASSWORD}
        answer = client.post("/sign-in", data=reader.hidden("/sign-in") | form, follow_redirects=False)
        assert answer.headers["location"] == "/operator/home", address


@given(st.text(max_size=40))
def test_a_path_of_ours_begins_with_one_slash(address: str) -> None:
    led = own_path(address, "/")
    assert led[0] == "/"
    assert led[1:2] not in ("/", "\\")
    assert led.isprintable() or max(led) > "\x80"


def test_a_forged_sign_in_is_refused(client: TestClient, signed_in: SignIn) -> None:
    form = {"login": signed_in("operator").principal.email, "password": PASSWORD, "form_token": "x"}
    answer = client.post("/sign-in", data=form)
    assert answer.status_code == 403
    assert "périmée" in answer.text


def test_a_form_sent_after_the_session_ended_is_not_done_and_says_so(
    client: TestClient, signed_in: SignIn, clock: MovableClock
) -> None:
    reader = Operator(client, signed_in("operator"))
    clock.advance(3601)
    answer = reader.post("/operator/requests/2026-001-SCI-2026-A-001-SPOT", {"decision": "accept"})
    assert answer.url.path == "/sign-in"
    assert "nothing was kept" in reader.open(str(answer.url))
