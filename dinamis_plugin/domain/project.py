"""Projects, in whose frame images are asked for (REQ-01 to REQ-05)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import Enum
from typing import Any

from .parsing import date_of, number_of, required_text, text_of, texts_of


class ProjectStatus(Enum):
    """Whether requests can be made in a project."""

    OPEN = "open"
    CLOSED = "closed"


@dataclass(frozen=True)
class Project:
    """A project of the signed-in person."""

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

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Project:
        """Read one project of `/api/projects`.

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
            **{key: text_of(document.get(key)) for key in ("title", *_TEXTS, "owner")},
        )


@dataclass(frozen=True)
class ProjectDraft:
    """What a person fills in for a new project (REQ-03).

    Objectives, methodology and expected results are asked of scientific users only (REQ-04).
    """

    title: str
    themes: tuple[str, ...]
    end_date: date | None
    description: str
    publications: str = ""
    objectives: str = ""
    methodology: str = ""
    expected_results: str = ""

    def to_json(self) -> dict[str, Any]:
        """Give the body of `POST /api/projects`."""
        return {
            "title": self.title.strip(),
            "themes": [theme.strip() for theme in self.themes if theme.strip()],
            "end_date": self.end_date.isoformat() if self.end_date else None,
            **{key: getattr(self, key).strip() for key in _TEXTS},
        }


_TEXTS = ("description", "objectives", "methodology", "expected_results", "publications")
