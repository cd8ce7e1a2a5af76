"""The list of capabilities names places that exist."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LIST = (ROOT / "docs" / "capabilities.md").read_text(encoding="utf-8")
ROW = re.compile(r"^\| ((?:[A-Z]{3}-\d\d)(?:(?: to |, )[A-Z]{3}-\d\d)*) \|", re.MULTILINE)
#: How many capabilities each family has in the specification.
FAMILIES = {"REG": 49, "ACC": 19, "CAT": 58, "REQ": 31, "QUO": 12, "SUP": 14, "ADJ": 4}


def test_places_exist():
    places = re.findall(r"`([\w./]+/[\w./]+)`", LIST)
    missing = sorted({place for place in places if not (ROOT / place).exists()})
    assert places
    assert not missing


def test_every_capability_is_listed_once():
    listed = []
    for cell in ROW.findall(LIST):
        for part in cell.split(", "):
            first, _, last = part.partition(" to ")
            family, start = first.split("-")
            end = (last or first).split("-")[1]
            listed += [f"{family}-{number:02d}" for number in range(int(start), int(end) + 1)]
    wanted = [f"{family}-{number:02d}" for family in FAMILIES for number in range(1, FAMILIES[family] + 1)]
    assert sorted(listed) == sorted(wanted)


def test_code_names_only_capabilities_that_exist():
    known = re.compile(r"\b(REG|ACC|CAT|REQ|QUO|SUP|ADJ)-(\d\d)\b")
    files = [*(ROOT / "dinamis_plugin").rglob("*.py"), *(ROOT / "dinamis_service").rglob("*.py")]
    wrong = {
        f"{path.relative_to(ROOT)}: {family}-{number}"
        for path in files
        if "_vendor" not in path.parts
        for family, number in known.findall(path.read_text(encoding="utf-8"))
        if not 1 <= int(number) <= FAMILIES[family]
    }
    assert not wrong
