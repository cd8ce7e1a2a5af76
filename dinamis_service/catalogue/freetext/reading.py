"""What a text was understood to ask for."""

from __future__ import annotations

from dataclasses import dataclass

from dinamis_service.catalogue.freetext.conditions import Limit, Theme
from dinamis_service.catalogue.freetext.dates import Period
from dinamis_service.catalogue.freetext.gazetteer import Place


@dataclass(frozen=True)
class FoundPlace:
    """A place that a text names, with the others of that name."""

    place: Place
    written: str
    choices: tuple[Place, ...] = ()


@dataclass(frozen=True)
class Reading:
    """A text as it is understood (CAT-06).

    Args:
        places: any of them is meant.
        without_places: left out.
        periods: any of them is meant, in order of time.
        missions, platforms: names of `missions`; a scene of any of them is meant.
        without_missions, without_platforms: left out.
        cloud: percent. incidence: degrees.
        product_types: values of `dinamis:product_type`, any of them.
        open_data: only what anyone may download.
        themes: subjects; only those with an area narrow a search.
        ids: identifiers of items, as they were written.
        unknown: words that mean nothing here.
    """

    places: tuple[FoundPlace, ...] = ()
    without_places: tuple[FoundPlace, ...] = ()
    periods: tuple[Period, ...] = ()
    missions: tuple[str, ...] = ()
    platforms: tuple[str, ...] = ()
    without_missions: tuple[str, ...] = ()
    without_platforms: tuple[str, ...] = ()
    cloud: Limit | None = None
    incidence: Limit | None = None
    product_types: tuple[str, ...] = ()
    open_data: bool = False
    themes: tuple[Theme, ...] = ()
    ids: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
