"""Coordinate systems that outlive the thread that made them.

QGIS keeps what PROJ knows of a coordinate system with the thread that first asked for it, and shares the
system by its caches. A thread of the pool ends after half a minute without work; from then on every transform
from a system of its making fails without a word: a layer draws nothing, and no error tells why. So what a
worker brings is adopted here, on the GUI thread, which lives as long as QGIS.
"""

from __future__ import annotations

from qgis.core import QgsCoordinateReferenceSystem, QgsMapLayer


def forget_worker_systems() -> None:
    """Empty QGIS's caches of coordinate systems, so that nobody is handed one that a worker made."""
    QgsCoordinateReferenceSystem.invalidateCache()


def adopt_system(layer: QgsMapLayer) -> None:
    """Give a layer that a worker made its coordinate system anew, made by the GUI thread (about 10 ms)."""
    made_by_worker = layer.crs()
    forget_worker_systems()
    if made_by_worker.authid():
        own = QgsCoordinateReferenceSystem(made_by_worker.authid())
    else:
        whole = QgsCoordinateReferenceSystem.WktVariant.WKT_PREFERRED
        own = QgsCoordinateReferenceSystem.fromWkt(made_by_worker.toWkt(whole))
    layer.setCrs(own)
