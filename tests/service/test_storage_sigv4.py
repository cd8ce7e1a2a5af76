"""Signatures: the published example, and every way to tamper with a signed URL."""

from __future__ import annotations

import string
from datetime import UTC, datetime, timedelta
from urllib.parse import quote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dinamis_service.storage.sigv4 import Signer
from dinamis_service.storage.store import SignatureError

NOW = datetime(2026, 4, 27, 12, 35, 26, tzinfo=UTC)
KEY_ID = "KEYOFTHETESTS"
SIGNER = Signer(KEY_ID, "not a secret")
URL = "http://127.0.0.1:8000/objects/pleiades/a.tif"
HOST = "127.0.0.1:8000"


def sign(url: str = URL, method: str = "GET", duration_s: int = 3600) -> str:
    return SIGNER.presign(url, method, NOW, duration_s)


def fault(url: str, method: str = "GET", host: str = HOST, now: datetime = NOW) -> str | None:
    try:
        SIGNER.verify(method, url, host, now)
    except SignatureError as error:
        return error.fault
    return None


def test_the_published_example_of_s3_has_the_published_signature() -> None:
    """AWS, "Authenticating Requests: Using Query Parameters": example of a presigned URL."""
    key_id = "AKIAIOSFODNN7EXAMPLE"  # pragma: allowlist secret
    signer = Signer(key_id, "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")  # pragma: allowlist secret
    url = "https://examplebucket.s3.amazonaws.com/test.txt"
    signature = "aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404"  # pragma: allowlist secret
    assert signer.presign(url, "GET", datetime(2013, 5, 24, tzinfo=UTC), 86400) == (
        f"{url}?X-Amz-Algorithm=AWS4-HMAC-SHA256"
        f"&X-Amz-Credential={key_id}%2F20130524%2Fus-east-1%2Fs3%2Faws4_request"
        f"&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host&X-Amz-Signature={signature}"
    )


def test_the_url_itself_is_left_as_it_is_written() -> None:
    assert sign().startswith(URL + "?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=")


def test_a_signed_url_is_accepted_until_its_end() -> None:
    signed = sign(duration_s=60)
    assert fault(signed) is None
    assert fault(signed, now=NOW + timedelta(seconds=59)) is None
    assert fault(signed, now=NOW + timedelta(seconds=60)) == "expired"


def test_a_signer_ahead_by_a_little_is_accepted_and_by_a_lot_is_not() -> None:
    assert fault(sign(), now=NOW - timedelta(minutes=4)) is None
    assert fault(sign(), now=NOW - timedelta(minutes=6)) == "early"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("a.tif?", "b.tif?"),
        ("X-Amz-Expires=3600", "X-Amz-Expires=7200"),
        ("X-Amz-Date=20260427T123526Z", "X-Amz-Date=20260427T123527Z"),
        (KEY_ID, "ANOTHERKEY"),
        ("us-east-1", "eu-west-1"),
        ("AWS4-HMAC-SHA256", "AWS4-HMAC-SHA1"),
        ("SignedHeaders=host", "SignedHeaders=date"),
        ("X-Amz-Signature=", "versionId=2&X-Amz-Signature="),
        ("X-Amz-Signature=", "X-Amz-Signature=0"),
        ("X-Amz-Expires=3600", "X-Amz-Expires=99999999999"),
    ],
)
def test_a_changed_part_makes_the_signature_wrong(old: str, new: str) -> None:
    changed = sign().replace(old, new)
    assert changed != sign()
    assert fault(changed) == "wrong"


def test_method_and_host_are_bound_into_the_signature() -> None:
    assert fault(sign(method="PUT")) == "wrong"
    assert fault(sign(), host="elsewhere.example") == "wrong"


def test_a_default_port_is_not_part_of_the_host() -> None:
    assert fault(sign("https://h.example:443/objects/a"), host="h.example") is None
    assert fault(sign("http://H.example/objects/a"), host="h.example") is None


@pytest.mark.parametrize("signature", ["é", "%00", "", "zz"])
def test_a_signature_that_is_no_signature_is_refused(signature: str) -> None:
    assert fault(URL + "?" + sign().split("?")[1].rsplit("=", 1)[0] + "=" + signature) == "wrong"


@pytest.mark.parametrize("name", ["Algorithm", "Credential", "Date", "Expires", "SignedHeaders"])
def test_a_missing_parameter_is_told_apart(name: str) -> None:
    parts = [part for part in sign().split("?")[1].split("&") if not part.startswith(f"X-Amz-{name}=")]
    assert fault(f"{URL}?{'&'.join(parts)}") == "malformed"


@pytest.mark.parametrize("value", ["X-Amz-Date=yesterday", "X-Amz-Expires=soon"])
def test_an_unreadable_parameter_is_told_apart(value: str) -> None:
    name = value.partition("=")[0]
    parts = [value if part.startswith(f"{name}=") else part for part in sign().split("?")[1].split("&")]
    assert fault(f"{URL}?{'&'.join(parts)}") == "malformed"


def test_an_unsigned_url_is_told_apart() -> None:
    assert fault(URL) == "missing"


def test_signing_again_replaces_the_old_signature_and_keeps_other_parameters() -> None:
    again = SIGNER.presign(sign(URL + "?versionId=3"), "GET", NOW + timedelta(days=1), 3600)
    assert again.count("X-Amz-Signature=") == 1
    assert again.startswith(URL + "?versionId=3&X-Amz-Algorithm=")
    assert fault(again, now=NOW + timedelta(days=1)) is None


@given(
    st.text(alphabet=string.printable + "éœ漢", min_size=1, max_size=40).filter(lambda key: "\n" not in key),
    st.text(alphabet=string.ascii_letters + "é &=+%", max_size=10),
)
def test_any_key_and_parameter_can_be_signed(key: str, parameter: str) -> None:
    url = f"http://{HOST}/objects/{quote(key)}"
    if parameter:
        url += f"?p={quote(parameter)}"
    signed = sign(url)
    assert fault(signed) is None
    parts = urlsplit(signed)
    assert fault(f"{parts.path}x?{parts.query}") == "wrong"
