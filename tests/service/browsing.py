"""People who use the pages of the service: without a browser, and in Debian's Chromium."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from html import unescape
from pathlib import Path
from typing import Any

import httpx
from running import PASSWORD, SignedIn

CHROMIUM = Path("/usr/bin/chromium")


class Operator:
    """Reads pages and sends the forms that are on them."""

    def __init__(self, client: httpx.Client, person: SignedIn | None = None, language: str = "en") -> None:
        self.client = client
        self._language = language
        self.page: httpx.Response
        if person is not None:
            self.open("/sign-in")
            self.send("/sign-in", login=person.principal.email, password=PASSWORD)
            assert 'action="/sign-out"' in self.page.text, self.page.text

    def open(self, address: str) -> str:
        """The text of a page after all redirections."""
        self.page = self.client.get(
            address, headers={"Accept-Language": self._language}, follow_redirects=True
        )
        return self.page.text

    def form(self, action: str) -> str:
        found = [
            form
            for form in re.findall(r"<form.*?</form>", self.page.text, re.DOTALL)
            if f'action="{action}"' in form
        ]
        assert len(found) == 1, f"{len(found)} forms for {action} on:\n{self.page.text}"
        return found[0]

    def hidden(self, action: str) -> dict[str, str]:
        found = re.findall(r'type="hidden" name="([\w-]+)" value="([^"]*)"', self.form(action))
        return {name: unescape(value) for name, value in found}

    def hidden_of(self, action: str, act: str) -> dict[str, str]:
        """What one of several forms for an address holds, by the act that it asks for."""
        forms = re.findall(r"<form.*?</form>", self.page.text, re.DOTALL)
        found = [one for one in forms if f'action="{action}"' in one and f'name="act" value="{act}"' in one]
        assert len(found) == 1, f"{len(found)} forms for {act} of {action}"
        hidden = re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', found[0])
        return {name: unescape(value) for name, value in hidden}

    def send(self, action: str, files: Any = None, **fields: Any) -> httpx.Response:
        """Fill in the form that the page shows, and send it."""
        self.page = self.post(action, {**self.hidden(action), **fields}, files)
        return self.page

    def post(self, address: str, data: Mapping[str, Any], files: Any = None) -> httpx.Response:
        headers = {"Accept-Language": self._language}
        return self.client.post(address, data=data, files=files, headers=headers, follow_redirects=True)

    def said(self, role: str = "alert") -> str:
        """What the page says in a place of this role."""
        found = re.search(rf'<(p|div)[^>]*role="{role}"[^>]*>(.*?)</\1>', self.page.text, re.DOTALL)
        return " ".join(unescape(re.sub(r"<[^>]*>", " ", found[2])).split()) if found else ""


@contextmanager
def chromium(**options: Any) -> Iterator[Any]:
    """A window of Chromium; closed with all of it at the end."""
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 (only where a browser is)

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        try:
            page = browser.new_context(**options).new_page()
            page.set_default_timeout(20_000)
            yield page
        finally:
            browser.close()
