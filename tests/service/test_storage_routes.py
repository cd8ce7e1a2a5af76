"""The range server, asked as GDAL, browsers and curious people ask it."""

from __future__ import annotations

import os
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import httpx
import pytest
from fastapi.testclient import TestClient
from stored import CONTENT, put, put_item

from dinamis_service.app import create_app
from dinamis_service.context import Context

BASE = "http://testserver"
KEY = "pleiades/DS_PHR1A/pan.tif"
URL = f"{BASE}/objects/{KEY}"


def sign(context: Context, url: str = URL, method: str = "GET", duration_s: int = 3600) -> str:
    return context.objects.presign(url, method, context.clock(), duration_s)


@pytest.fixture
def signed(context: Context) -> str:
    put(context, KEY)
    return sign(context)


def test_a_signed_object_is_sent_whole(client: TestClient, signed: str) -> None:
    answer = client.get(signed)
    assert answer.status_code == 200
    assert answer.content == CONTENT
    assert answer.headers["Content-Type"] == "image/tiff"
    assert answer.headers["Accept-Ranges"] == "bytes"
    assert answer.headers["Cache-Control"] == "private"
    assert "Content-Encoding" not in answer.headers


@pytest.mark.parametrize(
    ("wanted", "start", "stop"),
    [
        ("bytes=0-16383", 0, 16384),
        ("bytes=1000-", 1000, len(CONTENT)),
        ("bytes=-10", len(CONTENT) - 10, len(CONTENT)),
    ],
)
def test_one_range(client: TestClient, signed: str, wanted: str, start: int, stop: int) -> None:
    answer = client.get(signed, headers={"Range": wanted, "Accept-Encoding": "gzip"})
    assert answer.status_code == 206
    assert answer.content == CONTENT[start:stop]
    assert answer.headers["Content-Range"] == f"bytes {start}-{stop - 1}/{len(CONTENT)}"
    assert answer.headers["Content-Length"] == str(stop - start)


def test_several_ranges_come_as_parts(client: TestClient, signed: str) -> None:
    answer = client.get(signed, headers={"Range": "bytes=0-9,500000-500019"})
    assert answer.status_code == 206
    assert answer.headers["Content-Type"].startswith("multipart/byteranges; boundary=")
    assert int(answer.headers["Content-Length"]) == len(answer.content)
    boundary = answer.headers["Content-Type"].partition("boundary=")[2].encode()
    parts = answer.content.split(b"--" + boundary)
    assert CONTENT[:10] in parts[1]
    assert b"Content-Range: bytes 500000-500019/1048576" in parts[2]
    assert CONTENT[500000:500020] in parts[2]


def test_a_range_after_the_end_says_the_size(client: TestClient, signed: str) -> None:
    answer = client.get(signed, headers={"Range": "bytes=9999999-"})
    assert answer.status_code == 416
    assert answer.headers["Content-Range"] == f"bytes */{len(CONTENT)}"
    assert answer.headers["Content-Type"] == "application/problem+json"


def test_head_tells_what_get_would(client: TestClient, signed: str) -> None:
    whole = client.head(signed)
    assert (whole.status_code, whole.content, whole.headers["Content-Length"]) == (
        200,
        b"",
        str(len(CONTENT)),
    )
    part = client.head(signed, headers={"Range": "bytes=0-9"})
    assert (part.status_code, part.content, part.headers["Content-Length"]) == (206, b"", "10")


def age(context: Context, seconds: float) -> None:
    """Put the last change of the object back."""
    path = context.objects.path(KEY)
    assert path is not None
    changed = time.time() - seconds
    os.utime(path, (changed, changed))


