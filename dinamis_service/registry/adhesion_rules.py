"""What an adhesion form has to say: each step judged alone, in sentences beside its fields."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import shapely

from dinamis_service.numbers import read_number
from dinamis_service.quotas.words import Words
from dinamis_service.registry import adhesion_steps as steps
from dinamis_service.registry.addresses import AddressError, is_phone, professional
from dinamis_service.registry.nationalities import countries, eligibility_of
from dinamis_service.registry.sectors import (
    ELIGIBILITIES,
    INTERESTS,
    SECTORS,
    TYPES,
    NoCategoryError,
    category_of,
    variant_of,
)

SIDES = ("north", "west", "east", "south")
_LIMITS = {"north": 90, "south": 90, "west": 180, "east": 180}
_FIRST_YEAR, _LAST_YEAR = 1980, 2100

MISSING = Words("Ce champ est obligatoire.", "This field is mandatory.")
_DAY = Words("Une date est attendue : JJ/MM/AAAA.", "A date is expected: DD/MM/YYYY.")
_ORDER = Words("La fin précède le début.", "The end is before the beginning.")
_LISTS = Words("Choisissez dans la liste.", "Choose from the list.")

Faults = dict[str, Words]


@dataclass(frozen=True)
class Known:
    """What the rules know besides the form.

    Args:
        extra_domains: the setting that adds public mail domains.
        has_file: whether a project file was sent.
        has_password: whether a password was kept.
        is_public_entity: whether an id is of a member that may be a partner.
    """

    extra_domains: str
    has_file: bool
    has_password: bool
    is_public_entity: Callable[[str], bool]


def faults(form: Mapping[str, Any], step: str, known: Known) -> Faults:
    """What does not hold at a step, by field; nothing where it may be left."""
    typed = form.get(step, {})
    found = _of_fields(typed, step)
    judge = _JUDGES.get(step)
    if judge is not None:
        for name, words in judge(form, typed, known).items():
            found.setdefault(name, words)
    return found


def open_steps(form: Mapping[str, Any], known: Known) -> list[str]:
    """Steps of the form's variant that do not hold yet."""
    return [one for one in steps.STEPS[variant_of(form)] if faults(form, one, known)]


def mission_of(form: Mapping[str, Any]) -> dict[str, Any]:
    """The mission of a form that holds, in the shape that the registry keeps.

    Days are ISO 8601; the area is GeoJSON in EPSG:4326, None where none was drawn.
    """
    typed = form[steps.MISSION]
    return {
        "title": typed["title"].strip(),
        "starts": _day(typed["starts"]).isoformat(),
        "ends": _day(typed["ends"]).isoformat(),
        "area": _area(typed.get("extent", {})),
        "wishes": [
            {
                "mission": one["mission"],
                "first": _day(one["first"]).isoformat(),
                "last": _day(one["last"]).isoformat(),
            }
            for one in typed["wishes"]
            if any(one.values())
        ],
    }


def extent_of(typed: Mapping[str, str]) -> tuple[float, float, float, float] | None:
    """West, south, east, north in degrees of what was typed as an area; None where it is none."""
    try:
        sides = {side: float(_side(typed.get(side, ""), side)) for side in SIDES}
    except ValueError:
        return None
    west, south, east, north = (sides[side] for side in ("west", "south", "east", "north"))
    return (west, south, east, north) if west < east and south < north else None


