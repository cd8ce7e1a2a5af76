"""The reading of what people type, and the places that it may mean (CAT-06)."""

from __future__ import annotations

from ..domain.free_text import MOST_LETTERS, Place, Reading, endings, places_of
from ..domain.parsing import mapping_of
from .http import Cancel, HttpClient, never

_MOST_ENDINGS = 3
"""Places rarely have more words than that; each is a request."""


class FreeTextClient:
    """Asks a service what a text means.

    Every method raises a DinamisError as `HttpClient` does: NotFoundError where a service reads no texts.
    """

    def __init__(self, http: HttpClient, url: str) -> None:
        self._http = http
        self._url = url

    def read(self, text: str, cancel: Cancel = never) -> Reading:
        """Say what a text is understood as."""
        query = {"q": text[:MOST_LETTERS]}
        answer = self._http.get_json(f"{self._url}/freetext", params=query, cancel=cancel)
        return Reading.from_json(mapping_of(answer))

    def suggest(self, text: str, cancel: Cancel = never) -> tuple[str, tuple[Place, ...]]:
        """Suggest places for the end of a text; also says which end of it they are for."""
        for end in endings(text)[-_MOST_ENDINGS:]:
            query = {"q": end[:MOST_LETTERS]}
            answer = self._http.get_json(f"{self._url}/places", params=query, cancel=cancel)
            places = places_of(mapping_of(answer))
            if places:
                return end, places
        return "", ()
