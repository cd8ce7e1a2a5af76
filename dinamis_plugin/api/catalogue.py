"""The catalogue, by pystac-client over the transport of the plugin (CAT-38)."""

from __future__ import annotations

import contextlib
import time
import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Callable, cast
from urllib.parse import quote

from .._vendor.pystac import STACError, STACTypeError
from .._vendor.pystac_client import Client
from .._vendor.pystac_client.errors import ClientTypeError
from .._vendor.pystac_client.stac_api_io import StacApiIO
from ..domain.counts import MONTH, Facets, facets_of
from ..domain.errors import (
    BadAnswerError,
    CancelledError,
    DinamisError,
    InvalidRequestError,
    NotFoundError,
)
from ..domain.parsing import mapping_of, number_of, objects_of, text_of
from ..domain.saved_search import since
from ..domain.scene import Scene
from ..domain.search import SearchQuery, Sorting
from .aggregation import aggregated, may_tell
from .http import Cancel, HttpClient, never
from .item_pages import Items, read_page

_NOT_STAC = (
    ClientTypeError,
    STACError,
    STACTypeError,
    NotImplementedError,
    AttributeError,
    LookupError,
    TypeError,
    ValueError,
)
"""What pystac and pystac-client raise on documents that are not those of a STAC API with search."""

_AT_ONCE = 100
"""Items asked for by their identifiers in one request."""
ROOT_S = 300.0
"""Time for which the root of a catalogue is taken for known."""
_FACETS_CLASS = "urn:dinamis:stac:item-search#facets"
_UNCOVERED_CLASS = "urn:dinamis:stac:item-search#uncovered"
_FREE_TEXT_CLASS = "item-search#free-text"
_SORT_CLASS = "item-search#sort"

_Arguments = Callable[[Sequence[str]], "tuple[Mapping[str, Any], Mapping[str, Any]]"]
"""From the classes a catalogue claims: arguments of pystac-client, further members of the first request."""


@dataclass(frozen=True)
class Page:
    """One page of results.

    Attributes:
        scenes: Scenes in the order of the search.
        matched: Number of all scenes that match, as the catalogue counts them; where it was not asked to, of
            those that came so far.
        unreadable: Items of this page that cannot be shown, because they have no identifier or date.
        facets: Numbers of all scenes that match, on the first page where they were asked for and are told.
        counted: Whether `matched` is the number of all.
        countable: Whether a question of its own would tell numbers that did not come with the page.
        in_order: Whether all that matches is in the order of the search, not only the scenes of each page.
    """

    scenes: tuple[Scene, ...]
    matched: int
    unreadable: int = 0
    facets: Facets = field(default_factory=dict)
    counted: bool = True
    in_order: bool = True
    countable: bool = False


class PageReader:
    """Makes the pages of one search into scenes.

    Attributes:
        received: Number of items so far, those that cannot be shown too.
        matched: Number of all scenes that match, as the catalogue counts them, or as far as they came.
        told: Whether the catalogue told that number with the last page.
    """

    def __init__(self, matched: int = 0) -> None:
        self.received = 0
        self.matched = matched
        self.told = False

    def scenes(self, document: Mapping[str, Any]) -> Iterator[Scene]:
        """Give the scenes of the next page; the numbers are those with it at once."""
        items = _items(document)
        self.received += len(items)
        told = _matched(document)
        self.told = told is not None
        self.matched = max(self.matched, self.received if told is None else told)
        return _readable(items)


