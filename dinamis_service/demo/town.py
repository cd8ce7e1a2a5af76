"""Streets, blocks and buildings of the urban districts, each with the year in which it was built."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dinamis_service.demo.materials import Material
from dinamis_service.demo.trees import trees
from dinamis_service.demo.world import (
    DENSE,
    HOUSES,
    INDUSTRY,
    RURAL,
    Bytes,
    Districts,
    Floats,
    Ints,
    World,
    scatter,
    smooth_noise,
)

FIRST_YEAR = 1900
"""Years of construction are counted from here, in eight bits."""
NEVER = 255
"""Year of construction of what is never built."""

_SMOOTH = np.float32(0.03)
"""What grows under a roof shows through it no more than the grain of the ground does."""

Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Town:
    """What is built at each place; `year` is 255 where nothing ever is."""

    number: NDArray[np.uint16]
    height: Bytes
    texture: Floats
    year: Bytes


@dataclass(frozen=True)
class _Plot:
    """Where each place lies inside its block (metres)."""

    east: Floats
    north: Floats
    width: Floats
    depth: Floats
    edge: Floats
    """To the middle of the nearest street."""
    chance: NDArray[np.uint32]
    """Hash of the block."""
    column: Ints
    row: Ints


Builder = Callable[[Town, _Plot, Districts], None]


def town(world: World, where: Districts, x: Floats, y: Floats, grain: Floats) -> Town:
    """The built layer of some places."""
    style = world.style[where.number]
    shape = style.shape
    whole = Town(
        number=np.zeros(shape, np.uint16),
        height=np.zeros(shape, np.uint8),
        texture=grain.copy(),
        year=np.full(shape, NEVER, np.uint8),
    )
    if not style.any():
        return whole
    _gardens(world, whole, x, y, style)
    for one, build in ((HOUSES, _houses), (DENSE, _terraces), (INDUSTRY, _sheds)):
        here = np.flatnonzero(style == one)
        if here.size:
            _district(world, whole, where, here, build)
    _avenues(whole, where, x, y, style)
    return whole


def _district(world: World, whole: Town, where: Districts, here: NDArray[np.intp], build: Builder) -> None:
    """Build on the places `here` (flat positions), all of one style."""
    inside = Districts(
        where.number.ravel()[here], where.u.ravel()[here], where.v.ravel()[here], where.border.ravel()[here]
    )
    part = Town(
        number=whole.number.ravel()[here],
        height=whole.height.ravel()[here],
        texture=whole.texture.ravel()[here],
        year=whole.year.ravel()[here],
    )
    smooth = part.texture.clip(-_SMOOTH, _SMOOTH)
    plot = _plot(world, inside)
    build(part, plot, inside)
    _streets(part, plot)
    bare = part.number >> 8
    hard = (bare >= Material.TRACK) & (bare != Material.LAWN)
    whole.number.ravel()[here] = part.number
    whole.height.ravel()[here] = part.height
    whole.texture.ravel()[here] = np.where(hard, smooth, part.texture)
    founded = world.founded[inside.number] - FIRST_YEAR
    later = ((plot.chance >> 10) & 7).astype(np.float32) * np.float32(0.6)
    whole.year.ravel()[here] = np.clip(founded + later, 0, NEVER - 1).astype(np.uint8)


def _plot(world: World, where: Districts) -> _Plot:
    width = world.block[where.number]
    depth = width * np.where(world.style[where.number] == HOUSES, np.float32(0.58), np.float32(0.85))
    column = np.floor(where.u / width).astype(np.int32)
    row = np.floor(where.v / depth).astype(np.int32)
    east, north = where.u - column * width, where.v - row * depth
    edge = np.minimum(np.minimum(east, width - east), np.minimum(north, depth - north))
    return _Plot(east, north, width, depth, edge, scatter(where.number, column, row), column, row)


def _put(
    built: Town, mask: Mask, material: Material, tone: Ints | int, height: Floats | Ints | float
) -> None:
    tones = np.asarray(tone).astype(np.uint16) & np.uint16(255)
    np.copyto(built.number, np.uint16(material * 256) + tones, where=mask)
    np.copyto(built.height, (np.asarray(height) * 4).astype(np.uint8), where=mask)


def _gardens(world: World, built: Town, x: Floats, y: Floats, style: Bytes) -> None:
    """Lawns and their trees, under everything else."""
    lawn = np.clip(120 + 60 * smooth_noise(world, x, y, 13), 0, 255).astype(np.uint16)
    built.number[:] = np.uint16(Material.LAWN * 256) + lawn
    trees(x, y, 7.5, np.where(style == HOUSES, np.float32(0.22), np.float32(0.34)), 7).plant(
        built.number, built.height, built.texture
    )


def _houses(built: Town, plot: _Plot, _where: Districts) -> None:
    """Detached houses in two rows per block, some with a pool at the back."""
    count = np.maximum(np.floor((plot.width - 9) / 21), 1)
    lot_width = (plot.width - 9) / count
    lot = np.clip(np.floor((plot.east - 4.5) / lot_width), 0, count - 1)
    south = plot.north < plot.depth / 2
    chance = scatter(plot.chance.astype(np.int32), lot.astype(np.int32), south.astype(np.int32))
    half_lot = plot.depth / 2
    inward = np.where(south, plot.north, plot.depth - plot.north)
    across = plot.east - 4.5 - (lot + np.float32(0.5)) * lot_width
    half_width = 4.3 + (chance & 15) * np.float32(0.13)
    half_depth = 3.9 + ((chance >> 4) & 15) * np.float32(0.1)
    middle = 11.5 + ((chance >> 8) & 7) * np.float32(0.35)
    across = across - (((chance >> 11) & 7).astype(np.float32) - 3.5) * np.float32(0.4)
    inside = (np.abs(across) < half_width) & (np.abs(inward - middle) < half_depth)
    lit = np.where(south, inward < middle, inward >= middle)
    tone = (chance >> 14 & 0x7E) + np.where(lit, 0, 1).astype(np.uint32)
    tall = 3.2 + ((chance >> 21) & 3) * np.float32(1.1) + 1.6 * (1 - np.abs(inward - middle) / half_depth)
    present = ((chance >> 23) & 15) > 0
    _put(built, present & inside, Material.TILES, tone, tall)
    garden = ((chance >> 26) & 3) == 0
    back = middle + half_depth + 4.5
    pool = garden & (np.abs(across + 2) < 4) & (np.abs(inward - back) < 2) & (back + 2 < half_lot)
    deck = garden & (np.abs(across + 2) < 5) & (np.abs(inward - back) < 3) & (back + 2 < half_lot)
    _put(built, present & deck, Material.PAVEMENT, 150, 0)
    _put(built, present & pool, Material.POOL, chance >> 9, 0)
    drive = (np.abs(across - half_width * np.float32(0.6)) < 1.4) & (inward < middle - half_depth)
    _put(built, present & drive, Material.PAVEMENT, 90, 0)
    hedge = (np.abs(np.abs(plot.east - 4.5 - (lot + np.float32(0.5)) * lot_width) - lot_width / 2) < 0.7) & (
        inward > 5.5
    )
    _put(built, hedge & (((chance >> 28) & 1) == 0), Material.PINE, 120, 1.6)


def _terraces(built: Town, plot: _Plot, _where: Districts) -> None:
    """Town houses shoulder to shoulder around the courtyard of their block."""
    to_side = np.minimum(plot.east, plot.width - plot.east)
    to_front = np.minimum(plot.north, plot.depth - plot.north)
    on_side = to_side < to_front
    along = np.where(on_side, plot.north, plot.east)
    face = np.where(on_side, plot.east < plot.width / 2, plot.north < plot.depth / 2)
    lot = np.floor(along / 13).astype(np.int32)
    chance = scatter(plot.chance.astype(np.int32), lot, (on_side * 2 + face).astype(np.int32))
    inward = plot.edge - 5.5
    thick = 10.5 + ((chance >> 3) & 7) * np.float32(0.6)
    park = ((plot.chance >> 3) & 15) == 0
    house = ~park & (inward > 0) & (inward < thick) & (((chance >> 6) & 31) > 0)
    street_side = inward < thick / 2
    outward_lit = np.where(on_side, ~face, face)  # eastern and southern faces see the morning sun
    lit = np.where(street_side, outward_lit, ~outward_lit)
    ridge = 1 - np.abs(inward - thick / 2) / (thick / 2)
    tall = 7.5 + ((chance >> 11) & 7) * np.float32(1.15)
    flat = ((chance >> 14) & 3) == 0
    tone = ((chance >> 16) & 0xFE) + np.where(lit, 0, 1).astype(np.uint32)
    _put(built, house & ~flat, Material.TILES, tone, tall + 2 * ridge)
    _put(built, house & flat, Material.FLAT_ROOF, (chance >> 16) & 0xFE, tall + 1.5)
    paved = ~park & (inward >= thick) & ((plot.chance & 3) > 0)
    paved &= built.number >> 8 == Material.LAWN
    _put(built, paved, Material.PAVEMENT, 70, 0)


def _sheds(built: Town, plot: _Plot, where: Districts) -> None:
    """Large roofs among car parks."""
    yard = plot.edge >= 5
    _put(built, yard, Material.ASPHALT, 170, 0)
    stall, line = np.floor(where.u / 2.6).astype(np.int32), np.floor(where.v / 5.2).astype(np.int32)
    car = scatter(stall, line, 3)
    within = (np.abs(where.u / 2.6 - stall - 0.5) < 0.36) & (np.abs(where.v / 5.2 - line - 0.5) < 0.42)
    parked = yard & (line % 3 > 0) & within & ((car & 15) < 7)
    _put(built, parked, Material.VEHICLE, car >> 4, 1.4)
    margin = 15 + ((plot.chance >> 16) & 7)
    inside = yard & (plot.edge > margin) & ((plot.chance & 7) > 0)
    tone = (plot.chance >> 8).astype(np.uint32)
    metal = ((plot.chance >> 20) & 3) > 0
    _put(built, inside & metal, Material.METAL_ROOF, tone, 7 + ((plot.chance >> 22) & 3))
    _put(built, inside & ~metal, Material.FLAT_ROOF, tone & 0xFE, 8.0)
    seam = inside & metal & (np.abs((where.u % 8) - 4) < 0.35)
    _put(built, seam, Material.FLAT_ROOF, 40, 7)


def _streets(built: Town, plot: _Plot) -> None:
    """Streets around blocks and their pavements."""
    _put(built, plot.edge < 5.3, Material.PAVEMENT, 130, 0)
    _put(built, plot.edge < 3.6, Material.ASPHALT, 120, 0)


def _avenues(built: Town, where: Districts, x: Floats, y: Floats, style: Bytes) -> None:
    """Avenues between districts, with their lines of trees and their traffic."""
    near = (where.border < 12.5) & (style != RURAL)
    if not near.any():
        return
    _put(built, near & (where.border < 11.5), Material.PAVEMENT, 140, 0)
    lined = near & (where.border > 8)
    trees(x, y, 6.0, np.where(lined, np.float32(0.7), 0), 9).plant(built.number, built.height, built.texture)
    _put(built, near & (where.border < 7.5), Material.ASPHALT, 135, 0)
    along = where.u + where.v
    middle = near & (where.border < 0.35) & (along % 6 < 3)
    _put(built, middle, Material.MARKING, 128, 0)
    car = scatter(np.floor(along / 5.6).astype(np.int32), where.number, 11)
    lane = near & (np.abs(where.border - 3.4) < 0.95)
    driving = lane & ((along % 5.6) < 4.2) & ((car & 15) < 3)
    _put(built, driving, Material.VEHICLE, car >> 4, 1.4)
