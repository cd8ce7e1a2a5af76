"""Making the gazetteer, and its command."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
import shapely
from gazetteers import gazetteer  # noqa: F401 - a fixture
from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz.distance import OSA

from dinamis_service.catalogue.freetext import build, sources
from dinamis_service.catalogue.freetext.gazetteer import SqliteGazetteer
from dinamis_service.catalogue.freetext.typos import SHORTEST, deletions
from dinamis_service.cli import main

LETTERS = st.text("abcdefghij", min_size=SHORTEST + 1, max_size=14)


def test_damaged_packages_are_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.delenv("DINAMIS_GAZETTEER_PATH", raising=False)  # the one of make, which is there
    for package in sources.PACKAGES:
        (tmp_path / package.wheel).write_bytes(b"not an archive")
    arguments = ["gazetteer", "--wheels", str(tmp_path), "--data-dir", str(tmp_path / "data")]
    assert main(arguments) == 1
    assert "cannot be read" in capsys.readouterr().err
    assert not (tmp_path / "data" / "gazetteer.sqlite").exists()


def test_a_file_of_other_packages_is_made_again(tmp_path: Path):
    path = tmp_path / "gazetteer.sqlite"
    assert not build.is_current(path)
    path.write_bytes(b"anything")
    assert not build.is_current(path)
    path.unlink()
    with closing(sqlite3.connect(path)) as database:
        database.execute("CREATE TABLE about (name TEXT, value TEXT)")
        database.execute("INSERT INTO about VALUES ('fingerprint', 'older')")
        database.commit()
    assert not build.is_current(path)


@given(
    LETTERS,
    st.integers(0, 20),
    st.sampled_from("abcxyz"),
    st.sampled_from(["left out", "put in", "changed", "swapped"]),
)
def test_one_slip_shares_a_hash(word: str, at: int, letter: str, slip: str):
    at %= len(word)
    slipped = {
        "left out": word[:at] + word[at + 1 :],
        "put in": word[:at] + letter + word[at:],
        "changed": word[:at] + letter + word[at + 1 :],
        "swapped": word[:at] + word[at + 1 : at + 2] + word[at] + word[at + 2 :],
    }[slip]
    assert OSA.distance(word, slipped) <= 1
    assert deletions(word) & deletions(slipped)


def test_an_absent_file_is_an_empty_gazetteer(tmp_path: Path):
    empty = SqliteGazetteer(tmp_path / "none.sqlite")
    assert not empty.present
    assert empty.named(["paris"]) == {}
    assert empty.beginning("paris", 5) == []
    assert empty.attribution == ""


def test_places_hold_what_lies_in_them(gazetteer: SqliteGazetteer):  # noqa: F811
    """Outlines are never smaller than the place: communes lie in their département, région and country."""
    for name in ("montpellier", "cayenne", "ajaccio", "brest", "strasbourg", "nice"):
        place = gazetteer.named([name])[name][0]
        outline = gazetteer.outline(place)
        for holder in gazetteer.of(place.within):
            if holder.kind != "country":  # the countries come from another source, drawn more roughly
                outside = shapely.difference(outline, gazetteer.outline(holder))
                assert outside.area <= 1e-4 * outline.area, (name, holder.key)


def test_counts(gazetteer: SqliteGazetteer):  # noqa: F811
    keys = [f"departement {code:02d}" for code in range(1, 96) if code != 20]
    found = gazetteer.named([*keys, "departement 2a", "departement 2b"])
    assert len(found) == 96
    overseas = gazetteer.named([f"departement {code}" for code in (971, 972, 973, 974, 976)])
    assert {places[0].kind for places in overseas.values()} == {"region"}


@pytest.mark.long
def test_it_is_made_from_the_packages(tmp_path: Path):
    sources.fetch(tmp_path / "wheels")
    assert build.build(tmp_path / "wheels", tmp_path / "gazetteer.sqlite") > 100_000
    assert build.is_current(tmp_path / "gazetteer.sqlite")
