"""The instruction of adhesions: the list by state, the page of one with all that was typed, the decision."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import FileResponse, Response
from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.datastructures import FormData

from dinamis_service.catalogue.freetext.gazetteer import SqliteGazetteer
from dinamis_service.context import Context
from dinamis_service.errors import InvalidError, NotFoundError
from dinamis_service.identity.access_records import record
from dinamis_service.language import Language
from dinamis_service.quotas.words import Words
from dinamis_service.registry import instruction
from dinamis_service.registry.adhesion_states import TITLES, Event, State
from dinamis_service.registry.adhesion_store import history
from dinamis_service.registry.form_words import blocks_of
from dinamis_service.registry.instruction import LISTED, REASONED, Decision
from dinamis_service.registry.sectors import CATEGORIES, NoCategoryError, category_of
from dinamis_service.registry.tables import Adhesion, Entity, LegalText, Signature
from dinamis_service.registry.uploads import ProjectFiles
from dinamis_service.requests.caller import Caller
from dinamis_service.web.access import operator_of, page_route
from dinamis_service.web.forms import Said, form_data, text_of, tried, typed, whole_number
from dinamis_service.web.land import Land
from dinamis_service.web.maps import draw, shape_of
from dinamis_service.web.operator.listing import PAGE_SIZE, Id, View
from dinamis_service.web.pages import Page

LIST_PATH = "/operator/adhesions"
PATH = LIST_PATH + "/{adhesion_id}"
ALL = "all"

GROUPS = (State.INSTRUCTION, State.VALIDATED, State.REFUSED, State.CLOSED, State.PARTNER, State.ACCEPTED)
"""The states as the list offers them: the four of REG-28 first."""

DECISIONS = {
    Decision.VALIDATE: Words("Valider l'adhésion", "Validate the adhesion"),
    Decision.REFUSE: Words("Refuser l'adhésion", "Refuse the adhesion"),
    Decision.CLOSE: Words("Clôturer l'adhésion", "Close the adhesion"),
}
EVENTS = {
    Event.ACCEPT: Words("Formulaire accepté", "Form accepted"),
    Event.REOPEN: Words("Formulaire repris", "Form taken back"),
    Event.SIGN: Words("Validée électroniquement", "Validated electronically"),
    Event.SIGN_WITH_PARTNER: Words("Validée électroniquement", "Validated electronically"),
    Event.ACCEPT_PARTNERSHIP: Words("Partenariat validé", "Partnership validated"),
    Event.REFUSE_PARTNERSHIP: Words("Partenariat refusé", "Partnership refused"),
    Event.VALIDATE: Words("Adhésion validée", "Adhesion validated"),
    Event.REFUSE: Words("Adhésion refusée", "Adhesion refused"),
    Event.CLOSE: Words("Adhésion clôturée", "Adhesion closed"),
    Event.RESUME: Words("Adhésion rouverte", "Adhesion opened again"),
}


class AdhesionPages:
    """Shows adhesions to operators."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._files = ProjectFiles(context.settings)
        self._land = Land(SqliteGazetteer(context.settings.gazetteer_file))

    def show(self, page: Page, operator: Caller, adhesion_id: str, said: Said) -> Response:
        """The page of an adhesion; that it was looked at is written down."""
        with self._context.database.session() as session:
            adhesion = instruction.find(session, operator, adhesion_id)
            record(session, operator.principal, "adhesion", adhesion_id, "view", self._context.clock())
            told = self._told(session, page, adhesion, said)
        return page.render("operator/adhesion.html", said.status, adhesion=adhesion, said=said, **told)

    def file(self, page: Page, operator: Caller, adhesion_id: str) -> Response:
        """The project file, taken away to be read; who took it is written down."""
        with self._context.database.session() as session:
            adhesion = instruction.find(session, operator, adhesion_id)
            kept = adhesion.project_file
            path = None if kept is None else self._files.path(adhesion_id, kept["sha256"])
            if kept is None or path is None or not path.is_file():
                raise NotFoundError(page.text("Il n'y a pas de fichier.", "There is no file."))
            record(session, operator.principal, "adhesion", adhesion_id, "download", self._context.clock())
        headers = {"Cache-Control": "private, no-store", "Content-Security-Policy": "sandbox"}
        return FileResponse(path, filename=kept["name"], media_type="application/pdf", headers=headers)

    def _told(self, session: Session, page: Page, adhesion: Adhesion, said: Said) -> dict[str, Any]:
        partner = session.get(Entity, adhesion.partner_id) if adhesion.partner_id else None
        entity = session.get(Entity, adhesion.entity_id) if adhesion.entity_id else None
        events = history(session, adhesion.id)
        area = adhesion.form.get("mission", {}).get("area")
        return {
            "entity": entity,
            "partner": partner,
            "name": adhesion.form.get("entity", {}).get("name", adhesion.email),
            "state": TITLES[State(adhesion.state)].told(page.language),
            "category": _category(adhesion, page.language),
            "blocks": blocks_of(
                adhesion.form,
                page.language,
                partner=partner.name if partner else "",
                project_file=adhesion.project_file,
                email=adhesion.email,
            ),
            "drawing": draw(shape_of(area), [], self._land.outlines, page.language) if area else None,
            "signatures": _signatures(session, adhesion.id, page.language),
            "events": [(one, EVENTS[Event(one.event)].told(page.language)) for one in reversed(events)],
            "news": events[whole_number(said.form, "events") :] if said.stale else [],
            "event_words": {one.value: words.told(page.language) for one, words in EVENTS.items()},
            "decisions": [
                (one.value, DECISIONS[one].told(page.language), one in REASONED)
                for one in instruction.possible(adhesion)
            ],
        }


