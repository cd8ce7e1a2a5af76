"""JSON from the web, patiently and within bounds: time, size, number of tries, and where it may come from."""

from __future__ import annotations

import ipaddress
import json
import random
import socket
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Any
from urllib.parse import urljoin, urlsplit

import httpx

_RETRIED = frozenset({408, 425, 429, 500, 502, 503, 504})
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_MOST_REDIRECTS = 5


class FetchError(Exception):
    """An answer that did not come, or is none; `status` is 0 where there was no answer at all."""

    def __init__(self, message: str, status: int = 0) -> None:
        super().__init__(message)
        self.status = status


@dataclass(frozen=True)
class Bounds:
    """What one answer may take.

    Args:
        connect_s: seconds to reach the server, and between two pieces of its answer.
        total_s: seconds for the whole answer.
        bytes: of the answer, unpacked.
        tries: of one request, the first included.
        pause_s: before the second try; doubled at each further one, a little longer or shorter by chance.
        longest_pause_s: however long the server asks to wait.
    """

    connect_s: float = 20
    total_s: float = 120
    bytes: int = 64 << 20
    tries: int = 5
    pause_s: float = 1
    longest_pause_s: float = 300


@dataclass(frozen=True)
class Validators:
    """What a server said of a document, by which it can be asked whether that has changed (RFC 9110, 13)."""

    etag: str | None = None
    modified: str | None = None

    def __bool__(self) -> bool:
        return self.etag is not None or self.modified is not None

    def headers(self) -> dict[str, str]:
        """The condition of a request."""
        told = {"If-None-Match": self.etag, "If-Modified-Since": self.modified}
        return {name: value for name, value in told.items() if value is not None}


_UNKNOWN = Validators()
_SETTLED = timedelta(seconds=2)
"""Age from which on a document does not change again in the second that its `Last-Modified` tells."""


@dataclass(frozen=True)
class Answer:
    """A JSON document; none when it is `unchanged` since the validators that were sent."""

    document: Any
    url: str
    validators: Validators
    unchanged: bool = False


@dataclass(frozen=True)
class _Request:
    """A request as it is tried; `signs_in` says that its body is a secret."""

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: Mapping[str, Any] = field(default_factory=dict)
    signs_in: bool = False