class CatalogueClient:
    """Searches the catalogue of a service."""

    def __init__(self, http: HttpClient, url: str) -> None:
        self._http = http
        self._url = url
        self._root: dict[str, str] = {}
        self._root_ends = 0.0

    def pages(
        self,
        query: SearchQuery,
        page_size: int = 100,
        cancel: Cancel = never,
        *,
        facets: Sequence[str] = (),
        counted: bool = True,
    ) -> Iterator[Page]:
        """Search, one page at a time; a search that finds nothing gives one empty page.

        Args:
            query: What is searched for.
            page_size: Scenes of a page.
            cancel: Tells when to stop.
            facets: What to count all matches by, where the catalogue can (CAT-07, CAT-10).
            counted: Whether the number of all matches is wanted; some catalogues give a page sooner without.

        Raises:
            DinamisError: As `HttpClient` raises them; pages given before stay good.
        """
        reader, asking = PageReader(), _Asking(query, facets, counted=counted)
        for document in self._documents(asking, page_size, cancel):
            scenes = tuple(reader.scenes(document))
            unreadable = max(0, len(_items(document)) - len(scenes))
            found = facets_of(document.get("facets"))
            whole = reader.told or not _goes_on(document)
            countable = bool(facets) and not found and asking.counts_apart
            yield Page(scenes, reader.matched, unreadable, found, whole, asking.in_order, countable)
        if not reader.received:
            yield Page((), 0, facets={facet: {} for facet in facets})

    def count(
        self, query: SearchQuery, facets: Sequence[str], cancel: Cancel = never
    ) -> tuple[int | None, Facets]:
        """Count what matches, in all and by facets; what the catalogue does not tell is absent.

        Raises:
            DinamisError: As `HttpClient` raises them.
        """
        asking = _Asking(query, facets, counted=True)
        for document in self._documents(asking, 1, cancel):
            total, found = _matched(document), cast("Facets", facets_of(document.get("facets")))
            if not found and MONTH in facets and asking.counts_apart:
                apart, found = aggregated(self._http, f"{self._url}/aggregate", asking.arguments, cancel)
                total = apart if total is None else total
            return total, found
        return 0, {facet: {} for facet in facets}

    def documents(
        self, query: SearchQuery, page_size: int = 100, cancel: Cancel = never
    ) -> Iterator[Mapping[str, Any]]:
        """Search, and give each page as the catalogue wrote it, for a `PageReader` that knows the number.

        Raises:
            DinamisError: As `HttpClient` raises them; pages given before stay good.
        """
        return self._documents(_Asking(query, counted=False), page_size, cancel)

    def count_since(self, query: SearchQuery, moment: datetime, cancel: Cancel = never) -> int:
        """Count the scenes of a search that came into the catalogue after a moment.

        A catalogue that does not count says no more than whether there is any.
        """
        asking = _Asking(query, counted=True)

        def later(claims: Sequence[str]) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
            arguments, beside = asking(claims)
            return since(arguments, moment), beside

        for document in self._documents(later, 1, cancel):
            told = _matched(document)
            return len(_items(document)) if told is None else told
        return 0

    def scene(self, collection: str, scene_id: str, cancel: Cancel = never) -> Scene | None:
        """Find one scene again, None when it is not in the catalogue any more."""
        for document in self._documents(_naming(collection, [scene_id]), 1, cancel):
            return next(_readable(_items(document)), None)
        return None

    def item_document(self, collection: str, scene_id: str, cancel: Cancel = never) -> Mapping[str, Any]:
        """Give the STAC item of a scene as the catalogue writes it.

        Raises:
            NotFoundError: It is not in the catalogue any more.
        """
        url = f"{self._url}/collections/{quote(collection, safe='')}/items/{quote(scene_id, safe='')}"
        return mapping_of(self._http.get_json(url, cancel=cancel))

    def item_documents(
        self, collection: str, scene_ids: Sequence[str], cancel: Cancel = never
    ) -> dict[str, Mapping[str, Any]]:
        """Give the STAC items of scenes of one collection, by identifier; what is gone is left out."""
        found: dict[str, Mapping[str, Any]] = {}
        for first in range(0, len(scene_ids), _AT_ONCE):
            wanted = scene_ids[first : first + _AT_ONCE]
            for document in self._documents(_naming(collection, wanted), _AT_ONCE, cancel):
                items = (mapping_of(item) for item in _items(document))
                found.update({text_of(item.get("id")): item for item in items})
        return found

    def collection_document(self, collection: str, cancel: Cancel = never) -> Mapping[str, Any]:
        """Give a STAC collection as the catalogue writes it, empty when it does not know it."""
        try:
            url = f"{self._url}/collections/{quote(collection, safe='')}"
            return mapping_of(self._http.get_json(url, cancel=cancel))
        except NotFoundError:
            return {}

    def _documents(self, asking: _Arguments, limit: int, cancel: Cancel) -> Iterator[dict[str, Any]]:
        transport = _Transport(self._http, cancel, self._known_root())
        try:
            # The library warns for each conformance class that a catalogue forgets to name.
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                client = Client.open(self._url, stac_io=transport)
                arguments, transport.once = asking(client.get_conforms_to())
                search = client.search(limit=limit, **arguments)
            transport.root = None
            yield from search.pages_as_dicts()
        except _NOT_STAC as error:
            self._root_ends = 0.0
            raise BadAnswerError.about("STAC", str(error)) from None
        except DinamisError as error:
            if not isinstance(error, CancelledError):
                self._root_ends = 0.0
            raise

    def _known_root(self) -> dict[str, str]:
        """The documents with which every search begins, by address; what is missing is added by searches."""
        if time.monotonic() > self._root_ends:
            self._root, self._root_ends = {}, time.monotonic() + ROOT_S
        return self._root


