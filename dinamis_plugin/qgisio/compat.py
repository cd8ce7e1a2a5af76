"""Every branch on the version of QGIS, Qt or GDAL."""

from __future__ import annotations

from typing import Any


def enum_value(member: Any) -> int:
    """Give the number behind an enum member: PyQt5 members are numbers, PyQt6 ones have `.value`."""
    return int(getattr(member, "value", member))
