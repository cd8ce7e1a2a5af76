"""The mails of the service: which wait, left or were given up, and what is in them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from email.message import EmailMessage
from typing import Annotated

from fastapi import APIRouter, Form, Path, Request
from fastapi.responses import Response

from dinamis_service.context import Context
from dinamis_service.errors import NotFoundError
from dinamis_service.identity.access_records import record
from dinamis_service.notifications.mail import UnsendableError
from dinamis_service.notifications.outbox import REFUSED, SENT, WAITING, Outbox
from dinamis_service.notifications.tables import OutgoingMail
from dinamis_service.web.access import operator_of, page_route
from dinamis_service.web.pages import Page

LIST_PATH = "/operator/outbox"
PATH = LIST_PATH + "/{mail_id}"
PAGE_SIZE = 50
_ID_MAX = 2**62

MailId = Annotated[int, Path(ge=1, le=_ID_MAX)]


@dataclass(frozen=True)
class Shown:
    """A mail with its words, none for one that cannot be written; and its link, where operators see it."""

    mail: OutgoingMail
    subject: str
    text: str
    link: str = ""


def build_router(context: Context) -> APIRouter:
    """The list of the mails and the page of each."""
    router = APIRouter(include_in_schema=False, route_class=page_route(context))
    outbox = Outbox(context.database, context.settings, context.clock)

    def find(page: Page, mail_id: int) -> OutgoingMail:
        found = outbox.page(1, mail_id + 1)
        if not found or found[0].id != mail_id:
            raise NotFoundError(page.text("Ce courrier n'existe pas.", "There is no such mail."))
        return found[0]

    @router.get(LIST_PATH)
    def list_mails(request: Request, state: str = "", before: int = _ID_MAX) -> Response:
        page = Page(context, request)
        operator_of(page)
        wanted = state if state in (WAITING, SENT, REFUSED) else None
        found = outbox.page(PAGE_SIZE + 1, min(max(before, 0), _ID_MAX), wanted)
        mails = [_shown(outbox, one) for one in found[:PAGE_SIZE]]
        return page.render(
            "operator/outbox.html",
            mails=mails,
            state=wanted or "",
            states=_states(page),
            more=mails[-1].mail.id if len(found) > PAGE_SIZE else None,
            server=context.settings.smtp_url is not None,
            folder=context.settings.outbox_dir,
        )

    @router.get(PATH)
    def show(request: Request, mail_id: MailId, done: str = "") -> Response:
        page = Page(context, request)
        operator = operator_of(page)
        mail = find(page, mail_id)
        with context.database.session() as session:
            record(session, operator.principal, "mail", str(mail_id), "view", context.clock())
        said = page.text("Le courrier part à la prochaine occasion.", "The mail leaves at the next occasion.")
        return page.render(
            "operator/mail.html",
            shown=_shown(outbox, mail),
            states=_states(page),
            done=said if done else "",
        )

    @router.post(PATH)
    def again(request: Request, mail_id: MailId, form_token: Annotated[str, Form()] = "") -> Response:
        page = Page(context, request)
        operator_of(page)
        if not page.came_from_here(form_token):
            return page.render_refusal(403, page.stale())
        find(page, mail_id)
        outbox.try_again(mail_id)
        return page.redirect(f"{LIST_PATH}/{mail_id}?done=1")

    return router


def _shown(outbox: Outbox, mail: OutgoingMail) -> Shown:
    try:
        message: EmailMessage = outbox.message(mail)
    except UnsendableError:
        return Shown(mail, mail.topic, "")
    body = message.get_body(("plain",))
    text = "" if body is None else str(body.get_content())
    secret = re.search(rf"{re.escape(mail.facts.get('path', ''))}\?link=([\w-]+)", text)
    link = f"{mail.facts['path']}?link={secret[1]}" if secret and "link" in mail.facts else ""
    return Shown(mail, str(message["Subject"]), text, link)


def _states(page: Page) -> dict[str, str]:
    return {
        WAITING: page.text("En attente", "Waiting"),
        SENT: page.text("Parti", "Sent"),
        REFUSED: page.text("Abandonné", "Given up"),
    }
