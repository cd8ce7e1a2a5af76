"""Static catalogues: files that lead to each other, walked once each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import shapely

from dinamis_service.catalogue.harvest.fetch import Fetcher, FetchError, joined
from dinamis_service.catalogue.harvest.source import Cursor, Page, Wanted
from dinamis_service.catalogue.harvest.stac_api import absolute
from dinamis_service.catalogue.harvest.state import Tags

_PAGE = 100
_DEEPEST = 32
_DOWN = ("child", "item")
_BBOX = 4


@dataclass
class StaticCatalogue:
    """A catalogue, collection or item at `url`, and all below it.

    Args:
        fetcher: reads the files.
        url: of the first one.
        tags: of files that were read before: those that did not change are not read again.
    """

    fetcher: Fetcher
    url: str
    tags: Tags

    def pages(self, wanted: Wanted, cursor: Cursor | None) -> Iterator[Page]:
        """Items in the order of the links, a file that cannot be read being told and passed over."""
        pending: list[list[Any]] = list(cursor["pending"]) if cursor else [[self.url, 0]]
        visited = {url for url, _ in pending}
        items: list[Any] = []
        remarks: list[str] = []
        while pending:
            url, depth = pending.pop()
            try:
                document = self._read(url, wanted)
            except FetchError as error:
                if url == self.url:
                    raise
                remarks.append(str(error))
                continue
            if document is None:
                continue
            if document.get("type") == "Feature":
                items.append(absolute(document, url))
            elif depth < _DEEPEST and _wanted(document, wanted):
                found = [link for link in _down(document, url) if link not in visited]
                visited.update(found)
                pending += [[link, depth + 1] for link in reversed(found)]
            if len(items) >= _PAGE:
                yield Page(items, {"pending": pending}, remarks)
                items, remarks = [], []
        yield Page(items, None, remarks)

    def _read(self, url: str, wanted: Wanted) -> dict[str, Any] | None:
        """The document, None for an item that did not change since it was read."""
        known = self.tags.get(url) if wanted.changed_since is not None else None
        answer = self.fetcher.get(url, known)
        if answer.document is None:
            return None
        if not isinstance(answer.document, dict):
            msg = f"{url}: no STAC document"
            raise FetchError(msg)
        if answer.document.get("type") == "Feature":
            self.tags.put(url, answer.tag)
        return answer.document


def _down(document: dict[str, Any], url: str) -> list[str]:
    """Addresses of the documents below one, each once."""
    links = document.get("links") if isinstance(document.get("links"), list) else []
    found = [
        joined(url, link["href"]).partition("#")[0]
        for link in links or []
        if isinstance(link, dict) and link.get("rel") in _DOWN and isinstance(link.get("href"), str)
    ]
    return list(dict.fromkeys(found))


def _wanted(document: dict[str, Any], wanted: Wanted) -> bool:
    """Whether a catalogue may hold what is wanted; a collection tells its name and its extent."""
    if document.get("type") != "Collection":
        return True
    if wanted.collections and document.get("id") not in wanted.collections:
        return False
    try:
        box = document["extent"]["spatial"]["bbox"][0]
    except (KeyError, IndexError, TypeError):
        return True
    if wanted.bbox is None or not isinstance(box, list) or len(box) != _BBOX or box[0] > box[2]:
        return True
    return bool(shapely.box(*wanted.bbox).intersects(shapely.box(*box)))
