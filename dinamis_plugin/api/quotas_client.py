"""Free quotas and prices of the signed-in person, and the calls for requests (QUO-02, REQ-27)."""

from __future__ import annotations

from ..domain.call import Call, calls_from_json
from ..domain.errors import NotFoundError
from ..domain.parsing import mapping_of
from ..domain.quota import SensorQuota, quotas_from_json
from .http import Cancel, HttpClient, never


class QuotasClient:
    """Reads the table of quotas as it holds for one person.

    Every method raises a DinamisError as `HttpClient` does, and BadAnswerError for what breaks the contract.
    """

    def __init__(self, http: HttpClient, api: str) -> None:
        self._http = http
        self._api = api

    def quotas(self, cancel: Cancel = never) -> list[SensorQuota]:
        """List the free quotas and prices of the signed-in person, one entry per sensor."""
        return list(quotas_from_json(mapping_of(self._http.get_json(f"{self._api}/quotas", cancel=cancel))))

    def calls(self, cancel: Cancel = never) -> list[Call]:
        """List the calls, open ones first; none where the service knows no calls."""
        try:
            answer = self._http.get_json(f"{self._api}/calls", cancel=cancel)
        except NotFoundError:
            return []
        return calls_from_json(mapping_of(answer))
