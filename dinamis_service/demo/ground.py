"""Layers of the ground under one image: what is everywhere and always, and what is built on it and when."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dinamis_service.demo import world as lay
from dinamis_service.demo.materials import Material
from dinamis_service.demo.town import FIRST_YEAR, NEVER, Town, town
from dinamis_service.demo.trees import trees
from dinamis_service.demo.world import Bytes, Districts, Floats, World

STRIP = 16
"""Rows computed at once: the arrays of a strip stay in the processor's cache."""
_BLOCK = 2000
"""Columns of the ground computed at once."""
_OPEN_SEA = 120.0
"""Metres from the mean shoreline where there is only sea at any date."""
HEIGHT_UNIT = 0.25
"""Metres of one step of a height."""
SEA_UNIT = 0.25
"""Metres of one step of a distance to the shore."""
TEXTURE_UNIT = 1 / 300
"""Relative brightness of one step of a texture."""
_SEED_SEARCH = 4.0
"""Metres between the pixels where the nearest districts are looked for."""

Numbers = NDArray[np.uint16]

_KINDS = np.repeat(
    np.array(
        [Material.VINE, Material.CROP, Material.MEADOW, Material.ORCHARD, Material.GARRIGUE], dtype=np.uint16
    ),
    [84, 92, 30, 20, 30],
)
"""Use of a field by eight bits of chance."""


@dataclass(frozen=True)
class Ground:
    """Pixels of a window; `land` and `built` are numbers of `materials` (material x 256 + tone)."""

    land: Numbers
    land_height: Bytes
    land_texture: NDArray[np.int8]
    built: Numbers
    built_height: Bytes
    built_texture: NDArray[np.int8]
    year: Bytes
    """Years from `town.FIRST_YEAR` to the construction of `built`, or `NEVER`."""
    sea: NDArray[np.int16]
    """Distance from the mean shoreline in `SEA_UNIT`, positive at sea."""


@dataclass(frozen=True)
class Land:
    """The layers of a strip before anything is built, changed in place."""

    number: Numbers
    height: Bytes
    texture: Floats


@dataclass(frozen=True)
class Window:
    """Pixels of an image laid along the axes of EPSG:2154, in metres; rows and columns are multiples of 8."""

    west: float
    north: float
    resolution: float
    rows: int
    columns: int

    def places(self, rows: slice, columns: slice) -> tuple[Floats, Floats]:
        """Centres of some pixels, in metres from the world's origin: one row of x, one column of y."""
        x = self.west - lay.ORIGIN[0] + self.resolution * (np.arange(columns.start, columns.stop) + 0.5)
        y = self.north - lay.ORIGIN[1] - self.resolution * (np.arange(rows.start, rows.stop) + 0.5)
        return x.astype(np.float32)[None, :], y.astype(np.float32)[:, None]


def look(world: World, window: Window, since: int) -> Ground:
    """The ground under an image.

    Args:
        world: the country.
        window: the pixels.
        since: year of the first look; the land under what was built long before it is left out.
    """
    shape = (window.rows, window.columns)
    layers = Ground(
        land=np.empty(shape, np.uint16),
        land_height=np.empty(shape, np.uint8),
        land_texture=np.empty(shape, np.int8),
        built=np.empty(shape, np.uint16),
        built_height=np.empty(shape, np.uint8),
        built_texture=np.empty(shape, np.int8),
        year=np.empty(shape, np.uint8),
        sea=np.empty(shape, np.int16),
    )
    for top in range(0, window.rows, STRIP):
        for left in range(0, window.columns, _BLOCK):
            rows = slice(top, min(top + STRIP, window.rows))
            columns = slice(left, min(left + _BLOCK, window.columns))
            _block(world, layers, window, (rows, columns), since)
    return layers


def _block(world: World, layers: Ground, window: Window, part: tuple[slice, slice], since: int) -> None:
    x, y = window.places(*part)
    sea = lay.coast(x, y)
    layers.sea[part] = np.clip(sea / SEA_UNIT, -32000, 32000)
    if sea.min() > _OPEN_SEA:
        for layer in (
            layers.land,
            layers.land_height,
            layers.land_texture,
            layers.built,
            layers.built_height,
        ):
            layer[part] = 0
        layers.built_texture[part] = 0
        layers.year[part] = NEVER
        return
    step = next(step for step in (8, 4, 2, 1) if step == 1 or step * window.resolution <= _SEED_SEARCH)
    rng = np.random.default_rng((world.seed, int(x[0, 0] * 4), int(y[0, 0] * 4)))
    grain = rng.standard_normal((y.size, x.size), np.float32)
    grain = (grain + np.roll(grain, 1, 1) + np.roll(grain, 1, 0)) * np.float32(0.009)
    where = lay.districts(world, x, y, step)
    streets = town(world, where, x, y, grain)
    if streets.year.max() < since - FIRST_YEAR - 2 and _dry(x, y, sea):
        land = Land(np.zeros_like(streets.number), np.zeros_like(streets.height), np.zeros_like(grain))
    else:
        land = _countryside(world, where, x, y, grain)
        wet = _water(world, land, x, y, sea)
        _roads(land, streets, where, x, y)
        streets.year[wet] = NEVER
    layers.land[part] = land.number
    layers.land_height[part] = land.height
    layers.land_texture[part] = _texture(land.texture)
    layers.built[part] = streets.number
    layers.built_height[part] = streets.height
    layers.built_texture[part] = _texture(streets.texture)
    layers.year[part] = streets.year


