"""Missions and satellites in the spellings that people use (CAT-07, CAT-08)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from dinamis_service.catalogue.freetext.folding import plain
from dinamis_service.catalogue.freetext.text import Text
from dinamis_service.catalogue.missions import MISSIONS, PLATFORMS, PWH

SPOT_MISSIONS = tuple(mission for mission in MISSIONS if mission.startswith("SPOT"))
HERITAGE = tuple(mission for mission in SPOT_MISSIONS if mission != "SPOT 6/7")

_NOT = r"(?:(?P<without>sauf|hors|sans|excepte|except|without)\s+(?:les?\s+)?)?"
_PLEIADES = r"(?:pleiades?|pleyades?|phr|pl[ei]iades?)(?:\s*-?\s*hr)?"
_NEO = rf"(?:(?:{_PLEIADES}|spot)[\s-]*neo|p?neo)"
_HERITAGE = r"(?:[\s-]*(?:world[\s-]*heritage|wh))"
_OR = r"\s*(?:/|-|&|,|\bet\b|\bou\b|\ba\b|\band\b|\bor\b)\s*"


_SHORTEST_BEGUN = 4
_SPOKEN = {"pleiades": ("PLEIADES",), "sentinel": ("SENTINEL 2",)}
"""Long names of missions, which are searched for while they are being typed."""


@dataclass
class Sensors:
    """Names of `missions.MISSIONS` and `missions.PLATFORMS` that a text asks for, or asks to leave out."""

    missions: list[str] = field(default_factory=list)
    platforms: list[str] = field(default_factory=list)
    without_missions: list[str] = field(default_factory=list)
    without_platforms: list[str] = field(default_factory=list)

    def add(self, match: re.Match[str], missions: Sequence[str], platforms: Sequence[str]) -> None:
        """Put in what a match means, each once."""
        wanted = match["without"] is None
        pairs = (
            (self.missions if wanted else self.without_missions, missions),
            (self.platforms if wanted else self.without_platforms, platforms),
        )
        for names, more in pairs:
            names.extend(name for name in more if name not in names)


Meaning = tuple[Sequence[str], Sequence[str]]
"""Missions and platforms."""


def take_sensors(text: Text) -> Sensors:
    """Missions and satellites that a text names, taken out of it."""
    found = Sensors()
    for pattern, meaning in _RULES:
        for match in text.take(pattern):
            found.add(match, *meaning(match))
    return found


def begun(word: str) -> tuple[str, ...]:
    """Missions whose usual name a word in plain letters begins, none for one that says too little."""
    if len(word) < _SHORTEST_BEGUN:
        return ()
    return next((missions for name, missions in _SPOKEN.items() if name.startswith(word)), ())


def _missions(*names: str) -> Callable[[re.Match[str]], Meaning]:
    return lambda _match: (names, ())


def _platform(prefix: str) -> Callable[[re.Match[str]], Meaning]:
    return lambda match: ((), (f"{prefix}{match['which'].upper()}",))


def _exactly(name: str) -> Callable[[re.Match[str]], Meaning]:
    return lambda _match: ((), (name,))


def _by_length(names: Iterable[str]) -> list[str]:
    return sorted(names, key=len, reverse=True)


def _spot(match: re.Match[str]) -> Meaning:
    """SPOT 6 and 7 share a mission; each of the others is a mission of its own."""
    mission = f"SPOT {match['which']}"
    return ((mission,), ()) if mission in MISSIONS else ((), (f"SPOT{match['which']}",))


def _rule(
    pattern: str, meaning: Callable[[re.Match[str]], Meaning]
) -> tuple[re.Pattern[str], Callable[[re.Match[str]], Meaning]]:
    return re.compile(rf"(?<![\w-]){_NOT}(?:{pattern})(?!\w)"), meaning


def _spelled(name: str) -> str:
    """Pattern of a name whose words may be written together, apart or with hyphens."""
    return r"[\s/-]*".join(map(re.escape, re.findall(r"[a-z]+|\d+", plain(name))))


_RULES = (
    _rule(rf"pwh|{_PLEIADES}{_HERITAGE}", _missions(PWH)),
    _rule(rf"swh|spot{_HERITAGE}|spot[\s-]*1{_OR}(?:spot[\s-]*)?5", _missions(*HERITAGE)),
    _rule(rf"spot[\s-]*6(?:{_OR}|\s+)(?:spot[\s-]*)?7|spot[\s-]*67", _missions("SPOT 6/7")),
    _rule(rf"{_NEO}[\s-]*(?P<which>[34])", _platform("PNEO")),
    _rule(_NEO, _missions("PLEIADES NEO")),
    _rule(rf"{_PLEIADES}[\s-]*1[\s-]*(?P<which>[ab])", _platform("PHR1")),
    _rule(_PLEIADES, _missions("PLEIADES")),
    _rule(r"spot[\s-]*(?P<which>[1-7])", _spot),
    _rule(r"spots?", _missions(*SPOT_MISSIONS)),
    _rule(r"(?:sentinel[l]?e?s?[\s-]*|s)2[\s-]*(?P<which>[abc])", _platform("S2")),
    _rule(r"sentinel[l]?e?s?(?:[\s-]*2)?|s2", _missions("SENTINEL 2")),
    *(_rule(_spelled(name), _exactly(name)) for name in _by_length(PLATFORMS)),
    *(_rule(_spelled(name), _missions(name)) for name in _by_length(MISSIONS)),
)
"""The longer names first; missions and satellites that nobody calls otherwise go by their own name."""
