"""The page that verifies a deed: by its file, its digest or its reference (REG-29)."""

from __future__ import annotations

import hashlib
import re
import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response
from sqlalchemy import select
from starlette.datastructures import FormData

from dinamis_service.context import Context
from dinamis_service.registry.adhesion_letters import name_of
from dinamis_service.registry.adhesion_states import TITLES, State
from dinamis_service.registry.deed import VERIFY_PATH, signed_deed
from dinamis_service.registry.sectors import CATEGORIES, category_of
from dinamis_service.registry.tables import Adhesion
from dinamis_service.web.access import page_route
from dinamis_service.web.forms import form_data
from dinamis_service.web.pages import Page
from dinamis_service.web.registry.form_fields import file_of, text_of

_DIGEST = re.compile(r"[0-9a-f]{64}")
_BLOCK = 1024 * 1024


@dataclass(frozen=True)
class Found:
    """The facts of a deed that is known."""

    entity: str
    acronym: str
    category: str
    representative: str
    signed_at: datetime
    reference: str
    fingerprint: str
    sha256: str
    state: str
    closed: bool


def build_router(context: Context) -> APIRouter:
    """The page `/registry/verify`."""
    router = APIRouter(include_in_schema=False, route_class=page_route(context))

    @router.get(VERIFY_PATH)
    def show(request: Request, deed: str = "") -> Response:
        page = Page(context, request)
        return _answer(page, context, deed, by_file=False) if deed else _ask(page)

    @router.post(VERIFY_PATH)
    def verify(request: Request, data: Annotated[FormData, Depends(form_data)]) -> Response:
        page = Page(context, request)
        if not page.came_from_here(text_of(data, "form_token")):
            return _ask(page, 403, page.stale())
        sent, typed = file_of(data, "file"), text_of(data, "digest").strip()
        if sent is not None:
            digest = hashlib.sha256()
            while block := sent.file.read(_BLOCK):
                digest.update(block)
            return _answer(page, context, digest.hexdigest(), by_file=True)
        if not typed:
            return _ask(
                page,
                422,
                page.text(
                    "Choisissez un fichier ou saisissez une empreinte.", "Choose a file or type a digest."
                ),
            )
        return _answer(page, context, typed, by_file=False)

    return router


def _ask(page: Page, status: int = 200, error: str = "") -> Response:
    return page.render(
        "registry/verify.html", status, asked=False, found=None, by_file=False, digest="", error=error
    )


def _answer(page: Page, context: Context, asked: str, *, by_file: bool) -> Response:
    found = _find(page, context, asked)
    return page.render(
        "registry/verify.html",
        200 if found else 404,
        asked=True,
        found=found,
        by_file=by_file,
        digest=asked[:80],
        error="",
    )


def _find(page: Page, context: Context, asked: str) -> Found | None:
    """The deed of a digest or of a reference."""
    plain = re.sub(r"[\s\u00a0\u202f]", "", asked).lower()
    wanted = select(Adhesion).where(Adhesion.signed_at.is_not(None))
    if _DIGEST.fullmatch(plain):
        wanted = wanted.where(Adhesion.deed_sha256 == plain)
    elif (reference := _reference(plain)) is not None:
        wanted = wanted.where(Adhesion.id == reference)
    else:
        return None
    with context.database.reading() as session:
        adhesion = session.scalar(wanted)
        if adhesion is None or adhesion.signed_at is None:
            return None
        fingerprint = signed_deed(session, adhesion, context.settings).fingerprint
    form, state = adhesion.form, State(adhesion.state)
    return Found(
        entity=form["entity"]["name"],
        acronym=form["entity"]["acronym"],
        category=CATEGORIES[category_of(form)].told(page.language),
        representative=name_of(form["legal_representative"]),
        signed_at=adhesion.signed_at,
        reference=adhesion.id,
        fingerprint=fingerprint,
        sha256=adhesion.deed_sha256 or "",
        state=TITLES[state].told(page.language),
        closed=state in (State.REFUSED, State.CLOSED),
    )


def _reference(plain: str) -> str | None:
    try:
        return str(uuid.UUID(plain))
    except ValueError:
        return None
