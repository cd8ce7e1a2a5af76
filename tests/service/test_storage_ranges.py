"""Byte ranges against RFC 9110."""

from __future__ import annotations

import io
import time
from email.parser import BytesParser
from email.policy import HTTP

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dinamis_service.storage.ranges import (
    ByteRange,
    Multipart,
    UnsatisfiableRangeError,
    parse_ranges,
    read_range,
)


def spans(header: str | None, size: int = 100) -> list[tuple[int, int]]:
    return [(item.start, item.stop) for item in parse_ranges(header, size)]


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("bytes=0-0", [(0, 1)]),
        ("bytes=0-49", [(0, 50)]),
        ("bytes=50-", [(50, 100)]),
        ("bytes=-10", [(90, 100)]),
        ("bytes=-1000", [(0, 100)]),
        ("bytes=90-1000", [(90, 100)]),
        ("BYTES = 1-2 , 5-6", [(1, 3), (5, 7)]),
        ("bytes=5-6,1-2", [(5, 7), (1, 3)]),
        ("bytes=0-9,200-300", [(0, 10)]),
        ("bytes=0-9,5-20,15-30", [(0, 31)]),
        ("bytes=0-99,0-99,0-99", [(0, 100)]),
        (None, []),
        ("", []),
        ("bytes=", []),
        ("bytes=-", []),
        ("bytes=9-3", []),
        ("bytes=a-b", []),
        ("bytes=1-2,x", []),
        ("lines=1-2", []),
        ("bytes=" + "9" * 50 + "-", []),
        ("bytes=" + ",".join(f"{n}-{n}" for n in range(0, 202, 2)), []),
    ],
)
def test_ranges_as_the_rfc_has_them(header: str | None, expected: list[tuple[int, int]]) -> None:
    assert spans(header) == expected


@pytest.mark.parametrize("header", ["bytes=100-", "bytes=100-200", "bytes=-0", "bytes=100-,200-300"])
def test_ranges_after_the_end_cannot_be_satisfied(header: str) -> None:
    with pytest.raises(UnsatisfiableRangeError):
        spans(header)


def test_an_empty_object_has_no_ranges() -> None:
    with pytest.raises(UnsatisfiableRangeError):
        spans("bytes=0-", size=0)


@given(st.lists(st.tuples(st.integers(0, 120), st.integers(0, 120)), min_size=1, max_size=8))
def test_every_byte_asked_for_is_sent_once(pairs: list[tuple[int, int]]) -> None:
    pairs = [(min(pair), max(pair)) for pair in pairs]
    wanted = {byte for first, last in pairs for byte in range(first, last + 1) if byte < 100}
    header = "bytes=" + ",".join(f"{first}-{last}" for first, last in pairs)
    if not wanted:
        with pytest.raises(UnsatisfiableRangeError):
            spans(header)
        return
    sent = [byte for start, stop in spans(header) for byte in range(start, stop)]
    assert sorted(sent) == sorted(wanted)


def test_an_object_that_shrinks_is_not_padded() -> None:
    with pytest.raises(EOFError):
        list(read_range(io.BytesIO(b"abc"), ByteRange(0, 10)))


def test_a_multipart_body_is_what_a_mime_reader_expects_and_as_long_as_announced() -> None:
    content = bytes(range(256)) * 8
    multipart = Multipart([ByteRange(0, 10), ByteRange(500, 700)], len(content), "image/tiff", "limit")
    body = b"".join(multipart.read(io.BytesIO(content)))
    assert len(body) == len(multipart)
    message = BytesParser(policy=HTTP).parsebytes(
        b"Content-Type: " + multipart.media_type.encode() + b"\r\n\r\n" + body
    )
    parts = message.get_payload()
    assert isinstance(parts, list)
    assert [part["Content-Range"] for part in parts] == ["bytes 0-9/2048", "bytes 500-699/2048"]
    assert [part.get_content_type() for part in parts] == ["image/tiff", "image/tiff"]
    assert body.count(content[:10]) >= 1
    assert content[500:700] in body


@pytest.mark.parametrize("text", ["1-" + " " * 60_000 + "x", " " * 60_000 + "1", "," * 60_000, "1" * 60_000])
def test_a_hostile_header_is_read_at_once(text: str) -> None:
    """Its cost grows with its length, not with the square of it."""
    began = time.monotonic()
    assert parse_ranges(f"bytes={text}", 100) == []
    assert time.monotonic() - began < 1


def test_blanks_around_ranges_are_left_out() -> None:
    """The RFC allows them after the comma."""
    assert parse_ranges("bytes= 0-1 ,\t5-6 ", 100) == [ByteRange(0, 2), ByteRange(5, 7)]
