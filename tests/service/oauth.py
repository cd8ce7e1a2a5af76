"""A device that signs in, and the browser of the person who lets it."""

from __future__ import annotations

import re
from typing import Any

import httpx
from running import PASSWORD

from dinamis_service.identity.service import REALM_PATH

PROTOCOL = f"{REALM_PATH}/protocol/openid-connect"
DEVICE_PAGE = f"{REALM_PATH}/device"
DEVICE_GRANT = "urn:ietf:params:oauth:grant-type:device_code"


class Device:
    """A program that asks for a sign-in through `client`."""

    def __init__(self, client: httpx.Client, client_id: str = "dinamis-qgis") -> None:
        self._client = client
        self._client_id = client_id
        self.codes: dict[str, Any] = {}

    def post(self, path: str, **form: str) -> httpx.Response:
        return self._client.post(PROTOCOL + path, data={"client_id": self._client_id, **form})

    def start(self, scope: str = "openid offline_access") -> dict[str, Any]:
        answer = self.post("/auth/device", scope=scope)
        assert answer.status_code == 200, answer.text
        self.codes = answer.json()
        return self.codes

    def poll(self) -> httpx.Response:
        return self.post("/token", grant_type=DEVICE_GRANT, device_code=self.codes["device_code"])

    def refresh(self, refresh_token: str) -> httpx.Response:
        return self.post("/token", grant_type="refresh_token", refresh_token=refresh_token)

    def revoke(self, token: str) -> httpx.Response:
        return self.post("/revoke", token=token)

    def me(self, access_token: str) -> httpx.Response:
        return self._client.get("/api/me", headers={"Authorization": f"Bearer {access_token}"})


class Browser:
    """A person on the pages: keeps cookies and the last page, sends the forms that are on it."""

    def __init__(self, client: httpx.Client) -> None:
        self._client = client
        self.page: httpx.Response

    def open(self, address: str, **query: str) -> httpx.Response:
        self.page = self._client.get(address, params=query or None, follow_redirects=True)
        return self.page

    def send(self, step: str, **fields: str) -> httpx.Response:
        """Fill in the form of this step that the page shows, and send it."""
        form = _form(self.page.text, step)
        action = re.search(r'action="([^"]*)"', form)
        assert action is not None
        hidden = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form))
        target = self.page.url.join(action[1].replace("&amp;", "&"))
        self.page = self._client.post(target, data=hidden | fields, follow_redirects=True)
        return self.page

    def accept(
        self, code_address: str, login: str, password: str = PASSWORD, decision: str = "accept"
    ) -> None:
        """Walk from the address that the device shows to the last page."""
        self.open(code_address)
        self.send("code", user_code=re.findall(r'name="user_code" value="([^"]+)"', self.page.text)[0])
        self.send("sign-in", login=login, password=password)
        self.send("decision", decision=decision)
        assert self.page.status_code == 200, self.page.text


def _form(page: str, step: str) -> str:
    forms = re.findall(r"<form.*?</form>", page, re.DOTALL)
    found = [form for form in forms if f'name="step" value="{step}"' in form]
    assert len(found) == 1, f"{len(found)} forms for {step} on:\n{page}"
    return found[0]
