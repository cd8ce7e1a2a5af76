"""The charter, licences, templates and sheets: their versions, and new ones with their preview (SUP-06)."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Request
from fastapi.responses import Response
from markupsafe import Markup
from starlette.datastructures import FormData

from dinamis_service.context import Context
from dinamis_service.errors import NotFoundError
from dinamis_service.quotas.words import Words
from dinamis_service.registry import publishing
from dinamis_service.registry.legal_texts import ADHESION_TEXTS, SHEETS, TEMPLATES, current
from dinamis_service.registry.markdown import as_html
from dinamis_service.registry.publishing import TextForm
from dinamis_service.registry.tables import LegalText
from dinamis_service.requests.caller import Caller
from dinamis_service.web.access import operator_of, page_route
from dinamis_service.web.forms import Said, checked, form_data, text_of, tried, typed, whole_number
from dinamis_service.web.pages import Page

LIST_PATH = "/operator/texts"
PATH = LIST_PATH + "/{code}"
VERSION_PATH = PATH + "/{version}"
LANGUAGES = {"fr": Words("Français", "French"), "en": Words("Anglais", "English")}
KINDS = (
    (Words("Charte et licences", "Charter and licences"), ADHESION_TEXTS),
    (Words("Modèles", "Templates"), TEMPLATES),
    (Words("Fiches", "Sheets"), SHEETS),
)

Code = Annotated[str, Path(pattern=r"^[a-z0-9-]{1,30}$")]
Version = Annotated[int, Path(ge=1, le=1_000_000)]


class TextPages:
    """Shows texts to operators."""

    def __init__(self, context: Context) -> None:
        self.context = context

    def show(
        self, page: Page, operator: Caller, code: str, said: Said, preview: TextForm | None = None
    ) -> Response:
        """The versions of a text and the form of a new one, with its preview where it was asked for."""
        with self.context.database.reading() as session:
            known = publishing.versions(session, operator, code)
            signed = publishing.signatures_by_version(session)
            to_sign = publishing.people_to_sign(session, code)
        newest = known[0]
        bodies = {one: text_of(said.form, one) or newest.body[one] for one in LANGUAGES}
        return page.render(
            "operator/text.html",
            said.status,
            code=code,
            newest=newest,
            known=known,
            signed=signed,
            to_sign=to_sign,
            needs_signing=code in ADHESION_TEXTS,
            bodies=bodies,
            preview=None if preview is None else _preview(preview, newest),
            languages=_names(page),
            said=said,
        )


def build_router(context: Context) -> APIRouter:
    """The list of the texts, the page of each and of each version."""
    router = APIRouter(include_in_schema=False, route_class=page_route(context))
    pages = TextPages(context)
    posted = Depends(form_data)

    @router.get(LIST_PATH)
    def list_texts(request: Request) -> Response:
        page = Page(context, request)
        operator_of(page)
        with context.database.reading() as session:
            found = {one.code: one for one in current(session)}
            signed = publishing.signatures_by_version(session)
        groups = [(words.told(page.language), [found[one] for one in codes]) for words, codes in KINDS]
        return page.render("operator/texts.html", groups=groups, signed=signed)

    @router.get(PATH)
    def show(request: Request, code: Code, done: str = "") -> Response:
        page = Page(context, request)
        published = page.text("La nouvelle version est publiée.", "The new version is published.")
        return pages.show(page, operator_of(page), code, Said(done=published if done else ""))

    @router.get(VERSION_PATH)
    def version(request: Request, code: Code, version: Version) -> Response:
        page = Page(context, request)
        operator = operator_of(page)
        with context.database.reading() as session:
            known = {one.version: one for one in publishing.versions(session, operator, code)}
            signed = publishing.signatures_by_version(session)
        if version not in known:
            raise NotFoundError(page.text("Cette version n'existe pas.", "There is no such version."))
        text, before = known[version], known.get(version - 1)
        return page.render(
            "operator/text_version.html",
            text=text,
            signed=signed.get((code, version), 0),
            shown=[(one, _shown(text.body[one])) for one in LANGUAGES],
            changes=[] if before is None else _changes(before, text.body),
            before=before,
            languages=_names(page),
        )

    @router.post(PATH)
    def publish(request: Request, code: Code, data: FormData = posted) -> Response:
        page, form = Page(context, request), typed(data)
        operator, previews = operator_of(page), text_of(form, "act") == "preview"
        made: list[TextForm] = []

        def act() -> None:
            made.append(checked(page, TextForm, {one: text_of(form, one) for one in LANGUAGES}))
            if not previews:
                base = whole_number(form, "version")
                publishing.publish(context.database, operator, code, made[0], base=base, now=context.clock())

        said = tried(page, form, act)
        if said is not None:
            return pages.show(page, operator, code, said)
        if previews:
            return pages.show(page, operator, code, Said(of="preview", form=form), made[0])
        return page.redirect(f"{LIST_PATH}/{code}?done=1")

    return router


def _names(page: Page) -> dict[str, str]:
    return {one: words.told(page.language) for one, words in LANGUAGES.items()}


def _shown(body: str) -> Markup:
    """A text as it is read; what looks like HTML in it was made text by the reader of Markdown."""
    return Markup(as_html(body, 1))  # noqa: S704


def _changes(before: LegalText, after: dict[str, str]) -> list[tuple[str, list[publishing.Line]]]:
    return [(one, publishing.changes(before.body[one], after[one])) for one in LANGUAGES]


def _preview(form: TextForm, newest: LegalText) -> dict[str, Any]:
    """A new version as it will be read, and what it says in place of the newest."""
    bodies = form.model_dump()
    return {
        "shown": [(one, _shown(bodies[one])) for one in LANGUAGES],
        "changes": _changes(newest, bodies),
    }
