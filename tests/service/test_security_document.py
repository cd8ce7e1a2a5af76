"""docs/security.md names tests that exist, and goes through RFC 9700 whole."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

TESTS = Path(__file__).parent
DOCUMENT = (TESTS.parents[1] / "docs" / "security.md").read_text(encoding="utf-8")
NAMED = sorted(set(re.findall(r"`(test_\w+\.py)::(test_\w+)`", DOCUMENT)))
SECTIONS = (
    "2.1",
    "2.1.1",
    "2.1.2",
    "2.2",
    "2.2.2",
    "2.3",
    "2.4",
    "2.5",
    "2.6",
    *(f"4.{n}" for n in range(1, 18)),
)


def test_it_names_tests() -> None:
    assert len(NAMED) > 50
    assert DOCUMENT.count(".py::") == len(re.findall(r"`test_\w+\.py::test_\w+`", DOCUMENT))


@pytest.mark.parametrize("file", sorted({file for file, _ in NAMED}))
def test_every_test_that_it_names_is_there(file: str) -> None:
    there = set(re.findall(r"def (test_\w+)", (TESTS / file).read_text(encoding="utf-8")))
    assert {test for of, test in NAMED if of == file} - there == set()


@pytest.mark.parametrize("section", SECTIONS)
def test_every_section_of_rfc_9700_has_a_row(section: str) -> None:
    rows = [line.split("|")[1] for line in DOCUMENT.splitlines() if line.startswith("| ")]
    assert any(section in [one.strip() for one in row.split(",")] for row in rows)
