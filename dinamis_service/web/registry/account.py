"""Creation of a personal account: choice of the entity, form, licences (ACC-01 to ACC-04, ACC-09).

Whoever opens the mailed link reads the mailbox that it was sent to. What they type is kept with the link, but
for passwords, so that it is there again the next day.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response
from sqlalchemy import Select, select
from sqlalchemy.orm import Session
from starlette.datastructures import FormData

from dinamis_service.context import Context
from dinamis_service.errors import InvalidError
from dinamis_service.identity.external_accounts import NO_PASSWORD
from dinamis_service.registry import account_form, legal_texts, links
from dinamis_service.registry.account_form import FIELDS, SECRETS, TakenError
from dinamis_service.registry.entities import members
from dinamis_service.registry.markdown import as_html, without_title
from dinamis_service.registry.nationalities import countries
from dinamis_service.registry.tables import Entity, LegalText, MailedLink
from dinamis_service.web.forms import Said, form_data, text_of, ticked, typed
from dinamis_service.web.pages import Page
from dinamis_service.web.registry.link_route import link_route

PATH = "/registry/account"
SENT_PATH = PATH + "/sent"
PAGE_SIZE = 20
_NAMES = {
    legal_texts.CHARTER: ("de la Charte DINAMIS", "the DINAMIS charter"),
    legal_texts.SPOT: (
        "des licences d'utilisation des images SPOT 6-7",
        "the licences for the use of SPOT 6-7 images",
    ),
    legal_texts.PLEIADES_FR: (
        "des licences d'utilisation des images Pléiades CAT1",
        "the licences for the use of Pléiades CAT1 images",
    ),
    legal_texts.PLEIADES_FOREIGN: (
        "des licences d'utilisation des images Pléiades ISIS",
        "the licences for the use of Pléiades ISIS images",
    ),
    legal_texts.PWH: (
        "des licences d'utilisation des images Pléiades PWH",
        "the licences for the use of Pléiades PWH images",
    ),
    legal_texts.PNEO: (
        "des licences d'utilisation des images Pléiades Néo",
        "the licences for the use of Pléiades Néo images",
    ),
}
"""How a box names its text."""


@dataclass(frozen=True)
class Begun:
    """What a link opens: the owner of the mailbox, what they typed so far, and the entity they chose."""

    email: str
    draft: Mapping[str, Any]
    entity: Entity | None
    texts: list[LegalText] = field(default_factory=list)


class AccountPages:
    """The pages of one form, from a mailed link on."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def begun(self, secret: str, entity_id: str = "") -> Begun:
        """What a link opens, for the entity of this id, or the one chosen before.

        Raises:
            DeadLinkError: it opens nothing any more.
        """
        with self._context.database.reading() as session:
            link = links.opened(
                session, self._context.settings, secret, links.Purpose.ACCOUNT, self._context.clock()
            )
            draft = link.draft or _drafted(session, link.email)
            entity = session.get(Entity, entity_id or draft.get("entity") or link.about_id)
            if entity is None or entity.state != "member":
                return Begun(link.email, draft, None)
            texts = legal_texts.current(session, legal_texts.texts_to_sign(entity.nationality))
            return Begun(link.email, draft, entity, texts)

    def choose(self, page: Page, secret: str, text: str, number: int) -> Response:
        """The search of the member entity."""
        with self._context.database.reading() as session:
            found = members(session, text)
        last = max(1, -(-len(found) // PAGE_SIZE))
        number = min(max(number, 1), last)
        return page.render(
            "registry/account_entity.html",
            link=secret,
            text=text,
            total=len(found),
            number=number,
            pages=last,
            rows=found[(number - 1) * PAGE_SIZE : number * PAGE_SIZE],
        )

    def show(self, page: Page, secret: str, begun: Begun, said: Said) -> Response:
        """The form, as it was typed last."""
        form = said.form or begun.draft
        nationality = begun.entity.nationality if begun.entity else ""
        return page.render(
            "registry/account.html",
            said.status,
            link=secret,
            entity=begun.entity,
            fields=account_form.asked(keeps_passwords=self._context.identity.keeps_passwords),
            values={"email": begun.email, "nationality": nationality} | _shown(form),
            countries=countries(page.language).items(),
            texts=[_text(page, one, ticked(form, "texts")) for one in begun.texts],
            said=said,
        )

    def keep(self, secret: str, form: Mapping[str, Any], entity_id: str) -> None:
        """Keep what was typed, but for passwords. Raises `DeadLinkError`."""
        with self._context.database.session() as session:
            self._opened(session, secret).draft = {**_kept(form), "entity": entity_id}

    def send(self, page: Page, secret: str, begun: Begun, form: Mapping[str, Any]) -> None:
        """Make the account and use the link.

        Raises:
            InvalidError: something does not hold; `fields` says what.
            DeadLinkError: the link was used meanwhile.
        """
        values = _values(form)
        self._check(page, begun, form, values)
        identity = self._context.identity
        password_hash = (
            identity.accounts.hash(values["password"]) if identity.keeps_passwords else NO_PASSWORD
        )
        now = self._context.clock()
        with self._context.database.session() as session:
            owned = _locked_links(session, begun.email)
            self._opened(session, secret, use=True)
            for one in owned:
                one.draft = None  # what was sent is kept as a draft nowhere
            entity = session.get_one(Entity, begun.entity.id if begun.entity else "")
            try:
                account_form.ask(
                    session,
                    entity,
                    values,
                    password_hash=password_hash,
                    signed=begun.texts,
                    language=page.language,
                    now=now,
                )
            except TakenError as error:
                raise InvalidError(
                    page.text(
                        "Un compte existe déjà pour cette adresse : connectez-vous, ou attendez sa "
                        "validation.",
                        "There is an account of this address already: sign in, or wait for its validation.",
                    )
                ) from error

    def _check(self, page: Page, begun: Begun, form: Mapping[str, Any], values: Mapping[str, str]) -> None:
        identity = self._context.identity
        wrong = account_form.problems(values, begun.email, keeps_passwords=identity.keeps_passwords)
        found = {name: page.text(*told) for name, told in wrong.items()}
        if identity.keeps_passwords and "password" not in found:
            about = [values[name] for name in ("given_name", "family_name", "email")]
            try:
                identity.accounts.check_new(values["password"], about=about, language=page.language)
            except InvalidError as error:
                found["password"] = page.typeset(error.detail)
        missing = {_tick(one) for one in begun.texts} - set(ticked(form, "texts"))
        found |= {
            f"text-{tick.partition('/')[0]}": page.text(
                "Cochez cette case, une fois le texte lu.", "Tick this box, once you have read the text."
            )
            for tick in missing
        }
        if found:
            raise InvalidError(
                page.text(
                    "Rien n'a été envoyé : corrigez ce qui est signalé.",
                    "Nothing was sent: correct what is pointed out.",
                ),
                fields=found,
            )

    def _opened(self, session: Session, secret: str, *, use: bool = False) -> MailedLink:
        return links.opened(
            session, self._context.settings, secret, links.Purpose.ACCOUNT, self._context.clock(), use=use
        )


def build_router(context: Context) -> APIRouter:
    """The form of an account, and the page after it."""
    router = APIRouter(include_in_schema=False, route_class=link_route(context))
    pages = AccountPages(context)
    posted = Depends(form_data)

    @router.get(SENT_PATH)
    def sent(request: Request) -> Response:
        return Page(context, request).render("registry/account_sent.html")

    @router.get(PATH)
    def show(request: Request, link: str = "", entity: str = "", text: str = "", page: int = 1) -> Response:
        shown, asked = Page(context, request), request.query_params
        begun = pages.begun(link, entity)
        if "choose" in asked or begun.entity is None:
            return pages.choose(shown, link, text[:200], page)
        kept = shown.text("Ce que vous aviez saisi est enregistré.", "What you had typed is kept.")
        return pages.show(shown, link, begun, Said(done=kept if "kept" in asked else ""))

    @router.post(PATH)
    def write(request: Request, data: FormData = posted) -> Response:
        page, form = Page(context, request), typed(data)
        secret, entity_id = text_of(form, "link"), text_of(form, "entity")
        begun = pages.begun(secret, entity_id)
        if begun.entity is None:
            return page.redirect(_address(secret, choose="1"))
        return _receive(pages, page, begun, form)

    return router


def _receive(pages: AccountPages, page: Page, begun: Begun, form: Mapping[str, Any]) -> Response:
    """Keep what a form holds, and do what its button says. Raises `DeadLinkError`."""
    secret, act = text_of(form, "link"), text_of(form, "act")
    if begun.entity is None or not page.came_from_here(text_of(form, "form_token")):
        return pages.show(page, secret, begun, Said(403, error=page.stale(), form=form))
    pages.keep(secret, form, begun.entity.id)
    if act in _AFTER:
        return page.redirect(_address(secret, **{_AFTER[act]: "1"}))
    try:
        pages.send(page, secret, begun, form)
    except InvalidError as error:
        said = Said(error.status, error=error.detail, errors=error.fields, form=form)
        return pages.show(page, secret, begun, said)
    return page.redirect(SENT_PATH)


_AFTER = {"back": "choose", "keep": "kept"}
"""Buttons that only keep what was typed, and where they lead."""


def _address(secret: str, **more: str) -> str:
    return f"{PATH}?{urlencode({'link': secret, **more})}"


def _values(form: Mapping[str, Any]) -> dict[str, str]:
    """What was typed, by field; blanks count in passwords only."""
    values = {}
    for one in FIELDS:
        value = form.get(one.name, "")
        told = value if isinstance(value, str) else ""
        values[one.name] = told if one.name in SECRETS else " ".join(told.split())
    return values


def _links(email: str) -> Select[MailedLink]:
    """Links for an account that were mailed to this mailbox."""
    return select(MailedLink).where(
        MailedLink.email == email, MailedLink.purpose == links.Purpose.ACCOUNT.value
    )


def _drafted(session: Session, email: str) -> Mapping[str, Any]:
    """What the owner of a mailbox typed under an earlier link."""
    newest = session.scalars(_links(email).order_by(MailedLink.created_at.desc()))
    return next((one.draft for one in newest if one.draft), {})


def _locked_links(session: Session, email: str) -> Sequence[MailedLink]:
    """All links of a mailbox, locked in one order: who uses two of them at once waits, and blocks nobody."""
    return session.scalars(_links(email).order_by(MailedLink.id).with_for_update()).all()


def _shown(form: Mapping[str, Any]) -> dict[str, str]:
    """What a form shows again."""
    return {
        one.name: text_of(form, one.name) for one in FIELDS if one.name in form and one.name not in SECRETS
    }


def _kept(form: Mapping[str, Any]) -> dict[str, Any]:
    """What is kept of a form: neither passwords nor what no field may hold."""
    values = _values(form)
    sound = {
        one.name: values[one.name]
        for one in FIELDS
        if one.name not in SECRETS and len(values[one.name]) <= one.longest and values[one.name].isprintable()
    }
    return {**sound, "texts": [one for one in ticked(form, "texts") if one.partition("/")[0] in _NAMES][:20]}


def _tick(text: LegalText) -> str:
    """Value of the box of one version of a text."""
    return f"{text.code}/{text.version}"


def _text(page: Page, text: LegalText, ticks: list[str]) -> dict[str, Any]:
    """A text to be signed, as the form shows it."""
    named = page.text(*_NAMES[text.code])
    return {
        "code": text.code,
        "tick": _tick(text),
        "ticked": _tick(text) in ticks,
        "title": text.title[page.language],
        "html": as_html(without_title(text.body[page.language]), 2),
        "attests": page.text(
            f"Je certifie avoir pris connaissance {named}", f"I certify that I have read {named}"
        ),
    }
