"""Who calls a route of the requests, in which language they are answered, and where they see the service."""

from __future__ import annotations

from fastapi import Request

from dinamis_service.context import Context, base_url
from dinamis_service.identity.principal import Principal
from dinamis_service.language import Language, pick_language
from dinamis_service.requests.caller import Caller
from dinamis_service.requests.documents import Addresses


def language_of(request: Request) -> Language:
    """Language of the caller."""
    return pick_language(request.headers.get("accept-language"))


def caller_of(request: Request, principal: Principal) -> Caller:
    """Who makes the request."""
    return Caller(principal, language_of(request))


def addresses_of(request: Request, context: Context) -> Addresses:
    """Addresses of the requests as the caller sees them."""
    return Addresses(base_url(request, context.settings))
