"""Routes of the projects."""

from typing import Any

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, Field

from dinamis_service.context import Context
from dinamis_service.identity.deps import require_principal
from dinamis_service.identity.principal import Principal
from dinamis_service.requests import documents
from dinamis_service.requests.deps import caller_of
from dinamis_service.requests.projects import ProjectForm, Projects, is_open


class ProjectOut(BaseModel):
    """A project (REQ-05)."""

    id: str = Field(examples=["2026-001-SCI"])
    kind: str
    title: str
    themes: list[str]
    start_date: str
    end_date: str
    status: str = Field(description="open or closed")
    description: str
    objectives: str
    methodology: str
    expected_results: str
    publications: str
    owner: str = Field(description="E-mail address of the owner")
    request_count: int


class ProjectList(BaseModel):
    """Projects, newest first."""

    projects: list[ProjectOut]


def build_router(context: Context) -> APIRouter:
    """Routes of the projects."""
    router = APIRouter(prefix="/api/projects")
    projects = Projects(context.database, context.clock)
    signed_in = Depends(require_principal(context))

    def told(project: Any, count: int) -> dict[str, Any]:
        return documents.project_document(project, count, is_open=is_open(project, context.clock().date()))

    @router.get("", response_model=ProjectList)
    def list_projects(request: Request, principal: Principal = signed_in) -> Any:
        """Own projects, newest first; every project for an operator."""
        return {"projects": [told(*one) for one in projects.visible(caller_of(request, principal))]}

    @router.post("", status_code=201, response_model=ProjectOut)
    def create_project(request: Request, form: ProjectForm, principal: Principal = signed_in) -> Any:
        """Open a project."""
        return told(projects.create(caller_of(request, principal), form), 0)

    @router.get("/{project_id}", response_model=ProjectOut)
    def get_project(request: Request, project_id: str, principal: Principal = signed_in) -> Any:
        """One project."""
        return told(*projects.get(caller_of(request, principal), project_id))

    return router
