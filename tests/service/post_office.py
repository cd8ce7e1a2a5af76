"""A real SMTP server that does what a test tells it: takes mails, puts them off, refuses, is slow, kills."""

from __future__ import annotations

import asyncio
import ipaddress
import socket
import ssl
import threading
from collections.abc import Callable
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, Envelope
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from dinamis_service.clock import utc_now

TAKEN = "250 OK"
USER, PASSWORD = "dinamis", "a secret of the tests"  # pragma: allowlist secret


class PostOffice:
    """The server; `rcpt` and `data` answer for each recipient and each content, in turn, then all is taken.

    An answer is a text, or is called for one.
    """

    def __init__(self, certificate: Path | None = None, security: str = "smtp") -> None:
        self.rcpt: list[str] = []
        self.data: list[str | Callable[[], str]] = []
        self.slow_s = 0.0
        self.taken: list[EmailMessage] = []
        self._security = security
        self._context = None
        if certificate is not None:
            self._context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
            self._context.load_cert_chain(certificate)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self._port = int(probe.getsockname()[1])
        self._controller: Controller | None = None
        self._lock = threading.Lock()

    @property
    def url(self) -> str:
        who = f"{USER}:{PASSWORD.replace(' ', '%20')}@" if self._context else ""
        return f"{self._security}://{who}127.0.0.1:{self._port}"

    def open(self) -> PostOffice:
        """Listen, on the same port as before if there was one."""
        arguments: dict[str, Any] = {"hostname": "127.0.0.1", "port": self._port}
        if self._context is not None:
            arguments |= {"auth_required": True, "authenticator": _authenticated}
            if self._security == "smtps":
                arguments |= {"ssl_context": self._context, "auth_require_tls": False}
            else:
                arguments |= {"tls_context": self._context, "require_starttls": True}
        self._controller = Controller(self, **arguments)
        self._controller.start()
        return self

    def close(self) -> None:
        if self._controller is not None:
            self._controller.stop(no_assert=True)
            self._controller = None

    async def handle_RCPT(  # noqa: N802
        self, _server: Any, _session: Any, envelope: Envelope, address: str, _options: Any
    ) -> str:
        answer = self.rcpt.pop(0) if self.rcpt else TAKEN
        if answer == TAKEN:
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Envelope) -> str:  # noqa: N802
        answer = self.data.pop(0) if self.data else TAKEN
        told = answer if isinstance(answer, str) else answer()
        if told == TAKEN:
            assert isinstance(envelope.content, bytes)
            with self._lock:
                self.taken.append(message_from_bytes(envelope.content, policy=policy.default))  # type: ignore[arg-type]
        if self.slow_s:
            await asyncio.sleep(self.slow_s)
        return told


def _authenticated(_server: Any, _session: Any, _envelope: Any, mechanism: str, data: Any) -> AuthResult:
    known = (USER.encode(), PASSWORD.encode())
    return AuthResult(success=(data.login, data.password) == known, handled=False)


def make_certificate(folder: Path) -> Path:
    """A certificate of 127.0.0.1 that vouches for itself, with its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = utc_now()
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = folder / "server.pem"
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(secret + certificate.public_bytes(serialization.Encoding.PEM))
    return path
