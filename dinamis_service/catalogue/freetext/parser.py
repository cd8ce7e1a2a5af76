"""Reading a text: conditions first, by their shape; then places, by their names in what is left."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import takewhile

from dinamis_service.catalogue.freetext.conditions import (
    Theme,
    take_cloud,
    take_incidence,
    take_open,
    take_types,
    theme_of,
)
from dinamis_service.catalogue.freetext.dates import take_periods
from dinamis_service.catalogue.freetext.folding import key_of
from dinamis_service.catalogue.freetext.gazetteer import Gazetteer, Place
from dinamis_service.catalogue.freetext.points import take_points
from dinamis_service.catalogue.freetext.reading import FoundPlace, Reading
from dinamis_service.catalogue.freetext.sensors import Sensors, begun, take_sensors
from dinamis_service.catalogue.freetext.text import Text
from dinamis_service.catalogue.freetext.words import KIND_HINTS, NEVER_ALONE, SILENT, WITHOUT

MOST_CHOICES = 10
_LONGEST_NAME = 9
"""Words of a name ("Saint-Remy-en-Bouzemont-Saint-Genest-et-Isson" has eight)."""
_MOST_WORDS = 40
_SHORT_WORD = 4
_SURE = 6.3
"""Rank from which a short word within a longer text is a place (a commune of 2,000 inhabitants): there is a
commune of Bar and one of Ars."""
_LONG_WORD = 6
_SHORTEST_WORD = 3
"""Letters of a one-word name within a longer text: Y, Eu, Us ... are found when written alone."""
_SHORTEST_BEGUN = 4
"""Letters of a name that is being typed."""
_PLAUSIBLE = 3.3
"""Rank from which a foreign town is believed in a longer text; others need their country beside them."""
_IDENTIFIER = re.compile(r"(?<![\w.:-])(?=[\w.:-]*\d)(?=[\w.:-]*[_:])[A-Za-z0-9][\w.:-]{11,}(?![\w.:-])")
_CODE = re.compile(r"\d\d|2[ab]|97[1-6]")


@dataclass(frozen=True)
class _Name:
    """Places that a stretch of words may mean, the likeliest first."""

    written: str
    places: tuple[Place, ...]
    chosen: bool = False
    left_out: bool = False


def parse(text: str, gazetteer: Gazetteer, today: date) -> Reading:
    """What a text asks for. Never fails: what is not understood is told as unknown."""
    ids = tuple(_IDENTIFIER.findall(text))
    left = Text(_IDENTIFIER.sub(" ", text))
    points = take_points(left)
    sensors = take_sensors(left)
    types, open_data = take_types(left), take_open(left)
    incidence = take_incidence(left)
    periods = take_periods(left, today)
    cloud = take_cloud(left)
    stretches = left.words()
    names, others = _names(stretches, gazetteer)
    names, others = _with_codes(names, others, gazetteer)
    names, others = _with_first_words(names, others, gazetteer)
    others = _without_begun_mission(sensors, others)
    names, others = _with_begun_name(names, others, stretches[-1], gazetteer)
    places = [_found(name) for name in _told_apart([name for name in names if not name.left_out])]
    without = [_found(name) for name in names if name.left_out]
    themes = _themes(others)
    return Reading(
        places=(*points, *places),
        without_places=tuple(without),
        periods=tuple(periods),
        missions=tuple(sensors.missions),
        platforms=tuple(sensors.platforms),
        without_missions=tuple(sensors.without_missions),
        without_platforms=tuple(sensors.without_platforms),
        cloud=cloud,
        incidence=incidence,
        product_types=tuple(types),
        open_data=open_data,
        themes=themes,
        ids=ids,
        unknown=tuple(_unknown(others)),
    )


def _names(stretches: Sequence[Sequence[str]], gazetteer: Gazetteer) -> tuple[list[_Name], list[str]]:
    """Names of places in stretches of words, the longest first from the left, and the other words."""
    split = [key_of(" ".join(stretch)).split()[:_MOST_WORDS] for stretch in stretches]
    keys = {key for words in split for key in _runs(words)}
    known = gazetteer.named(sorted(keys)) if keys else {}
    alone = sum(map(len, split))
    names: list[_Name] = []
    others: list[str] = []
    for words in split:
        hint: Sequence[str] = ()
        left_out = False
        index = 0
        while index < len(words):
            length, places = _longest(words, index, known, alone)
            if places:
                fitting = tuple(place for place in places if place.kind in hint)
                written = " ".join(words[index : index + length])
                names.append(_Name(written, fitting or places, bool(fitting), left_out))
                hint, left_out = (), False
            else:
                others.append(words[index])
                left_out = words[index] in WITHOUT or (left_out and words[index] in SILENT)
                hint = KIND_HINTS.get(words[index], hint)
            index += length
    return names, others


def _runs(words: Sequence[str]) -> Iterable[str]:
    for start in range(len(words)):
        for end in range(start + 1, min(len(words), start + _LONGEST_NAME) + 1):
            yield " ".join(words[start:end])


def _longest(
    words: Sequence[str], start: int, known: dict[str, list[Place]], alone: int
) -> tuple[int, tuple[Place, ...]]:
    """How many words from `start` on make a name, and its places; one word and none otherwise."""
    for length in range(min(_LONGEST_NAME, len(words) - start), 0, -1):
        run = words[start : start + length]
        places = tuple(known.get(" ".join(run), ()))
        if places and (length == alone or _is_a_name(run, places[0].rank)):
            return length, places
    return 1, ()


def _is_a_name(run: Sequence[str], rank: float) -> bool:
    """Whether words are a name of a place in the midst of others."""
    if len(run) > 1:
        return not all(word in SILENT or word.isdecimal() for word in run)
    (word,) = run
    if len(word) <= _SHORT_WORD and rank < _SURE:
        return False
    return (
        ((len(word) >= _SHORTEST_WORD and not word.isdecimal()) or len(word) == len("34000"))
        and word not in SILENT
        and word not in NEVER_ALONE
        and theme_of(word) is None
    )


def _with_codes(
    names: Sequence[_Name], others: Sequence[str], gazetteer: Gazetteer
) -> tuple[list[_Name], list[str]]:
    """Names with the codes of départements that tell which of them is meant ("Saint-Denis 93")."""
    codes = [word for word in others if _CODE.fullmatch(word)]
    if not codes:
        return list(names), list(others)
    known = gazetteer.named([f"departement {code}" for code in codes])
    alone = not names and len(codes) == len(others)
    added = []
    for code in codes:
        places = tuple(known.get(f"departement {code}", ()))
        if places and (alone or any(_within(name, places) or _shared(name, places) for name in names)):
            added.append(_Name(code, places))
    used = {name.written for name in added}
    return [*names, *added], [word for word in others if word not in used]


def _with_first_words(
    names: Sequence[_Name], others: Sequence[str], gazetteer: Gazetteer
) -> tuple[list[_Name], list[str]]:
    """Names with those that people shorten to their first word ("Chamonix", "Noirmoutier")."""
    added = []
    for word in others:
        if len(word) >= _LONG_WORD and word not in NEVER_ALONE and not _is_known(word):
            places = tuple(place for place in gazetteer.first_word(word) if place.rank >= _SURE)
            added += [_Name(word, places)] if places else []
    used = {name.written for name in added}
    return [*names, *added], [word for word in others if word not in used]


def _without_begun_mission(sensors: Sensors, others: Sequence[str]) -> list[str]:
    """The other words but the last, where that is the beginning of a mission, which joins those asked for."""
    missions = begun(others[-1]) if others else ()
    sensors.missions.extend(name for name in missions if name not in sensors.missions)
    return list(others[:-1] if missions else others)


def _with_begun_name(
    names: Sequence[_Name], others: Sequence[str], last: Sequence[str], gazetteer: Gazetteer
) -> tuple[list[_Name], list[str]]:
    """Names with the one that the text ends in the midst of: a search follows while a person types.

    Only where all else is understood: a word that means nothing stays one.

    Args:
        names: what is understood.
        others: words that are not.
        last: words of the text after which nothing was understood but names.
        gazetteer: all names.
    """
    words = key_of(" ".join(last)).split()[:_MOST_WORDS]
    behind = list(reversed(list(takewhile(set(others).__contains__, reversed(words)))))
    for start in range(max(0, len(behind) - _LONGEST_NAME), len(behind)):
        run = behind[start:]
        rest = [word for word in others if word not in run]
        if not _may_be_begun(run) or any(_unknown(rest)):
            continue
        alone = len(run) > 1 or (not names and run == words)
        found = gazetteer.starting(" ".join(run), MOST_CHOICES)
        places = tuple(place for place in found if alone or place.rank >= _SURE)
        if places:
            left_out = len(words) > len(run) and words[-len(run) - 1] in WITHOUT
            return [*names, _Name(" ".join(run), places, left_out=left_out)], rest
    return list(names), list(others)


def _may_be_begun(run: Sequence[str]) -> bool:
    """Whether words may be the beginning of a name, and no words of their own."""
    first = run[0]
    if first in SILENT or first in WITHOUT or len(" ".join(run)) < _SHORTEST_BEGUN:
        return False
    return len(run) > 1 or not (first.isdecimal() or first in NEVER_ALONE or _is_known(first))


def _within(name: _Name, holders: Sequence[Place]) -> tuple[Place, ...]:
    """Places of a name that lie in one of the holders."""
    ids = {holder.id for holder in holders}
    return tuple(place for place in name.places if ids.intersection(place.within))


def _shared(name: _Name, places: Sequence[Place]) -> tuple[Place, ...]:
    """Places that a name and a list have in common."""
    ids = {place.id for place in places}
    return tuple(place for place in name.places if place.id in ids)


def _told_apart(names: Sequence[_Name]) -> list[_Name]:
    """Names of which one says where the other is are one place: the smaller ("Valence Espagne").

    Two names of one place are one too ("44000 Nantes").
    """
    kept: list[_Name] = []
    for name in names:
        index = next((at for at, one in enumerate(kept) if _shared(one, name.places)), None)
        if index is None:
            kept.append(name)
        else:
            kept[index] = replace(kept[index], places=_shared(kept[index], name.places), chosen=True)
    for holder in list(kept):
        for index, name in enumerate(kept):
            inside = _within(name, holder.places) if name.written != holder.written else ()
            if inside and holder in kept:
                kept[index] = replace(name, places=inside, chosen=True)
                kept.remove(holder)
                break
    return [name for name in kept if len(kept) == 1 or name.chosen or _plausible(name)]


def _plausible(name: _Name) -> bool:
    return name.places[0].kind != "city" or name.places[0].rank >= _PLAUSIBLE


def _found(name: _Name) -> FoundPlace:
    return FoundPlace(name.places[0], name.written, name.places[1 : MOST_CHOICES + 1])


def _themes(words: Iterable[str]) -> tuple[Theme, ...]:
    found = {theme.key: theme for word in words if (theme := theme_of(word))}
    return tuple(found.values())


def _unknown(words: Iterable[str]) -> Iterable[str]:
    for word in dict.fromkeys(words):
        if not _is_known(word):
            yield word


def _is_known(word: str) -> bool:
    """Whether a word that names no place means something, if only by helping the others."""
    return word in SILENT or word in KIND_HINTS or word in WITHOUT or theme_of(word) is not None
