"""What of a file is wanted and here: spans, the plan of connections, the journal, names, checksums."""

from __future__ import annotations

import hashlib
from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dinamis_plugin.domain.checksum import Checksum
from dinamis_plugin.domain.download import (
    LEAST_SPAN,
    Journal,
    Placing,
    Plan,
    RateMeter,
    joined,
    length,
    without,
)
from dinamis_plugin.domain.file_names import alternatives, safe_stem

SPANS = st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)), max_size=8)


def numbers(spans):
    return {number for start, end in spans for number in range(start, end)}


@given(SPANS)
def test_joined_spans_hold_the_same_bytes_sorted_and_apart(spans):
    merged = joined(spans)
    assert numbers(merged) == numbers(spans)
    assert all(end < start for (_, end), (start, _) in zip(merged, merged[1:]))
    assert length(merged) == len(numbers(spans))


@given(SPANS, SPANS)
def test_without_is_the_difference(wanted, done):
    assert numbers(without(wanted, done)) == numbers(wanted) - numbers(done)


def test_spans_a_small_gap_apart_are_joined():
    assert joined([(0, 10), (14, 20), (25, 30)], gap=4) == ((0, 20), (25, 30))


@given(
    st.integers(1, 40), st.lists(st.tuples(st.integers(0, 5), st.integers(1, 9), st.booleans()), max_size=90)
)
def test_whatever_the_connections_do_every_byte_is_fetched_once(mib, steps):
    size = mib * 1024 * 1024
    plan, working, fetched = Plan([(0, size)]), {}, []
    for line, share, cut in steps:
        piece = working.get(line) or plan.take()
        if piece is None:
            continue
        working[line] = piece
        count = piece.left * share // 9
        fetched.append((piece.at, piece.at + count))
        piece.at += count
        if cut or not piece.left:
            plan.leave(working.pop(line))
    for piece in working.values():
        plan.leave(piece)
    assert plan.count == length(fetched) == length(joined(fetched))
    while (piece := plan.take()) is not None:
        fetched.append((piece.at, piece.end))
        piece.at = piece.end
        plan.leave(piece)
    assert plan.finished
    assert joined(fetched) == plan.done == ((0, size),)
    assert length(fetched) == size == plan.total


def test_an_idle_connection_takes_half_of_the_largest_piece_but_not_of_a_small_one():
    plan = Plan([(0, 8 * LEAST_SPAN)])
    first, second, third = plan.take(), plan.take(), plan.take()
    assert (first.at, first.end) == (0, 4 * LEAST_SPAN) or first.left == 2 * LEAST_SPAN
    assert sum(piece.left for piece in (first, second, third)) == 8 * LEAST_SPAN
    assert Plan([(0, 2 * LEAST_SPAN - 1)], ()).lines(4) == 1
    small = Plan([(0, 2 * LEAST_SPAN - 1)])
    small.take()
    assert small.take() is None


@given(SPANS)
def test_spans_lie_one_after_the_other_in_their_own_file(spans):
    placing = Placing(spans)
    places = [placing.place(number) for number in sorted(numbers(spans))]
    assert places == list(range(placing.length))
    assert [place for _, place, _ in placing.regions()] == sorted(place for _, place, _ in placing.regions())


@given(SPANS, st.integers(60, 100))
def test_a_journal_comes_back_as_it_was_written(done, size):
    journal = Journal("http://h/a.tif", '"v1"', size, None, joined(done))
    assert Journal.from_text(journal.to_text()) == journal
    part = Journal("http://h/a.tif", '"v1"', size, joined(done), joined(done)[:1])
    assert Journal.from_text(part.to_text()) == part


def test_a_journal_never_holds_a_signature():
    signed = "http://h/a.tif?X-Amz-Date=20260427T123526Z&X-Amz-Expires=60&X-Amz-Signature=00be02"
    assert "X-Amz" not in Journal(signed, "", 3).to_text()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "\x00",
        "{}",
        '{"href": "h", "size": 5, "done": [[0, 9]]}',
        '{"href": "h", "size": 5, "done": [[3, 2]]}',
        '{"href": "h", "size": 5, "done": [[-1, 2]]}',
        '{"href": "h", "size": 5, "done": [[0.5, 2]]}',
        '{"href": "h", "size": 5, "done": [[true, 2]]}',
        '{"href": "h", "size": 5, "done": [[0, 2]], "wanted": [[3, 5]]}',
        '{"href": "h", "size": 5, "done": 7}',
        '{"href": "h", "size": null, "done": []}',
        "[" * 5000,
    ],
)
def test_a_damaged_journal_is_none(text):
    assert Journal.from_text(text) is None


def test_the_rate_is_that_of_the_last_seconds():
    meter = RateMeter()
    assert (meter.rate, meter.remaining_s(100)) == (0.0, None)
    for second in range(21):
        meter.note(second, second * (10 if second <= 10 else 20) - (100 if second > 10 else 0) + 100)
    assert meter.rate == pytest.approx(20)
    assert meter.remaining_s(700) == pytest.approx(15)
    assert meter.remaining_s(None) is None
    meter.note(21, 0)
    assert meter.rate == 0


@pytest.mark.parametrize(
    ("code", "name"), [("11", "sha1"), ("12", "sha256"), ("13", "sha512"), ("d501", "md5")]
)
def test_a_multihash_is_read(code, name):
    digest = hashlib.new(name, b"image").digest()
    checksum = Checksum.from_multihash(f"{code}{len(digest):02x}{digest.hex()}")
    hasher = checksum.hasher()
    hasher.update(b"image")
    assert hasher.digest() == checksum.digest == digest


@pytest.mark.parametrize("text", ["", "zz", "12", "1220", "1220" + "00" * 31, "7f20" + "00" * 32, "ff" * 12])
def test_what_is_no_multihash_is_none(text):
    assert Checksum.from_multihash(text) is None


def test_names_clash_with_none():
    assert list(islice(alternatives("a.tif"), 3)) == ["a.tif", "a-2.tif", "a-3.tif"]
    assert list(islice(alternatives("a"), 2)) == ["a", "a-2"]


@given(st.text())
def test_every_text_gives_a_name(text):
    stem = safe_stem(text)
    assert stem
    assert not set(stem) & set('/\\:*?"<>|\0')
    assert not stem.startswith(".")
    assert len(stem.encode("utf-8")) <= 151


@pytest.mark.parametrize("text", ["con", "NUL", "com1.tif", "Lpt9"])
def test_names_of_devices_are_not_given(text):
    assert safe_stem(text) == f"_{text}"
