"""Periods as people write them, in French and in the common figures."""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from dinamis_service.catalogue.freetext.text import Text

FIRST_YEAR = 1986
"""SPOT 1 was launched in it: no image is older, and a smaller number is no year."""
_MONTHS = {
    "janvier": 1, "janv": 1, "jan": 1, "fevrier": 2, "fevr": 2, "fev": 2, "mars": 3, "avril": 4, "avr": 4,
    "mai": 5, "juin": 6, "juillet": 7, "juil": 7, "aout": 8, "septembre": 9, "sept": 9, "octobre": 10,
    "oct": 10, "novembre": 11, "nov": 11, "decembre": 12, "dec": 12,
    "january": 1, "february": 2, "march": 3, "april": 4, "may": 5, "june": 6, "july": 7, "august": 8,
    "september": 9, "october": 10, "november": 11, "december": 12,
}  # fmt: skip
_SEASONS = {"printemps": 3, "ete": 6, "automne": 9, "spring": 3, "summer": 6, "autumn": 9}
"""First month; seasons are those of the weather services, three whole months."""

_MONTH = rf"(?:{'|'.join(sorted(_MONTHS, key=len, reverse=True))})\.?"
_YEAR = r"(?:19[89]\d|20\d\d)"
_DAY = r"(?:0?[1-9]|[12]\d|3[01])(?:er)?"
_POINT = (
    rf"(?:{_DAY}\s+{_MONTH}\s+{_YEAR}|{_MONTH}\s+{_YEAR}|{_DAY}[/.]\d\d?[/.]{_YEAR}"
    rf"|{_YEAR}-\d\d-\d\d|{_YEAR}[-/]\d\d(?!\d)|\d\d?[/.]{_YEAR}|{_YEAR})"
)
"""A day, a month or a year."""
_PARTIAL = rf"(?:{_POINT}|{_DAY}\s+{_MONTH}|{_MONTH})"
"""The beginning of a period, whose year may stand at its end only."""
_TO = r"\s*(?:-|–|\s(?:a|au|et|jusqu'en|jusqu'a|to|and)\s(?:la\s+fin\s+de\s+)?)\s*"  # noqa: RUF001 - a dash


@dataclass(frozen=True)
class Period:
    """Whole days, UTC, both ends included; None where it is open."""

    first: date | None = None
    last: date | None = None


Maker = Callable[[re.Match[str], date], Period | None]


def take_periods(text: Text, today: date) -> list[Period]:
    """Periods that a text names, taken out of it; what overlaps is given once, in order of time."""
    found: list[Period] = []
    for pattern, make in _RULES:
        for match in _matches(text, pattern):
            period = make(match, today)
            if period is None or _backwards(period):
                continue
            text.cut(*match.span())
            found.append(period)
    return merged(found)


def _matches(text: Text, pattern: re.Pattern[str]) -> Iterator[re.Match[str]]:
    """Matches as the text stands, which gets shorter only from behind: cut from the last to the first."""
    yield from reversed(list(pattern.finditer(text.rest)))


def _backwards(period: Period) -> bool:
    return period.first is not None and period.last is not None and period.first > period.last


def merged(periods: list[Period]) -> list[Period]:
    """Periods in order of time, those that touch made one."""
    ordered = sorted(periods, key=lambda one: (one.first or date.min, one.last or date.max))
    out: list[Period] = []
    for one in ordered:
        before = out[-1] if out else None
        if before is not None and (before.last or date.max) >= (one.first or date.min) - _day_if(one.first):
            last = None if before.last is None or one.last is None else max(before.last, one.last)
            out[-1] = Period(before.first, last)
        else:
            out.append(one)
    return out


def _day_if(first: date | None) -> timedelta:
    return timedelta(days=1) if first is not None else timedelta()


def _point(written: str, year: int | None = None) -> Period | None:
    """The day, month or year that is written; `year` is that of one written without."""
    text = written.strip()
    for pattern, order in _POINTS:
        if found := pattern.fullmatch(text):
            parts = dict(zip(order, found.groups(), strict=True))
            month = parts.get("month")
            number = (
                None
                if month is None
                else _MONTHS.get(month.rstrip("."), int(month) if month.isdecimal() else 0)
            )
            return _whole(int(parts["year"]) if "year" in parts else year, number, parts.get("day"))
    return None


