"""Every route and method, asked by the roles and the shut-out accounts that `test_rights` leaves aside."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import test_web_entity
from fastapi.testclient import TestClient
from requesters import Requester
from running import TEST_CLIENT_URL, sign_in
from test_rights import OF_BROWSERS, ROWS, Stage

from dinamis_service.app import create_app, create_context
from dinamis_service.context import Context
from dinamis_service.identity.tables import Account
from dinamis_service.settings import Settings

SHUT_OUT = ("waiting", "refused", "closed", "expired", "of a closed entity")

SIGN_IN = {("POST", "/sign-in"), ("POST", "/sign-out")}
"""What `test_identity_open` has for those who are shut out: many tries of one address have to wait."""


def plain(path: str) -> str:
    """An address without the names of what it names."""
    return re.sub(r"\{[^}]*\}", "{}", path)


SENT = {plain(path): fields for path, fields in test_web_entity.SENT.items()}
OF_REFERENTS = {
    (method, plain(path).replace("/nowhere", "/{}")): columns[test_web_entity.ROLES.index("of another")]
    for method, path, *columns in test_web_entity.ROWS
}
"""What the pages of entities answer a referent who asks for things of another entity."""


class OthersStage(Stage):
    """The same service with a referent, a legal representative, and people who were let in before."""

    def __init__(self, context: Context, client: TestClient) -> None:
        super().__init__(context, client)
        for role in ("referent", "legal_representative", *SHUT_OUT):
            kind = "RND" if role == "of a closed entity" else "PUB"
            person = sign_in(context, "user" if role in SHUT_OUT else role, kind)
            self.people[role] = Requester(client, person)
            self.pages[role], self.tokens[role] = self._signed_in(self.people[role])
        for role in SHUT_OUT:
            self._shut_out(role)

    def sent(self, method: str, path: str, token: str) -> dict[str, Any]:
        """The same, and what the forms of entities hold."""
        sent = super().sent(method, path, token)
        return {**sent, "data": sent["data"] | SENT.get(plain(path), {})} if "data" in sent else sent

    def _shut_out(self, role: str) -> None:
        """End what somebody has, and leave them their cookie and their token."""
        with self.context.database.session() as session:
            account = session.get_one(Account, self.people[role].principal.sub)
            if role == "expired":
                account.expires_at = self.context.clock() - timedelta(seconds=1)
            elif role in ("waiting", "refused", "closed"):
                account.state = role
            else:
                account.entity.state = "closed"


@pytest.fixture(scope="module")
def stage(fresh_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[OthersStage]:
    folder = tmp_path_factory.mktemp("others") / "data"
    shutil.copytree(fresh_data, folder)
    context = create_context(Settings(data_dir=folder))
    with TestClient(create_app(context), TEST_CLIENT_URL) as client:
        yield OthersStage(context, client)
    context.catalogue.close()
    context.database.close()


def test_the_pages_of_entities_are_in_both_tables() -> None:
    written = {(method, plain(path)) for method, path, *_ in ROWS if path.startswith("/entity")}
    assert written == set(OF_REFERENTS)


@pytest.mark.long
@pytest.mark.parametrize("row", ROWS, ids=[f"{row[0]} {row[1]}" for row in ROWS])
def test_every_other_role_on_every_route(stage: OthersStage, row: tuple[str, ...]) -> None:
    method, path, anonymous, member, *_ = row
    values = stage.made(path)
    if (method, path) in SIGN_IN:
        return
    for role in SHUT_OUT:
        told = str(stage.ask(role, method, path, values))
        allowed = {anonymous} if anonymous in {"401", "303"} else {anonymous, member, "401"}
        assert told in allowed, role
    assert str(stage.ask("legal_representative", method, path, values)) == member
    expected = OF_REFERENTS.get((method, plain(path)), member)
    assert str(stage.ask("referent", method, path, values)) == expected
    assert path.startswith("/entity") or (method, plain(path)) not in OF_REFERENTS
    assert path.startswith(OF_BROWSERS) or expected == member
