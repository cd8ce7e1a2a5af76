"""The address of an SMTP server, as one setting says it."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import unquote, urlsplit

Security = Literal["smtp", "starttls", "smtps"]
_PORTS: dict[Security, int] = {"smtp": 25, "starttls": 587, "smtps": 465}


@dataclass(frozen=True)
class SmtpAddress:
    """Where an SMTP server listens, how the connection is kept secret, and who we are there."""

    security: Security
    host: str
    port: int
    user: str | None
    password: str | None = field(repr=False)


def read_address(url: str) -> SmtpAddress:
    """Read `smtp://`, `starttls://` or `smtps://`, with `user:password@` where the server wants them.

    Raises:
        ValueError: it is none of these, or a password would cross the network in the clear.
    """
    parts = urlsplit(url)
    security = next((one for one in _PORTS if one == parts.scheme), None)
    if security is None or not parts.hostname or parts.path not in {"", "/"}:
        msg = "smtp://host:port, starttls://user:password@host:port or smtps://... is expected"
        raise ValueError(msg)
    user = None if parts.username is None else unquote(parts.username)
    password = None if parts.password is None else unquote(parts.password)
    if password is not None and security == "smtp" and not _is_this_machine(parts.hostname):
        msg = "smtp:// would show the password to the network: use starttls:// or smtps://"
        raise ValueError(msg)
    return SmtpAddress(security, parts.hostname, parts.port or _PORTS[security], user, password)


def _is_this_machine(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
