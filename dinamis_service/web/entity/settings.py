"""The people in charge of an entity, as its referent changes them (REG-47, ACC-12)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response
from starlette.datastructures import FormData

from dinamis_service.context import Context
from dinamis_service.errors import InvalidError, ServiceError
from dinamis_service.identity.access_records import record
from dinamis_service.identity.principal import Principal
from dinamis_service.quotas.words import Words
from dinamis_service.registry import succession
from dinamis_service.registry.account_form import Field, problem_of
from dinamis_service.registry.account_life import referents_of
from dinamis_service.registry.addresses import AddressError, professional
from dinamis_service.registry.events import events_of
from dinamis_service.registry.mission_life import ENDED
from dinamis_service.registry.nationalities import countries, country
from dinamis_service.registry.succession import RANKS, REFERENT_CHANGED, REPRESENTATIVE_CHANGED
from dinamis_service.registry.tables import Entity
from dinamis_service.web.access import page_route, referent_of
from dinamis_service.web.entity.desk import changing
from dinamis_service.web.forms import Said, form_data, refused, strange, text_of, typed
from dinamis_service.web.pages import Page

PATH = "/entity/settings"
REFERENT_PATH = PATH + "/referent"
REFERENT_DONE_PATH = REFERENT_PATH + "/done"
REPRESENTATIVE_PATH = PATH + "/representative"
DONE = {
    "representative": ("Le représentant légal est enregistré.", "The legal representative is recorded."),
}
EVENTS = {
    REFERENT_CHANGED: Words(
        "Référent DINAMIS : {name} à la place de {former}", "DINAMIS contact: {name} for {former}"
    ),
    REPRESENTATIVE_CHANGED: Words(
        "Représentant légal : {name} à la place de {former}", "Legal representative: {name} for {former}"
    ),
    ENDED: Words("Fin de la mission « {title} » : {day}", "End of the mission '{title}': {day}"),
}
"""What the history of an entity tells its referent."""


FIELDS = (
    Field("given_name", Words("Prénom", "First name"), 120),
    Field("family_name", Words("Nom", "Last name"), 120),
    Field("function", Words("Fonction", "Function"), 120),
    Field("email", Words("Email professionnel", "Professional e-mail"), 254, kind="email"),
    Field("email_again", Words("Confirmation email", "E-mail again"), 254, kind="email"),
)
"""The fields of the form of the legal representative that are typed; all of them are obligatory."""


class SettingsPages:
    """Shows and changes who is in charge of the entity of a referent."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def show(self, page: Page, person: Principal, said: Said) -> Response:
        """The entity, its people in charge, and its history."""
        now = self._context.clock()
        with self._context.database.session() as session:
            entity = session.get_one(Entity, person.entity_id)
            record(session, person, "entity", entity.id, "settings", now)
            history = [
                (one, page.text(*EVENTS[one.event]).format_map(_facts(page, one.facts)))
                for one in events_of(session, "entity", entity.id)
                if one.event in EVENTS
            ]
            return page.render(
                "entity/settings.html",
                said.status,
                entity=entity,
                nationality=country(entity.nationality, page.language),
                referents=referents_of(session, entity.id, now),
                representative=entity.legal_representative,
                rank=_rank(page, entity),
                history=history,
                said=said,
            )

    def ask_referent(self, page: Page, person: Principal, said: Said) -> Response:
        """The form by which a referent hands over."""
        with self._context.database.reading() as session:
            candidates = succession.candidates(session, person.entity_id, self._context.clock())
        return page.render("entity/referent.html", said.status, candidates=candidates, said=said)

    def ask_representative(self, page: Page, person: Principal, said: Said) -> Response:
        """The form of the new legal representative."""
        with self._context.database.reading() as session:
            entity = session.get_one(Entity, person.entity_id)
        return page.render(
            "entity/representative.html",
            said.status,
            entity=entity,
            fields=FIELDS,
            values=said.form,
            countries=countries(page.language).items(),
            ranks=[(rank, page.text(*words)) for rank, words in RANKS.items()],
            said=said,
        )

    def hand_over(self, page: Page, person: Principal, form: Mapping[str, Any]) -> None:
        """Make somebody else the referent. Raises `ServiceError`."""
        errors = {}
        if not text_of(form, "account"):
            errors["account"] = page.text("Choisissez une personne.", "Choose a person.")
        if text_of(form, "permanent") != "yes":
            errors["permanent"] = page.text(
                "Le référent est permanent au sein de sa structure : déclarez-le.",
                "The contact is permanent staff of the structure: declare it.",
            )
        _require(page, errors)
        with changing(self._context, page, person) as session:
            succession.change_referent(
                session, text_of(form, "account"), by=person, now=self._context.clock()
            )

    def represent(self, page: Page, person: Principal, form: Mapping[str, Any]) -> None:
        """Put another legal representative down. Raises `ServiceError`."""
        told = {one.name: " ".join(text_of(form, one.name).split()) for one in FIELDS}
        told |= {"nationality": text_of(form, "nationality"), "rank": text_of(form, "rank")}
        _require(page, {name: page.text(*words) for name, words in _problems(told).items()})
        told["email"] = told["email"].casefold()
        del told["email_again"]
        with changing(self._context, page, person) as session:
            entity = session.get_one(Entity, person.entity_id)
            succession.change_representative(session, entity, told, by=person, now=self._context.clock())


