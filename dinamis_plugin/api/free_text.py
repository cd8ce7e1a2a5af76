"""The reading of what people type (CAT-06)."""

from __future__ import annotations

from ..domain.free_text import MOST_LETTERS, Reading
from ..domain.parsing import mapping_of
from .http import Cancel, HttpClient, never


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
