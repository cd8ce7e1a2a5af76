"""Messages about requests and their files: read by who may, of the type they say, sent once."""

from __future__ import annotations

import io
import json
import os
import sqlite3
import zipfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
import rasterio
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st
from postgres import server
from requesters import Requester, refused
from running import LiveService, SignedIn

from dinamis_service.context import Context
from dinamis_service.requests.attachment_kinds import KINDS, NAME_MAX, kind_of, safe_name
from dinamis_service.requests.attachments import MAX_BYTES
from dinamis_service.requests.tables import Project
from dinamis_service.settings import Settings


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.long)])
def settings(request: pytest.FixtureRequest, tmp_path: Path) -> Settings:
    if request.param == "sqlite":
        return Settings(data_dir=tmp_path / "data")
    address = server().new_database().replace("postgresql:", "postgresql+psycopg:")
    return Settings(data_dir=tmp_path / "data", database_url=address)


@pytest.fixture
def requester(client: TestClient, signed_in: Callable[..., SignedIn]) -> Requester:
    return Requester(client, signed_in())


@pytest.fixture
def operator(client: TestClient, signed_in: Callable[..., SignedIn]) -> Requester:
    return Requester(client, signed_in("operator"))


@pytest.fixture
def order_id(requester: Requester) -> str:
    return str(requester.submit()["id"])


def write(
    person: Requester, order_id: str, text: str = "", files: dict[str, bytes] | None = None, key: str = ""
) -> httpx.Response:
    headers = person.headers | ({"Idempotency-Key": key} if key else {})
    sent = [("files", (name, content, "application/octet-stream")) for name, content in (files or {}).items()]
    path = f"/api/orders/{order_id}/messages"
    return person.client.post(path, data={"text": text}, files=sent or None, headers=headers)


def thread(person: Requester, order_id: str) -> list[dict[str, Any]]:
    answer = person.get(f"/api/orders/{order_id}/messages")
    assert answer.status_code == 200, answer.text
    return list(answer.json()["messages"])


def unread(person: Requester, order_id: str) -> int:
    one = person.get(f"/stapi/orders/{order_id}").json()["properties"]["dinamis:unread_messages"]
    listed = {
        order["id"]: order["properties"]["dinamis:unread_messages"]
        for order in person.get("/stapi/orders").json()["features"]
    }
    assert listed[order_id] == one
    return int(one)


