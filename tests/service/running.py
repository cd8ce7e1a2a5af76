"""A service under test and people signed in to it, as the fixtures hand them out."""

from __future__ import annotations

import threading
import time
import uuid
from dataclasses import dataclass

import uvicorn

from dinamis_service.app import create_app
from dinamis_service.context import Context
from dinamis_service.identity.principal import Principal
from dinamis_service.identity.service import REALM_PATH
from dinamis_service.registry.entities import add_entity
from dinamis_service.registry.legal_texts import sign, unsigned
from dinamis_service.serving import address, listen, server_config

CATEGORY_OF_KIND = {"PUB": 1, "SCI": 2, "RND": 7, "PCP": 8, "ETR": 9}
PASSWORD = "correct horse battery staple"  # pragma: allowlist secret
TEST_CLIENT_URL = "http://testserver"


@dataclass(frozen=True)
class SignedIn:
    """A person and the headers that say so."""

    principal: Principal
    headers: dict[str, str]


def sign_texts(context: Context, principal: Principal) -> None:
    """Let somebody sign the charter and the licences, as everybody has who has images."""
    with context.database.session() as session:
        texts = unsigned(session, principal.sub, principal.entity_nationality)
        sign(session, texts, signer=principal.name, now=context.clock(), account_id=principal.sub)


def sign_in(context: Context, role: str = "user", kind: str = "SCI", base: str = TEST_CLIENT_URL) -> SignedIn:
    """Make an account with this role, in an entity of this kind, and sign it in to the service at `base`."""
    entity = add_entity(
        context.database, name=f"UMR Exemple {kind}", acronym=f"EX{kind}", category=CATEGORY_OF_KIND[kind]
    )
    principal = context.identity.create_account(
        email=f"camille.martin.{uuid.uuid4().hex[:8]}@demo.example",
        given_name="Camille",
        family_name="Martin",
        password=PASSWORD,
        entity_id=entity.id,
        roles=("user",) if role == "user" else ("user", role),
    )
    sign_texts(context, principal)
    tokens = context.identity.tokens.open(principal.sub, "dinamis-qgis", "openid", base + REALM_PATH)
    return SignedIn(principal, {"Authorization": f"Bearer {tokens.access_token}"})


class LiveService:
    """The service on a free port of this machine, in a thread."""

    def __init__(self, context: Context, host: str = "127.0.0.1") -> None:
        self.context = context
        self._listener = listen(host, 0)
        self.url = address(self._listener)
        self._server = uvicorn.Server(server_config(create_app(context), context.settings))
        self._thread = threading.Thread(
            target=self._server.run, kwargs={"sockets": [self._listener]}, daemon=True
        )

    def start(self) -> None:
        self._thread.start()
        deadline = time.monotonic() + 20
        while not self._server.started:
            assert self._thread.is_alive(), "the service stopped by itself"
            assert time.monotonic() < deadline, "the service does not start"
            time.sleep(0.01)

    def stop(self) -> None:
        self._server.should_exit = True
        self._thread.join(20)
        self._listener.close()

    def sign_in(self, role: str = "user", kind: str = "SCI") -> SignedIn:
        return sign_in(self.context, role, kind, self.url)
