"""Users of an entity, as its referent sees and administers them (ACC-04 to ACC-08)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response
from sqlalchemy import select
from starlette.datastructures import FormData

from dinamis_service.catalogue.freetext.folding import plain
from dinamis_service.context import Context
from dinamis_service.errors import ForbiddenError, InvalidError, ServiceError
from dinamis_service.identity.access_records import record
from dinamis_service.identity.principal import Principal
from dinamis_service.identity.tables import Account
from dinamis_service.registry import account_life
from dinamis_service.registry.account_life import STATUS_WORDS, Status, status_of
from dinamis_service.registry.events import events_of, note
from dinamis_service.registry.nationalities import country
from dinamis_service.web.access import page_route, referent_of
from dinamis_service.web.entity.desk import (
    account_of,
    changing,
    expiry_of,
    own_change,
    reason_of,
    row_of,
)
from dinamis_service.web.forms import Said, form_data, refused, strange, text_of, typed
from dinamis_service.web.pages import Page

LIST_PATH = "/entity/accounts"
PATH = LIST_PATH + "/{account_id}"
VALIDATE_PATH = PATH + "/validate"
PAGE_SIZE = 50
ACTS = {
    "refuse": ("Le compte est refusé.", "The account is refused."),
    "validate": ("Le compte est validé.", "The account is validated."),
    "expiry": ("La date d'expiration est enregistrée.", "The expiry date is recorded."),
    "close": ("Le compte est fermé.", "The account is closed."),
    "reopen": ("Le compte est rouvert.", "The account is open again."),
}
EVENTS = {
    "validate": ("Compte validé", "Account validated"),
    "refuse": ("Compte refusé", "Account refused"),
    "expiry": ("Date d'expiration modifiée", "Expiry date changed"),
    "close": ("Compte fermé", "Account closed"),
    "reopen": ("Compte rouvert", "Account opened again"),
}


class AccountSheets:
    """Shows and changes the accounts of the entity of a referent."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def list(self, page: Page, person: Principal, text: str, state: str, number: int) -> Response:
        """The users, looked through."""
        now, words = self._context.clock(), plain(text).split()
        with self._context.database.reading() as session:
            found = session.scalars(
                select(Account)
                .where(Account.entity_id == person.entity_id)
                .order_by(Account.family_name, Account.given_name, Account.id)
            ).all()
        known = [one.value for one in Status]
        rows = [
            row_of(page, one, now)
            for one in found
            if (state not in known or status_of(one, now) == state)
            and all(word in _searched(one) for word in words)
        ]
        last = max(1, -(-len(rows) // PAGE_SIZE))
        number = min(max(number, 1), last)
        return page.render(
            "entity/accounts.html",
            text=text,
            state=state if state in known else "",
            states=[(one.value, page.text(*STATUS_WORDS[one])) for one in Status],
            total=len(rows),
            number=number,
            pages=last,
            rows=rows[(number - 1) * PAGE_SIZE : number * PAGE_SIZE],
            query=urlencode({"text": text, "state": state}),
        )

    def show(self, page: Page, person: Principal, account_id: str, said: Said) -> Response:
        """The sheet of an account; that it was looked at is written down."""
        now = self._context.clock()
        with self._context.database.session() as session:
            account = account_of(session, page, person, account_id)
            record(session, person, "account", account.id, "sheet", now)
            history = [
                (one, page.text(*EVENTS[one.event]))
                for one in events_of(session, "account", account.id)
                if one.event in EVENTS
            ]
            return page.render(
                "entity/account.html",
                said.status,
                row=row_of(page, account, now),
                nationality=country(account.nationality, page.language),
                untouchable=own_change(page, account, person),
                today=now.date().isoformat(),
                history=history,
                said=said,
            )

    def ask(self, page: Page, person: Principal, account_id: str, said: Said) -> Response:
        """The dialogue by which an account is validated."""
        now = self._context.clock()
        with self._context.database.reading() as session:
            row = row_of(page, account_of(session, page, person, account_id), now)
        if row.status != Status.WAITING:
            return page.redirect(_address(account_id))
        return page.render(
            "entity/account_validate.html", said.status, row=row, today=now.date().isoformat(), said=said
        )

    def change(
        self, page: Page, person: Principal, account_id: str, act: str, form: Mapping[str, Any]
    ) -> None:
        """Do what a form asks for, in one transaction with its letter and its line in the history.

        Raises:
            ServiceError: it is refused.
        """
        now = self._context.clock()
        reason = reason_of(page, form, required=act in {"refuse", "close"})
        expires = expiry_of(page, form, now.date()) if act in {"validate", "expiry"} else None
        with changing(self._context, page, person) as session:
            account = account_of(session, page, person, account_id)
            if refusal := own_change(page, account, person):
                raise ForbiddenError(refusal)
            if act == "validate":
                account_life.validate(session, account_id, by=person, expires_at=expires, now=now)
            elif act == "refuse":
                account_life.refuse(session, account_id, by=person, reason=reason, now=now)
            elif act == "expiry":
                account_life.set_expiry(session, account_id, by=person, expires_at=expires, now=now)
            elif act == "close":
                account_life.close(session, account_id, by=person, reason=reason, now=now)
            elif act == "reopen":
                account_life.reopen(session, account_id, by=person, now=now)
            else:
                raise InvalidError(page.text("Action inconnue.", "Unknown action."))
            day = {"day": expires.date().isoformat()} if expires else {}
            note(session, ("account", account_id), act, author=person.name, now=now, reason=reason, **day)


def build_router(context: Context) -> APIRouter:
    """The list of the users, the sheet of each, and the dialogue "Valider Compte"."""
    router = APIRouter(include_in_schema=False, route_class=page_route(context))
    sheets = AccountSheets(context)
    posted = Depends(form_data)

    @router.get(LIST_PATH)
    def list_accounts(request: Request, text: str = "", state: str = "", page: int = 1) -> Response:
        shown = Page(context, request)
        return sheets.list(shown, referent_of(shown).principal, text[:200], state, page)

    @router.get(PATH)
    def show(request: Request, account_id: str, done: str = "") -> Response:
        page = Page(context, request)
        said = Said(done=page.text(*ACTS[done]) if done in ACTS else "")
        return sheets.show(page, referent_of(page).principal, account_id, said)

    @router.post(PATH)
    def change(request: Request, account_id: str, data: FormData = posted) -> Response:
        page, form = Page(context, request), typed(data)
        person, act = referent_of(page).principal, text_of(form, "act")
        if not page.came_from_here(text_of(form, "form_token")):
            return sheets.show(page, person, account_id, strange(page, form, act))
        try:
            sheets.change(page, person, account_id, act, form)
        except ServiceError as error:
            return sheets.show(page, person, account_id, refused(page, error, form, act))
        return page.redirect(_address(account_id, act))

    _add_dialogue(router, context, sheets)
    return router


def _add_dialogue(router: APIRouter, context: Context, sheets: AccountSheets) -> None:
    """The question whether an account is validated, and until when; a page of its own."""
    posted = Depends(form_data)

    @router.get(VALIDATE_PATH)
    def ask(request: Request, account_id: str) -> Response:
        page = Page(context, request)
        return sheets.ask(page, referent_of(page).principal, account_id, Said())

    @router.post(VALIDATE_PATH)
    def validate(request: Request, account_id: str, data: FormData = posted) -> Response:
        page, form = Page(context, request), typed(data)
        person = referent_of(page).principal
        if not page.came_from_here(text_of(form, "form_token")):
            return sheets.ask(page, person, account_id, strange(page, form))
        if text_of(form, "answer") != "yes":
            return page.redirect(_address(account_id))
        try:
            sheets.change(page, person, account_id, "validate", form)
        except InvalidError as error:
            return sheets.ask(page, person, account_id, refused(page, error, form))
        except ServiceError as error:
            return sheets.show(page, person, account_id, refused(page, error, form, "validate"))
        return page.redirect(_address(account_id, "validate"))


def _address(account_id: str, done: str = "") -> str:
    return f"{LIST_PATH}/{urlencode({'': account_id})[1:]}" + (f"?done={done}" if done else "")


def _searched(account: Account) -> str:
    """What the search of users looks at."""
    return plain(" ".join([account.given_name, account.family_name, account.email, account.function]))
