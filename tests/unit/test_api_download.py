"""Downloads: whole or not at all, resumed after a cut, and clear about a full disk."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import threading
import time
from pathlib import Path

import pytest
import requests
from scripted_server import page, problem

from dinamis_plugin.api import answers, part
from dinamis_plugin.api.download import NO_PROMISE, download
from dinamis_plugin.api.link import Link
from dinamis_plugin.domain.errors import (
    BadAnswerError,
    CancelledError,
    DiskFullError,
    FileGoneError,
    ForbiddenError,
    NotFoundError,
    ServiceUnreachableError,
    TimedOutError,
)

CONTENT = hashlib.shake_256(b"image").digest(1_500_000)
SIGNATURE = "?X-Amz-Date=20260427T123526Z&X-Amz-Expires=60&X-Amz-Signature=00be02"


class Store:
    """A file of a service with ranges, whose connection can be cut after some bytes."""

    def __init__(self, content: bytes = CONTENT, etag: str = '"v1"') -> None:
        self.content, self.etag = content, etag
        self.cuts: list[int] = []
        self.pause = 0.0
        self.silence = 0.0
        self.ranges = True

    def __call__(self, handler) -> None:
        asked, total = handler.headers.get("Range"), len(self.content)
        headers = {"ETag": self.etag, "Content-Type": "image/tiff"}
        start, stop = 0, total
        ranged = asked and self.ranges and handler.headers.get("If-Range") in {self.etag, None}
        if ranged:
            start, stop = (int(one) for one in asked[len("bytes=") :].split("-"))
            stop = min(stop + 1, total)
            headers["Content-Range"] = f"bytes {start}-{stop - 1}/{total}"
        body = self.content[start:stop]
        end = self.cuts.pop(0) if self.cuts else len(body)
        handler.send(206 if ranged else 200, b"", headers, length=len(body))
        for place in range(0, min(end, len(body)), 65536):
            handler.wfile.write(body[place : min(place + 65536, end)])
            handler.wait(self.pause)
        if end < len(body):
            handler.wait(self.silence)
            handler.close_connection = True


@pytest.fixture
def store() -> Store:
    return Store()


@pytest.fixture
def fetch(server, store, tmp_path):
    server.on("/a.tif", store)

    def run(target: Path = tmp_path / "a.tif", **options):
        options.setdefault("sleep", lambda _seconds: None)
        promise = options.pop("promise", NO_PROMISE)
        link = Link(requests.Session(), lambda: server.url + "/a.tif" + SIGNATURE, **options)
        return download(link, target, promise)

    return run


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def test_a_file_comes_whole_and_alone(fetch, tmp_path):
    steps = []
    path = fetch(progress=lambda done, total: steps.append((done, total)))
    assert path.read_bytes() == CONTENT
    assert names(tmp_path) == {"a.tif"}
    assert steps[-1] == (len(CONTENT), len(CONTENT))
    assert steps == sorted(steps)


def test_a_cut_is_resumed_where_it_stopped(fetch, store, server, tmp_path):
    store.cuts = [393_216, 262_144]
    assert fetch().read_bytes() == CONTENT
    first, second, third = server.seen
    assert "Range" not in first.headers
    assert second.headers["Range"] == f"bytes=393216-{len(CONTENT) - 1}"
    assert second.headers["If-Range"] == '"v1"'
    assert third.headers["Range"] == f"bytes=655360-{len(CONTENT) - 1}"
    assert names(tmp_path) == {"a.tif"}


def test_a_file_that_changed_meanwhile_starts_anew(fetch, store, server):
    store.cuts = [393_216]
    changed = Store(CONTENT[::-1], '"v2"')
    server.on("/a.tif", store, changed)
    assert fetch().read_bytes() == CONTENT[::-1]
    assert server.seen[1].headers["Range"] == f"bytes=393216-{len(CONTENT) - 1}"


def test_a_later_call_goes_on_and_the_note_holds_no_signature(fetch, store, server, tmp_path):
    store.cuts = [393_216, 0, 0, 0]
    with pytest.raises(ServiceUnreachableError):
        fetch()
    assert names(tmp_path) == {"a.tif.part", "a.tif.part.json"}
    note = (tmp_path / "a.tif.part.json").read_text("utf-8")
    assert json.loads(note) == {
        "href": server.url + "/a.tif",
        "etag": '"v1"',
        "size": len(CONTENT),
        "wanted": None,
        "done": [[0, 393_216]],
    }
    store.cuts = []
    assert fetch().read_bytes() == CONTENT
    assert server.seen[-1].headers["Range"] == f"bytes=393216-{len(CONTENT) - 1}"
    assert names(tmp_path) == {"a.tif"}


def test_the_rest_of_another_file_is_not_taken(fetch, store, tmp_path):
    (tmp_path / "a.tif.part").write_bytes(b"other")
    (tmp_path / "a.tif.part.json").write_text('{"href": "http://h/b.tif", "etag": "\\"v1\\""}', "utf-8")
    assert fetch().read_bytes() == CONTENT


@pytest.mark.parametrize("note", ["", "[]", '{"etag": 3}', "\x00"])
def test_a_damaged_note_starts_anew(fetch, tmp_path, note):
    (tmp_path / "a.tif.part").write_bytes(b"other")
    (tmp_path / "a.tif.part.json").write_text(note, "utf-8")
    assert fetch().read_bytes() == CONTENT


def test_without_a_strong_validator_nothing_is_resumed(fetch, store, server):
    store.etag, store.cuts = 'W/"v1"', [393_216]
    assert fetch().read_bytes() == CONTENT
    assert all("Range" not in seen.headers for seen in server.seen)


def test_no_gain_at_all_gives_up(fetch, store, server):
    store.cuts = [0] * 20
    with pytest.raises(ServiceUnreachableError):
        fetch()
    assert len(server.seen) == answers.ATTEMPTS_WITHOUT_GAIN


def test_silence_is_a_time_out_and_is_resumed(fetch, store):
    store.cuts, store.silence = [393_216], 5
    began = time.monotonic()
    assert fetch(timeout_s=0.3).read_bytes() == CONTENT
    assert time.monotonic() - began < 3
    store.cuts = [0] * 20
    with pytest.raises(TimedOutError):
        fetch(timeout_s=0.2)


def test_an_expired_address_is_replaced_by_a_new_one(server, store, tmp_path):
    server.on("/old", problem(403, "forbidden"))
    server.on("/new", store)
    addresses = iter(["/old", "/new"])
    path = download(Link(requests.Session(), lambda: server.url + next(addresses)), tmp_path / "a")
    assert path.read_bytes() == CONTENT


@pytest.mark.parametrize(
    ("reply", "error"),
    [
        (problem(403, "forbidden"), ForbiddenError),
        (problem(404, "not-found"), NotFoundError),
        (page(), BadAnswerError),
    ],
)
def test_what_is_not_the_file_is_told_and_leaves_nothing(server, tmp_path, fetch, reply, error):
    server.on("/a.tif", reply)
    with pytest.raises(error):
        fetch()
    assert names(tmp_path) == set()


def test_a_file_that_became_shorter_starts_anew(fetch, store, server):
    store.cuts = [393_216]
    server.on("/a.tif", store, problem(416, "range"), Store(b"short", '"v2"'))
    assert fetch().read_bytes() == b"short"


def test_an_empty_file_is_a_file(fetch, store):
    store.content = b""
    assert fetch().read_bytes() == b""


def test_an_older_file_stays_until_the_new_one_is_whole(fetch, store, tmp_path):
    (tmp_path / "a.tif").write_bytes(b"older")
    store.cuts = [393_216, 0, 0, 0]
    with pytest.raises(ServiceUnreachableError):
        fetch()
    assert (tmp_path / "a.tif").read_bytes() == b"older"
    store.cuts = []
    assert fetch().read_bytes() == CONTENT


def test_cancelling_stops_within_a_second_and_keeps_what_came(fetch, store, server, tmp_path):
    store.pause = 0.05
    given_up = threading.Event()
    threading.Timer(0.3, given_up.set).start()
    began = time.monotonic()
    with pytest.raises(CancelledError):
        fetch(cancel=given_up.is_set)
    assert time.monotonic() - began < 3
    assert names(tmp_path) == {"a.tif.part", "a.tif.part.json"}
    store.pause = 0
    assert fetch().read_bytes() == CONTENT
    assert "Range" in server.seen[-1].headers


def test_cancelling_between_two_attempts_stops_too(fetch, store, tmp_path):
    store.cuts = [0] * 20
    given_up = threading.Event()
    with pytest.raises(CancelledError):
        fetch(cancel=given_up.is_set, sleep=lambda _seconds: given_up.set())
    part.Part(tmp_path / "a.tif").remove()
    assert names(tmp_path) == set()


def test_nothing_of_a_cut_stays_that_was_being_written_when_qgis_was_killed(tmp_path):
    theirs = {"a[1].tif", "b.tif.part", "a1.tif.part.raw"}
    rest = {
        f"a[1].tif.part{end}" for end in ("", ".json", ".raw", ".work", ".work.ovr.tmp", ".work.msk.ovr.tmp")
    }
    for name in theirs | rest:
        (tmp_path / name).write_bytes(b"x")
    part.Part(tmp_path / "a[1].tif").remove()
    assert names(tmp_path) == theirs


def test_a_missing_folder_is_told(fetch, tmp_path):
    with pytest.raises(FileGoneError):
        fetch(tmp_path / "nowhere" / "a.tif")


def test_a_folder_in_the_place_of_the_file_is_told(fetch, tmp_path):
    (tmp_path / "a.tif").mkdir()
    with pytest.raises(FileGoneError):
        fetch()


def test_too_little_room_is_told_before_anything_is_written(fetch, tmp_path, monkeypatch):
    monkeypatch.setattr(part, "SPARE_BYTES", 2**62)
    with pytest.raises(DiskFullError):
        fetch()
    assert names(tmp_path) == set()


@pytest.fixture
def small_disk(tmp_path):
    """A real file system of one megabyte."""
    if os.geteuid() != 0:
        pytest.skip("mounting a small file system needs root")
    folder = tmp_path / "small"
    folder.mkdir()
    made = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(folder)], capture_output=True, check=False
    )
    if made.returncode:
        pytest.skip(f"no small file system: {made.stderr.decode().strip()}")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def test_a_disk_that_fills_up_is_told_and_gets_its_room_back(fetch, small_disk, monkeypatch):
    # The room that seems to be there is gone when it is needed: somebody else writes too.
    monkeypatch.setattr(part, "SPARE_BYTES", -(2**40))
    with pytest.raises(DiskFullError):
        fetch(small_disk / "a.tif")
    assert names(small_disk) == set()
    assert os.statvfs(small_disk).f_bavail > 100


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
def test_a_full_device_is_told(fetch, tmp_path):
    (tmp_path / "a.tif.part").symlink_to("/dev/full")
    with pytest.raises(DiskFullError):
        fetch()
    assert names(tmp_path) == set()
