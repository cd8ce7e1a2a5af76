"""The summary of the tests never says that all is well when it is not."""

from pathlib import Path

from run_tests import LANES, SUITES, Result, read_report, summary


def result(**changes: object) -> Result:
    """A suite that passed, but for the changes."""
    values = {
        "name": "unit",
        "passed": 3,
        "failed": 0,
        "skipped": 1,
        "seconds": 1.0,
        "complete": True,
        **changes,
    }
    return Result(**values)  # type: ignore[arg-type]


def test_counts_are_read_from_the_report(tmp_path: Path) -> None:
    """Failures and errors are both failures."""
    report = tmp_path / "unit.xml"
    report.write_text(
        "<testsuites><testsuite><testcase/><testcase/><testcase><failure/></testcase><testcase><error/></testcase>"
        "<testcase><skipped/></testcase></testsuite></testsuites>"
    )
    read = read_report("unit", report, 1, 2.0)
    assert (read.passed, read.failed, read.skipped, read.complete) == (2, 2, 1, True)


def test_a_suite_that_died_is_a_failure(tmp_path: Path) -> None:
    """A crash leaves no report, a broken collection leaves one without failures."""
    assert read_report("unit", tmp_path / "none.xml", -6, 2.0).failed == 1
    report = tmp_path / "unit.xml"
    report.write_text("<testsuites><testsuite/></testsuites>")
    broken = read_report("unit", report, 2, 2.0)
    assert broken.failed == 1
    assert not summary([broken], empty_allowed=True)[1]


def test_the_closing_line_sums_the_suites() -> None:
    """It is plain text that a program can read."""
    table, well = summary([result(), result(name="e2e", passed=2)], empty_allowed=False)
    assert well
    assert table.splitlines()[-1] == "5 passed, 0 failed, 2 skipped"


def test_a_failure_or_a_suite_without_tests_is_not_well() -> None:
    """Both give a failing exit code."""
    assert not summary([result(), result(failed=1)], empty_allowed=False)[1]
    table, well = summary([result(), result(name="e2e", passed=0)], empty_allowed=False)
    assert not well
    assert "ran no test" in table


def test_long_tests_may_be_in_some_suites_only() -> None:
    """But not in none of them."""
    assert summary([result(), result(passed=0)], empty_allowed=True)[1]
    assert not summary([result(passed=0)], empty_allowed=True)[1]


def test_every_suite_has_its_lane() -> None:
    """One without a lane would never run."""
    assert sorted(name for lane in LANES for name in lane) == sorted(suite.name for suite in SUITES)
