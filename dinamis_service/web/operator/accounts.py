"""Every account: searched, looked at, closed and opened again, made an operator's; and who looked at what."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response
from sqlalchemy import select
from starlette.datastructures import FormData

from dinamis_service.context import Context
from dinamis_service.errors import NotFoundError
from dinamis_service.identity.tables import Account
from dinamis_service.quotas.words import Words
from dinamis_service.registry import account_admin
from dinamis_service.registry.account_admin import OPERATOR, STATES, Wanted
from dinamis_service.registry.account_life import STATUS_WORDS, status_of
from dinamis_service.registry.events import events_of
from dinamis_service.registry.kinds import ROLES
from dinamis_service.registry.legal_texts import unsigned
from dinamis_service.registry.nationalities import country
from dinamis_service.registry.tables import Signature
from dinamis_service.requests.caller import Caller
from dinamis_service.web.access import operator_of, page_route
from dinamis_service.web.forms import Said, form_data, text_of, tried, typed, whole_number
from dinamis_service.web.operator.event_words import told_events
from dinamis_service.web.operator.listing import PAGE_SIZE, Id, View
from dinamis_service.web.pages import Page

LIST_PATH = "/operator/accounts"
PATH = LIST_PATH + "/{account_id}"
ROLE_WORDS = {
    "user": Words("utilisateur", "user"),
    "referent": Words("référent DINAMIS", "DINAMIS contact"),
    "legal_representative": Words("représentant légal", "legal representative"),
    "operator": Words("opérateur DINAMIS", "operator of DINAMIS"),
}


def build_router(context: Context) -> APIRouter:
    """The list of the accounts and the sheet of each."""
    router = APIRouter(include_in_schema=False, route_class=page_route(context))
    posted = Depends(form_data)

    @router.get(LIST_PATH)
    def list_accounts(request: Request) -> Response:
        page = Page(context, request)
        operator = operator_of(page)
        view = View.of(request, words=None, state=list(STATES), role=sorted(ROLES), entity=None)
        wanted = Wanted(view["words"], view["state"], view["role"], view["entity"])
        with context.database.reading() as session:
            found = account_admin.look_through(session, operator, wanted, offset=view.offset, limit=PAGE_SIZE)
        now = context.clock()
        return page.render(
            "operator/accounts.html",
            view=view,
            found=found,
            by_account={one.id: status_of(one, now) for one in found.rows},
            words={one.value: words.told(page.language) for one, words in STATUS_WORDS.items()},
            states=STATES,
            roles=[(value, words.told(page.language)) for value, words in ROLE_WORDS.items()],
        )

    @router.get(PATH)
    def show(request: Request, account_id: Id, done: str = "") -> Response:
        page = Page(context, request)
        said = Said(done=page.text("C'est enregistré.", "It is recorded.") if done else "")
        return _show(context, page, operator_of(page), account_id, said)

    @router.post(PATH)
    def change(request: Request, account_id: Id, data: FormData = posted) -> Response:
        page, form = Page(context, request), typed(data)
        operator = operator_of(page)
        said = tried(page, form, lambda: _change(context, page, operator, account_id, form))
        if said is not None:
            return _show(context, page, operator, account_id, said)
        return page.redirect(f"{LIST_PATH}/{account_id}?done=1")

    return router


def _change(context: Context, page: Page, operator: Caller, account_id: str, form: Mapping[str, Any]) -> None:
    """Do what one of the forms of the sheet asks for.

    Raises:
        ServiceError: it is refused.
    """
    act, reason = text_of(form, "act"), text_of(form, "reason")[:2000]
    told: dict[str, Any] = {"seen": whole_number(form, "version"), "now": context.clock()}
    if act == "close":
        account_admin.close(context.database, operator, account_id, reason, **told)
    elif act == "reopen":
        account_admin.reopen(context.database, operator, account_id, reason, **told)
    elif act in ("grant", "take"):
        held = act == "grant"
        account_admin.set_operator(context.database, operator, account_id, reason, held=held, **told)
    else:
        raise NotFoundError(page.text("Ce formulaire n'existe pas.", "There is no such form."))


def _show(context: Context, page: Page, operator: Caller, account_id: str, said: Said) -> Response:
    now = context.clock()
    account = account_admin.look_at(context.database, operator, account_id, now)
    with context.database.reading() as session:
        signed = session.scalars(
            select(Signature).where(Signature.account_id == account_id).order_by(Signature.id.desc())
        ).all()
        missing = unsigned(session, account_id, account.entity.nationality)
        history = told_events(page, events_of(session, "account", account_id))
        validator = session.get(Account, account.validated_by) if account.validated_by else None
    held = {one.role for one in account.roles}
    return page.render(
        "operator/account.html",
        said.status,
        account=account,
        current_status=status_of(account, now),
        status_words=STATUS_WORDS[status_of(account, now)].told(page.language),
        country=country(account.nationality, page.language),
        roles=[ROLE_WORDS[one].told(page.language) for one in ROLE_WORDS if one in held],
        is_operator=OPERATOR in held,
        own=account_id == operator.principal.sub,
        validator=validator,
        signed=signed,
        missing=missing,
        history=history,
        said=said,
    )
