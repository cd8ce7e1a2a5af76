"""Run the plugin tests and the journey on QGIS 3.44, in the second environment of the workshop.

The environment is made by the tool ../shared/tools/qgis344 (or the one in DINAMIS_QGIS344): a Debian trixie
with QGIS 3.44 in which the current folder is mounted. Where the tool is absent this says so and ends well.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

from demo_service import demonstration
from vendor import vendor

ROOT = Path(__file__).resolve().parent.parent
LOCK = ROOT / "requirements" / "plugin344.txt"
REPORT = "build/test/plugin344.xml"
TOOL = Path(os.environ.get("DINAMIS_QGIS344", ROOT.parent / "shared" / "tools" / "qgis344"))
OUT = ROOT / "build" / "demo344"
SCENES, IMAGES = 2000, "small"


def main() -> int:
    """Run both; return 1 when one failed."""
    tool = TOOL
    if not os.access(tool, os.X_OK):
        print(f"Skipped: there is no QGIS 3.44 here ({tool} is absent)")
        return 0
    if os.geteuid() != 0:
        print("Skipped: QGIS 3.44 runs in an environment that only root may enter")
        return 0
    vendor()
    (ROOT / "build" / "test").mkdir(parents=True, exist_ok=True)
    tests = _run_tests(tool)
    journey = _run_journey(tool)
    print(f"\nQGIS 3.44: plugin tests {_word(tests)}, journey {_word(journey)}")
    return 0 if tests and journey else 1


def packages() -> list[str]:
    """The packages of the environment, as they are locked."""
    return re.findall(r"^[\w.-]+==[\w.]+", LOCK.read_text(encoding="utf-8"), re.MULTILINE)


def _run_tests(tool: Path) -> bool:
    """Run the plugin's tests inside, those that want the real service against one outside."""
    pytest = ["python3", "-m", "pytest", "-q", "--no-header", "-m", "not long", "-p", "no:cacheprovider"]
    command = [str(tool), *pytest, f"--junit-xml={REPORT}", "tests/plugin"]
    OUT.mkdir(parents=True, exist_ok=True)
    with demonstration(OUT, scenes=SCENES, images=IMAGES, realdata="") as service:
        accounts = f"/src/{service.accounts_file.relative_to(ROOT)}"
        variables = {
            **os.environ,
            "QGIS344_PIP": " ".join(packages()),
            "QGIS344_ENV": "DINAMIS_TEST_SERVICE DINAMIS_REALDATA",
            "DINAMIS_TEST_SERVICE": f"{service.url} {accounts}",
            "DINAMIS_REALDATA": "/shared/realdata",
        }
        return subprocess.run(command, cwd=ROOT, env=variables, check=False).returncode == 0


def _run_journey(tool: Path) -> bool:
    """Play the journey in a folder of its own, so that both versions can be looked at side by side."""
    command = [sys.executable, "tools/demo.py", "journey", "--qgis344", str(tool), "--out", str(OUT)]
    small = ["--scenes", str(SCENES), "--images", IMAGES, "--language", "en"]
    return subprocess.run([*command, *small], cwd=ROOT, check=False).returncode == 0


def _word(passed: bool) -> str:
    return "passed" if passed else "FAILED"


if __name__ == "__main__":
    sys.exit(main())
