"""Byte ranges of HTTP (RFC 9110, section 14), without a server around them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

_MAX_RANGES = 100  # more is taken for an attack, and the whole object is sent
_CHUNK = 1 << 20
_RANGE = re.compile(r"(\d{0,18})\s*-\s*(\d{0,18})")


@dataclass(frozen=True, order=True)
class ByteRange:
    """Bytes `start` to `stop - 1` of an object."""

    start: int
    stop: int

    def __len__(self) -> int:
        """Number of bytes."""
        return self.stop - self.start

    def header(self, size: int) -> str:
        """Value of `Content-Range` in an object of `size` bytes."""
        return f"bytes {self.start}-{self.stop - 1}/{size}"


class UnsatisfiableRangeError(Exception):
    """No part of the object is in the ranges asked for (416)."""


def parse_ranges(header: str | None, size: int) -> list[ByteRange]:
    """Ranges asked for in an object of `size` bytes, overlaps joined; empty means the whole object.

    What is not understood is ignored, as the RFC wants, hence gives the whole object.

    Raises:
        UnsatisfiableRangeError: all ranges begin after the end.
    """
    unit, _, text = (header or "").partition("=")
    if unit.strip().lower() != "bytes" or text.count(",") >= _MAX_RANGES:
        return []
    # stripped before it is matched: blanks at both ends of a pattern take the square of their number
    matches = [_RANGE.fullmatch(part.strip()) for part in text.split(",")]
    ranges: list[ByteRange] = []
    for match in matches:
        if match is None or match.group(1, 2) == ("", ""):
            return []
        first, last = match.group(1, 2)
        start = int(first) if first else max(0, size - int(last))
        stop = min(size, int(last) + 1) if first and last else size
        if first and last and int(last) < int(first):
            return []
        if start < stop:
            ranges.append(ByteRange(start, stop))
    if not ranges:
        raise UnsatisfiableRangeError
    return _joined(ranges)


def _joined(ranges: list[ByteRange]) -> list[ByteRange]:
    """The ranges in their order, or sorted and joined when some overlap (no byte is sent twice)."""
    merged: list[ByteRange] = []
    for item in sorted(ranges):
        if merged and item.start < merged[-1].stop:
            merged[-1] = ByteRange(merged[-1].start, max(item.stop, merged[-1].stop))
        else:
            merged.append(item)
    return ranges if len(merged) == len(ranges) else merged


def read_range(file: BinaryIO, wanted: ByteRange) -> Iterator[bytes]:
    """The bytes of a range, in chunks of at most 1 MiB.

    Raises:
        EOFError: the object is shorter than it was said to be.
    """
    file.seek(wanted.start)
    left = len(wanted)
    while left:
        chunk = file.read(min(left, _CHUNK))
        if not chunk:
            raise EOFError
        left -= len(chunk)
        yield chunk


class Multipart:
    """Several ranges of one object as `multipart/byteranges`.

    Args:
        ranges: at least two.
        size: of the object, in bytes.
        media_type: of the object.
        boundary: a word that is not in the object.
    """

    def __init__(self, ranges: list[ByteRange], size: int, media_type: str, boundary: str) -> None:
        head = f"\r\n--{boundary}\r\nContent-Type: {media_type}\r\nContent-Range: "
        self._parts = [(item, f"{head}{item.header(size)}\r\n\r\n".encode()) for item in ranges]
        self._end = f"\r\n--{boundary}--\r\n".encode()
        self.media_type = f"multipart/byteranges; boundary={boundary}"

    def __len__(self) -> int:
        """Length of the body in bytes."""
        return sum(len(head) + len(item) for item, head in self._parts) + len(self._end)

    def read(self, file: BinaryIO) -> Iterator[bytes]:
        """The body, piece by piece."""
        for item, head in self._parts:
            yield head
            yield from read_range(file, item)
        yield self._end
