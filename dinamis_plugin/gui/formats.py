"""Numbers, dates and names as a person reads them, in the language and time zone of QGIS."""

from __future__ import annotations

import re
from datetime import date, datetime
from functools import cache, lru_cache

from qgis.core import QgsApplication
from qgis.PyQt.QtCore import QCoreApplication, QDate, QDateTime, QLocale
from qgis.PyQt.QtGui import QFontMetrics
from qgis.PyQt.QtWidgets import QDateEdit

translate = QCoreApplication.translate

_language = ""

#: What stands for "not known", and between the two ends of a range.
DASH = "\N{EN DASH}"

_TWO_DIGITS = 10
_LONG_NUMBER = 100_000
_MINUTE_S, _HOUR_S = 60, 3600
_TINY_KM2, _SMALL_KM2, _LARGE_KM2 = 0.1, 10.0, 1000.0


@lru_cache(maxsize=1)
def locale() -> QLocale:
    """The locale of numbers and dates: the system's where it speaks the language of the plugin.

    Asked for by every cell of every list, and read from the settings by QGIS each time; `speak` tells of
    another language.
    """
    spoken = QLocale(QgsApplication.locale())
    if _language and QLocale(_language).language() != spoken.language():
        spoken = QLocale(_language)
    system = QLocale()
    return system if system.language() == spoken.language() else spoken


def speak(language: str) -> None:
    """Write in this language (`fr` or `en`) from now on; empty for that of QGIS."""
    global _language  # noqa: PLW0603 - one language for the whole interface, as Qt's translators have it
    _language = language
    locale.cache_clear()
    _day_pattern.cache_clear()


def number(value: float, decimals: int = 0) -> str:
    """A number with the group separators of the language."""
    if decimals == 0:
        return locale().toString(round(value))
    return locale().toString(float(value), "f", decimals)


def counted(text: str, count: int) -> str:
    """Give a text that Qt has put a number in (`%n`) the group separators of the language."""
    return text.replace(str(count), number(count), 1)


def short_number(count: int) -> str:
    """A number of things in little room: exact up to 99,999, then three digits of thousands or millions."""
    if count < _LONG_NUMBER:
        return number(count)
    value, unit = (count / 1e6, "M") if count >= 1e6 else (count / 1e3, "k")  # noqa: PLR2004 - million
    return f"{number(value, max(0, 3 - len(str(int(value)))))} {unit}"


def month(when: date) -> str:
    """A month with its year."""
    return locale().toString(to_qdate(when), "MMMM yyyy")


def area(km2: float) -> str:
    """An area in km2, with as many decimals as help."""
    steps = ((_TINY_KM2, 4), (_SMALL_KM2, 2), (_LARGE_KM2, 1))
    decimals = next((count for limit, count in steps if abs(km2) < limit), 0)
    if float(km2).is_integer():
        decimals = 0
    return translate("Dinamis", "{area} km²").format(area=number(km2, decimals))


def scenes(count: int) -> str:
    """A number of scenes."""
    return counted(translate("Dinamis", "%n scene(s)", "", count), count)


def percent(share: float) -> str:
    """A share (1.0 is all) in percent."""
    return translate("Dinamis", "{value} %").format(value=number(share * 100))


def degrees(angle: float) -> str:
    """An angle in degrees."""
    return translate("Dinamis", "{angle}°").format(angle=number(angle, 1))


def euros(amount: float | None) -> str:
    """An amount of money; None is a price that nobody has defined."""
    if amount is None:
        return translate("Dinamis", "price not defined")
    return translate("Dinamis", "{amount} €").format(
        amount=number(amount, 0 if float(amount).is_integer() else 2)
    )


def moment(when: datetime, *, short: bool = False) -> str:
    """Day and time in the local time zone; with `short`, the year in two digits."""
    pattern = f"{_day_pattern('yy' if short else 'yyyy')} HH:mm"
    return locale().toString(QDateTime.fromSecsSinceEpoch(int(when.timestamp())), pattern)


def moment_width(metrics: QFontMetrics, *, short: bool = False) -> int:
    """Room that the longest moment takes, in pixels."""
    late = (datetime(2028, month, 28, 22, 58).astimezone() for month in range(1, 13))
    return max(metrics.horizontalAdvance(moment(when, short=short)) for when in late)


def day(when: date | None) -> str:
    """A day, or a dash."""
    if when is None:
        return DASH
    return locale().toString(to_qdate(when), _day_pattern("yyyy"))


def to_qdate(when: date) -> QDate:
    """The same day for Qt."""
    return QDate(when.year, when.month, when.day)


def to_date(when: QDate) -> date:
    """The same day for Python."""
    return date(when.year(), when.month(), when.day())


def localise(edit: QDateEdit) -> None:
    """Show days as `day` does, with a calendar to choose from."""
    edit.setLocale(locale())
    edit.setDisplayFormat(_day_pattern("yyyy"))
    edit.setCalendarPopup(True)


@cache
def _day_pattern(year: str) -> str:
    """How the language writes a day in short, with the year in as many digits as asked for."""
    return re.sub("y+", year, locale().dateFormat(QLocale.FormatType.ShortFormat))


def size(count: float) -> str:
    """A number of bytes, in the unit and with the decimals that a person wants."""
    units = (
        (1e9, 1, translate("Dinamis", "{size} GB")),
        (1e6, 1, translate("Dinamis", "{size} MB")),
        (1e3, 0, translate("Dinamis", "{size} kB")),
    )
    for unit, decimals, text in units:
        if count >= unit:
            value = count / unit
            return text.format(size=number(value, decimals if value < _TWO_DIGITS else 0))
    return translate("Dinamis", "{size} bytes").format(size=number(count))


def duration(seconds: float) -> str:
    """A time that is still to wait, in the largest unit that says enough."""
    if seconds < _MINUTE_S:
        return translate("Dinamis", "{count} s").format(count=number(max(1, seconds)))
    if seconds < _HOUR_S:
        return translate("Dinamis", "{count} min").format(count=number(seconds / _MINUTE_S))
    return translate("Dinamis", "{count} h").format(count=number(seconds / _HOUR_S, 1))