def build_router(context: Context) -> APIRouter:
    """The settings and the two forms that change them."""
    router = APIRouter(include_in_schema=False, route_class=page_route(context))
    pages = SettingsPages(context)

    @router.get(PATH)
    def show(request: Request, done: str = "") -> Response:
        page = Page(context, request)
        said = Said(done=page.text(*DONE[done]) if done in DONE else "")
        return pages.show(page, referent_of(page).principal, said)

    _add_referent(router, context, pages)
    _add_representative(router, context, pages)
    return router


def _add_referent(router: APIRouter, context: Context, pages: SettingsPages) -> None:
    """The change of the referent."""
    posted = Depends(form_data)

    @router.get(REFERENT_PATH)
    def ask_referent(request: Request) -> Response:
        page = Page(context, request)
        return pages.ask_referent(page, referent_of(page).principal, Said())

    @router.post(REFERENT_PATH)
    def change_referent(request: Request, data: FormData = posted) -> Response:
        page, form = Page(context, request), typed(data)
        person = referent_of(page).principal
        if not page.came_from_here(text_of(form, "form_token")):
            return pages.ask_referent(page, person, strange(page, form))
        try:
            pages.hand_over(page, person, form)
        except ServiceError as error:
            return pages.ask_referent(page, person, refused(page, error, form))
        return page.redirect(REFERENT_DONE_PATH)

    @router.get(REFERENT_DONE_PATH)
    def handed_over(request: Request) -> Response:
        return Page(context, request).render("entity/referent_done.html")


def _add_representative(router: APIRouter, context: Context, pages: SettingsPages) -> None:
    """The change of the legal representative."""
    posted = Depends(form_data)

    @router.get(REPRESENTATIVE_PATH)
    def ask_representative(request: Request) -> Response:
        page = Page(context, request)
        return pages.ask_representative(page, referent_of(page).principal, Said())

    @router.post(REPRESENTATIVE_PATH)
    def change_representative(request: Request, data: FormData = posted) -> Response:
        page, form = Page(context, request), typed(data)
        person = referent_of(page).principal
        if not page.came_from_here(text_of(form, "form_token")):
            return pages.ask_representative(page, person, strange(page, form))
        try:
            pages.represent(page, person, form)
        except ServiceError as error:
            return pages.ask_representative(page, person, refused(page, error, form))
        return page.redirect(f"{PATH}?done=representative")


def _facts(page: Page, facts: Mapping[str, Any]) -> dict[str, Any]:
    """Facts of an event, its day as the page writes days."""
    day = {"day": page.show.day(date.fromisoformat(facts["day"]))} if "day" in facts else {}
    return {**facts, **day}


def _rank(page: Page, entity: Entity) -> str:
    words = RANKS.get(entity.legal_representative.get("rank", ""))
    return page.text(*words) if words else ""


def _problems(told: Mapping[str, str]) -> dict[str, Words]:
    """What is wrong with the details of a legal representative, by field."""
    looked = {one.name: problem_of(one, told[one.name]) for one in FIELDS}
    found = {name: words for name, words in looked.items() if words is not None}
    if "email" not in found:
        try:
            professional(told["email"])
        except AddressError as error:
            found["email"] = error.words
    if "email_again" not in found and told["email_again"].casefold() != told["email"].casefold():
        found["email_again"] = Words("Les deux adresses diffèrent.", "The two addresses differ.")
    for name, known in (("nationality", countries("fr")), ("rank", RANKS)):
        if told[name] not in known:
            found[name] = Words("Choisissez dans la liste.", "Choose in the list.")
    return found


def _require(page: Page, errors: dict[str, str]) -> None:
    """Refuse a form with errors. Raises `InvalidError`."""
    if errors:
        raise InvalidError(
            page.text(
                "Rien n'a été enregistré : corrigez ce qui est signalé.",
                "Nothing was kept: correct what is pointed out.",
            ),
            fields=errors,
        )
