"""The queue of requests: filtered by the query of its address, so that a view can be kept and sent on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from fastapi.responses import Response

from dinamis_service.context import Context
from dinamis_service.quotas.table import RequestKind, Sensor
from dinamis_service.requests.history import price_cents
from dinamis_service.requests.messages import Messages
from dinamis_service.requests.queue import AWAITING_OPERATOR, Queued, QueueFilter, look_through
from dinamis_service.requests.states import State
from dinamis_service.requests.tables import Order
from dinamis_service.web.access import operator_of, page_route
from dinamis_service.web.forms import whole
from dinamis_service.web.pages import Page

PATH = "/operator/"
PAGE_SIZE = 25
PAGE_MAX = 10**6

WAITING, ALL = "waiting", "all"
_LISTED = [state for state in State if state is not State.DRAFT]


@dataclass(frozen=True)
class View:
    """What the address of the queue asks for; unknown values narrow nothing."""

    state: str
    sensor: str
    kind: str
    project: str
    text: str
    newest: bool
    page: int

    @classmethod
    def of(cls, request: Request) -> View:
        """The view of a request for the page."""
        query = request.query_params
        page = query.get("page", "1")
        return cls(
            state=_one_of(query.get("state", ""), [WAITING, ALL, *_LISTED], WAITING),
            sensor=_one_of(query.get("sensor", ""), list(Sensor), ""),
            kind=_one_of(query.get("kind", ""), list(RequestKind), ""),
            project=query.get("project", "").strip()[:40],
            text=query.get("text", "").strip()[:200],
            newest=query.get("order") == "newest",
            page=min(max(whole(page), 1), PAGE_MAX),
        )

    @property
    def filter(self) -> QueueFilter:
        """The same for the store."""
        groups = {WAITING: AWAITING_OPERATOR, ALL: frozenset(_LISTED)}
        return QueueFilter(
            states=groups.get(self.state) or frozenset({State(self.state)}),
            sensor=Sensor(self.sensor) if self.sensor else None,
            kind=RequestKind(self.kind) if self.kind else None,
            project_id=self.project,
            text=self.text.replace("\x00", ""),
            newest_first=self.newest,
        )

    def address(self, **changes: str | int) -> str:
        """Address of this view with some values changed."""
        now = {
            "state": self.state,
            "sensor": self.sensor,
            "kind": self.kind,
            "project": self.project,
            "text": self.text,
            "order": "newest" if self.newest else "",
        }
        wanted = {name: value for name, value in (now | changes).items() if value not in ("", 1)}
        return f"{PATH}?{urlencode(wanted)}"


def build_router(context: Context) -> APIRouter:
    """The page of the queue."""
    router = APIRouter(include_in_schema=False, route_class=page_route(context))

    messages = Messages(context)

    @router.get(PATH)
    def queue(request: Request) -> Response:
        page = Page(context, request)
        operator = operator_of(page)
        view = View.of(request)
        with context.database.reading() as session:
            found = look_through(session, view.filter, offset=(view.page - 1) * PAGE_SIZE, limit=PAGE_SIZE)
        unread = messages.unread(operator, found.rows)
        return page.render("operator/queue.html", unread=unread, **_told(page, view, found))

    return router


def _told(page: Page, view: View, found: Queued) -> dict[str, Any]:
    """What the template shows."""
    pages = max(1, -(-found.total // PAGE_SIZE))
    waiting = sum(number for state, number in found.counts.items() if state in AWAITING_OPERATOR)
    groups = [
        (WAITING, page.text("À traiter", "To be handled"), waiting),
        *((state, page.show.state(state), found.counts.get(state, 0)) for state in _LISTED),
        (ALL, page.text("Toutes", "All"), sum(found.counts.values())),
    ]
    return {
        "view": view,
        "rows": [_row(page, order) for order in found.rows],
        "total": found.total,
        "pages": pages,
        "groups": groups,
        "sensors": [(one.value, page.show.sensor(one)) for one in Sensor],
        "kinds": [(one.value, page.show.kind(one)) for one in RequestKind],
    }


def _row(page: Page, order: Order) -> dict[str, Any]:
    """One request as the table shows it."""
    judged = order.assessment
    return {
        "order": order,
        "since": order.changes[-1].moment,
        "excess": judged["excess_km2"] != "0" and float(judged["excess_km2"]) > 0,
        "share": "" if judged["share"] is None else page.show.percent(judged["share"]),
        "price": page.show.price(price_cents(order)),
    }


def _one_of(value: str, known: list[Any], otherwise: str) -> str:
    return value if value in known else otherwise
