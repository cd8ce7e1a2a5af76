"""Objects in a bucket: the calls by moto's server, the signatures by botocore's own."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

import buckets
import httpx
import numpy as np
import pytest
import rasterio
from botocore.auth import S3SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from running import SignedIn
from stored import CONTENT, journal, put, put_item

from dinamis_service.app import create_context
from dinamis_service.cli import main
from dinamis_service.context import Context
from dinamis_service.demo.build import Plan, prepare
from dinamis_service.settings import Settings
from dinamis_service.signing.statistics import downloads
from dinamis_service.storage.sigv4 import Signer
from dinamis_service.storage.store import InvalidKeyError, StoreDownError
from dinamis_service.storage.stores import open_objects

BASE = "http://testserver"
NOW = datetime(2026, 4, 27, 12, 35, 26, tzinfo=UTC)
KEY = "pleiades/été 2026/a+b&c.tif"


@given(
    st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=60),
    st.sampled_from(["https://s3.example", "http://127.0.0.1:9000", "https://S3.Example:8443"]),
    st.sampled_from(["GET", "PUT", "HEAD"]),
    st.sampled_from(["us-east-1", "eu-west-3"]),
    st.integers(1, 7 * 86400),
)
def test_signatures_are_those_of_botocore(
    key: str, endpoint: str, method: str, region: str, duration_s: int
) -> None:
    url = f"{endpoint}/bucket/{quote(key, safe='/~')}"
    request = AWSRequest(method, url)
    keys = Credentials(buckets.KEY_ID, buckets.SECRET)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("botocore.auth.get_current_datetime", lambda: NOW)
        S3SigV4QueryAuth(keys, "s3", region, expires=duration_s).add_auth(request)
    theirs = urlsplit(str(request.url)).query
    signer = Signer(buckets.KEY_ID, buckets.SECRET, region)
    ours = signer.presign(url, method, NOW, duration_s)
    assert ours.startswith(f"{url}?")
    assert sorted(urlsplit(ours).query.split("&")) == sorted(theirs.split("&"))


class TestStore:
    """The store by itself."""

    @pytest.fixture
    def settings(self, settings: Settings) -> Settings:
        return settings.model_copy(update=buckets.new_bucket())

    @pytest.fixture
    def source(self, tmp_path: Path) -> Path:
        path = tmp_path / "source"
        path.write_bytes(CONTENT)
        return path

    def test_an_object_comes_back_as_it_was_put(self, settings: Settings, source: Path) -> None:
        store = open_objects(settings)
        assert not store.exists(KEY)
        store.put_file(KEY, source)
        assert store.exists(KEY)
        assert store.size(KEY) == len(CONTENT)
        with store.open(KEY) as file:
            assert file.read() == CONTENT
        assert store.path(KEY) is None
        listed = buckets.client().list_objects_v2(Bucket=settings.s3_bucket)["Contents"]
        assert [one["Key"] for one in listed] == [KEY]

    def test_many_are_asked_for_at_once(self, settings: Settings, source: Path) -> None:
        store = open_objects(settings)
        for number in range(0, 40, 2):
            store.put_file(f"a/{number}.tif", source)
        found = store.existing(f"a/{number}.tif" for number in range(40))
        assert found == {f"a/{number}.tif" for number in range(0, 40, 2)}

    def test_what_is_written_appears_when_it_is_whole(self, settings: Settings) -> None:
        store = open_objects(settings)
        with pytest.raises(ZeroDivisionError), store.writing("a") as file:
            file.write(bytes(1 // len(b"")))
        assert not store.exists("a")
        with store.writing("a") as file:
            file.write(b"whole")
            assert not store.exists("a")
        assert store.size("a") == 5

    @pytest.mark.parametrize("key", ["", "/a", "a/", "../a", "a/../b", ".a", "a\0", "a\\b", "x" * 1025])
    def test_a_key_that_names_nothing_in_a_folder_names_nothing_here(
        self, settings: Settings, source: Path, key: str
    ) -> None:
        store = open_objects(settings)
        assert not store.may_hold(key)
        assert not store.exists(key)
        for read in (store.open, store.size):
            with pytest.raises(FileNotFoundError):
                read(key)
        with pytest.raises(InvalidKeyError):
            store.put_file(key, source)

    def test_an_s3_that_does_not_answer_is_told_without_its_keys(
        self, settings: Settings, source: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level(logging.DEBUG, "dinamis")
        store = open_objects(settings.model_copy(update={"s3_endpoint": "http://127.0.0.1:9"}))
        for ask in (store.probe, lambda: store.exists("a"), lambda: store.put_file("a", source)):
            with pytest.raises(StoreDownError) as caught:
                ask()
            assert buckets.SECRET not in str(caught.value) + caplog.text
        missing = open_objects(settings.model_copy(update={"s3_bucket": "no-such-bucket"}))
        with pytest.raises(StoreDownError, match="404"):
            missing.probe()

    def test_the_secret_is_shown_nowhere(self, settings: Settings) -> None:
        store = open_objects(settings)
        assert buckets.SECRET not in f"{settings!r} {settings} {settings.model_dump()} {store.__dict__}"

    @pytest.mark.parametrize("absent", ["s3_key_id", "s3_secret"])
    def test_a_bucket_without_its_keys_is_refused(self, settings: Settings, absent: str) -> None:
        given = settings.model_dump(exclude_defaults=True)
        del given[absent]
        with pytest.raises(ValidationError, match="DINAMIS_S3_BUCKET needs"):
            Settings(**given)


class TestService:
    """A whole service over a bucket."""

    @pytest.fixture
    def settings(self, settings: Settings) -> Settings:
        return settings.model_copy(update={**buckets.new_bucket(), "public_url": BASE})

    @pytest.fixture
    def bucket(self, settings: Settings) -> str:
        return f"{settings.s3_endpoint}/{settings.s3_bucket}"

    def sign(self, client: TestClient, route: str, urls: list[str], who: SignedIn) -> Any:
        answer = client.post(route, json={"urls": urls}, headers=who.headers)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def test_an_item_names_the_bucket_and_its_signed_address_is_read_there(
        self, client: TestClient, context: Context, bucket: str, signed_in: Callable[..., SignedIn]
    ) -> None:
        put_item(context, "DS_1")
        assets = client.get("/stac/collections/pleiades/items/DS_1").json()["assets"]
        pan, picture = assets["pan"]["href"], assets["thumbnail"]["href"]
        assert pan == f"{bucket}/pleiades/DS_1/pan.tif"
        assert picture == f"{BASE}/objects/pleiades/DS_1/thumbnail.png"
        assert client.get("/.well-known/dinamis").json()["objects"] == bucket
        missing = f"{bucket}/pleiades/none.tif"
        body = self.sign(client, "/sign_urls", [pan, picture, missing], signed_in())
        assert body["refused"][missing]["code"] == "not-found"
        assert body["hrefs"][pan].startswith(f"{pan}?X-Amz-Algorithm=")
        assert "%2Feu-west-3%2Fs3%2F" in body["hrefs"][pan]
        assert httpx.get(body["hrefs"][pan]).content.startswith(b"pan.tif")
        part = httpx.get(body["hrefs"][pan], headers={"Range": "bytes=0-2"})
        assert (part.status_code, part.content) == (206, b"pan")

    def test_what_an_s3_takes_for_another_request_is_not_signed(
        self, client: TestClient, context: Context, bucket: str, signed_in: Callable[..., SignedIn]
    ) -> None:
        put_item(context, "DS_1")
        pan = f"{bucket}/pleiades/DS_1/pan.tif"
        old = context.objects.presign(pan, "GET", NOW, 60)
        urls = [
            old,
            *(f"{pan}?{query}" for query in ("acl", "versionId=1", "uploads", "tagging&X-Amz-Date=1")),
        ]
        body = self.sign(client, "/sign_urls", urls, signed_in())
        assert list(body["hrefs"]) == [old]
        assert {one["code"] for one in body["refused"].values()} == {"invalid"}
        body = self.sign(client, "/sign_urls_put", urls, signed_in("operator"))
        assert list(body["hrefs"]) == [old]

    def test_pictures_and_signed_addresses_of_ours_lead_to_the_bucket(
        self, client: TestClient, context: Context, bucket: str, signed_in: Callable[..., SignedIn]
    ) -> None:
        put_item(context, "DS_1")
        picture = client.get("/objects/pleiades/DS_1/thumbnail.png", follow_redirects=False)
        assert (picture.status_code, picture.headers["Cache-Control"]) == (307, "no-store")
        assert picture.headers["Location"].startswith(f"{bucket}/pleiades/DS_1/thumbnail.png?X-Amz-")
        assert httpx.get(picture.headers["Location"]).content.startswith(b"thumbnail.png")
        ours = f"{BASE}/objects/pleiades/DS_1/pan.tif"
        assert client.get(ours, follow_redirects=False).status_code == 403
        signed = self.sign(client, "/sign_urls", [ours], signed_in())["hrefs"][ours]
        led = client.get(signed, follow_redirects=False)
        assert httpx.get(led.headers["Location"]).content.startswith(b"pan.tif")
        answer = client.post(
            "/sign_urls", json={"urls": [ours], "duration_seconds": 50}, headers=signed_in().headers
        )
        led = client.get(answer.json()["hrefs"][ours], follow_redirects=False)
        [left_s] = parse_qs(urlsplit(led.headers["Location"]).query)["X-Amz-Expires"]
        assert 1 <= int(left_s) <= 50

    def test_each_way_to_an_open_object_is_in_the_journal_once(
        self, client: TestClient, context: Context, bucket: str, signed_in: Callable[..., SignedIn]
    ) -> None:
        put_item(context, "DS_1")
        put_item(context, "free", access="open")
        image = f"{BASE}/objects/pleiades/free/pan.tif"
        led = client.get(image, follow_redirects=False)
        assert httpx.get(led.headers["Location"]).content.startswith(b"pan.tif")
        client.head("/objects/pleiades/DS_1/thumbnail.png", follow_redirects=False)
        client.get("/objects/pleiades/DS_1/pan.tif", follow_redirects=False)  # refused
        alike = {"collection": "pleiades", "mission": "PLEIADES"}
        rows = [
            ("GET", [alike | {"access": "open", "keys": ["pleiades/free/pan.tif"]}]),
            ("HEAD", [alike | {"access": "picture", "keys": ["pleiades/DS_1/thumbnail.png"]}]),
        ]
        assert [(row.method, row.objects) for row in journal(context)] == rows
        for row in journal(context):
            assert (row.sub, row.entity_id, row.expires_at - row.at) == (None, None, timedelta(hours=1))
        with context.database.reading() as session:
            counted = [(one.access, one.images) for one in downloads(session, NOW, NOW.replace(year=2100))]
        assert counted == [("open", 1)]
        # what was signed before is in the journal since then
        signed = self.sign(client, "/sign_urls", [image], signed_in())["hrefs"][image]
        client.get(signed, follow_redirects=False)
        assert len(journal(context)) == 3

    def test_uploads_go_to_the_bucket(
        self, client: TestClient, context: Context, bucket: str, signed_in: Callable[..., SignedIn]
    ) -> None:
        urls = [f"{bucket}/incoming/new.tif", f"{BASE}/objects/incoming/other.tif"]
        body = self.sign(client, "/sign_urls_put", [*urls, f"{bucket}/.hidden"], signed_in("operator"))
        assert list(body["refused"]) == [f"{bucket}/.hidden"]
        assert httpx.put(body["hrefs"][urls[0]], content=CONTENT).status_code == 200
        assert client.put(body["hrefs"][urls[1]], content=CONTENT).status_code == 200
        for key in ("incoming/new.tif", "incoming/other.tif"):
            assert context.objects.size(key) == len(CONTENT)

    def test_items_that_come_back_by_their_own_addresses_keep_their_objects(
        self, client: TestClient, context: Context, signed_in: Callable[..., SignedIn]
    ) -> None:
        put_item(context, "DS_1")
        address = "/stac/collections/pleiades/items/DS_1"
        item = client.get(address).json()
        item["properties"]["title"] = "changed"
        operator = signed_in("operator")
        assert client.put(address, json=item, headers=operator.headers).status_code == 200
        kept = context.catalogue.get("pleiades", "DS_1")
        assert kept is not None
        hrefs = {key: asset["href"] for key, asset in kept["assets"].items()}
        assert hrefs == {
            "pan": "objects:pleiades/DS_1/pan.tif",
            "thumbnail": "objects:pleiades/DS_1/thumbnail.png",
        }

    def test_ingest_writes_into_the_bucket_and_check_reads_it(
        self,
        settings: Settings,
        context: Context,
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        image = tmp_path / "scene.tif"
        with rasterio.open(
            image, "w", driver="GTiff", width=64, height=64, count=1, dtype="uint16", crs="EPSG:32631",
            transform=rasterio.transform.from_origin(500_000, 4_800_000, 10, 10),
        ) as target:  # fmt: skip
            target.write(np.arange(1, 64 * 64 + 1, dtype="uint16").reshape(1, 64, 64))
        for name in ("s3_bucket", "s3_endpoint", "s3_region", "s3_key_id"):
            monkeypatch.setenv(f"DINAMIS_{name.upper()}", str(getattr(settings, name)))
        monkeypatch.setenv("DINAMIS_S3_SECRET", buckets.SECRET)
        data = ["--data-dir", str(settings.data_dir)]
        scene = ["--platform", "PHR1A", "--datetime", "2026-04-01T10:30:00Z", "--id", "DS_9"]
        assert main(["ingest", str(image), *scene, *data]) == 0
        assert context.objects.existing(f"pleiades/DS_9/{name}" for name in ("pan.tif", "thumbnail.png")) == {
            "pleiades/DS_9/pan.tif",
            "pleiades/DS_9/thumbnail.png",
        }
        assert not settings.objects_root.exists() or list(settings.objects_root.iterdir()) == []
        capsys.readouterr()
        main(["check", *data])
        report = capsys.readouterr().out
        assert "ok       objects" in report
        assert "ok       catalogue" in report
        buckets.client().delete_object(Bucket=settings.s3_bucket, Key="pleiades/DS_9/pan.tif")
        assert main(["check", *data]) == 1
        assert "pleiades/DS_9/pan.tif, which is not there" in capsys.readouterr().out


def test_the_demonstration_is_built_into_a_bucket(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path / "data", **buckets.new_bucket())
    prepare(settings, Plan(scenes=10, images="small"), lambda _line: None)
    assert not settings.objects_root.exists()
    context = create_context(settings)
    try:
        listed = buckets.client().list_objects_v2(Bucket=settings.s3_bucket)["Contents"]
        keys = [one["Key"] for one in listed]
        assert keys
        assert set(context.catalogue.items_of_objects(keys)) == set(keys)
    finally:
        context.catalogue.close()
        context.database.close()


class TestAlias:
    """A bucket that clients know by another address."""

    @pytest.fixture
    def settings(self, settings: Settings) -> Settings:
        return settings.model_copy(update={**buckets.new_bucket(), "objects_url": "https://images.example/b"})

    def test_urls_are_signed_for_that_address(
        self, client: TestClient, context: Context, signed_in: Callable[..., SignedIn]
    ) -> None:
        put(context, "a/b.tif")
        url = "https://images.example/b/a/b.tif"
        answer = client.post("/sign_urls", json={"urls": [url]}, headers=signed_in().headers)
        href = answer.json()["hrefs"][url]
        context.objects.verify("GET", href, "images.example", context.clock())


class TestNameless:
    """A service over a bucket that does not say its own address."""

    @pytest.fixture
    def settings(self, settings: Settings) -> Settings:
        return settings.model_copy(update=buckets.new_bucket())

    def test_an_address_that_only_the_request_names_is_not_signed(
        self, client: TestClient, context: Context, signed_in: Callable[..., SignedIn]
    ) -> None:
        """It may be that of another bucket which the same keys open."""
        put_item(context, "DS_1")
        url = f"{BASE}/objects/pleiades/DS_1/pan.tif"
        answer = client.post("/sign_urls", json={"urls": [url]}, headers=signed_in().headers)
        assert answer.json()["refused"][url]["code"] == "invalid"


class TestAway:
    """A service whose S3 does not answer."""

    @pytest.fixture
    def settings(self, settings: Settings) -> Settings:
        away = {**buckets.new_bucket(), "s3_endpoint": "http://127.0.0.1:9", "sign_rate_max": 1}
        return settings.model_copy(update=away)

    def test_the_service_says_so(
        self, client: TestClient, signed_in: Callable[..., SignedIn], settings: Settings
    ) -> None:
        url = f"http://127.0.0.1:9/{settings.s3_bucket}/a.tif"
        headers = signed_in().headers | {"Accept-Language": "en"}
        answer = client.post("/sign_urls", json={"urls": [url]}, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
        assert "storage of images" in answer.json()["detail"]
        assert int(answer.headers["Retry-After"]) > 0
        health = client.get("/healthz")
        assert (health.status_code, "objects" in health.json()["detail"]) == (503, True)

    def test_who_asks_too_fast_is_told_before_the_s3_is_asked(
        self, client: TestClient, signed_in: Callable[..., SignedIn], settings: Settings
    ) -> None:
        body = {"urls": [f"http://127.0.0.1:9/{settings.s3_bucket}/a.tif"]}
        person = signed_in()
        answers = [client.post("/sign_urls", json=body, headers=person.headers) for _ in range(3)]
        assert [answer.status_code for answer in answers] == [503, 429, 429]
