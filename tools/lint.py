"""Run every static check of the project and say which one failed. Run by `make lint`.

`lint.py` runs all of them, `lint.py NAME...` the named ones; every check runs even after one failed.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import check_zip
from package import ARCHIVE, STAGED, package

ROOT = Path(__file__).resolve().parent.parent
BIN = ROOT / ".venv" / "service" / "bin"
PYTHON = str(BIN / "python")


def run(*command: str) -> bool:
    """Run a command in the root of the project; say whether it found nothing."""
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    return subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode == 0


def ruff() -> bool:
    """Style of all Python code."""
    return run(str(BIN / "ruff"), "check", "--quiet", ".")


def types() -> bool:
    """Types: strict for the service and the parts of the plugin that need no QGIS, normal for the rest."""
    mypy = [str(BIN / "mypy"), "--no-error-summary"]
    strict = run(*mypy, "--strict", "-p", "dinamis_service")
    # The package's own start leads to the rest of the plugin, which QGIS leaves without types.
    silent = [*mypy, "--strict", "--follow-imports=silent"]
    strict = run(*silent, "-p", "dinamis_plugin.domain", "-p", "dinamis_plugin.api") and strict
    tools = run(*mypy, "--strict", "tools")
    return run(*mypy, "-p", "dinamis_plugin") and strict and tools


def qt6() -> bool:
    """Names of Qt that PyQt6 lacks."""
    return run(PYTHON, "tools/check_qt6.py")


def translations() -> bool:
    """Strings without their French translation."""
    return run(PYTHON, "tools/check_translations.py")


def layers() -> bool:
    """Imports against the arrows of the architecture."""
    quiet = ["-q", "--no-header", "-p", "no:cacheprovider"]
    return run(PYTHON, "-m", "pytest", *quiet, "tests/unit/test_layering.py", "--noconftest")


def package_plugin() -> bool:
    """The zip builds."""
    try:
        package()
    except (OSError, ValueError, subprocess.CalledProcessError) as error:
        print(error)
        return False
    return True


def bandit() -> bool:
    """Bandit on the plugin as it is shipped: one finding and the plugin repository blocks the upload."""
    return run(str(BIN / "bandit"), "--quiet", "--recursive", str(STAGED))


def secrets() -> bool:
    """detect-secrets on the plugin as it is shipped; it exits with 0 whatever it finds."""
    scan = [str(BIN / "detect-secrets"), "scan", "--all-files", str(STAGED)]
    answer = subprocess.run(scan, cwd=ROOT, capture_output=True, text=True, check=True)
    found = json.loads(answer.stdout)["results"]
    for path, hits in found.items():
        for hit in hits:
            print(f"{path}:{hit['line_number']}: {hit['type']}")
    return not found


def zip_contents() -> bool:
    """What plugins.qgis.org checks on upload."""
    problems = check_zip.problems(ARCHIVE)
    print("\n".join(problems), end="\n" if problems else "")
    return not problems


CHECKS: dict[str, Callable[[], bool]] = {
    "ruff": ruff,
    "types": types,
    "qt6": qt6,
    "translations": translations,
    "layers": layers,
    "package": package_plugin,
    "bandit": bandit,
    "secrets": secrets,
    "zip": zip_contents,
}


def main(names: list[str]) -> int:
    """Run the named checks, or all; print one line for each; return 1 when one failed."""
    unknown = [name for name in names if name not in CHECKS]
    if unknown:
        print(f"No check is called {', '.join(unknown)}; there are {', '.join(CHECKS)}")
        return 2
    lines = []
    for name in names or CHECKS:
        started = time.monotonic()
        passed = CHECKS[name]()
        lines.append((name, passed, time.monotonic() - started))
    print("\nlint")
    for name, passed, seconds in lines:
        print(f"  {name:<14} {'ok' if passed else 'FAILED':<8} {seconds:5.1f} s")
    failed = [name for name, passed, _ in lines if not passed]
    print(f"{len(lines) - len(failed)} passed, {len(failed)} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
