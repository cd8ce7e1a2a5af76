"""Routes that help a person to write a search: places by their name, and a text as it is read."""

from __future__ import annotations

import json
from typing import Annotated, Any

import shapely
from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, Field

from dinamis_service.catalogue.freetext import titles
from dinamis_service.catalogue.freetext.chips import Chip, chips_of
from dinamis_service.catalogue.freetext.gazetteer import Place, SqliteGazetteer
from dinamis_service.catalogue.freetext.parser import parse
from dinamis_service.catalogue.freetext.reading import Reading
from dinamis_service.catalogue.freetext.search import Conditions, to_search
from dinamis_service.catalogue.freetext.without import text_without
from dinamis_service.catalogue.moments import format_moment
from dinamis_service.context import Context
from dinamis_service.errors import NotFoundError
from dinamis_service.language import Language, pick_language, text

_SHORTEST_UNKNOWN = 4
"""Letters of a word that is not understood and for which places are suggested."""
_MOST_UNKNOWN = 3

Words = Annotated[str, Query(min_length=1, max_length=300, description="What a person has written")]
Taken = Annotated[
    str | None,
    Query(max_length=300, description="`kind/value` of a chip: its words are taken out of the text first"),
]
Bbox = tuple[float, float, float, float]


class PlaceFound(BaseModel):
    """A place of the gazetteer."""

    id: str = Field(description="`kind/code`, such as `commune/34172`")
    kind: str
    name: str
    title: str = Field(description="Name with what it is and where, in the caller's language")
    bbox: Bbox = Field(description="West, south, east, north, EPSG:4326; west > east over the antimeridian")


class Places(BaseModel):
    """Places whose name begins as asked, or nearly so; the likeliest first."""

    places: list[PlaceFound]
    attribution: str = Field(description="Whom the names and outlines come from")
    note: str | None = Field(None, description="Why there are none, where this service has no gazetteer")


class PlaceOutline(PlaceFound):
    """A place with where it lies."""

    geometry: dict[str, Any] = Field(
        description="GeoJSON, EPSG:4326: the outline, or a point where only the centre is known"
    )
    attribution: str = Field(description="Whom the name and the outline come from")


class PlaceRead(PlaceFound):
    """A place that the text names."""

    written: str = Field(description="The words of the text that name it, in plain letters")
    choices: list[PlaceFound] = Field(description="Other places of that name, the likeliest first")


class Unknown(BaseModel):
    """A word that means nothing here."""

    word: str
    suggestions: list[PlaceFound] = Field(description="Places whose name is nearly that")


class SearchConditions(BaseModel):
    """The members of a POST to `/stac/search` that mean the same."""

    ids: list[str] | None = None
    intersects: dict[str, Any] | None = None
    datetime: str | None = None
    filter: dict[str, Any] | bool | None = None


class FreeText(BaseModel):
    """A text as it is understood."""

    q: str
    places: list[PlaceRead]
    chips: list[Chip]
    unknown: list[Unknown]
    notes: list[str] = Field(description="What could not be applied, and why")
    search: SearchConditions


def build_router(context: Context) -> APIRouter:
    """Routes of the free text search, open to everyone."""
    router = APIRouter(tags=["free text"])
    gazetteer = SqliteGazetteer(context.settings.gazetteer_file)

    @router.get("/places", response_model_exclude_none=True)
    def places(request: Request, q: Words, limit: Annotated[int, Query(ge=1, le=50)] = 10) -> Places:
        """Suggest places by the beginning of their name, small slips forgiven (CAT-06)."""
        language = pick_language(request.headers.get("accept-language"))
        found = gazetteer.beginning(q, limit)
        note = None if gazetteer.present else _no_gazetteer(language)
        return Places(places=_told(found, gazetteer, language), attribution=gazetteer.attribution, note=note)

    @router.get("/places/{kind}/{code}")
    def place(request: Request, kind: str, code: str) -> PlaceOutline:
        """Give the outline of one place, as searches by its name take it (CAT-06)."""
        language = pick_language(request.headers.get("accept-language"))
        found = gazetteer.by_key(f"{kind}/{code}")
        if found is None:
            raise NotFoundError(
                text(
                    language,
                    fr=f"Le lieu « {kind}/{code} » n'existe pas dans le répertoire.",
                    en=f"There is no place '{kind}/{code}' in the gazetteer.",
                )
            )
        return PlaceOutline(
            **_found(found, gazetteer, language).model_dump(),
            geometry=json.loads(shapely.to_geojson(gazetteer.outline(found))),
            attribution=gazetteer.attribution,
        )

    @router.get("/freetext", response_model_exclude_none=True)
    def freetext(request: Request, q: Words, without: Taken = None) -> FreeText:
        """Read a text: places, periods, sensors, cloud, angle, product types and themes (CAT-06)."""
        language = pick_language(request.headers.get("accept-language"))

        def read(written: str) -> Reading:
            return parse(written, gazetteer, context.clock().date())

        q = q if without is None else text_without(q, without, read)
        reading = read(q)
        conditions = to_search(reading, gazetteer)
        notes = titles.notes(reading, conditions, language)
        if not gazetteer.present:
            notes.append(_no_gazetteer(language))
        return FreeText(
            q=q,
            places=[
                PlaceRead(
                    **_found(found.place, gazetteer, language).model_dump(),
                    written=found.written,
                    choices=_told(found.choices, gazetteer, language),
                )
                for found in reading.places
            ],
            chips=chips_of(reading, gazetteer, language),
            unknown=_unknown(reading, gazetteer, language),
            notes=notes,
            search=_conditions(conditions),
        )

    return router


def _no_gazetteer(language: Language) -> str:
    return text(
        language,
        fr="Ce service ne connaît pas les noms de lieux : dessinez ou importez votre zone.",
        en="This service does not know the names of places: draw or import your area.",
    )


def _told(places: Any, gazetteer: SqliteGazetteer, language: Language) -> list[PlaceFound]:
    return [_found(place, gazetteer, language) for place in places]


def _found(place: Place, gazetteer: SqliteGazetteer, language: Language) -> PlaceFound:
    return PlaceFound(
        id=place.key,
        kind=place.kind,
        name=titles.name(place, language),
        title=titles.place(place, gazetteer.of(place.within), language),
        bbox=place.bbox,
    )


def _unknown(reading: Reading, gazetteer: SqliteGazetteer, language: Language) -> list[Unknown]:
    return [
        Unknown(
            word=word,
            suggestions=_told(gazetteer.beginning(word, 3), gazetteer, language)
            if len(word) >= _SHORTEST_UNKNOWN and index < _MOST_UNKNOWN
            else [],
        )
        for index, word in enumerate(reading.unknown)
    ]


def _conditions(found: Conditions) -> SearchConditions:
    interval = None
    if found.start is not None or found.end is not None:
        ends = (".." if end is None else format_moment(end) for end in (found.start, found.end))
        interval = "/".join(ends)
    shape = None if found.geometry is None else json.loads(shapely.to_geojson(found.geometry))
    return SearchConditions(
        ids=list(found.ids) or None, intersects=shape, datetime=interval, filter=found.filter
    )