def _dry(x: Floats, y: Floats, sea: Floats) -> bool:
    """Whether these places are surely far from lagoons, river and highway, where nothing is built."""
    return bool(sea.max() < -3300 and lay.river(x, y).min() > 60 and lay.highway(x, y).min() > 60)


def _texture(values: Floats) -> NDArray[np.int8]:
    steps: NDArray[np.int8] = np.clip(values / TEXTURE_UNIT, -127, 127).astype(np.int8)
    return steps


def _countryside(world: World, where: Districts, x: Floats, y: Floats, grain: Floats) -> Land:
    """Fields along the axes of their district, hedges and tracks between them, woods and scrub over them."""
    width, length = world.field[0][where.number], world.field[1][where.number]
    column = np.floor(where.u / width).astype(np.int32)
    slipped = where.v / length + (column % 5) * np.float32(0.37)
    row = np.floor(slipped).astype(np.int32)
    chance = lay.scatter(where.number, column, row)
    tone = (chance & 0xFF).astype(np.uint16)
    across = where.u - column * width
    along = (slipped - row) * length
    edge = np.minimum(np.minimum(across, width - across), np.minimum(along, length - along))
    material = _KINDS[(chance >> 8) & 0xFF]
    mottle = lay.smooth_noise(world, x, y, 17) * np.float32(0.05) + lay.smooth_noise(
        world, x, y, 61
    ) * np.float32(0.05)
    texture = grain + mottle
    rows_of_vine = np.sin(where.u * np.float32(2 * np.pi / 2.5)) * (material == Material.VINE)
    tramlines = (np.abs((where.u % 18) - 9) < 0.45) & (material == Material.CROP)
    texture += np.float32(0.17) * rows_of_vine - np.float32(0.1) * tramlines
    height = np.zeros(grain.shape, np.uint8)
    number = material * np.uint16(256) + tone
    track = edge < 1.7
    number[track] = Material.TRACK * 256 + 110
    texture[track] = grain[track]
    hedged = ((chance >> 16) & 7) < 2
    wooded = lay.smooth_noise(world, x, y, 640) + np.float32(0.45) * lay.smooth_noise(world, x, y, 140)
    wild = wooded > 1.15
    number[wild] = Material.GARRIGUE * 256 + 120
    texture[wild] = (grain + 1.6 * mottle)[wild]
    density = np.where(wild, np.float32(0.55) * np.clip(wooded - 0.95, 0.25, 1.5), 0).astype(np.float32)
    density[hedged & (edge < 4.5) & (edge > 1.7)] = 0.85
    density[(material == Material.ORCHARD) & (edge > 4)] += 0.55
    density[(material == Material.GARRIGUE) & ~wild] += 0.12
    for crowns in (trees(x, y, 6.5, density, 1), trees(x + 3.1, y + 3.4, 7.5, density * np.float32(0.8), 2)):
        crowns.plant(number, height, texture)
    return Land(number, height, texture)


def _water(world: World, land: Land, x: Floats, y: Floats, sea: Floats) -> NDArray[np.bool_]:
    """Dunes, marshes, lagoons and the river over the fields; where nothing can be built."""
    number, height, texture = land.number, land.height, land.texture
    ripple = lay.smooth_noise(world, x, y, 9) * np.float32(0.03)
    inside = lay.lagoon(x, y, world, sea)
    marsh = (inside > -110 - 60 * lay.smooth_noise(world, x, y, 45)) & (sea < -120)
    number[marsh] = Material.MARSH * 256 + 100
    height[marsh] = 0
    stroke = lay.river(x, y)
    bank = stroke < 21 + 3 * lay.smooth_noise(world, x, y, 30)
    number[bank] = Material.GARRIGUE * 256 + 160
    if bank.any():
        trees(x, y, 6.5, np.where(bank & ~marsh, np.float32(0.9), 0), 5).plant(number, height, texture)
    pool = ((inside > 0) & (sea < -140)) | (stroke < 14)
    number[pool] = Material.WATER * 256 + 80
    number[pool] += np.clip(60 + 16 * lay.smooth_noise(world, x, y, 300), 0, 140).astype(np.uint16)[pool]
    height[pool] = 0
    texture[pool] = ripple[pool]
    dune = sea > -78 + 12 * lay.smooth_noise(world, x, y, 25)
    number[dune] = Material.DUNE * 256 + 120
    texture[dune] += np.float32(2.2) * ripple[dune]
    height[dune] = 0
    return np.asarray(pool | dune | (inside > -40) & (sea < -140) | (stroke < 24))


def _roads(land: Land, streets: Town, where: Districts, x: Floats, y: Floats) -> None:
    """Country roads between districts, and the highway over everything but the sea."""
    number, height, texture = land.number, land.height, land.texture
    dry = (number >> 8) != Material.WATER
    road = (where.border < 2.9) & dry & (number >> 8 != Material.DUNE)
    number[road] = Material.ASPHALT * 256 + 128
    height[road] = 0
    texture[road] = 0
    axis = lay.highway(x, y)
    verge = axis < 17
    number[verge & dry] = Material.MEADOW * 256 + 90
    lanes = axis < 12.5
    number[lanes] = Material.ASPHALT * 256 + 150
    dashes = (x % 13) < 4
    line = (np.abs(axis - 11.6) < 0.3) | (np.abs(axis - 5.6) < 0.3) & dashes
    number[line] = Material.MARKING * 256 + 128
    number[axis < 1.3] = Material.LAWN * 256 + 60
    height[verge] = 0
    texture[verge] *= np.float32(0.3)
    streets.year[verge] = NEVER
