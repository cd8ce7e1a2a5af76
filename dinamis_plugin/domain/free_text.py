"""What a service makes of the words that a person types (CAT-06)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .parsing import objects_of, text_of, texts_of

MOST_LETTERS = 300
"""What a service takes of a text."""
LEAST_LETTERS = 2
"""Before that, every place of France begins so."""


@dataclass(frozen=True)
class Chip:
    """One thing that was understood.

    Attributes:
        kind: `place`, `period`, `mission`, `cloud` and so on, as docs/api.md lists them.
        value: What it is to the service.
        title: For a person, in the language of the plugin.
        excluded: Left out instead of asked for.
        applied: False where the catalogue cannot search by it.
    """

    kind: str
    value: str
    title: str
    excluded: bool = False
    applied: bool = True


@dataclass(frozen=True)
class Reading:
    """A text as a service reads it.

    Attributes:
        chips: What was understood, in the order of the panel's filters.
        unknown: Words that mean nothing to the service; they are looked for in the names of missions.
        notes: Sentences on what could not be applied.
    """

    chips: tuple[Chip, ...] = ()
    unknown: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Reading:
        """Read an answer of `/freetext`."""
        chips = tuple(
            Chip(
                text_of(entry.get("kind")),
                text_of(entry.get("value")),
                text_of(entry.get("title")),
                excluded=entry.get("excluded") is True,
                applied=entry.get("applied") is not False,
            )
            for entry in objects_of(document.get("chips"))
            if text_of(entry.get("title"))
        )
        unknown = (text_of(entry.get("word")) for entry in objects_of(document.get("unknown")))
        return cls(chips, tuple(filter(None, unknown)), texts_of(document.get("notes")))


def endings(text: str) -> list[str]:
    """Give the ends of a text that may be the beginning of a place, the longest first.

    Of `pléiades sai` these are all of it and the last word. A comma begins anew; what is too short to say
    anything is left out.
    """
    last = text.rsplit(",", 1)[-1].lstrip()
    starts = [0] + [found.end() for found in re.finditer(r"\s+", last)]
    found = [last[start:].strip() for start in starts]
    return [end for end in dict.fromkeys(found) if len(end) >= LEAST_LETTERS]
