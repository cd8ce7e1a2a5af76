"""The invented country that the demonstration's images show, where Montpellier and its coast really are.

It is a pure function of place (metres in EPSG:2154, relative to `ORIGIN`) and of the seed: any sensor can
look at any window of it at any resolution, and two looks at one place see the same fields, streets and
houses. Places come as one row of eastings and one column of northings, which numpy spreads over the window.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating[Any]]
Ints = NDArray[np.integer[Any]]
Bytes = NDArray[np.uint8]

ORIGIN = (754_000.0, 6_256_000.0)
"""South-west corner, EPSG:2154; places are float32 metres from here, exact to some millimetres."""
CELL = 420.0
"""Side of the cells that hold one district each, in metres."""
CELLS = 84
LAST_YEAR = 2027

RURAL, DENSE, HOUSES, INDUSTRY = 0, 1, 2, 3

_TOWNS = (
    # x, y (EPSG:2154), radius in metres at LAST_YEAR
    (770_900.0, 6_279_300.0, 4_600.0),
    (774_050.0, 6_270_150.0, 1_650.0),
    (764_300.0, 6_274_200.0, 1_300.0),
    (779_200.0, 6_276_900.0, 1_500.0),
    (766_400.0, 6_284_300.0, 1_200.0),
    (778_300.0, 6_284_000.0, 1_100.0),
    (763_000.0, 6_280_000.0, 900.0),
)


@dataclass(frozen=True)
class World:
    """Districts of the country: arrays over the cells, row by row from the south-west."""

    seed: int
    x: Floats
    y: Floats
    cosine: Floats
    sine: Floats
    style: Bytes
    founded: Floats
    block: Floats
    field: Floats
    lattice: Floats


def make_world(seed: int) -> World:
    """The country of that seed."""
    rng = np.random.default_rng(seed)
    rows, columns = np.mgrid[0:CELLS, 0:CELLS]
    x = ((columns + rng.uniform(0.12, 0.88, columns.shape)) * CELL).astype(np.float32).ravel()
    y = ((rows + rng.uniform(0.12, 0.88, rows.shape)) * CELL).astype(np.float32).ravel()
    angle = rng.uniform(-0.6, 0.6, x.size)
    urbanity = np.full(x.size, -1.0)
    for town_x, town_y, radius in _TOWNS:
        distance = np.hypot(x + ORIGIN[0] - town_x, y + ORIGIN[1] - town_y)
        urbanity = np.maximum(urbanity, 1 - distance / radius)
    urbanity += rng.normal(0, 0.03, x.size)
    chance = rng.random(x.size)
    style = np.select(
        [urbanity > 0.62, (urbanity > 0) & (chance < 0.16), urbanity > 0], [DENSE, INDUSTRY, HOUSES], RURAL
    )
    block = np.where(style == DENSE, rng.uniform(62, 90, x.size), rng.uniform(84, 128, x.size))
    return World(
        seed=seed,
        x=x,
        y=y,
        cosine=np.cos(angle).astype(np.float32),
        sine=np.sin(angle).astype(np.float32),
        style=style.astype(np.uint8),
        founded=(LAST_YEAR - 52 * urbanity).astype(np.float32),
        block=block.astype(np.float32),
        field=np.stack([rng.uniform(48, 120, x.size), rng.uniform(90, 230, x.size)]).astype(np.float32),
        lattice=rng.standard_normal((256, 256)).astype(np.float32),
    )


@dataclass(frozen=True)
class Districts:
    """Which district each place is in, its coordinates along that district's own axes, and its border."""

    number: Ints
    u: Floats
    v: Floats
    border: Floats
    """Metres to the nearest border with another district."""


def districts(world: World, x: Floats, y: Floats, step: int) -> Districts:
    """Districts are the Voronoi cells of one jittered seed per square cell.

    Args:
        world: the country.
        x: metres eastwards, one row.
        y: metres northwards, one column; both lengths are multiples of `step`.
        step: the two nearest seeds are looked for at one pixel in so many, then compared at every pixel.
    """
    middle = step // 2
    first, second = _nearest_seeds(world, x[:, middle::step], y[middle::step])
    rows, columns = np.arange(y.size)[:, None] // step, np.arange(x.size) // step
    first, second = first[rows, columns], second[rows, columns]
    dx, dy = x - world.x[first], y - world.y[first]
    near = dx * dx + dy * dy
    far = (x - world.x[second]) ** 2 + (y - world.y[second]) ** 2
    swapped = far < near
    number = np.where(swapped, second, first)
    apart = np.hypot(world.x[first] - world.x[second], world.y[first] - world.y[second])
    border = np.abs(far - near) / (2 * np.maximum(apart, 1))
    dx, dy = x - world.x[number], y - world.y[number]
    cosine, sine = world.cosine[number], world.sine[number]
    return Districts(number, cosine * dx + sine * dy, cosine * dy - sine * dx, border)