def test_a_version_can_be_named(client: TestClient, context: Context, signed: str) -> None:
    age(context, 60)
    first = client.get(signed)
    etag, modified = first.headers["ETag"], first.headers["Last-Modified"]
    for version in (etag, modified):
        assert client.get(signed, headers={"Range": "bytes=0-9", "If-Range": version}).status_code == 206
    known: list[dict[str, str]] = [
        {"If-None-Match": etag},
        {"If-None-Match": "*"},
        {"If-None-Match": f'"x", W/{etag}'},
        {"If-Modified-Since": modified},
    ]
    for condition in known:
        answer = client.get(signed, headers=condition)
        assert (answer.status_code, answer.content, answer.headers["ETag"]) == (304, b"", etag)
        assert client.head(signed, headers=condition).status_code == 304
    for condition in ({"If-Match": etag}, {"If-Match": "*"}, {"If-Unmodified-Since": modified}):
        assert client.get(signed, headers=condition).status_code == 200
    put(context, KEY, CONTENT[::-1])
    age(context, 30)
    for version in (etag, modified, f"W/{etag}"):
        changed = client.get(signed, headers={"Range": "bytes=0-9", "If-Range": version})
        assert (changed.status_code, len(changed.content)) == (200, len(CONTENT))
    assert client.get(signed, headers={"If-None-Match": etag}).status_code == 200
    for condition in ({"If-Match": f"{etag}, W/{etag}"}, {"If-Unmodified-Since": modified}):
        answer = client.get(signed, headers=condition | {"Range": "bytes=0-9"})
        assert (answer.status_code, answer.json()["code"]) == (412, "changed-meanwhile")


def test_tags_of_several_headers_are_one_list(client: TestClient, signed: str) -> None:
    etag = client.get(signed).headers["ETag"]
    headers = [("If-None-Match", '"x"'), ("If-None-Match", etag)]
    assert client.get(signed, headers=headers).status_code == 304


def test_the_date_of_a_change_is_told_and_taken_once_its_second_is_over(
    client: TestClient, context: Context, signed: str
) -> None:
    age(context, -5)  # a clock that is ahead
    assert "Last-Modified" not in client.get(signed).headers
    path = context.objects.path(KEY)
    assert path is not None
    date = format_datetime(datetime.fromtimestamp(int(path.stat().st_mtime), UTC), usegmt=True)
    assert client.get(signed, headers={"Range": "bytes=0-9", "If-Range": date}).status_code == 200


def test_an_upload_may_be_meant_for_one_version_or_for_none(client: TestClient, context: Context) -> None:
    upload, signed = sign(context, method="PUT"), sign(context)

    def send(content: bytes, **condition: str) -> int:
        headers = {name.replace("_", "-"): value for name, value in condition.items()}
        return client.put(upload, content=content, headers=headers).status_code

    assert send(b"a", If_Match="*") == 412
    assert client.get(signed).status_code == 404
    assert send(b"first", If_None_Match="*") == 200
    assert send(b"second", If_None_Match="*") == 412
    first = client.get(signed)
    assert first.content == b"first"
    assert send(b"second", If_Match='"x"') == 412
    assert send(b"second", If_Match=first.headers["ETag"]) == 200
    assert send(b"third", If_Match=first.headers["ETag"]) == 412
    assert send(b"third", If_Unmodified_Since="Sun, 06 Nov 1994 08:49:37 GMT") == 412
    assert client.get(signed).content == b"second"


def test_an_object_larger_than_one_read_is_streamed_whole_and_in_ranges(
    client: TestClient, context: Context
) -> None:
    content = os.urandom(5 * 1024 * 1024 + 7)
    put(context, KEY, content)
    signed = sign(context)
    assert client.get(signed).content == content
    answer = client.get(signed, headers={"Range": "bytes=1-3000000,4000000-4000009"})
    assert content[1:3000001] in answer.content
    assert content[4000000:4000010] in answer.content
    assert int(answer.headers["Content-Length"]) == len(answer.content)


def test_no_signature_no_object(client: TestClient, signed: str) -> None:
    answer = client.get(URL)
    assert answer.status_code == 403
    assert answer.json()["code"] == "forbidden"
    assert "signée" in answer.json()["detail"]
    assert "signed" in client.get(URL, headers={"Accept-Language": "en"}).json()["detail"]
    assert client.get(f"{BASE}/objects/no/such.tif").status_code == 403  # nobody learns what is there


