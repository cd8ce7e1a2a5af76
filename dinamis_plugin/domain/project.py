"""Projects, in whose frame images are asked for (REQ-01 to REQ-05, QUO-10, QUO-12)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import date, datetime
from enum import Enum
from typing import Any

from .parsing import date_of, mapping_of, number_of, objects_of, required_text, text_of, texts_of, utc_of


class ProjectStatus(Enum):
    """Whether requests can be made in a project."""

    OPEN = "open"
    CLOSED = "closed"


@dataclass(frozen=True)
class Package:
    """A bespoke arrangement that operators gave to a project (QUO-12); areas in km2 by sensor.

    Attributes:
        text: What was arranged.
        quota_km2: Free area of one request, instead of the usual one.
        volume_km2: Free area for the whole project, beyond the quota of a request.
        used_km2: How much of that volume is taken.
    """

    text: str
    quota_km2: Mapping[str, float]
    volume_km2: Mapping[str, float]
    used_km2: Mapping[str, float]

    @classmethod
    def from_json(cls, value: Any) -> Package | None:
        """Read one, None where there is none."""
        if not isinstance(value, dict):
            return None
        areas = {key: _areas(value.get(key)) for key in ("quota_km2", "volume_km2", "used_km2")}
        return cls(text=text_of(value.get("text")), **areas)


@dataclass(frozen=True)
class Budget:
    """Money of the project from which small volumes are paid (QUO-10), in euros."""

    eur: float
    reference: str = ""
    committed_eur: float = 0.0
    left_eur: float = 0.0

    @classmethod
    def from_json(cls, value: Any) -> Budget | None:
        """Read one, None where there is none."""
        eur = number_of(mapping_of(value).get("eur"))
        if eur is None:
            return None
        committed, left = (number_of(value.get(key)) for key in ("committed_eur", "left_eur"))
        committed = committed or 0.0
        return cls(eur, text_of(value.get("reference")), committed, eur - committed if left is None else left)


@dataclass(frozen=True)
class Project:
    """A project that the signed-in person may see.

    Attributes:
        id: Identifier, such as 2025-034-SCI.
        title: Its name.
        kind: Kind of user that it was made for (SCI, PUB, ...).
        themes: What it is about.
        start_date: First day.
        end_date: Last day on which requests may be made.
        status: Open, or closed by hand or by its end.
        request_count: Number of its requests.
        description, objectives, methodology, expected_results, publications: What the owner wrote.
        owner: E-mail address of the owner.
        owner_name: First and last name of the owner.
        own: Whether it is the person's own.
        editable: Whether the person may change, close and share it.
        shared: Whether members of the owner's entity see it and make requests in it.
        closed: Day on which it was closed by hand.
        granted_km2: Quota of one request that operators gave, by sensor.
        package: Bespoke arrangement.
        budget: Money of the project.
        etag: Which version this is, for changes.
    """

    id: str
    title: str
    kind: str
    themes: tuple[str, ...]
    start_date: date | None
    end_date: date | None
    status: ProjectStatus
    request_count: int
    description: str = ""
    objectives: str = ""
    methodology: str = ""
    expected_results: str = ""
    publications: str = ""
    owner: str = ""
    owner_name: str = ""
    own: bool = True
    editable: bool = False
    shared: bool = False
    closed: date | None = None
    granted_km2: Mapping[str, float] = field(default_factory=dict)
    package: Package | None = None
    budget: Budget | None = None
    etag: str = ""

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Project:
        """Read one project of `/api/projects`; of a service that cannot change projects none is editable.

        Raises:
            BadAnswerError: It has no identifier.
        """
        closed = document.get("status") == ProjectStatus.CLOSED.value
        return cls(
            id=required_text(document, "id"),
            kind=text_of(document.get("kind")),
            themes=texts_of(document.get("themes")),
            start_date=date_of(document.get("start_date")),
            end_date=date_of(document.get("end_date")),
            status=ProjectStatus.CLOSED if closed else ProjectStatus.OPEN,
            request_count=int(number_of(document.get("request_count")) or 0),
            own=document.get("own") is not False,
            editable=document.get("editable") is True,
            shared=document.get("shared") is True,
            closed=date_of(document.get("closed")),
            granted_km2=_areas(document.get("granted_km2")),
            package=Package.from_json(document.get("package")),
            budget=Budget.from_json(document.get("budget")),
            **{key: text_of(document.get(key)) for key in ("title", *_TEXTS, "owner", "owner_name", "etag")},
        )

    def can_reopen(self, today: date) -> bool:
        """Whether it was closed by hand and its end is not past."""
        ended = self.end_date is not None and self.end_date < today
        return self.editable and self.status is ProjectStatus.CLOSED and not ended

    @property
    def can_close(self) -> bool:
        """Whether the person may close it."""
        return self.editable and self.status is ProjectStatus.OPEN


@dataclass(frozen=True)
class ProjectDraft:
    """What a person fills in for a project (REQ-03).

    Objectives, methodology and expected results are asked of scientific users only (REQ-04).

    Attributes:
        budget_eur: Money of the project in euros, None for none.
        budget_reference: What the accountants call it.
    """

    title: str
    themes: tuple[str, ...]
    end_date: date | None
    description: str
    publications: str = ""
    objectives: str = ""
    methodology: str = ""
    expected_results: str = ""
    shared: bool = False
    budget_eur: float | None = None
    budget_reference: str = ""

    @classmethod
    def of(cls, project: Project) -> ProjectDraft:
        """Give what a person filled in for a project that is there."""
        budget = project.budget
        return cls(
            title=project.title,
            themes=project.themes,
            end_date=project.end_date,
            shared=project.shared,
            budget_eur=None if budget is None else budget.eur,
            budget_reference="" if budget is None else budget.reference,
            **{key: getattr(project, key) for key in _TEXTS},
        )

    def cleaned(self) -> ProjectDraft:
        """Give it without blanks around its words and without empty themes."""
        words = {key: getattr(self, key).strip() for key in ("title", *_TEXTS, "budget_reference")}
        themes = tuple(theme.strip() for theme in self.themes if theme.strip())
        return replace(self, themes=themes, **words)

    def to_json(self) -> dict[str, Any]:
        """Give the body of `POST /api/projects`."""
        clean = self.cleaned()
        body = {key: getattr(clean, key) for key in ("title", "shared", *_TEXTS)}
        body["themes"] = list(clean.themes)
        body["end_date"] = clean.end_date.isoformat() if clean.end_date else None
        if clean.budget_eur is not None:
            body["budget"] = {"eur": clean.budget_eur, "reference": clean.budget_reference}
        else:
            body["budget"] = None
        return body

    def changes_from(self, project: Project) -> dict[str, Any]:
        """Give the body of `PATCH /api/projects/{id}`: what differs from the project, and nothing else."""
        before, after = ProjectDraft.of(project).to_json(), self.to_json()
        return {key: value for key, value in after.items() if before[key] != value}


def with_first(projects: Iterable[Project], project_id: str) -> list[Project]:
    """Give projects in their order, with the one that a person usually takes before the others."""
    return sorted(projects, key=lambda project: project.id != project_id)


def changed_fields(before: ProjectDraft, after: ProjectDraft) -> tuple[str, ...]:
    """Name the fields of the form in which two drafts differ, in the order of the form."""
    one, other = before.cleaned(), after.cleaned()
    return tuple(
        each.name for each in fields(ProjectDraft) if getattr(one, each.name) != getattr(other, each.name)
    )


def merged(typed: ProjectDraft, before: ProjectDraft, now: ProjectDraft) -> ProjectDraft:
    """Bring what somebody else changed into what was typed; what the person typed over stays."""
    own = set(changed_fields(before, typed))
    return replace(
        typed, **{name: getattr(now, name) for name in changed_fields(before, now) if name not in own}
    )


@dataclass(frozen=True)
class ProjectChange:
    """One entry of the history of a project: who changed what, when and why."""

    moment: datetime | None
    author: str
    text: str
    reason: str

    @classmethod
    def from_json(cls, entry: Mapping[str, Any]) -> ProjectChange:
        """Read one entry of `/api/projects/{id}/history`."""
        words = (text_of(entry.get(key)) for key in ("author", "text", "reason"))
        return cls(utc_of(entry.get("moment")), *words)


def history_of(document: Mapping[str, Any]) -> tuple[ProjectChange, ...]:
    """Read the answer of `/api/projects/{id}/history`."""
    return tuple(ProjectChange.from_json(entry) for entry in objects_of(document.get("changes")))


def _areas(value: Any) -> dict[str, float]:
    """Read areas in km2 by sensor, leaving out what is no number."""
    areas = {str(key): number_of(entry) for key, entry in mapping_of(value).items()}
    return {sensor: area for sensor, area in areas.items() if area is not None}


_TEXTS = ("description", "objectives", "methodology", "expected_results", "publications")
