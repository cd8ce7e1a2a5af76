"""Nationalities of entities and people: countries of ISO 3166-1 as Unicode names them (REG-12, REG-14)."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from babel import Locale

from dinamis_service.language import Language

FRANCE = "FR"
_NO_COUNTRY = frozenset(re.findall("..", "ACAQBVCPCQDGEAEUEZHMICQOTAUMUNXAXBZZ"))
_FRENCH = frozenset(["BL", "GF", "GP", "MF", "MQ", "NC", "PF", "PM", "RE", "TF", "WF", "YT"])
"""French overseas: the nationality there is French."""
EUROPE = frozenset(re.findall("..", "ATBEBGCHCYCZDEDKEEESFIGRHRHUIEISITLTLULVMTNLNOPLPTROSESISK"))
"""Members of the European Union but France, and Switzerland, Iceland, Norway (category 9)."""


@lru_cache(maxsize=2)
def countries(language: Language) -> dict[str, str]:
    """Codes and names of the countries, in the order of the names."""
    names = {
        code: str(name)
        for code, name in Locale(language).territories.items()
        if len(code) == 2 and code.isalpha() and code not in _NO_COUNTRY | _FRENCH  # noqa: PLR2004
    }
    return dict(sorted(names.items(), key=lambda one: _order(one[1])))


def country(code: str, language: Language) -> str:
    """Name of a country; the code itself where it is none."""
    return countries(language).get(code, code)


def eligibility_of(nationality: str) -> str:
    """The choice of the list Eligibilité that a nationality goes with."""
    if nationality == FRANCE:
        return "france"
    return "europe" if nationality in EUROPE else "world"


def _order(name: str) -> str:
    """Names in the order of a dictionary: accents and signs do not count."""
    plain = unicodedata.normalize("NFKD", name).casefold()
    return "".join(one for one in plain if one.isalnum() or one == " ")
