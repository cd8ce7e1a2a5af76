"""The projects in whose frame images are asked for (REQ-01 to REQ-05)."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from ..domain.errors import NotFoundError
from ..domain.parsing import mapping_of, objects_of, required_objects, text_of
from ..domain.project import Project, ProjectChange, ProjectDraft, history_of
from .http import Cancel, HttpClient, never


class ProjectsClient:
    """Reads and changes projects.

    Every method raises a DinamisError as `HttpClient` does, and BadAnswerError for what breaks the contract.
    """

    def __init__(self, http: HttpClient, api: str) -> None:
        self._http = http
        self._api = api
        self._url = f"{api}/projects"

    def all(self, cancel: Cancel = never) -> list[Project]:
        """List the projects that the signed-in person may see."""
        document = mapping_of(self._http.get_json(self._url, cancel=cancel))
        return [Project.from_json(entry) for entry in required_objects(document, "projects")]

    def get(self, project_id: str, cancel: Cancel = never) -> Project:
        """Read one project as it is now."""
        return _project(self._http.get_json(self._place(project_id), cancel=cancel))

    def create(self, draft: ProjectDraft, key: str, cancel: Cancel = never) -> Project:
        """Make a project; repeated after a lost answer with the same key, it still makes one.

        Raises:
            ConflictError: The key has made another project.
        """
        answer = self._http.post_json(
            self._url,
            draft.to_json(),
            headers={"Idempotency-Key": key},
            repeatable=True,
            cancel=cancel,
        )
        return _project(answer)

    def change(self, project: Project, draft: ProjectDraft, cancel: Cancel = never) -> Project:
        """Change what a draft says differently.

        Raises:
            ChangedMeanwhileError: It is not as it was read any more.
        """
        return self._send("PATCH", self._place(project.id), draft.changes_from(project), project, cancel)

    def close(self, project: Project, cancel: Cancel = never) -> Project:
        """Take no further request in a project."""
        return self._send("POST", f"{self._place(project.id)}/close", {}, project, cancel)

    def reopen(self, project: Project, cancel: Cancel = never) -> Project:
        """Take requests again in a project that was closed by hand."""
        return self._send("POST", f"{self._place(project.id)}/reopen", {}, project, cancel)

    def history(self, project_id: str, cancel: Cancel = never) -> tuple[ProjectChange, ...]:
        """Give the changes of a project; none where the service keeps none."""
        try:
            answer = self._http.get_json(f"{self._place(project_id)}/history", cancel=cancel)
        except NotFoundError:
            return ()
        return history_of(mapping_of(answer))

    def themes(self, cancel: Cancel = never) -> list[str]:
        """Suggest themes, in the language of the person; none where the service suggests none."""
        try:
            answer = self._http.get_json(f"{self._api}/themes", cancel=cancel)
        except NotFoundError:
            return []
        titles = (text_of(entry.get("title")) for entry in objects_of(mapping_of(answer).get("themes")))
        return [title for title in titles if title]

    def _send(self, method: str, url: str, body: dict[str, Any], project: Project, cancel: Cancel) -> Project:
        headers = {"If-Match": project.etag}
        return _project(self._http.send_json(method, url, body, headers=headers, cancel=cancel))

    def _place(self, project_id: str) -> str:
        return f"{self._url}/{quote(project_id, safe='')}"


def _project(answer: Any) -> Project:
    return Project.from_json(mapping_of(answer))
