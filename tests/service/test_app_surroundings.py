"""What surrounds every request: errors, sizes, headers, compression, logs, discovery."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from fastapi import FastAPI, Request
from fastapi.testclient import TestClient
from pydantic import BaseModel
from running import LiveService, SignedIn
from stored import put_item

from dinamis_service.app import create_app, create_context
from dinamis_service.context import Context
from dinamis_service.settings import Settings

BASE = "http://testserver"


def test_discovery_gives_addresses_as_the_client_reaches_them(client: TestClient) -> None:
    found = client.get("/.well-known/dinamis", headers={"Host": "192.0.2.7:8000"}).json()
    assert found["service"] == "dinamis"
    assert found["demo"] is False
    assert found["issuer"] == "http://192.0.2.7:8000/auth/realms/dinamis"
    assert found["objects"] == "http://192.0.2.7:8000/objects"
    assert set(found) == {
        "service", "version", "title", "demo", "issuer", "client_id",
        "stac", "stapi", "api", "signing", "objects", "registry",
    }  # fmt: skip
    assert found["registry"] == "http://192.0.2.7:8000/registry"
    for part in ("stac", "stapi", "registry"):
        assert client.get(found[part].replace("192.0.2.7:8000", "testserver")).status_code == 200
    document = client.get("/auth/realms/dinamis/.well-known/openid-configuration").json()
    assert document["issuer"] == f"{BASE}/auth/realms/dinamis"


def test_health(client: TestClient) -> None:
    assert client.get("/healthz").json() == {"status": "ok"}


def test_health_names_what_fails(client: TestClient, context: Context) -> None:
    context.settings.objects_root.rmdir()
    answer = client.get("/healthz")
    assert answer.status_code == 503
    assert "objects" in answer.json()["detail"]
    assert "state" not in answer.json()["detail"]
    assert int(answer.headers["Retry-After"]) > 0


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/no/such/page", 404, "not-found"),
        ("DELETE", "/healthz", 405, "method-not-allowed"),
        ("GET", "/api/me", 401, "not-signed-in"),
        ("GET", "/sign", 422, "invalid"),
        ("GET", "/objects/x", 403, "forbidden"),
    ],
)
def test_every_refusal_is_a_problem_document(
    client: TestClient, method: str, path: str, status: int, code: str
) -> None:
    answer = client.request(method, path)
    assert answer.headers["Content-Type"] == "application/problem+json"
    body = answer.json()
    assert (answer.status_code, body["status"], body["code"]) == (status, status, code)
    assert body["type"] == f"urn:dinamis:problem:{code}"
    assert body["title"]
    assert body["detail"]


@pytest.mark.parametrize(
    ("body", "field", "french", "english"),
    [
        ("{}", "urls", "valeur manquante", "value missing"),
        ('{"urls": []}', "urls", "au moins 1 élément(s)", "at least 1 item(s)"),
        ('{"urls": 3}', "urls", "il faut une liste", "a list is expected"),
        ('{"urls": [3]}', "urls.0", "il faut un texte", "a text is expected"),
        ('{"urls": ["a"], "duration_seconds": 0}', "duration_seconds", "au moins 1", "at least 1"),
        (
            '{"urls": ["a"], "duration_seconds": "x"}',
            "duration_seconds",
            "il faut un nombre entier",
            "a whole number is expected",
        ),
        ("{", "", "ce n'est pas du JSON", "this is not JSON"),
        ("[]", "", "il faut un objet", "an object is expected"),
    ],
)
def test_what_is_wrong_with_a_form_is_said_in_both_languages(
    client: TestClient, body: str, field: str, french: str, english: str
) -> None:
    for language, sentence in (("fr", french), ("en", english)):
        headers = {"Content-Type": "application/json", "Accept-Language": language}
        answer = client.post("/sign_urls", content=body, headers=headers)
        assert answer.status_code == 422
        assert answer.json()["errors"] == [{"field": field, "message": sentence}]


def test_the_framework_speaks_both_languages_too(client: TestClient) -> None:
    assert client.get("/no/such/page").json()["detail"] == "Cette adresse n'existe pas."
    english = client.get("/no/such/page", headers={"Accept-Language": "en"}).json()
    assert english["detail"] == "There is nothing at this address."


class Echo(BaseModel):
    """Body of the route that the tests add."""

    word: str


@pytest.fixture
def odd_client(context: Context) -> Iterator[TestClient]:
    """The service with routes that fail, read bodies and answer at length."""
    app = create_app(context)

    @app.get("/fails")
    def fails() -> None:
        raise RuntimeError("a secret of the inside")

    @app.post("/reads")
    def reads(body: Echo) -> dict[str, int]:
        return {"length": len(body.word)}

    @app.post("/streams")
    async def streams(request: Request) -> dict[str, int]:
        return {"length": sum([len(chunk) async for chunk in request.stream()])}

    @app.get("/long")
    def long() -> list[int]:
        return list(range(10_000))

    with TestClient(app, BASE, raise_server_exceptions=False) as client:
        yield client


def test_an_unforeseen_error_says_nothing_of_the_inside(
    odd_client: TestClient, caplog: pytest.LogCaptureFixture
) -> None:
    answer = odd_client.get("/fails")
    assert answer.status_code == 500
    assert answer.json()["code"] == "internal"
    assert "secret" not in answer.text
    assert "a secret of the inside" in caplog.text  # the operator reads it in the log


class TestBodySize:
    """A service that takes bodies of a thousand bytes."""

    @pytest.fixture
    def settings(self, settings: Settings) -> Settings:
        return settings.model_copy(update={"body_max_bytes": 1000, "object_max_bytes": 2000})

    @staticmethod
    def chunks(size: int) -> Iterator[bytes]:
        """A body whose size is not announced."""
        yield b'{"word": "'
        for _ in range(size):
            yield b"x"
        yield b'"}'

    def test_a_small_body_passes(self, odd_client: TestClient) -> None:
        assert odd_client.post("/reads", json={"word": "x" * 900}).json() == {"length": 900}
        assert odd_client.post("/streams", content=self.chunks(900)).json() == {"length": 912}

    @pytest.mark.parametrize("path", ["/reads", "/streams"])
    def test_a_large_body_is_refused_announced_or_not(self, odd_client: TestClient, path: str) -> None:
        headers = {"Content-Type": "application/json"}
        for content in (b"x" * 1001, self.chunks(1001)):
            answer = odd_client.post(path, content=content, headers=headers)
            assert (answer.status_code, answer.json()["code"]) == (413, "too-large")
            assert "1000" in answer.json()["detail"]

    def test_an_upload_has_its_own_limit_and_leaves_nothing_when_too_large(
        self, odd_client: TestClient, context: Context
    ) -> None:
        url = f"{BASE}/objects/new.tif"
        signed = context.objects.presign(url, "PUT", context.clock(), 60)
        assert odd_client.put(signed, content=b"x" * 2000).status_code == 200
        assert odd_client.put(signed, content=b"y" * 2001).status_code == 413
        assert odd_client.put(signed, content=self.chunks(2000)).status_code == 413
        assert context.objects.size("new.tif") == 2000
        assert [path.name for path in context.settings.objects_root.iterdir()] == ["new.tif"]


def test_security_headers_are_everywhere_also_on_errors(odd_client: TestClient) -> None:
    for path in ("/healthz", "/no/such/page", "/auth/realms/dinamis/device", "/objects/x"):
        headers = odd_client.get(path).headers
        assert headers["X-Content-Type-Options"] == "nosniff", path
        assert headers["X-Frame-Options"] == "DENY", path
        assert headers["Referrer-Policy"] == "no-referrer", path
        assert "default-src" in headers["Content-Security-Policy"], path


def test_long_json_is_compressed_for_those_who_take_it(odd_client: TestClient) -> None:
    assert odd_client.get("/long", headers={"Accept-Encoding": "gzip"}).headers["Content-Encoding"] == "gzip"
    assert "Content-Encoding" not in odd_client.get("/long", headers={"Accept-Encoding": "identity"}).headers


def test_logs_hold_no_signature_token_code_or_key(
    live_service: LiveService, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    for name in ("httpx", "httpcore"):  # the client of this test, in the same process
        logging.getLogger(name).setLevel(logging.CRITICAL)
    put_item(live_service.context, "DS_1")
    member = live_service.sign_in()
    pan = f"{live_service.url}/objects/pleiades/DS_1/pan.tif"
    secrets = [member.headers["Authorization"].removeprefix("Bearer ")]
    with httpx.Client(timeout=10) as http:
        signed = http.post(
            f"{live_service.url}/sign_urls", json={"urls": [pan]}, headers=member.headers
        ).json()["hrefs"][pan]
        secrets.append(signed.rpartition("=")[2])
        http.get(signed).raise_for_status()
        http.get(signed + "0", headers=member.headers)
        http.get(f"{live_service.url}/no/such", params={"token": secrets[0]})
        key = http.get(f"{live_service.url}/create_api_key?description=tests", headers=member.headers).json()
        secrets.append(key["secret-key"])
        http.post(f"{live_service.url}/sign_urls", json={"urls": [signed]}, headers=key).raise_for_status()
        http.get(f"{live_service.url}/auth/realms/dinamis/device", params={"user_code": "ABCD-EFGH"})
        secrets.append("ABCD-EFGH")
    live_service.stop()  # the last line is written after its answer was sent
    lines = [record.getMessage() for record in caplog.records if record.name == "dinamis.access"]
    assert len(lines) == 7
    assert lines[1].startswith("GET /objects/pleiades/DS_1/pan.tif 200 ")
    for secret in secrets:
        assert len(secret) > 8
        assert secret not in caplog.text


def test_a_log_line_cannot_be_forged(client: TestClient, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "dinamis.access")
    client.get("/x%0AGET /healthz 200 0 ms")
    (line,) = [record.getMessage() for record in caplog.records if record.name == "dinamis.access"]
    assert line.startswith("GET /x%0AGET%20/healthz%20200%200%20ms 404 ")


class TestOpenApi:
    """The OpenAPI document."""

    @pytest.fixture
    def document(self, client: TestClient) -> Any:
        return client.get("/openapi.json").json()

    def test_the_token_address_is_where_published_clients_look(self, document: Any) -> None:
        flows = document["components"]["securitySchemes"]["OAuth2PasswordBearer"]["flows"]
        assert flows["password"]["tokenUrl"] == f"{BASE}/auth/realms/dinamis/protocol/openid-connect/token"
        assert document["servers"] == [{"url": BASE}]

    def test_the_addresses_are_those_of_the_caller(self, client: TestClient, document: Any) -> None:
        other = client.get("/openapi.json", headers={"Host": "192.0.2.7"}).json()
        assert other["servers"] == [{"url": "http://192.0.2.7"}]
        assert other["paths"] == document["paths"]

    def test_protected_routes_are_marked_and_only_they(
        self, document: Any, client: TestClient, signed_in: Callable[..., SignedIn]
    ) -> None:
        """Each GET without parameters is asked: 401 exactly where the document says so."""
        asked = 0
        for path, operations in document["paths"].items():
            if "get" not in operations or "{" in path:
                continue
            operation = operations["get"]
            if any(parameter.get("required") for parameter in operation.get("parameters", [])):
                continue
            ways = operation.get("security", [])
            marked = bool(ways) and {} not in ways
            assert (client.get(path).status_code == 401) == marked, path
            asked += 1
        assert asked >= 10

    @pytest.mark.parametrize("known", [False, True], ids=["nobody", "member"])
    def test_what_a_route_answers_is_told(
        self, document: Any, client: TestClient, signed_in: Callable[..., SignedIn], known: bool
    ) -> None:
        """Every operation is asked with nothing right about it: its answer is among those of the document."""
        headers = signed_in().headers if known else {}
        odd = {"params": {"limit": "many", "bbox": "x"}, "headers": headers}
        refused = 0
        for path, operations in document["paths"].items():
            for method, operation in operations.items():
                body = {"json": [1]} if "requestBody" in operation else {}
                answer = client.request(method, re.sub(r"{\w+}", "nothing", path), **odd, **body)
                where = f"{method} {path} {answer.status_code}"
                told = operation["responses"].get(str(answer.status_code))
                assert told is not None, where
                if method != "head":
                    assert answer.headers["Content-Type"].split(";")[0] in told["content"], where
                refused += answer.status_code >= 400
        assert refused >= 30

    def test_every_reference_leads_somewhere(self, document: Any) -> None:
        names = set(re.findall(r'"#/components/schemas/([^"]+)"', json.dumps(document)))
        assert names <= document["components"]["schemas"].keys()
        assert {"Problem", "FieldProblem"} <= names

    def test_an_api_key_is_two_headers_together(self, document: Any) -> None:
        ways = document["paths"]["/sign_urls_put"]["post"]["security"]
        assert {"AccessKey": [], "SecretKey": []} in ways
        assert {"OAuth2PasswordBearer": []} in ways
        assert {} in document["paths"]["/sign_urls"]["post"]["security"]

    def test_the_page_lists_the_routes(self, client: TestClient) -> None:
        page = client.get("/docs")
        assert page.headers["Content-Type"].startswith("text/html")
        assert "/sign_urls" in page.text
        assert "<script" not in page.text


def test_the_application_is_made_without_touching_the_network_or_importing_state(settings: Settings) -> None:
    """Two services live side by side in one process: nothing is global."""
    first = create_context(settings)
    second = create_context(settings.model_copy(update={"data_dir": settings.data_dir / "second"}))
    apps: list[FastAPI] = [create_app(first), create_app(second)]
    for app in apps:
        with TestClient(app, BASE) as client:
            assert client.get("/healthz").status_code == 200
