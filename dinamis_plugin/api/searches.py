"""The saved searches in the account of the signed-in person (CAT-39, CAT-40)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from ..domain.parsing import mapping_of, required_objects
from ..domain.saved_search import SavedSearch
from .http import Cancel, HttpClient, never


class SearchesClient:
    """Keeps searches in the account.

    Every method raises a DinamisError as `HttpClient` does: ConflictError for a name that is taken, and
    ChangedMeanwhileError for a search that is not as it was read any more.
    """

    def __init__(self, http: HttpClient, api: str) -> None:
        self._http = http
        self._url = f"{api}/searches"

    def all(self, cancel: Cancel = never) -> list[SavedSearch]:
        """All searches, by name."""
        document = mapping_of(self._http.get_json(self._url, cancel=cancel))
        return [SavedSearch.from_json(entry) for entry in required_objects(document, "searches")]

    def put(self, search: SavedSearch, cancel: Cancel = never) -> SavedSearch:
        """Keep a search: one that the account has by what is its own there, another one by its identifier.

        Repeated after a lost answer it still makes one search.
        """
        if search.etag:
            headers = {"If-Match": search.etag}
            answer = self._http.send_json(
                "PUT", self._place(search), search.to_json(), headers=headers, cancel=cancel
            )
        else:
            answer = self._http.post_json(
                self._url,
                search.to_json(),
                headers={"Idempotency-Key": search.id},
                repeatable=True,
                cancel=cancel,
            )
        return SavedSearch.from_json(mapping_of(answer))

    def seen(self, search: SavedSearch, cancel: Cancel = never) -> SavedSearch:
        """Say when its results were last looked at."""
        body: Mapping[str, Any] = {"last_seen": search.to_json()["last_seen"]}
        answer = self._http.send_json(
            "PATCH", self._place(search), body, headers={}, repeatable=True, cancel=cancel
        )
        return SavedSearch.from_json(mapping_of(answer))

    def delete(self, search: SavedSearch, cancel: Cancel = never) -> None:
        """Forget a search."""
        self._http.delete(self._place(search), headers={"If-Match": search.etag}, cancel=cancel)

    def _place(self, search: SavedSearch) -> str:
        return f"{self._url}/{quote(search.id, safe='')}"
