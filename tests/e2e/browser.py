"""The browser of the journey: walks the sign-in pages of the service over HTTP as a person would click them.

QGIS opens addresses with `xdg-open`, which the journey answers with this script. What the person does is in
the file `answer` of the folder DINAMIS_JOURNEY_BROWSER (`accept` or `refuse`); every page is kept there,
without its form values, for the report.
"""

from __future__ import annotations

import json
import os
import sys
import urllib.error
import urllib.parse
import urllib.request
from html.parser import HTMLParser
from http.cookiejar import CookieJar
from pathlib import Path

MOST_PAGES = 6
TIMEOUT_S = 20


class Page(HTMLParser):
    """The text of a page and the first form of its content, not of its head."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.text: list[str] = []
        self.fields: dict[str, str] = {}
        self.choices: dict[str, str] = {}
        self.action = ""
        self._forms = 0
        self._inside = False
        self._in_content = False
        self._silent = 0
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Collect the fields and the choices of the first form."""
        values = {name: value or "" for name, value in attrs}
        if tag in {"style", "script"}:
            self._silent += 1
        elif tag == "main":
            self._in_content = True
        elif tag == "form" and self._in_content:
            self._forms += 1
            self._inside = self._forms == 1
            if self._inside:
                self.action = values.get("action", "")
        elif self._inside and tag == "input" and "name" in values:
            self.fields[values["name"]] = values.get("value", "")
        elif self._inside and tag == "button" and "name" in values:
            self.choices[values["value"]] = values["name"]

    def handle_endtag(self, tag: str) -> None:
        """Leave forms and what is not text."""
        if tag in {"style", "script"}:
            self._silent -= 1
        elif tag == "form":
            self._inside = False

    def handle_data(self, data: str) -> None:
        """Collect what a person reads."""
        if data.strip() and not self._silent:
            self.text.append(" ".join(data.split()))


def walk(address: str, answer: str, login: str, password: str) -> list[list[str]]:
    """Follow the forms from an address to the last page; return the text of each page.

    Raises:
        urllib.error.URLError: a page cannot be read.
    """
    opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))
    opener.addheaders = [("Accept-Language", "fr"), ("User-Agent", "journey")]
    pages: list[list[str]] = []
    data: bytes | None = None
    done = False
    while len(pages) < MOST_PAGES:
        request = urllib.request.Request(address, data=data)
        with opener.open(request, timeout=TIMEOUT_S) as response:
            address = response.url
            page = Page(response.read().decode("utf-8"))
        pages.append(page.text)
        if done or not page.fields:
            break
        filled = {
            **page.fields,
            **{name: value for name, value in _typed(login, password) if name in page.fields},
        }
        if answer in page.choices:
            filled[page.choices[answer]] = answer
            done = True
        address = urllib.parse.urljoin(address, page.action)
        data = urllib.parse.urlencode(filled).encode()
    return pages


def _typed(login: str, password: str) -> list[tuple[str, str]]:
    return [("login", login), ("password", password)]


def main(address: str) -> int:
    """Walk the pages as the first account and keep what was read."""
    folder = Path(os.environ["DINAMIS_JOURNEY_BROWSER"])
    account = json.loads(Path(os.environ["DINAMIS_JOURNEY_ACCOUNTS"]).read_text(encoding="utf-8"))[0]
    answer = (folder / "answer").read_text(encoding="utf-8").strip()
    try:
        pages = walk(address, answer, account["email"], account["password"])
    except urllib.error.URLError as error:
        pages = [[f"{type(error).__name__}: {error.reason}"]]
    record = {"answer": answer, "pages": pages}
    with (folder / "visits.jsonl").open("a", encoding="utf-8") as visits:
        visits.write(json.dumps(record, ensure_ascii=False) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
