"""The wide areas that people search as a whole, as the gazetteer draws them: France and its large parts."""

from __future__ import annotations

from pathlib import Path

from shapely.geometry.base import BaseGeometry

from dinamis_service.catalogue.freetext.gazetteer import SqliteGazetteer

_COUNTRIES = ("country/FR",)
_KINDS = ("area", "region")


def wide_areas(file: Path) -> list[BaseGeometry]:
    """Outlines (EPSG:4326) of France, of its parts that have a name of their own, and of each region.

    They are those that `/freetext` and `q` search for these names. None without the gazetteer's file.
    """
    gazetteer = SqliteGazetteer(file)
    try:
        places = [place for place in gazetteer.of_kinds(["country"]) if place.key in _COUNTRIES]
        return [gazetteer.outline(place) for place in [*places, *gazetteer.of_kinds(_KINDS)]]
    finally:
        gazetteer.close()
