"""A web application that asks for sign-ins by authorization code, and the browser that carries them."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import secrets
from dataclasses import dataclass, field
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx
from oauth import PROTOCOL
from running import PASSWORD

from dinamis_service.identity.digests import digest

AUTHORIZATION, TOKEN, LOGOUT = f"{PROTOCOL}/auth", f"{PROTOCOL}/token", f"{PROTOCOL}/logout"
CALLBACK, AFTER_LOGOUT = "https://portal.example/callback?from=dinamis", "https://portal.example/bye"
SECRET = "a secret of the portal"  # pragma: allowlist secret


def write_clients(path: Path, *, trusted: bool = False, base: str = "") -> Path:
    """A file with a web application, at `base` where given, that keeps a secret, and one that cannot."""
    portal = {
        "client_id": "portal",
        "name": "Portail <b>Exemple</b>",
        "redirect_uris": [f"{base}/callback" if base else CALLBACK],
        "post_logout_redirect_uris": [f"{base}/bye" if base else AFTER_LOGOUT],
        "secret_sha256": digest(SECRET),
        "trusted": trusted,
    }
    page = {"client_id": "page", "name": "Page Exemple", "redirect_uris": ["https://page.example/"]}
    path.write_text(json.dumps([portal, page]), encoding="utf-8")
    return path


@dataclass
class WebApplication:
    """One sign-in of an application; each of its own keeps what must come back."""

    client_id: str = "portal"
    redirect_uri: str = CALLBACK
    secret: str | None = SECRET
    verifier: str = field(default_factory=lambda: secrets.token_urlsafe(48))
    state: str = field(default_factory=secrets.token_hex)
    nonce: str = field(default_factory=secrets.token_hex)

    def asks(self, **changed: str | None) -> dict[str, str]:
        """Parameters of the request; those that are changed to None are left out."""
        challenge = (
            base64.urlsafe_b64encode(hashlib.sha256(self.verifier.encode()).digest()).decode().rstrip("=")
        )
        asked: dict[str, str | None] = {
            "response_type": "code",
            "client_id": self.client_id,
            "redirect_uri": self.redirect_uri,
            "scope": "openid",
            "state": self.state,
            "nonce": self.nonce,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
            **changed,
        }
        return {name: value for name, value in asked.items() if value is not None}

    def exchange(self, client: httpx.Client, code: str, **changed: str | None) -> httpx.Response:
        """Ask for the tokens of a code."""
        form: dict[str, str | None] = {
            "grant_type": "authorization_code",
            "client_id": self.client_id,
            "client_secret": self.secret,
            "code": code,
            "redirect_uri": self.redirect_uri,
            "code_verifier": self.verifier,
            **changed,
        }
        return client.post(TOKEN, data={name: value for name, value in form.items() if value is not None})


class Walker:
    """A browser on the pages of our provider; it stops where an answer would leave for the application."""

    def __init__(self, client: httpx.Client) -> None:
        self._client = client
        self.page: httpx.Response

    def open(self, address: str, **query: str) -> httpx.Response:
        self.page = self._client.get(address, params=query or None, follow_redirects=False)
        return self.follow()

    def follow(self) -> httpx.Response:
        """Follow redirections, and pages that lead on by themselves, as long as they stay on the site."""
        for _ in range(10):
            refresh = parse_refresh(self.page.text)
            target = self.page.headers.get("location", refresh)
            if target is None or not target.startswith("/"):
                return self.page
            self.page = self._client.get(target, follow_redirects=False)
        raise AssertionError("redirections without end")

    def send(self, button: str = "", **fields: str) -> httpx.Response:
        """Send the form of the page that has this button (or the first one besides sign-out)."""
        form = next(
            one for one in forms_of(self.page.text) if button in one.text and "/sign-out" not in one.action
        )
        self.page = self._client.post(form.action, data=form.hidden | fields, follow_redirects=False)
        return self.follow()

    def sign_in(self, email: str, password: str = PASSWORD) -> httpx.Response:
        return self.send("password", login=email, password=password)

    def answer(self) -> dict[str, str]:
        """What the redirection to the application tells, if the page is one."""
        assert self.page.status_code == 303, self.page.text
        return answer_of(self.page.headers["location"])


@dataclass
class _Form:
    action: str
    hidden: dict[str, str]
    text: str


def forms_of(page: str) -> list[_Form]:
    found = []
    for form in re.findall(r"<form.*?</form>", page, re.DOTALL):
        action = re.search(r'action="([^"]*)"', form)
        hidden = re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form)
        assert action is not None
        found.append(_Form(unescape(action[1]), {name: unescape(value) for name, value in hidden}, form))
    return found


def parse_refresh(page: str) -> str | None:
    found = re.search(r'http-equiv="refresh" content="0; url=([^"]*)"', page)
    return unescape(found[1]) if found else None


def answer_of(location: str) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(location).query))


def header_of(token: str) -> dict[str, Any]:
    return _part(token, 0)


def claims_of(token: str) -> dict[str, Any]:
    return _part(token, 1)


def _part(token: str, which: int) -> dict[str, Any]:
    part = token.split(".")[which]
    return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
