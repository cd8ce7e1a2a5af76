"""Choice between French and English."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.requests import Request

from dinamis_service.language import pick_language, text


@pytest.mark.parametrize(
    ("header", "language"),
    [
        (None, "fr"),
        ("", "fr"),
        ("en", "en"),
        ("EN-gb", "en"),
        ("fr-CA,en;q=0.8", "fr"),
        ("fr;q=0.2, en;q=0.9", "en"),
        ("en;q=0.5,fr;q=0.5", "en"),  # the first of equals
        ("de", "fr"),
        ("de,en;q=0.1", "en"),
        ("*", "fr"),
        ("en;q=0", "fr"),
        ("en;q=nan", "fr"),
        ("en;q=much", "fr"),
        ("english", "fr"),
    ],
)
def test_the_header_chooses(header: str | None, language: str) -> None:
    assert pick_language(header) == language


@given(st.text(max_size=200))
def test_any_header_gives_one_of_the_two(header: str) -> None:
    assert pick_language(header) in ("fr", "en")


def test_a_sentence_suits_a_request_or_a_language() -> None:
    request = Request({"type": "http", "headers": [(b"accept-language", b"en")]})
    assert text(request, fr="oui", en="yes") == "yes"
    assert text("en", fr="oui", en="yes") == "yes"
    assert text("fr", fr="oui", en="yes") == "oui"
    assert text(None, fr="oui", en="yes") == "oui"
