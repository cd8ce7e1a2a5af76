"""Faults of services, networks, disks and machines: a download ends whole and proved, or not at all."""

from __future__ import annotations

import hashlib
import os
import signal
import subprocess
import sys
import threading
import time
from email.utils import formatdate
from pathlib import Path

import pytest
import requests
from scripted_server import problem

from dinamis_plugin.api import answers
from dinamis_plugin.api.download import Promise, download, download_spans
from dinamis_plugin.api.link import Link
from dinamis_plugin.api.part import Part, reserve
from dinamis_plugin.domain.checksum import Checksum
from dinamis_plugin.domain.download import LEAST_SPAN, Journal, Placing
from dinamis_plugin.domain.errors import (
    BadAnswerError,
    CancelledError,
    DamagedFileError,
    FileGoneError,
    ForbiddenError,
    ServiceUnreachableError,
    TimedOutError,
    TooManyRequestsError,
)

ROOT = Path(__file__).resolve().parents[2]
LARGE = hashlib.shake_256(b"large image").digest(6 * LEAST_SPAN + 4321)
SHA256 = Checksum(0x12, hashlib.sha256(LARGE).digest())


class Ranges:
    """An object with ranges, whose connections and signatures a test lets fail."""

    def __init__(self, content: bytes = LARGE, etag: str = '"v1"') -> None:
        self.content, self.etag = content, etag
        self.reset_at: list[int] = []
        self.replaced_by: Ranges | None = None
        self.replaced_after = 0
        self.valid: set[str] | None = None
        self.pause = 0.0
        self.sent = 0
        self.spans: list[tuple[int, int]] = []
        self._lock = threading.Lock()

    def __call__(self, handler) -> None:
        if self.valid is not None and handler.path.partition("?")[2] not in self.valid:
            problem(403, "expired")(handler)
            return
        if self.replaced_by is not None and self.sent >= self.replaced_after:
            self.replaced_by(handler)
            return
        asked, total = handler.headers.get("Range"), len(self.content)
        start, stop = 0, total
        if asked and handler.headers.get("If-Range") in {None, self.etag}:
            start, stop = (int(one) for one in asked[len("bytes=") :].split("-"))
            stop += 1
        headers = {"ETag": self.etag, "Content-Type": "image/tiff"}
        whole = (start, stop) == (0, total) and not asked
        if not whole and (start or stop != total or asked):
            headers["Content-Range"] = f"bytes {start}-{stop - 1}/{total}"
        partial = "Content-Range" in headers
        handler.send(206 if partial else 200, b"", headers, length=stop - start)
        self.spans.append((start, stop))
        self._send(handler, start, stop)

    def _send(self, handler, start: int, stop: int) -> None:
        for place in range(start, stop, 65536):
            end = min(place + 65536, stop)
            with self._lock:
                cut = next((at for at in self.reset_at if place <= at < end), None)
                if cut is not None:
                    self.reset_at.remove(cut)
            if cut is not None:
                if self.valid is not None:
                    self.valid -= {"X-Amz-Signature=0"}  # it has ended on the way
                handler.wfile.write(self.content[place:cut])
                handler.wfile.flush()
                handler.cut()
                return
            handler.wfile.write(self.content[place:end])
            self.sent += end - place
            if self.replaced_by is not None and self.sent >= self.replaced_after:
                handler.cut()
                return
            handler.wait(self.pause)


@pytest.fixture
def store(server) -> Ranges:
    made = Ranges()
    server.on("/a.tif", made)
    return made


@pytest.fixture
def link(server):
    def make(**options) -> Link:
        options.setdefault("sleep", lambda _seconds: None)
        return Link(requests.Session(), lambda: f"{server.url}/a.tif", **options)

    return make


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def test_four_connections_share_a_large_file(link, store, tmp_path):
    steps = []
    download(
        link(progress=lambda done, _total: steps.append(done)),
        tmp_path / "a.tif",
        Promise(len(LARGE), SHA256),
    )
    assert (tmp_path / "a.tif").read_bytes() == LARGE
    assert names(tmp_path) == {"a.tif"}
    assert steps == sorted(steps)
    assert steps[-1] == len(LARGE)
    assert len(store.spans) >= 3


def test_a_small_file_takes_one_request(link, store, server, tmp_path):
    store.content = LARGE[:LEAST_SPAN]
    download(link(), tmp_path / "a.tif")
    assert len(server.seen) == 1


