"""An adhesion form in words, block by block: the summary, the representative's page, the deed, the sheet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from dinamis_service.language import Language, text
from dinamis_service.quotas.words import Words, number
from dinamis_service.registry import adhesion_steps as steps
from dinamis_service.registry.adhesion_rules import extent_of
from dinamis_service.registry.nationalities import country
from dinamis_service.registry.sectors import ELIGIBILITIES, INTERESTS, SECTORS, TYPES, variant_of

SIDE_TITLES = {
    "north": Words("NORD", "NORTH"),
    "west": Words("OUEST", "WEST"),
    "east": Words("EST", "EAST"),
    "south": Words("SUD", "SOUTH"),
}
NATURES = {
    "rnd": Words("Recherche & Développement", "Research and development"),
    "partner": Words("Prestataire de la commande publique", "Contractor of public procurement"),
}
_DECIMALS = 4  # of degrees
_UNSEEN = frozenset({"email_again", "password", "password_again"})


@dataclass(frozen=True)
class Block:
    """A part of the form with its names and values; `step` is where they are typed."""

    step: str
    title: str
    rows: list[tuple[str, str]]


def blocks_of(
    form: Mapping[str, Any],
    language: Language,
    *,
    partner: str = "",
    project_file: Mapping[str, Any] | None = None,
    email: str = "",
) -> list[Block]:
    """What was typed, step by step of the form's variant; empty fields have an empty value.

    Args:
        form: as it is kept.
        language: of names and values.
        partner: name of the public partner.
        project_file: what was sent.
        email: verified address of the referent, shown with them.
    """
    found = []
    for step in steps.STEPS[variant_of(form)]:
        rows = _rows(form, step, language)
        if step == steps.REFERENT and email:
            rows.append((text(language, fr="Email du Référent de l'Entité", en="E-mail address"), email))
        if step == steps.MISSION:
            rows += mission_rows(form, language)
        if step in (steps.MISSION, steps.PROJECT) and project_file:
            told = text(language, fr="Fichier de description", en="Description file")
            rows.append((told, project_file["name"]))
        if step == steps.PARTNER and partner:
            rows.append((steps.STEP_TITLES[step].told(language), partner))
        if rows:
            found.append(Block(step, steps.BLOCK_TITLES[step].told(language), rows))
    return found


def mission_rows(form: Mapping[str, Any], language: Language) -> list[tuple[str, str]]:
    """The mission sheet: nature, period, extent and wanted data (REG-43)."""
    typed = form.get(steps.MISSION, {})
    nature = NATURES.get(variant_of(form))
    rows = [
        (text(language, fr="Nature", en="Nature"), nature.told(language) if nature else ""),
        (
            text(language, fr="Période de validité", en="Period of validity"),
            _period(typed, "starts", "ends", language),
        ),
        (text(language, fr="Zone d'intérêt", en="Area of interest"), _zone(typed, language)),
    ]
    wanted = text(language, fr="Données souhaitées", en="Wanted data")
    lines = [
        f"{steps.SENSOR_TITLES.get(one.get('mission', ''), '')}, {_period(one, 'first', 'last', language)}"
        for one in typed.get("wishes", [])
        if any(one.values())
    ]
    return [*rows, (wanted, "\n".join(lines))]


def _rows(form: Mapping[str, Any], step: str, language: Language) -> list[tuple[str, str]]:
    typed = steps.texts_of(form, step)
    return [
        (one.label.told(language), _value(one, typed[one.name], language))
        for one in steps.FIELDS.get(step, ())
        if one.name not in _UNSEEN
    ]


def _value(field: steps.Field, value: str, language: Language) -> str:
    if not value:
        return ""
    if field.kind == "country":
        return country(value, language)
    if field.kind != "choice":
        return value
    return choice_title(field.name, value, language)


def choice_title(name: str, value: str, language: Language) -> str:
    """What a choice of the dependent lists is called; empty for none."""
    lists: dict[str, Mapping[str, Words]] = {
        "eligibility": ELIGIBILITIES,
        "interest": INTERESTS,
        "sector": SECTORS,
        "sector_type": {code: kind.title for code, kind in TYPES.items()},
        "activity": {code: one for kind in TYPES.values() for code, (one, _) in kind.activities.items()},
    }
    words = lists[name].get(value)
    return words.told(language) if words else ""


def _period(typed: Mapping[str, str], first: str, last: str, language: Language) -> str:
    return " - ".join(_day(typed.get(name, ""), language) for name in (first, last) if typed.get(name))


def _day(written: str, language: Language) -> str:
    try:
        day = date.fromisoformat(written)
    except ValueError:
        return written
    return text(language, fr=f"{day:%d/%m/%Y}", en=f"{day:%Y-%m-%d}")


def _zone(typed: Mapping[str, Any], language: Language) -> str:
    extent = extent_of(typed.get("extent", {}))
    if extent is None:
        return text(
            language, fr="aucune : la mission n'est pas limitée à une zone", en="none: not bound to an area"
        )
    west, south, east, north = extent
    sides = {"north": north, "west": west, "east": east, "south": south}
    return ", ".join(
        f"{SIDE_TITLES[side].told(language)} {number(Decimal(str(value)), language, _DECIMALS)}"
        for side, value in sides.items()
    )
