"""The charter and the licences: read in full, each with its attestation, signed together (REG-45, SUP-14)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response
from markupsafe import Markup
from sqlalchemy import select
from starlette.datastructures import FormData

from dinamis_service.context import Context
from dinamis_service.errors import InvalidError, PreconditionFailedError
from dinamis_service.identity.accounts import locked
from dinamis_service.registry import legal_texts
from dinamis_service.registry.markdown import as_html, without_title
from dinamis_service.registry.tables import LegalText, Signature
from dinamis_service.requests.caller import Caller
from dinamis_service.signing.policy import TEXTS_PATH as PATH
from dinamis_service.web.access import page_route, person_of
from dinamis_service.web.account.security import acting
from dinamis_service.web.forms import Said, form_data, text_of
from dinamis_service.web.pages import Page

FORM = "texts"


@dataclass(frozen=True)
class Shown:
    """A text as the page shows it; `signed` is when its newest version was."""

    code: str
    version: int
    title: str
    body: Markup
    attestation: str
    signed: datetime | None = None


class TextPages:
    """The page, as it is shown again after a refusal."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def show(self, page: Page, caller: Caller, said: Said) -> Response:
        """The page: what waits for a signature in full, what was signed below."""
        person = caller.principal
        with self._context.database.reading() as session:
            waiting = legal_texts.unsigned(session, person.sub, person.entity_nationality)
            wanted = legal_texts.texts_to_sign(person.entity_nationality)
            current = legal_texts.current(session, wanted)
            moments = {
                (row.code, row.version): row.moment
                for row in session.scalars(select(Signature).where(Signature.account_id == person.sub))
            }
        codes = {one.code for one in waiting}
        return page.render(
            "account/texts.html",
            said.status,
            said=said,
            person=person,
            waiting=[_shown(page, one) for one in waiting],
            signed=[
                _shown(page, one, moments.get((one.code, one.version)))
                for one in current
                if one.code not in codes
            ],
            again=any(code in codes for code, _ in moments),
        )

    def sign(self, page: Page, caller: Caller, form: Mapping[str, Any]) -> None:
        """Sign what the form attests.

        Raises:
            InvalidError: a box is not ticked.
            PreconditionFailedError: a text is not the one that the page showed.
        """
        person = caller.principal
        with self._context.database.session() as session:
            locked(session, person.sub)  # who sends twice signs once
            waiting = legal_texts.unsigned(session, person.sub, person.entity_nationality)
            if any(text_of(form, f"version_{one.code}") != str(one.version) for one in waiting):
                raise PreconditionFailedError(page.changed())
            _must_attest(page, waiting, form)
            now = self._context.clock()
            legal_texts.sign(session, waiting, signer=person.name, now=now, account_id=person.sub)


def build_router(context: Context) -> APIRouter:
    """The page `/account/texts`."""
    router = APIRouter(include_in_schema=False, route_class=page_route(context))
    pages = TextPages(context)
    posted = Depends(form_data)

    @router.get(PATH)
    def show(request: Request, done: str = "") -> Response:
        page = Page(context, request)
        sentence = page.text("Merci : tout est signé.", "Thank you: everything is signed.")
        return pages.show(page, person_of(page), Said(done=sentence if done else ""))

    @router.post(PATH)
    def sign(request: Request, data: FormData = posted) -> Response:
        def act(page: Page, caller: Caller, form: Mapping[str, Any]) -> Response:
            pages.sign(page, caller, form)
            return page.redirect(f"{PATH}?done=1")

        return acting(context, request, data, FORM, act, pages.show)

    return router


def _must_attest(page: Page, waiting: Sequence[LegalText], form: Mapping[str, Any]) -> None:
    missing = [one.code for one in waiting if text_of(form, f"attest_{one.code}") != "yes"]
    if missing:
        sentence = page.text(
            "Rien n'est signé : cochez la case à la fin de chaque document.",
            "Nothing is signed: tick the box at the end of each document.",
        )
        box = page.text("Cochez cette case.", "Tick this box.")
        raise InvalidError(sentence, fields={f"attest_{code}": box for code in missing})


def _shown(page: Page, text: LegalText, signed: datetime | None = None) -> Shown:
    source = without_title(text.body[page.language])
    attestation = legal_texts.ATTESTATIONS[text.code].told(page.language)
    body = Markup(as_html(source, 2))  # noqa: S704 (the reader of Markdown lets no HTML through)
    return Shown(text.code, text.version, text.title[page.language], body, attestation, signed)
