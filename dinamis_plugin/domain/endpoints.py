"""Where the parts of a service answer, as its discovery document says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlsplit

from .errors import BadAnswerError, InvalidRequestError, NotDinamisError
from .parsing import required_text, text_of

DISCOVERY_PATH = "/.well-known/dinamis"


@dataclass(frozen=True)
class Endpoints:
    """Addresses of one service, none of them with a slash at the end.

    Attributes:
        service: Address that the person gave.
        version: Version of the service.
        title: Name of the service for a person.
        demo: Whether it is a demonstration, with synthetic data.
        issuer: OpenID Connect issuer.
        client_id: OAuth client of the plugin.
        stac: Root of the catalogue.
        stapi: Root of orders and programming.
        api: Root of projects and quotas.
        signing: Root of the signing routes.
        objects: Root of the image files.
        registry: Page of the register of members; the home page where the service names none.
        issuer_document: Where the endpoints of an issuer are told that is not the service itself; else empty.
        told: Those endpoints, once they were asked for, by their names in OpenID Connect.
    """

    service: str
    version: str
    title: str
    demo: bool
    issuer: str
    client_id: str
    stac: str
    stapi: str
    api: str
    signing: str
    objects: str
    registry: str = ""
    issuer_document: str = ""
    told: Mapping[str, str] = field(default_factory=dict, hash=False)

    @classmethod
    def from_discovery(cls, service: str, document: Any) -> Endpoints:
        """Read a discovery document.

        Raises:
            NotDinamisError: It is the document of another kind of service.
            BadAnswerError: A part has no usable address, or one less encrypted than the service's own.
        """
        if not isinstance(document, dict) or document.get("service") != "dinamis":
            raise NotDinamisError
        encrypted = service.startswith("https://")
        addresses: dict[str, Any] = {key: _address(document, key, encrypted=encrypted) for key in _ADDRESSES}
        return cls(
            service=service,
            version=text_of(document.get("version")),
            title=text_of(document.get("title")) or "DINAMIS",
            demo=document.get("demo") is True,
            client_id=required_text(document, "client_id"),
            registry=_page(document, "registry", service, encrypted=encrypted),
            issuer_document=_optional(document, "issuer_document", encrypted=encrypted),
            **addresses,
        )

    def at_issuer(self, document: Any) -> Endpoints:
        """Read what the issuer tells of its endpoints.

        Raises:
            BadAnswerError: An endpoint that a sign-in needs is missing, or less encrypted than the service.
        """
        if not isinstance(document, dict):
            raise BadAnswerError.about("issuer_document", "not a document")
        encrypted = self.service.startswith("https://")
        needed = {key: _address(document, key, encrypted=encrypted, whole=True) for key in _OF_ISSUER}
        revocation = _optional(document, "revocation_endpoint", encrypted=encrypted)
        return replace(self, told={**needed, "revocation_endpoint": revocation})

    @property
    def account(self) -> str:
        """Page where the signed-in person changes their profile, their password and their devices."""
        return f"{self.service}/account"

    @property
    def device_authorization(self) -> str:
        """Where a sign-in by device code starts."""
        own = f"{self.issuer}/protocol/openid-connect/auth/device"
        return self.told.get("device_authorization_endpoint", own)

    @property
    def token(self) -> str:
        """Where codes and refresh tokens are exchanged."""
        return self.told.get("token_endpoint", f"{self.issuer}/protocol/openid-connect/token")

    @property
    def revoke(self) -> str:
        """Where a session is ended; empty where an issuer cannot."""
        return self.told.get("revocation_endpoint", f"{self.issuer}/protocol/openid-connect/revoke")

    @property
    def userinfo(self) -> str:
        """Where the signed-in person is described; what another issuer knows of them is not all."""
        return f"{self.api}/me" if self.issuer_document else f"{self.issuer}/protocol/openid-connect/userinfo"


_OF_ISSUER = ("device_authorization_endpoint", "token_endpoint")
_ADDRESSES = ("issuer", "stac", "stapi", "api", "signing", "objects")


def service_address(typed: str) -> str:
    """Clean the address that a person typed: https unless said otherwise, no slash, query or user name.

    Raises:
        InvalidRequestError: It cannot be the address of a service.
    """
    address = typed.strip()
    if "://" not in address:
        address = f"https://{address}"
    try:
        parts = urlsplit(address)
        usable = parts.scheme in {"http", "https"} and bool(parts.hostname) and not parts.username
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        usable = False
    if not usable or any(char.isspace() for char in address):
        raise InvalidRequestError(typed, {"url": "not_an_address"})
    host = f"[{parts.hostname}]" if ":" in str(parts.hostname) else parts.hostname
    path = parts.path.rstrip("/")
    path = path.removesuffix(DISCOVERY_PATH)
    return f"{parts.scheme}://{host}{port}{path}"


def _address(document: Mapping[str, Any], key: str, *, encrypted: bool, whole: bool = False) -> str:
    """Read an address, without a slash at its end unless it is taken whole."""
    address = required_text(document, key)
    address = address if whole else address.rstrip("/")
    if not address.startswith(("https://", "http://")):
        raise BadAnswerError.about(key, "not a web address")
    if encrypted and not address.startswith("https://"):
        raise BadAnswerError.about(key, "not encrypted")
    return address


def _optional(document: Mapping[str, Any], key: str, *, encrypted: bool) -> str:
    """Read an address that may be missing, as it is."""
    return _address(document, key, encrypted=encrypted, whole=True) if document.get(key) else ""


def _page(document: Mapping[str, Any], key: str, service: str, *, encrypted: bool) -> str:
    """Read the address of a page for people, that of the home page where none is named."""
    return _address(document, key, encrypted=encrypted) if document.get(key) else f"{service}/"
