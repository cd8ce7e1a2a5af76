"""Who may do what: every route and method of the service, asked as nobody, member, owner and operator.

What colleagues, and people of shared projects, may do is told by the tables of `test_requests_rights` and
`test_requests_project_rights`.
"""

from __future__ import annotations

import shutil
import uuid
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import httpx
import pytest
from browsing import Operator
from catalogue_model import make_item
from fastapi.testclient import TestClient
from registry_people import adhesion, caller, message_form
from requesters import Requester, tasking
from running import PASSWORD, TEST_CLIENT_URL, sign_in
from stored import put_item

from dinamis_service.app import create_app, create_context
from dinamis_service.context import Context
from dinamis_service.quotas.store import stored_table
from dinamis_service.registry import super_entities
from dinamis_service.registry.contact import Contact
from dinamis_service.registry.super_entities import SuperForm
from dinamis_service.settings import Settings

ROLES = ("anonymous", "member", "owner", "operator")
"""The owner has made what the address names; a member is somebody of another entity."""

ASKING = ("anonymous", "member", "operator", "owner")
"""Who changes things comes last."""
OF_SIGN_IN = tuple(
    f"/auth/realms/dinamis/{path}"
    for path in ("protocol/openid-connect/auth", "protocol/openid-connect/logout", "consent")
)
OF_BROWSERS = (
    "/operator",
    "/contact",
    "/help",
    "/entity",
    "/registry",
    "/documents",
    "/sign-in",
    "/sign-out",
    "/auth/realms/dinamis/device",
    *OF_SIGN_IN,
    "/account",
    "/requests",
    "/password",
)
"""Pages, which know people by a cookie."""
QUERIES = {
    "/places": {"q": "x"},
    "/freetext": {"q": "x"},
    "/create_api_key": {"description": "x"},
    "/revoke_api_key": {"access_key": "x"},
    "/sign": {"url": f"{TEST_CLIENT_URL}/objects/pleiades/IMAGE/pan.tif"},
}
FIELDS = {"/operator/contact": {"message": 1}}
"""What forms of pages hold beside the token."""
BODIES: dict[str, Any] = {
    "/stac/search": {},
    "/stac/aggregate": {"aggregations": ["total_count"]},
    "/stac/collections/{collection_id}/aggregate": {"aggregations": ["total_count"]},
    "/api/me": {"town": "Montpellier"},
    "/api/projects": {"title": "Other", "end_date": "2099-12-31"},
    "/api/projects/{project_id}": {"title": "New"},
    "/api/projects/{project_id}/terms": {"granted_km2": {"SPOT": 7200}, "reason": "Agreed"},
    "/api/notifications/read": {"all": True},
    "/api/preferences": {},
    "/sign_urls": {"urls": [f"{TEST_CLIENT_URL}/objects/pleiades/IMAGE/pan.tif"]},
    "/sign_urls_put": {"urls": [f"{TEST_CLIENT_URL}/objects/pleiades/IMAGE/pan.tif"]},
}
TABLE = """
HEAD   /openapi.json                                                  200 200 200 200
GET    /openapi.json                                                  200 200 200 200
HEAD   /docs                                                          200 200 200 200
GET    /docs                                                          200 200 200 200
GET    /stac/                                                         200 200 200 200
GET    /stac/conformance                                              200 200 200 200
GET    /stac/collections/{collection_id}/items/{item_id}              200 200 200 200
POST   /stac/search                                                   200 200 200 200
GET    /stac/search                                                   200 200 200 200
GET    /stac/collections                                              200 200 200 200
GET    /stac/collections/{collection_id}                              200 200 200 200
GET    /stac/collections/{collection_id}/items                        200 200 200 200
GET    /stac/queryables                                               200 200 200 200
GET    /stac/collections/{collection_id}/queryables                   200 200 200 200
POST   /stac/collections/{collection_id}/items                        401 403 403 201
PUT    /stac/collections/{collection_id}/items/{item_id}              401 403 403 200
PATCH  /stac/collections/{collection_id}/items/{item_id}              401 403 403 200
DELETE /stac/collections/{collection_id}/items/{item_id}              401 403 403 204
GET    /stac/aggregations                                             200 200 200 200
POST   /stac/aggregations                                             200 200 200 200
GET    /stac/collections/{collection_id}/aggregations                 200 200 200 200
POST   /stac/collections/{collection_id}/aggregations                 200 200 200 200
GET    /stac/aggregate                                                200 200 200 200
POST   /stac/aggregate                                                200 200 200 200
GET    /stac/collections/{collection_id}/aggregate                    200 200 200 200
POST   /stac/collections/{collection_id}/aggregate                    200 200 200 200
GET    /stac/_mgmt/ping                                               200 200 200 200
GET    /stac/_mgmt/health                                             200 200 200 200
GET    /.well-known/dinamis                                           200 200 200 200
GET    /healthz                                                       200 200 200 200
GET    /places                                                        200 200 200 200
GET    /places/{kind}/{code}                                          404 404 404 404
GET    /freetext                                                      200 200 200 200
GET    /auth/realms/dinamis/.well-known/openid-configuration          200 200 200 200
POST   /auth/realms/dinamis/protocol/openid-connect/auth/device       200 200 200 200
POST   /auth/realms/dinamis/protocol/openid-connect/token             400 400 400 400
POST   /auth/realms/dinamis/protocol/openid-connect/revoke            200 200 200 200
GET    /auth/realms/dinamis/protocol/openid-connect/certs             200 200 200 200
GET    /auth/realms/dinamis/protocol/openid-connect/userinfo          401 200 200 200
POST   /auth/realms/dinamis/protocol/openid-connect/userinfo          401 200 200 200
GET    /api/me                                                        401 200 200 200
PATCH  /api/me                                                        401 200 200 200
GET    /create_api_key                                                401 200 200 200
GET    /list_api_keys_with_metadata                                   401 200 200 200
GET    /revoke_api_key                                                401 404 404 404
GET    /objects/{key:path}                                            403 403 403 403
HEAD   /objects/{key:path}                                            403 403 403 403
PUT    /objects/{key:path}                                            403 403 403 403
POST   /sign_urls                                                     401 200 200 200
POST   /sign_urls_put                                                 401 403 403 200
GET    /sign                                                          401 200 200 200
GET    /api/quotas/versions                                           401 200 200 200
GET    /api/quotas/versions/{year}/{version}                          401 200 200 200
POST   /api/quotas/versions                                           401 403 403 201
GET    /api/quotas                                                    401 200 200 200
GET    /api/calls                                                     200 200 200 200
GET    /api/projects                                                  401 200 200 200
GET    /api/projects/{project_id}                                     401 404 200 200
GET    /api/projects/{project_id}/history                             401 404 200 200
POST   /api/projects                                                  401 201 201 201
PATCH  /api/projects/{project_id}                                     401 404 200 403
POST   /api/projects/{project_id}/close                               401 404 200 200
POST   /api/projects/{project_id}/reopen                              401 404 200 200
PATCH  /api/projects/{project_id}/terms                               401 404 403 200
GET    /api/themes                                                    200 200 200 200
POST   /api/estimate                                                  401 422 200 422
GET    /stapi/                                                        200 200 200 200
GET    /stapi/conformance                                             200 200 200 200
GET    /stapi/products                                                200 200 200 200
GET    /stapi/products/{product_id}                                   200 200 200 200
GET    /stapi/products/{product_id}/conformance                       200 200 200 200
GET    /stapi/products/{product_id}/queryables                        200 200 200 200
GET    /stapi/products/{product_id}/order-parameters                  200 200 200 200
POST   /stapi/products/{product_id}/opportunities                     401 200 200 200
GET    /stapi/orders                                                  401 200 200 200
GET    /stapi/orders/{order_id}                                       401 404 200 200
GET    /stapi/orders/{order_id}/statuses                              401 404 200 200
POST   /stapi/products/{product_id}/orders                            401 422 201 422
POST   /stapi/orders/{order_id}/cancel                                401 404 200 200
POST   /stapi/orders/{order_id}/accept                                401 404 409 403
POST   /stapi/orders/{order_id}/decline                               401 404 409 403
GET    /api/orders/{order_id}/messages                                401 404 200 200
POST   /api/orders/{order_id}/messages                                401 404 201 201
GET    /api/orders/{order_id}/attachments/{attachment_id}             401 404 200 200
GET    /api/orders.csv                                                401 200 200 200
GET    /api/drafts                                                    401 200 200 200
POST   /api/drafts                                                    401 201 201 201
GET    /api/drafts/{draft_id}                                         401 404 200 404
PUT    /api/drafts/{draft_id}                                         401 404 200 404
DELETE /api/drafts/{draft_id}                                         401 404 204 404
POST   /api/orders/{order_id}/duplicate                               401 404 201 201
GET    /api/notifications                                             401 200 200 200
POST   /api/notifications/read                                        401 200 200 200
GET    /api/preferences                                               401 200 200 200
PUT    /api/preferences                                               401 200 200 200
GET    /api/searches                                                  401 200 200 200
POST   /api/searches                                                  401 201 201 201
GET    /api/searches/{search_id}                                      401 404 200 404
PUT    /api/searches/{search_id}                                      401 404 200 404
PATCH  /api/searches/{search_id}                                      401 404 200 404
DELETE /api/searches/{search_id}                                      401 404 204 404
GET    /                                                              200 200 200 200
GET    /static/{name}                                                 200 200 200 200
GET    /auth/realms/dinamis/device                                    200 200 200 200
POST   /auth/realms/dinamis/device                                    403 400 400 400
GET    /auth/realms/dinamis/protocol/openid-connect/auth              400 400 400 400
POST   /auth/realms/dinamis/protocol/openid-connect/auth              303 303 303 303
POST   /auth/realms/dinamis/consent                                   403 400 400 400
GET    /auth/realms/dinamis/protocol/openid-connect/logout            200 200 200 200
POST   /auth/realms/dinamis/protocol/openid-connect/logout            200 200 200 200
GET    /sign-in                                                       200 200 200 200
POST   /sign-in                                                       403 401 401 401
POST   /sign-out                                                      303 303 303 303
GET    /password                                                      200 200 200 200
POST   /password                                                      403 303 303 303
GET    /password/new                                                  404 404 404 404
POST   /password/new                                                  403 404 404 404
GET    /account                                                       303 200 200 200
POST   /account                                                       303 422 422 422
GET    /account/email                                                 303 404 404 404
POST   /account/email                                                 303 422 422 422
GET    /account/security                                              303 200 200 200
POST   /account/security/password                                     303 422 422 422
POST   /account/security/devices                                      303 404 404 404
POST   /account/security/keys                                         303 200 200 200
GET    /account/security/second-factor                                303 303 303 303
GET    /account/security/second-factor/qr.svg                         303 404 404 404
POST   /account/security/second-factor                                303 422 422 422
GET    /account/texts                                                 303 200 200 200
POST   /account/texts                                                 303 303 303 303
GET    /account/data                                                  303 200 200 200
POST   /account/data/export                                           303 200 200 200
POST   /account/data/delete                                           303 422 422 422
GET    /operator/                                                     303 403 403 200
GET    /operator/requests/{order_id}                                  303 403 403 200
POST   /operator/requests/{order_id}                                  303 403 403 422
GET    /operator/requests/{order_id}/delivery                         303 303 303 303
POST   /operator/requests/{order_id}/delivery                         303 403 403 412
POST   /operator/requests/{order_id}/delivery/again                   303 403 403 303
GET    /operator/requests/{order_id}/messages                         303 303 303 303
POST   /operator/requests/{order_id}/messages                         303 403 403 422
GET    /operator/requests/{order_id}/attachments/{attachment_id}      303 403 403 200
GET    /operator/projects                                             303 403 403 200
GET    /operator/projects/{project_id}                                303 403 403 200
POST   /operator/projects/{project_id}                                303 403 403 422
GET    /operator/tariffs                                              303 403 403 200
GET    /operator/tariffs/{year}/edit                                  303 403 403 200
POST   /operator/tariffs/{year}/edit                                  303 403 403 422
GET    /operator/tariffs/{year}/{version}                             303 403 403 200
GET    /operator/calls                                                303 403 403 200
GET    /operator/calls/{call_id}                                      303 403 403 200
POST   /operator/calls/{call_id}                                      303 403 403 422
GET    /operator/outbox                                               303 403 403 200
GET    /operator/outbox/{mail_id}                                     303 403 403 200
POST   /operator/outbox/{mail_id}                                     303 403 403 303
GET    /contact                                                       200 200 200 200
POST   /contact                                                       403 422 422 422
GET    /requests                                                      303 200 200 200
GET    /help                                                          200 200 200 200
GET    /operator/home                                                 303 403 403 200
POST   /operator/home                                                 303 403 403 303
GET    /operator/adhesions                                            303 403 403 200
GET    /operator/adhesions/{adhesion_id}                              303 403 403 200
GET    /operator/adhesions/{adhesion_id}/file                         303 403 403 404
POST   /operator/adhesions/{adhesion_id}                              303 403 403 422
GET    /operator/entities                                             303 403 403 200
GET    /operator/entities.csv                                         303 403 403 200
GET    /operator/entities/{entity_id}                                 303 403 403 200
POST   /operator/entities/{entity_id}                                 303 403 403 404
GET    /operator/entities/{entity_id}/merge                           303 403 403 200
POST   /operator/entities/{entity_id}/merge                           303 403 403 404
GET    /operator/super-entities                                       303 403 403 200
POST   /operator/super-entities                                       303 403 403 422
GET    /operator/super-entities/{super_id}                            303 403 403 200
POST   /operator/super-entities/{super_id}                            303 403 403 404
GET    /operator/accounts                                             303 403 403 200
GET    /operator/accounts/{account_id}                                303 403 403 200
POST   /operator/accounts/{account_id}                                303 403 403 404
GET    /operator/access                                               303 403 403 200
GET    /operator/texts                                                303 403 403 200
GET    /operator/texts/{code}                                         303 403 403 200
POST   /operator/texts/{code}                                         303 403 403 422
GET    /operator/texts/{code}/{version}                               303 403 403 200
GET    /operator/contact                                              303 403 403 200
POST   /operator/contact                                              303 403 403 303
GET    /operator/statistics                                           303 403 403 200
GET    /operator/statistics.csv                                       303 403 403 200
GET    /operator/statistics/{name}.svg                                303 403 403 200
GET    /registry                                                      200 200 200 200
GET    /registry/email                                                200 200 200 200
POST   /registry/email                                                403 422 422 422
GET    /registry/adhesion                                             410 410 410 410
POST   /registry/adhesion                                             410 410 410 410
GET    /registry/adhesion/file                                        410 410 410 410
POST   /registry/adhesion/file                                        410 410 410 410
GET    /registry/validation                                           410 410 410 410
POST   /registry/validation                                           410 410 410 410
GET    /registry/validation/file                                      410 410 410 410
GET    /registry/validated                                            200 200 200 200
GET    /registry/verify                                               200 200 200 200
POST   /registry/verify                                               403 422 422 422
GET    /documents                                                     200 200 200 200
GET    /documents/{code}.pdf                                          404 404 404 404
GET    /documents/{code}                                              404 404 404 404
GET    /operator                                                      303 303 303 303
GET    /operator/{rest:path}                                          303 403 403 404
GET    /entity/                                                       303 403 403 403
GET    /entity/requests                                               303 403 403 403
GET    /entity/help                                                   303 403 403 403
GET    /entity/accounts                                               303 403 403 403
GET    /entity/accounts/{account_id}                                  303 403 403 403
POST   /entity/accounts/{account_id}                                  303 403 403 403
GET    /entity/accounts/{account_id}/validate                         303 403 403 403
POST   /entity/accounts/{account_id}/validate                         303 403 403 403
GET    /entity/settings                                               303 403 403 403
GET    /entity/settings/referent                                      303 403 403 403
POST   /entity/settings/referent                                      303 403 403 403
GET    /entity/settings/referent/done                                 200 200 200 200
GET    /entity/settings/representative                                303 403 403 403
POST   /entity/settings/representative                                303 403 403 403
GET    /entity/statistics                                             303 403 403 403
GET    /entity/partnerships/{adhesion_id}                             303 403 403 403
GET    /entity/partnerships/{adhesion_id}/file                        303 403 403 403
POST   /entity/partnerships/{adhesion_id}                             303 403 403 403
GET    /entity/missions                                               303 403 403 403
GET    /entity/missions/{mission_id}                                  303 403 403 403
POST   /entity/missions/{mission_id}                                  303 403 403 403
GET    /entity                                                        303 303 303 303
GET    /entity/{rest:path}                                            303 403 403 403
GET    /registry/account/sent                                         200 200 200 200
GET    /registry/account                                              410 410 410 410
POST   /registry/account                                              410 410 410 410
"""
ROWS = [tuple(line.split()) for line in TABLE.strip().splitlines()]


