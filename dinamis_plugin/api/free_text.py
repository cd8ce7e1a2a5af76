"""The reading of what people type (CAT-06)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..domain.free_text import MOST_LETTERS, Chip, Reading
from ..domain.parsing import mapping_of, text_of
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
        return Reading.from_json(self._answer({"q": text[:MOST_LETTERS]}, cancel))

    def without(self, text: str, chip: Chip, cancel: Cancel = never) -> str:
        """Give a text without the words that mean a chip."""
        taken = {"q": text[:MOST_LETTERS], "without": f"{chip.kind}/{chip.value}"}
        return text_of(self._answer(taken, cancel).get("q"))

    def _answer(self, query: Mapping[str, str], cancel: Cancel) -> Mapping[str, Any]:
        return mapping_of(self._http.get_json(f"{self._url}/freetext", params=query, cancel=cancel))
