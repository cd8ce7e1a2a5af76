"""What the kinds of catalogues have in common for those who harvest them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

Cursor = dict[str, Any]
"""Where a walk stands, as JSON: what is needed to ask for the next page."""


@dataclass(frozen=True)
class Wanted:
    """What to take of a catalogue.

    Args:
        collections: of the other catalogue; empty takes all.
        bbox: west, south, east, north in degrees.
        start: earliest acquisition, None for no bound.
        end: latest acquisition.
        changed_since: only what changed after this moment, where the catalogue can tell.
    """

    collections: tuple[str, ...] = ()
    bbox: tuple[float, float, float, float] | None = None
    start: datetime | None = None
    end: datetime | None = None
    changed_since: datetime | None = None


@dataclass(frozen=True)
class Page:
    """What a source gives at once.

    Args:
        items: as the other catalogue writes them.
        cursor: where the walk goes on; None at its end.
        remarks: for the report.
        unchanged: number of further items that the source says are as they were.
        stored: to be called once the items are in the catalogue, and not before.
    """

    items: list[Any]
    cursor: Cursor | None
    remarks: list[str] = field(default_factory=list)
    unchanged: int = 0
    stored: Callable[[], None] = lambda: None


class Source(Protocol):
    """A catalogue that can be walked through page by page."""

    def pages(self, wanted: Wanted, cursor: Cursor | None) -> Iterator[Page]:
        """Pages from the beginning, or from where a walk before stood.

        Raises:
            FetchError: it does not answer, or not as it should.
        """
        ...
