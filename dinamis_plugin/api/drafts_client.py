"""The drafts in the account of the signed-in person."""

from __future__ import annotations

from urllib.parse import quote

from ..domain.errors import NotFoundError
from ..domain.kept_draft import KeptDraft
from ..domain.parsing import mapping_of, required_objects
from .http import Cancel, HttpClient, never


class DraftsClient:
    """Keeps drafts in the account.

    Every method raises a DinamisError as `HttpClient` does: ChangedMeanwhileError for a draft that is not as
    it was read any more, NotFoundError where a service keeps no drafts.
    """

    def __init__(self, http: HttpClient, api: str) -> None:
        self._http = http
        self._url = f"{api}/drafts"

    def all(self, owner: str, cancel: Cancel = never) -> list[KeptDraft]:
        """All drafts of the person who is called `owner` here."""
        document = mapping_of(self._http.get_json(self._url, cancel=cancel))
        return [KeptDraft.from_service(entry, owner) for entry in required_objects(document, "drafts")]

    def put(self, draft: KeptDraft, cancel: Cancel = never) -> KeptDraft:
        """Keep a draft as it is here; repeated after a lost answer it still is one draft."""
        if draft.etag:
            answer = self._http.send_json(
                "PUT", self._place(draft), draft.to_service(), headers={"If-Match": draft.etag}, cancel=cancel
            )
        else:
            answer = self._http.post_json(
                self._url,
                draft.to_service(),
                headers={"Idempotency-Key": draft.id},
                repeatable=True,
                cancel=cancel,
            )
        return KeptDraft.from_service(mapping_of(answer), draft.owner)

    def delete(self, draft: KeptDraft, cancel: Cancel = never) -> None:
        """Forget a draft; one that is gone already is forgotten."""
        try:
            self._http.delete(self._place(draft), headers={"If-Match": draft.etag}, cancel=cancel)
        except NotFoundError:
            return

    def _place(self, draft: KeptDraft) -> str:
        return f"{self._url}/{quote(draft.id, safe='')}"
