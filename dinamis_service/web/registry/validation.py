"""The page of the legal representative: all read, every text attested, then validated (REG-23 to REG-26)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response
from starlette.datastructures import FormData

from dinamis_service.catalogue.freetext.gazetteer import SqliteGazetteer
from dinamis_service.context import Context
from dinamis_service.errors import InvalidError
from dinamis_service.registry import legal_texts
from dinamis_service.registry.adhesion_letters import name_of
from dinamis_service.registry.adhesion_signing import Signing
from dinamis_service.registry.form_words import blocks_of
from dinamis_service.registry.markdown import as_html, without_title
from dinamis_service.registry.uploads import ProjectFiles
from dinamis_service.web.forms import form_data
from dinamis_service.web.land import Land
from dinamis_service.web.pages import Page
from dinamis_service.web.registry.adhesion import project_file_answer
from dinamis_service.web.registry.form_fields import text_of
from dinamis_service.web.registry.form_view import zone_of
from dinamis_service.web.registry.link_route import link_route

PATH, DONE_PATH = "/registry/validation", "/registry/validated"
ATTEST = "attest-"


def build_router(context: Context) -> APIRouter:
    """The pages of the electronic validation."""
    router = APIRouter(include_in_schema=False, route_class=link_route(context))
    signing = Signing(context)
    files = ProjectFiles(context.settings)
    land = Land(SqliteGazetteer(context.settings.gazetteer_file))

    @router.get(PATH)
    def show(request: Request, link: str = "") -> Response:
        return _show(Page(context, request), signing, land, link)

    @router.post(PATH)
    def sign(request: Request, data: Annotated[FormData, Depends(form_data)]) -> Response:
        return _sign(Page(context, request), signing, land, data)

    @router.get(PATH + "/file")
    def read(request: Request, link: str = "") -> Response:
        """The project file, for the legal representative."""
        return project_file_answer(Page(context, request), files, signing.wanted(link).adhesion)

    @router.get(DONE_PATH)
    def done(request: Request, partner: str = "") -> Response:
        return Page(context, request).render("registry/validated.html", partner=bool(partner))

    return router


def _sign(page: Page, signing: Signing, land: Land, data: FormData) -> Response:
    link = text_of(data, "link")
    attested = {name.removeprefix(ATTEST): text_of(data, name) for name in data if name.startswith(ATTEST)}
    if not page.came_from_here(text_of(data, "form_token")):
        return _show(page, signing, land, link, 403, attested=attested, error=page.stale())
    try:
        adhesion = signing.sign(link, attested, page.language)
    except InvalidError as error:
        return _show(
            page, signing, land, link, 422, attested=attested, errors=error.fields, error=error.detail
        )
    return page.redirect(DONE_PATH + ("?partner=1" if adhesion.partner_id else ""))


def _show(
    page: Page,
    signing: Signing,
    land: Land,
    secret: str,
    status: int = 200,
    *,
    attested: Mapping[str, str] | None = None,
    errors: Mapping[str, str] | None = None,
    error: str = "",
) -> Response:
    wanted, language = signing.wanted(secret), page.language
    adhesion = wanted.adhesion
    form = adhesion.form
    ticked = attested or {}
    texts = [
        {
            "code": one.code,
            "version": one.version,
            "title": one.title[language],
            "html": as_html(without_title(one.body[language]), 1),
            "attests": legal_texts.ATTESTATIONS[one.code].told(language),
            "ticked": ticked.get(one.code) == str(one.version),
        }
        for one in wanted.texts
    ]
    return page.render(
        "registry/validation.html",
        status,
        link=secret,
        name=name_of(form["legal_representative"]),
        entity=form["entity"]["name"],
        referent=name_of(form["referent"]),
        email=adhesion.email,
        blocks=blocks_of(
            form,
            language,
            partner=wanted.partner,
            project_file=adhesion.project_file,
            email=adhesion.email,
        ),
        zone=zone_of(page, land, form),
        project_file=adhesion.project_file,
        texts=texts,
        errors={ATTEST + code: page.typeset(one) for code, one in (errors or {}).items()},
        error=page.typeset(error),
    )
