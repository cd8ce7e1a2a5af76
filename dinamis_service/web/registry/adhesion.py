"""The adhesion form, step by step (REG-08 to REG-22, REG-31 to REG-40, REG-44)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import FileResponse, Response
from pydantic import BaseModel
from starlette.datastructures import FormData

from dinamis_service.catalogue.freetext.gazetteer import SqliteGazetteer
from dinamis_service.context import Context
from dinamis_service.errors import ConflictError, InvalidError, NotFoundError
from dinamis_service.identity.throttle import TooManyAttemptsError
from dinamis_service.registry import adhesion_steps as steps
from dinamis_service.registry.adhesion import WITH_FILE, Adhesions, Opened
from dinamis_service.registry.adhesion_states import TITLES, State
from dinamis_service.registry.sectors import variant_of
from dinamis_service.registry.tables import Adhesion
from dinamis_service.registry.uploads import ProjectFiles, UploadError
from dinamis_service.web.forms import form_data
from dinamis_service.web.land import Land
from dinamis_service.web.pages import HEADERS, Page
from dinamis_service.web.registry.form_fields import file_of, text_of, typed_of
from dinamis_service.web.registry.form_view import describe_step
from dinamis_service.web.registry.link_route import link_route
from dinamis_service.web.sign_in import slowed

PATH = "/registry/adhesion"
FILE_PATH = PATH + "/file"
_FIELDS_MAX = 200
WORDS_MAX = 200
_STAYING, _PAGE = frozenset({"back", "copy", "stay"}), "page-"
_SAVING = HEADERS["Content-Security-Policy"] + "; connect-src 'self'"
"""A page that keeps what is typed while it is typed."""


class Asked(BaseModel):
    """What the address of the form says: the link, the step, and what is searched of the partners."""

    link: str = ""
    step: str = ""
    words: str = ""
    number: str = ""
    done: str = ""

    @property
    def page(self) -> int:
        """Which page of the partners."""
        return int(self.number) if re.fullmatch(r"[0-9]{1,5}", self.number, re.ASCII) else 1


class AdhesionPages:
    """Shows the form to the owner of a link, and takes what they send."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.adhesions = Adhesions(context)
        self.files = ProjectFiles(context.settings)
        self._land = Land(SqliteGazetteer(context.settings.gazetteer_file))

    def show(self, page: Page, asked: Asked) -> Response:
        """A step, or where the request stands once the form was accepted."""
        opened = self.adhesions.open(asked.link)
        if opened.is_draft:
            return self._step(
                page, asked.link, opened, asked.step, words=asked.words[:WORDS_MAX], number=asked.page
            )
        done = ""
        if asked.done == "reminded":
            done = page.text("Le lien a été envoyé de nouveau.", "The link was sent again.")
        return self.stand(page, asked.link, opened, done=done)

    def stand(
        self, page: Page, secret: str, opened: Opened, status: int = 200, *, error: str = "", done: str = ""
    ) -> Response:
        """Where a request stands (REG-22, REG-28)."""
        adhesion = opened.adhesion
        assert adhesion is not None  # noqa: S101 (a draft is shown as a form)
        return page.render(
            "registry/accepted.html",
            status,
            link=secret,
            adhesion=adhesion,
            representative=adhesion.form[steps.REPRESENTATIVE]["email"],
            state=TITLES[State(adhesion.state)].told(page.language),
            waits=adhesion.state == State.ACCEPTED,
            error=error,
            done=done,
        )

    def take(self, page: Page, secret: str, data: FormData) -> Response:
        """Keep what a step sent, and go where its button leads."""
        go, step = text_of(data, "go"), text_of(data, "step")
        if not page.came_from_here(text_of(data, "form_token")):
            return self._again(page, secret, step, 403, page.stale())
        try:
            if go in ("remind", "take_back"):
                return self._after(page, secret, go)
            return self._keep(page, secret, data, go)
        except ConflictError as error:
            return self._again(page, secret, steps.SUBMIT, 409, page.typeset(error.detail))
        except TooManyAttemptsError as wait:
            refused = slowed(page, wait)
            return refused.finish(self._again(page, secret, steps.SUBMIT, refused.status, refused.sentence))

    def _again(self, page: Page, secret: str, step: str, status: int, error: str) -> Response:
        """The same page with what was refused; the one of the request where the form is fixed by now."""
        opened = self.adhesions.open(secret)
        if opened.is_draft:
            return self._step(page, secret, opened, step, status, error=error)
        return self.stand(page, secret, opened, status, error=error)

    def _keep(self, page: Page, secret: str, data: FormData, go: str) -> Response:
        step = _known_step(self.adhesions.open(secret), text_of(data, "step"))
        opened = self.adhesions.keep(secret, step, typed_of(data, step), page.language)
        if go == "save":
            return Response(status_code=204, headers={"Cache-Control": "no-store"})
        if go == "accept":
            return self._accept(page, secret, opened)
        errors = self._password_and_file(page, secret, data, opened, step)
        if go == "copy":
            representative = opened.form.get(steps.REPRESENTATIVE, {})
            copied = {name: representative.get(name, "") for name in steps.COPIED}
            self.adhesions.keep(secret, step, copied, page.language)
        elif go not in _STAYING and not go.startswith(_PAGE):
            opened = self.adhesions.open(secret)
            wrong = self.adhesions.faults(opened, step)
            errors = {name: one.told(page.language) for name, one in wrong.items()} | errors
            if errors:
                words = text_of(data, "words")
                return self._step(page, secret, opened, step, 422, errors=errors, words=words)
        return page.redirect(_onward(secret, opened, step, go, text_of(data, "words")))

    def _password_and_file(
        self, page: Page, secret: str, data: FormData, opened: Opened, step: str
    ) -> dict[str, str]:
        """Keep what is no text of a step; sentences by field for what is refused."""
        if step == steps.REFERENT and (text_of(data, "password") or text_of(data, "password_again")):
            if text_of(data, "password") != text_of(data, "password_again"):
                return {
                    "password_again": page.text(
                        "Les deux mots de passe diffèrent.", "The two passwords differ."
                    )
                }
            try:
                self.adhesions.keep_password(secret, text_of(data, "password"), page.language)
            except InvalidError as error:
                return {"password": error.detail}
        sent = file_of(data, "project_file")
        if sent is not None and variant_of(opened.form) in WITH_FILE:
            try:
                self.adhesions.keep_file(secret, sent.filename or "", sent.file, page.language)
            except UploadError as error:
                return {"project_file": error.words.told(page.language)}
        return {}

    def _accept(self, page: Page, secret: str, opened: Opened) -> Response:
        try:
            self.adhesions.accept(secret, page.language)
        except InvalidError as error:
            first = min(error.fields, key=steps.STEPS[variant_of(opened.form)].index)
            wrong = self.adhesions.faults(opened, first)
            errors = {name: one.told(page.language) for name, one in wrong.items()}
            return self._step(page, secret, opened, first, 422, errors=errors)
        return page.redirect(_address(secret))

    def _after(self, page: Page, secret: str, go: str) -> Response:
        """What may be done once the form was accepted."""
        if go == "take_back":
            self.adhesions.take_back(secret, page.language)
            return page.redirect(_address(secret, steps.SUBMIT))
        self.adhesions.remind(secret, page.language)
        return page.redirect(_address(secret, done="reminded"))

    def _step(
        self,
        page: Page,
        secret: str,
        opened: Opened,
        step: str,
        status: int = 200,
        *,
        errors: Mapping[str, str] | None = None,
        error: str = "",
        words: str = "",
        number: int = 1,
    ) -> Response:
        step = _known_step(opened, step)
        told = describe_step(page, self.context, self._land, opened, step, words=words, number=number)
        if step == steps.SUBMIT:
            told["missing"] = self.adhesions.missing(opened)
        typeset = {name: page.typeset(sentence) for name, sentence in (errors or {}).items()}
        answer = page.render(
            f"registry/step_{step}.html", status, link=secret, errors=typeset, error=error, **told
        )
        answer.headers["Content-Security-Policy"] = _SAVING
        return answer


