"""The tables of quotas and tariffs: their versions, what changed between them, and new ones (QUO-03)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Request
from fastapi.responses import Response
from starlette.datastructures import FormData

from dinamis_service.context import Context
from dinamis_service.errors import NotFoundError, ServiceError
from dinamis_service.quotas.publishing import FIRST_YEAR, LAST_YEAR, NewVersion, publish
from dinamis_service.quotas.store import YEARS_AHEAD, stored_of_year, stored_table, version_of, versions
from dinamis_service.quotas.table import USER_KINDS, RequestKind, Sensor
from dinamis_service.quotas.tables import StoredQuotaTable
from dinamis_service.web.access import operator_of, page_route
from dinamis_service.web.forms import (
    Said,
    checked,
    form_data,
    refused,
    strange,
    text_of,
    ticked,
    typed,
    whole_number,
)
from dinamis_service.web.operator.tariff_view import (
    Difference,
    before_it,
    content_of,
    differences,
    lines_of,
    tranche_places,
    values_of,
)
from dinamis_service.web.pages import Page

LIST_PATH = "/operator/tariffs"
VERSION_PATH = LIST_PATH + "/{year}/{version}"
EDIT_PATH = LIST_PATH + "/{year}/edit"

Year = Annotated[int, Path(ge=FIRST_YEAR, le=LAST_YEAR)]
Version = Annotated[int, Path(ge=1, le=1_000_000)]


def build_router(context: Context) -> APIRouter:
    """The list of the versions, the page of each, and the form of a new one."""
    router = APIRouter(include_in_schema=False, route_class=page_route(context))
    posted = Depends(form_data)

    @router.get(LIST_PATH)
    def list_versions(request: Request) -> Response:
        page = Page(context, request)
        operator_of(page)
        now = context.clock()
        with context.database.reading() as session:
            every = list(versions(session))
            applying = stored_table(session, now)
        return page.render(
            "operator/tariffs.html",
            versions=every,
            applying=applying,
            lines=lines_of(page, applying.content),
            sensors=[page.show.sensor(one) for one in Sensor],
            years=range(now.year, now.year + YEARS_AHEAD + 1),
        )

    @router.get(EDIT_PATH)
    def edit(request: Request, year: Year) -> Response:
        page = Page(context, request)
        operator_of(page)
        return _form(context, page, year, Said())

    @router.post(EDIT_PATH)
    def store(request: Request, year: Year, data: FormData = posted) -> Response:
        page, form = Page(context, request), typed(data)
        operator = operator_of(page)
        if not page.came_from_here(text_of(form, "form_token")):
            return _form(context, page, year, strange(page, form))
        try:
            new = checked(page, NewVersion, _new_version(context, page, year, form))
            stored = publish(context.database, context.clock, operator, new)
        except ServiceError as error:
            return _form(context, page, year, refused(page, error, form))
        return page.redirect(f"{LIST_PATH}/{stored.year}/{stored.version}?done=1")

    @router.get(VERSION_PATH)
    def show(request: Request, year: Year, version: Version, done: str = "") -> Response:
        page = Page(context, request)
        operator_of(page)
        with context.database.reading() as session:
            stored = version_of(session, year, version)
            every = list(versions(session))
        if stored is None:
            raise NotFoundError(page.text("Cette version n'existe pas.", "There is no such version."))
        before = before_it(stored, every)
        return page.render(
            "operator/tariff.html",
            stored=stored,
            before=before,
            changes=[] if before is None else differences(page, before.content, stored.content),
            lines=lines_of(page, stored.content),
            sensors=[page.show.sensor(one) for one in Sensor],
            done=page.text("La nouvelle version est enregistrée.", "The new version is recorded.")
            if done
            else "",
        )

    return router


def _new_version(context: Context, page: Page, year: int, form: Mapping[str, Any]) -> dict[str, Any]:
    """A version as the form writes it."""
    base = _base(context, year)
    return {
        "year": year,
        "content": content_of(page, form, base.content),
        "reason": text_of(form, "reason"),
        "valid_from": text_of(form, "valid_from") or None,
        "base": text_of(form, "base") or None,
    }


def _base(context: Context, year: int) -> StoredQuotaTable:
    """What a new version of a year begins with: the newest one there is, of that year or before."""
    with context.database.reading() as session:
        of_year = [one for one in versions(session) if one.year == year]
        return of_year[0] if of_year else stored_of_year(session, year, context.clock())


def _news(
    context: Context, page: Page, year: int, form: Mapping[str, Any], newest: StoredQuotaTable
) -> list[Difference]:
    """What changed from the version that a form began with to the newest one."""
    with context.database.reading() as session:
        begun = version_of(session, year, whole_number(form, "base"))
    return [] if begun is None else differences(page, begun.content, newest.content)


def _form(context: Context, page: Page, year: int, said: Said) -> Response:
    """The form of a new version, as the newest has it or as it was typed."""
    base = _base(context, year)
    earliest = max(context.clock().date(), date(year, 1, 1))
    newest = base.version if base.year == year else 0
    values = values_of(page, base.content)
    if said.form:
        values |= {name: ticked(said.form, name) for name in values if name.endswith(".kinds")}
        values |= {name: "" for name in values if name.endswith(".enabled")}
        values |= {name: value for name, value in said.form.items() if not name.endswith(".kinds")}
    return page.render(
        "operator/tariff_edit.html",
        said.status,
        year=year,
        base=base,
        newest=newest,
        news=_news(context, page, year, said.form, base) if said.stale else [],
        values=values,
        content=base.content,
        earliest=earliest.isoformat(),
        last=date(year, 12, 31).isoformat(),
        tranches=tranche_places(base.content),
        sensors=[(one.value, page.show.sensor(one)) for one in Sensor],
        user_kinds=USER_KINDS,
        kinds=[(one.value, page.show.kind(one)) for one in RequestKind],
        said=said,
    )
