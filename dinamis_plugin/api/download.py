"""Files brought to the disk: by several connections, resumed after a cut, named when whole and proved."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Callable

from ..domain.checksum import Checksum
from ..domain.download import Placing, Span
from ..domain.errors import CancelledError, DinamisError, DiskFullError
from .link import Link
from .part import Part
from .transfer import Transfer


@dataclass(frozen=True)
class Promise:
    """What is known of a file before it comes.

    Attributes:
        size: Length of the whole file in bytes, None when not known.
        checksum: Its digest, None when not known.
    """

    size: int | None = None
    checksum: Checksum | None = None


NO_PROMISE = Promise()


def download(
    link: Link, target: Path, promise: Promise = NO_PROMISE, look: Callable[[Path], None] | None = None
) -> Path:
    """Bring a file to the disk.

    The file grows beside its name, as `<name>.part`, and takes its name when it is whole and has the length
    and the checksum that were promised. After a cut, a cancel or the end of the program a later call goes on
    where it stopped, unless the file has changed at the service: then it begins anew.

    Args:
        link: How the file is reached.
        target: Where the file goes; one that is there is replaced at the end.
        promise: What the file has to be.
        look: Raises when the whole file, still under its other name, is not what it should be.

    Returns:
        The target.

    Raises:
        DiskFullError: There is not enough room; nothing stays.
        DamagedFileError: It is not the file that was promised; nothing stays.
        FileGoneError: The folder is not there or cannot be written to.
        CancelledError: It was stopped; what has come stays.
        DinamisError: What the service or the network says.
    """
    part = Part(target)
    size = _complete(part, lambda: Transfer(link, part).run(None, promise.size))
    part.check(promise.size if size is None else size, promise.checksum, link.cancel)
    if look is not None:
        _looked_at(part, look)
    if link.cancel():
        raise CancelledError
    part.finish()
    return target


def download_spans(
    link: Link, part: Part, spans: Sequence[Span], size: int | None = None, tag: str = ""
) -> None:
    """Bring some spans of a file of `size` bytes to the disk, one after the other, as `Placing` says where.

    `tag` is the validator of the file that the spans are of; when it has changed, the file is refused.

    As `download`, but what has come stays in the part file: it is no file of its own.

    Raises:
        DinamisError: As `download`.
    """
    _complete(part, lambda: Transfer(link, part).run(tuple(spans), size, tag))
    part.check(Placing(spans).length, None)


def _looked_at(part: Part, look: Callable[[Path], None]) -> None:
    try:
        look(part.path)
    except DinamisError:
        part.remove()
        raise


def _complete(part: Part, run: Callable[[], int | None]) -> int | None:
    try:
        return run()
    except DiskFullError:
        part.remove()  # the room is needed by all else on this machine
        raise
