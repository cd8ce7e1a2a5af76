"""The projects in whose frame images are asked for (REQ-01 to REQ-05)."""

from __future__ import annotations

from ..domain.parsing import mapping_of, required_objects
from ..domain.project import Project, ProjectDraft
from .http import Cancel, HttpClient, never


class ProjectsClient:
    """Reads and changes projects.

    Every method raises a DinamisError as `HttpClient` does, and BadAnswerError for what breaks the contract.
    """

    def __init__(self, http: HttpClient, api: str) -> None:
        self._http = http
        self._url = f"{api}/projects"

    def all(self, cancel: Cancel = never) -> list[Project]:
        """List the projects that the signed-in person may see."""
        document = mapping_of(self._http.get_json(self._url, cancel=cancel))
        return [Project.from_json(entry) for entry in required_objects(document, "projects")]

    def create(self, draft: ProjectDraft, cancel: Cancel = never) -> Project:
        """Make a project; it is not repeated by itself, since that could make two."""
        answer = self._http.post_json(self._url, draft.to_json(), cancel=cancel)
        return Project.from_json(mapping_of(answer))
