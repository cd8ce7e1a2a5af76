"""Parameters of a STAC request as values, and the refusals (400, 404) for those that are none."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from typing import Any

import shapely
from fastapi import Request
from shapely.errors import ShapelyError
from shapely.geometry.base import BaseGeometry

from dinamis_service.catalogue.engine import SearchError
from dinamis_service.errors import BadRequestError, NotFoundError
from dinamis_service.language import text

_BBOX_3D = 6


def box_of(request: Request, bbox: Any) -> BaseGeometry:
    """The area of a bbox of 4 or 6 numbers, or 400; across the antimeridian (west > east) it is two boxes."""
    numbers = [float(number) for number in bbox]
    if not all(map(math.isfinite, numbers)):
        raise BadRequestError(
            text(
                request,
                fr="« bbox » contient autre chose que des nombres finis.",
                en="'bbox' holds something other than finite numbers.",
            )
        )
    return area_of_box(numbers)


def area_of_box(numbers: Sequence[float]) -> BaseGeometry:
    """The area of a bounding box of 4 or 6 finite numbers, in degrees."""
    if len(numbers) == _BBOX_3D:
        numbers = [numbers[0], numbers[1], numbers[3], numbers[4]]
    west, south, east, north = numbers
    if west <= east:
        return shapely.box(west, south, east, north)
    return shapely.multipolygons(
        [shapely.box(west, south, 180, north), shapely.box(-180, south, east, north)]
    )


def geometry_of(request: Request, geojson: str) -> BaseGeometry:
    """A GeoJSON geometry (or feature), or 400."""
    try:
        geometry = shapely.from_geojson(geojson)
    except ShapelyError:
        geometry = None
    if geometry is None or geometry.is_empty:
        raise BadRequestError(
            text(
                request,
                fr="« intersects » n'est pas une géométrie GeoJSON.",
                en="'intersects' is not a GeoJSON geometry.",
            )
        )
    return geometry


def json_object(request: Request, name: str, value: str | None) -> Any:
    """A query parameter that holds a JSON object of objects, or 400."""
    if not value:
        return None
    try:
        parsed = json.loads(value)
    except (ValueError, RecursionError):
        parsed = None
    if not isinstance(parsed, dict) or not all(isinstance(member, dict) for member in parsed.values()):
        raise BadRequestError(
            text(
                request,
                fr=f"« {name} » n'est pas l'objet JSON attendu.",
                en=f"'{name}' is not the expected JSON object.",
            )
        )
    return parsed


def filter_of_parameter(request: Request, expression: str | None, language: str | None) -> Any:
    """The `filter` parameter of a GET: CQL2 text, or CQL2 JSON when `filter-lang` says so."""
    if not expression or language != "cql2-json":
        return expression or None
    try:
        return json.loads(expression)
    except (ValueError, RecursionError) as error:
        raise BadRequestError(
            text(request, fr="« filter » n'est pas du JSON.", en="'filter' is not JSON.")
        ) from error


def refusal(request: Request, error: SearchError) -> BadRequestError:
    """The 400 that says what is wrong with a search, in the caller's language."""
    return BadRequestError(text(request, fr=error.fr, en=error.en))


def no_collection(request: Request, collection_id: str) -> NotFoundError:
    """The 404 for a collection."""
    return NotFoundError(
        text(
            request,
            fr=f"Il n'y a pas de collection « {collection_id} ».",
            en=f"There is no collection '{collection_id}'.",
        )
    )
