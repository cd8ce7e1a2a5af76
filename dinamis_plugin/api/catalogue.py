"""The catalogue, by pystac-client over the transport of the plugin (CAT-38)."""

from __future__ import annotations

import contextlib
import json
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote

from .._vendor.pystac import STACError, STACTypeError
from .._vendor.pystac_client import Client
from .._vendor.pystac_client.errors import ClientTypeError
from .._vendor.pystac_client.stac_api_io import StacApiIO
from ..domain.errors import BadAnswerError, NotFoundError
from ..domain.parsing import mapping_of, number_of
from ..domain.saved_search import since
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


@dataclass(frozen=True)
class Page:
    """One page of results.

    Attributes:
        scenes: Scenes in the order of the search.
        matched: Number of all scenes that match, as the catalogue counts them.
        unreadable: Items of this page that cannot be shown, because they have no identifier or date.
    """

    scenes: tuple[Scene, ...]
    matched: int
    unreadable: int = 0


class CatalogueClient:
    """Searches the catalogue of a service."""

    def __init__(self, http: HttpClient, url: str) -> None:
        self._http = http
        self._url = url

    def pages(self, query: SearchQuery, page_size: int = 100, cancel: Cancel = never) -> Iterator[Page]:
        """Search, one page at a time; a search that finds nothing gives one empty page.

        Raises:
            DinamisError: As `HttpClient` raises them; pages given before stay good.
        """
        arguments = query.to_stac()
        matched = loaded = 0
        for document in self._documents(arguments, page_size, cancel):
            items = _items(document)
            scenes = tuple(_readable(items))
            loaded += len(items)
            matched = max(matched, _matched(document, loaded))
            yield Page(scenes, matched, len(items) - len(scenes))
        if not loaded:
            yield Page((), 0)

    def count_since(self, query: SearchQuery, moment: datetime, cancel: Cancel = never) -> int:
        """Count the scenes of a search that came into the catalogue after a moment.

        A catalogue that does not count says no more than whether there is any.
        """
        for document in self._documents(since(query.to_stac(), moment), 1, cancel):
            return _matched(document, len(_items(document)))
        return 0

    def scene(self, collection: str, scene_id: str, cancel: Cancel = never) -> Scene | None:
        """Find one scene again, None when it is not in the catalogue any more."""
        arguments: dict[str, Any] = {"ids": [scene_id]}
        if collection:
            arguments["collections"] = [collection]
        for document in self._documents(arguments, 1, cancel):
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

    def _documents(
        self, arguments: Mapping[str, Any], limit: int, cancel: Cancel
    ) -> Iterator[dict[str, Any]]:
        transport = _Transport(self._http, cancel)
        try:
            # The library warns for each conformance class that a catalogue forgets to name.
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                client = Client.open(self._url, stac_io=transport)
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

    def request(
        self,
        href: str,
        method: str | None = None,
        headers: Mapping[str, str] | None = None,
        parameters: Mapping[str, Any] | None = None,
    ) -> str:
        """Give the text of a document of the catalogue."""
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


def _matched(document: Mapping[str, Any], loaded: int) -> int:
    """Read the number of matches; older catalogues have it in `context`, some have none."""
    for holder in (document, mapping_of(document.get("context"))):
        for key in ("numberMatched", "matched"):
            number = number_of(holder.get(key))
            if number is not None:
                return int(number)
    return loaded
