"""Places, periods and conditions in the words of a person."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from dinamis_service.catalogue.freetext.conditions import Limit
from dinamis_service.catalogue.freetext.dates import Period
from dinamis_service.catalogue.freetext.gazetteer import KINDS, Place
from dinamis_service.catalogue.freetext.reading import Reading
from dinamis_service.catalogue.freetext.search import Conditions
from dinamis_service.language import Language, text

_TYPES = {
    "downloadable": ("Téléchargeable", "Downloadable"),
    "orderable": ("Commandable", "Orderable"),
    "pwh": ("PWH, à la demande", "PWH, on demand"),
}
_MONTHS = (
    ("janvier", "January"),
    ("février", "February"),
    ("mars", "March"),
    ("avril", "April"),
    ("mai", "May"),
    ("juin", "June"),
    ("juillet", "July"),
    ("août", "August"),
    ("septembre", "September"),
    ("octobre", "October"),
    ("novembre", "November"),
    ("décembre", "December"),
)
_LIMITS = {"cloud": ("Nuages", "Clouds", "%"), "incidence": ("Incidence", "Incidence", "°")}


def name(place: Place, language: Language) -> str:
    """Name of a place."""
    return text(language, fr=place.name, en=place.name_en)


def place(found: Place, holders: Sequence[Place], language: Language) -> str:
    """Name of a place with its kind and what it lies in: what tells it from others of its name."""
    fr, en = KINDS[found.kind]
    where = [name(holder, language) for holder in holders[:2] if holder.name != found.name]
    return f"{name(found, language)} ({', '.join([text(language, fr=fr, en=en), *where])})"


def period(found: Period, language: Language) -> str:
    """A period, as short as it can be said."""
    first, last = found.first, found.last
    if first is None or last is None:
        open_fr, open_en = ("jusqu'au", "until") if first is None else ("depuis le", "since")
        return f"{text(language, fr=open_fr, en=open_en)} {_day(last or first, language)}"
    if (first.month, first.day, last.month, last.day) == (1, 1, 12, 31):
        return str(first.year) if first.year == last.year else f"{first.year}-{last.year}"
    if (first.day, last + timedelta(1)) == (1, _next_month(first)):
        return f"{_month(first.month, language)} {first.year}"
    ends = [_day(day, language) for day in dict.fromkeys((first, last))]
    return " – ".join(ends)  # noqa: RUF001 - a range is set with a dash


def _day(day: date | None, language: Language) -> str:
    """A day as the language writes it; English has two ways to write it in figures, so the month is named."""
    if day is None:
        return ""
    return text(language, fr=f"{day:%d/%m/%Y}", en=f"{day.day} {_month(day.month, language)} {day.year}")


def _month(number: int, language: Language) -> str:
    fr, en = _MONTHS[number - 1]
    return text(language, fr=fr, en=en)


def _next_month(first: date) -> date:
    return date(first.year + first.month // 12, first.month % 12 + 1, 1)


def limit(kind: str, found: Limit, language: Language) -> str:
    """The most that is accepted."""
    fr, en, unit = _LIMITS[kind]
    sign = "<" if found.strict else "≤"
    value = f"{found.value:g}"
    gap = "\N{NARROW NO-BREAK SPACE}" if unit == "%" else ""
    told = text(language, fr=value.replace(".", ","), en=value)
    return f"{text(language, fr=fr, en=en)} {sign} {told}{gap}{unit}"


def product_type(value: str, language: Language) -> str:
    """Name of a product type."""
    fr, en = _TYPES[value]
    return text(language, fr=fr, en=en)


def notes(reading: Reading, conditions: Conditions, language: Language) -> list[str]:
    """What was understood and cannot be applied."""
    told = [
        text(
            language,
            fr=f"Le catalogue ne décrit pas le thème des images : « {theme.fr} » ne filtre rien.",
            en=f"The catalogue does not tell what images are about: '{theme.en}' filters nothing.",
        )
        for theme in reading.themes
        if not theme.area
    ]
    told += [
        text(
            language,
            fr=f"Le littoral de « {one.name} » n'est pas connu : tout le lieu est cherché.",
            en=f"The coast of '{one.name_en}' is not known: all of the place is searched.",
        )
        for one in conditions.inland
    ]
    return told
