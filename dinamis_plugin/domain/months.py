"""Months as numbers, and the bars and marks of a timeline (CAT-09, CAT-10)."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

YEAR = 12
_MONTH = re.compile(r"(\d{4})-(0[1-9]|1[0-2])")
_BAR_MONTHS = (1, 2, 3, 6, 12)
_MARK_YEARS = (1, 2, 5, 10, 20)


def month_of(day: date) -> int:
    """Number the months through the years, so that they can be counted with."""
    return day.year * YEAR + day.month - 1


def first_day(month: int) -> date:
    """Give the first day of a month."""
    return date(month // YEAR, month % YEAR + 1, 1)


def last_day(month: int) -> date:
    """Give the last day of a month."""
    year, place = divmod(month, YEAR)
    return date(year, place + 1, monthrange(year, place + 1)[1])


def month_read(text: str) -> int | None:
    """Read a month as services write it, `2023-06`; None when it is none."""
    found = _MONTH.fullmatch(text)
    return None if found is None else int(found[1]) * YEAR + int(found[2]) - 1


@dataclass(frozen=True)
class Span:
    """Whole months, first and last included."""

    first: int
    last: int

    @property
    def length(self) -> int:
        """How many months."""
        return self.last - self.first + 1

    def within(self, whole: Span) -> Span:
        """Move, and where it must be shorten, the span into another one."""
        length = min(self.length, whole.length)
        first = min(max(self.first, whole.first), whole.last - length + 1)
        return Span(first, first + length - 1)

    def zoomed(self, factor: float, around: float, whole: Span, least: int = YEAR) -> Span:
        """Make the span `factor` times as long; the month at `around` (0 to 1) keeps its place."""
        length = max(min(least, whole.length), min(round(self.length * factor), whole.length))
        first = round(self.first + (self.length - length) * around)
        return Span(first, first + length - 1).within(whole)

    def moved(self, months: int, whole: Span) -> Span:
        """Move the span, not beyond the whole."""
        return Span(self.first + months, self.last + months).within(whole)


@dataclass(frozen=True)
class Bar:
    """The months of a bar, and the number of scenes in them."""

    span: Span
    count: int


def months_per_bar(span: Span, most_bars: int) -> int:
    """Say how many months a bar stands for, so that there are no more bars than can be seen."""
    fitting = (months for months in _BAR_MONTHS if -(-span.length // months) <= max(1, most_bars))
    return next(fitting, _BAR_MONTHS[-1])


def bars(counts: Mapping[int, int], span: Span, months: int) -> list[Bar]:
    """Add up the scenes of the months, in bars that begin with whole years; the empty ones are left out."""
    sums: dict[int, int] = {}
    for month, count in counts.items():
        if span.first <= month <= span.last and count > 0:
            start = month - month % months
            sums[start] = sums.get(start, 0) + count
    return [
        Bar(Span(max(start, span.first), min(start + months - 1, span.last)), sums[start])
        for start in sorted(sums)
    ]


def marked_years(span: Span, most_marks: int) -> list[int]:
    """Give the years to write under a timeline, of those that begin in the span as many as have room."""
    begin, end = -(-span.first // YEAR), span.last // YEAR
    for step in _MARK_YEARS:
        years = [year for year in range(begin, end + 1) if year % step == 0]
        if len(years) <= max(1, most_marks):
            return years
    return []
