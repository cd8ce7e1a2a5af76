"""Which items are one acquisition, whatever their suppliers call it (CAT-35).

The rule. Two items are the same acquisition when all of this holds:

1. they are of the same satellite;
2. they were taken at the same moment. Names carry the beginning of the strip to a tenth of a second: where
   both names do, these are compared, else what one name says with the other's `datetime`, else both
   `datetime`. Known to a tenth of a second, moments differ by less than a tenth (one is rounded, the other
   cut); where one is known to the second only, both lie in the same second. A moment known to the minute or
   the day, as midnight sharp is, matches none;
3. what both tell besides does not differ: lines of the strip, acquisition number (Pléiades Neo), grid
   reference, instrument and spectral mode (SPOT 1 to 5), mono, stereo or tristereo (mono where nothing is
   said: one image is not the pair);
4. their footprints overlap by half of the smaller one: segments of a strip share its moment and touch only.

Downloadable items hold an orderable one when those of its acquisition cover most of it (`COVERED`): what is
held of a small part leaves the rest to be ordered. In doubt it stays in view: nothing is wrongly hidden.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time
from typing import Any

import shapely
from shapely.errors import ShapelyError
from shapely.geometry.base import BaseGeometry

from dinamis_service.catalogue.engine import Item
from dinamis_service.catalogue.missions import normal_platform

SAME_GROUND = 0.5
"""Share of the smaller footprint that two items of one acquisition have in common, at least."""
COVERED = 0.8
"""Share of an orderable footprint that must be held: suppliers draw footprints more or less closely."""
NAMES = ("title", "dinamis:source_id", "acquisitionIdentifier", "sourceIdentifier", "identifier")
"""Properties that may hold a supplier's name, beside the id."""

_MIDNIGHT = time()
_SECOND = 1.0
_TENTH = 0.1

_PLATFORM = re.compile(
    r"(?<![A-Z0-9])(?:PHR|PL[EÉ]IADES?(?:[-_ ]?(?:HR|NEO))?|PNEO|SPOT)[-_ ]?(?:1[AB]|[1-7])(?![0-9])"
)
_SPOT_SCENE = re.compile(
    r"(?<![A-Z0-9])S(?P<satellite>[1-5])_(?P<grid>\d{3}-\d{3}-\d)_(?P<moment>[\d-]{19})"
    r"_HR[VGIS]*-?(?P<instrument>[12])_(?P<band>[A-Z]+)"
)
_SPOT_CLASSIC = re.compile(
    r"(?<!\d)(?P<satellite>[1-5]) ?(?P<grid>\d{3}-\d{3}(?:/\d)?)"
    r" (?P<day>\d\d/\d\d/\d\d) (?P<hour>\d\d:\d\d:\d\d)"
    r" (?P<instrument>[12]) ?(?P<band>[A-Z])(?![A-Z])"
)
_MOMENT = re.compile(
    r"(?<!\d)((?:19|20)\d\d)-?([01]\d)-?([0-3]\d)[T_ -]?"
    r"([0-2]\d)[:-]?([0-5]\d)[:-]?([0-5]\d)(?:\.?(\d{1,6}))?(?!\d)"
)
_LINES = re.compile(r"_PX_(\d{5})_(\d{5})(?!\d)")
_NUMBER = re.compile(r"ACQ_[A-Z]+\d_(\d{8,})")
_MODE = re.compile(r"(?<![A-Z])(TRI-?STEREO|TRI|STEREO|STE)(?![A-Z])")
_MODES = {"TRISTEREO": "tristereo", "TRI": "tristereo", "STEREO": "stereo", "STE": "stereo"}


@dataclass(frozen=True)
class Moment:
    """A moment and how finely it is known, in seconds."""

    at: datetime
    grain: float

    def is_same(self, other: Moment) -> bool:
        """Whether both may be one moment, as rule 2 says."""
        grain = max(self.grain, other.grain)
        if grain > _SECOND:
            return False
        if grain > _TENTH:
            return self.at.replace(microsecond=0) == other.at.replace(microsecond=0)
        return abs((self.at - other.at).total_seconds()) < _TENTH - 1e-9


@dataclass(frozen=True)
class Acquisition:
    """What tells one acquisition from another; None where nothing is said."""

    platform: str | None = None
    named: Moment | None = None
    dated: Moment | None = None
    lines: str | None = None
    number: str | None = None
    grid: str | None = None
    instrument: str | None = None
    band: str | None = None
    mode: str = "mono"
    footprint: BaseGeometry | None = None

    def is_same(self, other: Acquisition) -> bool:
        """Whether both are one acquisition, as the rule above says."""
        if self.platform is None or self.platform != other.platform or self.mode != other.mode:
            return False
        for name in ("lines", "number", "grid", "instrument", "band"):
            mine, others = getattr(self, name), getattr(other, name)
            if mine is not None and others is not None and mine != others:
                return False
        if not self._at_the_same_moment(other):
            return False
        return _overlap(self.footprint, other.footprint) >= SAME_GROUND

    def _at_the_same_moment(self, other: Acquisition) -> bool:
        if self.named is not None and other.named is not None:
            return self.named.is_same(other.named)
        mine, others = self.named or self.dated, other.named or other.dated
        return mine is not None and others is not None and mine.is_same(others)


