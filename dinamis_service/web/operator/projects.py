"""Projects as operators see them, and the terms that they give them: granted quotas, bespoke packages."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any
from urllib.parse import quote

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response
from starlette.datastructures import FormData

from dinamis_service.context import Context
from dinamis_service.errors import ServiceError
from dinamis_service.quotas.reasons import KIND_NAMES
from dinamis_service.quotas.table import Sensor
from dinamis_service.requests.caller import Caller
from dinamis_service.requests.project_access import is_open
from dinamis_service.requests.project_terms import PackageTerms, TermsChange, budget_left, package_of
from dinamis_service.requests.projects import Projects, Seen, entity_tag
from dinamis_service.requests.queue import QueueFilter, look_through
from dinamis_service.requests.tables import Project
from dinamis_service.web.access import operator_of, page_route
from dinamis_service.web.forms import (
    NOTHING_SEEN,
    Said,
    checked,
    form_data,
    number_of,
    refused,
    strange,
    text_of,
    typed,
    whole_number,
)
from dinamis_service.web.pages import Page

LIST_PATH = "/operator/projects"
PATH = LIST_PATH + "/{project_id}"
PAGE_SIZE = 50
REQUESTS_SHOWN = 50


class ProjectPages:
    """Shows projects to operators."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self.projects = Projects(context.database, context.clock)

    def show(self, page: Page, operator: Caller, project_id: str, said: Said) -> Response:
        """The page of a project."""
        seen = self.projects.get(operator, project_id)
        project = seen.project
        with self._context.database.reading() as session:
            wanted = QueueFilter(project_id=project_id, newest_first=True)
            requests = look_through(session, wanted, offset=0, limit=REQUESTS_SHOWN)
        history = [
            (one, page.text(one.text_fr, one.text_en))
            for one in reversed(self.projects.history(operator, project_id))
        ]
        return page.render(
            "operator/project.html",
            said.status,
            project=project,
            usage=seen.usage,
            is_open=is_open(project, self.projects.today),
            kind=KIND_NAMES[project.kind].told(page.language),  # type: ignore[index]
            budget_left=budget_left(project, seen.usage),
            etag=entity_tag(project),
            terms=_terms_table(page, seen, said),
            package_text=said.form.get("package.text") or (project.package or {}).get("text", ""),
            history=history,
            news=[one for one in history if one[0].number > _seen(said.form)] if said.stale else [],
            requests=requests.rows,
            said=said,
        )


def build_router(context: Context) -> APIRouter:
    """The list of the projects and the page of each."""
    router = APIRouter(include_in_schema=False, route_class=page_route(context))
    pages = ProjectPages(context)
    projects = pages.projects
    posted = Depends(form_data)

    @router.get(LIST_PATH)
    def list_projects(request: Request, text: str = "", page: int = 1) -> Response:
        shown = Page(context, request)
        words = text.casefold().split()
        found = [one for one in projects.visible(operator_of(shown)) if _bears(one, words)]
        last = max(1, -(-len(found) // PAGE_SIZE))
        number = min(max(page, 1), last)
        return shown.render(
            "operator/projects.html",
            text=text[:200],
            total=len(found),
            number=number,
            pages=last,
            rows=[
                (one, is_open(one.project, projects.today))
                for one in found[(number - 1) * PAGE_SIZE : number * PAGE_SIZE]
            ],
        )

    @router.get(PATH)
    def show(request: Request, project_id: str, done: str = "") -> Response:
        page = Page(context, request)
        said = Said(done=page.text("C'est enregistré.", "It is recorded.") if done else "")
        return pages.show(page, operator_of(page), project_id, said)

    @router.post(PATH)
    def change(request: Request, project_id: str, data: FormData = posted) -> Response:
        page, form = Page(context, request), typed(data)
        operator, act = operator_of(page), text_of(form, "act")
        if not page.came_from_here(text_of(form, "form_token")):
            return pages.show(page, operator, project_id, strange(page, form, act))
        try:
            _change(projects, page, operator, project_id, form)
        except ServiceError as error:
            return pages.show(page, operator, project_id, refused(page, error, form, act))
        return page.redirect(f"{LIST_PATH}/{quote(project_id, safe='')}?done=1")

    return router


def _change(
    projects: Projects, page: Page, operator: Caller, project_id: str, form: Mapping[str, Any]
) -> None:
    """Do what one of the forms of the page asks for.

    Raises:
        ServiceError: it is refused.
    """
    act, etag = text_of(form, "act"), text_of(form, "etag") or NOTHING_SEEN
    reason = text_of(form, "reason") or None
    if act == "close":
        projects.close(operator, project_id, reason, etag)
    elif act == "reopen":
        projects.reopen(operator, project_id, reason, etag)
    else:
        terms = checked(page, TermsChange, _terms(page, form))
        now = projects.get(operator, project_id).project
        projects.set_terms(operator, project_id, _only_changes(terms, now), etag)


def _terms(page: Page, form: Mapping[str, Any]) -> dict[str, Any]:
    """Terms as the form has them: whole, for what is emptied is taken back."""
    package = {
        "text": text_of(form, "package.text"),
        "quota_km2": _surfaces(page, form, "package.quota_km2"),
        "volume_km2": _surfaces(page, form, "package.volume_km2"),
    }
    return {
        "granted_km2": _surfaces(page, form, "granted_km2"),
        "package": package if any(package.values()) else None,
        "reason": text_of(form, "reason"),
    }


def _only_changes(terms: TermsChange, now: Project) -> TermsChange:
    """The terms without those that are as they were: the history tells what changed."""
    same = {"package"} if terms.package == package_of(now) else set()
    if terms.granted_km2 == {sensor: Decimal(km2) for sensor, km2 in now.granted_km2.items()}:
        same.add("granted_km2")
    return TermsChange.model_validate(terms.model_dump(exclude=same))


def _surfaces(page: Page, form: Mapping[str, Any], name: str) -> dict[str, str]:
    given = {sensor.value: number_of(page, form, f"{name}.{sensor}") for sensor in Sensor}
    return {sensor: km2 for sensor, km2 in given.items() if km2 is not None}


def _terms_table(page: Page, seen: Seen, said: Said) -> list[dict[str, Any]]:
    """For each sensor what was granted and opened, as it was typed where the form was refused."""
    project, package = seen.project, package_of(seen.project) or PackageTerms()

    def written(name: str, km2: Any) -> str:
        if said.form and said.of == "terms":
            return text_of(said.form, name)
        return "" if km2 is None else page.show.typed(km2)

    return [
        {
            "sensor": sensor.value,
            "title": page.show.sensor(sensor),
            "granted": written(f"granted_km2.{sensor}", project.granted_km2.get(sensor)),
            "quota": written(f"package.quota_km2.{sensor}", package.quota_km2.get(sensor)),
            "volume": written(f"package.volume_km2.{sensor}", package.volume_km2.get(sensor)),
            "used": page.show.km2(seen.usage.package_km2.get(sensor, 0)),
        }
        for sensor in Sensor
    ]


def _seen(form: Mapping[str, Any]) -> int:
    """Number of the last change that the page of a form showed."""
    return max(whole_number(form, "seen"), 0)


def _bears(seen: Seen, words: list[str]) -> bool:
    """Whether identifier, title, owner or themes of a project hold every one of the words."""
    project = seen.project
    told = " ".join([project.id, project.title, project.owner_name, project.owner_email, *project.themes])
    return all(word in told.casefold() for word in words)
