"""STAC APIs: one search, followed from page to page."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any
from urllib.parse import urlencode

from dinamis_service.catalogue.harvest.fetch import Answer, Fetcher, FetchError, joined
from dinamis_service.catalogue.harvest.source import Cursor, Page, Wanted
from dinamis_service.catalogue.moments import format_moment, parse_moment

_PAGE = 200
_CANNOT = (400, 404, 405, 422, 501)
"""Answers of a server that does not understand a search."""
_UPDATED = ("properties.updated", "updated")
"""Names of the moment of change in `sortby`: servers want the one or the other."""
_BEFORE = "before"
"""Part of a cursor: the last change met, while items come from the newest change on."""
_NEVER = datetime.max.replace(tzinfo=UTC).isoformat()
_EVERYTHING = "the catalogue cannot tell what changed: all of it was walked"


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
            cursor, remarks = self._begin(wanted)
        while cursor is not None:
            written = json.dumps({**cursor, _BEFORE: None}, sort_keys=True)
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
            if following is not None and _BEFORE in cursor and wanted.changed_since is not None:
                following, told = _watched(features, cursor[_BEFORE], following, wanted.changed_since)
                remarks = remarks + told
            yield Page([_absolute(item, answer.url) for item in features], following, remarks)
            cursor, remarks = following, []

    def _begin(self, wanted: Wanted) -> tuple[Cursor, list[str]]:
        """Where to begin: with what changed, or with what changed last, or else with everything."""
        if wanted.changed_since is None:
            return self._first(wanted), []
        if self._conforms("filter", "cql2-json"):
            moment = format_moment(wanted.changed_since)
            condition = {"op": ">=", "args": [{"property": "updated"}, {"timestamp": moment}]}
            cursor = self._first(wanted, {"filter-lang": "cql2-json", "filter": condition})
            if self._understood(cursor) is not None:
                return cursor, []
        if self._conforms("sort"):
            for name in _UPDATED:
                if self._sorts(wanted, name):
                    return {**self._first(wanted, _sorted_by(name, "desc")), _BEFORE: _NEVER}, []
        return self._first(wanted), [_EVERYTHING]

    def _sorts(self, wanted: Wanted, name: str) -> bool:
        """Whether the server sorts by this property: one that does not gives the same item either way.

        Where all items changed at one moment, as after a load of all of them, it cannot be told: no.
        """
        ends = []
        for direction in ("desc", "asc"):
            answer = self._understood(self._first(wanted, {**_sorted_by(name, direction), "limit": 1}))
            features = (
                answer.document.get("features") if answer and isinstance(answer.document, dict) else None
            )
            if not isinstance(features, list) or not features:
                return False
            ends.append(_updated(features[0]))
        newest, oldest = ends
        return newest is not None and oldest is not None and oldest < newest

    def _first(self, wanted: Wanted, more: Mapping[str, Any] = MappingProxyType({})) -> Cursor:
        """The request of the first page; `more` is asked beyond what is wanted."""
        search = _search_link(self.landing)
        href = joined(self.url, search["href"])
        body: dict[str, Any] = {"limit": _PAGE}
        if wanted.collections:
            body["collections"] = list(wanted.collections)
        if wanted.bbox is not None:
            body["bbox"] = list(wanted.bbox)
        if wanted.start is not None or wanted.end is not None:
            body["datetime"] = f"{_end(wanted.start)}/{_end(wanted.end)}"
        body |= more
        if search.get("method", "GET").upper() == "POST":
            return {"method": "POST", "href": href, "body": body}
        return {"method": "GET", "href": f"{href}?{urlencode(_query(body))}"}

    def _understood(self, cursor: Cursor) -> Answer | None:
        """The answer, None where the server does not understand the question."""
        try:
            return self._ask(cursor)
        except FetchError as error:
            if error.status not in _CANNOT:
                raise
            return None

    def _conforms(self, *words: str) -> bool:
        """Whether the conformance classes of the server name all of these."""
        classes = [str(one) for one in self.landing.get("conformsTo") or []]
        return all(any(word in one for one in classes) for word in words)

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


def _sorted_by(name: str, direction: str) -> dict[str, Any]:
    return {"sortby": [{"field": name, "direction": direction}]}


def _watched(
    features: list[Any], before: str, following: Cursor, since: datetime
) -> tuple[Cursor | None, list[str]]:
    """Where a walk from the newest change goes on: to its end, if the order does not hold on this page.

    Args:
        features: of the page.
        before: moment of the last change on the page before, as it is kept in cursors.
        following: the request of the next page.
        since: changes before this moment are not wanted; a page of such alone is the last.
    """
    last = datetime.fromisoformat(before)
    for feature in features:
        moment = _updated(feature)
        if moment is None or moment > last:
            return following, [_EVERYTHING]
        last = moment
    newest = _updated(features[0]) if features else None
    if newest is not None and newest < since:
        return None, []
    return {**following, _BEFORE: last.isoformat()}, []


def _updated(feature: Any) -> datetime | None:
    """When an item changed last; None when it does not tell."""
    properties = feature.get("properties") if isinstance(feature, dict) else None
    written = properties.get("updated") if isinstance(properties, dict) else None
    try:
        return parse_moment(str(written))
    except (ValueError, OverflowError):
        return None


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
        if key == "sortby":
            signs = {"desc": "-", "asc": "+"}
            made[key] = ",".join(f"{signs[one['direction']]}{one['field']}" for one in value)
        elif isinstance(value, list):
            made[key] = ",".join(map(str, value))
        else:
            made[key] = json.dumps(value) if isinstance(value, dict) else str(value)
    return made


def _end(moment: datetime | None) -> str:
    return ".." if moment is None else format_moment(moment)
