"""Words that are no place, date or condition, as conditions of a search: in what names a scene (CAT-06)."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

from dinamis_service.catalogue.collections import standard_collections
from dinamis_service.catalogue.filters import all_of
from dinamis_service.catalogue.freetext.folding import key_of
from dinamis_service.catalogue.freetext.search import NOTHING
from dinamis_service.catalogue.missions import MISSIONS, PLATFORMS


def search_terms(words: Sequence[str]) -> Any:
    """CQL2 JSON that holds for scenes named by every word; None when there is none.

    A word is found, accents and case ignored, in the mission, the platform and the title of the collection.
    Identifiers are found whole, by their index: a part of one would make the engine read every scene.
    """
    return all_of([_word(key_of(word)) for word in words])


def _word(plain: str) -> Any:
    terms = [
        {"op": "in", "args": [{"property": name}, values]}
        for name, values in (
            ("dinamis:mission", [mission for mission in MISSIONS if plain in key_of(mission)]),
            ("platform", [platform for platform in PLATFORMS if plain in key_of(platform)]),
            ("collection", [name for name, named in _collections().items() if plain in named]),
        )
        if values
    ]
    if not terms:
        return NOTHING
    return terms[0] if len(terms) == 1 else {"op": "or", "args": terms}


@cache
def _collections() -> dict[str, str]:
    """Id to id and title of each collection, as words are compared."""
    return {found["id"]: key_of(f"{found['id']} {found['title']}") for found in standard_collections()}