def _nearest_seeds(world: World, x: Floats, y: Floats) -> tuple[Ints, Ints]:
    """Numbers of the nearest and second nearest district seeds."""
    column = np.clip((x / CELL).astype(np.int32), 1, CELLS - 2)
    row = np.clip((y / CELL).astype(np.int32), 1, CELLS - 2)
    home = row * CELLS + column
    around = np.array([down * CELLS + right for down in (-1, 0, 1) for right in (-1, 0, 1)])
    candidates = home + around[:, None, None]
    distance = (x - world.x[candidates]) ** 2 + (y - world.y[candidates]) ** 2
    order = np.argpartition(distance, 1, axis=0)[:2]
    first, second = np.take_along_axis(candidates, order, 0).astype(np.int32)
    return first, second


def coast(x: Floats, y: Floats) -> Floats:
    """Metres from the mean shoreline, positive at sea."""
    along = x - np.float32(774_000.0 - ORIGIN[0])
    shore = (
        np.float32(6_269_480.0 - ORIGIN[1])
        + np.float32(0.3) * along
        + 130 * np.sin(along / 1900)
        + 28 * np.sin(along / 430 + 1)
    )
    return np.asarray((shore - y) * np.float32(0.958), np.float32)


def lagoon(x: Floats, y: Floats, world: World, sea: Floats) -> Floats:
    """Positive inside the lagoons behind the coast, in metres more or less."""
    shape = 420 * smooth_noise(world, x, y, 900) + 60 * smooth_noise(world, x, y, 120)
    return np.asarray(480 - np.abs(sea + 1900) + shape, np.float32)


def river(x: Floats, y: Floats) -> Floats:
    """Metres from the middle of the river that comes from the north."""
    middle = np.float32(772_900.0 - ORIGIN[0]) + 420 * np.sin(y / 2100) + 60 * np.sin(y / 380)
    return np.asarray(np.abs(x - middle), np.float32)


def highway(x: Floats, y: Floats) -> Floats:
    """Metres from the axis of the highway between town and coast."""
    axis = np.float32(6_273_500.0 - ORIGIN[1]) + 0.22 * (x - 18_000) + 260 * np.sin(x / 3000)
    return np.asarray(np.abs(y - axis) * 0.96, np.float32)


def smooth_noise(world: World, x: Floats, y: Floats, scale: float) -> Floats:
    """Noise of zero mean and about unit variance that changes over `scale` metres; x a row, y a column."""
    shift = int(scale * 7919)
    column, east = _lattice(x[0], scale, shift)
    row, north = _lattice(y[:, 0], scale, 0)
    lines = world.lattice[row & 255] * (1 - north)[:, None] + world.lattice[(row + 1) & 255] * north[:, None]
    left, right = lines[:, column & 255], lines[:, (column + 1) & 255]
    left += (right - left) * east
    left *= np.float32(1.5)
    return np.asarray(left, np.float32)


def _lattice(places: Floats, scale: float, shift: int) -> tuple[Ints, Floats]:
    """Lattice line before each place, and how far it is to the next one, smoothed."""
    at = places * np.float32(1 / scale)
    line = np.floor(at).astype(np.int32)
    part = at - line
    return line + shift, (part * part * (3 - 2 * part)).astype(np.float32)


def scatter(a: Ints, b: Ints, c: Ints | int) -> NDArray[np.uint32]:
    """A hash of three whole numbers: 32 bits that look independent from place to place."""
    h = a.astype(np.uint32) * np.uint32(73856093)
    h = h ^ b.astype(np.uint32) * np.uint32(19349663)
    h = h ^ np.asarray(c).astype(np.uint32) * np.uint32(83492791)
    h ^= h >> np.uint32(13)
    h *= np.uint32(0x5BD1E995)
    h ^= h >> np.uint32(15)
    return h
