"""Programs that may ask people to sign in.

Two are known from the start: public clients, which hold no secret. Others, such as web applications with
redirect addresses of their own, are listed in the file of the setting `clients_file`.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from dinamis_service.identity.oauth_errors import OAuthError

SCOPES = ("openid", "offline_access", "profile", "email")
LOOPBACK = ("127.0.0.1", "::1")


def _usable(address: str) -> str:
    """Refuse what no answer may be sent to: readable on the way, or with a part that is not compared."""
    parts = urlsplit(address)
    encrypted = parts.scheme == "https" and bool(parts.hostname)
    here = parts.scheme == "http" and parts.hostname in LOOPBACK
    if (
        not (encrypted or here)
        or parts.fragment
        or parts.username
        or "*" in address
        or address.strip() != address
    ):
        msg = f"{address!r} is not an https address, nor http on 127.0.0.1 or [::1]"
        raise ValueError(msg)
    return address


RedirectUri = Annotated[str, AfterValidator(_usable), Field(max_length=1000)]


class Client(BaseModel):
    """A program and what it may do.

    Attributes:
        name: Shown to the person who is asked to consent, alike in every language.
        redirect_uris: Where answers go; one on the loopback without a port stands for every port (RFC 8252).
        post_logout_redirect_uris: Where a browser may go after it was signed out.
        secret_sha256: Digest of the secret of a client that can keep one, in hexadecimal.
        trusted: Ours, so that people need not consent; it must have a secret, or else anybody is this client.
        device: Whether it may sign people in by a device code.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    client_id: str = Field(pattern=r"^[A-Za-z0-9._~-]{1,60}$")
    name: str = Field(min_length=1, max_length=100)
    redirect_uris: tuple[RedirectUri, ...] = ()
    post_logout_redirect_uris: tuple[RedirectUri, ...] = ()
    secret_sha256: str | None = Field(None, pattern=r"^[0-9a-f]{64}$")
    trusted: bool = False
    device: bool = False

    def accepts(self, redirect_uri: str) -> bool:
        """Whether answers to this client may go to this address, compared character by character."""
        return _is_among(redirect_uri, self.redirect_uris)

    def accepts_after_logout(self, address: str) -> bool:
        """Whether a browser may go there that this client has sent to be signed out."""
        return _is_among(address, self.post_logout_redirect_uris)


_ON_THIS_MACHINE = ("http://127.0.0.1/callback", "http://[::1]/callback")
BUILT_IN = (
    Client(client_id="dinamis-qgis", name="QGIS (DINAMIS)", redirect_uris=_ON_THIS_MACHINE, device=True),
    Client(
        client_id="gdal", name="teledetection (Python, GDAL)", redirect_uris=_ON_THIS_MACHINE, device=True
    ),
)
_LIST = TypeAdapter(tuple[Client, ...])


class Clients:
    """The clients of this service."""

    def __init__(self, listed: Iterable[Client] = ()) -> None:
        self._known = {client.client_id: client for client in (*BUILT_IN, *listed)}

    def get(self, client_id: str) -> Client | None:
        """The client of this identifier, if there is one."""
        return self._known.get(client_id)

    def named(self, client_id: str) -> str:
        """Name of a client, for people."""
        client = self.get(client_id)
        return client_id if client is None else client.name

    def authenticate(self, client_id: str, secret: str) -> Client:
        """The client that calls, on its secret where it has one.

        Raises:
            OAuthError: `invalid_client`.
        """
        client = self.get(client_id)
        if client is None:
            raise OAuthError("invalid_client", "Unknown client", status=401)
        stored = client.secret_sha256
        if stored is not None and not hmac.compare_digest(
            hashlib.sha256(secret.encode()).hexdigest(), stored
        ):
            raise OAuthError("invalid_client", "Wrong client secret", status=401)
        return client


def read_clients(path: Path) -> tuple[Client, ...]:
    """The clients that a file lists.

    Raises:
        ValueError: it cannot be read, or a client in it does not hold together; says what to correct.
    """
    try:
        listed = _LIST.validate_python(json.loads(path.read_text(encoding="utf-8")))
    except OSError as error:
        msg = f"{path} cannot be read ({error.strerror})"
        raise ValueError(msg) from None
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(map(str, first["loc"]))
        msg = f"{path}: {where}: {first['msg']}"
        raise ValueError(msg) from None
    except ValueError:
        msg = f"{path} is not JSON"
        raise ValueError(msg) from None
    names = [client.client_id for client in (*BUILT_IN, *listed)]
    if len(set(names)) < len(names):
        msg = f"{path} names a client twice, or one that is always there"
        raise ValueError(msg)
    if any(client.trusted and client.secret_sha256 is None for client in listed):
        msg = f"{path}: a trusted client needs secret_sha256"
        raise ValueError(msg)
    return listed


def known_scope(asked: str) -> str:
    """The part of a space-separated scope that exists, in our order; `openid` when nothing is asked."""
    wanted = set(asked.split()) or {"openid"}
    return " ".join(scope for scope in SCOPES if scope in wanted)


def _is_among(asked: str, registered: Iterable[str]) -> bool:
    return any(asked == one or _any_port(asked) == one for one in registered)


def _any_port(address: str) -> str | None:
    """An address on the loopback without its port, None for any other."""
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        return None
    if parts.scheme != "http" or parts.hostname not in LOOPBACK or port is None:
        return None
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    shown = f"http://{host}:{port}"
    return f"http://{host}{address[len(shown) :]}" if address.startswith(shown) else None
