"""Documents to read and download: charter, licences, templates, sheets, every version (SUP-06, REG-32)."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy import select

from dinamis_service.context import Context
from dinamis_service.errors import NotFoundError
from dinamis_service.registry import legal_texts
from dinamis_service.registry.markdown import as_html, without_title
from dinamis_service.registry.tables import LegalText
from dinamis_service.registry.text_pdf import text_pdf
from dinamis_service.web.access import page_route
from dinamis_service.web.pages import Page

PATH = "/documents"
_VERSION_DIGITS = 9


def build_router(context: Context) -> APIRouter:
    """The list of the documents, the page of each and its PDF."""
    router = APIRouter(include_in_schema=False, route_class=page_route(context))

    @router.get(PATH)
    def list_documents(request: Request) -> Response:
        page = Page(context, request)
        with context.database.reading() as session:
            groups = [
                (page.text("Charte", "Charter"), [legal_texts.CHARTER]),
                (page.text("Licences", "Licences"), list(legal_texts.LICENCES)),
                (page.text("Modèles à remplir", "Templates to fill in"), list(legal_texts.TEMPLATES)),
                (page.text("Fiches de synthèse", "Summary sheets"), list(legal_texts.SHEETS)),
            ]
            listed = [(title, legal_texts.current(session, codes)) for title, codes in groups]
        return page.render("registry/documents.html", groups=listed)

    @router.get(PATH + "/{code}.pdf")
    def download(request: Request, code: str, version: str = "") -> Response:
        page = Page(context, request)
        one, _ = _find(page, context, code, version)
        name = f"{one.code}-v{one.version}.{page.language}.pdf"
        headers = {"Content-Disposition": f'attachment; filename="{name}"', "Vary": "Accept-Language, Cookie"}
        return Response(text_pdf(one, page.language), media_type="application/pdf", headers=headers)

    @router.get(PATH + "/{code}")
    def show(request: Request, code: str, version: str = "") -> Response:
        page = Page(context, request)
        one, versions = _find(page, context, code, version)
        return page.render(
            "registry/document.html",
            one=one,
            name=one.title[page.language],
            html=as_html(without_title(one.body[page.language])),
            versions=versions,
            newest=versions[0].version,
            to_fill=one.code in legal_texts.TEMPLATES,
        )

    return router


def _find(page: Page, context: Context, code: str, version: str) -> tuple[LegalText, list[LegalText]]:
    """A version of a text, the newest unless asked for another, and all of them, newest first.

    Raises:
        NotFoundError: there is none.
    """
    known = select(LegalText).where(LegalText.code == code).order_by(LegalText.version.desc())
    with context.database.reading() as session:
        versions = list(session.scalars(known)) if code in legal_texts.CODES else []
    asked = int(version) if version.isascii() and version.isdigit() and len(version) <= _VERSION_DIGITS else 0
    found = [one for one in versions if not version or one.version == asked]
    if not found:
        raise NotFoundError(page.text("Ce document n'existe pas.", "There is no such document."))
    return found[0], versions
