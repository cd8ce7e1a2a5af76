"""Resolve every Qt name of the plugin against PyQt6, so that QGIS 4 is not a rewrite.

The code runs on PyQt5 (QGIS 3.22 and 3.44); the names it takes from `qgis.PyQt`, and the attributes it takes
from those (`Qt.ItemDataRole.UserRole`), must exist in PyQt6 too. Needs no QGIS: PyQt6 comes with the linters.
"""

from __future__ import annotations

import ast
import importlib
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
SHIM = "qgis.PyQt"
#: In QtWidgets on Qt 5 and in QtGui on Qt 6; the shim of QGIS keeps them in QtWidgets.
MOVED_TO_QTGUI = {"QAction", "QActionGroup", "QShortcut", "QUndoCommand", "QUndoGroup", "QUndoStack"}
#: Methods that PyQt6 or Qt 6 took away, whatever object they are called on.
GONE_METHODS = {"exec_", "setFilterRegExp", "toPyObject", "print_"}


@dataclass(frozen=True)
class Problem:
    """A Qt name that PyQt6 does not know."""

    path: Path
    line: int
    text: str

    def __str__(self) -> str:
        """Return the problem as compilers write theirs."""
        return f"{self.path}:{self.line}: {self.text}"


class QtNames(ast.NodeVisitor):
    """Collects what a module imports from qgis.PyQt and every attribute chain rooted there."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.problems: list[Problem] = []
        self._bound: dict[str, Any] = {}

    def visit_Import(self, node: ast.Import) -> None:
        """Refuse `import PyQt5` and resolve `import qgis.PyQt.QtX as name`."""
        for alias in node.names:
            if alias.name.split(".")[0] in {"PyQt5", "PyQt6"}:
                self._report(node, f"import {alias.name}: use qgis.PyQt")
            elif alias.name.startswith(f"{SHIM}.") and alias.asname:
                self._bind(alias.asname, self._module(node, alias.name))

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        """Resolve `from qgis.PyQt... import ...`."""
        module = node.module or ""
        if module.split(".")[0] in {"PyQt5", "PyQt6"}:
            self._report(node, f"from {module}: use qgis.PyQt")
        if module != SHIM and not module.startswith(f"{SHIM}."):
            return
        for alias in node.names:
            name = alias.asname or alias.name
            if module == SHIM:
                self._bind(name, self._module(node, f"{SHIM}.{alias.name}"))
            else:
                self._bind(name, self._member(node, module, alias.name))

    def visit_Attribute(self, node: ast.Attribute) -> None:
        """Resolve a chain such as `Qt.ItemDataRole.UserRole`, root first."""
        if node.attr in GONE_METHODS:
            self._report(node, f".{node.attr} is gone in PyQt6")
        names, root = [node.attr], node.value
        while isinstance(root, ast.Attribute):
            names.insert(0, root.attr)
            root = root.value
        if isinstance(root, ast.Name) and root.id in self._bound:
            self._resolve(node, root.id, names)
        else:
            self.generic_visit(node)

    def _resolve(self, node: ast.AST, root: str, names: list[str]) -> None:
        found, path = self._bound[root], root
        for name in names:
            path = f"{path}.{name}"
            if getattr(found, "__name__", "") == "PyQt6.QtWidgets" and name in MOVED_TO_QTGUI:
                found = importlib.import_module("PyQt6.QtGui")
            if not hasattr(found, name):
                self._report(node, f"{path} does not exist in PyQt6")
                return
            found = getattr(found, name)

    def _module(self, node: ast.AST, name: str) -> Any:
        try:
            return importlib.import_module(name.replace(SHIM, "PyQt6", 1))
        except ImportError:
            self._report(node, f"{name} does not exist in PyQt6")
            return None

    def _member(self, node: ast.AST, module: str, name: str) -> Any:
        if module == f"{SHIM}.QtWidgets" and name in MOVED_TO_QTGUI:
            module = f"{SHIM}.QtGui"
        elif module == f"{SHIM}.QtGui" and name in MOVED_TO_QTGUI:
            self._report(node, f"{name}: import it from qgis.PyQt.QtWidgets, where Qt 5 has it")
            return None
        found = self._module(node, module)
        if found is not None and not hasattr(found, name):
            self._report(node, f"{module}.{name} does not exist in PyQt6")
            return None
        return getattr(found, name, None)

    def _bind(self, name: str, found: Any) -> None:
        if found is not None:
            self._bound[name] = found

    def _report(self, node: ast.AST, text: str) -> None:
        self.problems.append(Problem(self.path, getattr(node, "lineno", 0), text))


def check_source(source: str, path: Path) -> list[Problem]:
    """Return the Qt names of one module that PyQt6 does not have."""
    names = QtNames(path)
    tree = ast.parse(source, str(path))
    # Imports inside functions bind names too: collect all of them before any chain is resolved.
    for node in ast.walk(tree):
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            names.visit(node)
    names.visit(tree)
    return list(dict.fromkeys(names.problems))


def plugin_sources(folder: Path) -> Iterator[Path]:
    """Yield the modules of a plugin, without those it only carries."""
    for path in sorted(folder.rglob("*.py")):
        if "_vendor" not in path.relative_to(folder).parts:
            yield path


def main() -> int:
    """Check the plugin; print the problems; return 1 when there is one."""
    problems = []
    for path in plugin_sources(ROOT / "dinamis_plugin"):
        problems += check_source(path.read_text(encoding="utf-8"), path.relative_to(ROOT))
    for problem in problems:
        print(problem)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
