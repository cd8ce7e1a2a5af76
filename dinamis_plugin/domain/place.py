"""Places of the gazetteer of a service (CAT-06)."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from shapely.geometry import Point, shape
from shapely.geometry.base import BaseGeometry

from .aoi import UNREADABLE_GEOMETRY, AreaGeometry, extent_polygon
from .errors import AoiError, AoiProblem, BadAnswerError
from .parsing import number_of, objects_of, required_text, text_of
from .shapes import circle

AROUND_POINT_M = 5_000.0
"""What is searched around a place of which only the centre is known."""


@dataclass(frozen=True)
class Place:
    """A place as it is suggested.

    Attributes:
        id: `kind/code` in the gazetteer.
        name: Its name.
        title: Its name with what it is and where.
        bounds: West, south, east and north in degrees; west of more than east means across the antimeridian.
    """

    id: str
    name: str
    title: str
    bounds: tuple[float, float, float, float]

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Place:
        """Read a place of `GET /places`.

        Raises:
            BadAnswerError: It has no identifier, name or bounds.
        """
        numbers = document.get("bbox")
        found = [number_of(one) for one in numbers] if isinstance(numbers, list) else []
        if len(found) != 4 or None in found:  # noqa: PLR2004 - west, south, east, north
            raise BadAnswerError.about("bbox", str(numbers))
        name = required_text(document, "name")
        bounds = cast("tuple[float, float, float, float]", tuple(found))
        return cls(required_text(document, "id"), name, text_of(document.get("title")) or name, bounds)

    def box(self) -> AreaGeometry:
        """Give its bounds as an area, or a circle around it where it is a point.

        Raises:
            AoiError: the bounds are not those of a place on the globe.
        """
        west, south, east, north = self.bounds
        if west == east or south == north:
            return circle((west + east) / 2, (south + north) / 2, AROUND_POINT_M)
        return extent_polygon(*self.bounds)


def places_of(document: Mapping[str, Any]) -> tuple[Place, ...]:
    """Read an answer of `GET /places`; an entry that is no place is left out."""
    found: list[Place] = []
    for entry in objects_of(document.get("places")):
        with contextlib.suppress(BadAnswerError):
            found.append(Place.from_json(entry))
    return tuple(found)


def outline_from_json(document: Mapping[str, Any]) -> BaseGeometry:
    """Read the outline of `GET /places/{id}`; a point becomes a circle.

    Raises:
        BadAnswerError: There is none, or it is not GeoJSON.
    """
    try:
        outline = shape(document["geometry"])
        return circle(outline.x, outline.y, AROUND_POINT_M) if isinstance(outline, Point) else outline
    except UNREADABLE_GEOMETRY as error:
        if isinstance(error, AoiError) and error.kind is not AoiProblem.UNREADABLE:
            raise
        raise BadAnswerError.about("geometry", str(error)) from None
