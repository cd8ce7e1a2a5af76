"""AWS Signature Version 4 in the query of a URL: pure functions, checked against the published example."""

from __future__ import annotations

import hmac
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from hashlib import sha256
from urllib.parse import parse_qsl, quote, unquote, urlsplit

from dinamis_service.storage.store import SignatureError

REGION = "us-east-1"
"""Region of signatures where nothing says another."""
LONGEST_S = 7 * 86400
"""Longest life that S3 gives to a signature, in seconds."""
_SKEW = timedelta(minutes=5)  # a signer's clock may be ahead of ours by this much
_ALGORITHM = "AWS4-HMAC-SHA256"
_STAMP = "%Y%m%dT%H%M%SZ"
_PARAMETERS = frozenset(
    f"X-Amz-{name}" for name in ("Algorithm", "Credential", "Date", "Expires", "SignedHeaders", "Signature")
)
_DEFAULT_PORTS = {"http": ":80", "https": ":443"}
_PLAIN = re.compile(r"[A-Za-z0-9_.~/-]*").fullmatch
"""Matches a path that is written in the one canonical way for sure."""

Presign = Callable[[str], str]
"""Gives a URL its signature."""


@lru_cache(maxsize=32)
def _day_key(secret: str, day: str, region: str) -> bytes:
    """Signing key of `day` (YYYYMMDD)."""
    key = f"AWS4{secret}".encode()
    for part in (day, region, "s3", "aws4_request"):
        key = hmac.digest(key, part.encode(), "sha256")
    return key


@dataclass(frozen=True)
class Signer:
    """Signs URLs with one key pair, and knows its own signatures again."""

    key_id: str
    secret: str = field(repr=False)
    region: str = REGION

    def presign(self, url: str, method: str, now: datetime, duration_s: int) -> str:
        """`url` with a signature for `method`, valid `duration_s` seconds from `now` (cut to the second).

        The rest of the URL is left as it is written, a signature already there is replaced.
        """
        return self.presigner(method, now, duration_s)(url)

    def presigner(self, method: str, now: datetime, duration_s: int) -> Presign:
        """What `presign` does, for many URLs: all that they have in common is computed here."""
        stamp = now.astimezone(UTC).strftime(_STAMP)
        credential = quote(f"{self.key_id}/{stamp[:8]}/{self.region}/s3/aws4_request", safe="")
        added = (
            f"X-Amz-Algorithm={_ALGORITHM}&X-Amz-Credential={credential}"
            f"&X-Amz-Date={stamp}&X-Amz-Expires={duration_s}&X-Amz-SignedHeaders=host"
        )
        sign = self._signing(stamp)

        def presign(url: str) -> str:
            query = ""
            if "?" in url:
                url, query = unsigned(url)
            scheme, _, rest = url.partition("://")
            host, slash, path = rest.partition("/")
            host = host.removesuffix(_DEFAULT_PORTS.get(scheme, ""))
            written = f"{query}&{added}" if query else added
            canonical = _canonical_query(written) if query else added
            signature = sign(_canonical_request(method, slash + path, canonical, host))
            return f"{url}?{written}&X-Amz-Signature={signature}"

        return presign

    def verify(self, method: str, url: str, host: str, now: datetime) -> datetime:
        """Check the signature in the query of `url` (its path and query are read) for a request to `host`.

        Only the bearer of a signature of ours learns that its time is over, or has not come.

        Returns:
            The end of the signature, in UTC.

        Raises:
            SignatureError: with the fault found.
        """
        parts = urlsplit(url)
        given = dict(parse_qsl(parts.query, keep_blank_values=True))
        if "X-Amz-Signature" not in given:
            raise SignatureError("missing")
        stamp = given.get("X-Amz-Date", "")
        try:
            start = datetime.strptime(stamp, _STAMP).replace(tzinfo=UTC)
            duration_s = int(given["X-Amz-Expires"])
            fixed = (given["X-Amz-Algorithm"], given["X-Amz-Credential"], given["X-Amz-SignedHeaders"])
        except (KeyError, ValueError):
            raise SignatureError("malformed") from None
        scope = f"{self.key_id}/{stamp[:8]}/{self.region}/s3/aws4_request"
        if fixed != (_ALGORITHM, scope, "host") or not 1 <= duration_s <= LONGEST_S:
            raise SignatureError("wrong")
        signed = re.sub(r"(?:^|&)X-Amz-Signature=[^&]*", "", parts.query).lstrip("&")
        request = _canonical_request(method, parts.path, _canonical_query(signed), host)
        expected = self._signing(stamp)(request)
        if not hmac.compare_digest(expected.encode(), given["X-Amz-Signature"].encode()):
            raise SignatureError("wrong")
        if start > now + _SKEW:
            raise SignatureError("early")
        end = start + timedelta(seconds=duration_s)
        if now >= end:
            raise SignatureError("expired")
        return end

    def _signing(self, stamp: str) -> Presign:
        """What gives the hexadecimal signature of a canonical request made at `stamp`."""
        day = stamp[:8]
        head = f"{_ALGORITHM}\n{stamp}\n{day}/{self.region}/s3/aws4_request\n"
        key = _day_key(self.secret, day, self.region)

        def sign(canonical_request: str) -> str:
            text = head + sha256(canonical_request.encode()).hexdigest()
            return hmac.digest(key, text.encode(), "sha256").hex()

        return sign


def _canonical_request(method: str, path: str, canonical_query: str, host: str) -> str:
    """The text that is signed, for a request whose only signed header is `host`."""
    path = path if _PLAIN(path) else quote(unquote(path))
    return f"{method}\n{path}\n{canonical_query}\nhost:{host.lower()}\n\nhost\nUNSIGNED-PAYLOAD"


def _canonical_query(query: str) -> str:
    """Parameters decoded, encoded again in the one canonical way, and sorted."""
    pairs = parse_qsl(query, keep_blank_values=True)
    return "&".join(sorted(f"{quote(name, safe='')}={quote(value, safe='')}" for name, value in pairs))


def unsigned(url: str) -> tuple[str, str]:
    """The URL before its query, and its query without the parameters of a signature."""
    url, _, query = url.partition("?")
    kept = [part for part in query.split("&") if part and unquote(part.partition("=")[0]) not in _PARAMETERS]
    return url, "&".join(kept)
