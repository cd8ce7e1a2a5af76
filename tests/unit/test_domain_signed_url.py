"""Signatures leave every text and nothing else does; they are renewed in time."""

from __future__ import annotations

import json
from datetime import datetime, timedelta, timezone
from urllib.parse import quote
from xml.sax.saxutils import escape, quoteattr

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dinamis_plugin.domain.signed_url import (
    SignedUrl,
    expiry_of,
    is_signed,
    strip_signature,
)

NOON = datetime(2026, 4, 27, 12, 0, tzinfo=timezone.utc)
HREFS = st.from_regex(
    r"https?://[a-z]{1,8}\.example(:[0-9]{2,4})?/([A-Za-z0-9._~-]{1,8}/){0,2}[a-z0-9]{1,8}\.tif",
    fullmatch=True,
)
OTHER_PARAMETERS = st.lists(
    st.from_regex(r"[a-w][a-z]{0,5}=[A-Za-z0-9._~-]{1,6}", fullmatch=True), max_size=2
)


def signature(issued: datetime = NOON, seconds: int = 28800, key: str = "EXAMPLEKEY") -> str:
    date = issued.strftime("%Y%m%dT%H%M%SZ")
    return (
        f"X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential={key}%2F{date[:8]}%2Fus-east-1%2Fs3%2Faws4_request"
        f"&X-Amz-Date={date}&X-Amz-Expires={seconds}&X-Amz-SignedHeaders=host%3Brange&X-Amz-Signature=00be0241feea2970"
    )


def address(href: str, before: list[str], after: list[str], *, signed: bool) -> str:
    query = [*before, *([signature()] if signed else []), *after]
    return href + ("?" + "&".join(query) if query else "")


FORMS = {
    "plain": lambda url: url,
    "vsicurl": lambda url: f"/vsicurl/{url}#dinamis:v1;item=a%20b;asset=ms",
    "xml text": lambda url: f"<SourceFilename relativeToVRT='0'>/vsicurl/{escape(url)}</SourceFilename>",
    "xml attribute": lambda url: f"<layer source={quoteattr(url)} id='x'/>",
    "vrt in a project": lambda url: f"<datasource>{escape(f'<VRT><S>{escape(url)}</S></VRT>')}</datasource>",
    "quoted attribute in text": lambda url: escape(f'<a href="{escape(url)}">', {'"': "&quot;"}),
    "numeric entity": lambda url: url.replace("&", "&#38;"),
    "hexadecimal entity": lambda url: url.replace("&", "&#x26;"),
    "encoded once": lambda url: f"/vsicurl?list_dir=no&url={quote(url, safe='')}&empty_dir=yes",
    "encoded once, in xml": lambda url: f"<S>/vsicurl?url={quote(url, safe='')}&amp;use_head=no</S>",
    "encoded twice": lambda url: f"http://p.example/?u={quote(quote(url, safe=''), safe='')}&x=1",
    "encoded in lower case": lambda url: quote(url, safe="").replace("%3F", "%3f").replace("%26", "%26"),
    "json": lambda url: json.dumps({"href": url}),
    "json for html": lambda url: json.dumps({"href": url}).replace("&", "\\u0026"),
    "message": lambda url: f"HTTP 403 for '{url}' (attempt 2, {url})",
}


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
@given(href=HREFS, before=OTHER_PARAMETERS, after=OTHER_PARAMETERS)
def test_every_form_loses_its_signature_and_nothing_else(form, href, before, after):
    signed = form(address(href, before, after, signed=True))
    plain = form(address(href, before, after, signed=False))
    assert is_signed(signed)
    assert strip_signature(signed) == plain
    assert not is_signed(plain)


@given(st.text())
def test_a_text_without_signature_is_left_alone(text):
    if "x-amz-" not in text.lower():
        assert strip_signature(text) == text


PIECES = st.sampled_from(
    [
        "X-Amz-Date=1",
        "X-Amz-Signature=ab",
        "?",
        "&",
        "&amp;",
        "&quot;",
        "%3F",
        "%26",
        "%3D",
        "X-Amz-",
        "=",
        "a",
        "%25",
        ";",
        "#",
    ]
)


@given(st.lists(PIECES, max_size=12).map("".join))
def test_stripping_ends_at_a_text_without_signature(text):
    stripped = strip_signature(text)
    assert not is_signed(stripped)
    assert strip_signature(stripped) == stripped


def test_unescaped_semicolons_of_header_names_go_too():
    url = "http://h/a.tif?X-Amz-SignedHeaders=host;range;x-amz-date&X-Amz-Signature=ab&v=1"
    assert strip_signature(url) == "http://h/a.tif?v=1"


def test_parameters_without_an_address_go_too():
    assert strip_signature(f"query: {signature()} end") == "query:  end"


@given(HREFS, st.integers(946684800, 4102444800), st.integers(1, 518400))
def test_expiry_is_issue_plus_lifetime(href, issued, seconds):
    issued = datetime.fromtimestamp(issued, timezone.utc)
    url = f"{href}?{signature(issued, seconds)}"
    expected = issued + timedelta(seconds=seconds)
    assert expiry_of(url) == expected
    assert expiry_of(f"/vsicurl?url={quote(url, safe='')}") == expected
    assert expiry_of(escape(url)) == expected


@pytest.mark.parametrize(
    "url",
    [
        "",
        "http://h/a.tif",
        "http://h/a?X-Amz-Date=20261399T999999Z&X-Amz-Expires=60",
        "http://h/a?X-Amz-Expires=60",
    ],
)
def test_no_expiry_without_a_readable_signature(url):
    assert expiry_of(url) is None


def test_the_signature_does_not_show_in_a_representation():
    assert "X-Amz" not in repr(SignedUrl(f"http://h/a.tif?{signature()}", NOON))
