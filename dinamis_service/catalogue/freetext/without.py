"""A text without one of the things that it asks for (CAT-20)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import chain

from dinamis_service.catalogue.freetext.conditions import Limit
from dinamis_service.catalogue.freetext.folding import key_of
from dinamis_service.catalogue.freetext.reading import Reading
from dinamis_service.catalogue.freetext.words import SILENT, WITHOUT
from dinamis_service.catalogue.missions import mission_title

_WORD = re.compile(r"[^\s,;]+")
_LOOSE = re.compile(r"\s*([,;])(?:\s*[,;])*\s*")
_LONGEST = 9
"""Words that may have to go together: the name of a place, or a period from one day to another."""

Key = tuple[str, str, bool]
"""Kind and value of a chip, and whether it leaves out."""
Read = Callable[[str], Reading]


def text_without(text: str, chip: str, read: Read) -> str:
    """The text without the words that mean a chip, `kind/value`; the text itself where it has no such chip.

    The fewest words go without which all else is understood as before, and with them those around that mean
    nothing. Where one word means several missions or satellites, the others are written out.

    Args:
        text: as a person wrote it.
        chip: as `chips` names it.
        read: reads a text.
    """
    kind, _, value = chip.partition("/")
    before = _meaning(read(text))
    wanted = {key for key in before if key[:2] == (kind, value)}
    wanted |= {key for key in before if wanted and key[1:] == (kind, False)}
    kept = before - wanted
    written = _Written(text, read)
    span = written.shortest(wanted, kept) if wanted else None
    if span is None:
        return text
    loose = SILENT if kind in _LIMITS else SILENT - _HELPING
    if any(out for *_, out in wanted):
        loose |= WITHOUT
    first, last = written.widened(span, kept, loose | _SIGNS if kind in _LIMITS else loose)
    lost = kept - written.meaning(first, last)
    named = [mission_title(name) for kind, name, out in sorted(lost) if kind in _NAMED and not out]
    return " ".join([written.without(first, last), *named]).strip()


class _Written:
    """A text whose words are tried without some of them."""

    def __init__(self, text: str, read: Read) -> None:
        self._text = text
        self._read = read
        self._words = [found.span() for found in _WORD.finditer(text)]

    def without(self, first: int, last: int) -> str:
        """The text without some words, and without the commas that nothing is between any more."""
        start, end = self._words[first][0], self._words[last - 1][1]
        return _LOOSE.sub(r"\1 ", f"{self._text[:start].rstrip()} {self._text[end:].lstrip()}").strip(" ,;")

    def meaning(self, first: int, last: int) -> set[Key]:
        """What is meant without these words."""
        return _meaning(self._read(self.without(first, last)))

    def shortest(self, wanted: set[Key], kept: set[Key]) -> tuple[int, int] | None:
        """The fewest words without which nothing of `wanted` is meant, and most of what is to be kept."""
        best: tuple[int, int, int] | None = None
        for length in range(1, min(_LONGEST, len(self._words)) + 1):
            for first in range(len(self._words) - length + 1):
                after = self.meaning(first, first + length)
                if not after & wanted and (best is None or len(after ^ kept) < best[0]):
                    best = (len(after ^ kept), first, first + length)
            if best is not None and best[0] == 0:
                break
        return None if best is None else best[1:]

    def widened(self, span: tuple[int, int], kept: set[Key], loose: frozenset[str]) -> tuple[int, int]:
        """The words with the loose ones around them, up to a comma, where these mean nothing then."""
        first, last = span
        end = len(self._words)
        while first > 0 and self._is_loose(first - 1, first, loose) and self.meaning(first - 1, last) == kept:
            first -= 1
        while last < end and self._is_loose(last, last, loose) and self.meaning(first, last + 1) == kept:
            last += 1
        return first, last

    def _is_loose(self, place: int, after: int, loose: frozenset[str]) -> bool:
        """Whether a word is a loose one, and no comma stands before the word `after`."""
        gap = self._text[self._words[after - 1][1] : self._words[after][0]] if after else ""
        word = self._text[slice(*self._words[place])]
        return not gap.strip() and all(one in loose for one in key_of(word).split() or [word])


_NAMED = ("mission", "platform")
"""Kinds of chips whose value is understood again when it is written out."""
_LIMITS = ("cloud", "incidence")
_SIGNS = frozenset(("<", "<=", "=<", "≤", "%", "°"))
_HELPING = frozenset(
    (
        "angle",
        "annee",
        "annees",
        "incidence",
        "jour",
        "jours",
        "mois",
        "nuage",
        "nuages",
        "nuageux",
        "plus",
        "sans",
    )
)
"""Silent words that stay for the limit or period beside them."""


def _meaning(reading: Reading) -> set[Key]:
    """All that a text asks for, and the words that mean nothing."""
    pairs = (
        ("place", [one.place.key for one in reading.places], False),
        ("place", [one.place.key for one in reading.without_places], True),
        ("period", [f"{one.first or '..'}/{one.last or '..'}" for one in reading.periods], False),
        ("mission", reading.missions, False),
        ("platform", reading.platforms, False),
        ("mission", reading.without_missions, True),
        ("platform", reading.without_platforms, True),
        *_limit("cloud", reading.cloud),
        *_limit("incidence", reading.incidence),
        ("product_type", reading.product_types, False),
        ("access", ["open"] if reading.open_data else [], False),
        ("theme", [one.key for one in reading.themes], False),
        ("id", reading.ids, False),
        ("unknown", reading.unknown, False),
    )
    return set(chain.from_iterable(((kind, value, out) for value in values) for kind, values, out in pairs))


def _limit(kind: str, limit: Limit | None) -> Iterator[tuple[str, list[str], bool]]:
    if limit is not None:
        yield kind, [f"{limit.value:g}"], False
        yield "below" if limit.strict else "at most", [kind], False
