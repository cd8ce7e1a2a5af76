"""Cloud, angle, product type and themes as people write them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from dinamis_service.catalogue.freetext.text import Text

NO_CLOUDS = 5
"""Percent that "sans nuages" lets through: what is measured is never exactly nothing."""
FEW_CLOUDS = 20
"""Percent that "peu nuageux" lets through."""


@dataclass(frozen=True)
class Limit:
    """The most that is accepted; `strict` leaves the value itself out ("moins de")."""

    value: float
    strict: bool = False

    @property
    def operator(self) -> str:
        """In CQL2."""
        return "<" if self.strict else "<="


@dataclass(frozen=True)
class Theme:
    """A subject; `area` tells whether the catalogue can narrow a search to it."""

    key: str
    fr: str
    en: str
    words: tuple[str, ...]
    area: bool = False


def _theme(key: str, fr: str, en: str, words: str, *, area: bool = False) -> Theme:
    return Theme(key, fr, en, tuple(words.split()), area)


COAST = _theme(
    "littoral",
    "Littoral",
    "Coast",
    "littoral littoraux littorale cotier cotiere cotiers cotes cote coast coastal plage plages rivage",
    area=True,
)
THEMES = (
    COAST,
    _theme("foret", "Forêt", "Forest", "foret forets forestier forestiere boisement forest deforestation"),
    _theme("urbain", "Urbain", "Urban", "urbain urbaine urbanisme urbanisation bati urban"),
    _theme(
        "agriculture",
        "Agriculture",
        "Agriculture",
        "agriculture agricole agricoles cultures vigne vignes viticulture vignoble",
    ),
    _theme("montagne", "Montagne", "Mountains", "montagne montagnes neige glacier glaciers"),
    _theme("eau", "Eau", "Water", "inondation inondations crue crues hydrologie flood"),
    _theme("risques", "Risques", "Hazards", "seisme seismes volcan cyclone incendie incendies risques"),
    _theme("archeologie", "Archéologie", "Archaeology", "archeologie archeologique"),
    _theme("biodiversite", "Biodiversité", "Biodiversity", "biodiversite habitats ecologie"),
)
"""Items say nothing of their subject: of these only the coast can be searched, by its area."""

_BY_WORD = {word: theme for theme in THEMES for word in theme.words}

_STRICT = r"(?:<(?!\s*=)|moins\s+d[e']|inferieure?s?\s+a|sous(?:\s+les)?|under|below|less\s+than)"
_LOOSE = r"(?:<=|≤|<\s*=|max(?:imum|i|\.)?|au\s+plus|jusqu'a|:|=|de|at\s+most)"
_SIGN = rf"(?:(?P<strict>{_STRICT})|{_LOOSE})"
_NUMBER = r"(?P<value>\d{1,3}(?:[.,]\d+)?)"
_CLOUDS = r"(?:nuages?|nuageuse|nebulosite|couvert(?:ure)?(?:\s+nuageuse)?|clouds?(?:\s*cover)?)"
_ANGLE = r"(?:(?:angles?\s+)?(?:d'\s*)?incidences?|angles?|depointage|off[\s-]nadir)"
_DEGREES = r"(?:°|deg(?:res?|rees?)?\b)"

_CLOUD_RULES = (
    re.compile(rf"\b{_CLOUDS}\s*(?:{_SIGN}\s*)?{_NUMBER}(?!\d)\s*(?:%|pour\s*cent)?"),
    re.compile(
        rf"(?:{_SIGN}\s*)?(?<![\d.]){_NUMBER}\s*(?:%|pour\s*cent)(?:\s*(?:de\s+)?{_CLOUDS})?(?:\s+max\w*)?"
    ),
)
_CLEAR = (
    r"\b(?:sans|aucun|0|zero|no)\s+(?:les\s+|aucun\s+)?(?:nuages?|clouds?)\b"
    r"|\bciel\s+(?:clair|degage)\b|\bcloud[\s-]free\b|\bcloudless\b"
)
_NEARLY_CLEAR = (
    r"\b(?:tres\s+)?peu\s+(?:nuageu(?:x|ses?)|de\s+nuages?)\b"
    r"|\bfaible(?:ment)?\s+nuag\w+|\bfew\s+clouds\b"
)
_WORDED = ((re.compile(_CLEAR), NO_CLOUDS), (re.compile(_NEARLY_CLEAR), FEW_CLOUDS))
_ANGLE_RULES = (
    re.compile(rf"\b{_ANGLE}\s*(?:{_SIGN}\s*)?{_NUMBER}(?!\d)\s*{_DEGREES}?"),
    re.compile(rf"{_SIGN}\s*{_NUMBER}\s*{_DEGREES}(?:\s*(?:d'\s*)?incidence)?"),
)
_TYPES = (
    (re.compile(r"\b(?:telechargeables?|downloadables?|a\s+telecharger)\b"), "downloadable"),
    (
        re.compile(r"\b(?:commandables?|a\s+commander|orderables?|archives?(?:\s+airbus)?|oneatlas)\b"),
        "orderable",
    ),
    (re.compile(r"\b(?:a\s+la\s+demande|on[\s-]demand)\b"), "pwh"),
)
_OPEN = re.compile(r"\b(?:open[\s-]*data|donnees?\s+ouvertes?|acces\s+libre|libre\s+acces|open\s+access)\b")


def take_cloud(text: Text) -> Limit | None:
    """The most of clouds, in percent."""
    for pattern, percent in _WORDED:
        for _match in text.take(pattern):
            return Limit(percent)
    return _limit(text, _CLOUD_RULES, most=100)


def take_incidence(text: Text) -> Limit | None:
    """The largest angle from the vertical, in degrees."""
    return _limit(text, _ANGLE_RULES, most=90)


def _limit(text: Text, patterns: Sequence[re.Pattern[str]], most: float) -> Limit | None:
    found = None
    for pattern in patterns:
        for match in text.take(pattern):
            value = float(match["value"].replace(",", "."))
            if value <= most:
                found = Limit(value, match["strict"] is not None)
    return found


def take_types(text: Text) -> list[str]:
    """Values of `dinamis:product_type`."""
    return [kind for pattern, kind in _TYPES if list(text.take(pattern))]


def take_open(text: Text) -> bool:
    """Whether only open data are asked for."""
    return bool(list(text.take(_OPEN)))


def theme_of(word: str) -> Theme | None:
    """The theme that a word in plain letters stands for."""
    return _BY_WORD.get(word)
