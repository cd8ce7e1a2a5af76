"""Conditions on the version of an object, against RFC 9110."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dinamis_service.storage.conditions import Version, verdict_on_none

CHANGED = datetime(2026, 4, 27, 12, 35, 26, tzinfo=UTC)
VERSION = Version('"a,b"', CHANGED)
LATER = CHANGED + timedelta(hours=1)

OPAQUE = st.text(st.sampled_from("ab,*/W! "), max_size=4).map(lambda text: text.replace(" ", "\x80"))
TAGS = st.builds(lambda weak, opaque: f'{weak}"{opaque}"', st.sampled_from(["", "W/"]), OPAQUE)
BLANKS = st.text(st.sampled_from(" \t"), max_size=2)
MOMENTS = st.integers(-3, 3).map(lambda seconds: CHANGED + timedelta(seconds=seconds))
FORMS = st.sampled_from(["%a, %d %b %Y %H:%M:%S GMT", "%A, %d-%b-%y %H:%M:%S GMT", "%a %b %d %H:%M:%S %Y"])


@st.composite
def lists(draw: st.DrawFn) -> tuple[list[str], str]:
    """Tags, and the header that lists them, with blanks and empty elements as anyone may write them."""
    tags = draw(st.lists(TAGS, max_size=4))
    parts = [draw(BLANKS) + tag + draw(BLANKS) for tag in tags]
    for _ in range(draw(st.integers(0, 2))):
        parts.insert(draw(st.integers(0, len(parts))), draw(BLANKS))
    return tags, ",".join(parts)


def asked(**headers: str) -> str:
    return VERSION.verdict({name.replace("_", "-"): value for name, value in headers.items()}, reads=True)


def written(**headers: str) -> str:
    return VERSION.verdict({name.replace("_", "-"): value for name, value in headers.items()}, reads=False)


@given(lists(), OPAQUE)
def test_reading_compares_tags_weakly_and_writing_strongly(
    listed: tuple[list[str], str], opaque: str
) -> None:
    tags, header = listed
    version = Version(f'"{opaque}"', CHANGED)
    known = any(tag.removeprefix("W/") == version.tag for tag in tags)
    assert version.verdict({"if-none-match": header}, reads=True) == ("not-modified" if known else "met")
    assert version.verdict({"if-none-match": header}, reads=False) == ("failed" if known else "met")
    for reads in (True, False):
        expected = "met" if version.tag in tags else "failed"
        assert version.verdict({"if-match": header}, reads=reads) == expected


@pytest.mark.parametrize("header", ["*", " * "])
def test_a_star_stands_for_any_version_but_not_for_none(header: str) -> None:
    assert asked(if_none_match=header) == "not-modified"
    assert written(if_none_match=header) == "failed"
    assert asked(if_match=header) == "met"
    assert verdict_on_none({"if-none-match": header}) == "met"
    assert verdict_on_none({"if-match": header}) == "failed"
    assert verdict_on_none({"if-match": '"x"'}) == "failed"
    assert verdict_on_none({"if-unmodified-since": format_datetime(CHANGED, usegmt=True)}) == "met"


@pytest.mark.parametrize("header", ["", "a,b", '"a,b', '"a,b" "a,b"', 'w/"a,b"', '"a,b", x', '*, "x"', '"*"'])
def test_what_is_no_list_of_tags_names_no_version(header: str) -> None:
    assert asked(if_none_match=header) == "met"
    assert asked(if_match=header) == "failed"


@given(MOMENTS, FORMS)
def test_dates_count_to_the_second_in_all_three_forms(moment: datetime, form: str) -> None:
    date = moment.strftime(form)
    assert asked(if_modified_since=date) == ("met" if moment < CHANGED else "not-modified")
    assert written(if_modified_since=date) == "met"
    for verdict in (asked(if_unmodified_since=date), written(if_unmodified_since=date)):
        assert verdict == ("failed" if moment < CHANGED else "met")


@given(MOMENTS, MOMENTS, st.booleans(), st.booleans())
def test_tags_count_and_dates_beside_them_do_not(
    since: datetime, until: datetime, same: bool, known: bool
) -> None:
    dates = {
        "if_modified_since": format_datetime(since, usegmt=True),
        "if_unmodified_since": format_datetime(until, usegmt=True),
    }
    match, none_match = VERSION.tag if same else '"x"', VERSION.tag if known else '"x"'
    expected = "failed" if not same else "not-modified" if known else "met"
    assert asked(if_match=match, if_none_match=none_match, **dates) == expected


@given(st.text(max_size=40))
def test_what_is_no_date_counts_as_absent(text: str) -> None:
    if not any(character.isdigit() for character in text):
        assert asked(if_modified_since=text, if_unmodified_since=text) == "met"
    asked(if_modified_since=text, if_unmodified_since=text, if_match=text)
    VERSION.is_of_if_range(text, LATER)


NUMBERS = st.integers(-9, 10**9)
MONTHS = st.sampled_from(["Jan", "-Feb-", ":", ""])
ZONES = st.sampled_from(["GMT", "+9999", "-2400", "z", "+99999999999"])


@given(st.builds("{} {}{} {}:{} {}".format, NUMBERS, MONTHS, NUMBERS, NUMBERS, NUMBERS, ZONES))
def test_what_looks_like_a_date_never_breaks_a_request(text: str) -> None:
    assert asked(if_modified_since=text) in ("met", "not-modified")


@given(TAGS, OPAQUE)
def test_only_the_strong_tag_itself_lets_ranges_go_on(tag: str, opaque: str) -> None:
    version = Version(f'"{opaque}"', CHANGED)
    assert version.is_of_if_range(tag, LATER) == (tag == version.tag)
    assert version.is_of_if_range(version.tag, CHANGED)
    assert version.is_of_if_range(None, CHANGED)


@given(MOMENTS, FORMS, st.integers(-2000, 5000).map(lambda ms: CHANGED + timedelta(milliseconds=ms)))
def test_a_date_lets_ranges_go_on_when_it_can_name_one_version_only(
    moment: datetime, form: str, now: datetime
) -> None:
    """Within the second of a change another may follow that bears the same date."""
    over = now - CHANGED >= timedelta(seconds=1)
    assert VERSION.is_of_if_range(moment.strftime(form), now) == (over and moment == CHANGED)
    assert ("Last-Modified" in VERSION.headers(now)) == over


@given(st.lists(st.integers(0, 3000), min_size=1, max_size=6), st.integers(0, 3000), st.integers(0, 3000))
def test_a_date_never_joins_ranges_of_two_versions(changes_ms: list[int], read_ms: int, wait_ms: int) -> None:
    """Whenever an object changes, a client reads it and comes back for the rest by the date it was told."""

    def at(ms: int) -> tuple[int, Version]:
        done = [ms_ for ms_ in sorted(changes_ms) if ms_ <= ms]
        moment = CHANGED + timedelta(milliseconds=done[-1] if done else -5000)
        return len(done), Version('"x"', moment.replace(microsecond=0))

    again_ms = read_ms + wait_ms
    (first, version), (second, present) = at(read_ms), at(again_ms)
    told = version.headers(CHANGED + timedelta(milliseconds=read_ms)).get("Last-Modified")
    if told is not None and present.is_of_if_range(told, CHANGED + timedelta(milliseconds=again_ms)):
        assert first == second


@pytest.mark.parametrize(
    "header", ['"' * 60_000, " " * 60_000 + "x", "," * 60_000, '"x"' + " " * 60_000 + "x"]
)
def test_a_hostile_header_is_read_at_once(header: str) -> None:
    began = time.monotonic()
    asked(if_none_match=header, if_match=header)
    assert time.monotonic() - began < 1
