"""The gazetteer of a service: places by their name, and where they lie; open to everyone (CAT-06)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from ..domain.free_text import MOST_LETTERS, endings
from ..domain.parsing import mapping_of, required_objects
from ..domain.place import Place, places_of
from .http import Cancel, HttpClient, never

_MOST = 8
"""Places that are suggested together."""
_MOST_FOR_AN_END = 10
_MOST_ENDINGS = 3
"""Places rarely have more words than that; each is a request."""


class PlacesClient:
    """Asks the gazetteer."""

    def __init__(self, http: HttpClient, url: str) -> None:
        self._http = http
        self._url = url

    def beginning(self, text: str, limit: int = _MOST, cancel: Cancel = never) -> tuple[Place, ...]:
        """Suggest places whose name begins so, the likeliest first.

        Raises:
            DinamisError: As `HttpClient` raises them; NotFoundError where the service has no gazetteer.
        """
        params = {"q": text[:MOST_LETTERS], "limit": str(limit)}
        document = self._http.get_json(f"{self._url}/places", params=params, authorized=False, cancel=cancel)
        answer = mapping_of(document)
        required_objects(answer, "places")
        return places_of(answer)

    def at_end_of(self, text: str, cancel: Cancel = never) -> tuple[str, tuple[Place, ...]]:
        """Suggest places for the end of a text, and say for which end; raises as `beginning`."""
        for end in endings(text)[-_MOST_ENDINGS:]:
            places = self.beginning(end, _MOST_FOR_AN_END, cancel)
            if places:
                return end, places
        return "", ()

    def document(self, place_id: str, cancel: Cancel = never) -> Mapping[str, Any]:
        """Give a place with its outline.

        Raises:
            DinamisError: As `HttpClient` raises them; NotFoundError where it has no outlines.
        """
        url = f"{self._url}/places/{quote(place_id)}"
        return mapping_of(self._http.get_json(url, authorized=False, cancel=cancel))