def is_text(value: str) -> bool:
    """Whether what was typed holds no sign that nobody sees: those could hide in mails and deeds."""
    return not any(unicodedata.category(one) in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp") for one in value)


def _of_fields(typed: Mapping[str, Any], step: str) -> Faults:
    """What can be said of each field alone."""
    found = {}
    for one in steps.FIELDS.get(step, ()):
        value = str(typed.get(one.name, "")).strip()
        if one.kind == "password":
            continue
        if not value:
            if one.required:
                found[one.name] = MISSING
        elif len(value) > one.longest:
            found[one.name] = Words(
                f"Au plus {one.longest} caractères.", f"At most {one.longest} characters."
            )
        elif not is_text(value):
            found[one.name] = Words("Ce n'est pas du texte lisible.", "This is no readable text.")
        elif one.kind == "country" and value not in countries("fr"):
            found[one.name] = _LISTS
        elif one.kind == "tel" and not is_phone(value):
            found[one.name] = Words(
                "Un numéro de téléphone est attendu : des chiffres, + devant l'indicatif du pays.",
                "A telephone number is expected: digits, with + before the code of the country.",
            )
    return found


def _sector(form: Mapping[str, Any], typed: Mapping[str, Any], known: Known) -> Faults:  # noqa: ARG001
    lists: dict[str, Mapping[str, Any]] = {
        "eligibility": ELIGIBILITIES,
        "interest": INTERESTS,
        "sector": SECTORS,
        "sector_type": TYPES,
    }
    found: Faults = {name: _LISTS for name, choices in lists.items() if typed.get(name) not in choices}
    if found:
        return found
    expected = eligibility_of(form.get(steps.ENTITY, {}).get("nationality", ""))
    if typed["eligibility"] != expected:
        title = ELIGIBILITIES[expected]
        return {
            "eligibility": Words(
                f"La nationalité de l'entité veut ici : {title.fr}.",
                f"The nationality of the entity asks here for: {title.en}.",
            )
        }
    kind = TYPES[typed["sector_type"]]
    if (kind.eligibility, kind.sector) != (typed["eligibility"], typed["sector"]):
        return {
            "sector_type": Words(
                "Ce type ne va pas avec l'éligibilité et le secteur choisis.",
                "This type does not go with the eligibility and the sector that were chosen.",
            )
        }
    try:
        category_of(form)
    except NoCategoryError:
        return {
            "activity": Words(
                "Cette activité ne va pas avec le type de secteur choisi.",
                "This activity does not go with the type of sector that was chosen.",
            )
        }
    return {}


def _mission(form: Mapping[str, Any], typed: Mapping[str, Any], known: Known) -> Faults:
    found = _period(typed, "starts", "ends", "")
    found |= _extent(typed.get("extent", {}))
    wishes = [one for one in typed.get("wishes", []) if any(one.values())]
    if not wishes:
        found["wish-0-mission"] = Words(
            "Au moins une ligne est à remplir : capteur et période.",
            "At least one line has to be filled in: sensor and period.",
        )
    for number, one in enumerate(typed.get("wishes", [])[: steps.WISHES_MAX]):
        if any(one.values()):
            if one.get("mission") not in steps.SENSORS:
                found[f"wish-{number}-mission"] = _LISTS
            found |= _period(one, "first", "last", f"wish-{number}-")
    if variant_of(form) == "rnd":
        found |= _project(form, typed, known)
    return found


def _project(form: Mapping[str, Any], typed: Mapping[str, Any], known: Known) -> Faults:  # noqa: ARG001
    if known.has_file:
        return {}
    return {
        "project_file": Words(
            "Joignez le modèle complété, en PDF.", "Attach the template, filled in, as a PDF."
        )
    }


def _partner(form: Mapping[str, Any], typed: Mapping[str, Any], known: Known) -> Faults:  # noqa: ARG001
    chosen = typed.get("entity_id", "")
    if isinstance(chosen, str) and chosen and known.is_public_entity(chosen):
        return {}
    if isinstance(chosen, list) and len(chosen) > 1:
        return {"entity_id": Words("Choisissez une seule entité.", "Choose one entity only.")}
    return {
        "entity_id": Words(
            "Choisissez l'entité publique partenaire dans la liste.",
            "Choose the public partner entity from the list.",
        )
    }


def _representative(
    form: Mapping[str, Any],  # noqa: ARG001
    typed: Mapping[str, Any],
    known: Known,
) -> Faults:
    found: Faults = {}
    try:
        email = professional(str(typed.get("email", "")), known.extra_domains)
    except AddressError as error:
        return {"email": error.words}
    if str(typed.get("email_again", "")).strip().casefold() != email:
        found["email_again"] = Words("Les deux adresses diffèrent.", "The two addresses differ.")
    return found


def _referent(form: Mapping[str, Any], typed: Mapping[str, Any], known: Known) -> Faults:  # noqa: ARG001
    return {} if known.has_password else {"password": MISSING}


_JUDGES: dict[str, Callable[[Mapping[str, Any], Mapping[str, Any], Known], Faults]] = {
    steps.SECTOR: _sector,
    steps.MISSION: _mission,
    steps.PROJECT: _project,
    steps.PARTNER: _partner,
    steps.REPRESENTATIVE: _representative,
    steps.REFERENT: _referent,
}


def _period(typed: Mapping[str, str], first: str, last: str, prefix: str) -> Faults:
    """What does not hold of two days that belong together."""
    days: list[date] = []
    found: Faults = {}
    for name in (first, last):
        written = str(typed.get(name, "")).strip()
        try:
            days.append(_day(written))
        except ValueError:
            found[prefix + name] = _DAY if written else MISSING
    if not found and days[0] > days[1]:
        found[prefix + last] = _ORDER
    return found


def _day(written: str) -> date:
    """A day as browsers send it, or as people type it.

    Raises:
        ValueError: it is none.
    """
    plain = written.strip()
    if found := re.fullmatch(r"(\d{1,2})[/.](\d{1,2})[/.](\d{4})", plain, re.ASCII):
        day = date(int(found[3]), int(found[2]), int(found[1]))
    elif re.fullmatch(r"\d{4}-\d{2}-\d{2}", plain, re.ASCII):
        day = date.fromisoformat(plain)
    else:
        msg = f"{plain[:20]!r} is no day"
        raise ValueError(msg)
    if not _FIRST_YEAR <= day.year <= _LAST_YEAR:
        msg = f"{day} is out of bounds"
        raise ValueError(msg)
    return day


def _extent(typed: Mapping[str, str]) -> Faults:
    """What does not hold of the four sides; none at all is no area, which is fine (it is not mandatory)."""
    if not any(str(typed.get(side, "")).strip() for side in SIDES):
        return {}
    found: Faults = {}
    for side, limit in _LIMITS.items():
        if not _is_side(str(typed.get(side, "")), side):
            found[side] = Words(
                f"Un nombre de degrés est attendu, de -{limit} à {limit}.",
                f"A number of degrees is expected, from -{limit} to {limit}.",
            )
    if not found and extent_of(typed) is None:
        found["north"] = Words(
            "Le nord doit être au-dessus du sud et l'est à droite de l'ouest.",
            "North has to be above south, and east to the right of west.",
        )
    return found


def _is_side(written: str, side: str) -> bool:
    try:
        _side(written, side)
    except ValueError:
        return False
    return True


def _side(written: str, side: str) -> Decimal:
    """Degrees as they were typed; a comma and a point are the same here, thousands there are none."""
    value = read_number(written.replace(",", ".").replace("\u2212", "-"), "fr")
    if abs(value) > _LIMITS[side]:
        msg = f"{value} is beyond {_LIMITS[side]} degrees"
        raise ValueError(msg)
    return value


def _area(typed: Mapping[str, str]) -> dict[str, Any] | None:
    extent = extent_of(typed)
    return None if extent is None else dict(shapely.geometry.mapping(shapely.box(*extent)))