def build_router(context: Context) -> APIRouter:
    """The pages of the form."""
    router = APIRouter(include_in_schema=False, route_class=link_route(context))
    pages = AdhesionPages(context)

    @router.get(PATH)
    def show(request: Request, asked: Annotated[Asked, Query()]) -> Response:
        return pages.show(Page(context, request), asked)

    @router.post(PATH)
    def take(request: Request, data: Annotated[FormData, Depends(form_data)]) -> Response:
        return pages.take(Page(context, request), text_of(data, "link"), data)

    @router.post(FILE_PATH)
    async def send(request: Request, link: str = "") -> Response:
        """As `take`, for steps with a file: the link is in the address, to be looked at before the file."""
        page = Page(context, request)
        await run_in_threadpool(pages.adhesions.open, link)
        async with request.form(max_files=1, max_fields=_FIELDS_MAX) as data:
            return await run_in_threadpool(pages.take, page, link, data)

    @router.get(FILE_PATH)
    def read(request: Request, link: str = "") -> Response:
        """The project file that was sent, for who sent it."""
        return project_file_answer(Page(context, request), pages.files, pages.adhesions.open(link).adhesion)

    return router


def project_file_answer(page: Page, files: ProjectFiles, adhesion: Adhesion | None) -> Response:
    """The project file of an adhesion as a download: never shown in a page of the service.

    Raises:
        NotFoundError: none was sent.
    """
    described = adhesion.project_file if adhesion is not None else None
    if adhesion is None or described is None:
        raise NotFoundError(page.text("Aucun fichier n'a été envoyé.", "No file was sent."))
    return FileResponse(
        files.path(adhesion.id, described["sha256"]),
        media_type="application/pdf",
        filename=described["name"],
        headers={"Content-Security-Policy": "sandbox; default-src 'none'", "Cache-Control": "no-store"},
    )


def _known_step(opened: Opened, step: str) -> str:
    order = steps.STEPS[variant_of(opened.form)]
    return step if step in order else order[0]


def _neighbour(opened: Opened, step: str, by: int) -> str:
    order = steps.STEPS[variant_of(opened.form)]
    position = order.index(step) if step in order else order.index(steps.SECTOR)
    return order[min(max(position + by, 0), len(order) - 1)]


def _onward(secret: str, opened: Opened, step: str, go: str, words: str) -> str:
    """Where a button leads once everything is kept."""
    if go == "back":
        return _address(secret, _neighbour(opened, step, -1))
    if go.startswith(_PAGE):
        return _address(secret, step, words=words, number=go.removeprefix(_PAGE))
    if go in _STAYING:
        return _address(secret, step, words=words)
    return _address(secret, _neighbour(opened, step, 1))


def _address(secret: str, step: str = "", **query: str) -> str:
    asked = {"link": secret, **({"step": step} if step else {}), **{k: v for k, v in query.items() if v}}
    return f"{PATH}?{urlencode(asked)}"
