"""The import arrows of docs/architecture.md, read from the code of the plugin.

`domain <- api <- tasks <- controllers <- gui <- plugin.py`: the left is imported by the right, never back.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

PLUGIN = Path(__file__).resolve().parents[2] / "dinamis_plugin"

#: What each layer may import of the plugin itself.
INSIDE = {
    "domain": {"domain"},
    "api": {"domain", "api", "_vendor"},
    "qgisio": {"domain", "api", "qgisio", "paths"},
    "tasks": {"domain", "api", "qgisio", "tasks"},
    "controllers": {"domain", "api", "tasks", "qgisio", "controllers", "paths"},
    "integrations": {"domain", "api", "tasks", "qgisio", "controllers", "integrations", "paths"},
    "gui": {"domain", "controllers", "gui", "paths", "_vendor"},
    "paths": set(),
    "plugin": {"domain", "api", "tasks", "qgisio", "controllers", "integrations", "gui", "paths", "_vendor"},
    "__init__": {"plugin", "paths"},
}
#: What each layer may import beside the standard library.
OUTSIDE = {
    "domain": {"shapely"},
    "api": {"requests", "urllib3", "dateutil", "shapely"},
    "qgisio": {"qgis", "osgeo", "requests", "urllib3", "shapely"},
    "tasks": {"qgis"},
    "controllers": {"qgis", "osgeo", "requests", "shapely"},
    "integrations": {"qgis", "osgeo", "processing", "shapely"},
    "gui": {"qgis", "shapely"},
    "paths": set(),
    "plugin": {"qgis", "shapely"},
    "__init__": {"qgis"},
}
BANNED = ("from PyQt5", "import PyQt5", "from PyQt6", "import PyQt6", ".exec_(", "QVariant.", ".qrc")


@dataclass(frozen=True)
class Import:
    """One module imported by one line of the plugin."""

    path: str
    line: int
    layer: str
    module: str

    @property
    def inside(self) -> str | None:
        """The layer of the plugin that is imported, or None for a package of someone else."""
        parts = self.module.split(".")
        return parts[1] if parts[0] == PLUGIN.name and len(parts) > 1 else None


def sources(folder: Path = PLUGIN) -> Iterator[Path]:
    """The modules of the plugin, without those it only carries."""
    return (path for path in sorted(folder.rglob("*.py")) if "_vendor" not in path.parts)


def imports_of(source: str, relative: Path) -> Iterator[Import]:
    """Every import of a module, relative ones made absolute."""
    package = [PLUGIN.name, *relative.parent.parts]
    layer = relative.parts[0].removesuffix(".py")
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            modules = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.level:
            base = package[: len(package) - node.level + 1]
            stem = ".".join([*base, *([node.module] if node.module else [])])
            # `from .. import domain` names layers in its list, `from ..domain import x` in its module.
            modules = [stem] if "." in stem else [f"{stem}.{alias.name}" for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            modules = [node.module or ""]
        else:
            continue
        yield from (Import(str(relative), node.lineno, layer, module) for module in modules)


def faults(found: Import) -> Iterator[str]:
    """What is wrong with an import, in words."""
    where = f"{found.path}:{found.line}"
    if found.layer not in INSIDE:
        yield f"{where}: {found.layer} is no layer of the architecture"
    elif found.inside:
        if found.inside not in INSIDE[found.layer]:
            yield f"{where}: {found.layer} may not import {found.inside}"
    else:
        top = found.module.split(".")[0]
        if top not in OUTSIDE[found.layer] | set(sys.stdlib_module_names) | {PLUGIN.name}:
            yield f"{where}: {found.layer} may not import {top}"


def test_imports_follow_the_arrows() -> None:
    """No module imports against the arrows, and every module belongs to a layer."""
    wrong = []
    checked = 0
    for path in sources():
        for found in imports_of(path.read_text(encoding="utf-8"), path.relative_to(PLUGIN)):
            checked += 1
            wrong += faults(found)
    assert checked > 0
    assert wrong == []


@pytest.mark.parametrize(
    ("module", "line"),
    [
        ("domain/aoi.py", "from ..api import http"),
        ("domain/aoi.py", "from .. import controllers"),
        ("domain/aoi.py", "import requests"),
        ("domain/aoi.py", "from qgis.core import QgsGeometry"),
        ("api/http.py", "from qgis.PyQt.QtCore import QUrl"),
        ("api/http.py", "from ..qgisio.log import log"),
        ("tasks/runner.py", "from dinamis_plugin.controllers.app import Controllers"),
        ("controllers/app.py", "from ..gui.dock import DinamisDock"),
        ("gui/dock.py", "from ..qgisio.layers import build"),
        ("gui/dock.py", "def f():\n    from ..api.http import HttpClient"),
        ("integrations/drop.py", "from ..gui import dock"),
        ("newcomer/x.py", "import os"),
        ("domain/aoi.py", "import pystac"),
    ],
)
def test_a_wrong_arrow_is_found(module: str, line: str) -> None:
    """Each kind of wrong import is seen, also inside a function."""
    assert [fault for found in imports_of(line, Path(module)) for fault in faults(found)]


@pytest.mark.parametrize("path", list(sources()), ids=lambda path: str(path.relative_to(PLUGIN)))
def test_no_module_uses_what_qt6_lacks(path: Path) -> None:
    """Qt comes from qgis.PyQt, without the names that Qt 6 took away."""
    text = path.read_text(encoding="utf-8")
    assert [banned for banned in BANNED if banned in text] == []


def test_only_the_composition_root_takes_iface() -> None:
    """Everything else is handed the parts of the QGIS window that it needs."""
    users = [
        path.name
        for path in sources()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom)
        and node.module == "qgis.utils"
        and any(alias.name == "iface" for alias in node.names)
    ]
    assert set(users) <= {"plugin.py"}
