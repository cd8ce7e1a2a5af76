"""A remote TIFF of which some bytes are here, as GDAL sees it through /vsisparse."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from html import escape

from osgeo import gdal

from ..api.answers import Extent
from ..api.link import Asker, ReplacedError
from ..api.part import Part
from ..domain.download import Placing, Span, without
from ..domain.errors import CorruptImageError, DamagedFileError, NotClippableError
from .quiet_gdal import quiet

_HEAD_BYTES = 16 * 1024
_numbers = itertools.count(1)


class Head:
    """The bytes of a remote file that its directories take, kept as they are asked for."""

    def __init__(self, asker: Asker) -> None:
        self._asker = asker
        self._pieces: dict[int, bytes] = {}
        self.extent: Extent | None = None

    def read(self, offset: int, count: int) -> bytes:
        """Give bytes of the file, fewer at its end."""
        for start, end in without([(offset, offset + count)], self.spans):
            if self.extent is not None and start >= self.size:
                break
            try:
                data, extent = self._asker.read((start, max(end, start + _HEAD_BYTES)))
            except ReplacedError:
                raise NotClippableError("the file is too short") from None
            if self.extent is not None and not extent.same_file(self.extent):
                raise DamagedFileError("the file has changed at the service")
            self.extent = self.extent or extent
            self._pieces[start] = data
        return self._taken(offset, count)

    @property
    def spans(self) -> tuple[Span, ...]:
        """What has been asked for."""
        return tuple((start, start + len(data)) for start, data in self._pieces.items())

    @property
    def size(self) -> int:
        """Length of the whole file."""
        if self.extent is None or self.extent.size is None:
            raise NotClippableError("the service does not say how long the file is")
        return self.extent.size

    def bytes_and_regions(self) -> tuple[bytes, list[tuple[int, int, int]]]:
        """Give all bytes one after the other, and of each run its place in the file, here, and length."""
        regions, place = [], 0
        for start, data in self._pieces.items():
            regions.append((start, place, len(data)))
            place += len(data)
        return b"".join(self._pieces.values()), regions

    def _taken(self, offset: int, count: int) -> bytes:
        made = bytearray()
        while count > 0:
            start, data = next(
                ((at, data) for at, data in self._pieces.items() if at <= offset < at + len(data)), (0, b"")
            )
            piece = data[offset - start : offset - start + count]
            if not piece:
                break
            made += piece
            offset, count = offset + len(piece), count - len(piece)
        return bytes(made)


@contextmanager
def sparse(head: Head, part: Part | None = None, spans: tuple[Span, ...] = ()) -> Iterator[str]:
    """Give the path under which GDAL sees the remote file, as far as its bytes are here."""
    number = next(_numbers)
    head_path, path = f"/vsimem/dinamis/clip{number}.head", f"/vsimem/dinamis/clip{number}.tif"
    data, regions = head.bytes_and_regions()
    lines = [_region(head_path, *region) for region in regions]
    if part is not None:
        lines += [_region(str(part.path.absolute()), *region) for region in Placing(spans).regions()]
    xml = f"<VSISparseFile><Length>{head.size}</Length>{''.join(lines)}</VSISparseFile>"
    gdal.FileFromMemBuffer(head_path, data)
    gdal.FileFromMemBuffer(path, xml.encode("utf-8"))
    try:
        yield f"/vsisparse/{path}"
    finally:
        gdal.Unlink(path)
        gdal.Unlink(head_path)


def _region(path: str, there: int, here: int, count: int) -> str:
    return (
        f'<SubfileRegion><Filename relative="0">{escape(path)}</Filename>'
        f"<DestinationOffset>{there}</DestinationOffset><SourceOffset>{here}</SourceOffset>"
        f"<RegionLength>{count}</RegionLength></SubfileRegion>"
    )


@contextmanager
def inside_one_file() -> Iterator[None]:
    """Keep GDAL's side files off the disk, too; masks go into the file."""
    options = {"GDAL_PAM_ENABLED": "NO", "GDAL_TIFF_INTERNAL_MASK": "YES"}
    for key, value in options.items():
        gdal.SetThreadLocalConfigOption(key, value)
    try:
        with quiet():
            yield
    except RuntimeError as error:  # what GDAL says where some plugin switched its exceptions on
        raise CorruptImageError(str(error)) from None
    finally:
        for key in options:
            gdal.SetThreadLocalConfigOption(key, None)
