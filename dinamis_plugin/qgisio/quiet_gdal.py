"""GDAL that says nothing, whether another plugin switched its exceptions on or not.

What it says of a fault names addresses, signature and all.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from osgeo import gdal

from ..domain.errors import CorruptImageError


@contextmanager
def quiet() -> Iterator[None]:
    """Keep GDAL from writing its errors of this thread to the standard error."""
    gdal.PushErrorHandler("CPLQuietErrorHandler")
    try:
        yield
    finally:
        gdal.PopErrorHandler()


def open_source(source: str, flags: int = gdal.OF_RASTER) -> gdal.Dataset | None:
    """Open an image, or whatever the flags say; None where GDAL cannot."""
    try:
        with quiet():
            return gdal.OpenEx(source, flags)
    except RuntimeError:
        return None


def opened(source: str) -> gdal.Dataset:
    """Open an image.

    Raises:
        CorruptImageError: GDAL cannot.
    """
    dataset = open_source(source)
    if dataset is None:
        raise CorruptImageError("")
    return dataset