@dataclass
class Fetcher:
    """Fetches JSON; links of answers lead only to hosts that the operator named, or to public ones.

    Args:
        trusted: hosts that the operator named: they alone get the credentials, and may be private.
        bounds: of each answer.
        credentials: gives the headers that sign a request in; called anew with True after a 401.
        sleep: waits for so many seconds.
    """

    trusted: frozenset[str]
    bounds: Bounds = field(default_factory=Bounds)
    credentials: Callable[[bool], Mapping[str, str]] | None = None
    sleep: Callable[[float], object] = time.sleep

    def __post_init__(self) -> None:
        timeout = httpx.Timeout(self.bounds.connect_s)
        self._client = httpx.Client(timeout=timeout, headers={"User-Agent": "dinamis-service"})

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def get(self, url: str, known: Validators = _UNKNOWN) -> Answer:
        """The document at an address, unless it is unchanged since."""
        return self._fetch(_Request("GET", url, known.headers()))

    def post(self, url: str, body: Any) -> Answer:
        """The answer to a JSON body."""
        return self._fetch(_Request("POST", url, body={"json": body}))

    def post_form(self, url: str, form: Mapping[str, str]) -> Any:
        """The JSON answer to a form that signs in; what it holds is in no message."""
        return self._fetch(_Request("POST", url, body={"data": dict(form)}, signs_in=True)).document

    def _fetch(self, request: _Request) -> Answer:
        """One request with its retries."""
        last = FetchError(f"{request.url}: no answer")
        renew = False
        for attempt in range(self.bounds.tries):
            try:
                return self._follow(request, self._signed(request, renew=renew))
            except _RetryError as error:  # noqa: PERF203 - trying again is what the loop is for
                last = FetchError(str(error), error.status)
                renew = False
                if attempt + 1 < self.bounds.tries:
                    self.sleep(self._pause(attempt, error.after))
            except FetchError as error:
                if error.status != HTTPStatus.UNAUTHORIZED or self.credentials is None or renew:
                    raise
                last, renew = error, True
        raise last

    def _signed(self, request: _Request, *, renew: bool) -> Mapping[str, str]:
        """Headers that sign a request in, where it goes to a host that the operator named."""
        if self.credentials is None or request.signs_in or _host(request.url) not in self.trusted:
            return {}
        return self.credentials(renew)

    def _follow(self, request: _Request, signature: Mapping[str, str]) -> Answer:
        """The answer, through redirections to places that are allowed; secrets stay with the first host."""
        for _ in range(_MOST_REDIRECTS + 1):
            answer = self._once(request, signature)
            if isinstance(answer, Answer):
                return answer
            if _host(answer) != _host(request.url):
                if request.signs_in:
                    msg = f"{request.url}: redirected to another host with a key"
                    raise FetchError(msg)
                signature = {}
            request = replace(request, url=answer)
        msg = f"{request.url}: more than {_MOST_REDIRECTS} redirections"
        raise FetchError(msg)

    def _once(self, request: _Request, signature: Mapping[str, str]) -> Answer | str:
        """An answer, or the address of a redirection."""
        url = request.url
        self._check(url)
        headers = {**request.headers, **signature}
        until = time.monotonic() + self.bounds.total_s
        try:
            with self._client.stream(request.method, url, headers=headers, **request.body) as response:
                status = response.status_code
                if status == HTTPStatus.NOT_MODIFIED:
                    return Answer(None, url, _UNKNOWN, unchanged=True)
                if status in _REDIRECTS and "Location" in response.headers:
                    return joined(url, response.headers["Location"])
                msg = f"{url}: HTTP {status}"
                if status in _RETRIED:
                    raise _RetryError(msg, status, response.headers.get("Retry-After"))
                if status >= HTTPStatus.BAD_REQUEST:
                    raise FetchError(msg, status)
                content = self._read(url, response, until)
                return Answer(_parsed(url, content), url, _validators(response.headers))
        except (httpx.TransportError, httpx.DecodingError) as error:
            msg = f"{url}: {type(error).__name__} {error}".strip()
            raise _RetryError(msg) from error
        except httpx.HTTPError as error:
            msg = f"{url}: {error}"
            raise FetchError(msg) from error

    def _read(self, url: str, response: httpx.Response, until: float) -> bytes:
        """The whole body within the bounds."""
        content = bytearray()
        for chunk in response.iter_bytes():
            content += chunk
            if len(content) > self.bounds.bytes:
                msg = f"{url}: an answer of more than {self.bounds.bytes} bytes"
                raise FetchError(msg)
            if time.monotonic() > until:
                msg = f"{url}: not answered whole within {self.bounds.total_s:g} s"
                raise _RetryError(msg)
        return bytes(content)

    def _check(self, url: str) -> None:
        """Refuse an address that is not of the web, or leads into a private network unasked."""
        try:
            parts = urlsplit(url)
            host, port = parts.hostname, parts.port
        except ValueError:
            host, port = None, None
        if host is None or parts.scheme not in ("http", "https"):
            msg = f"{url!r} is no address of the web"
            raise FetchError(msg)
        if host in self.trusted:
            return
        try:
            found = socket.getaddrinfo(host, port or parts.scheme, type=socket.SOCK_STREAM)
        except OSError as error:
            msg = f"{host} is not found"
            raise FetchError(msg) from error
        if not all(
            ipaddress.ip_address(str(address[0]).partition("%")[0]).is_global for *_, address in found
        ):
            msg = f"{url}: a link into a private network is not followed"
            raise FetchError(msg)

    def _pause(self, attempt: int, after: str | None) -> float:
        """Seconds before the next try: what the server asks, else longer each time, within the bound."""
        asked = _seconds(after)
        grown = self.bounds.pause_s * 2**attempt * random.uniform(0.75, 1.25)  # noqa: S311 - no secret
        return min(self.bounds.longest_pause_s, grown if asked is None else asked)


class _RetryError(Exception):
    """A fault that may pass."""

    def __init__(self, message: str, status: int = 0, after: str | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.after = after


def _seconds(after: str | None) -> float | None:
    """What `Retry-After` asks: seconds, or a date; None when it is neither."""
    if after is None:
        return None
    if after.strip().isdecimal():
        return float(after)
    try:
        moment = parsedate_to_datetime(after)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max(0.0, (moment - datetime.now(UTC)).total_seconds())


def _parsed(url: str, content: bytes) -> Any:
    try:
        return json.loads(content)
    except (ValueError, RecursionError) as error:
        msg = f"{url}: the answer is no JSON"
        raise FetchError(msg) from error


def _host(url: str) -> str:
    """Host of an address, empty when it has none."""
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def joined(base: str, href: str) -> str:
    """The whole address of a link; one that is none stays as it is, to be refused when it is followed."""
    try:
        return urljoin(base, href)
    except ValueError:
        return href


def trusted_hosts(*urls: str) -> frozenset[str]:
    """Hosts of the addresses that an operator gave."""
    return frozenset(filter(None, map(_host, urls)))


def _validators(headers: Mapping[str, str]) -> Validators:
    """What an answer tells; `Last-Modified` where it can be relied on (RFC 9110, 8.8.2.2)."""
    modified = headers.get("Last-Modified")
    try:
        age = parsedate_to_datetime(headers.get("Date", "")) - parsedate_to_datetime(modified or "")
    except (TypeError, ValueError):
        modified = None
    else:
        modified = modified if age >= _SETTLED else None
    return Validators(headers.get("ETag"), modified)
