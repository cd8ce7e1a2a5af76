"""What a sensor sees of a ground at a moment: multispectral and panchromatic images in digital counts."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dinamis_service.demo.ground import HEIGHT_UNIT, SEA_UNIT, STRIP, TEXTURE_UNIT, Ground, Land, Window
from dinamis_service.demo.materials import Material, Moment, reflectances
from dinamis_service.demo.town import FIRST_YEAR, NEVER
from dinamis_service.demo.world import ORIGIN, Bytes, Floats

Counts = NDArray[np.uint16]

_HAZE = np.array((0.013, 0.022, 0.042, 0.005), np.float32)
"""Light of the air itself, in reflectance: red, green, blue, near infrared."""
_GAIN = 5200.0
"""Counts of a reflectance of 1 under a high sun; a 12-bit sensor saturates at 4095."""
_PAN_WEIGHTS = np.array((0.34, 0.31, 0.2, 0.15), np.float32)
_SHADE = np.array((0.36, 0.4, 0.47, 0.3), np.float32)
"""Share of the light that reaches a shadow: sky light is blue."""
_MAX_COUNT = 4095
_PAN_NOISE = np.float32(1.0)
_MS_NOISE = np.float32(1.2)
"""Noise of the detectors, in counts."""
_SHADED = len(Material) * 256
"""Added to the number of a pixel that lies in the shadow of something."""
_COARSEST_SHADOW = 4.0
"""Resolution in metres from which shadows are smaller than pixels."""


@dataclass(frozen=True)
class Picture:
    """Both images of one acquisition; `ms` is (4, rows, columns): red, green, blue, near infrared."""

    pan: Counts
    ms: Counts


def picture(ground: Ground, window: Window, moment: Moment, ratio: int, seed: int) -> Picture:
    """The panchromatic image at the ground's resolution, and the multispectral one `ratio` times coarser.

    Both come from one true image: the multispectral bands are its mean over the coarse pixels, the
    panchromatic band its weighted sum.
    """
    shape = ground.land.shape
    numbers, height, texture = _surface(ground, window, moment)
    if window.resolution < _COARSEST_SHADOW:
        numbers += _shadows(height, window.resolution, moment) * np.uint16(_SHADED)
    light = np.float32(_GAIN * (0.35 + 0.65 * math.sin(math.radians(moment.sun_elevation))))
    table = reflectances(moment) * light
    table = np.concatenate([table, table * _SHADE]).T.copy()
    pan_table = _PAN_WEIGHTS @ table
    haze = _HAZE * light
    rng = np.random.default_rng(seed)
    pan = np.empty(shape, np.uint16)
    ms = np.empty((4, shape[0] // ratio, shape[1] // ratio), np.uint16)
    for first in range(0, shape[0], STRIP):
        rows = slice(first, min(first + STRIP, shape[0]))
        coarse = slice(rows.start // ratio, rows.stop // ratio)
        number = numbers[rows]
        shine = 1 + texture[rows] * np.float32(TEXTURE_UNIT)
        sharp = pan_table[number] * shine + rng.standard_normal(number.shape, np.float32) * _PAN_NOISE
        pan[rows] = _counts(sharp + _PAN_WEIGHTS @ haze)
        for band in range(4):
            mean = _mean(table[band][number] * shine, ratio)
            mean += rng.standard_normal(mean.shape, np.float32) * _MS_NOISE
            ms[band, coarse] = _counts(mean + haze[band])
    return Picture(pan, ms)


def _mean(values: Floats, ratio: int) -> Floats:
    """Mean over squares of `ratio` pixels, rows first because they lie side by side in memory."""
    rows, columns = values.shape
    lines = values.reshape(rows // ratio, ratio, columns).sum(axis=1)
    return np.asarray(lines.reshape(rows // ratio, columns // ratio, ratio).mean(axis=2) / ratio, np.float32)


def _counts(values: Floats) -> Counts:
    """Counts of 12 bits; 0 is kept for no data."""
    return np.clip(values, 1, _MAX_COUNT).astype(np.uint16)


def _surface(ground: Ground, window: Window, moment: Moment) -> tuple[Counts, Bytes, NDArray[np.int8]]:
    """What covers the ground at a moment: what is built by then, and the sea up to its shore of that day."""
    numbers = np.empty_like(ground.land)
    height = np.empty_like(ground.land_height)
    texture = np.empty_like(ground.land_texture)
    now = moment.year - FIRST_YEAR
    for first in range(0, ground.land.shape[0], STRIP):
        rows = slice(first, min(first + STRIP, ground.land.shape[0]))
        year = ground.year[rows]
        stands = (year <= now) & (year != NEVER)
        works = (year > now) & (year <= now + 1.6) & (year != NEVER)
        number = np.where(stands, ground.built[rows], ground.land[rows])
        number[works] = Material.BARE * 256 + 120
        tall = np.where(stands, ground.built_height[rows], ground.land_height[rows])
        tall[works] = 0
        grain = np.where(stands, ground.built_texture[rows], ground.land_texture[rows])
        sea = ground.sea[rows]
        if sea.max() > -400 / SEA_UNIT:
            x, _ = window.places(rows, slice(0, window.columns))
            _shore(Land(number, tall, grain), sea * np.float32(SEA_UNIT), x, moment)
        numbers[rows], height[rows], texture[rows] = number, tall, grain
    return numbers, height, texture


def shore_shift(x: Floats, moment: Moment) -> Floats:
    """Metres by which the sea has come in: it eats the western beach and leaves the eastern one."""
    along = x - np.float32(774_000.0 - ORIGIN[0])
    years = moment.year - 2013
    trend = -2.3 * years * np.tanh(along / 500)
    season = 6 * math.cos(2 * math.pi * (moment.year % 1 - 0.1))
    cusps = 2.5 * np.sin(along / 23 + 3 * years)
    return np.asarray(trend + season + cusps, np.float32)


def _shore(land: Land, sea: Floats, x: Floats, moment: Moment) -> None:
    """Beach, surf and sea over a strip, in place; `sea` is metres from the mean shoreline."""
    number, height, texture = land.number, land.height, land.texture
    depth = sea + shore_shift(x, moment)
    beach = (depth > -34) & (sea > -58)
    number[beach] = (Material.SAND * 256 + np.clip(200 + 4 * depth, 40, 200)).astype(np.uint16)[beach]
    wet = depth > 0
    along = x * np.float32(1 / 60)
    bars = depth + 16 * np.sin(depth / 24 + np.sin(along)) * np.exp(-np.maximum(depth, 0) / 220)
    tone = np.clip(bars / 2.6, 0, 255).astype(np.uint16)
    number[wet] = tone[wet] + np.uint16(Material.SEA * 256)
    phase = moment.year * 40
    surf = np.sin(depth / 6.5 + 1.7 * np.sin(along * 2.3 + phase) + phase)
    foam = wet & (surf > 0.93) & (depth < 26)
    foam |= wet & (depth < 2.2)
    number[foam] = Material.FOAM * 256 + 128
    height[beach | wet] = 0
    swell = 9 * np.sin(depth / 5.5 + np.sin(along) + phase)
    texture[wet] = (texture[wet] * 0.15 + swell[wet]).astype(np.int8)
    groyne = (np.abs((x % 260) - 130) < 3.4) & (sea > -25) & (sea < 62)
    number[groyne] = Material.PAVEMENT * 256 + 60
    height[groyne] = 6


def _shadows(tall: Bytes, resolution: float, moment: Moment) -> NDArray[np.bool_]:
    """Where something between here and the sun is high enough to hide it."""
    tangent = math.tan(math.radians(moment.sun_elevation))
    azimuth = math.radians(moment.sun_azimuth)
    top = min(float(tall.max()) * HEIGHT_UNIT, 24.0)
    reach = top / tangent
    stride = max(resolution, 1.2)
    shadow = np.zeros(tall.shape, np.bool_)
    height = tall.astype(np.int16)
    for step in range(1, int(reach / stride) + 1):
        away = step * stride
        down = round(math.cos(azimuth) * away / resolution * -1)
        right = round(-math.sin(azimuth) * away / resolution)
        drop = int(away * tangent / HEIGHT_UNIT) + 2
        caster, shaded = _overlap(height.shape, -down, right)
        np.logical_or(shadow[shaded], height[caster] - drop > height[shaded], out=shadow[shaded])
    return shadow


def _overlap(
    shape: tuple[int, ...], down: int, right: int
) -> tuple[tuple[slice, slice], tuple[slice, slice]]:
    """The part of an array that has something `down` rows and `right` columns away, and that something."""
    rows, columns = shape
    source = (slice(max(0, -down), rows - max(0, down)), slice(max(0, -right), columns - max(0, right)))
    target = (slice(max(0, down), rows - max(0, -down)), slice(max(0, right), columns - max(0, -right)))
    return source, target
