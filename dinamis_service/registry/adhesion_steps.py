"""The adhesion form: its steps in each variant, and the fields of each step (REG-10 to REG-17).

Labels are those of the French forms; `*` stands beside the mandatory ones.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from dinamis_service.quotas.words import Words
from dinamis_service.registry.sectors import Variant

FieldKind = Literal["text", "email", "tel", "country", "password", "choice", "date"]
REMINDER, ENTITY, SECTOR, MISSION, PROJECT, PARTNER, REPRESENTATIVE, REFERENT, SUBMIT = (
    "reminder",
    "entity",
    "sector",
    "mission",
    "project",
    "partner",
    "legal_representative",
    "referent",
    "submit",
)
_BEFORE, _AFTER = (REMINDER, ENTITY, SECTOR), (REPRESENTATIVE, REFERENT, SUBMIT)

STEPS: dict[Variant, tuple[str, ...]] = {
    "public": (*_BEFORE, *_AFTER),
    "rnd": (*_BEFORE, MISSION, *_AFTER),
    "partner": (*_BEFORE, MISSION, PARTNER, *_AFTER),
    "foreign": (*_BEFORE, PROJECT, *_AFTER),
}

STEP_TITLES: dict[str, Words] = {
    REMINDER: Words("Rappel", "Reminder"),
    ENTITY: Words("Informations de l'Entité", "The entity"),
    SECTOR: Words("Secteur d'activité", "Sector of activity"),
    MISSION: Words("Mission de l'Entité", "Mission of the entity"),
    PROJECT: Words("Projet scientifique", "Scientific project"),
    PARTNER: Words("Entité publique partenaire", "Public partner entity"),
    REPRESENTATIVE: Words("Représentant Légal", "Legal representative"),
    REFERENT: Words("Référent", "DINAMIS contact"),
    SUBMIT: Words("Soumettre", "Submit"),
}

FORM_TITLES: dict[Variant, Words] = {
    "public": Words("Formulaire d'adhésion en 6 points", "Adhesion form in 6 points"),
    "rnd": Words("Formulaire d'adhésion en 7 points", "Adhesion form in 7 points"),
    "partner": Words("Formulaire d'adhésion en 9 points", "Adhesion form in 9 points"),
    "foreign": Words("Formulaire d'adhésion en 7 points", "Adhesion form in 7 points"),
}

BLOCK_TITLES: dict[str, Words] = {
    **STEP_TITLES,
    REFERENT: Words("Référent DINAMIS", "DINAMIS contact"),
}


@dataclass(frozen=True)
class Field:
    """One field: its name in `Adhesion.form`, its label, and what may be typed."""

    name: str
    label: Words
    required: bool = True
    longest: int = 120
    kind: FieldKind = "text"
    autocomplete: str = "off"


_GIVEN = Field("given_name", Words("Prénom", "First name"), autocomplete="given-name")
_FAMILY = Field("family_name", Words("Nom", "Last name"), autocomplete="family-name")
_FUNCTION = Field("function", Words("Fonction", "Function"), autocomplete="organization-title")
_NATIONALITY = Field("nationality", Words("Nationalité", "Nationality"), kind="country")

FIELDS: dict[str, tuple[Field, ...]] = {
    ENTITY: (
        Field(
            "acronym",
            Words("Acronyme/Nom court de l'Entité", "Acronym or short name of the entity"),
            longest=40,
        ),
        Field("name", Words("Nom complet de l'Entité", "Full name of the entity"), longest=200),
        Field("nationality", Words("Nationalité de l'Entité", "Nationality of the entity"), kind="country"),
        Field(
            "parent",
            Words("Établissement de rattachement", "Parent establishment"),
            required=False,
            longest=200,
        ),
        Field("address", Words("Adresse de l'Entité", "Address of the entity"), longest=200),
        Field("postcode", Words("Code Postal", "Postcode"), longest=20),
        Field("town", Words("Ville", "Town")),
    ),
    SECTOR: (
        Field("eligibility", Words("Eligibilité", "Eligibility"), kind="choice"),
        Field("interest", Words("Domaine d'intérêt", "Field of interest"), kind="choice"),
        Field("sector", Words("Secteur d'activité", "Sector of activity"), kind="choice"),
        Field("sector_type", Words("Type de secteur", "Type of sector"), kind="choice"),
        Field("activity", Words("Type d'activité", "Type of activity"), kind="choice"),
    ),
    MISSION: (Field("title", Words("Titre de la mission", "Title of the mission"), longest=200),),
    REPRESENTATIVE: (
        _GIVEN,
        _FAMILY,
        _FUNCTION,
        Field(
            "email", Words("Email professionnel", "Professional e-mail address"), longest=254, kind="email"
        ),
        Field(
            "email_again",
            Words("Confirmation email", "The same address again"),
            longest=254,
            kind="email",
        ),
        _NATIONALITY,
    ),
    REFERENT: (
        _GIVEN,
        _FAMILY,
        _FUNCTION,
        Field("phone", Words("Téléphone", "Telephone"), longest=40, kind="tel", autocomplete="tel"),
        Field(
            "password",
            Words("Mot de passe", "Password"),
            longest=1000,
            kind="password",
            autocomplete="new-password",
        ),
        Field(
            "password_again",
            Words("Confirmation mot de passe", "The same password again"),
            longest=1000,
            kind="password",
            autocomplete="new-password",
        ),
        _NATIONALITY,
        Field(
            "address", Words("Adresse", "Address"), required=False, longest=200, autocomplete="street-address"
        ),
        Field(
            "postcode",
            Words("Code Postal", "Postcode"),
            required=False,
            longest=20,
            autocomplete="postal-code",
        ),
        Field("town", Words("Ville", "Town"), required=False, autocomplete="address-level2"),
    ),
}

COPIED = ("given_name", "family_name", "function", "nationality")
"""What "Utiliser les coordonnées du représentant légal" fills in (REG-17)."""

SENSORS = ("SPOT 6/7", "PLEIADES", "PLEIADES NEO", "PWH")
"""Missions of the catalogue whose data may be wanted, as `Mission.wishes` names them."""
SENSOR_TITLES = {
    "SPOT 6/7": "SPOT 6/7",
    "PLEIADES": "Pléiades",
    "PLEIADES NEO": "Pléiades Néo",
    "PWH": "Pléiades World Heritage (PWH)",
}
WISHES_MAX = 12


def texts_of(form: Mapping[str, Any], step: str) -> dict[str, str]:
    """What was typed in the fields of a step; passwords are not among it."""
    typed = form.get(step, {})
    return {one.name: str(typed.get(one.name, "")) for one in FIELDS.get(step, ()) if one.kind != "password"}
