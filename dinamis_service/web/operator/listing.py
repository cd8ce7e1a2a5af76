"""What the lists of the operators' pages share: ids in addresses, words looked for, pages of a list."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import Path, Request

Id = Annotated[str, Path(pattern=r"^[0-9a-zA-Z-]{1,36}$")]
"""An id in the address of a page."""
PAGE_SIZE = 50
_PAGE_MAX = 10**6
_WORDS_MAX = 200


@dataclass(frozen=True)
class View:
    """What the address of a list asks for."""

    path: str
    asked: dict[str, str]
    page: int

    @classmethod
    def of(cls, request: Request, **known: list[str] | None) -> View:
        """The view of a request; values that are not `known` narrow nothing, None knows any text."""
        query = request.query_params
        asked = {}
        for name, values in known.items():
            value = query.get(name, "").replace("\x00", "").strip()[:_WORDS_MAX]
            asked[name] = value if values is None or value in values else ""
        page = query.get("page", "1")
        number = int(page) if page.isascii() and page.isdigit() and len(page) < len(str(_PAGE_MAX)) else 1
        return cls(request.url.path, asked, max(number, 1))

    @property
    def offset(self) -> int:
        """Number of the first row of this page."""
        return (self.page - 1) * PAGE_SIZE

    def __getitem__(self, name: str) -> str:
        """What is asked for by a name."""
        return self.asked[name]

    def address(self, **changes: Any) -> str:
        """Address of this view with some values changed; another page unless one is given: the first."""
        wanted = {name: value for name, value in (self.asked | changes).items() if value not in ("", 1)}
        return f"{self.path}?{urlencode(wanted)}" if wanted else self.path

    def pages(self, total: int) -> int:
        """How many pages there are."""
        return max(1, -(-total // PAGE_SIZE))
