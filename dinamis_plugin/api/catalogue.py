"""The catalogue, by pystac-client over the transport of the plugin (CAT-38)."""

from __future__ import annotations

import contextlib
import json
import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Callable
from urllib.parse import quote

from .._vendor.pystac import STACError, STACTypeError
from .._vendor.pystac_client import Client
from .._vendor.pystac_client.errors import ClientTypeError
from .._vendor.pystac_client.stac_api_io import StacApiIO
from ..domain.counts import Facets, facets_of
from ..domain.errors import BadAnswerError, InvalidRequestError, NotFoundError
from ..domain.parsing import mapping_of, number_of
from ..domain.scene import Scene
from ..domain.search import SearchQuery
from .http import Cancel, HttpClient, never

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

_FACETS_CLASS = "urn:dinamis:stac:item-search#facets"
_UNCOVERED_CLASS = "urn:dinamis:stac:item-search#uncovered"
_FREE_TEXT_CLASS = "item-search#free-text"

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
    """

    scenes: tuple[Scene, ...]
    matched: int
    unreadable: int = 0
    facets: Facets = field(default_factory=dict)
    counted: bool = True


class CatalogueClient:
    """Searches the catalogue of a service."""

    def __init__(self, http: HttpClient, url: str) -> None:
        self._http = http
        self._url = url

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
        matched = loaded = 0
        for document in self._documents(_asking(query, facets, counted=counted), page_size, cancel):
            items = _items(document)
            scenes = tuple(_readable(items))
            loaded += len(items)
            told = _matched(document)
            matched = max(matched, loaded if told is None else told)
            found = facets_of(document.get("facets"))
            yield Page(scenes, matched, len(items) - len(scenes), found, counted or told is not None)
        if not loaded:
            yield Page((), 0, facets={facet: {} for facet in facets})

    def count(
        self, query: SearchQuery, facets: Sequence[str], cancel: Cancel = never
    ) -> tuple[int | None, Facets]:
        """Count what matches, in all and by facets; what the catalogue does not tell is absent.

        Raises:
            DinamisError: As `HttpClient` raises them.
        """
        for document in self._documents(_asking(query, facets, counted=True), 1, cancel):
            return _matched(document), facets_of(document.get("facets"))
        return 0, {facet: {} for facet in facets}

    def scene(self, collection: str, scene_id: str, cancel: Cancel = never) -> Scene | None:
        """Find one scene again, None when it is not in the catalogue any more."""
        arguments: dict[str, Any] = {"ids": [scene_id]}
        if collection:
            arguments["collections"] = [collection]
        for document in self._documents(lambda _claims: (arguments, {}), 1, cancel):
            return next(_readable(_items(document)), None)
        return None

    def item_document(self, collection: str, scene_id: str, cancel: Cancel = never) -> Mapping[str, Any]:
        """Give the STAC item of a scene as the catalogue writes it.

        Raises:
            NotFoundError: It is not in the catalogue any more.
        """
        url = f"{self._url}/collections/{quote(collection, safe='')}/items/{quote(scene_id, safe='')}"
        return mapping_of(self._http.get_json(url, cancel=cancel))

    def collection_document(self, collection: str, cancel: Cancel = never) -> Mapping[str, Any]:
        """Give a STAC collection as the catalogue writes it, empty when it does not know it."""
        try:
            url = f"{self._url}/collections/{quote(collection, safe='')}"
            return mapping_of(self._http.get_json(url, cancel=cancel))
        except NotFoundError:
            return {}

    def _documents(self, asking: _Arguments, limit: int, cancel: Cancel) -> Iterator[dict[str, Any]]:
        transport = _Transport(self._http, cancel)
        try:
            # The library warns for each conformance class that a catalogue forgets to name.
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                client = Client.open(self._url, stac_io=transport)
                arguments, transport.once = asking(client.get_conforms_to())
                search = client.search(limit=limit, **arguments)
            yield from search.pages_as_dicts()
        except _NOT_STAC as error:
            raise BadAnswerError.about("STAC", str(error)) from None


class _Transport(StacApiIO):  # type: ignore[misc]  # the vendored package is not checked
    """Lets pystac-client speak through our client, with its retries, faults and cancelling."""

    def __init__(self, http: HttpClient, cancel: Cancel) -> None:
        super().__init__(max_retries=None)
        self._http = http
        self._cancel = cancel
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
        return self._http.text(
            method or "GET", href, parameters=parameters, headers=headers, cancel=self._cancel
        )

    def json_loads(self, txt: str, *_args: Any, **_kwargs: Any) -> dict[str, Any]:
        """Read a document of the catalogue, which is always an object."""
        try:
            document = json.loads(txt)
        except (ValueError, RecursionError):
            raise BadAnswerError.about("STAC", "not JSON") from None
        if not isinstance(document, dict):
            raise BadAnswerError.about("STAC", "not an object")
        return document


def _items(document: Mapping[str, Any]) -> list[Any]:
    features = document.get("features")
    return features if isinstance(features, list) else []


def _readable(items: list[Any]) -> Iterator[Scene]:
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


def _asking(query: SearchQuery, facets: Sequence[str], *, counted: bool) -> _Arguments:
    """Say a search to a catalogue in the words that it understands."""

    def arguments(claims: Sequence[str]) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
        if query.uncovered and _UNCOVERED_CLASS not in claims:
            raise InvalidRequestError("uncovered", {"uncovered": "not_here"})
        reads = any(claim.endswith(_FREE_TEXT_CLASS) for claim in claims)
        beside: dict[str, Any] = {"q": [query.text]} if query.text and reads else {}
        beside.update({"uncovered": True} if query.uncovered else {})
        if _FACETS_CLASS in claims:
            beside.update({"facets": list(facets)} if facets else {})
            beside.update({} if counted else {"counted": False})
        return query.to_stac(words=not reads), beside

    return arguments
