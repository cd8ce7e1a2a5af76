"""What is kept about a person: to take away, to have forgotten, and who looked at it (GDPR)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response, StreamingResponse
from starlette.datastructures import FormData

from dinamis_service.context import Context
from dinamis_service.errors import InvalidError
from dinamis_service.identity.access_records import ACCOUNT, Action, about_account, record
from dinamis_service.identity.accounts import locked
from dinamis_service.notifications.letters import Letter
from dinamis_service.notifications.posting import write
from dinamis_service.registry import erasure, retention
from dinamis_service.registry.adhesion_store import DRAFT_LIFE
from dinamis_service.registry.privacy import archive
from dinamis_service.requests.attachments import AttachmentStore
from dinamis_service.requests.caller import Caller
from dinamis_service.web.access import page_route, person_of
from dinamis_service.web.account.confirming import confirm
from dinamis_service.web.account.security import acting
from dinamis_service.web.forms import Said, form_data, text_of
from dinamis_service.web.pages import HEADERS, Page

PATH = "/account/data"
EXPORT, DELETION = "export", "deletion"
_LOOKS_SHOWN = 100
_ACTIONS = {
    Action.VIEWED: ("Consultation", "Looked at"),
    Action.LISTED: ("Consultation dans une liste", "Seen in a list"),
    Action.CHANGED: ("Modification", "Changed"),
    Action.EXPORTED: ("Export", "Taken away"),
}


class DataPages:
    """The page, and what its two forms do."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def show(self, page: Page, caller: Caller, said: Said) -> Response:
        """The page."""
        with self._context.database.reading() as session:
            looks = about_account(session, caller.principal.sub, _LOOKS_SHOWN)
        settings = self._context.settings
        return page.render(
            "account/data.html",
            said.status,
            said=said,
            person=caller.principal,
            looks=[(one, _action(page, one.action)) for one in looks],
            kept=[
                (page.text(fr, en), page.show.number(days, 0))
                for fr, en, days in (
                    ("Courriers envoyés", "Mails sent", settings.keep_mails_days),
                    ("Notifications", "Notifications", settings.keep_news_days),
                    (
                        "Journal des images signées (votre nom en est retiré)",
                        "Journal of signed images (your name is taken off)",
                        settings.keep_journal_days,
                    ),
                    ("Consultations de vos données", "Who looked at your data", settings.keep_access_days),
                    (
                        "Messages du formulaire de contact",
                        "Messages of the contact form",
                        settings.keep_contact_days,
                    ),
                    (
                        "Compte fermé ou expiré (il est ensuite anonymisé)",
                        "Closed or expired account (forgotten after)",
                        settings.keep_closed_days,
                    ),
                    (
                        "Brouillon d'adhésion, avec son fichier de projet",
                        "Draft of an adhesion, with its project file",
                        DRAFT_LIFE.days,
                    ),
                    (
                        "Lien envoyé par courriel, une fois utilisé ou expiré, avec ce qui a été saisi",
                        "Mailed link, once it was used or has ended, with what was typed",
                        retention.DEAD_LINKS.days,
                    ),
                )
            ],
        )

    def export(self, page: Page, caller: Caller, form: Mapping[str, Any]) -> Response:  # noqa: ARG002 (a form)
        """Everything about the person, as a zip that is written while it leaves."""
        sub, now = caller.principal.sub, self._context.clock()
        with self._context.database.session() as session:
            record(session, caller.principal, ACCOUNT, sub, Action.EXPORTED, now)
        name = f"dinamis-{now:%Y%m%d}.zip"
        pieces = archive(self._context.database, AttachmentStore(self._context.settings.attachments_dir), sub)
        headers = HEADERS | {"Content-Disposition": f'attachment; filename="{name}"'}
        return StreamingResponse(pieces, media_type="application/zip", headers=headers)

    def delete(self, page: Page, caller: Caller, form: Mapping[str, Any]) -> Response:
        """Forget the person, who gave the password and ticked the box. Raises `ServiceError` otherwise."""
        if text_of(form, "sure") != "yes":
            sentence = page.text("Cochez la case pour confirmer.", "Tick the box to confirm.")
            raise InvalidError(sentence, fields={"sure": sentence})
        confirm(self._context, page, caller.principal.sub, form)
        person, now = caller.principal, self._context.clock()
        with self._context.database.session() as session:
            erasure.must_not_be_missed(session, caller)
            erasure.forget(session, locked(session, person.sub), now)
            write(
                session,
                Letter.ACCOUNT_DELETED,
                address=person.email,
                name=person.name,
                language=page.language,
                moment=now,
                facts={},
            )
        page.sign_out()
        return page.render("account/deleted.html")


def build_router(context: Context) -> APIRouter:
    """The page `/account/data`."""
    router = APIRouter(include_in_schema=False, route_class=page_route(context))
    pages = DataPages(context)
    posted = Depends(form_data)

    @router.get(PATH)
    def show(request: Request) -> Response:
        page = Page(context, request)
        return pages.show(page, person_of(page), Said())

    @router.post(PATH + "/export")
    def export(request: Request, data: FormData = posted) -> Response:
        return acting(context, request, data, EXPORT, pages.export, pages.show)

    @router.post(PATH + "/delete")
    def delete(request: Request, data: FormData = posted) -> Response:
        return acting(context, request, data, DELETION, pages.delete, pages.show)

    return router


def _action(page: Page, action: str) -> str:
    """What was done, in words where it is known."""
    known = {one.value: words for one, words in _ACTIONS.items()}
    return page.text(*known[action]) if action in known else action
