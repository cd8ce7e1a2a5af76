"""Where the blocks of a TIFF lie in its file, read from its directories without its pixels (CAT-30)."""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Callable

from shapely.geometry import box
from shapely.geometry.base import BaseGeometry
from shapely.prepared import prep

from .download import Span, joined
from .errors import NotClippableError

Read = Callable[[int, int], bytes]
"""Gives so many bytes from an offset of the file, fewer only at its end."""
Block = tuple[int, int]
"""Column and row of a block."""

_SUBFILE, _WIDTH, _HEIGHT, _SAMPLES, _PLANAR = 254, 256, 257, 277, 284
_STRIP_OFFSETS, _ROWS_PER_STRIP, _STRIP_COUNTS = 273, 278, 279
_TILE_WIDTH, _TILE_HEIGHT, _TILE_OFFSETS, _TILE_COUNTS = 322, 323, 324, 325
_ARRAYS = frozenset({_STRIP_OFFSETS, _STRIP_COUNTS, _TILE_OFFSETS, _TILE_COUNTS})
_REDUCED, _MASK = 1, 4
_SEPARATE = 2
_FORMATS = {
    1: "B",
    2: "B",
    3: "H",
    4: "I",
    6: "b",
    7: "B",
    8: "h",
    9: "i",
    13: "I",
    16: "Q",
    17: "q",
    18: "Q",
}
_SIZES = {**{kind: struct.calcsize(f"={code}") for kind, code in _FORMATS.items()}, 5: 8, 10: 8, 11: 4, 12: 8}
_MOST_DIRECTORIES, _MOST_ENTRIES, _MOST_VALUES = 64, 512, 20_000_000
_SMALL_GAP = 1024
_LEADER = 4
"""GDAL writes the length of a block before it and its last bytes once more after it, and may look at both."""