def archived(**parts: str) -> bytes:
    """A zip; the names of its parts have - for / and _ for a dot."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name.replace("-", "/").replace("_", "."), content)
    return file.getvalue()


def office(*names: str) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name in ("[Content_Types].xml", *names):
            archive.writestr(name, "<xml/>")
    return file.getvalue()


def picture(folder: Path, driver: str) -> bytes:
    path = folder / f"picture.{driver}"
    with rasterio.open(path, "w", driver=driver, width=8, height=8, count=3, dtype="uint8") as target:
        target.write(np.zeros((3, 8, 8), dtype=np.uint8))
    return path.read_bytes()


def geopackage(folder: Path) -> bytes:
    path = folder / "zone.sqlite"
    with sqlite3.connect(path) as database:
        database.execute("PRAGMA application_id = 1196444487")
        database.execute("CREATE TABLE gpkg_contents (table_name TEXT)")
    database.close()
    return path.read_bytes()


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """A true file of each type."""
    folder = tmp_path_factory.mktemp("samples")
    opened = "application/vnd.oasis.opendocument"
    jpeg = picture(folder, "JPEG")
    return {
        ".pdf": b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n",
        ".png": picture(folder, "PNG"),
        ".jpg": jpeg,
        ".jpeg": jpeg,
        ".txt": "Été à l'étang.\n".encode(),
        ".csv": "zone;km²\nThau;75\n".encode("cp1252"),
        ".docx": office("word/document.xml"),
        ".xlsx": office("xl/workbook.xml"),
        ".odt": archived(mimetype=f"{opened}.text", content_xml="<x/>"),
        ".ods": archived(mimetype=f"{opened}.spreadsheet", content_xml="<x/>"),
        ".zip": archived(readme_txt="hello"),
        ".geojson": json.dumps({"type": "FeatureCollection", "features": []}).encode(),
        ".gpkg": geopackage(folder),
        ".kml": b'<?xml version="1.0"?><kml xmlns="http://www.opengis.net/kml/2.2"><Document/></kml>',
    }


def test_both_sides_write_and_read(requester: Requester, operator: Requester, order_id: str) -> None:
    answer = write(requester, order_id, "Bonjour,\r\nest-ce possible ?  ")
    assert answer.status_code == 201, answer.text
    mine = answer.json()
    assert (mine["side"], mine["own"], mine["text"]) == ("requester", True, "Bonjour,\nest-ce possible ?")
    assert mine["author"] == requester.principal.name
    assert (unread(requester, order_id), unread(operator, order_id)) == (0, 1)
    (seen,) = thread(operator, order_id)
    assert seen == {**mine, "own": False}
    assert unread(operator, order_id) == 0
    write(operator, order_id, "Oui.")
    write(operator, order_id, "Demain.")
    assert (unread(requester, order_id), unread(operator, order_id)) == (2, 0)
    told = thread(requester, order_id)
    assert [(one["side"], one["text"]) for one in told] == [
        ("requester", mine["text"]),
        ("operator", "Oui."),
        ("operator", "Demain."),
    ]
    assert unread(requester, order_id) == 0


def test_a_message_is_news_for_who_lists_requests(
    requester: Requester, operator: Requester, order_id: str
) -> None:
    def ask(tag: str = "") -> httpx.Response:
        return requester.client.get("/stapi/orders", headers=requester.headers | {"If-None-Match": tag})

    tag = ask().headers["etag"]
    write(operator, order_id, "Hello")
    told = ask(tag)
    assert told.status_code == 200
    tag = told.headers["etag"]
    assert ask(tag).status_code == 304
    thread(requester, order_id)
    assert ask(tag).status_code == 200, "read, it is not new any more"


def test_a_message_sent_again_is_one(requester: Requester, order_id: str, samples: dict[str, bytes]) -> None:
    file = {"plan.pdf": samples[".pdf"]}
    first, second = (write(requester, order_id, "See", file, "key") for _ in range(2))
    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json() == second.json()
    refused(write(requester, order_id, "Other", file, "key"), 409, "conflict")
    refused(write(requester, order_id, "See", key="key"), 409, "conflict")
    other = requester.submit()["id"]
    refused(write(requester, other, "See", file, "key"), 409, "conflict")
    assert len(thread(requester, order_id)) == 1


def test_every_type_is_taken_and_given_back(
    requester: Requester, operator: Requester, order_id: str, samples: dict[str, bytes]
) -> None:
    assert set(samples) == set(KINDS)
    for suffix, content in samples.items():
        answer = write(requester, order_id, files={f"zone d'étude{suffix}": content})
        assert answer.status_code == 201, (suffix, answer.text)
        (file,) = answer.json()["attachments"]
        assert (file["name"], file["size"]) == (f"zone d'étude{suffix}", len(content))
        assert file["media_type"] == KINDS[suffix].media_type
        for person in (requester, operator):
            got = person.get(file["href"].removeprefix("http://testserver"))
            assert got.content == content
            assert got.headers["content-type"].startswith(file["media_type"])
            assert got.headers["content-disposition"].startswith("attachment;")
            assert got.headers["x-content-type-options"] == "nosniff"


def test_no_type_passes_for_another(samples: dict[str, bytes]) -> None:
    alike = {(".jpg", ".jpeg"), (".txt", ".csv")}  # told apart by their names only
    zips = {".docx", ".xlsx", ".odt", ".ods"}
    text = {".geojson", ".kml", ".pdf"}
    for suffix, content in samples.items():
        for other in KINDS:
            kind = kind_of(f"x{other}")
            assert kind is not None
            expected = (
                suffix == other
                or (suffix, other) in alike
                or (other, suffix) in alike
                or (suffix in zips and other == ".zip")
                or (suffix in text and other in {".txt", ".csv"})
            )
            assert kind.is_one(io.BytesIO(content)) == expected, (suffix, other)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("tool.exe", b"MZ\x90\x00"),
        ("page.html", b"<html></html>"),
        ("noname", b"x"),
        ("plan.pdf", b"MZ\x90\x00" + bytes(200)),
        ("photo.png", b"<svg onload='alert(1)'/>"),
        ("notes.txt", b"MZ\x90\x00\x03"),
        ("zone.kml", b'<!DOCTYPE kml [<!ENTITY a "b">]><kml>&a;</kml>'),
        ("zone.kml", b"<kml>"),
        ("zone.geojson", b'{"type": "Feature"'),
        ("zone.geojson", b"[" * 100_000),
        ("zone.geojson", b'{"type": "Nothing"}'),
        ("zone.gpkg", b"SQLite format 3\x00" + bytes(100)),
        ("letter.docx", b"PK\x03\x04" + bytes(100)),
        ("empty.pdf", b""),
    ],
)
def test_files_that_cannot_be_attached(
    requester: Requester, order_id: str, context: Context, name: str, content: bytes
) -> None:
    refused(write(requester, order_id, "Here", {name: content}), 422, "invalid", "files")
    assert thread(requester, order_id) == []
    assert not list(context.settings.attachments_dir.rglob("*"))


def test_attachments_have_bounds(requester: Requester, order_id: str) -> None:
    text = b"x" * MAX_BYTES
    assert write(requester, order_id, files={"full.txt": text}).status_code == 201
    detail = refused(write(requester, order_id, files={"over.txt": text + b"x"}), 413, "too-large", "files")
    assert "over.txt" in detail
    refused(write(requester, order_id, files={"large.pdf": bytes(30 * 1024**2)}), 413, "too-large", "files")
    many = {f"{number}.txt": b"x" for number in range(6)}
    refused(write(requester, order_id, files=many), 422, "invalid", "files")
    refused(write(requester, order_id, "x" * 10_001), 422, "invalid", "text")
    refused(write(requester, order_id, "a\0b"), 422, "invalid", "text")
    refused(write(requester, order_id, " \n "), 422, "invalid", "text")
    assert write(requester, order_id, "x" * 10_000).status_code == 201
    assert len(thread(requester, order_id)) == 2


def test_only_who_signed_in_may_send_that_much(requester: Requester, order_id: str) -> None:
    large = [("files", ("a.txt", b"x" * 21 * 1024 * 1024, "text/plain"))]
    path = f"/api/orders/{order_id}/messages"
    refused(requester.client.post(path, files=large), 413, "too-large")


def test_files_are_kept_once_and_privately(
    requester: Requester, order_id: str, context: Context, samples: dict[str, bytes]
) -> None:
    file = {"plan.pdf": samples[".pdf"]}
    ids = [write(requester, order_id, files=file).json()["attachments"][0]["id"] for _ in range(2)]
    folder = context.settings.attachments_dir
    (kept,) = [path for path in folder.rglob("*") if path.is_file()]
    assert kept.read_bytes() == samples[".pdf"]
    assert folder.stat().st_mode & 0o077 == 0
    assert not kept.is_relative_to(context.settings.objects_root)
    assert len(set(ids)) == 2
    other = requester.submit()["id"]
    refused(requester.get(f"/api/orders/{other}/attachments/{ids[0]}"), 404, "not-found")


def test_rights_on_threads(
    requester: Requester,
    operator: Requester,
    order_id: str,
    context: Context,
    signed_in: Callable[..., SignedIn],
) -> None:
    sent = write(requester, order_id, "See", {"a.txt": b"plan"}).json()
    file = f"/api/orders/{order_id}/attachments/{sent['attachments'][0]['id']}"
    owner, other = (Requester(requester.client, signed_in()) for _ in range(2))
    with context.database.session() as session:
        session.get_one(Project, requester.project).owner_sub = owner.principal.sub
    for reader in (requester, operator, owner):
        assert len(thread(reader, order_id)) == 1
        assert reader.get(file).status_code == 200
    assert unread(owner, order_id) == 0
    refused(write(owner, order_id, "Me too"), 403, "forbidden")
    for path in (f"/api/orders/{order_id}/messages", file):
        refused(other.get(path), 404, "not-found")
        refused(requester.client.get(path), 401, "not-signed-in")
    refused(write(other, order_id, "Me"), 404, "not-found")
    refused(requester.client.post(f"/api/orders/{order_id}/messages"), 401, "not-signed-in")
    links = {
        link["rel"]: link.get("method") for link in owner.get(f"/stapi/orders/{order_id}").json()["links"]
    }
    assert (links["messages"], links["duplicate"]) == ("GET", "POST")


def test_calls_at_once_send_one_message(live_service: LiveService) -> None:
    with httpx.Client(base_url=live_service.url, timeout=60) as client:
        requester = Requester(client, live_service.sign_in())
        order_id = requester.submit()["id"]
        with ThreadPoolExecutor(6) as pool:
            answers = list(
                pool.map(
                    lambda _: write(requester, order_id, "x", {"a.txt": b"y"}, "k").status_code, range(6)
                )
            )
        assert sorted(answers) == [200] * 5 + [201]
        assert len(thread(requester, order_id)) == 1


@given(st.text(max_size=400))
def test_names_of_files_lead_nowhere(name: str) -> None:
    kept = safe_name(name)
    assert len(kept) <= NAME_MAX
    assert not set(kept) & set("/\\\0\n\r\t\u202e")
    assert kept == os.path.basename(kept)
    assert kept not in {".", ".."}
    assert safe_name(kept) == kept
