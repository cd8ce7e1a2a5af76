"""Geometries as well-known binary, quickly with any shapely."""

from __future__ import annotations

from shapely.geometry.base import BaseGeometry

try:
    from shapely import to_wkb as _to_wkb
except ImportError:  # shapely 1.8, which makes a writer for every geometry: five times the work
    from shapely.geos import WKBWriter, lgeos  # type: ignore[attr-defined]

    _to_wkb = WKBWriter(lgeos).write


def wkb_of(geometry: BaseGeometry) -> bytes:
    """Write a geometry, flat. For one thread, the GUI's: the writer of shapely 1.8 is not to be shared."""
    return _to_wkb(geometry)
