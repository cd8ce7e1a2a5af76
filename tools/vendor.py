"""Copy the locked pure-Python packages of requirements/vendor.txt into dinamis_plugin/_vendor.

Every import of a vendored package is rewritten into a relative one: a copy on `sys.path` would clash with the
copy of another plugin. Run by `make vendor`; nothing is done when the lock and this script did not change.
"""

from __future__ import annotations

import ast
import hashlib
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCK = ROOT / "requirements" / "vendor.txt"
TARGET = ROOT / "dinamis_plugin" / "_vendor"
STAMP = ".made-from"
PACKAGES = ("pystac", "pystac_client", "segno")
#: Parts no plugin uses: command lines, which import what QGIS does not ship.
DROPPED = ("pystac_client/cli.py", "segno/cli.py")
#: Lines that bandit points at, with its code: read, and harmless as the plugin uses them. The upload check
#: of the plugin repository refuses what is not marked so.
REVIEWED = {
    ("pystac/stac_io.py", "with urlopen(req) as f:"): "B310",  # the plugin reads by its own session
    ("segno/writers.py", "from xml.sax.saxutils import"): "B406",  # escapes text, parses none
}
FLOOR = "3.9"

Edit = tuple[int, int, str]


def vendor() -> None:
    """Make dinamis_plugin/_vendor again when the lock or this script changed.

    Raises:
        subprocess.CalledProcessError: a package cannot be fetched or its hash differs.
        ValueError: a package holds compiled code or an import that cannot be rewritten.
    """
    stamp = _fingerprint()
    if _read(TARGET / STAMP) == stamp:
        return
    TARGET.parent.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=TARGET.parent, prefix=".vendor-") as scratch:
        fetched = Path(scratch) / "fetched"
        made = Path(scratch) / "made"
        _fetch(fetched)
        made.mkdir()
        (made / "__init__.py").write_text(
            '"""Third-party packages with rewritten imports, made by `make vendor`."""\n', encoding="utf-8"
        )
        for package in PACKAGES:
            _copy_package(fetched, made, package)
        _check_importable(made)
        (made / STAMP).write_text(stamp, encoding="utf-8")
        shutil.rmtree(TARGET, ignore_errors=True)
        made.rename(TARGET)
    print(f"Vendored {', '.join(PACKAGES)} into {TARGET.relative_to(ROOT)}")


def _fingerprint() -> str:
    return hashlib.sha256(LOCK.read_bytes() + Path(__file__).read_bytes()).hexdigest()


def _read(path: Path) -> str | None:
    return path.read_text(encoding="utf-8") if path.is_file() else None


def _fetch(folder: Path) -> None:
    options = ["--quiet", "--no-deps", "--no-compile", "--only-binary=:all:", f"--python-version={FLOOR}"]
    command = [sys.executable, "-m", "pip", "install", *options, "--require-hashes", "--target", str(folder)]
    subprocess.run([*command, "--requirement", str(LOCK)], check=True)


def _copy_package(fetched: Path, made: Path, package: str) -> None:
    ignored = shutil.ignore_patterns("__pycache__", "*.pyc", "*.pyi", "tests")
    shutil.copytree(fetched / package, made / package, ignore=ignored)
    for dropped in DROPPED:
        (made / dropped).unlink(missing_ok=True)
    for path in sorted((made / package).rglob("*")):
        if path.suffix in {".so", ".pyd", ".dll"}:
            message = f"{path.relative_to(made)} is compiled code, which a plugin may not ship"
            raise ValueError(message)
        if path.suffix == ".py":
            name = path.relative_to(made)
            text = rewrite(path.read_text(encoding="utf-8"), len(name.parts) - 1)
            path.write_text(_mark_reviewed(text, name.as_posix()), encoding="utf-8")
    _copy_licence(fetched, made / package, package)


def _copy_licence(fetched: Path, target: Path, package: str) -> None:
    metadata = next(fetched.glob(f"{package}-*.dist-info"))
    files = [path for path in metadata.rglob("*") if path.is_file()]
    licences = [path for path in files if path.stem.upper() in {"LICENSE", "COPYING"}]
    if not licences:
        message = f"{package} comes without its licence"
        raise ValueError(message)
    for licence in licences:
        shutil.copy(licence, target / licence.name)


