"""The translation lint finds a string that a French user would read in English."""

from pathlib import Path

import pytest
from check_translations import Literal, check, read_catalogue, read_code

HERE = Path("dock.py")


def catalogue(source: str, translation: str, kind: str = "") -> str:
    """A .ts file with one entry."""
    return (
        '<TS version="2.1" language="fr"><context><name>Dinamis</name><message>'
        f"<source>{source}</source><translation {kind}>{translation}</translation></message></context></TS>"
    )


def problems(text: str, translation: str, kind: str = "") -> list[str]:
    """What the check says of a string of the code and its entry."""
    entries = read_catalogue(catalogue(text, translation, kind))
    return [str(found) for found in check([Literal(HERE, 1, text, False)], entries)]


def test_a_translated_string_passes() -> None:
    """A finished translation with the same placeholders is accepted."""
    assert problems("Area: {area} km²", "Surface : {area} km²") == []


@pytest.mark.parametrize(
    ("text", "translation", "kind", "said"),
    [
        ("Search", "", "", "no French translation"),
        ("Search", "Rechercher", 'type="unfinished"', "no French translation"),
        ("Sign in", "Sign in", "", "is not translated"),
        ("Results", "Results", "", "is not translated"),
        ("Cloud cover", "Couverture cloud", "", "English word"),
        ("Area: {area}", "Surface : {surface}", "", "placeholders"),
        ("{a} of {b}", "{a} sur", "", "placeholders"),
        ("Cancel the search", "Annuler l\u2019appel", "", "apostrophes are straight"),
    ],
)
def test_a_bad_translation_is_found(text: str, translation: str, kind: str, said: str) -> None:
    """Each kind of fault is named."""
    assert any(said in problem for problem in problems(text, translation, kind))


def test_a_string_without_entry_and_an_entry_without_string_are_found() -> None:
    """The code and the catalogue must hold the same strings."""
    entries = read_catalogue(catalogue("Old", "Ancien"))
    found = [str(problem) for problem in check([Literal(HERE, 7, "New", False)], entries)]
    assert len(found) == 2
    assert 'dock.py:7: no French translation of "New"' in found


def test_a_plural_needs_both_forms() -> None:
    """French has a singular and a plural."""
    xml = (
        '<TS><context><name>Dinamis</name><message numerus="yes"><source>%n scene(s)</source>'
        "<translation><numerusform>%n scène</numerusform></translation></message></context></TS>"
    )
    found = list(check([Literal(HERE, 1, "%n scene(s)", True)], read_catalogue(xml)))
    assert "singular" in str(found[0])


def test_literals_are_found_with_their_alias() -> None:
    """Both ways of calling translate are read, also over several lines."""
    source = 'translate("Dinamis", "One")\nQCoreApplication.translate("Dinamis", "Two "\n    "parts")'
    literals, wrong = read_code(source, HERE)
    assert [literal.text for literal in literals] == ["One", "Two parts"]
    assert wrong == []


@pytest.mark.parametrize(
    "source",
    [
        'translate("Dinamis", f"{n} scenes")',
        'translate("Dinamis", "Found " + name)',
        'translate("Dinamis", "{n}".format(n=1))',
        'translate("Other", "Search")',
        'self.tr("Search")',
        'label.setText("Search")',
        'label.setToolTip(f"Found {n}")',
        'QPushButton("Search", parent)',
    ],
)
def test_what_cannot_be_translated_is_found(source: str) -> None:
    """Computed texts, other contexts and bare literals are problems."""
    assert len(read_code(source, HERE)[1]) == 1


@pytest.mark.parametrize(
    "source", ['label.setText("")', 'label.setText("—")', "label.setText(text)", "affinity.translate(a, 1)"]
)
def test_what_holds_no_words_needs_no_translation(source: str) -> None:
    """Signs and variables are left alone."""
    assert read_code(source, HERE) == ([], [])
