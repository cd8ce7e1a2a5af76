"""Projects of the users: made, listed and read; requests are made under them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Annotated

from pydantic import BaseModel, Field, StringConstraints
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dinamis_service.clock import Clock
from dinamis_service.db import Database
from dinamis_service.errors import ConflictError, InvalidError, NotFoundError
from dinamis_service.requests.caller import Caller
from dinamis_service.requests.numbering import next_number
from dinamis_service.requests.tables import Order, Project
from dinamis_service.requests.validation import refusal
from dinamis_service.soundness import SOUND

Prose = Annotated[str, StringConstraints(strip_whitespace=True, max_length=10_000), SOUND]
Title = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200), SOUND]
Theme = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=80), SOUND]

SCIENTIFIC = "SCI"
_SCIENTIFIC_FIELDS = ("objectives", "methodology", "expected_results")


class ProjectForm(BaseModel):
    """What a person fills in for a new project (REQ-03, REQ-04)."""

    title: Title
    themes: list[Theme] = Field(default=[], max_length=20)
    end_date: date = Field(description="Last day on which requests may be made")
    description: Prose = ""
    objectives: Prose = Field("", description="Scientific projects only")
    methodology: Prose = Field("", description="Scientific projects only")
    expected_results: Prose = Field("", description="Scientific projects only")
    publications: Prose = ""


class Projects:
    """The projects that a person may see, and new ones."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def create(self, caller: Caller, form: ProjectForm) -> Project:
        """Open a project for the caller; its identifier is given here (decision 1 of the architecture).

        Raises:
            InvalidError: it ends in the past, or has scientific fields without being scientific.
        """
        now = self._clock()
        principal = caller.principal
        fields = _refused_fields(caller, form, now.date())
        if fields:
            raise InvalidError(" ".join(fields.values()), fields=fields)
        with self._database.session() as session:
            number = next_number(session, f"project-{now.year}")
            project = Project(
                id=f"{now.year}-{number:03d}-{principal.user_kind}",
                kind=principal.user_kind,
                owner_sub=principal.sub,
                owner_email=principal.email,
                start_date=now.date(),
                granted_km2={},
                created=now,
                **form.model_dump(),
            )
            session.add(project)
        return project

    def visible(self, caller: Caller) -> list[tuple[Project, int]]:
        """Projects with their number of requests, newest first: own ones, every one for an operator."""
        with self._database.reading() as session:
            wanted = select(Project).order_by(Project.created.desc(), Project.id.desc())
            if not caller.principal.is_operator:
                wanted = wanted.where(Project.owner_sub == caller.principal.sub)
            projects = session.scalars(wanted).all()
            counts = _request_counts(session, [project.id for project in projects])
        return [(project, counts.get(project.id, 0)) for project in projects]

    def get(self, caller: Caller, project_id: str) -> tuple[Project, int]:
        """One project that the caller may see, with its number of requests.

        Raises:
            NotFoundError: there is none, or it is somebody else's.
        """
        with self._database.reading() as session:
            project = session.get(Project, project_id)
            if project is None or not caller.may_see(project.owner_sub):
                raise NotFoundError(_unknown_project(project_id, caller))
            return project, _request_counts(session, [project.id]).get(project.id, 0)


def is_open(project: Project, today: date) -> bool:
    """Whether requests may be made under the project."""
    return today <= project.end_date


def project_for_request(session: Session, caller: Caller, project_id: str, today: date) -> Project:
    """The project of a request: owned by the requester and open.

    Raises:
        InvalidError: there is none of the user's.
        ConflictError: it is closed.
    """
    project = session.get(Project, project_id)
    if project is None or project.owner_sub != caller.principal.sub:
        raise refusal("project_id", _unknown_project(project_id, caller))
    if not is_open(project, today):
        detail = caller.say(
            fr=f"Le projet {project_id} est fermé depuis le {project.end_date:%d/%m/%Y}.",
            en=f"Project {project_id} has been closed since {project.end_date.isoformat()}.",
        )
        raise ConflictError(detail, fields={"project_id": detail})
    return project


def _unknown_project(project_id: str, caller: Caller) -> str:
    """Why a project that the person has not is refused."""
    return caller.say(
        fr=f"Vous n'avez pas de projet « {project_id} ».", en=f"You have no project '{project_id}'."
    )


def _request_counts(session: Session, project_ids: Sequence[str]) -> dict[str, int]:
    """Number of requests of each project that has any."""
    rows = session.execute(
        select(Order.project_id, func.count())
        .where(Order.project_id.in_(project_ids))
        .group_by(Order.project_id)
    )
    return {row[0]: row[1] for row in rows}


def _refused_fields(caller: Caller, form: ProjectForm, today: date) -> dict[str, str]:
    """Fields of the form that do not hold, each with its reason."""
    refused = {}
    if form.end_date < today:
        refused["end_date"] = caller.say(fr="La date de fin est passée.", en="The end date is in the past.")
    if caller.principal.user_kind != SCIENTIFIC:
        reserved = caller.say(
            fr="Ce champ est réservé aux projets scientifiques.",
            en="This field is for scientific projects only.",
        )
        refused |= {field: reserved for field in _SCIENTIFIC_FIELDS if getattr(form, field)}
    return refused
