"""Sign-ins from one site to another in Debian's Chromium, which holds pages to their policies."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest
from browsing import PHONE, chromium, unreadable
from code_flow import AUTHORIZATION, LOGOUT, SECRET, WebApplication, answer_of, write_clients
from issuers import ENTITY, OtherService, service_of
from running import PASSWORD, LiveService

from dinamis_service.settings import Settings

pytestmark = pytest.mark.long


@pytest.fixture
def application() -> Iterator[str]:
    """Address of an application that shows what comes back, on another port of the machine."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(b"<!doctype html><title>application</title>")

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join(10)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    listed = write_clients(tmp_path / "clients.json", trusted=True, base="http://127.0.0.1")
    return Settings(data_dir=tmp_path / "data", clients_file=listed)


def check_accessible(page: Any) -> None:
    assert unreadable(page) == [], page.url


def fill_in(page: Any, email: str) -> None:
    page.fill("#login", email)
    page.fill("#password", PASSWORD)
    page.press("#password", "Enter")


def came_back(page: Any, to: str) -> dict[str, str]:
    page.wait_for_url(f"{to}*")
    return answer_of(page.url)


def test_a_person_consents_signs_out_and_is_led_back_each_time(
    live_service: LiveService, application: str
) -> None:
    email = live_service.sign_in().principal.email
    native = WebApplication("dinamis-qgis", f"{application}/callback", None)
    with chromium(locale="fr-FR", viewport=PHONE) as page:
        page.goto(f"{live_service.url}{AUTHORIZATION}?{urlencode(native.asks(login_hint=email))}")
        assert page.input_value("#login") == email
        fill_in(page, email)
        page.wait_for_selector("text=Autoriser cette application")
        check_accessible(page)
        page.click("button[value=accept]")
        answer = came_back(page, native.redirect_uri)
        assert answer["state"] == native.state
        with httpx.Client(base_url=live_service.url, timeout=30) as client:
            assert native.exchange(client, answer["code"]).status_code == 200
        page.goto(f"{live_service.url}{LOGOUT}?client_id=portal&post_logout_redirect_uri={application}/bye")
        page.wait_for_selector("text=Se déconnecter")
        check_accessible(page)
        page.click("main button.primary")
        page.wait_for_url(f"{application}/bye")
        page.goto(f"{live_service.url}{LOGOUT}")
        page.wait_for_selector("text=Vous êtes déconnecté")
        check_accessible(page)


def test_the_sign_in_of_an_application_of_ours_leads_straight_on(
    live_service: LiveService, application: str
) -> None:
    email = live_service.sign_in().principal.email
    portal = WebApplication("portal", f"{application}/callback", SECRET)
    with chromium(locale="fr-FR") as page:
        page.goto(f"{live_service.url}{AUTHORIZATION}?{urlencode(portal.asks())}")
        fill_in(page, email)
        code = came_back(page, portal.redirect_uri)["code"]
    with httpx.Client(base_url=live_service.url, timeout=30) as client:
        assert portal.exchange(client, code).status_code == 200


def test_somebody_new_comes_from_another_issuer(fresh_data: Path, tmp_path: Path, clock: Any) -> None:
    issuer = OtherService(fresh_data, tmp_path)
    email = "camille.martin@demo.example"
    try:
        with service_of(issuer, fresh_data, tmp_path / "service", clock) as service:
            issuer.add_person(service.context, email, entity="")
            with chromium(locale="en-GB", viewport=PHONE) as page:
                page.goto(f"{service.url}/sign-in")
                fill_in(page, email)
                page.click("button[value=accept]")
                page.wait_for_selector("text=Your organisation")
                check_accessible(page)
                page.select_option("#entity", label=f"{ENTITY} (UMREX)")
                page.focus("#entity")
                page.keyboard.press("Tab")
                page.keyboard.press("Enter")
                page.wait_for_selector("text=waits to be validated")
                check_accessible(page)
                page.goto(f"{service.url}/signed-out")
                check_accessible(page)
                with page.expect_navigation():
                    page.click("text=Sign out there too")
                assert page.url.startswith(f"{issuer.service.url}{LOGOUT}")
    finally:
        issuer.stop()
