"""How far a coordinate reference system reaches: coordinates beyond it name another place, or none.

Projections are formulas: they turn any number into a longitude and a latitude. A rectangle whose x is a
thousand million metres would quietly become an area somewhere near a pole.
"""

from __future__ import annotations

from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsCoordinateTransform,
    QgsCoordinateTransformContext,
    QgsCsException,
    QgsGeometry,
    QgsUnitTypes,
)
from qgis.PyQt.QtCore import QByteArray
from shapely import wkb
from shapely.geometry.base import BaseGeometry

from ..domain.aoi import vertices
from ..domain.errors import AoiError, AoiProblem

BEYOND_AREA_OF_USE_DEG = 45.0
"""People draw beyond the area that a system was made for; degrees taken for metres lie farther away still."""

_TURN_DEG, _TURN_M = 360.0, 40_075_016.686
_SLACK = 1e-6
"""Share of a turn that the way there and back may lose: 40 m, far more than any pair of formulas does."""


def require_reach(before: BaseGeometry, after: BaseGeometry, crs: QgsCoordinateReferenceSystem) -> None:
    """Refuse a geometry with a vertex beyond the reach of its coordinate reference system.

    Each vertex must lie within `BEYOND_AREA_OF_USE_DEG` of the system's area of use, where it has one, and
    within a turn and a half of the globe of the origin. It must come back from EPSG:4326 to where it was, or
    one turn beside it, since maps show the world again there.

    Args:
        before: In `crs`, x towards the east.
        after: The same vertices in EPSG:4326.
        crs: A valid coordinate reference system.

    Raises:
        AoiError: OUTSIDE.
    """
    west, width, south, north = _area_of_use(crs)
    turn = _TURN_DEG if crs.isGeographic() else _TURN_M * _units_per_metre(crs)
    slack = turn * _SLACK
    for (x, y), (lon, lat), (back_x, back_y) in zip(
        vertices(before), vertices(after), vertices(_back(after, crs))
    ):
        near = max(abs(x), abs(y)) <= 1.5 * turn
        shift = abs(back_x - x)
        returns = abs(back_y - y) <= slack and min(shift, abs(shift - turn)) <= slack
        if not (near and returns and south <= lat <= north and (lon - west) % _TURN_DEG <= width):
            raise AoiError(AoiProblem.OUTSIDE, f"{x:g}, {y:g}")


def _area_of_use(crs: QgsCoordinateReferenceSystem) -> tuple[float, float, float, float]:
    """West, width, south and north in degrees of where a system is used; the world when it does not say."""
    bounds = crs.bounds()
    if bounds.isEmpty():
        return -_TURN_DEG / 2, _TURN_DEG, -90.0, 90.0
    margin = BEYOND_AREA_OF_USE_DEG
    own_width = (bounds.xMaximum() - bounds.xMinimum()) % _TURN_DEG or _TURN_DEG
    width = min(own_width + 2 * margin, _TURN_DEG)
    return bounds.xMinimum() - margin, width, bounds.yMinimum() - margin, bounds.yMaximum() + margin


def _units_per_metre(crs: QgsCoordinateReferenceSystem) -> float:
    return float(QgsUnitTypes.fromUnitToUnitFactor(QgsUnitTypes.DistanceUnit.DistanceMeters, crs.mapUnits()))


def _back(after: BaseGeometry, crs: QgsCoordinateReferenceSystem) -> BaseGeometry:
    """The geometry in its own system again."""
    degrees = QgsCoordinateReferenceSystem("EPSG:4326")
    moved = QgsGeometry()
    moved.fromWkb(QByteArray(after.wkb))
    try:
        moved.transform(QgsCoordinateTransform(degrees, crs, QgsCoordinateTransformContext()))
    except QgsCsException:
        raise AoiError(AoiProblem.OUTSIDE) from None
    return wkb.loads(bytes(moved.asWkb()))