def acquisition_of_name(name: str) -> Acquisition:
    """What a supplier's name says: of a dataset, a file, a strip, a catalogue's entry."""
    written = name.upper()
    if (scene := _SPOT_SCENE.search(written) or _SPOT_CLASSIC.search(written)) is not None:
        return _spot_scene(scene)
    platform = _PLATFORM.search(written)
    lines, number, mode = _LINES.search(written), _NUMBER.search(written), _MODE.search(written)
    return Acquisition(
        platform=normal_platform(platform[0]) if platform else None,
        named=_moment_in(written),
        lines="-".join(lines.groups()) if lines else None,
        number=number[1] if number else None,
        mode=_MODES[mode[1].replace("-", "")] if mode else "mono",
    )


def acquisition_of_item(item: Item) -> Acquisition:
    """What an item says by its properties, its id and the supplier's names that it keeps."""
    properties = item["properties"]
    names = [str(item["id"]), *(str(properties[name]) for name in NAMES if properties.get(name))]
    told = [acquisition_of_name(name) for name in names]
    platform = normal_platform(str(properties.get("platform") or ""))
    mode = str(properties.get("dinamis:acquisition_mode") or properties.get("acquisitionMode") or "")
    found = Acquisition(
        platform=platform or _first(told, "platform"),
        dated=_moment_in(str(properties.get("datetime") or "")),
        mode=_MODES.get(mode.upper(), "") or next((one.mode for one in told if one.mode != "mono"), "mono"),
        footprint=_footprint(item),
    )
    more = {name: _first(told, name) for name in ("lines", "number", "grid", "instrument", "band")}
    return replace(found, named=_first(told, "named"), **more)


def is_held(wanted: Acquisition, candidates: Iterable[Acquisition]) -> bool:
    """Whether those of the candidates that are this acquisition cover its footprint."""
    same = [one.footprint for one in candidates if one.is_same(wanted)]
    if not same or wanted.footprint is None:
        return False
    held = shapely.union_all(same)
    return bool(shapely.intersection(held, wanted.footprint).area >= COVERED * wanted.footprint.area)


def common_ground(one: Acquisition, other: Acquisition) -> float:
    """Area that both footprints cover, square degrees; for comparison only."""
    return _common(one.footprint, other.footprint)


def _first(told: Sequence[Acquisition], name: str) -> Any:
    return next((value for one in told if (value := getattr(one, name)) is not None), None)


def _moment_in(written: str) -> Moment | None:
    """The moment that a text holds, with its grain; a time without seconds, or a mere date, is none."""
    found = _MOMENT.search(written.upper())
    if found is None:
        return None
    *whole, fraction = found.groups()
    try:
        at = datetime(*map(int, whole), tzinfo=UTC)  # type: ignore[misc,arg-type]
    except ValueError:
        return None
    if not fraction:
        return None if at.time() == _MIDNIGHT else Moment(at, _SECOND)
    micro = int(fraction.ljust(6, "0"))
    return Moment(at.replace(microsecond=micro), math.pow(10, -len(fraction)))


def _spot_scene(found: re.Match[str]) -> Acquisition:
    """What the name of a SPOT 1 to 5 scene says, in the new way or the old one."""
    parts = found.groupdict()
    if "moment" in parts:
        written = parts["moment"]
    else:
        year = int(parts["day"][:2])
        century = "19" if year >= 86 else "20"  # noqa: PLR2004 - SPOT 1 was launched in 1986
        written = f"{century}{parts['day'].replace('/', '-')} {parts['hour']}"
    return Acquisition(
        platform=f"SPOT{parts['satellite']}",
        named=_moment_in(written),
        grid=_grid(parts["grid"]),
        instrument=parts["instrument"],
        band=parts["band"],
    )


def _grid(written: str) -> str:
    """Column, row and shift of a scene; no shift is 0."""
    numbers = re.findall(r"\d+", written)
    return "-".join([*numbers, "0"][:3])


def _footprint(item: Item) -> BaseGeometry | None:
    try:
        found = shapely.geometry.shape(item.get("geometry") or {})
    except (ShapelyError, AttributeError, TypeError, ValueError, KeyError):
        return None
    valid = shapely.make_valid(found)
    return valid if valid.area else None


def _common(one: BaseGeometry | None, other: BaseGeometry | None) -> float:
    return 0.0 if one is None or other is None else float(shapely.intersection(one, other).area)


def _overlap(one: BaseGeometry | None, other: BaseGeometry | None) -> float:
    """Common ground as a share of the smaller footprint; none where one is unknown."""
    if one is None or other is None:
        return 0.0
    return _common(one, other) / min(one.area, other.area)
