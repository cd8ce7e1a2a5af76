"""Sectors of activity of entities: the dependent lists of the form, and the category that follows (REG-13).

The eleven categories are those of the portal; which words of the lists lead to which one is our decision
where the sources show examples only. Public scientific entities and services abroad are eligible, private
ones are not.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from dinamis_service.quotas.words import Words
from dinamis_service.requests.themes import THEMES

Variant = Literal["public", "rnd", "partner", "foreign"]

CATEGORIES: dict[int, Words] = {
    1: Words(
        "Services centraux et services déconcentrés de l'État", "Central and devolved services of the State"
    ),
    2: Words(
        "Établissements publics de recherche et d'enseignement", "Public research and teaching establishments"
    ),
    3: Words(
        "Établissements publics hors recherche et enseignement",
        "Public establishments other than research and teaching",
    ),
    4: Words("Collectivités territoriales", "Local authorities"),
    5: Words("Autres établissements publics français", "Other French public establishments"),
    6: Words(
        "Organismes à but non lucratif au titre de l'intérêt général et hors champ concurrentiel",
        "Non-profit bodies of general interest, outside the competitive field",
    ),
    7: Words(
        "Entité privée française au titre de Recherche & Développement",
        "French private entity, for research and development",
    ),
    8: Words(
        "Entité privée française au titre de prestataire de commande publique",
        "French private entity, as a contractor of public procurement",
    ),
    9: Words(
        "Entité publique de recherche scientifique d'un pays membre de l'UE ou de Suisse, Islande, Norvège",
        "Public scientific research entity of an EU member state, Switzerland, Iceland or Norway",
    ),
    10: Words("Services de la Commission européenne", "Services of the European Commission"),
    11: Words(
        "Entité publique de recherche scientifique de pays hors UE",
        "Public scientific research entity of a country outside the EU",
    ),
}

INTERESTS: dict[str, Words] = {
    **THEMES,
    "planning": Words("Aménagement du Territoire", "Spatial planning"),
    "defence": Words("Sécurité et gestion de crise", "Security and crisis management"),
    "teaching": Words("Enseignement et formation", "Teaching and training"),
    "other": Words("Autre", "Other"),
}

ELIGIBILITIES: dict[str, Words] = {
    "france": Words("France", "France"),
    "europe": Words(
        "Union européenne, Suisse, Islande, Norvège", "European Union, Switzerland, Iceland, Norway"
    ),
    "world": Words("Hors Union européenne", "Outside the European Union"),
}
PUBLIC, PRIVATE = "public", "private"
SECTORS: dict[str, Words] = {PUBLIC: Words("Public", "Public"), PRIVATE: Words("Privé", "Private")}


@dataclass(frozen=True)
class Kind:
    """A type of sector: where it may be chosen, and its activities with the category of each."""

    eligibility: str
    sector: str
    title: Words
    activities: Mapping[str, tuple[Words, int]]


TYPES: dict[str, Kind] = {
    "state": Kind(
        "france",
        PUBLIC,
        Words("Services de l'État", "State services"),
        {
            "central": (Words("Service central", "Central service"), 1),
            "devolved": (Words("Service déconcentré", "Devolved service"), 1),
        },
    ),
    "research": Kind(
        "france",
        PUBLIC,
        Words("Recherche et enseignement", "Research and teaching"),
        {
            "laboratory": (Words("Laboratoire ou unité de recherche", "Laboratory or research unit"), 2),
            "university": (Words("Université ou école", "University or school"), 2),
            "institute": (Words("Organisme de recherche", "Research institute"), 2),
            "school": (Words("Établissement d'enseignement", "Teaching establishment"), 2),
        },
    ),
    "agency": Kind(
        "france",
        PUBLIC,
        Words("Établissements publics hors recherche", "Public establishments other than research"),
        {
            "administrative": (
                Words("Établissement public administratif", "Administrative establishment"),
                3,
            ),
            "commercial": (
                Words(
                    "Établissement public industriel et commercial", "Industrial and commercial establishment"
                ),
                3,
            ),
            "park": (Words("Parc, conservatoire ou agence", "Park, conservatory or agency"), 3),
            "other": (Words("Autre établissement public", "Other public establishment"), 5),
        },
    ),
    "authority": Kind(
        "france",
        PUBLIC,
        Words("Collectivités territoriales", "Local authorities"),
        {
            "municipality": (Words("Communes", "Municipalities"), 4),
            "intermunicipal": (Words("Intercommunalités", "Groupings of municipalities"), 4),
            "department": (Words("Départements", "Départements"), 4),
            "region": (Words("Régions", "Regions"), 4),
            "syndicate": (Words("Syndicats mixtes", "Joint syndicates"), 4),
        },
    ),
    "nonprofit": Kind(
        "france",
        PUBLIC,
        Words("Organismes à but non lucratif", "Non-profit bodies"),
        {
            "association": (Words("Association d'intérêt général", "Association of general interest"), 6),
            "foundation": (Words("Fondation", "Foundation"), 6),
            "group": (Words("Groupement d'intérêt public", "Public interest grouping"), 6),
        },
    ),
    "company": Kind(
        "france",
        PRIVATE,
        Words("Privé", "Private"),
        {
            "rnd": (Words("Au titre de la R&D", "For R&D"), 7),
            "partner": (Words("Partenariat public", "Public partnership"), 8),
        },
    ),
    "science_europe": Kind(
        "europe",
        PUBLIC,
        Words("Recherche scientifique", "Scientific research"),
        {
            "laboratory_europe": (
                Words("Laboratoire ou unité de recherche", "Laboratory or research unit"),
                9,
            ),
            "university_europe": (Words("Université", "University"), 9),
            "institute_europe": (Words("Organisme de recherche", "Research institute"), 9),
        },
    ),
    "commission": Kind(
        "europe",
        PUBLIC,
        Words("Commission européenne", "European Commission"),
        {
            "directorate": (Words("Direction générale", "Directorate-general"), 10),
            "service": (Words("Service ou agence", "Service or agency"), 10),
        },
    ),
    "science_world": Kind(
        "world",
        PUBLIC,
        Words("Recherche scientifique", "Scientific research"),
        {
            "laboratory_world": (
                Words("Laboratoire ou unité de recherche", "Laboratory or research unit"),
                11,
            ),
            "university_world": (Words("Université", "University"), 11),
            "institute_world": (Words("Organisme de recherche", "Research institute"), 11),
        },
    ),
}

_FOREIGN = frozenset({9, 11})
_VARIANTS: dict[int, Variant] = {7: "rnd", 8: "partner"}


class NoCategoryError(ValueError):
    """What was chosen of the dependent lists does not go together, or not all was chosen."""


def category_of(form: Mapping[str, Any]) -> int:
    """Category, 1 to 11, of the entity of an adhesion form.

    Raises:
        NoCategoryError: the four choices lead to none.
    """
    sector = form.get("sector", {})
    kind = TYPES.get(sector.get("sector_type", ""))
    if kind is None or (kind.eligibility, kind.sector) != (sector.get("eligibility"), sector.get("sector")):
        raise NoCategoryError
    activity = kind.activities.get(sector.get("activity", ""))
    if activity is None:
        raise NoCategoryError
    return activity[1]


def variant_of(form: Mapping[str, Any]) -> Variant:
    """Which of the four forms is to be filled in; the public one until the sector is known."""
    try:
        category = category_of(form)
    except NoCategoryError:
        return "public"
    return "foreign" if category in _FOREIGN else _VARIANTS.get(category, "public")
