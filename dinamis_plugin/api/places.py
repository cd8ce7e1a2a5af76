"""The gazetteer of a service: places by their name, and where they lie; open to everyone (CAT-06)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from ..domain.parsing import mapping_of, required_objects
from ..domain.place import Place
from .http import Cancel, HttpClient, never


class PlacesClient:
    """Asks the gazetteer."""

    def __init__(self, http: HttpClient, url: str) -> None:
        self._http = http
        self._url = url

    def beginning(self, text: str, limit: int = 8, cancel: Cancel = never) -> list[Place]:
        """Suggest places whose name begins so, the likeliest first.

        Raises:
            DinamisError: As `HttpClient` raises them; NotFoundError where the service has no gazetteer.
        """
        params = {"q": text[:300], "limit": str(limit)}
        document = self._http.get_json(f"{self._url}/places", params=params, authorized=False, cancel=cancel)
        return [Place.from_json(entry) for entry in required_objects(mapping_of(document), "places")]

    def document(self, place_id: str, cancel: Cancel = never) -> Mapping[str, Any]:
        """Give a place with its outline.

        Raises:
            DinamisError: As `HttpClient` raises them; NotFoundError where it has no outlines.
        """
        url = f"{self._url}/places/{quote(place_id)}"
        return mapping_of(self._http.get_json(url, authorized=False, cancel=cancel))
