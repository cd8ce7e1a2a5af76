"""DINAMIS: find, load and order very-high-resolution satellite images in QGIS."""

from __future__ import annotations

from typing import Any


def classFactory(iface: Any) -> Any:  # noqa: N802 - the name QGIS looks for
    """Give QGIS the plugin; what needs third-party packages is imported later, so that this never fails."""
    from .plugin import DinamisPlugin  # noqa: PLC0415

    return DinamisPlugin(iface)