def routes_of(routes: Sequence[Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    """Method and path of every route, those of included routers too."""
    for route in routes:
        if hasattr(route, "original_router"):
            inner = prefix + route.include_context.prefix
            yield from routes_of(route.original_router.routes, inner)
        else:
            yield from ((method, prefix + route.path) for method in route.methods)


class Stage:
    """A service with people of each role, who ask it what its routes take."""

    def __init__(self, context: Context, client: TestClient) -> None:
        self.context, self.client = context, client
        put_item(context, "IMAGE")
        self.people = {
            "member": Requester(client, sign_in(context, kind="PUB")),
            "owner": Requester(client, sign_in(context)),
        }
        operator = sign_in(context, "operator", "ETR")
        self.people["operator"] = Requester(client, operator)
        self.pages, self.tokens = {"anonymous": httpx.Cookies()}, {"anonymous": ""}
        for role, person in self.people.items():
            self.pages[role], self.tokens[role] = self._signed_in(person)
        self.owner = self.people["owner"]
        self._bodies = BODIES | self._made_bodies()

    def _signed_in(self, person: Requester) -> tuple[httpx.Cookies, str]:
        """Cookies of somebody who signed in to the pages, and the token of their forms."""
        self.client.cookies.clear()
        pages = Operator(self.client)
        pages.open("/sign-in")
        email = person.principal.email
        pages.send("/sign-in", login=email, password=PASSWORD)
        cookies, token = httpx.Cookies(self.client.cookies), pages.hidden("/sign-out")["form_token"]
        self.client.cookies.clear()
        return cookies, token

    def made(self, path: str) -> dict[str, Any]:
        """What the owner makes for one row: the values that its path names."""
        now = self.context.clock()
        values: dict[str, Any] = {
            "project_id": self.owner.project, "product_id": "pleiades-programming", "call_id": "permanent",
            "collection_id": "pleiades", "item_id": "OTHER", "key:path": "pleiades/IMAGE/pan.tif",
            "kind": "region", "code": "x", "name": "dinamis.css", "mail_id": 1, "rest:path": "x/y",
            "year": now.year, "version": 1, "account_id": "x", "adhesion_id": "x", "mission_id": "x",
        }  # fmt: skip
        if path.startswith("/operator/"):
            values |= self._made_of_registry(path)
        if "{order_id}" in path:
            values["order_id"] = self.owner.submit()["id"]
        if "{item_id}" in path:
            put_item(self.context, "OTHER")
        if "{attachment_id}" in path:
            thread = f"/api/orders/{values['order_id']}/messages"
            files = [("files", ("a.txt", b"plan", "text/plain"))]
            sent = self.client.post(thread, files=files, headers=self.owner.headers).json()
            values["attachment_id"] = sent["attachments"][0]["id"]
        if path == "/operator/contact":
            Contact(self.context).send(message_form(), None, "192.0.2.1", "en")
        if "{mail_id}" in path:
            self.owner.submit()  # operators are told by mail
        if "{draft_id}" in path:
            values["draft_id"] = self.owner.post("/api/drafts", draft_form()).json()["id"]
        if "{search_id}" in path:
            values["search_id"] = self.owner.post("/api/searches", search_form()).json()["id"]
        return values

    def _made_of_registry(self, path: str) -> dict[str, Any]:
        """What pages of the registry name."""
        operator = caller(self.people["operator"].principal)
        values = {
            "entity_id": self.owner.principal.entity_id, "account_id": self.owner.principal.sub,
            "code": "charter", "name": "members",
        }  # fmt: skip
        if "{adhesion_id}" in path:
            values["adhesion_id"] = adhesion(self.context, f"Commune {uuid.uuid4()}")
        if "{super_id}" in path:
            form = SuperForm(name=f"Région {uuid.uuid4()}")
            values["super_id"] = super_entities.create(
                self.context.database, operator, form, self.context.clock()
            )
        return values

    def ask(self, role: str, method: str, path: str, values: dict[str, Any]) -> int:
        """The status that a person gets."""
        address = path
        for name, value in values.items():
            address = address.replace(f"{{{name}}}", str(value))
        headers = {"If-Match": "*"}
        self.client.cookies = httpx.Cookies()
        if path.startswith(OF_BROWSERS):
            self.client.cookies = self.pages[role]
        elif role != "anonymous":
            headers |= self.people[role].headers
        sent = self.sent(method, path, self.tokens[role])
        answer = self.client.request(
            method, address, headers=headers, params=QUERIES.get(path), follow_redirects=False, **sent
        )
        if path == "/sign-out" and role in self.people:
            self.pages[role], self.tokens[role] = self._signed_in(self.people[role])
        return answer.status_code

    def sent(self, method: str, path: str, token: str) -> dict[str, Any]:
        """What a route takes beside its address."""
        if method not in {"POST", "PUT", "PATCH"}:
            return {}
        if path.endswith("/messages") and path.startswith("/api"):
            return {"data": {"text": "Hello"}}
        if path.startswith((*OF_BROWSERS, "/auth")):
            told = {"client_id": "dinamis-qgis", "token": "x", "form_token": token}
            return {"data": told | FIELDS.get(path, {})}
        return {"json": self._body(path)}

    def _body(self, path: str) -> Any:
        if path.startswith("/api/drafts"):
            return draft_form()
        if path.startswith("/api/searches"):
            return search_form()
        return self._bodies.get(path)

    def _made_bodies(self) -> dict[str, Any]:
        """Bodies that name what the owner has, or what the service holds."""
        now, asked = self.context.clock(), tasking(self.owner.project)
        with self.context.database.reading() as session:
            table = {"year": now.year, "content": stored_table(session, now).content, "reason": "Again"}
        estimate = {"product_id": "pleiades-programming", "project_id": self.owner.project}
        items = "/stac/collections/{collection_id}/items"
        return {
            "/api/quotas/versions": table,
            "/api/estimate": {**estimate, "geometry": asked["geometry"]},
            "/stapi/products/{product_id}/orders": asked,
            "/stapi/products/{product_id}/opportunities": asked,
            items: make_item(1),
            items + "/{item_id}": {**make_item(1), "id": "OTHER"},
        }


def draft_form() -> dict[str, Any]:
    return {"id": str(uuid.uuid4()), "content": {}}


def search_form() -> dict[str, Any]:
    document = {"type": "dinamis-search", "version": 1, "title": "x", "stac": {}}
    return {"name": str(uuid.uuid4()), "document": document}


@pytest.fixture(scope="module")
def stage(fresh_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """One service for all: each row has its own things."""
    folder = tmp_path_factory.mktemp("rights") / "data"
    shutil.copytree(fresh_data, folder)
    context = create_context(Settings(data_dir=folder))
    with TestClient(create_app(context), TEST_CLIENT_URL) as client:
        yield Stage(context, client)
    context.catalogue.close()
    context.database.close()


def test_every_route_is_in_the_table(stage: Stage) -> None:
    there = set(routes_of(create_app(stage.context).routes))
    written = {(row[0], row[1]) for row in ROWS}
    assert there - written == set(), "routes whose rights nobody has written down"
    assert written - there == set(), "routes that are no more"
    assert len(ROWS) == len(written)


@pytest.mark.parametrize("row", ROWS, ids=[f"{row[0]} {row[1]}" for row in ROWS])
def test_every_role_on_every_route(stage: Stage, row: tuple[str, ...]) -> None:
    method, path, *expected = row
    values = stage.made(path)
    told = {role: str(stage.ask(role, method, path, values)) for role in ASKING}
    assert told == dict(zip(ROLES, expected, strict=True))
