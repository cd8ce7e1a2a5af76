"""The profile: what a person tells of themselves, and the address of their account (ACC-02, ACC-14)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response
from starlette.datastructures import FormData

from dinamis_service.context import Context
from dinamis_service.errors import NotFoundError, ServiceError
from dinamis_service.registry.links import DeadLinkError
from dinamis_service.registry.nationalities import countries
from dinamis_service.registry.profiles import FIELDS, NEW_ADDRESS_PATH, ProfileEdit, Profiles
from dinamis_service.requests.caller import Caller
from dinamis_service.web.access import page_route, person_of
from dinamis_service.web.account.confirming import confirm
from dinamis_service.web.forms import (
    NOTHING_SEEN,
    Said,
    checked,
    form_data,
    refused,
    strange,
    text_of,
    typed,
)
from dinamis_service.web.pages import Page

PATH = "/account"
PROFILE, ADDRESS = "profile", "address"


@dataclass(frozen=True)
class Field:
    """A field of the form: its label in French and English, its longest text, what browsers fill in."""

    name: str
    fr: str
    en: str
    longest: int
    autocomplete: str
    required: bool = False


LINES = (
    Field("given_name", "Prénom", "First name", 120, "given-name", required=True),
    Field("family_name", "Nom", "Last name", 120, "family-name", required=True),
    Field("function", "Fonction", "Position", 120, "organization-title", required=True),
    Field("phone", "Téléphone", "Telephone", 40, "tel", required=True),
    Field("nationality", "Nationalité", "Nationality", 2, "country", required=True),
    Field("address", "Adresse", "Address", 200, "street-address"),
    Field("postcode", "Code Postal", "Postcode", 20, "postal-code"),
    Field("town", "Ville", "Town", 120, "address-level2"),
)


class ProfilePages:
    """The page of the profile, as it is shown again after a refusal."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.profiles = Profiles(context.database, context.settings, context.clock)

    def show(self, page: Page, caller: Caller, said: Said) -> Response:
        """The page."""
        profile = self.profiles.of(caller.principal.sub)
        kept = said.form if said.of == PROFILE and said.form else profile
        return page.render(
            "account/profile.html",
            said.status,
            said=said,
            person=caller.principal,
            profile=profile,
            values={name: kept.get(name, "") for name in FIELDS},
            lines=[(one, page.text(one.fr, one.en)) for one in LINES],
            countries=countries(page.language).items(),
            roles=", ".join(page.text(*_ROLES[one]) for one in _ROLES if one in caller.principal.roles),
            expires=_last_day(page, profile["expires"]),
        )

    def change(self, page: Page, caller: Caller, form: Mapping[str, Any]) -> None:
        """Change the profile as the form says. Raises `ServiceError` when it is refused."""
        values = {name: text_of(form, name) for name in FIELDS}
        self.profiles.edit(caller, checked(page, ProfileEdit, values), text_of(form, "etag") or NOTHING_SEEN)


_ROLES = {
    "referent": ("référent DINAMIS", "DINAMIS referent"),
    "legal_representative": ("représentant légal", "legal representative"),
    "operator": ("opérateur DINAMIS", "DINAMIS operator"),
}


def _last_day(page: Page, ends: str | None) -> str:
    """The last day (UTC) on which the account opens something; empty without an end."""
    if ends is None:
        return ""
    return page.show.day((datetime.fromisoformat(ends) - timedelta(microseconds=1)).date())


def build_router(context: Context) -> APIRouter:
    """The pages `/account` and `/account/email`."""
    router = APIRouter(include_in_schema=False, route_class=page_route(context))
    pages = ProfilePages(context)
    posted = Depends(form_data)

    @router.get(PATH)
    def show(request: Request, done: str = "") -> Response:
        page = Page(context, request)
        told = {
            PROFILE: page.text("Votre profil est enregistré.", "Your profile is recorded."),
            ADDRESS: page.text(
                "L'adresse de votre compte a changé.", "The address of your account has changed."
            ),
            "asked": page.text(
                "Un courriel part à la nouvelle adresse : ouvrez le lien qu'il contient.",
                "A mail leaves for the new address: open the link in it.",
            ),
        }
        return pages.show(page, person_of(page), Said(done=told.get(done, "")))

    @router.post(PATH)
    def change(request: Request, data: FormData = posted) -> Response:
        page, form = Page(context, request), typed(data)
        caller = person_of(page)
        if not page.came_from_here(text_of(form, "form_token")):
            return pages.show(page, caller, strange(page, form, PROFILE))
        try:
            pages.change(page, caller, form)
        except ServiceError as error:
            return pages.show(page, caller, refused(page, error, form, PROFILE))
        return page.redirect(f"{PATH}?done={PROFILE}")

    if context.identity.keeps_passwords:  # the address is what another issuer says
        _add_address(router, context, pages)
    return router


def _add_address(router: APIRouter, context: Context, pages: ProfilePages) -> None:
    """The change of address, by a link to the new one."""
    posted = Depends(form_data)

    @router.get(NEW_ADDRESS_PATH)
    def look(request: Request, link: str = "") -> Response:
        page = Page(context, request)
        person_of(page)
        try:
            promised = pages.profiles.promised(link)
        except DeadLinkError:
            raise _dead(page) from None
        return page.render("account/email.html", link=link, promised=promised, error="")

    @router.post(NEW_ADDRESS_PATH)
    def act(request: Request, data: FormData = posted) -> Response:
        page, form = Page(context, request), typed(data)
        caller, link = person_of(page), text_of(form, "link")
        if link:
            return _take(page, pages, caller, form, link)
        if not page.came_from_here(text_of(form, "form_token")):
            return pages.show(page, caller, strange(page, form, ADDRESS))
        try:
            confirm(context, page, caller.principal.sub, form)
            pages.profiles.ask_address(caller, text_of(form, "email"))
        except ServiceError as error:
            answer = pages.show(page, caller, refused(page, error, form, ADDRESS))
            answer.headers.update(error.headers)
            return answer
        return page.redirect(f"{PATH}?done=asked")


def _take(page: Page, pages: ProfilePages, caller: Caller, form: Mapping[str, Any], link: str) -> Response:
    """The person says yes on the page that the link opened."""
    if not page.came_from_here(text_of(form, "form_token")):
        return page.render("account/email.html", 403, link=link, promised="", error=page.stale())
    try:
        pages.profiles.take_address(caller, link)
    except DeadLinkError:
        raise _dead(page) from None
    return page.redirect(f"{PATH}?done={ADDRESS}")


def _dead(page: Page) -> NotFoundError:
    return NotFoundError(
        page.text(
            "Ce lien n'existe pas, a déjà servi, a expiré ou n'est pas celui de votre compte.",
            "This link does not exist, was used, has expired or is not the one of your account.",
        )
    )