def _mark_reviewed(source: str, name: str) -> str:
    for (reviewed, line), code in REVIEWED.items():
        if reviewed != name:
            continue
        if source.count(line) != 1:
            message = f"{name} changed: review {line!r} again"
            raise ValueError(message)
        begin = source.index(line)
        end = source.index("\n", begin)
        source = f"{source[:end]}  # nosec {code}{source[end:]}"
    return source


def rewrite(source: str, depth: int) -> str:
    """Return the source of a module with its imports of vendored packages made relative.

    Assertions become explicit: they would vanish with `python -O`, and the plugin repository refuses them.

    Args:
        source: Python source of the module.
        depth: Number of folders between the module and the vendor folder (1 for `pystac/item.py`).

    Raises:
        ValueError: an import binds names in a way that has no relative form.
    """
    starts = _line_starts(source)
    edits = [
        edit
        for node in ast.walk(ast.parse(source))
        for edit in _edits(node, "." * (depth + 1), starts, source)
    ]
    data = source.encode()
    for begin, end, text in sorted(edits, reverse=True):
        data = data[:begin] + text.encode() + data[end:]
    return data.decode()


def _line_starts(source: str) -> list[int]:
    starts = [0]
    for line in source.encode().splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    return starts


def _edits(node: ast.AST, dots: str, starts: list[int], source: str) -> Iterator[Edit]:
    if isinstance(node, ast.ImportFrom) and not node.level and _is_vendored(node.module or ""):
        # "from " is followed by the module, whatever comes after it stays as it is.
        begin = starts[node.lineno - 1] + node.col_offset + len("from ")
        yield begin, begin + len(node.module or ""), f"{dots}{node.module}"
    elif isinstance(node, ast.Import) and any(_is_vendored(alias.name) for alias in node.names):
        begin, end = _span(node, starts)
        yield begin, end, "; ".join(_relative_import(alias, dots) for alias in node.names)
    elif isinstance(node, ast.Assert):
        test = ast.get_source_segment(source, node.test)
        said = ast.get_source_segment(source, node.msg) if node.msg else None
        yield (*_span(node, starts), f"if not ({test}): raise AssertionError({said or ''})")
    elif isinstance(node, ast.Call) and _names_vendored_resource(node):
        # importlib.resources.files("pystac.static"): the package is known by another name now.
        name = node.args[0]
        begin, end = _span(name, starts)
        root, _, rest = ast.literal_eval(name).partition(".")
        parents = len(dots) - 2
        prefix = "__package__" if not parents else f'__package__.rsplit(".", {parents})[0]'
        yield begin, end, f'{prefix} + ".{rest}"' if root and rest else prefix


def _span(node: ast.stmt | ast.expr, starts: list[int]) -> tuple[int, int]:
    """Bytes of the source that a node takes."""
    end = starts[(node.end_lineno or node.lineno) - 1] + (node.end_col_offset or 0)
    return starts[node.lineno - 1] + node.col_offset, end


def _is_vendored(module: str) -> bool:
    return module.split(".", maxsplit=1)[0] in PACKAGES


def _names_vendored_resource(node: ast.Call) -> bool:
    called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    if called not in {"files", "import_module"} or not node.args:
        return False
    name = node.args[0]
    return isinstance(name, ast.Constant) and isinstance(name.value, str) and _is_vendored(name.value)


def _relative_import(alias: ast.alias, dots: str) -> str:
    if not _is_vendored(alias.name):
        return f"import {alias.name}" + (f" as {alias.asname}" if alias.asname else "")
    top, _, rest = alias.name.rpartition(".")
    if alias.asname:
        return f"from {dots}{top} import {rest} as {alias.asname}"
    if not top:
        return f"from {dots} import {alias.name}"
    # `import a.b` binds a and loads a.b; the leading underscore keeps the loaded module out of the way.
    root = alias.name.split(".", maxsplit=1)[0]
    return f"from {dots} import {root}; from {dots}{top} import {rest} as _{rest}"


def _check_importable(made: Path) -> None:
    """Import every vendored package below a parent package, with the top-level ones forbidden."""
    script = (
        "import importlib, sys\n"
        f"for name in {PACKAGES!r}: sys.modules[name] = None\n"
        f"sys.path.insert(0, {str(made.parent)!r})\n"
        f"for name in {PACKAGES!r}: importlib.import_module('made.' + name)\n"
        "import made.pystac.summaries, made.pystac.validation\n"
        "made.pystac.summaries.Summarizer()\n"
    )
    subprocess.run(["/usr/bin/python3", "-B", "-c", script], check=True)


if __name__ == "__main__":
    vendor()
