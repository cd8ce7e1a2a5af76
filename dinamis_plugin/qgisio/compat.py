"""Every branch on the version of QGIS, Qt or GDAL."""

from __future__ import annotations

from typing import Any

from osgeo import gdal


def enum_value(member: Any) -> int:
    """Give the number behind an enum member: PyQt5 members are numbers, PyQt6 ones have `.value`."""
    return int(getattr(member, "value", member))


def set_path_option(prefix: str, key: str, value: str) -> None:
    """Set a GDAL option for the files below a prefix only; GDAL before 3.6 does without."""
    setter = getattr(gdal, "SetPathSpecificOption", None)
    if setter is not None:
        setter(prefix, key, value)


def clear_path_options(prefix: str) -> None:
    """Undo `set_path_option` for a prefix."""
    clear = getattr(gdal, "ClearPathSpecificOptions", None)
    if clear is not None:
        clear(prefix)
