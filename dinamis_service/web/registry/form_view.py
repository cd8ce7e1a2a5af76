"""What the page of one step of the adhesion form shows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import shapely

from dinamis_service.context import Context
from dinamis_service.quotas.words import Words
from dinamis_service.registry import adhesion_steps as steps
from dinamis_service.registry.adhesion import WITH_FILE, Opened
from dinamis_service.registry.adhesion_rules import SIDES, extent_of
from dinamis_service.registry.entities import members
from dinamis_service.registry.form_words import SIDE_TITLES, blocks_of
from dinamis_service.registry.nationalities import countries
from dinamis_service.registry.sectors import (
    CATEGORIES,
    ELIGIBILITIES,
    INTERESTS,
    SECTORS,
    TYPES,
    variant_of,
)
from dinamis_service.registry.uploads import MAX_MB
from dinamis_service.web.land import Land
from dinamis_service.web.maps import Drawing, draw, shape_of
from dinamis_service.web.pages import Page

PARTNERS_SHOWN = 8
LINES_SHOWN = 2
VIEWS: dict[str, tuple[Words, tuple[float, float, float, float]]] = {
    "metropole": (Words("France métropolitaine", "Metropolitan France"), (-4.2, 42.4, 8.2, 50.4)),
    "antilles": (Words("Antilles", "Antilles"), (-62.2, 14.3, -60.6, 16.6)),
    "guyane": (Words("Guyane", "French Guiana"), (-54.7, 2.1, -51.5, 5.9)),
    "reunion": (Words("La Réunion", "Réunion"), (55.2, -21.4, 55.9, -20.8)),
    "mayotte": (Words("Mayotte", "Mayotte"), (45.0, -13.05, 45.35, -12.6)),
    "caledonie": (Words("Nouvelle-Calédonie", "New Caledonia"), (163.5, -22.8, 168.2, -19.5)),
    "polynesie": (Words("Polynésie française", "French Polynesia"), (-152.0, -18.0, -148.8, -16.0)),
    "europe": (Words("Europe", "Europe"), (-12.0, 36.0, 32.0, 62.0)),
    "world": (Words("Monde", "World"), (-150.0, -55.0, 170.0, 75.0)),
}
"""Grounds of the map, west, south, east and north in degrees, for who has drawn nothing yet."""


def describe_step(
    page: Page, context: Context, land: Land, opened: Opened, step: str, *, words: str, number: int
) -> dict[str, Any]:
    """Values of the template of a step.

    Args:
        page: that is shown.
        context: of the service.
        land: ground of the map.
        opened: the link and what was typed.
        step: which one.
        words: what partners are searched by.
        number: page of the list of partners.
    """
    form, language = opened.form, page.language
    variant = variant_of(form)
    order = steps.STEPS[variant]
    told: dict[str, Any] = {
        "email": opened.email,
        "form": form,
        "values": form.get(step, {}),
        "step": step,
        "order": [(one, steps.STEP_TITLES[one].told(language)) for one in order],
        "position": order.index(step),
        "variant": variant,
        "form_title": steps.FORM_TITLES[variant].told(language),
        "step_title": steps.STEP_TITLES[step].told(language),
        "asked": [
            one
            for one in steps.FIELDS.get(step, ())
            if one.kind != "password" or context.identity.keeps_passwords
        ],
        "countries": list(countries(language).items()),
        "names": countries(language),
        "project_file": opened.adhesion.project_file if opened.adhesion else None,
        "has_password": opened.adhesion is not None and opened.adhesion.password_hash is not None,
        "max_mb": MAX_MB,
        "with_file": variant in WITH_FILE and step in (steps.MISSION, steps.PROJECT),
    }
    if step == steps.REMINDER:
        told["categories"] = [one.told(language) for one in CATEGORIES.values()]
    elif step == steps.SECTOR:
        told["lists"] = _lists(language)
    elif step == steps.MISSION:
        told |= _mission(page, land, form.get(step, {}))
    elif step == steps.PARTNER:
        told |= _partners(context, opened, words, number)
    elif step == steps.SUBMIT:
        told["blocks"] = blocks_of(
            form,
            language,
            partner=opened.partner,
            project_file=told["project_file"],
            email=opened.email,
        )
        told["zone"] = zone_of(page, land, form) if steps.MISSION in order else None
    return told


def _lists(language: str) -> dict[str, list[tuple[str, str, list[tuple[str, str]]]]]:
    """The dependent lists: groups with the choice that they belong to, and their options."""
    plain = {"eligibility": ELIGIBILITIES, "interest": INTERESTS, "sector": SECTORS}
    french = language == "fr"
    lists = {
        name: [("", "", [(code, words.fr if french else words.en) for code, words in choices.items()])]
        for name, choices in plain.items()
    }
    kinds: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for code, kind in TYPES.items():
        kinds.setdefault((kind.eligibility, kind.sector), []).append(
            (code, kind.title.fr if french else kind.title.en)
        )
    lists["sector_type"] = [
        (
            f"{eligibility} {sector}",
            " · ".join(
                words.fr if french else words.en for words in (ELIGIBILITIES[eligibility], SECTORS[sector])
            ),
            options,
        )
        for (eligibility, sector), options in kinds.items()
    ]
    lists["activity"] = [
        (
            code,
            kind.title.fr if french else kind.title.en,
            [(name, words.fr if french else words.en) for name, (words, _) in kind.activities.items()],
        )
        for code, kind in TYPES.items()
    ]
    return lists


def _mission(page: Page, land: Land, typed: Mapping[str, Any]) -> dict[str, Any]:
    language = page.language
    wishes = list(typed.get("wishes", []))
    empty = max(LINES_SHOWN - len(wishes), 1)
    lines = [*wishes, *({"mission": "", "first": "", "last": ""} for _ in range(empty))]
    return {
        "drawing": _drawing(page, land, typed),
        "views": [(code, words.told(language)) for code, (words, _) in VIEWS.items()],
        "sides": [(side, SIDE_TITLES[side].told(language)) for side in SIDES],
        "sensors": list(steps.SENSOR_TITLES.items()),
        "lines": lines[: steps.WISHES_MAX],
        "wishes_max": steps.WISHES_MAX,
    }


def _drawing(page: Page, land: Land, typed: Mapping[str, Any]) -> Drawing:
    """The map about the zone, or the ground that was chosen."""
    extent, view = extent_of(typed.get("extent", {})), typed.get("view", "")
    if extent is None or view in VIEWS:
        ground = draw(shapely.box(*VIEWS.get(view, VIEWS["metropole"])[1]), [], land.outlines, page.language)
        path = ground.frame.path(shapely.box(*extent)) if extent is not None else ""
        return replace(ground, zone=path)
    return draw(shapely.box(*extent), [], land.outlines, page.language)


def zone_of(page: Page, land: Land, form: Mapping[str, Any]) -> Drawing | None:
    """The map of the mission of a form; None without one, or where its zone does not hold yet."""
    mission = form.get(steps.MISSION, {})
    extent, area = extent_of(mission.get("extent", {})), mission.get("area")
    if area is None and extent is None:
        return None
    zone = shape_of(area) if extent is None else shapely.box(*extent)
    return draw(zone, [], land.outlines, page.language)


def _partners(context: Context, opened: Opened, words: str, number: int) -> dict[str, Any]:
    with context.database.reading() as session:
        found = members(session, words, public=True)
        total = len(members(session, public=True)) if words else len(found)
    pages = max(1, -(-len(found) // PARTNERS_SHOWN))
    number = min(max(number, 1), pages)
    first = (number - 1) * PARTNERS_SHOWN
    chosen = opened.form.get(steps.PARTNER, {}).get("entity_id", "")
    return {
        "partners": found[first : first + PARTNERS_SHOWN],
        "words": words,
        "first": first + 1 if found else 0,
        "last": min(first + PARTNERS_SHOWN, len(found)),
        "found": len(found),
        "total": total,
        "page_number": number,
        "pages": pages,
        "chosen": chosen if isinstance(chosen, str) else "",
        "chosen_name": opened.partner,
    }
