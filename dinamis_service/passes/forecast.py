"""Passes for a request of new images: what the loaded elements tell, and what they do not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from shapely.geometry.base import BaseGeometry

from dinamis_service.catalogue.missions import PLATFORMS
from dinamis_service.language import Language, text
from dinamis_service.passes.elements import TwoLines
from dinamis_service.passes.prediction import MIN_SUN_DEG, Pass, passes_of, span_of


@dataclass(frozen=True)
class Forecast:
    """The passes of a window, in order, and in words what they stand on or why there are none."""

    passes: Sequence[Pass]
    reason: str


def forecast(
    elements: Mapping[str, TwoLines],
    collection: str,
    zone: BaseGeometry,
    window: tuple[datetime, datetime],
    *,
    max_incidence: float,
    language: Language,
) -> Forecast:
    """Passes of the satellites of `collection` over the middle of `zone` (EPSG:4326) in `window` (UTC)."""
    platforms = [one.name for one in PLATFORMS.values() if one.collection == collection]
    loaded = [elements[name] for name in platforms if name in elements]
    if not loaded:
        return Forecast((), _without_elements(language))
    spans = [(one, span) for one in loaded if (span := span_of(one, *window)) is not None]
    if not spans:
        return Forecast((), _beyond(loaded, language))
    place = zone.representative_point()
    found = [
        one
        for satellite, span in spans
        for one in passes_of(satellite, place.x, place.y, span, max_incidence)
    ]
    last = max(span[1] for _, span in spans)
    names = ", ".join(satellite.platform for satellite, _ in spans)
    return Forecast(
        sorted(found, key=lambda one: one.moment), _told(names, len(found), last, max_incidence, language)
    )


def _told(names: str, number: int, last: datetime, max_incidence: float, language: Language) -> str:
    """What was computed."""
    return text(
        language,
        fr=f"{number} passage(s) de {names} jusqu'au {last:%d/%m/%Y}, d'au plus {max_incidence:g}° "
        f"d'incidence au milieu de la zone, le soleil à {MIN_SUN_DEG:g}° au moins ; un passage n'est "
        "pas une prise de vue : nuages et autres demandes en décident.",
        en=f"{number} pass(es) of {names} until {last:%Y-%m-%d}, of at most {max_incidence:g}° of incidence "
        f"at the middle of the zone, the sun at {MIN_SUN_DEG:g}° at least; a pass is not an acquisition: "
        "clouds and other requests decide.",
    )


def _without_elements(language: Language) -> str:
    """Why passes are not computed at all."""
    return text(
        language,
        fr="Les passages des satellites ne sont pas calculés : leurs éléments orbitaux ne sont pas chargés.",
        en="Passes of the satellites are not computed: their orbital elements are not loaded.",
    )


def _beyond(loaded: Sequence[TwoLines], language: Language) -> str:
    """Why elements do not help for this window."""
    newest = max(one.epoch for one in loaded)
    return text(
        language,
        fr=f"Les passages ne sont pas calculés : les éléments orbitaux, du {newest:%d/%m/%Y}, ne valent pas "
        "pour cette période.",
        en=f"Passes are not computed: the orbital elements, of {newest:%Y-%m-%d}, do not hold for it.",
    )
