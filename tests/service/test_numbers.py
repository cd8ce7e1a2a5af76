"""Numbers that people type in forms."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dinamis_service.numbers import read_number, type_number
from dinamis_service.quotas.words import number


@pytest.mark.parametrize(
    ("written", "fr", "en"),
    [
        ("1500", "1500", "1500"),
        ("1 500,25", "1500.25", "1500.25"),
        ("1\u202f500", "1500", "1500"),
        ("1,500", "1.500", "1500"),
        ("1,234,567.5", None, "1234567.5"),
        ("1500,5", "1500.5", "1500.5"),
        ("1.5", "1.5", "1.5"),
        ("-3", "-3", "-3"),
        ("", None, None),
        ("NaN", None, None),
        ("1e999999999", None, None),
        ("12 km", None, None),
        ("٣", "3", "3"),
    ],
)
def test_a_number_is_read_in_the_language_of_the_page(written: str, fr: str | None, en: str | None) -> None:
    for language, expected in (("fr", fr), ("en", en)):
        if expected is None:
            with pytest.raises(ValueError):
                read_number(written, language)
        else:
            assert read_number(written, language) == Decimal(expected)


AMOUNTS = st.decimals(min_value=-(10**9), max_value=10**9, places=4)


@given(AMOUNTS, st.sampled_from(["fr", "en"]))
def test_what_is_shown_or_typed_is_read_back(value: Decimal, language: Literal["fr", "en"]) -> None:
    assert read_number(type_number(value, language), language) == value
    assert read_number(number(value, language, 4), language) == value