def build_router(context: Context) -> APIRouter:
    """The list of the adhesions, the page of each and its file."""
    router = APIRouter(include_in_schema=False, route_class=page_route(context))
    pages = AdhesionPages(context)
    posted = Depends(form_data)

    @router.get(LIST_PATH)
    def list_adhesions(request: Request) -> Response:
        page = Page(context, request)
        operator_of(page)
        view = View.of(request, state=[ALL, *LISTED], words=None)
        wanted = view["state"] or State.INSTRUCTION.value
        with context.database.reading() as session:
            found = instruction.look_through(
                session,
                None if wanted == ALL else State(wanted),
                view["words"],
                offset=view.offset,
                limit=PAGE_SIZE,
            )
        groups = [(one.value, TITLES[one].told(page.language), found.counts[one]) for one in GROUPS]
        every = (ALL, page.text("Toutes", "All"), sum(found.counts.values()))
        return page.render(
            "operator/adhesions.html",
            view=view,
            wanted=wanted,
            groups=[*groups, every],
            found=found,
            titles={one.value: title.told(page.language) for one, title in TITLES.items()},
        )

    @router.get(PATH)
    def show(request: Request, adhesion_id: Id, done: str = "") -> Response:
        page = Page(context, request)
        said = Said(
            done=page.text("La décision est enregistrée.", "The decision is recorded.") if done else ""
        )
        return pages.show(page, operator_of(page), adhesion_id, said)

    @router.get(PATH + "/file")
    def file(request: Request, adhesion_id: Id) -> Response:
        page = Page(context, request)
        return pages.file(page, operator_of(page), adhesion_id)

    @router.post(PATH)
    def decide(request: Request, adhesion_id: Id, data: FormData = posted) -> Response:
        page, form = Page(context, request), typed(data)
        operator = operator_of(page)

        def act() -> None:
            instruction.decide(
                context.database,
                operator,
                adhesion_id,
                _decision(page, text_of(form, "decision")),
                text_of(form, "reason")[: instruction.REASON_MAX],
                seen=whole_number(form, "version"),
                now=context.clock(),
            )

        said = tried(page, form, act)
        if said is not None:
            return pages.show(page, operator, adhesion_id, said)
        return page.redirect(f"{LIST_PATH}/{adhesion_id}?done=1")

    return router


def _decision(page: Page, value: str) -> Decision:
    if value not in list(Decision):
        sentence = page.text("Choisissez une décision.", "Choose a decision.")
        raise InvalidError(sentence, fields={"decision": sentence})
    return Decision(value)


def _category(adhesion: Adhesion, language: Language) -> str:
    """The eligible category that follows from the sector, as the portal words it."""
    try:
        return CATEGORIES[category_of(adhesion.form)].told(language)
    except NoCategoryError:
        return ""


def _signatures(session: Session, adhesion_id: str, language: Language) -> list[dict[str, Any]]:
    """Texts that were accepted for an adhesion: title, version, by whom and when."""
    rows = session.execute(
        select(Signature, LegalText.title)
        .outerjoin(LegalText, (LegalText.code == Signature.code) & (LegalText.version == Signature.version))
        .where(Signature.adhesion_id == adhesion_id)
        .order_by(Signature.id)
    )
    return [
        {"signature": signature, "title": title[language] if title else signature.code}
        for signature, title in rows
    ]