class _Transport(StacApiIO):  # type: ignore[misc]  # the vendored package is not checked
    """Lets pystac-client speak through our client, with its retries, faults and cancelling."""

    def __init__(self, http: HttpClient, cancel: Cancel, root: dict[str, str]) -> None:
        super().__init__(max_retries=None)
        self._http = http
        self._cancel = cancel
        self.root: dict[str, str] | None = root
        """Documents that are known; those asked for join them. None once the catalogue is open."""
        self.once: Mapping[str, Any] = {}
        """Members of the next POST that pystac-client does not know; links to further pages have them."""

    def request(
        self,
        href: str,
        method: str | None = None,
        headers: Mapping[str, str] | None = None,
        parameters: Mapping[str, Any] | None = None,
    ) -> str:
        """Give the text of a document of the catalogue."""
        if method == "POST" and self.once:
            parameters, self.once = {**(parameters or {}), **self.once}, {}
        known = None if self.root is None else self.root.get(href)
        if known is not None:
            return known
        text = self._http.text(
            method or "GET", href, parameters=parameters, headers=headers, cancel=self._cancel
        )
        if self.root is not None:
            self.root[href] = text
        return text

    def json_loads(self, txt: str, *_args: Any, **_kwargs: Any) -> dict[str, Any]:
        """Read a document of the catalogue, which is always an object."""
        try:
            document = read_page(txt)
        except (ValueError, RecursionError):
            raise BadAnswerError.about("STAC", "not JSON") from None
        if not isinstance(document, dict):
            raise BadAnswerError.about("STAC", "not an object")
        return document


def _items(document: Mapping[str, Any]) -> list[Any] | Items:
    features = document.get("features")
    return features if isinstance(features, (list, Items)) else []


def _goes_on(document: Mapping[str, Any]) -> bool:
    return any(link.get("rel") == "next" for link in objects_of(document.get("links")))


def _readable(items: Iterable[Any]) -> Iterator[Scene]:
    for item in items:
        with contextlib.suppress(BadAnswerError):
            yield Scene.from_stac(item)


def _matched(document: Mapping[str, Any]) -> int | None:
    """Read the number of matches; older catalogues have it in `context`, some have none."""
    for holder in (document, mapping_of(document.get("context"))):
        for key in ("numberMatched", "matched"):
            number = number_of(holder.get(key))
            if number is not None:
                return int(number)
    return None


def _naming(collection: str, scene_ids: Sequence[str]) -> _Arguments:
    """Ask for scenes by their identifiers, in one collection where it is known."""
    arguments: dict[str, Any] = {"ids": list(scene_ids)}
    if collection:
        arguments["collections"] = [collection]
    return lambda _claims: (arguments, {})


class _Asking:
    """Says a search to a catalogue in the words that it understands.

    Attributes:
        in_order: Whether it was asked for the order of the search: one that cannot sort so is asked for the
            newest first.
        arguments: What it was asked, as pystac-client takes it.
        counts_apart: Whether it counts by month when it is asked elsewhere.
    """

    def __init__(self, query: SearchQuery, facets: Sequence[str] = (), *, counted: bool) -> None:
        self._query = query
        self._facets = list(facets)
        self._counted = counted
        self.in_order = self.counts_apart = False
        self.arguments: Mapping[str, Any] = {}

    def __call__(self, claims: Sequence[str]) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
        """Give the arguments of pystac-client, and members of the first request that it does not know."""
        query = self._query
        if query.uncovered and _UNCOVERED_CLASS not in claims:
            raise InvalidRequestError("uncovered", {"uncovered": "not_here"})
        reads = any(claim.endswith(_FREE_TEXT_CLASS) for claim in claims)
        beside: dict[str, Any] = {"q": [query.text]} if query.text and reads else {}
        beside.update({"uncovered": True} if query.uncovered else {})
        if _FACETS_CLASS in claims:
            beside.update({"facets": self._facets} if self._facets else {})
            beside.update({} if self._counted else {"counted": False})
        self.in_order = _sorts(claims, query.sort)
        asked = query if self.in_order else replace(query, sort=Sorting())
        self.arguments = asked.to_stac(words=not reads)
        self.counts_apart = _FACETS_CLASS not in claims and may_tell(claims, self.arguments, beside)
        return self.arguments, beside


def _sorts(claims: Sequence[str], sort: Sorting) -> bool:
    """Whether a catalogue can sort so: only those of DINAMIS know what the properties of DINAMIS are."""
    ours = not sort.by.value.startswith("dinamis:") or _FACETS_CLASS in claims
    return ours and any(claim.endswith(_SORT_CLASS) for claim in claims)