_POINTS = (
    (re.compile(rf"(\d\d?)(?:er)?\s+({_MONTH})\s+({_YEAR})"), ("day", "month", "year")),
    (re.compile(rf"({_MONTH})\s+({_YEAR})"), ("month", "year")),
    (re.compile(rf"(\d\d?)[/.](\d\d?)[/.]({_YEAR})"), ("day", "month", "year")),
    (re.compile(rf"({_YEAR})-(\d\d)-(\d\d)"), ("year", "month", "day")),
    (re.compile(rf"({_YEAR})[-/](\d\d)"), ("year", "month")),
    (re.compile(rf"(\d\d?)[/.]({_YEAR})"), ("month", "year")),
    (re.compile(rf"({_YEAR})"), ("year",)),
    (re.compile(rf"(\d\d?)(?:er)?\s+({_MONTH})"), ("day", "month")),
    (re.compile(rf"({_MONTH})"), ("month",)),
)


def _whole(year: int | None, month: int | None, day: str | None) -> Period | None:
    """The whole day, month or year; None for one that the calendar does not have."""
    if year is None or year < FIRST_YEAR:
        return None
    if month is None:
        return Period(date(year, 1, 1), date(year, 12, 31))
    if not 1 <= month <= 12:  # noqa: PLR2004 - months of a year
        return None
    length = calendar.monthrange(year, month)[1]
    if day is None:
        return Period(date(year, month, 1), date(year, month, length))
    if int(day) > length:
        return None
    return Period(date(year, month, int(day)), date(year, month, int(day)))


def _span(match: re.Match[str], _today: date) -> Period | None:
    end = _point(match["end"])
    if end is None or end.last is None:
        return None
    start = _point(match["start"], end.last.year)
    return None if start is None else Period(start.first, end.last)


def _days(match: re.Match[str], _today: date) -> Period | None:
    """Days of one month, which stands at the end only."""
    end = _point(match["end"])
    if end is None or end.last is None or int(match["start"]) > end.last.day:
        return None
    return Period(end.last.replace(day=int(match["start"])), end.last)


def _single(match: re.Match[str], _today: date) -> Period | None:
    return _point(match["point"])


def _since(match: re.Match[str], _today: date) -> Period | None:
    point = _point(match["point"])
    return None if point is None else Period(point.first)


def _after(match: re.Match[str], _today: date) -> Period | None:
    point = _point(match["point"])
    return None if point is None or point.last is None else Period(point.last + timedelta(days=1))


def _before(match: re.Match[str], _today: date) -> Period | None:
    point = _point(match["point"])
    return None if point is None or point.first is None else Period(None, point.first - timedelta(days=1))


def _until(match: re.Match[str], _today: date) -> Period | None:
    point = _point(match["point"])
    return None if point is None else Period(None, point.last)


def _season(match: re.Match[str], _today: date) -> Period:
    year, month = int(match["year"]), _SEASONS[match["season"]]
    return Period(date(year, month, 1), date(year, month + 2, calendar.monthrange(year, month + 2)[1]))


def _winter(match: re.Match[str], _today: date) -> Period | None:
    """December to February: the winter of a year is the one that ends in it."""
    year = int(match["last"] or match["year"])
    if match["last"] and year != int(match["year"]) + 1:
        return None
    return Period(date(year - 1, 12, 1), date(year, 2, calendar.monthrange(year, 2)[1]))


def _decade(match: re.Match[str], _today: date) -> Period:
    digits = int(match["decade"])
    year = digits if digits > 1000 else (1900 if digits >= 80 else 2000) + digits  # noqa: PLR2004
    return Period(date(year, 1, 1), date(year + 9, 12, 31))


def _rolling(match: re.Match[str], today: date) -> Period:
    count = int(match["count"] or 1)
    unit = match["unit"]
    if unit.startswith(("jour", "day")):
        return Period(_back(today, days=count), today)
    if unit.startswith(("semaine", "week")):
        return Period(_back(today, days=7 * count), today)
    return Period(_back(today, months=count if unit.startswith(("mois", "month")) else 12 * count), today)


