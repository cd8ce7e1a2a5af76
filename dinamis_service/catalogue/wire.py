"""What clients may send to a search, as FastAPI reads and describes it: by GET texts, by POST an object.

The values are checked by `searching`, which names the parameter that is wrong and what was expected.
"""

# Annotations stay real here: FastAPI reads them off classes that the library makes in its own module.
from typing import Annotated, Any, Literal

import attr
from fastapi import Path, Query
from pydantic import BaseModel, Field, PositiveInt, StrictBool, StrictFloat, StrictInt, model_validator
from pydantic_core import PydanticCustomError
from stac_fastapi.extensions import FieldsExtension, FilterExtension
from stac_fastapi.extensions.free_text import FreeTextExtension
from stac_fastapi.types.extension import ApiExtension
from stac_fastapi.types.search import APIRequest

from dinamis_service.catalogue.engine import FACETS
from dinamis_service.catalogue.filters import MAX_DEPTH
from dinamis_service.soundness import sound_json

FACETS_CLASS = "urn:dinamis:stac:item-search#facets"
"""Conformance class of the parameters `facets` and `counted`, ours."""
UNCOVERED_CLASS = "urn:dinamis:stac:item-search#uncovered"
"""Conformance class of the parameter `uncovered`, ours (CAT-36)."""
DEFAULT_LIMIT = 10

_BODY_DEPTH = 2 * MAX_DEPTH + 10
"""Levels of a search: those of its filter, which JSON writes as two each, and of a geometry."""

_COLLECTIONS = "Collections, separated by commas"
_IDS = "Identifiers of items, separated by commas"
_BBOX = "west,south,east,north in degrees; west greater than east crosses the antimeridian"
_DATETIME = "A moment (RFC 3339) or an interval start/end, open at one end by `..`"
_LIMIT = "Items of a page, at least 1; more than the service's maximum counts as that"
_FACETS = f"What to count all matches by, in the same answer: {', '.join(FACETS)}"
_COUNTED = "false: the page alone, sooner, without `numberMatched`"
_UNCOVERED = (
    "true: only orderable scenes over what no downloadable scene of the same collections and dates covers of "
    "the area (`bbox` or `intersects`, needed then)"
)
_INTERSECTS = "A GeoJSON geometry in EPSG:4326; not together with bbox"
_AGGREGATIONS = "Names of aggregations, as /aggregations lists them; total_count alone when absent"

_LimitParameter = Annotated[PositiveInt | None, Query(description=_LIMIT)]
_Text = str | None


@attr.s
class SearchGet(APIRequest):
    """Conditions of a search by GET."""

    collections: Annotated[_Text, Query(description=_COLLECTIONS)] = attr.ib(default=None)
    ids: Annotated[_Text, Query(description=_IDS)] = attr.ib(default=None)
    bbox: Annotated[_Text, Query(description=_BBOX)] = attr.ib(default=None)
    intersects: Annotated[_Text, Query(description=_INTERSECTS)] = attr.ib(default=None)
    datetime: Annotated[_Text, Query(description=_DATETIME)] = attr.ib(default=None)
    limit: _LimitParameter = attr.ib(default=DEFAULT_LIMIT)


@attr.s
class ItemsGet(APIRequest):
    """Conditions on the items of one collection."""

    collection_id: Annotated[str, Path(description="Collection ID")] = attr.ib()
    bbox: Annotated[_Text, Query(description=_BBOX)] = attr.ib(default=None)
    datetime: Annotated[_Text, Query(description=_DATETIME)] = attr.ib(default=None)
    limit: _LimitParameter = attr.ib(default=DEFAULT_LIMIT)


@attr.s
class AggregateGet(SearchGet):
    """What to count, and the conditions on what is counted."""

    aggregations: Annotated[_Text, Query(description=_AGGREGATIONS)] = attr.ib(default=None)


class SearchPost(BaseModel):
    """Body of a search, looked at as a whole before its members: a sound object."""

    collections: list[str] | str | None = Field(None, description="Collections; one may be a text by itself")
    ids: list[str] | None = None
    bbox: list[StrictFloat] | None = Field(None, min_length=4, max_length=6, description=_BBOX)
    intersects: dict[str, Any] | None = Field(None, description=_INTERSECTS)
    datetime: str | None = Field(None, description=_DATETIME)
    limit: StrictInt | None = Field(DEFAULT_LIMIT, ge=1, description=_LIMIT)

    @model_validator(mode="before")
    @classmethod
    def _sound(cls, body: Any) -> Any:
        if not isinstance(body, dict):
            raise PydanticCustomError("dict_type", "an object is expected")
        return sound_json(body, _BODY_DEPTH)


class AggregatePost(SearchPost):
    """Body of an aggregation."""

    aggregations: list[str] | None = Field(None, description=_AGGREGATIONS)


class _PostFilter(BaseModel):
    """Filter of a POST search, in either encoding of CQL2."""

    filter_expr: dict[str, Any] | StrictBool | str | None = Field(
        None, alias="filter", description="A CQL2 filter"
    )
    filter_crs: str | None = Field(None, alias="filter-crs", description="CRS of spatial literals: CRS84")
    filter_lang: Literal["cql2-json", "cql2-text"] | None = Field(
        None, alias="filter-lang", description="Encoding of the filter; its type tells when absent"
    )


@attr.s
class Filter(FilterExtension):
    """Filters by POST in either encoding; by GET as the library reads them."""

    POST = _PostFilter


class _FieldNames(BaseModel):
    """Members of an item that are wanted, or not."""

    include: list[str] | None = None
    exclude: list[str] | None = None


class _PostFields(BaseModel):
    """Choice of the members of items."""

    fields: _FieldNames = Field(
        default_factory=_FieldNames, description="Members of the items to include or to leave out"
    )


@attr.s
class Fields(FieldsExtension):
    """The library's model holds sets, which would claim that names may not come twice."""

    POST = _PostFields


class _PostText(BaseModel):
    """Free text of a POST search."""

    q: list[str] | str | None = Field(None, description="Words to look for; any of several texts")


@attr.s
class FreeText(FreeTextExtension):
    """Free text, a list or one text."""

    POST = _PostText


@attr.s
class _GetOwn(APIRequest):
    """Parameters of our own conformance classes, by GET."""

    facets: Annotated[_Text, Query(description=_FACETS)] = attr.ib(default=None)
    counted: Annotated[bool | None, Query(description=_COUNTED)] = attr.ib(default=None)
    uncovered: Annotated[bool | None, Query(description=_UNCOVERED)] = attr.ib(default=None)


class _PostOwn(BaseModel):
    """Parameters of our own conformance classes, by POST."""

    facets: list[str] | None = Field(None, description=_FACETS)
    counted: StrictBool | None = Field(None, description=_COUNTED)
    uncovered: StrictBool | None = Field(None, description=_UNCOVERED)


@attr.s
class OwnParameters(ApiExtension):
    """Facets in the answer of a search (CAT-07, CAT-10), and what is not covered yet (CAT-36)."""

    GET = _GetOwn
    POST = _PostOwn
    conformance_classes: list[str] = attr.ib(factory=lambda: [FACETS_CLASS, UNCOVERED_CLASS])

    def register(self, app: Any) -> None:
        """Nothing beside the parameters."""
