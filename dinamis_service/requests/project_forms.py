"""What people fill in for a project, and what of it cannot be."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from pydantic import BaseModel, Field, StringConstraints

from dinamis_service.quotas.words import Words, amount
from dinamis_service.requests.caller import Caller
from dinamis_service.requests.project_terms import Budget, Prose
from dinamis_service.requests.tables import Project
from dinamis_service.soundness import SOUND

Title = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200), SOUND]
Theme = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=80), SOUND]
Themes = Annotated[list[Theme], Field(max_length=20)]

SCIENTIFIC = "SCI"
_SCIENTIFIC_FIELDS = ("objectives", "methodology", "expected_results")

FIELDS: dict[str, Words] = {
    "title": Words("Titre", "Title"),
    "themes": Words("Thèmes", "Themes"),
    "end_date": Words("Date de fin", "End date"),
    "description": Words("Description", "Description"),
    "objectives": Words("Objectifs", "Objectives"),
    "methodology": Words("Méthodologie", "Methodology"),
    "expected_results": Words("Résultats attendus", "Expected results"),
    "publications": Words("Publications antérieures", "Earlier publications"),
    "shared": Words("Partage avec l'entité", "Sharing with the entity"),
    "budget": Words("Budget", "Budget"),
}
"""Names of the fields as people read them."""


class ProjectForm(BaseModel):
    """What a person fills in for a new project (REQ-03, REQ-04)."""

    title: Title
    themes: Themes = []
    end_date: date = Field(description="Last day on which requests may be made")
    description: Prose = ""
    objectives: Prose = Field("", description="Scientific projects only")
    methodology: Prose = Field("", description="Scientific projects only")
    expected_results: Prose = Field("", description="Scientific projects only")
    publications: Prose = ""
    shared: bool = Field(False, description="Members of the owner's entity see it and make requests under it")
    budget: Budget | None = Field(None, description="What requests may commit, declared by the owner")


class ProjectEdit(BaseModel):
    """What to change of a project; what is left out stays, a budget of null is taken back."""

    title: Title | None = None
    themes: Themes | None = None
    end_date: date | None = None
    description: Prose | None = None
    objectives: Prose | None = None
    methodology: Prose | None = None
    expected_results: Prose | None = None
    publications: Prose | None = None
    shared: bool | None = None
    budget: Budget | None = None

    @property
    def given(self) -> dict[str, Any]:
        """The fields to change."""
        values = {name: getattr(self, name) for name in self.model_fields_set}
        return {name: value for name, value in values.items() if value is not None or name == "budget"}


def columns_of(fields: dict[str, Any]) -> dict[str, Any]:
    """Fields of a form as the project keeps them."""
    columns = {name: value for name, value in fields.items() if name != "budget"}
    if "budget" in fields:
        budget: Budget | None = fields["budget"]
        columns["budget_cents"] = None if budget is None else budget.cents
        columns["budget_reference"] = "" if budget is None else budget.reference
    return columns


def refused_fields(caller: Caller, kind: str, fields: dict[str, Any], today: date) -> dict[str, str]:
    """Fields that do not hold in a project of that kind, each with its reason."""
    refused = {}
    if "end_date" in fields and fields["end_date"] < today:
        refused["end_date"] = caller.say(fr="La date de fin est passée.", en="The end date is in the past.")
    if kind != SCIENTIFIC:
        reserved = caller.say(
            fr="Ce champ est réservé aux projets scientifiques.",
            en="This field is for scientific projects only.",
        )
        refused |= {field: reserved for field in _SCIENTIFIC_FIELDS if fields.get(field)}
    return refused


def changed_fields(project: Project, fields: dict[str, Any]) -> dict[str, Any]:
    """Those of the fields that differ from what the project has."""
    return {
        name: value
        for name, value in fields.items()
        if any(getattr(project, column) != new for column, new in columns_of({name: value}).items())
    }


def told_changes(fields: dict[str, Any]) -> Words:
    """What an edit changed, in words; amounts and days are told, texts are only named."""
    parts = [_told_change(name, fields[name]) for name in FIELDS if name in fields]
    return Words(
        "Modification : " + ", ".join(part.fr for part in parts) + ".",
        "Change: " + ", ".join(part.en for part in parts) + ".",
    )


def _told_change(name: str, value: Any) -> Words:
    """One changed field."""
    title = FIELDS[name]
    if isinstance(value, Budget):
        told = amount(value.cents)
    elif name == "budget":
        told = Words("aucun", "none")
    elif isinstance(value, bool):
        told = Words("oui", "yes") if value else Words("non", "no")
    elif isinstance(value, date):
        told = Words(f"{value:%d/%m/%Y}", value.isoformat())
    else:
        return title
    return Words(f"{title.fr} ({told.fr})", f"{title.en} ({told.en})")
