"""Who calls a route of the requests, and in which language they are answered."""

from __future__ import annotations

from fastapi import Request

from dinamis_service.identity.principal import Principal
from dinamis_service.language import Language, pick_language
from dinamis_service.requests.caller import Caller


def language_of(request: Request) -> Language:
    """Language of the caller."""
    return pick_language(request.headers.get("accept-language"))


def caller_of(request: Request, principal: Principal) -> Caller:
    """Who makes the request."""
    return Caller(principal, language_of(request))
