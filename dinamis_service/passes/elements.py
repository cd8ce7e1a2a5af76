"""Orbital elements: read from two-line files, kept, and found for the satellites of a product."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sgp4.api import SGP4_ERRORS, WGS72, Satrec
from sgp4.conveniences import sat_epoch_datetime
from sqlalchemy import select
from sqlalchemy.orm import Session

from dinamis_service.catalogue.missions import PLATFORMS
from dinamis_service.passes.tables import OrbitalElements

VALID_BEFORE = timedelta(days=3)
VALID_AFTER = timedelta(days=14)
"""How far from their epoch elements tell passes: later, manoeuvres and drag make minutes of difference."""

_LINE_LENGTH = 69
_NAMES = {"PLEIADES": "PHR", "PLEIADESNEO": "PNEO", "PLEIADESHR": "PHR"}


@dataclass(frozen=True)
class TwoLines:
    """Elements of one satellite as a file has them, found sound."""

    platform: str
    line1: str
    line2: str

    @property
    def satellite(self) -> Satrec:
        """The model of the orbit."""
        return Satrec.twoline2rv(self.line1, self.line2, WGS72)

    @property
    def epoch(self) -> datetime:
        """Moment of the elements, UTC."""
        moment: datetime = sat_epoch_datetime(self.satellite)
        return moment.astimezone(UTC)


class ElementsError(ValueError):
    """A file is not one of sound two-line elements; `line` counts from 1."""

    def __init__(self, line: int, why: str) -> None:
        super().__init__(f"{line}: {why}")
        self.line = line


def read_elements(content: str, platform: str | None = None) -> list[TwoLines]:
    """Elements of a file of two or three lines each; satellites unknown to the catalogue are left out.

    Args:
        content: the file; a line before the two names the satellite.
        platform: the satellite of a file that does not name it.

    Raises:
        ElementsError: a line is cut, has a wrong checksum, goes not with its neighbour or is no orbit.
    """
    return [
        one
        for number, name, line1, line2 in _sets(content)
        if (one := _read(number, platform or platform_named(name), line1, line2)) is not None
    ]


def platform_named(name: str) -> str:
    """The catalogue's name of a satellite written as `PLEIADES 1A` or `SPOT 6`; empty for another one."""
    compact = re.sub(r"[^A-Z0-9]", "", name.upper().removeprefix("0 "))
    for prefix, ours in sorted(_NAMES.items(), key=lambda one: -len(one[0])):
        if compact.startswith(prefix):
            compact = ours + compact.removeprefix(prefix)
            break
    return compact if compact in PLATFORMS else ""


def load(session: Session, sets: Iterable[TwoLines], *, author: str, now: datetime) -> None:
    """Keep elements; those of a satellite and epoch that are there already are replaced."""
    for one in sets:
        session.merge(
            OrbitalElements(
                platform=one.platform,
                epoch=one.epoch,
                line1=one.line1,
                line2=one.line2,
                author=author,
                loaded=now,
            )
        )


def newest(session: Session) -> dict[str, TwoLines]:
    """The elements of the latest epoch of each satellite."""
    found = session.scalars(select(OrbitalElements).order_by(OrbitalElements.epoch))
    return {one.platform: TwoLines(one.platform, one.line1, one.line2) for one in found}


def _sets(content: str) -> Iterator[tuple[int, str, str, str]]:
    """Number of the first line, name, and the two lines of each set."""
    lines = [(number, line.rstrip()) for number, line in enumerate(content.splitlines(), 1) if line.strip()]
    name = ""
    while lines:
        number, line = lines.pop(0)
        if not line.startswith("1 "):
            if name or line.startswith("2 "):
                raise ElementsError(number, "not the first line of elements")
            name = line.strip()
            continue
        if not lines or not lines[0][1].startswith("2 "):
            raise ElementsError(number, "the second line is missing")
        yield number, name, line, lines.pop(0)[1]
        name = ""


def _read(number: int, platform: str, line1: str, line2: str) -> TwoLines | None:
    """One sound set, or None for a satellite that is not ours."""
    for offset, line in enumerate((line1, line2)):
        if len(line) != _LINE_LENGTH or not line.isascii() or _checksum(line) != line[-1]:
            raise ElementsError(number + offset, "the line is cut or its checksum is wrong")
    if line1[2:7] != line2[2:7]:
        raise ElementsError(number, "the two lines are of different satellites")
    if not platform:
        return None
    one = TwoLines(platform, line1, line2)
    try:
        error, _, _ = one.satellite.sgp4_tsince(0.0)
    except ValueError as reason:
        raise ElementsError(number, str(reason)) from reason
    if error:
        raise ElementsError(number, SGP4_ERRORS[error])
    return one


def _checksum(line: str) -> str:
    """Last figure of a line: the sum of its figures, a minus counting as one, modulo ten."""
    return str(sum(int(one) if one.isdigit() else one == "-" for one in line[:-1]) % 10)
