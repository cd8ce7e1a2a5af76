"""Every branch on the version of QGIS, Qt or GDAL."""

from __future__ import annotations

from typing import Any

from qgis.core import QgsApplication
from qgis.PyQt.QtCore import QThreadPool


def enum_value(member: Any) -> int:
    """Give the number behind an enum member: PyQt5 members are numbers, PyQt6 ones have `.value`."""
    return int(getattr(member, "value", member))


def task_pool() -> QThreadPool:
    """Give the threads that run tasks: the task manager's own, in older versions those that draw maps too."""
    own = getattr(QgsApplication.taskManager(), "threadPool", None)
    return QThreadPool.globalInstance() if own is None else own()
