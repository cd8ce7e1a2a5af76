"""Run the suites of tests, each by pytest in its own environment, and sum them up. Run by `make test`.

`run_tests.py` runs all suites, `run_tests.py NAME...` the named ones, `--long` the long tests instead, one
suite after the other. Reports and outputs are in build/test/. The exit code is 1 when a test failed or a
suite ran none.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
import xml.etree.ElementTree as ET
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from vendor import vendor

ROOT = Path(__file__).resolve().parent.parent
REPORTS = ROOT / "build" / "test"
#: A test that takes longer hangs.
TEST_TIMEOUT_S = 600


@dataclass(frozen=True)
class Suite:
    """One folder of tests and the environment it runs in."""

    name: str
    environment: str
    options: tuple[str, ...] = ()
    part_of: str = ""
    """The folder, where the suite is only some files of one."""
    files: tuple[str, ...] = ("",)
    """Those files, as patterns; by default the folder itself."""

    @property
    def folder(self) -> Path:
        """Folder of the tests."""
        return ROOT / "tests" / (self.part_of or self.name)

    @property
    def targets(self) -> list[str]:
        """What pytest is told to run."""
        found = (sorted(self.folder.glob(one)) if one else [self.folder] for one in self.files)
        return [str(path) for paths in found for path in paths]

    def command(self, marker: str, report: Path) -> list[str]:
        """Return the pytest command that writes its report to a file."""
        python = ROOT / ".venv" / self.environment / "bin" / "python"
        shown = ["-q", "--no-header", f"--timeout={TEST_TIMEOUT_S}", "-m", marker, f"--junit-xml={report}"]
        return [str(python), "-m", "pytest", *shown, *self.options, *self.targets]


#: The files of tests/service about people and what they ask for; they take as long as all the others.
PEOPLE = (
    "test_capabilities_*.py",
    "test_identity_*.py",
    "test_registry_*.py",
    "test_requests_*.py",
    "test_web_*.py",
)

SUITES = (
    Suite("unit", "plugin", ("-p", "no:pytest_qgis", "-p", "no:pytest-qt")),
    Suite("plugin", "plugin"),
    Suite("service", "service", tuple(f"--ignore-glob=*/{one}" for one in PEOPLE)),
    Suite("people", "service", part_of="service", files=PEOPLE),
    Suite("tools", "service"),
    Suite("e2e", "service"),
)
#: Lanes that run side by side and take about as long; three, since tests wait for disks and other processes.
LANES = (("unit", "plugin", "tools"), ("service", "e2e"), ("people",))


@dataclass(frozen=True)
class Result:
    """Counts of one suite."""

    name: str
    passed: int
    failed: int
    skipped: int
    seconds: float
    complete: bool

    @property
    def ran(self) -> int:
        """Tests that said something."""
        return self.passed + self.failed


def run_all(chosen: list[Suite], marker: str, *, side_by_side: bool) -> list[Result]:
    """Run suites by lanes, or one after the other; give their counts in the order of `chosen`."""
    by_name = {suite.name: suite for suite in chosen}
    lanes = LANES if side_by_side else (tuple(by_name),)
    found: dict[str, Result] = {}

    def run_lane(names: tuple[str, ...]) -> None:
        for name in names:
            if name in by_name:
                found[name] = run_suite(by_name[name], marker)

    with ThreadPoolExecutor(len(lanes)) as pool:
        list(pool.map(run_lane, lanes))  # raises what a lane raised
    return [found[name] for name in by_name]


def run_suite(suite: Suite, marker: str) -> Result:
    """Run one suite; its output goes to a file meanwhile, and is shown at its end."""
    report, output = REPORTS / f"{suite.name}.xml", REPORTS / f"{suite.name}.txt"
    report.unlink(missing_ok=True)
    print(f"{suite.name} begins", flush=True)
    started = time.monotonic()
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "PYTHONDONTWRITEBYTECODE": "1"}
    with output.open("wb") as file:
        code = subprocess.run(
            suite.command(marker, report),
            cwd=ROOT,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=subprocess.STDOUT,
            check=False,
        ).returncode
    seconds = time.monotonic() - started
    print(f"\n=== {suite.name} ===\n{output.read_text(errors='replace')}", flush=True)
    return read_report(suite.name, report, code, seconds)


def read_report(name: str, report: Path, code: int, seconds: float) -> Result:
    """Count a JUnit report; a suite that died before writing it counts as one failure.

    Args:
        name: Name of the suite.
        report: The JUnit file.
        code: Exit code of pytest (5: no test was selected).
        seconds: How long it took.
    """
    if not report.exists():
        return Result(name, 0, 1, 0, seconds, complete=False)
    cases = list(ET.parse(report).getroot().iter("testcase"))
    failed = sum(1 for case in cases if case.find("failure") is not None or case.find("error") is not None)
    skipped = sum(1 for case in cases if case.find("skipped") is not None)
    complete = code in {0, 1, 5}
    if code not in {0, 5} and not failed:
        failed = 1
    return Result(name, max(len(cases) - failed - skipped, 0), failed, skipped, seconds, complete)


def summary(results: list[Result], *, empty_allowed: bool) -> tuple[str, bool]:
    """Return the table of the suites with its closing line, and whether all is well."""
    lines = [f"{'suite':<10}{'passed':>8}{'failed':>8}{'skipped':>9}{'seconds':>9}"]
    for result in results:
        note = "" if result.complete else "  died before its end"
        note = note or ("" if result.ran or empty_allowed else "  ran no test")
        counts = f"{result.passed:>8}{result.failed:>8}{result.skipped:>9}{result.seconds:>9.1f}"
        lines.append(f"{result.name:<10}{counts}{note}")
    passed, failed, skipped = (
        sum(getattr(result, kind) for result in results) for kind in ("passed", "failed", "skipped")
    )
    lines.append(f"{passed} passed, {failed} failed, {skipped} skipped")
    enough = passed > 0 if empty_allowed else all(result.ran for result in results)
    well = failed == 0 and enough and all(result.complete for result in results)
    return "\n".join(lines), well


def main(argv: list[str]) -> int:
    """Run the suites asked for; print the summary; return 1 when something failed or nothing ran."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("suites", nargs="*", metavar="NAME", help=", ".join(suite.name for suite in SUITES))
    parser.add_argument("--long", action="store_true", help="run the tests marked long instead of the others")
    args = parser.parse_args(argv)
    unknown = set(args.suites) - {suite.name for suite in SUITES}
    if unknown:
        parser.error(f"no suite is called {', '.join(sorted(unknown))}")
    vendor()
    REPORTS.mkdir(parents=True, exist_ok=True)
    chosen = [suite for suite in SUITES if not args.suites or suite.name in args.suites]
    results = run_all(chosen, "long" if args.long else "not long", side_by_side=not args.long)
    table, well = summary(results, empty_allowed=args.long)
    print(f"\n{table}")
    return 0 if well else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