@dataclass(frozen=True)
class TiffImage:
    """One image of a TIFF in full resolution: the pixels, or the mask that belongs to them.

    Attributes:
        width: Columns.
        height: Rows.
        block_width: Columns of a block; of a file in strips, all columns.
        block_height: Rows of a block.
        planes: How many times the blocks follow each other: once, or once a band.
        offsets: First byte of each block, row after row.
        counts: Bytes of each block; 0 for one that was never written.
    """

    width: int
    height: int
    block_width: int
    block_height: int
    planes: int
    offsets: Sequence[int]
    counts: Sequence[int]

    @property
    def across(self) -> int:
        """Blocks beside each other."""
        return -(-self.width // self.block_width)

    @property
    def down(self) -> int:
        """Blocks under each other."""
        return -(-self.height // self.block_height)

    def touching(self, area: BaseGeometry) -> tuple[Block, ...]:
        """Give the blocks that touch an area in pixel coordinates (column to the right, row down)."""
        west, north, east, south = area.intersection(box(0, 0, self.width, self.height)).bounds or (0,) * 4
        ready = prep(area)
        return tuple(
            (column, row)
            for row in range(
                int(north // self.block_height), min(self.down, int(south // self.block_height) + 1)
            )
            for column in range(
                int(west // self.block_width), min(self.across, int(east // self.block_width) + 1)
            )
            if ready.intersects(self.bounds(column, row))
        )

    def bounds(self, column: int, row: int) -> BaseGeometry:
        """Give the rectangle of a block in pixel coordinates, cut at the border of the image."""
        left, top = column * self.block_width, row * self.block_height
        return box(
            left, top, min(left + self.block_width, self.width), min(top + self.block_height, self.height)
        )

    def spans(self, blocks: Sequence[Block]) -> Iterator[Span]:
        """Give the bytes of blocks, with what GDAL wrote around each."""
        for plane in range(self.planes):
            for column, row in blocks:
                number = (plane * self.down + row) * self.across + column
                if self.counts[number]:
                    start = self.offsets[number]
                    yield max(0, start - _LEADER), start + self.counts[number] + _LEADER


@dataclass(frozen=True)
class TiffLayout:
    """The images of a TIFF in full resolution: pixels first, then their mask if there is one."""

    images: tuple[TiffImage, ...]

    @property
    def pixels(self) -> TiffImage:
        """The image itself."""
        return self.images[0]

    def spans(self, blocks: Sequence[Block], size: int) -> tuple[Span, ...]:
        """Give the bytes that some blocks take, in a file of `size` bytes."""
        every = (span for image in self.images for span in image.spans(blocks))
        return joined(((start, min(end, size)) for start, end in every), gap=_SMALL_GAP)


def read_layout(read: Read) -> TiffLayout:
    """Read the directories of a TIFF, so that every byte that GDAL needs to open it has been asked for.

    Raises:
        NotClippableError: It is no TIFF, or one whose directories make no sense.
    """
    try:
        images = tuple(_images(_Reader(read)))
    except (struct.error, KeyError, IndexError, ValueError, ZeroDivisionError):
        raise NotClippableError("its directories cannot be read") from None
    if not images:
        raise NotClippableError("it holds no image")
    return TiffLayout(images)


class _Reader:
    """Reads numbers in the byte order and offset size of a file."""

    def __init__(self, read: Read) -> None:
        self._read = read
        head = read(0, 16)
        order = {b"II": "<", b"MM": ">"}.get(head[:2])
        if order is None:
            raise NotClippableError("it is no TIFF")
        self._order = order
        (version,) = struct.unpack(f"{order}H", head[2:4])
        self.big = version == 43  # noqa: PLR2004 - BigTIFF, 42 is the classic one
        if version not in {42, 43}:
            raise NotClippableError("it is no TIFF")
        (self.first,) = self.unpack("Q", head[8:16]) if self.big else self.unpack("I", head[4:8])

    def unpack(self, codes: str, data: bytes) -> tuple[int, ...]:
        return struct.unpack(f"{self._order}{codes}", data)

    def directory(self, offset: int) -> tuple[dict[int, tuple[int, int, int]], int]:
        """Give the entries of a directory, as type, count and place of the values, and the next directory."""
        counter, entry, pointer = ("Q", "HHQ", "Q") if self.big else ("H", "HHI", "I")
        counter_size, step, inline = (8, 20, 8) if self.big else (2, 12, 4)
        (count,) = self.unpack(counter, self._read(offset, counter_size))
        if count > _MOST_ENTRIES:
            raise ValueError
        start = offset + counter_size
        body = self._read(start, count * step + inline)
        entries = {}
        for number in range(count):
            at = number * step
            tag, kind, values = self.unpack(entry, body[at : at + step - inline])
            place = start + at + step - inline
            if values * _SIZES.get(kind, 1) > inline:
                (place,) = self.unpack(pointer, body[at + step - inline : at + step])
            entries[tag] = (kind, values, place)
        (following,) = self.unpack(pointer, body[count * step : count * step + inline])
        return entries, following

    def values(self, entry: tuple[int, int, int]) -> tuple[int, ...]:
        """Give the numbers of an entry; of a type without numbers, none, but its bytes are asked for."""
        kind, count, place = entry
        if count > _MOST_VALUES:
            raise ValueError
        data = self._read(place, count * _SIZES.get(kind, 1))
        return self.unpack(f"{count}{_FORMATS[kind]}", data) if kind in _FORMATS else ()


def _images(reader: _Reader) -> Iterator[TiffImage]:
    offset, seen = reader.first, set[int]()
    pixels: TiffImage | None = None
    while offset and offset not in seen and len(seen) < _MOST_DIRECTORIES:
        seen.add(offset)
        entries, offset = reader.directory(offset)
        known = {tag: reader.values(entry) for tag, entry in entries.items() if tag not in _ARRAYS}
        kind = (known.get(_SUBFILE) or (0,))[0]
        shape = known[_WIDTH][0], known[_HEIGHT][0]
        is_mask = pixels is not None and kind & _MASK and not kind & _REDUCED
        if pixels is None or (is_mask and shape == (pixels.width, pixels.height)):
            image = _image(reader, entries, known)
            pixels = pixels or image
            yield image


def _image(
    reader: _Reader, entries: dict[int, tuple[int, int, int]], known: dict[int, tuple[int, ...]]
) -> TiffImage:
    width, height = known[_WIDTH][0], known[_HEIGHT][0]
    if _TILE_OFFSETS in entries:
        size = known[_TILE_WIDTH][0], known[_TILE_HEIGHT][0]
        arrays = _TILE_OFFSETS, _TILE_COUNTS
    else:
        size = width, min(known.get(_ROWS_PER_STRIP, (height,))[0], height)
        arrays = _STRIP_OFFSETS, _STRIP_COUNTS
    separate = known.get(_PLANAR, (1,))[0] == _SEPARATE
    planes = known.get(_SAMPLES, (1,))[0] if separate else 1
    offsets, counts = (reader.values(entries[tag]) for tag in arrays)
    image = TiffImage(width, height, *size, planes, offsets, counts)
    if len(offsets) != len(counts) or len(offsets) < image.across * image.down * planes:
        raise ValueError
    return image
