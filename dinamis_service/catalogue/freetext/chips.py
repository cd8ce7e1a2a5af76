"""What was understood of a text, piece by piece, for a person to see and take away (CAT-06, CAT-20)."""

from __future__ import annotations

from pydantic import BaseModel, Field

from dinamis_service.catalogue.freetext import titles
from dinamis_service.catalogue.freetext.conditions import Limit
from dinamis_service.catalogue.freetext.gazetteer import Gazetteer
from dinamis_service.catalogue.freetext.reading import Reading
from dinamis_service.catalogue.missions import mission_title
from dinamis_service.language import Language, text


class Chip(BaseModel):
    """One thing that was understood, for a person to see and take away."""

    kind: str = Field(
        description="`place`, `period`, `mission`, `platform`, `cloud`, `incidence`, `product_type`,"
        " `access`, `theme` or `id`"
    )
    value: str
    title: str
    excluded: bool = Field(False, description="Left out instead of asked for")
    applied: bool = Field(True, description="False where the catalogue cannot search by it")


def chips_of(reading: Reading, gazetteer: Gazetteer, language: Language) -> list[Chip]:
    """What was understood, in the order of the panel's filters."""
    chips = [
        Chip(
            kind="place",
            value=found.place.key,
            title=titles.place(found.place, gazetteer.of(found.place.within), language),
        )
        for found in reading.places
    ]
    chips += [
        Chip(kind="place", value=found.place.key, title=titles.name(found.place, language), excluded=True)
        for found in reading.without_places
    ]
    chips += [
        Chip(
            kind="period", value=f"{one.first or '..'}/{one.last or '..'}", title=titles.period(one, language)
        )
        for one in reading.periods
    ]
    named = (
        ("mission", reading.missions, False),
        ("platform", reading.platforms, False),
        ("mission", reading.without_missions, True),
        ("platform", reading.without_platforms, True),
        ("id", reading.ids, False),
    )
    chips += [
        Chip(kind=kind, value=one, title=mission_title(one), excluded=out)
        for kind, all_, out in named
        for one in all_
    ]
    limits = (("cloud", reading.cloud), ("incidence", reading.incidence))
    chips += [_limit_chip(kind, limit, language) for kind, limit in limits if limit is not None]
    chips += [
        Chip(kind="product_type", value=one, title=titles.product_type(one, language))
        for one in reading.product_types
    ]
    if reading.open_data:
        chips.append(
            Chip(kind="access", value="open", title=text(language, fr="Données ouvertes", en="Open data"))
        )
    chips += [
        Chip(kind="theme", value=one.key, title=text(language, fr=one.fr, en=one.en), applied=one.area)
        for one in reading.themes
    ]
    return chips


def _limit_chip(kind: str, limit: Limit, language: Language) -> Chip:
    return Chip(kind=kind, value=f"{limit.value:g}", title=titles.limit(kind, limit, language))
