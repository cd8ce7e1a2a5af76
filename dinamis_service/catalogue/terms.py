"""Free text as conditions of a search (CAT-06): every word of a text, in what names a scene."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import cache
from typing import Any

from dinamis_service.catalogue.collections import standard_collections
from dinamis_service.catalogue.engine import SearchError
from dinamis_service.catalogue.filters import all_of
from dinamis_service.catalogue.missions import MISSIONS, PLATFORMS

MAX_WORDS = 30
"""Words of one search."""


def search_terms(texts: list[str]) -> Any:
    """CQL2 JSON of free text: any of the texts, of a text every word; None when there is no word in it.

    A word is found, accents and case ignored, in the mission, the platform or the title of the collection,
    and in the id as it is written there or in capitals.

    Raises:
        SearchError: there are too many words.
    """
    asked = [words for words in (re.findall(r"[^\W_]+", text) for text in texts) if words]
    if sum(map(len, asked)) > MAX_WORDS:
        raise SearchError(
            fr=f"« q » : au plus {MAX_WORDS} mots.",
            en=f"'q': at most {MAX_WORDS} words are expected.",
            parameter="q",
        )
    found = [all_of([_word(word) for word in words]) for words in asked]
    return _any_of(found)


def _word(word: str) -> Any:
    plain = _plain(word)
    collections = [name for name, named in _collections().items() if plain in named]
    terms = [
        {"op": "in", "args": [{"property": name}, values]}
        for name, values in (
            ("dinamis:mission", [mission for mission in MISSIONS if plain in _plain(mission)]),
            ("platform", [platform for platform in PLATFORMS if plain in _plain(platform)]),
            ("collection", collections),
        )
        if values
    ]
    spellings = sorted({word, word.upper()})
    terms += [{"op": "like", "args": [{"property": "id"}, f"%{spelling}%"]} for spelling in spellings]
    return _any_of(terms)


@cache
def _collections() -> dict[str, str]:
    """Id to id and title of each collection, lower case without accents."""
    return {found["id"]: _plain(f"{found['id']} {found['title']}") for found in standard_collections()}


def _any_of(terms: Iterable[Any]) -> Any:
    terms = list(terms)
    if not terms:
        return None
    return terms[0] if len(terms) == 1 else {"op": "or", "args": terms}


def _plain(text: str) -> str:
    """Lower case without accents."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(character for character in decomposed if not unicodedata.combining(character))
