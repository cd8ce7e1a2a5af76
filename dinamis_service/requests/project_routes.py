"""Routes of the projects: made and read by members, changed by owners, given terms by operators."""

from typing import Any

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, Field

from dinamis_service.context import Context
from dinamis_service.errors import refusals
from dinamis_service.identity.deps import require_principal
from dinamis_service.identity.principal import Principal
from dinamis_service.preconditions import IfMatch
from dinamis_service.quotas.table import Sensor
from dinamis_service.requests.bodies import Reason
from dinamis_service.requests.caller import Caller
from dinamis_service.requests.deps import caller_of, language_of
from dinamis_service.requests.idempotency import IdempotencyKey
from dinamis_service.requests.project_documents import change_document, project_document
from dinamis_service.requests.project_forms import ProjectEdit, ProjectForm
from dinamis_service.requests.project_terms import TermsChange
from dinamis_service.requests.projects import Projects, Seen
from dinamis_service.requests.themes import THEMES

PATH = "/api/projects"


class PackageOut(BaseModel):
    """Bespoke package of a project (SUP-09)."""

    text: str
    quota_km2: dict[Sensor, float] = Field(description="Quota of one request")
    volume_km2: dict[Sensor, float] = Field(description="Free surface opened for the whole project")
    used_km2: dict[Sensor, float] = Field(description="What of it requests have taken")


class BudgetOut(BaseModel):
    """Budget of a project (QUO-10)."""

    eur: float
    reference: str
    committed_eur: float
    left_eur: float


class ProjectOut(BaseModel):
    """A project (REQ-05)."""

    id: str = Field(examples=["2026-001-SCI"])
    etag: str = Field(description="For `If-Match`")
    kind: str
    title: str
    themes: list[str]
    start_date: str
    end_date: str
    status: str = Field(description="open or closed")
    closed: str | None = Field(description="Day on which it was closed by hand")
    description: str
    objectives: str
    methodology: str
    expected_results: str
    publications: str
    owner: str = Field(description="E-mail address of the owner")
    owner_name: str
    own: bool = Field(description="Whether it is the caller's")
    editable: bool = Field(description="Whether the caller may change, close and share it")
    shared: bool = Field(description="Members of the owner's entity see it and make requests under it")
    granted_km2: dict[Sensor, float] = Field(description="Quota of one request that an operator granted")
    package: PackageOut | None
    budget: BudgetOut | None
    request_count: int


class ProjectList(BaseModel):
    """Projects, newest first."""

    projects: list[ProjectOut]


class ChangeOut(BaseModel):
    """One change of a project."""

    moment: str
    author: str
    text: str
    reason: str | None


class ChangeList(BaseModel):
    """Every change of a project, oldest first."""

    changes: list[ChangeOut]


class Theme(BaseModel):
    """A suggested theme."""

    id: str
    title: str


class ThemeList(BaseModel):
    """Suggested themes, by title."""

    themes: list[Theme]


def build_router(context: Context) -> APIRouter:
    """Routes of the projects."""
    router = APIRouter()
    projects = Projects(context.database, context.clock)
    signed_in = Depends(require_principal(context))

    def who(request: Request, principal: Principal = signed_in) -> Caller:
        return caller_of(request, principal)

    caller = Depends(who)
    _add_reading(router, projects, caller)
    _add_changes(router, projects, caller)

    @router.get("/api/themes", response_model=ThemeList)
    def themes(request: Request) -> Any:
        """Themes to suggest; any other text may be written."""
        language = language_of(request)
        told = [{"id": theme, "title": words.told(language)} for theme, words in THEMES.items()]
        return {"themes": told}

    return router


def _add_reading(router: APIRouter, projects: Projects, known: Any) -> None:
    """Lists, single projects, their changes."""

    @router.get(PATH, response_model=ProjectList)
    def list_projects(caller: Caller = known) -> Any:
        """Projects one may see, newest first: own ones, those shared in one's entity; all for operators."""
        today = projects.today
        return {"projects": [project_document(one, caller, today) for one in projects.visible(caller)]}

    @router.get(PATH + "/{project_id}", response_model=ProjectOut)
    def get_project(response: Response, project_id: str, caller: Caller = known) -> Any:
        """One project."""
        return _told(response, projects, projects.get(caller, project_id), caller)

    @router.get(PATH + "/{project_id}/history", response_model=ChangeList, responses=refusals(403))
    def history(project_id: str, caller: Caller = known) -> Any:
        """Every change of a project, for its owner and operators."""
        changes = projects.history(caller, project_id)
        return {"changes": [change_document(one, caller.language) for one in changes]}


def _add_changes(router: APIRouter, projects: Projects, known: Any) -> None:
    """What changes projects."""

    @router.post(
        PATH,
        status_code=201,
        response_model=ProjectOut,
        responses={
            200: {"model": ProjectOut, "description": "The project that the same key made before"},
            **refusals(409),
        },
    )
    def create_project(
        response: Response,
        form: ProjectForm,
        idempotency_key: IdempotencyKey = None,
        caller: Caller = known,
    ) -> Any:
        """Open a project."""
        seen, created = projects.create(caller, form, idempotency_key)
        response.status_code = 201 if created else 200
        return _told(response, projects, seen, caller)

    @router.patch(PATH + "/{project_id}", response_model=ProjectOut, responses=refusals(403, 412, 428))
    def edit_project(
        response: Response,
        project_id: str,
        edit: ProjectEdit,
        if_match: IfMatch = None,
        caller: Caller = known,
    ) -> Any:
        """Change fields of one's project."""
        return _told(response, projects, projects.edit(caller, project_id, edit, if_match), caller)

    action: dict[str, Any] = {"response_model": ProjectOut, "responses": refusals(403, 409, 412)}

    @router.post(PATH + "/{project_id}/close", **action)
    def close_project(
        response: Response,
        project_id: str,
        why: Reason | None = None,
        if_match: IfMatch = None,
        caller: Caller = known,
    ) -> Any:
        """Close a project: its requests go on, no new one is taken."""
        reason = why.reason if why else None
        return _told(response, projects, projects.close(caller, project_id, reason, if_match), caller)

    @router.post(PATH + "/{project_id}/reopen", **action)
    def reopen_project(
        response: Response,
        project_id: str,
        why: Reason | None = None,
        if_match: IfMatch = None,
        caller: Caller = known,
    ) -> Any:
        """Open a project again that was closed by hand."""
        reason = why.reason if why else None
        return _told(response, projects, projects.reopen(caller, project_id, reason, if_match), caller)

    @router.patch(PATH + "/{project_id}/terms", response_model=ProjectOut, responses=refusals(403, 412, 428))
    def set_terms(
        response: Response,
        project_id: str,
        terms: TermsChange,
        if_match: IfMatch = None,
        caller: Caller = known,
    ) -> Any:
        """Grant a project quotas and a package of its own (operators)."""
        return _told(response, projects, projects.set_terms(caller, project_id, terms, if_match), caller)


def _told(response: Response, projects: Projects, seen: Seen, caller: Caller) -> dict[str, Any]:
    """A project with its `ETag`."""
    document = project_document(seen, caller, projects.today)
    response.headers["ETag"] = document["etag"]
    return document
