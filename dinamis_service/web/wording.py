"""How pages write moments, surfaces, money and states, in the language and the time of the reader."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from dinamis_service.language import Language, text
from dinamis_service.numbers import type_number
from dinamis_service.quotas.geometry import AREA_STEP
from dinamis_service.quotas.table import RequestKind, Sensor
from dinamis_service.quotas.words import euros, number
from dinamis_service.requests.states import TITLES, State

_SENSORS = {Sensor.PLEIADES: "Pléiades", Sensor.PNEO: "Pléiades Neo", Sensor.SPOT: "SPOT 6/7"}
_BEFORE_HIGH_SIGNS = re.compile(r" (?=[;!?»%€])|(?<=«) ")
_MEGABYTE = 10**6


def typeset(sentence: str) -> str:
    """A French sentence whose signs do not begin a line: they follow a space that does not break."""
    return _BEFORE_HIGH_SIGNS.sub("\u202f", sentence).replace(" :", "\u00a0:")


@dataclass(frozen=True)
class Wording:
    """Values as one reader reads them."""

    language: Language
    zone: str

    def moment(self, moment: datetime) -> str:
        """A date and a time, to the minute, with the name of the time."""
        local = moment.astimezone(ZoneInfo(self.zone))
        return text(self.language, fr=f"{local:%d/%m/%Y %H:%M %Z}", en=f"{local:%Y-%m-%d %H:%M %Z}")

    def day(self, day: date) -> str:
        """A date; that of a moment is the one in the time of the reader."""
        if isinstance(day, datetime):
            day = day.astimezone(ZoneInfo(self.zone)).date()
        return text(self.language, fr=f"{day:%d/%m/%Y}", en=f"{day:%Y-%m-%d}")

    def number(self, value: Decimal | float | str, decimals: int = 2) -> str:
        """A number."""
        return number(Decimal(str(value)), self.language, decimals)

    def typed(self, value: Decimal | float | str) -> str:
        """A number as one would type it in a form."""
        return type_number(Decimal(str(value)), self.language)

    def km2(self, value: Decimal | float | str) -> str:
        """A surface."""
        return f"{self.number(value)}\u202fkm²"

    def area(self, units: int) -> str:
        """A surface as requests keep it."""
        return self.km2(AREA_STEP * units)

    def price(self, cents: int | None) -> str:
        """What something costs, in cents; None is still to be quoted."""
        if cents is None:
            return text(self.language, fr="sur devis", en="to be quoted")
        if cents == 0:
            return text(self.language, fr="rien", en="nothing")
        return self.euros(cents)

    def euros(self, cents: int) -> str:
        """An amount in cents."""
        return euros(cents, self.language).replace(" €", "\u202f€")

    def percent(self, share: Decimal | float | str, decimals: int = 0) -> str:
        """A part of 1, in percent."""
        value = self.number(Decimal(str(share)) * 100, decimals)
        return text(self.language, fr=f"{value}\u202f%", en=f"{value}%")

    def size(self, octets: int) -> str:
        """Size of files."""
        if octets < _MEGABYTE:
            value = self.number(Decimal(max(octets, 1000)) / 1000, 0)
            return text(self.language, fr=f"{value}\u202fko", en=f"{value} kB")
        value = self.number(Decimal(octets) / _MEGABYTE, 1)
        return text(self.language, fr=f"{value}\u202fMo", en=f"{value} MB")

    def state(self, state: str) -> str:
        """State of a request, as a title."""
        told = TITLES[State(state)].told(self.language)
        return told[0].upper() + told[1:]

    def sensor(self, sensor: str) -> str:
        """Sensor of a request."""
        return _SENSORS[Sensor(sensor)]

    def kind(self, kind: str) -> str:
        """Kind of a request."""
        if kind == RequestKind.ARCHIVE:
            return text(self.language, fr="Archive", en="Archive")
        return text(self.language, fr="Programmation", en="Tasking")
