"""People who use the pages of the service: without a browser, and in Debian's Chromium.

In Chromium they may have no mouse, and axe says what others cannot read.
"""

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
WIDE, PHONE = {"width": 1366, "height": 768}, {"width": 390, "height": 844}
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


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


def unreadable(page: Any) -> list[str]:
    """What axe finds wrong with the page."""
    from axe_playwright_python.sync_playwright import Axe  # noqa: PLC0415 (only where a browser is)

    found = Axe().run(page, options={"runOnly": RULES}).response["violations"]
    return [f"{one['id']}: {node['html'][:200]}" for one in found for node in one["nodes"]]


FOCUS = """() => {
  const at = document.activeElement;
  const style = getComputedStyle(at);
  const text = at.type === "submit" ? "submit" : at.innerText;
  return {name: at.name || at.getAttribute("aria-label") || text,
          outlined: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2};
}"""


def walk(page: Any, address: str) -> None:
    """Go through a page by the Tab key: everything is reached, and seen to be."""
    page.goto(address)
    ends = 0  # a page that begins at its first field is walked to its end, then from its beginning
    for _ in range(page.evaluate(REACHABLE)):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement === document.body"):
            ends += 1
            if ends == 2:
                break
            continue
        assert page.evaluate(FOCUS)["outlined"], (address, page.evaluate(FOCUS))
        page.evaluate("document.activeElement.dataset.walked = 'yes'")
    assert page.evaluate(MISSED) == [], address


_STOPS = (
    "document.querySelectorAll('a[href], button, input:not([type=hidden], [type=radio]), select, textarea')"
)
REACHABLE = f"4 + 6 * {_STOPS}.length"  # twice, and dates have several fields each
MISSED = (
    f"[...{_STOPS}].filter(one => one.checkVisibility() && !one.dataset.walked).map(one => one.outerHTML)"
)


class Keyboard:
    """Somebody who has no mouse: goes from field to field by Tab, and presses keys."""

    def __init__(self, page: Any) -> None:
        self.page = page

    def to(self, selector: str) -> None:
        """Go on with Tab until an element has the focus, which is always to be seen."""
        for _ in range(90):
            if self.page.evaluate(f"document.activeElement?.matches({selector!r})"):
                return
            self.page.keyboard.press("Tab")
            if self.page.evaluate("document.activeElement !== document.body"):
                focus = self.page.evaluate(FOCUS)
                assert focus["outlined"], focus
        msg = f"{selector} is not reached: {self.page.evaluate(FOCUS)}"
        raise AssertionError(msg)

    def type(self, name: str, value: str) -> None:
        self.to(f"[name='{name}']")
        kind = self.page.evaluate("document.activeElement.type")
        if kind == "select-one":
            wanted = self.page.evaluate(
                "value => [...document.activeElement.options].find(one => one.value === value).text", value
            )
            self.page.keyboard.type(wanted, delay=5)
            if self.page.evaluate("document.activeElement.value") != value:  # names that begin alike
                for _ in range(260):
                    self.page.keyboard.press("ArrowDown")
                    if self.page.evaluate("document.activeElement.value") == value:
                        break
        elif kind == "date":
            year, month, day = value.split("-")
            self.page.keyboard.type(f"{month}{day}{year}")
        else:
            self.page.keyboard.press("Control+a")
            self.page.keyboard.type(value)
        assert self.page.evaluate("document.activeElement.value") == value, (name, value)

    def press(self, go: str) -> None:
        self.to(f"button[name='go'][value='{go}']:not([tabindex='-1'])")
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")
