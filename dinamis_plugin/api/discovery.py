"""Finding out what answers at an address."""

from __future__ import annotations

from ..domain.endpoints import DISCOVERY_PATH, Endpoints, service_address
from ..domain.errors import (
    BadAnswerError,
    ForbiddenError,
    InvalidRequestError,
    NotDinamisError,
    NotFoundError,
    NotSignedInError,
)
from .http import Cancel, HttpClient, never


def discover(http: HttpClient, url: str, cancel: Cancel = never) -> Endpoints:
    """Read where the parts of the service at an address answer.

    Raises:
        InvalidRequestError: It is not an address.
        NotDinamisError: Something else answers there: another service, a portal, a login page.
        ServiceUnreachableError: Nothing answers.
    """
    service = service_address(url)
    try:
        document = http.get_json(service + DISCOVERY_PATH, authorized=False, cancel=cancel)
    except (BadAnswerError, ForbiddenError, InvalidRequestError, NotFoundError, NotSignedInError) as error:
        raise NotDinamisError(error.detail) from None
    return Endpoints.from_discovery(service, document)