@pytest.mark.parametrize("lines", [1, 4])
def test_a_reset_at_every_tenth_of_the_file_does_no_harm(link, store, tmp_path, lines):
    store.reset_at = [len(LARGE) * tenth // 10 for tenth in range(10)]
    download(link(lines=lines), tmp_path / "a.tif", Promise(len(LARGE), SHA256))
    assert store.reset_at == []
    assert (tmp_path / "a.tif").read_bytes() == LARGE


@pytest.mark.parametrize("lines", [1, 4])
def test_a_signature_that_ends_on_the_way_is_renewed(server, store, tmp_path, lines):
    store.valid = {"X-Amz-Signature=0", "X-Amz-Signature=1"}
    store.reset_at = [len(LARGE) // 2]
    signed = iter(range(9))
    link = Link(requests.Session(), lambda: f"{server.url}/a.tif?X-Amz-Signature={next(signed)}", lines=lines)
    download(link, tmp_path / "a.tif", Promise(len(LARGE), SHA256))
    assert next(signed) == 2  # asked twice, whatever the number of connections
    assert any("Signature=1" in seen.path for seen in server.seen)


def test_a_refusal_that_lasts_is_told_and_what_came_stays(server, store, tmp_path):
    store.valid = {"X-Amz-Signature=0"}
    store.reset_at = [len(LARGE) // 2]
    link = Link(requests.Session(), lambda: f"{server.url}/a.tif?X-Amz-Signature=0", lines=1)
    with pytest.raises(ForbiddenError):
        download(link, tmp_path / "a.tif")
    assert names(tmp_path) == {"a.tif.part", "a.tif.part.json"}
    assert Part(tmp_path / "a.tif").journal(f"{server.url}/a.tif").done


@pytest.mark.parametrize("lines", [1, 4])
@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_an_object_that_is_replaced_is_never_mixed(link, store, tmp_path, lines, share):
    store.replaced_by = Ranges(LARGE[::-1], '"v2"')
    store.replaced_after = int(len(LARGE) * share)
    download(link(lines=lines), tmp_path / "a.tif")
    assert (tmp_path / "a.tif").read_bytes() == LARGE[::-1]


def test_an_object_that_is_replaced_is_refused_where_another_was_promised(link, store, tmp_path):
    store.replaced_by = Ranges(LARGE[::-1], '"v2"')
    store.replaced_after = len(LARGE) // 2
    with pytest.raises(DamagedFileError):
        download(link(), tmp_path / "a.tif", Promise(len(LARGE), SHA256))
    assert names(tmp_path) == set()


def test_an_object_that_changes_again_and_again_is_given_up(link, server, tmp_path):
    versions = [Ranges(LARGE, f'"v{n}"') for n in range(9)]
    for version in versions:
        version.reset_at = [len(LARGE) // 2]
    server.on("/a.tif", *versions)
    with pytest.raises(DamagedFileError):
        download(link(lines=1), tmp_path / "a.tif")
    assert not (tmp_path / "a.tif").exists()


@pytest.mark.parametrize("size", [len(LARGE) - 1, len(LARGE) + 1])
def test_another_length_than_promised_is_refused_before_it_comes(link, store, tmp_path, size):
    with pytest.raises(DamagedFileError):
        download(link(), tmp_path / "a.tif", Promise(size))
    assert names(tmp_path) == set()
    assert store.sent < len(LARGE)


def test_other_bytes_than_promised_are_never_done(link, store, tmp_path):
    store.content = LARGE[:-1] + bytes([LARGE[-1] ^ 1])
    with pytest.raises(DamagedFileError):
        download(link(), tmp_path / "a.tif", Promise(len(LARGE), SHA256))
    assert names(tmp_path) == set()


def test_a_service_that_lies_about_the_length_never_ends_well(server, link, tmp_path):
    headers = {"ETag": '"v1"', "Content-Type": "image/tiff"}

    def short(handler):
        handler.send(200, LARGE[:1000], headers, length=2000)
        handler.close_connection = True

    server.on("/a.tif", short)
    with pytest.raises(Exception) as caught:
        download(link(), tmp_path / "a.tif")
    assert isinstance(caught.value, (DamagedFileError, ServiceUnreachableError))
    assert not (tmp_path / "a.tif").exists()


def without_length(content: bytes, *, chunked: bool):
    """Answer a file without its length: in chunks, or ended by the end of the connection."""

    def reply(handler):
        handler.send_response(200)
        handler.send_header("Content-Type", "image/tiff")
        if chunked:
            handler.send_header("Transfer-Encoding", "chunked")
            content_sent = b"%x\r\n%b\r\n0\r\n\r\n" % (len(content), content)
        else:
            handler.send_header("Connection", "close")
            content_sent = content
        handler.end_headers()
        handler.wfile.write(content_sent)
        handler.close_connection = True

    return reply


def test_a_file_without_a_length_is_taken_where_its_end_is_sure(server, link, tmp_path):
    data = LARGE[:300_000]
    server.on("/a.tif", without_length(data, chunked=True))
    assert download(link(), tmp_path / "a.tif").read_bytes() == data
    server.on("/a.tif", without_length(data[:1000], chunked=False))
    with pytest.raises(BadAnswerError):
        download(link(), tmp_path / "b.tif")
    with pytest.raises(DamagedFileError):
        download(link(), tmp_path / "c.tif", Promise(len(data)))
    server.on("/a.tif", without_length(data, chunked=False))
    assert download(link(), tmp_path / "d.tif", Promise(len(data))).read_bytes() == data


def test_too_many_requests_waits_as_long_as_it_is_asked(server, link, store, tmp_path):
    waits = []
    store.content = LARGE[:1000]
    server.on("/a.tif", problem(429, "too-many", Retry_After="7"), store)
    download(link(sleep=waits.append), tmp_path / "a.tif")
    assert sum(waits) == pytest.approx(7, abs=0.2)


@pytest.mark.parametrize("ahead_s", [-86_400, 0, 86_400])
def test_a_wrong_clock_does_not_change_the_pause(server, link, store, tmp_path, ahead_s):
    """The pause is a date of the service's clock, which this machine's may be a day away from."""
    waits = []
    store.content = LARGE[:1000]
    now = time.time() + ahead_s

    def busy(handler):
        handler.send_response_only(429)
        handler.send_header("Date", formatdate(now, usegmt=True))
        handler.send_header("Retry-After", formatdate(now + 5, usegmt=True))
        handler.send_header("Content-Length", "0")
        handler.end_headers()

    server.on("/a.tif", busy, store)
    download(link(sleep=waits.append), tmp_path / "a.tif")
    assert sum(waits) == pytest.approx(5, abs=0.2)


def test_too_many_requests_for_too_long_is_told(server, link, tmp_path):
    server.on("/a.tif", problem(429, "too-many", Retry_After="86400"))
    with pytest.raises(TooManyRequestsError):
        download(link(), tmp_path / "a.tif")


def test_a_service_that_bears_one_connection_only_is_served_by_one(server, link, store, tmp_path):
    alone = threading.Lock()

    def one_at_a_time(handler):
        if not alone.acquire(blocking=False):
            problem(429, "too-many", Retry_After="1")(handler)
            return
        try:
            store(handler)
        finally:
            alone.release()

    store.pause = 0.001
    server.on("/a.tif", one_at_a_time)
    download(link(sleep=time.sleep), tmp_path / "a.tif", Promise(len(LARGE), SHA256))


def test_a_service_without_ranges_is_read_in_one_go(server, link, tmp_path):
    def whole(handler):
        handler.send(200, LARGE, {"ETag": '"v1"', "Content-Type": "image/tiff"})

    server.on("/a.tif", whole)
    download(link(), tmp_path / "a.tif", Promise(len(LARGE), SHA256))
    assert (tmp_path / "a.tif").read_bytes() == LARGE


def test_a_drip_is_taken_for_dead(server, link, tmp_path, monkeypatch):
    monkeypatch.setattr(answers, "SLOW_WINDOW_S", 0.3)
    monkeypatch.setattr(answers, "SLOW_BYTES", 10 * 2**20)

    def drip(handler):
        handler.send(200, b"", {"ETag": '"v1"', "Content-Type": "image/tiff"}, length=len(LARGE))
        for place in range(0, len(LARGE), 300_000):
            handler.wfile.write(LARGE[place : place + 300_000])
            handler.wait(0.1)

    server.on("/a.tif", drip, *[lambda handler: handler.wait(1)] * 9)
    with pytest.raises((TimedOutError, ServiceUnreachableError)):
        download(link(lines=1, timeout_s=0.3), tmp_path / "a.tif")
    assert Part(tmp_path / "a.tif").journal(f"{server.url}/a.tif").done[0][1] < len(LARGE) // 2


def test_what_the_note_does_not_vouch_for_is_fetched_again(server, link, store, tmp_path):
    """As after a stop of the machine: the file has its length, but only the first half was safely written."""
    half = len(LARGE) // 2
    part = Part(tmp_path / "a.tif")
    part.path.write_bytes(LARGE[:half] + bytes(len(LARGE) - half))
    part.save(Journal(f"{server.url}/a.tif", '"v1"', len(LARGE), None, ((0, half),)))
    download(link(), tmp_path / "a.tif", Promise(len(LARGE), SHA256))
    assert min(start for start, _ in store.spans) == half


def test_a_note_beside_a_shorter_file_vouches_for_nothing(server, link, store, tmp_path):
    part = Part(tmp_path / "a.tif")
    part.path.write_bytes(LARGE[:100])
    part.save(Journal(f"{server.url}/a.tif", '"v1"', len(LARGE), None, ((0, len(LARGE) // 2),)))
    download(link(), tmp_path / "a.tif", Promise(len(LARGE), SHA256))


# Spans


def test_spans_of_a_file_come_alone_and_are_resumed(server, link, store, tmp_path):
    spans = [(10, 500), (LEAST_SPAN, LEAST_SPAN + 70_000), (len(LARGE) - 100, len(LARGE))]
    part, stop = Part(tmp_path / "a.tif"), threading.Event()
    store.reset_at = [LEAST_SPAN + 40_000]
    with pytest.raises(CancelledError):
        download_spans(link(sleep=lambda _: stop.set(), cancel=stop.is_set), part, spans, len(LARGE))
    download_spans(link(), part, spans, len(LARGE))
    assert part.path.read_bytes() == b"".join(LARGE[start:end] for start, end in spans)
    assert store.sent < 200_000
    assert part.path.stat().st_size == Placing(spans).length


def test_spans_of_a_file_that_is_replaced_are_never_mixed(link, store, tmp_path):
    spans = [(0, 300_000), (LEAST_SPAN, LEAST_SPAN + 300_000)]
    store.replaced_by, store.replaced_after = Ranges(LARGE[::-1], '"v2"'), 200_000
    part = Part(tmp_path / "a.tif")
    download_spans(link(), part, spans, len(LARGE))
    assert part.path.read_bytes() == b"".join(LARGE[::-1][start:end] for start, end in spans)


# Names and folders


def test_names_are_taken_at_once_and_rests_are_found_again(tmp_path):
    first = reserve(tmp_path, "a.tif", "http://h/a.tif")
    second = reserve(tmp_path, "a.tif", "http://h/a.tif")
    assert [first.name, second.name] == ["a.tif", "a-2.tif"]
    Part(first).path.write_bytes(b"12345")
    Part(first).save(Journal("http://h/a.tif", '"v1"', 9, None, ((0, 5),)))
    assert reserve(tmp_path, "a.tif", "http://h/a.tif").name == "a.tif"
    assert reserve(tmp_path, "a.tif", "http://h/b.tif").name == "a-3.tif"
    with pytest.raises(FileGoneError):
        reserve(tmp_path / "gone", "a.tif", "http://h/a.tif")


CHILD = """
import sys, time
from pathlib import Path
import requests
from dinamis_plugin.api import transfer
from dinamis_plugin.api.download import download
from dinamis_plugin.api.link import Link
transfer.KEEP_S = 0.1
link = Link(requests.Session(), lambda: sys.argv[1])
print("begun", flush=True)
download(link, Path(sys.argv[2]))
print("done", flush=True)
"""


def child(url: str, target: Path, **options) -> subprocess.Popen:
    return subprocess.Popen(
        [sys.executable, "-c", CHILD, url, str(target)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        **options,
    )


def test_a_process_that_is_killed_loses_little_and_harms_nothing(server, store, link, tmp_path):
    store.pause = 0.025
    target = tmp_path / "a.tif"
    kept = []
    for _ in range(3):
        process = child(f"{server.url}/a.tif", target)
        assert process.stdout.readline() == "begun\n"
        time.sleep(0.5)
        process.send_signal(signal.SIGKILL)
        process.communicate()
        assert not target.exists()
        journal = Part(target).journal(f"{server.url}/a.tif")
        kept.append(sum(end - start for start, end in journal.done) if journal else 0)
    assert kept == sorted(kept)
    assert kept[-1] > 0
    store.pause, store.sent = 0, 0
    download(link(), target, Promise(len(LARGE), SHA256))
    assert store.sent <= len(LARGE) - kept[-1] + 4 * 65536
    assert names(tmp_path) == {"a.tif"}


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="giving rights up takes root")
def test_a_folder_that_cannot_be_written_is_told(server, store, tmp_path):
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o555)
    for folder in tmp_path.parents:
        if folder.stat().st_uid == 0 and folder.parts[:2] == ("/", "tmp") and len(folder.parts) > 2:
            folder.chmod(0o755)
    tmp_path.chmod(0o755)
    process = child(f"{server.url}/a.tif", closed / "a.tif", user="nobody", group="nogroup")
    out, err = process.communicate(timeout=30)
    assert "done" not in out
    assert "FileGoneError" in err
    assert names(closed) == set()