def _back(today: date, *, days: int = 0, months: int = 0) -> date:
    """The same day so long ago, the last of its month where there is none; never before the first images."""
    index = today.year * 12 + today.month - 1 - months
    year, month = max(FIRST_YEAR, index // 12), index % 12 + 1
    moved = date(year, month, min(today.day, calendar.monthrange(year, month)[1]))
    return max(date(FIRST_YEAR, 1, 1), moved - timedelta(days=min(days, 36_600)))


def _last_year(_match: re.Match[str], today: date) -> Period:
    return Period(date(today.year - 1, 1, 1), date(today.year - 1, 12, 31))


def _this_year(_match: re.Match[str], today: date) -> Period:
    return Period(date(today.year, 1, 1), date(today.year, 12, 31))


def _last_month(_match: re.Match[str], today: date) -> Period | None:
    last = today.replace(day=1) - timedelta(days=1)
    return Period(last.replace(day=1), last)


def _this_month(_match: re.Match[str], today: date) -> Period | None:
    return _whole(today.year, today.month, None)


def _one_day(back: int) -> Maker:
    return lambda _match, today: Period(today - timedelta(days=back), today - timedelta(days=back))


def _rule(pattern: str, make: Maker) -> tuple[re.Pattern[str], Maker]:
    return re.compile(rf"(?<![\w/.]){pattern}(?![\w%])(?!\s*%)"), make


_UNIT = r"(?P<unit>jours?|semaines?|mois|ans?|annees?|days?|weeks?|months?|years?)"
_RULES = (
    _rule(rf"hiver\s+(?P<year>{_YEAR})(?:\s*[-/]\s*(?P<last>{_YEAR}))?", _winter),
    _rule(rf"(?:du\s+)?(?P<start>\d\d?)(?:er)?\s+au\s+(?P<end>{_DAY}\s+{_MONTH}\s+{_YEAR})", _days),
    _rule(rf"(?:en\s+)?(?P<start>{_MONTH})\s+(?P<end>{_MONTH}\s+{_YEAR})", _span),
    _rule(rf"(?:entre\s+|between\s+)(?P<start>{_PARTIAL})\s+(?:et|and)\s+(?P<end>{_POINT})", _span),
    _rule(rf"(?:de(?:puis)?\s+|du\s+|d')?(?P<start>{_PARTIAL}){_TO}(?:le\s+)?(?P<end>{_POINT})", _span),
    _rule(rf"(?:en\s+|l'|au\s+)?(?P<season>{'|'.join(_SEASONS)})\s+(?:de\s+)?(?P<year>{_YEAR})", _season),
    _rule(r"(?:les\s+|des\s+)?annees?\s+(?P<decade>19[89]0|20[0-9]0|[0189]0)", _decade),
    _rule(
        rf"(?:depuis|a\s+partir\s+d[eu]|des|since|from)\s+(?:l'annee\s+|le\s+)?(?P<point>{_POINT})", _since
    ),
    _rule(rf"(?:apres|after|>)\s*(?:le\s+)?(?P<point>{_POINT})", _after),
    _rule(rf"(?:avant|before|<)\s*(?:le\s+)?(?P<point>{_POINT})", _before),
    _rule(rf"(?:jusqu'(?:en|au|a)|until)\s*(?:la\s+fin\s+de\s+)?(?P<point>{_POINT})", _until),
    _rule(rf"(?:les\s+|ces\s+|des\s+)?(?P<count>\d{{1,3}})\s+derni?ere?s\s+{_UNIT}", _rolling),
    _rule(rf"(?:les\s+|ces\s+|des\s+)?derni?ere?s\s+(?P<count>\d{{1,3}})\s+{_UNIT}", _rolling),
    _rule(rf"(?:le\s+|la\s+)?derni?ere?(?P<count>)\s+{_UNIT}", _rolling),
    _rule(rf"last\s+(?P<count>\d{{1,3}})\s+{_UNIT}", _rolling),
    _rule(r"(?:l'annee\s+(?:derniere|passee)|l'an\s+(?:dernier|passe)|last\s+year)", _last_year),
    _rule(r"(?:cette\s+annee|this\s+year)", _this_year),
    _rule(r"(?:le\s+)?mois\s+(?:dernier|passe)", _last_month),
    _rule(r"(?:ce\s+mois(?:-ci)?|this\s+month)", _this_month),
    _rule(r"(?:aujourd'hui|today)", _one_day(0)),
    _rule(r"(?:hier|yesterday)", _one_day(1)),
    _rule(rf"(?:en\s+|le\s+|au\s+|d'|de\s+|du\s+|annee\s+)?(?P<point>{_POINT})", _single),
)
