"""What the ground is made of, and how much light each material sends back at a date.

A pixel of the ground is a 16-bit number, material x 256 + tone; the tone says which field, roof or depth.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum

import numpy as np

from dinamis_service.demo.world import Floats, Ints


class Material(IntEnum):
    """Kinds of ground."""

    SEA = 0
    WATER = 1
    SAND = 2
    FOAM = 3
    DUNE = 4
    CROP = 5
    VINE = 6
    MEADOW = 7
    ORCHARD = 8
    GARRIGUE = 9
    PINE = 10
    LEAFY = 11
    TRACK = 12
    ASPHALT = 13
    PAVEMENT = 14
    TILES = 15
    FLAT_ROOF = 16
    METAL_ROOF = 17
    LAWN = 18
    POOL = 19
    BARE = 20
    MARKING = 21
    MARSH = 22
    VEHICLE = 23


BANDS = ("red", "green", "blue", "nir")

_PLAIN: dict[Material, tuple[float, float, float, float]] = {
    # reflectance in red, green, blue and near infrared
    Material.SAND: (0.37, 0.32, 0.25, 0.43),
    Material.FOAM: (0.34, 0.36, 0.36, 0.30),
    Material.DUNE: (0.24, 0.22, 0.16, 0.34),
    Material.GARRIGUE: (0.135, 0.125, 0.085, 0.25),
    Material.PINE: (0.045, 0.065, 0.042, 0.27),
    Material.TRACK: (0.30, 0.26, 0.20, 0.34),
    Material.ASPHALT: (0.115, 0.115, 0.118, 0.13),
    Material.PAVEMENT: (0.235, 0.225, 0.21, 0.25),
    Material.TILES: (0.31, 0.185, 0.125, 0.35),
    Material.FLAT_ROOF: (0.25, 0.24, 0.225, 0.27),
    Material.METAL_ROOF: (0.46, 0.46, 0.455, 0.45),
    Material.POOL: (0.09, 0.27, 0.34, 0.05),
    Material.BARE: (0.34, 0.26, 0.18, 0.40),
    Material.MARKING: (0.42, 0.42, 0.41, 0.42),
    Material.MARSH: (0.15, 0.13, 0.095, 0.22),
}

_SOIL = np.array((0.225, 0.165, 0.115, 0.285))
_GREEN = np.array((0.055, 0.095, 0.052, 0.46))
_RIPE = np.array((0.30, 0.245, 0.135, 0.38))
_DRY = np.array((0.215, 0.185, 0.115, 0.31))
_TWIGS = np.array((0.125, 0.105, 0.08, 0.19))
_SHALLOW = np.array((0.115, 0.185, 0.185, 0.045))
_DEEP = np.array((0.018, 0.042, 0.075, 0.012))
_LAGOON = np.array((0.05, 0.082, 0.078, 0.03))


@dataclass(frozen=True)
class Moment:
    """Light and season of one acquisition."""

    when: datetime
    sun_elevation: float
    """Degrees above the horizon."""
    sun_azimuth: float
    """Degrees clockwise from north."""

    @property
    def year(self) -> float:
        """Year with its fraction."""
        return self.when.year + (self.when.timetuple().tm_yday - 1) / 365.25

    @property
    def summer(self) -> float:
        """1 at the end of July, 0 at the end of January."""
        return 0.5 - 0.5 * math.cos(2 * math.pi * (self.year % 1 - 0.08))


def reflectances(moment: Moment) -> Floats:
    """Reflectance at a moment: one row of the four bands for each number of the ground."""
    tone = np.arange(256)[:, None]
    unit = tone / 255.0
    table = np.zeros((len(Material), 256, 4))
    for material, values in _PLAIN.items():
        table[material] = np.array(values) * (0.86 + 0.28 * unit)
    table[Material.SEA] = _SHALLOW + (_DEEP - _SHALLOW) * unit**0.55
    table[Material.WATER] = _LAGOON * (0.8 + 0.5 * unit)
    table[Material.TILES] = _roofs(np.array(_PLAIN[Material.TILES]), unit, tone)
    table[Material.FLAT_ROOF] = _roofs(np.array(_PLAIN[Material.FLAT_ROOF]), unit, tone)
    table[Material.METAL_ROOF] *= np.where(tone % 7 == 0, np.array((0.45, 0.6, 0.75, 0.6)), 1.0)
    table[Material.CROP] = _crops(moment, tone)
    leaves = max(0.0, moment.summer * 1.25 - 0.2)
    table[Material.VINE] = _mix(_SOIL * 1.05, _GREEN, min(0.5, 0.55 * leaves) * (0.75 + 0.5 * unit))
    spring = math.exp(-(((moment.year % 1) - 0.36) ** 2) / 0.012)
    lush = np.clip(0.25 + 0.6 * spring + 0.25 * (1 - moment.summer) + 0.25 * (unit - 0.5), 0, 1)
    table[Material.MEADOW] = _mix(_DRY, _GREEN, 0.8 * lush)
    table[Material.ORCHARD] = _mix(_DRY, _GREEN, 0.5 * lush)
    table[Material.LAWN] = _mix(
        _DRY, _GREEN * np.array((1.1, 1.15, 1.1, 0.85)), np.clip(0.45 + 0.4 * lush, 0, 1)
    )
    table[Material.LEAFY] = _mix(_TWIGS, _GREEN * 0.85, np.clip(leaves, 0.05, 1.0)) * (0.8 + 0.4 * unit)
    table[Material.VEHICLE] = np.where(tone % 3 == 0, 0.55, np.where(tone % 3 == 1, 0.06, 0.22)) * np.ones(4)
    return table.reshape(-1, 4).astype(np.float32)


def _mix(low: Floats, high: Floats, share: Floats | float) -> Floats:
    return low + (high - low) * share


def _roofs(colour: Floats, unit: Floats, tone: Ints) -> Floats:
    """Roofs of many ages; the tone's last bit tells the slope that faces the sun from the other."""
    lit = np.where(tone % 2 == 0, 1.14, 0.82)
    faded = _mix(np.ones(4), np.array((0.9, 1.12, 1.22, 0.95)), unit)
    return colour * faded * (0.78 + 0.4 * ((tone * 37) % 101) / 100.0) * lit


def _crops(moment: Moment, tone: Ints) -> Floats:
    """Each field is sown with another crop each year: winter cereal, summer crop, lucerne, or left bare."""
    farming_year = moment.when.year + (moment.when.month >= 10)
    season = moment.year % 1
    crop = (tone * 31 + farming_year * 17 + (tone // 16) * farming_year) % 5
    cereal_green = math.exp(-(((season - 0.28) / 0.11) ** 2))
    cereal_ripe = math.exp(-(((season - 0.5) / 0.08) ** 2))
    summer_green = math.exp(-(((season - 0.57) / 0.12) ** 2))
    cereal = _mix(_mix(_SOIL, _RIPE, min(1.0, cereal_ripe + 0.3 * (season > 0.5))), _GREEN, cereal_green)
    summer_crop = _mix(_SOIL, _GREEN, 0.95 * summer_green)
    lucerne = _mix(_SOIL, _GREEN, 0.35 + 0.5 * moment.summer)
    stubble = _mix(_SOIL, _DRY, 0.6)
    fields = np.select([crop <= 1, crop == 2, crop == 3], [cereal, summer_crop, lucerne], stubble)
    return fields * (0.82 + 0.36 * ((tone * 53) % 97) / 96.0)
