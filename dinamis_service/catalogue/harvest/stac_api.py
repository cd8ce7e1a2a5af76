"""STAC APIs: one search, followed from page to page."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from dinamis_service.catalogue.harvest.fetch import Answer, Fetcher, FetchError, joined
from dinamis_service.catalogue.harvest.source import Cursor, Page, Wanted
from dinamis_service.catalogue.moments import format_moment

_PAGE = 200
_CANNOT = (400, 404, 405, 422, 501)
"""Answers of a server that does not understand a search."""


@dataclass
class StacApi:
    """An API whose landing page is at `url`."""

    fetcher: Fetcher
    url: str
    landing: Mapping[str, Any]

    def pages(self, wanted: Wanted, cursor: Cursor | None) -> Iterator[Page]:
        """Pages of the search."""
        remarks: list[str] = []
        seen: set[str] = set()
        if cursor is None:
            cursor = self._first(wanted)
            if "filter" in cursor.get("body", {}) or "filter=" in cursor["href"]:
                cursor, remarks = self._tried(cursor, wanted)
        while cursor is not None:
            written = json.dumps(cursor, sort_keys=True)
            if written in seen:
                msg = f"{cursor['href']}: the pages go round in a circle"
                raise FetchError(msg)
            seen.add(written)
            answer = self._ask(cursor)
            features = answer.document.get("features") if isinstance(answer.document, dict) else None
            if not isinstance(features, list):
                msg = f"{answer.url}: no collection of items"
                raise FetchError(msg)
            following = _next(answer, cursor)
            yield Page([_absolute(item, answer.url) for item in features], following, remarks)
            cursor, remarks = following, []

    def _first(self, wanted: Wanted) -> Cursor:
        """The request of the first page."""
        search = _search_link(self.landing)
        href = joined(self.url, search["href"])
        body: dict[str, Any] = {"limit": _PAGE}
        if wanted.collections:
            body["collections"] = list(wanted.collections)
        if wanted.bbox is not None:
            body["bbox"] = list(wanted.bbox)
        if wanted.start is not None or wanted.end is not None:
            body["datetime"] = f"{_end(wanted.start)}/{_end(wanted.end)}"
        if wanted.changed_since is not None and self._filters():
            moment = format_moment(wanted.changed_since)
            body |= {
                "filter-lang": "cql2-json",
                "filter": {"op": ">=", "args": [{"property": "updated"}, {"timestamp": moment}]},
            }
        if search.get("method", "GET").upper() == "POST":
            return {"method": "POST", "href": href, "body": body}
        return {"method": "GET", "href": f"{href}?{urlencode(_query(body))}"}

    def _tried(self, cursor: Cursor, wanted: Wanted) -> tuple[Cursor, list[str]]:
        """The search for changes, or for everything where the server does not know when items changed."""
        try:
            self._ask(cursor)
        except FetchError as error:
            if error.status not in _CANNOT:
                raise
            everything = Wanted(wanted.collections, wanted.bbox, wanted.start, wanted.end)
            return self._first(everything), ["the catalogue cannot tell what changed: all of it was walked"]
        return cursor, []

    def _filters(self) -> bool:
        classes = self.landing.get("conformsTo") or []
        return any("filter" in str(one) for one in classes) and any(
            "cql2-json" in str(one) for one in classes
        )

    def _ask(self, cursor: Cursor) -> Answer:
        if cursor["method"] == "POST":
            return self.fetcher.post(cursor["href"], cursor.get("body") or {})
        return self.fetcher.get(cursor["href"])


def is_api(document: Any) -> bool:
    """Whether a document is the landing page of an API that can be searched."""
    return (
        isinstance(document, dict) and bool(document.get("conformsTo")) and bool(_links(document, "search"))
    )


def _search_link(landing: Mapping[str, Any]) -> dict[str, Any]:
    """The link to the search, by POST where there is a choice."""
    found = _links(landing, "search")
    return next((link for link in found if str(link.get("method", "")).upper() == "POST"), found[0])


def _links(document: Any, rel: str) -> list[dict[str, Any]]:
    links = document.get("links") if isinstance(document, dict) else None
    listed = links if isinstance(links, list) else []
    found = [link for link in listed if isinstance(link, dict) and link.get("rel") == rel]
    return [link for link in found if isinstance(link.get("href"), str)]


def _next(answer: Answer, cursor: Cursor) -> Cursor | None:
    """The request of the next page, as the answer tells it."""
    found = _links(answer.document, "next")
    if not found:
        return None
    link = found[0]
    href = joined(answer.url, link["href"])
    method = str(link.get("method") or ("POST" if isinstance(link.get("body"), dict) else "GET")).upper()
    if method != "POST":
        return {"method": "GET", "href": href}
    told = link.get("body")
    body: dict[str, Any] = told if isinstance(told, dict) else {}
    merged = {**cursor.get("body", {}), **body} if link.get("merge") else body
    return {"method": "POST", "href": href, "body": merged}


def _absolute(item: Any, url: str) -> Any:
    """The item with whole addresses of its assets and links."""
    if not isinstance(item, dict):
        return item
    own = next((joined(url, link["href"]) for link in _links(item, "self")), url)
    return absolute(item, own)


def absolute(item: dict[str, Any], url: str) -> dict[str, Any]:
    """An item read at `url` with whole addresses of its assets and links."""

    def whole(node: Any) -> Any:
        href = node.get("href") if isinstance(node, dict) else None
        return {**node, "href": joined(url, href)} if isinstance(href, str) else node

    made = dict(item)
    if isinstance(item.get("assets"), dict):
        made["assets"] = {key: whole(asset) for key, asset in item["assets"].items()}
    if isinstance(item.get("links"), list):
        made["links"] = [whole(link) for link in item["links"]]
    return made


def _query(body: Mapping[str, Any]) -> dict[str, str]:
    """A search as parameters of an address."""
    made = {}
    for key, value in body.items():
        if isinstance(value, list):
            made[key] = ",".join(map(str, value))
        else:
            made[key] = json.dumps(value) if isinstance(value, dict) else str(value)
    return made


def _end(moment: datetime | None) -> str:
    return ".." if moment is None else format_moment(moment)
