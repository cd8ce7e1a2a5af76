"""AWS Signature Version 4 in the query of a URL: pure functions, checked against the published example."""

from __future__ import annotations

import hmac
import re
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from hashlib import sha256
from urllib.parse import parse_qsl, quote, unquote, urlsplit

from dinamis_service.storage.store import SignatureError

REGION = "us-east-1"
LONGEST_S = 7 * 86400
"""Longest life that S3 gives to a signature, in seconds."""
_SKEW = timedelta(minutes=5)  # a signer's clock may be ahead of ours by this much
_ALGORITHM = "AWS4-HMAC-SHA256"
_STAMP = "%Y%m%dT%H%M%SZ"
_PARAMETERS = frozenset(
    f"X-Amz-{name}" for name in ("Algorithm", "Credential", "Date", "Expires", "SignedHeaders", "Signature")
)
_DEFAULT_PORTS = {"http": ":80", "https": ":443"}


@lru_cache(maxsize=32)
def day_key(secret: str, day: str) -> bytes:
    """Signing key of `day` (YYYYMMDD)."""
    key = f"AWS4{secret}".encode()
    for part in (day, REGION, "s3", "aws4_request"):
        key = hmac.digest(key, part.encode(), "sha256")
    return key


def presign(url: str, method: str, now: datetime, duration_s: int, key_id: str, secret: str) -> str:
    """`url` with a signature for `method`, valid `duration_s` seconds from `now` (cut to the second).

    The rest of the URL is left as it is written, a signature already there is replaced.
    """
    url, query = _without_signature(url)
    scheme, _, rest = url.partition("://")
    host, slash, path = rest.partition("/")
    stamp = now.astimezone(UTC).strftime(_STAMP)
    added = (
        f"X-Amz-Algorithm={_ALGORITHM}&X-Amz-Credential={key_id}%2F{stamp[:8]}%2F{REGION}%2Fs3%2Faws4_request"
        f"&X-Amz-Date={stamp}&X-Amz-Expires={duration_s}&X-Amz-SignedHeaders=host"
    )
    canonical_query = _canonical_query(f"{query}&{added}") if query else added
    signature = _signature(
        method, slash + path, canonical_query, host.removesuffix(_DEFAULT_PORTS.get(scheme, "")), stamp, secret
    )
    return f"{url}?{query}{'&' if query else ''}{added}&X-Amz-Signature={signature}"


def verify(method: str, url: str, host: str, now: datetime, key_id: str, secret: str) -> None:
    """Check the signature in the query of `url` (its path and query are read) for a request to `host`.

    Raises:
        SignatureError: with the fault found.
    """
    parts = urlsplit(url)
    given = dict(parse_qsl(parts.query, keep_blank_values=True))
    if "X-Amz-Signature" not in given:
        raise SignatureError("missing")
    if not given.keys() >= _PARAMETERS:
        raise SignatureError("malformed")
    stamp = given["X-Amz-Date"]
    try:
        start = datetime.strptime(stamp, _STAMP).replace(tzinfo=UTC)
        duration_s = int(given["X-Amz-Expires"])
    except ValueError:
        raise SignatureError("malformed") from None
    scope = f"{key_id}/{stamp[:8]}/{REGION}/s3/aws4_request"
    fixed = (given["X-Amz-Algorithm"], given["X-Amz-Credential"], given["X-Amz-SignedHeaders"])
    if fixed != (_ALGORITHM, scope, "host") or not 1 <= duration_s <= LONGEST_S:
        raise SignatureError("wrong")
    if start > now + _SKEW:
        raise SignatureError("early")
    if now >= start + timedelta(seconds=duration_s):
        raise SignatureError("expired")
    query = _canonical_query(re.sub(r"(?:^|&)X-Amz-Signature=[^&]*", "", parts.query).lstrip("&"))
    expected = _signature(method, parts.path, query, host, stamp, secret)
    if not hmac.compare_digest(expected.encode(), given["X-Amz-Signature"].encode()):
        raise SignatureError("wrong")


def _signature(method: str, path: str, query: str, host: str, stamp: str, secret: str) -> str:
    """Hexadecimal signature of a canonical request whose only signed header is `host`."""
    canonical = f"{method}\n{quote(unquote(path))}\n{query}\nhost:{host.lower()}\n\nhost\nUNSIGNED-PAYLOAD"
    day = stamp[:8]
    text = (
        f"{_ALGORITHM}\n{stamp}\n{day}/{REGION}/s3/aws4_request\n{sha256(canonical.encode()).hexdigest()}"
    )
    return hmac.digest(day_key(secret, day), text.encode(), "sha256").hex()


def _canonical_query(query: str) -> str:
    """Parameters decoded, encoded again in the one canonical way, and sorted."""
    pairs = parse_qsl(query, keep_blank_values=True)
    return "&".join(sorted(f"{quote(name, safe='')}={quote(value, safe='')}" for name, value in pairs))


def _without_signature(url: str) -> tuple[str, str]:
    """The URL before its query, and its query without the parameters of a signature."""
    url, _, query = url.partition("?")
    kept = [part for part in query.split("&") if part and unquote(part.partition("=")[0]) not in _PARAMETERS]
    return url, "&".join(kept)
