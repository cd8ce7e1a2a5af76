"""The home page of the operators: what waits for them, what happened, and a few figures (REG-49)."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Any, NamedTuple

from fastapi import APIRouter, Form, Request
from fastapi.responses import Response
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dinamis_service.context import Context
from dinamis_service.notifications.outbox import REFUSED
from dinamis_service.notifications.store import Asked, Notifications
from dinamis_service.notifications.tables import Notification, OutgoingMail
from dinamis_service.notifications.wording import worded
from dinamis_service.registry import account_admin, contact, instruction
from dinamis_service.requests.queue import AWAITING_OPERATOR
from dinamis_service.requests.tables import Order
from dinamis_service.web.access import operator_of, page_route
from dinamis_service.web.operator.statistics import FreshFigures, summary
from dinamis_service.web.pages import Page

PATH = "/operator/home"
NEWS_SHOWN = 10
FIGURES_AGE = timedelta(minutes=10)
"""How old the figures of this page may be: those of the statistics are of the moment."""


class Task(NamedTuple):
    """Something that waits: how much of it, what it is, where it is done, and a remark."""

    number: int
    words: str
    address: str
    remark: str = ""


def build_router(context: Context, fresh: FreshFigures) -> APIRouter:
    """The page."""
    router = APIRouter(include_in_schema=False, route_class=page_route(context))
    notifications = Notifications(context.database)

    @router.get(PATH)
    def show(request: Request) -> Response:
        page = Page(context, request)
        operator = operator_of(page)
        with context.database.reading() as session:
            tasks = _tasks(context, page, session)
        news = notifications.page(operator, Asked(limit=NEWS_SHOWN))
        return page.render(
            "operator/home.html",
            tasks=tasks,
            news=[_told(page, one) for one in news],
            unread=notifications.unread(operator),
            summary=summary(page, fresh.of(context.clock().year, FIGURES_AGE)),
        )

    @router.post(PATH)
    def read(request: Request, form_token: Annotated[str, Form()] = "") -> Response:
        page = Page(context, request)
        operator = operator_of(page)
        if not page.came_from_here(form_token):
            return page.render_refusal(403, page.stale())
        notifications.mark(operator, None)
        return page.redirect(PATH)

    return router


def _tasks(context: Context, page: Page, session: Session) -> list[Task]:
    """What waits for an operator."""
    adhesions, oldest = instruction.awaiting(session)
    since = page.text("la plus ancienne depuis le {}", "the oldest since {}")
    requests = session.scalar(
        select(func.count()).where(Order.state.in_([one.value for one in AWAITING_OPERATOR]))
    )
    given_up = session.scalar(select(func.count()).where(OutgoingMail.state == REFUSED))
    days = account_admin.LONG.days
    return [
        Task(
            adhesions,
            page.text("adhésions à instruire", "adhesions to instruct"),
            "/operator/adhesions",
            since.format(page.show.day(oldest)) if oldest else "",
        ),
        Task(
            requests or 0, page.text("demandes d'images à traiter", "image requests to handle"), "/operator/"
        ),
        Task(
            account_admin.waiting_long(session, context.clock()),
            page.text(
                f"comptes en attente de leur référent depuis plus de {days} jours",
                f"accounts that have waited for their contact for more than {days} days",
            ),
            "/operator/accounts?state=waiting",
        ),
        Task(
            contact.unhandled(session),
            page.text("messages de contact à traiter", "contact messages to handle"),
            "/operator/contact",
        ),
        Task(
            given_up or 0,
            page.text("courriers abandonnés", "mails given up"),
            f"/operator/outbox?state={REFUSED}",
        ),
    ]


def _told(page: Page, news: Notification) -> dict[str, Any]:
    """A notification in words, with the page of what it is about."""
    title, text = worded(news.topic, news.order_id or news.project_id, news.facts, page.language)
    address = ""
    if news.order_id:
        address = f"/operator/requests/{news.order_id}"
    elif news.project_id:
        address = f"/operator/projects/{news.project_id}"
    return {
        "news": news,
        "title": page.typeset(title),
        "text": page.typeset(text),
        "address": address or str(news.facts.get("path", "")),
    }
