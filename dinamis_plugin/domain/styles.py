"""What the bands of each sensor are, and the ready styles made of them (CAT-30).

The order of the bands is told by the catalogue or the file; where neither tells it, it is the order in which
the supplier of the mission writes them (`_ORDERS`).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Union


class StyleKind(Enum):
    """A ready style; the value is what a layer keeps of it."""

    TRUE_COLOUR = "true-colour"
    FALSE_COLOUR = "false-colour"
    NDVI = "ndvi"
    GREY = "grey"


@dataclass(frozen=True)
class WeightedSum:
    """A band computed as a sum: numbers of bands (the first is 1) and their weights."""

    weights: tuple[tuple[int, float], ...]


@dataclass(frozen=True)
class NormalisedDifference:
    """A band computed as (`plus` - `minus`) / (`plus` + `minus`), from -1 to 1."""

    plus: int
    minus: int


Formula = Union[WeightedSum, NormalisedDifference]


@dataclass(frozen=True)
class Recipe:
    """How a style is made of an image.

    Attributes:
        kind: the style.
        bands: numbers of the bands drawn as red, green and blue, or of the one that is drawn.
        formulas: bands to be computed first, of which `bands` are then numbers; none for those of the image.
    """

    kind: StyleKind
    bands: tuple[int, ...]
    formulas: tuple[Formula, ...] = ()


_NATURAL = ("red", "green", "blue")
_OLD_SPOT = ("nir", "red", "green")
_FOUR = (*_NATURAL, "nir")
_NEO = (*_FOUR, "rededge", "coastal")

# SPOT 1 to 3 have XS3, XS2, XS1; SPOT 4 and 5 add the short-wave infrared. None of them sees blue.
_ORDERS: dict[str, tuple[tuple[str, ...], ...]] = {
    **dict.fromkeys(("SPOT 1", "SPOT 2", "SPOT 3"), (_OLD_SPOT,)),
    **dict.fromkeys(("SPOT 4", "SPOT 5"), (_OLD_SPOT, (*_OLD_SPOT, "swir16"))),
    **dict.fromkeys(("SPOT 6/7", "PLEIADES", "PWH"), (_NATURAL, _FOUR)),
    "PLEIADES NEO": (_NATURAL, _FOUR, _NEO),
    "SENTINEL 2": (_NATURAL, ("blue", "green", "red", "nir")),
}
_ANY_ORDER = (_NATURAL, _FOUR)

_COMMON = {
    **dict.fromkeys(("P", "PA", "PAN", "PANCHROMATIC"), "pan"),
    **dict.fromkeys(("DB", "DEEPBLUE", "COASTAL"), "coastal"),
    **dict.fromkeys(("B0", "B", "BLUE"), "blue"),
    **dict.fromkeys(("B1", "G", "GREEN", "XS1"), "green"),
    **dict.fromkeys(("B2", "R", "RED", "XS2"), "red"),
    **dict.fromkeys(("RE", "REDEDGE", "REDEDGE071", "REDEDGE075", "REDEDGE078"), "rededge"),
    **dict.fromkeys(("B3", "NIR", "NIR08", "NIR09", "XS3"), "nir"),
    **dict.fromkeys(("SWIR", "SWIR16", "B4", "MIR"), "swir16"),
}
# Bands of Sentinel-2 by the numbers of ESA, which mean others than those of SPOT and Pléiades.
_SENTINEL = {
    **dict.fromkeys(("B1", "B01"), "coastal"),
    **dict.fromkeys(("B2", "B02"), "blue"),
    **dict.fromkeys(("B3", "B03"), "green"),
    **dict.fromkeys(("B4", "B04"), "red"),
    **dict.fromkeys(("B5", "B05", "B6", "B06", "B7", "B07"), "rededge"),
    **dict.fromkeys(("B8", "B08", "B8A"), "nir"),
    **dict.fromkeys(("B11",), "swir16"),
}


def common_name(name: str, mission: str = "") -> str:
    """The common name of a band (`red`, `nir` ...) by any name of it, empty when it is not known."""
    squeezed = re.sub(r"[^A-Z0-9]", "", name.upper())
    if mission == "SENTINEL 2" and squeezed in _SENTINEL:
        return _SENTINEL[squeezed]
    return _COMMON.get(squeezed, "")


def band_names(mission: str, count: int, told: Sequence[str] = ()) -> tuple[str, ...]:
    """The common names of the bands of an image, in their order; empty when nobody can tell.

    Args:
        mission: code of `search.MISSIONS`, any other for a sensor that is not known.
        count: number of bands.
        told: what the catalogue or the file calls them.
    """
    if count == 1:
        return ("pan",)
    names = tuple(common_name(name, mission) for name in told)
    if len(names) == count and any(names):
        return names
    return next((order for order in _ORDERS.get(mission, _ANY_ORDER) if len(order) == count), ())


def recipes_of(names: Sequence[str]) -> dict[StyleKind, Recipe]:
    """The styles that an image with these bands can have, the one to begin with first.

    Without a blue band, colours close to natural are computed, as has long been done for SPOT: red as it is,
    three parts of green and one of near infrared for green, green for blue. False colours come first then:
    they show what was measured.
    """
    number = {name: place for place, name in enumerate(names, 1) if name}
    made = []
    if all(name in number for name in _NATURAL):
        made.append(Recipe(StyleKind.TRUE_COLOUR, tuple(number[name] for name in _NATURAL)))
    if all(name in number for name in _OLD_SPOT):
        made.append(Recipe(StyleKind.FALSE_COLOUR, tuple(number[name] for name in _OLD_SPOT)))
        if "blue" not in number:
            made.append(_pseudo_natural(number["red"], number["green"], number["nir"]))
    if "nir" in number and "red" in number:
        difference = NormalisedDifference(number["nir"], number["red"])
        made.append(Recipe(StyleKind.NDVI, (1,), (difference,)))
    if not made:
        made.append(Recipe(StyleKind.GREY, (1,)))
    return {recipe.kind: recipe for recipe in made}


def _pseudo_natural(red: int, green: int, nir: int) -> Recipe:
    formulas = (
        WeightedSum(((red, 1.0),)),
        WeightedSum(((green, 0.75), (nir, 0.25))),
        WeightedSum(((green, 1.0),)),
    )
    return Recipe(StyleKind.TRUE_COLOUR, (1, 2, 3), formulas)
