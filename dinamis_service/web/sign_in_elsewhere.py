"""Sign-in to the pages where another issuer takes the place of ours: there and back, and who is new.

Somebody new whom the issuer does not place in an entity names it here; their account waits for the referent.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Request
from fastapi.responses import Response
from sqlalchemy import select

from dinamis_service.context import Context
from dinamis_service.identity.external_accounts import NotAdmittedError, Person, read_person
from dinamis_service.identity.external_issuer import IssuerDownError
from dinamis_service.identity.external_tokens import External
from dinamis_service.identity.external_words import issuer_down, not_admitted
from dinamis_service.identity.relying_party import (
    CALLBACK_PATH,
    Arrival,
    RefusedAnswerError,
    StrayAnswerError,
)
from dinamis_service.identity.signer import InvalidTokenError
from dinamis_service.registry.tables import Entity
from dinamis_service.web.access import SIGN_IN_PATH, page_route
from dinamis_service.web.pages import Page, own_path
from dinamis_service.web.sign_in import SIGN_OUT_PATH, home_of, lost_sentence, signed_out

ENTITY_PATH, SIGNED_OUT_PATH = "/sign-in/entity", "/signed-out"


def build_router(context: Context) -> APIRouter:
    """The pages that lead to the issuer and take people back from it."""
    router = APIRouter(include_in_schema=False, route_class=page_route(context))
    desk = _Desk(context)

    @router.get(SIGN_IN_PATH)
    def sign_in(request: Request, next: str = "", lost: str = "") -> Response:  # noqa: A002 (name of the parameter)
        page = Page(context, request)
        return desk.explain(page, 200, lost_sentence(page), next) if lost else desk.begin(page, next)

    @router.get(CALLBACK_PATH)
    def callback(request: Request) -> Response:
        return desk.finish(Page(context, request), dict(request.query_params))

    @router.get(ENTITY_PATH)
    def ask_entity(request: Request, flow: str = "") -> Response:
        return desk.ask_entity(Page(context, request), flow)

    @router.post(ENTITY_PATH)
    def take_entity(
        request: Request,
        flow: Annotated[str, Form()] = "",
        entity: Annotated[str, Form()] = "",
        form_token: Annotated[str, Form()] = "",
    ) -> Response:
        page = Page(context, request)
        if not page.came_from_here(form_token):
            return desk.ask_entity(page, flow, 403, page.stale())
        return desk.take_entity(page, flow, entity)

    @router.post(SIGN_OUT_PATH)
    def sign_out(request: Request, form_token: Annotated[str, Form()] = "") -> Response:
        return signed_out(Page(context, request), form_token, SIGNED_OUT_PATH)

    @router.get(SIGNED_OUT_PATH)
    def tell(request: Request) -> Response:
        page = Page(context, request)
        return page.render("signed_out.html", elsewhere=desk.sign_out_address(page) or "")

    return router


class _Desk:
    """Receives people from the issuer."""

    def __init__(self, context: Context) -> None:
        if context.identity.external is None:
            raise ValueError("there is no other issuer")
        self._context = context
        self._external: External = context.identity.external

    def begin(self, page: Page, wanted: str) -> Response:
        """Send the browser to the issuer."""
        try:
            address = self._external.relying_party.begin(page.secret, page.base, own_path(wanted, ""))
        except IssuerDownError:
            return self._down(page, wanted)
        return page.redirect(address)

    def finish(self, page: Page, answer: dict[str, str]) -> Response:
        """Sign in whom the issuer sends back, or say why not."""
        try:
            arrival = self._external.relying_party.finish(page.secret, page.base, answer)
            return self._receive(page, arrival)
        except StrayAnswerError:
            return self.explain(page, 400, _stray(page))
        except IssuerDownError:
            return self._down(page)
        except (RefusedAnswerError, InvalidTokenError) as error:
            denied = isinstance(error, RefusedAnswerError) and error.code == "access_denied"
            return self.explain(page, 403, _denied(page) if denied else _unusable(page))

    def _receive(self, page: Page, arrival: Arrival) -> Response:
        """Sign somebody in, or ask for the entity of who is new."""
        try:
            account_id = self._external.accounts.admit(self._person(arrival))
            page.sign_in(self._external.accounts.principal(account_id))
        except NotAdmittedError as error:
            if error.reason == NotAdmittedError.NO_ENTITY:
                flow = self._external.relying_party.set_aside(page.secret, arrival)
                return page.redirect(f"{ENTITY_PATH}?{urlencode({'flow': flow})}")
            return self.explain(page, 403, not_admitted(page.language, error).detail)
        return page.redirect(own_path(arrival.wanted, home_of(page)))

    def ask_entity(self, page: Page, flow: str, status: int = 200, error: str = "") -> Response:
        """The page where somebody new names their entity."""
        try:
            arrival = self._external.relying_party.set_aside_before(page.secret, flow)
        except StrayAnswerError:
            return self.explain(page, 400, _stray(page))
        return page.render(
            "sign_in_entity.html",
            status,
            person=self._person(arrival),
            entities=self._entities(),
            flow=flow,
            action=ENTITY_PATH,
            error=error,
        )

    def take_entity(self, page: Page, flow: str, entity_id: str) -> Response:
        """Make the account of somebody new, which waits for the referent."""
        try:
            arrival = self._external.relying_party.set_aside_before(page.secret, flow)
            account_id = self._external.accounts.join(self._person(arrival), entity_id)
        except StrayAnswerError:
            return self.explain(page, 400, _stray(page))
        except NotAdmittedError as error:
            if error.reason == NotAdmittedError.NO_ENTITY:
                missing = page.text(
                    "Choisissez un organisme de la liste.", "Choose an organisation of the list."
                )
                return self.ask_entity(page, flow, 422, missing)
            return self.explain(page, 403, not_admitted(page.language, error).detail)
        self._external.relying_party.forget(flow)
        try:
            page.sign_in(self._external.accounts.principal(account_id))
        except NotAdmittedError as error:
            return self.explain(page, 200, not_admitted(page.language, error).detail)
        return page.redirect(own_path(arrival.wanted, home_of(page)))

    def sign_out_address(self, page: Page) -> str | None:
        """Where a person may sign out of the issuer too."""
        return self._external.relying_party.sign_out_address(page.base)

    def explain(self, page: Page, status: int, sentence: str, wanted: str = "") -> Response:
        """A page that says why nobody is signed in, and leads to another try."""
        again = f"{SIGN_IN_PATH}?{urlencode({'next': own_path(wanted, '')})}"
        return page.render(
            "sign_in_elsewhere.html",
            status,
            sentence=page.typeset(sentence),
            refused=status != HTTPStatus.OK,
            again=again,
        )

    def _down(self, page: Page, wanted: str = "") -> Response:
        refusal = issuer_down(page.language)
        response = self.explain(page, refusal.status, refusal.detail, wanted)
        response.headers.update(refusal.headers)
        return response

    def _person(self, arrival: Arrival) -> Person:
        return read_person(self._context.settings, arrival.claims)

    def _entities(self) -> list[tuple[str, str]]:
        """Identifiers and names of the members, by name."""
        with self._context.database.reading() as session:
            members = session.execute(
                select(Entity.id, Entity.name, Entity.acronym)
                .where(Entity.state == "member")
                .order_by(Entity.name)
            )
            return [(one.id, f"{one.name} ({one.acronym})" if one.acronym else one.name) for one in members]


def _stray(page: Page) -> str:
    return page.text(
        "Cette connexion n'a pas été demandée par ce navigateur, ou l'a été il y a trop longtemps. "
        "Recommencez ; votre navigateur doit accepter les cookies de ce site.",
        "This sign-in was not asked for by this browser, or too long ago. Begin again; your browser has to "
        "accept the cookies of this site.",
    )


def _denied(page: Page) -> str:
    return page.text("La connexion a été refusée.", "The sign-in was refused.")


def _unusable(page: Page) -> str:
    return page.text(
        "Le service de connexion n'a pas donné de réponse utilisable. Recommencez ; si cela dure, écrivez "
        "aux opérateurs.",
        "The sign-in service gave no usable answer. Begin again, then write to the operators if it goes on.",
    )
