"""Calls for requests, announced and changed by operators (REQ-27)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response
from starlette.datastructures import FormData

from dinamis_service.context import Context
from dinamis_service.errors import ServiceError
from dinamis_service.quotas.table import RequestKind, Sensor
from dinamis_service.requests.calls import CallForm, Calls, CallState, entity_tag, form_of, state_of, title_of
from dinamis_service.requests.tables import RequestCall
from dinamis_service.web.access import operator_of, page_route
from dinamis_service.web.forms import (
    NOTHING_SEEN,
    Said,
    checked,
    form_data,
    refused,
    strange,
    text_of,
    ticked,
    typed,
)
from dinamis_service.web.pages import Page

LIST_PATH = "/operator/calls"
PATH = LIST_PATH + "/{call_id}"
NEW = "new"


def build_router(context: Context) -> APIRouter:
    """The list of the calls and the form of each."""
    router = APIRouter(include_in_schema=False, route_class=page_route(context))
    calls = Calls(context.database, context.clock)
    posted = Depends(form_data)

    @router.get(LIST_PATH)
    def list_calls(request: Request, done: str = "") -> Response:
        page = Page(context, request)
        operator_of(page)
        return page.render(
            "operator/calls.html",
            done=page.text("L'appel est enregistré.", "The call is recorded.") if done else "",
            calls=[
                (one, title_of(one, page.language), _state(page, state_of(one, calls.today)))
                for one in calls.all()
            ],
        )

    @router.get(PATH)
    def show(request: Request, call_id: str) -> Response:
        page = Page(context, request)
        operator = operator_of(page)
        call = None if call_id == NEW else calls.get(operator, call_id)
        return _show(page, calls, call, Said())

    @router.post(PATH)
    def write(request: Request, call_id: str, data: FormData = posted) -> Response:
        page, form = Page(context, request), typed(data)
        operator = operator_of(page)
        call = None if call_id == NEW else calls.get(operator, call_id)
        if not page.came_from_here(text_of(form, "form_token")):
            return _show(page, calls, call, strange(page, form))
        try:
            written = checked(page, CallForm, _values(form))
            if call is None:
                calls.add(operator, written)
            else:
                calls.change(operator, call.id, written, text_of(form, "etag") or NOTHING_SEEN)
        except ServiceError as error:
            return _show(page, calls, call, refused(page, error, form))
        return page.redirect(f"{LIST_PATH}?done=1")

    return router


def _values(form: Mapping[str, Any]) -> dict[str, Any]:
    """What was typed, as the model takes it; the English words are the French ones where none are given."""
    values: dict[str, Any] = {name: text_of(form, name) for name in ("title_fr", "text_fr", "opens")}
    for name in ("title", "text"):
        values[f"{name}_en"] = text_of(form, f"{name}_en") or values[f"{name}_fr"]
    return values | {
        "closes": text_of(form, "closes") or None,
        "sensors": ticked(form, "sensors"),
        "kinds": ticked(form, "kinds"),
    }


def _show(page: Page, calls: Calls, call: RequestCall | None, said: Said) -> Response:
    """The form of a call, as it is or as it was typed."""
    news: dict[str, Any] = {}
    now = {} if call is None else form_of(call).model_dump(mode="json")
    if said.form:
        values = _values(said.form)
        news = {name: value for name, value in now.items() if said.stale and value != values[name]}
    elif call is not None:
        values = now
    else:
        values = {"opens": calls.today.isoformat(), "sensors": list(Sensor), "kinds": list(RequestKind)}
    return page.render(
        "operator/call.html",
        said.status,
        news=news,
        call=call,
        etag="" if call is None else entity_tag(call),
        values=values,
        sensors=[(one.value, page.show.sensor(one)) for one in Sensor],
        kinds=[(one.value, page.show.kind(one)) for one in RequestKind],
        said=said,
    )


def _state(page: Page, state: CallState) -> str:
    return page.text(*_STATES[state])


_STATES = {
    CallState.PLANNED: ("annoncé", "planned"),
    CallState.OPEN: ("ouvert", "open"),
    CallState.CLOSED: ("fermé", "closed"),
}
