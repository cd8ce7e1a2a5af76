"""Sentences in both languages at once, so that pure rules can speak without knowing who listens."""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple

from dinamis_service.language import Language, text

_NARROW_SPACE = "\u202f"


class Words(NamedTuple):
    """One sentence in French and in English."""

    fr: str
    en: str

    def told(self, language: Language) -> str:
        """The sentence in `language`."""
        return text(language, fr=self.fr, en=self.en)


def number(value: Decimal | int, language: Language, decimals: int = 2) -> str:
    """`value` as people write it in `language`: `1 500,25` or `1,500.25`, without needless zeros."""
    written = f"{Decimal(value):,.{decimals}f}"
    if "." in written:
        written = written.rstrip("0").rstrip(".")
    if language == "fr":
        written = written.replace(",", _NARROW_SPACE).replace(".", ",")
    return written


def euros(cents: int, language: Language) -> str:
    """An amount as people write it in `language`: `20 000,00 €` or `€20,000.00`."""
    written = f"{Decimal(cents) / 100:,.2f}"
    if language == "fr":
        return f"{written.replace(',', _NARROW_SPACE).replace('.', ',')} €"
    return f"€{written}"


def sentence(fr: str, en: str, **values: Decimal | int | Words | str) -> Words:
    """Both sentences with `values` filled in, numbers written the way of each language."""

    def filled(template: str, language: Language) -> str:
        return template.format(
            **{
                name: value.told(language)
                if isinstance(value, Words)
                else value
                if isinstance(value, str)
                else number(value, language)
                for name, value in values.items()
            }
        )

    return Words(filled(fr, "fr"), filled(en, "en"))


def amount(cents: int) -> Words:
    """An amount in both languages."""
    return Words(euros(cents, "fr"), euros(cents, "en"))
