"""What was downloaded, by month, entity and sensor, told from the journal of signatures (CAT-44)."""

from __future__ import annotations

import argparse
import csv
from collections.abc import Iterator
from dataclasses import astuple, dataclass, field, fields
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from dinamis_service.catalogue.missions import mission_title
from dinamis_service.context import Context
from dinamis_service.errors import InvalidError
from dinamis_service.language import Language, text
from dinamis_service.registry.tables import Entity
from dinamis_service.signing.tables import SignatureBatch

_NO_DOWNLOADS = frozenset({"picture", "upload"})
_ROWS = 1000


@dataclass(frozen=True)
class Downloads:
    """Images signed for reading in one month (UTC) for one entity, of one sensor and kind of access.

    Args:
        month: such as `2026-04`.
        entity: its name; empty for people not signed in.
        kind: of its users; empty likewise.
        sensor: mission of the catalogue; empty for what belongs to no scene.
        access: `open`, `member`, `mission`, or `unknown` before that was written down.
        people: how many had an image signed; 0 where nobody signed in.
        images: how many, one that a person has signed again counted once.
        signatures: how many, renewals included.
    """

    month: str
    entity: str
    kind: str
    sensor: str
    access: str
    people: int
    images: int
    signatures: int


class Counted(NamedTuple):
    """A line of the statistics as the state knows it: entities by their ids, missions of the catalogue."""

    month: str
    entity_id: str
    mission: str
    access: str
    people: int
    images: int
    signatures: int


@dataclass
class _Tally:
    """What is counted for one line; images are known by the hash of who had them signed and their key."""

    images: set[int] = field(default_factory=set)
    people: set[str] = field(default_factory=set)
    signatures: int = 0


class Tallies:
    """Counts of the journal, which grow as more of it is read."""

    def __init__(self) -> None:
        self._lines: dict[tuple[str, str, str, str], _Tally] = {}

    def read(self, session: Session, start: datetime, end: datetime) -> None:
        """Count what was signed for reading from `start` to before `end`."""
        columns = SignatureBatch.at, SignatureBatch.sub, SignatureBatch.entity_id, SignatureBatch.objects
        asked = select(*columns).where(
            SignatureBatch.at >= start, SignatureBatch.at < end, SignatureBatch.method == "GET"
        )
        for at, sub, entity_id, objects in session.execute(asked.execution_options(yield_per=_ROWS)):
            for group in objects:
                if group["access"] in _NO_DOWNLOADS:
                    continue
                key = (f"{at:%Y-%m}", entity_id or "", group["mission"], group["access"])
                tally = self._lines.setdefault(key, _Tally())
                tally.images.update(hash((sub, name)) for name in group["keys"])
                tally.people.update([] if sub is None else [sub])
                tally.signatures += len(group["keys"])

    def lines(self, more: Tallies | None = None) -> Iterator[Counted]:
        """The lines, together with those of `more`."""
        others = more._lines if more is not None else {}
        for key in self._lines.keys() | others.keys():
            one, other = self._lines.get(key, _NONE), others.get(key, _NONE)
            yield Counted(
                *key,
                people=len(one.people) + len(other.people - one.people),
                images=len(one.images) + len(other.images - one.images),
                signatures=one.signatures + other.signatures,
            )


_NONE = _Tally()


def counted(session: Session, start: datetime, end: datetime) -> Iterator[Counted]:
    """Lines of the statistics from `start` to before `end`, counted in the journal."""
    tallies = Tallies()
    tallies.read(session, start, end)
    return tallies.lines()


def downloads(session: Session, start: datetime, end: datetime) -> Iterator[Downloads]:
    """Lines of the statistics from `start` to before `end`, sorted."""
    entities = {entity.id: entity for entity in session.scalars(select(Entity))}
    lines = []
    for one in counted(session, start, end):
        entity = entities.get(one.entity_id)
        lines.append(
            Downloads(
                one.month,
                entity.name if entity else one.entity_id,
                entity.user_kind if entity else "",
                mission_title(one.mission),
                one.access,
                one.people,
                one.images,
                one.signatures,
            )
        )
    yield from sorted(lines, key=astuple)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Options of the action `statistics`."""
    parser.add_argument("--from", dest="first", metavar="MONTH", help="first month, such as 2026-01")
    parser.add_argument("--to", dest="last", metavar="MONTH", help="last month; by default this one")
    parser.add_argument("--csv", type=Path, metavar="FILE", help="write a CSV file in place of a table")


def run(context: Context, language: Language, args: argparse.Namespace) -> None:
    """Print the statistics, or write them as CSV."""
    now = context.clock()
    first = _month(args.first, language) if args.first else datetime(1970, 1, 1, tzinfo=UTC)
    last = _month(args.last, language) if args.last else now
    end = datetime(last.year + last.month // 12, last.month % 12 + 1, 1, tzinfo=UTC)
    heads = tuple(one.name for one in fields(Downloads))
    with context.database.reading() as session:
        rows = [astuple(line) for line in downloads(session, first, end)]
    if args.csv is not None:
        with args.csv.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([heads, *rows])
        print(f"{args.csv}: {len(rows)}")
        return
    table = [heads, *(tuple(map(str, row)) for row in rows)]
    widths = [max(len(row[column]) for row in table) for column in range(len(heads))]
    for row in table:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


def _month(written: str, language: Language) -> datetime:
    try:
        return datetime.strptime(written, "%Y-%m").replace(tzinfo=UTC)
    except ValueError:
        raise InvalidError(
            text(
                language,
                fr=f"« {written} » n'est pas un mois tel que 2026-01.",
                en=f"'{written}' is not a month such as 2026-01.",
            )
        ) from None
