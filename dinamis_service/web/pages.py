"""Rendering of pages: language, headers that keep browsers careful, and the browser's cookie."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from functools import cached_property
from http import HTTPStatus
from pathlib import Path
from types import MappingProxyType
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from jinja2 import Environment, PackageLoader, StrictUndefined

from dinamis_service import __version__
from dinamis_service.context import Context, base_url
from dinamis_service.identity.digests import new_secret
from dinamis_service.identity.principal import Principal
from dinamis_service.language import Language, pick_language, text
from dinamis_service.requests.caller import Caller
from dinamis_service.web import navigation
from dinamis_service.web.wording import Wording, typeset

STATIC = Path(__file__).parent / "static"

BROWSER_COOKIE = "dinamis_browser"
LANGUAGE_COOKIE = "dinamis_language"
LANGUAGE_LIFE_S = 365 * 86400
FAMILIAR_COOKIE = "dinamis_familiar"
FAMILIAR_LIFE_S = 365 * 86400

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self'; script-src 'self'; "
        "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
    "Vary": "Accept-Language, Cookie",
}


class Page:
    """One request for a page: who and which browser asks, in which language."""

    def __init__(self, context: Context, request: Request) -> None:
        self.request = request
        self.base = base_url(request, context.settings)
        self.language = page_language(request)
        self.show = Wording(self.language, context.settings.time_zone)
        self._context = context
        self._secret = request.cookies.get(BROWSER_COOKIE) or new_secret()
        self._mark = ""

    @property
    def browser(self) -> str:
        """The secret of this browser, which what is confirmed in two steps is tied to."""
        return self._secret

    @property
    def familiar(self) -> str:
        """What this browser shows to say that somebody signed in in it before."""
        return self.request.cookies.get(FAMILIAR_COOKIE, "")

    @property
    def address(self) -> str:
        """Network address of the browser."""
        return self.request.client.host if self.request.client else ""

    def text(self, fr: str, en: str) -> str:
        """The sentence of the two in the language of this page."""
        return text(self.language, fr=typeset(fr), en=en)

    @cached_property
    def person(self) -> Principal | None:
        """Who is signed in in this browser."""
        return self._context.identity.browsers.principal(self._secret)

    @property
    def signed_in_at(self) -> datetime | None:
        """Since when somebody is signed in in this browser, None when nobody is."""
        return self._context.identity.browsers.signed_in_at(self._secret)

    def caller(self, person: Principal) -> Caller:
        """That person, to be answered in the language of this page."""
        return Caller(person, self.language)

    def sign_in(self, principal: Principal) -> None:
        """Sign the person in in this browser, under a fresh secret; the one of before opens nothing more."""
        identity, agent = self._context.identity, self.request.headers.get("user-agent", "")
        self._secret = identity.browsers.open(principal.sub, agent, self._secret)
        self._mark = identity.accounts.familiar_mark(principal.sub)
        self.__dict__.pop("person", None)

    def sign_out(self) -> None:
        """Sign out whoever is signed in in this browser."""
        self._context.identity.browsers.close(self._secret)
        self._secret = new_secret()
        self.__dict__.pop("person", None)

    @property
    def secret(self) -> str:
        """What ties things to this browser; it is for its cookie and for digests of it alone."""
        return self._secret

    def came_from_here(self, form_token: str) -> bool:
        """Whether a form that was sent is one that this browser got from us."""
        return self._context.identity.browsers.is_form_token(self._secret, form_token)

    def stale(self) -> str:
        """Why a form is not done that this browser did not get from us, or got before its sign-in."""
        return self.text(
            "Cette page était périmée ou venait d'ailleurs : rien n'a été enregistré. Vérifiez, puis envoyez "
            "de nouveau ; votre navigateur doit accepter les cookies de ce site.",
            "This page was out of date or came from elsewhere: nothing was kept. Check, then send it again; "
            "your browser has to accept the cookies of this site.",
        )

    def changed(self) -> str:
        """Why a form is not done whose page does not show things as they are."""
        return self.text(
            "Cette page n'était plus à jour : ce qu'elle montre a changé, rien n'a été enregistré.",
            "This page was out of date: what it shows has changed, nothing was kept.",
        )

    def render(self, template: str, status: int = 200, **values: Any) -> Response:
        """The page of a template."""
        settings = self._context.settings
        other = "en" if self.language == "fr" else "fr"
        path = self.request.url.path
        menu = navigation.sections(self.person)
        body = _TEMPLATES.get_template(template).render(
            t=self.text,
            show=self.show,
            language=self.language,
            other_language=other,
            other_language_query=self.request.url.include_query_params(lang=other).query,
            title=settings.title,
            demo=settings.demo,
            keeps_passwords=self._context.identity.keeps_passwords,
            version=__version__,
            viewer=self.person,
            path=path,
            menu=menu,
            place=navigation.place(menu, path),
            form_token=self._context.identity.browsers.form_token(self._secret),
            **values,
        )
        return self._finish(HTMLResponse(body, status, HEADERS))

    def render_refusal(
        self, status: int, sentence: str, headers: Mapping[str, str] = MappingProxyType({})
    ) -> Response:
        """A page that says why there is nothing else to show."""
        headings = {
            HTTPStatus.FORBIDDEN: self.text("Accès réservé", "Not for you"),
            HTTPStatus.NOT_FOUND: self.text("Introuvable", "Not found"),
        }
        heading = headings.get(HTTPStatus(status), self.text("Refusé", "Refused"))
        refusal = self.render("refusal.html", status, refused_as=heading, sentence=self.typeset(sentence))
        refusal.headers.update(headers)
        return refusal

    def typeset(self, sentence: str) -> str:
        """A sentence in the language of this page with the spaces that its punctuation wants."""
        return typeset(sentence) if self.language == "fr" else sentence

    def redirect(self, path: str) -> Response:
        """Send the browser on by GET: to a page of ours, or where a client has registered its answers."""
        return self._finish(RedirectResponse(path, 303, HEADERS))

    def _finish(self, response: Response) -> Response:
        """Give the browser its cookies."""
        secure = self.base.startswith("https:")
        response.set_cookie(BROWSER_COOKIE, self._secret, httponly=True, samesite="lax", secure=secure)
        if self._mark:
            response.set_cookie(
                FAMILIAR_COOKIE,
                self._mark,
                max_age=FAMILIAR_LIFE_S,
                httponly=True,
                samesite="lax",
                secure=secure,
            )
        if "lang" in self.request.query_params:
            response.set_cookie(
                LANGUAGE_COOKIE,
                self.language,
                max_age=LANGUAGE_LIFE_S,
                httponly=True,
                samesite="lax",
                secure=secure,
            )
        return response


def page_language(request: Request) -> Language:
    """Language of a page: the one chosen on it, else chosen before, else the browser's."""
    chosen = request.query_params.get("lang") or request.cookies.get(LANGUAGE_COOKIE)
    return pick_language(chosen if chosen in ("fr", "en") else request.headers.get("accept-language"))


_OWN_PATH = re.compile(r"/(?![/\\])[^\\\x00-\x20\x7f]*")


def own_path(address: str, otherwise: str) -> str:
    """`address` when it is a path of this service, against open redirects; else `otherwise`."""
    return address if _OWN_PATH.fullmatch(address) else otherwise


_TEMPLATES = Environment(
    loader=PackageLoader("dinamis_service.web"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
