"""The aggregation extension of the STAC API, answered from the facets of the engine (CAT-07, CAT-10)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import attr
from fastapi import Request
from stac_fastapi.extensions.aggregation.client import BaseAggregationClient

from dinamis_service.catalogue.answers import conditional
from dinamis_service.catalogue.documents import JSON, Addresses
from dinamis_service.catalogue.engine import UNKNOWN, SearchError, SearchResult
from dinamis_service.catalogue.freetext.narrowing import TextSearch
from dinamis_service.catalogue.parameters import no_collection, refusing
from dinamis_service.catalogue.searching import Asked, asked_by_get, asked_by_post, request_of, within
from dinamis_service.context import Context, base_url

TOTAL = "total_count"


@dataclass(frozen=True)
class Aggregation:
    """One aggregation: the facet that it tells, and the type and width of its buckets."""

    name: str
    facet: str
    data_type: str = "string"
    step: int | None = None

    def bucket(self, value: str, frequency: int) -> dict[str, Any]:
        """A value of the facet and its number of items as the extension writes it."""
        if self.data_type == "datetime":
            return {"key": f"{value}-01T00:00:00.000Z", "data_type": "datetime", "frequency": frequency}
        bucket = {"key": value, "data_type": self.data_type, "frequency": frequency}
        if self.step is not None:
            bucket |= {"from": int(value), "to": int(value) + self.step}
        return bucket


AGGREGATIONS = {
    one.name: one
    for one in (
        Aggregation("datetime_frequency", "month", "datetime"),
        Aggregation("collection_frequency", "collection"),
        Aggregation("mission_frequency", "mission"),
        Aggregation("platform_frequency", "platform"),
        Aggregation("product_type_frequency", "product_type"),
        Aggregation("access_frequency", "access"),
        Aggregation("cloud_cover_frequency", "cloud", "numeric", 10),
        Aggregation("incidence_angle_frequency", "incidence", "numeric", 5),
    )
}


@attr.s
class AggregationClient(BaseAggregationClient):
    """Answers `/aggregations` and `/aggregate`, of the whole catalogue and of a collection."""

    context: Context = attr.ib(kw_only=True)
    texts: TextSearch = attr.ib(kw_only=True)

    def get_aggregations(self, collection_id: str | None = None, **kwargs: Any) -> Any:
        """What can be asked for."""
        request: Request = kwargs["request"]
        self._check_collection(request, collection_id)
        offered = [{"name": TOTAL, "data_type": "integer"}]
        offered += [{"name": name, "data_type": "frequency_distribution"} for name in AGGREGATIONS]
        for one in offered:
            if one["name"] == "datetime_frequency":
                one["frequency_distribution_data_type"] = "datetime"
        return self._answer(request, "aggregations", collection_id, offered)

    def aggregate(self, body: Any = None, **kwargs: Any) -> Any:  # type: ignore[override]
        """The asked aggregations of all items that match."""
        request: Request = kwargs["request"]
        collection_id = request.path_params.get("collection_id")
        self._check_collection(request, collection_id)
        with refusing(request):
            names = kwargs.get("aggregations") or None
            asked: Asked = asked_by_get(kwargs) if body is None else asked_by_post(body)
            wanted = (names.split(",") if names else None) if body is None else body.aggregations
            facets = _facets_of(wanted or [TOTAL])
            if collection_id is not None:
                asked = within(asked, collection_id)
            search = request_of(replace(asked, facets=facets), 0, self.texts)
            result = self.context.catalogue.search(search)
        return self._answer(request, "aggregate", collection_id, _told(wanted or [TOTAL], result))

    def _check_collection(self, request: Request, collection_id: str | None) -> None:
        if collection_id is not None and self.context.catalogue.collection(collection_id) is None:
            raise no_collection(request, collection_id)

    def _answer(self, request: Request, path: str, collection_id: str | None, found: list[Any]) -> Any:
        addresses = Addresses.seen_from(base_url(request, self.context.settings), self.context.settings)
        here = addresses.stac if collection_id is None else addresses.collection(collection_id)
        links = [
            {"rel": "self", "type": JSON, "href": f"{here}/{path}"},
            {"rel": "root", "type": JSON, "href": f"{addresses.stac}/"},
        ]
        document = {"type": "AggregationCollection", "aggregations": found, "links": links}
        return conditional(request, document, JSON)


def _facets_of(names: list[str]) -> list[str]:
    unknown = [name for name in names if name not in AGGREGATIONS and name != TOTAL]
    if unknown:
        known = ", ".join([TOTAL, *AGGREGATIONS])
        raise SearchError(
            fr=f"« aggregations » : « {unknown[0][:80]} » n'en est pas une. Agrégations : {known}.",
            en=f"'aggregations': '{unknown[0][:80]}' is none. Aggregations: {known}.",
            parameter="aggregations",
        )
    return [AGGREGATIONS[name].facet for name in names if name != TOTAL]


def _told(names: list[str], result: SearchResult) -> list[dict[str, Any]]:
    """The aggregations; items without the property are the `overflow`, which no bucket holds."""
    told: list[dict[str, Any]] = []
    for name in dict.fromkeys(names):
        if name == TOTAL:
            told.append({"name": TOTAL, "data_type": "integer", "value": result.matched})
            continue
        aggregation = AGGREGATIONS[name]
        counts = result.facets[aggregation.facet]
        buckets = [
            aggregation.bucket(value, number)
            for value, number in sorted(counts.items(), key=lambda one: _order(aggregation, one[0]))
            if value != UNKNOWN
        ]
        told.append(
            {
                "name": name,
                "data_type": "frequency_distribution",
                "overflow": counts.get(UNKNOWN, 0),
                "buckets": buckets,
            }
        )
    return told


def _order(aggregation: Aggregation, value: str) -> tuple[float, str]:
    return (float(value) if aggregation.step and value != UNKNOWN else 0.0, value)