def test_a_signature_holds_for_its_object_host_method_and_time(
    client: TestClient, context: Context, signed: str
) -> None:
    put(context, "pleiades/other.tif")
    query = signed.partition("?")[2]
    assert client.get(f"{BASE}/objects/pleiades/other.tif?{query}").status_code == 403
    assert client.get(signed, headers={"Host": "elsewhere.example"}).status_code == 403
    assert client.put(signed, content=b"x").status_code == 403
    later = replace(context, clock=lambda: context.clock() + timedelta(seconds=3601))
    with TestClient(create_app(later), BASE) as late:
        answer = late.get(signed, headers={"Accept-Language": "en"})
    assert answer.status_code == 403
    assert "expired" in answer.json()["detail"]


def test_a_signed_object_that_is_gone_is_not_found(client: TestClient, context: Context) -> None:
    answer = client.get(sign(context))
    assert (answer.status_code, answer.json()["code"]) == (404, "not-found")


@pytest.mark.parametrize(
    "path",
    [
        "../state.sqlite",
        "%2e%2e/state.sqlite",
        "..%2fstate.sqlite",
        "a/%2e%2e/%2e%2e/keys/signing.json",
        "%2fetc/passwd",
        "x%00",
    ],
)
def test_even_signed_nothing_outside_is_served(client: TestClient, context: Context, path: str) -> None:
    # httpx would tidy the path up: it is handed over as it is
    signed = sign(context, f"{BASE}/objects/{path}")
    url = httpx.URL(BASE).copy_with(raw_path=signed[len(BASE) :].encode())
    answer = client.request("GET", url)
    assert answer.status_code in (403, 404)
    assert b"SQLite" not in answer.content


def test_names_with_accents_and_blanks_are_served(client: TestClient, context: Context) -> None:
    put(context, "pleiades/été 2026/a+b&c.tif", b"content")
    signed = sign(context, f"{BASE}/objects/pleiades/%C3%A9t%C3%A9%202026/a%2Bb%26c.tif")
    assert client.get(signed).content == b"content"


def test_thumbnails_are_for_everyone_and_images_are_not(client: TestClient, context: Context) -> None:
    put_item(context, "DS_1")
    thumbnail = client.get(f"{BASE}/objects/pleiades/DS_1/thumbnail.png")
    assert thumbnail.status_code == 200
    assert thumbnail.headers["Content-Type"] == "image/png"
    assert thumbnail.headers["Cache-Control"].startswith("public")
    assert client.get(f"{BASE}/objects/pleiades/DS_1/pan.tif").status_code == 403


def test_open_data_is_for_everyone_by_item_or_by_collection(client: TestClient, context: Context) -> None:
    put_item(context, "open", access="open")
    collection = next(c for c in context.catalogue.collections() if c["id"] == "sentinel-2")
    context.catalogue.put_collection(collection | {"dinamis:access": "open"})
    put_item(context, "S2_open", collection="sentinel-2")
    put_item(context, "S2_member", access="member", collection="sentinel-2")
    assert client.get(f"{BASE}/objects/pleiades/open/pan.tif").status_code == 200
    assert client.get(f"{BASE}/objects/sentinel-2/S2_open/pan.tif").status_code == 200
    assert client.get(f"{BASE}/objects/sentinel-2/S2_member/pan.tif").status_code == 403


def test_an_upload_appears_whole_at_the_address_it_was_signed_for(
    client: TestClient, context: Context
) -> None:
    url = f"{BASE}/objects/incoming/new.tif"
    answer = client.put(sign(context, url, "PUT"), content=CONTENT)
    assert answer.status_code == 200
    assert client.get(sign(context, url)).content == CONTENT
    assert [path.name for path in (context.settings.objects_root / "incoming").iterdir()] == ["new.tif"]


def test_an_upload_needs_its_own_signature_and_a_proper_name(client: TestClient, context: Context) -> None:
    url = f"{BASE}/objects/incoming/new.tif"
    assert client.put(url, content=b"x").status_code == 403
    assert client.put(sign(context, url, "GET"), content=b"x").status_code == 403
    hidden = sign(context, f"{BASE}/objects/incoming/.hidden", "PUT")
    assert client.put(hidden, content=b"x").status_code == 422
    assert not context.objects.exists("incoming/new.tif")


def test_an_uploaded_page_runs_nothing(client: TestClient, context: Context, tmp_path: Path) -> None:
    put(context, "pages/a.html", b"<script>alert(1)</script>")
    answer = client.get(sign(context, f"{BASE}/objects/pages/a.html"))
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
