"""Static catalogues: files that lead to each other, walked once each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import shapely

from dinamis_service.catalogue.harvest.fetch import Fetcher, FetchError, joined
from dinamis_service.catalogue.harvest.source import Cursor, Page, Wanted
from dinamis_service.catalogue.harvest.stac_api import absolute
from dinamis_service.catalogue.harvest.state import Documents, Known

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
        documents: files that were read before; those that their server says are unchanged are not sent again.
    """

    fetcher: Fetcher
    url: str
    documents: Documents

    def pages(self, wanted: Wanted, cursor: Cursor | None) -> Iterator[Page]:
        """Items in the order of the links, a file that cannot be read being told and passed over."""
        pending: list[list[Any]] = list(cursor["pending"]) if cursor else [[self.url, 0]]
        visited = {url for url, _ in pending}
        found = _Found()
        while pending:
            url, depth = pending.pop()
            try:
                document = self._read(url, wanted, found)
            except FetchError as error:
                if url == self.url:
                    raise
                found.remarks.append(str(error))
                continue
            if document is None:
                found.unchanged += 1
            elif document.get("type") == "Feature":
                found.items.append(absolute(document, url))
            elif depth < _DEEPEST and _wanted(document, wanted):
                links = [link for link in _down(document, url) if link not in visited]
                visited.update(links)
                pending += [[link, depth + 1] for link in reversed(links)]
            if found.unchanged + len(found.items) >= _PAGE:
                yield self._page(found, {"pending": pending})
                found = _Found()
        yield self._page(found, None)

    def _page(self, found: _Found, cursor: Cursor | None) -> Page:
        """What was found; its files are remembered once the catalogue has it, lest a cut walk miss some."""
        stored = partial(self.documents.put, found.documents)
        return Page(found.items, cursor, found.remarks, found.unchanged, stored)

    def _read(self, url: str, wanted: Wanted, found: _Found) -> dict[str, Any] | None:
        """The document, None for an item that did not change since it was read."""
        known = self.documents.get(url) if wanted.changed_since is not None else None
        answer = self.fetcher.get(url) if known is None else self.fetcher.get(url, known.validators)
        if answer.unchanged and known is not None:
            return known.body
        document = answer.document
        if not isinstance(document, dict):
            msg = f"{url}: no STAC document"
            raise FetchError(msg)
        if answer.validators:
            body = None if document.get("type") == "Feature" else _leading(document)
            found.documents[url] = Known(answer.validators, body)
        return document


@dataclass
class _Found:
    """What was found since the page before."""

    items: list[Any] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    documents: dict[str, Known] = field(default_factory=dict)
    unchanged: int = 0


def _leading(document: dict[str, Any]) -> dict[str, Any]:
    """What a walk needs of a catalogue or collection."""
    kept = {key: document[key] for key in ("type", "id", "extent") if key in document}
    return kept | {"links": _links_down(document)}


def _links_down(document: dict[str, Any]) -> list[dict[str, Any]]:
    """Links to the documents below one."""
    listed = document.get("links")
    links = [link for link in listed if isinstance(link, dict)] if isinstance(listed, list) else []
    return [link for link in links if link.get("rel") in _DOWN and isinstance(link.get("href"), str)]


def _down(document: dict[str, Any], url: str) -> list[str]:
    """Addresses of the documents below one, each once."""
    found = [joined(url, link["href"]).partition("#")[0] for link in _links_down(document)]
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
