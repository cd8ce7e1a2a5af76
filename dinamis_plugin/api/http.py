"""One HTTP client for all resources: time limits, retries, renewal of the session, and faults as errors."""

from __future__ import annotations

import json
import time
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from http.cookiejar import DefaultCookiePolicy
from typing import Any, Callable, Optional
from urllib.parse import urlsplit

import requests

from ..domain.errors import (
    BadAnswerError,
    CancelledError,
    DinamisError,
    NotSignedInError,
    ServiceFailureError,
    ServiceUnreachableError,
    TimedOutError,
    TooManyRequestsError,
    UnavailableError,
)
from ..domain.secret import Secret
from .faults import error_of_answer, error_of_exception, http_date, pause_before_repeating

Cancel = Callable[[], bool]
Part = tuple[str, tuple[Optional[str], bytes, str]]
"""A part of a form: field, then name of the file (None for a text), content and media type."""

ATTEMPTS = 4
FIRST_PAUSE_S = 0.4
ANSWER_DEADLINE_S = 120.0
LARGEST_ANSWER_BYTES = 64 * 1024 * 1024

_STEP_S = 0.1
_PIECE_BYTES = 64 * 1024
_OK = range(200, 300)
_OAUTH_REFUSALS = frozenset({400, 401})
_DEFAULT_PORTS = {"http": 80, "https": 443}


def never() -> bool:
    """Cancel function of a call that nobody cancels."""
    return False


@dataclass(frozen=True)
class Answer:
    """A whole answer of a service."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        """Give the body as JSON.

        Raises:
            BadAnswerError: It is not JSON.
        """
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError):
            kind = self.headers.get("Content-Type", "")
            raise BadAnswerError.about("JSON", kind or "no type") from None

    @property
    def error(self) -> DinamisError:
        """The refusal as an error."""
        try:
            document = self.json()
        except BadAnswerError:
            document = None
        return error_of_answer(self.status, self.headers, document)


class HttpClient:
    """Makes the calls to one service.

    Calls that may be repeated are repeated after a lost connection, 429, 502, 503 and 504, with growing
    pauses or the one that the service asks for. A 401 renews the session once. The access token goes to
    trusted origins only.

    Args:
        session: Transport; its cookies are switched off, so that threads can share it.
        timeout_s: Longest silence of the service, in seconds.
        language: Language of the sentences of the service.
        access_token: Gives the bearer token, None when nobody is signed in.
        on_unauthorized: Renews the session; true when the call is worth another try.
        sleep: Waits some seconds.
        deadline_s: Longest time for one whole answer, so that a slow drip ends too.
    """

    def __init__(
        self,
        session: requests.Session,
        *,
        timeout_s: float = 20.0,
        language: str = "fr",
        access_token: Callable[[], str | None] = lambda: None,
        on_unauthorized: Callable[[], bool] = lambda: False,
        sleep: Callable[[float], None] = time.sleep,
        deadline_s: float = ANSWER_DEADLINE_S,
    ) -> None:
        session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        self.session = session
        self.timeout_s = timeout_s
        self.language = language
        self.clock_offset = timedelta()
        """How far the clock of the service is ahead of this machine's, by its last answer."""
        self._access_token = access_token
        self._on_unauthorized = on_unauthorized
        self._sleep = sleep
        self._deadline_s = deadline_s
        self._trusted: frozenset[str] = frozenset()

    def trust(self, addresses: Iterable[str]) -> None:
        """Let the access token be sent to the origins of these addresses, and to no others."""
        self._trusted = frozenset(map(_origin, addresses)) - {""}

    def get_json(
        self,
        url: str,
        *,
        params: Mapping[str, str] | None = None,
        authorized: bool = True,
        cancel: Cancel = never,
    ) -> Any:
        """GET a JSON document.

        Raises:
            DinamisError: Any of its subclasses that `api.faults` knows.
        """
        answer = self._call("GET", url, params=params, authorized=authorized, repeatable=True, cancel=cancel)
        return answer.json()

    def get_bytes(self, url: str, *, cancel: Cancel = never) -> bytes:
        """GET a small public file, such as a thumbnail, without a token."""
        return self._call("GET", url, authorized=False, repeatable=True, cancel=cancel).body

    def text(
        self,
        method: str,
        url: str,
        *,
        parameters: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        cancel: Cancel = never,
    ) -> str:
        """Ask by GET, or by a POST that changes nothing, for a text: the transport of pystac-client.

        Raises:
            DinamisError: Any of its subclasses that `api.faults` knows.
        """
        by_post = method == "POST"
        answer = self._call(
            method,
            url,
            params=None if by_post else parameters,
            json_body=parameters if by_post else None,
            headers=headers,
            authorized=True,
            repeatable=True,
            cancel=cancel,
        )
        return answer.body.decode("utf-8", "replace")

    def post_json(
        self,
        url: str,
        body: Any,
        *,
        headers: Mapping[str, str] | None = None,
        repeatable: bool = False,
        authorized: bool = True,
        cancel: Cancel = never,
    ) -> Any:
        """POST a JSON document and read the one that answers.

        Args:
            url: Where to.
            body: What to send.
            headers: More headers.
            repeatable: Sending it twice does no more than sending it once.
            authorized: Whether to send the access token.
            cancel: Says that nobody waits for the answer any more.

        Raises:
            DinamisError: Any of its subclasses that `api.faults` knows.
        """
        answer = self._call(
            "POST",
            url,
            json_body=body,
            headers=headers,
            repeatable=repeatable,
            authorized=authorized,
            cancel=cancel,
        )
        return answer.json()

    def send_json(
        self,
        method: str,
        url: str,
        body: Any,
        *,
        headers: Mapping[str, str],
        repeatable: bool = False,
        cancel: Cancel = never,
    ) -> Any:
        """PUT or PATCH a JSON document and read the one that answers; otherwise as `post_json`."""
        answer = self._call(
            method,
            url,
            json_body=body,
            headers=headers,
            authorized=True,
            repeatable=repeatable,
            cancel=cancel,
        )
        return answer.json()

    def delete(self, url: str, *, headers: Mapping[str, str], cancel: Cancel = never) -> None:
        """DELETE what is at an address.

        Raises:
            DinamisError: Any of its subclasses that `api.faults` knows.
        """
        self._call("DELETE", url, headers=headers, authorized=True, repeatable=False, cancel=cancel)

    def post_form(
        self, url: str, form: Mapping[str, str], *, repeatable: bool = False, cancel: Cancel = never
    ) -> Answer:
        """POST a form of OAuth 2.0 without a token; its refusals, 400 and 401, come back as the answer.

        Raises:
            DinamisError: Any other refusal, and faults of the network.
        """
        return self._call(
            "POST",
            url,
            form=form,
            returned=_OAUTH_REFUSALS,
            authorized=False,
            repeatable=repeatable,
            cancel=cancel,
        )

    def ask(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        params: Mapping[str, str] | None = None,
        form: Mapping[str, str] | None = None,
        files: Sequence[Part] | None = None,
        returned: Container[int] = (),
        repeatable: bool = False,
        cancel: Cancel = never,
    ) -> Answer:
        """Make a call as the signed-in person and give the answer as it came: files, conditions, forms.

        Args:
            method: Method of HTTP.
            url: Where to.
            headers: More headers.
            params: Query.
            form: Fields of a form.
            files: Files of a form, which is sent in parts then (`multipart/form-data`).
            returned: Statuses, beside those of success, that are no error here, such as 304.
            repeatable: Making the call twice does no more than making it once.
            cancel: Says that nobody waits for the answer any more.

        Raises:
            DinamisError: Any of its subclasses that `api.faults` knows.
        """
        sent: dict[str, Any] = {"headers": headers, "params": params, "form": form, "files": files}
        return self._call(
            method, url, returned=returned, authorized=True, repeatable=repeatable, cancel=cancel, **sent
        )

    def _call(
        self,
        method: str,
        url: str,
        *,
        params: Mapping[str, Any] | None = None,
        json_body: Any = None,
        form: Mapping[str, str] | None = None,
        files: Sequence[Part] | None = None,
        headers: Mapping[str, str] | None = None,
        returned: Container[int] = (),
        authorized: bool,
        repeatable: bool,
        cancel: Cancel,
    ) -> Answer:
        renewed = False
        pause = FIRST_PAUSE_S
        attempt = 0
        while True:
            attempt += 1
            sent = {
                "Accept": "application/json, */*;q=0.5",
                **(headers or {}),
                **self._bearer(url, authorized),
            }
            try:
                content = {"params": params, "json": json_body, "data": form, "files": files}
                answer = self._exchange(method, url, sent, cancel, **content)
                if answer.status in _OK or answer.status in returned:
                    return answer
                raise answer.error
            except NotSignedInError:
                if renewed or not authorized or not self._on_unauthorized():
                    raise
                renewed = True
            except (
                ServiceUnreachableError,
                ServiceFailureError,
                TooManyRequestsError,
                UnavailableError,
            ) as error:
                wait = pause_before_repeating(error, pause)
                if wait is None or not repeatable or attempt >= ATTEMPTS:
                    raise
                pause *= 2
                self._wait(wait, cancel)

    def _exchange(
        self, method: str, url: str, headers: Mapping[str, str], cancel: Cancel, **content: Any
    ) -> Answer:
        _check(cancel)
        # Plain texts: requests refuses others, even if they are ones.
        all_headers = {"Accept-Language": self.language, **{name: str(headers[name]) for name in headers}}
        end = time.monotonic() + self._deadline_s
        try:
            with self.session.request(
                method,
                url,
                headers=all_headers,
                timeout=self.timeout_s,
                stream=True,
                allow_redirects=method == "GET",
                **content,
            ) as response:
                body = _read(response, end, cancel)
        except requests.RequestException as error:
            raise error_of_exception(error) from None
        self._compare_clocks(response.headers)
        return Answer(response.status_code, response.headers, body)

    def _bearer(self, url: str, authorized: bool) -> dict[str, str]:
        if not authorized or _origin(url) not in self._trusted:
            return {}
        value = self._access_token()
        return {"Authorization": Secret(f"Bearer {value}")} if value else {}

    def _compare_clocks(self, headers: Mapping[str, str]) -> None:
        moment = http_date(headers.get("Date", ""))
        if moment is not None:
            self.clock_offset = moment - datetime.now(timezone.utc)

    def _wait(self, seconds: float, cancel: Cancel) -> None:
        while seconds > 0:
            _check(cancel)
            step = min(seconds, _STEP_S)
            self._sleep(step)
            seconds -= step


def _read(response: requests.Response, end: float, cancel: Cancel) -> bytes:
    """Read a body piece by piece, within the time and size allowed, and see that none of it is missing."""
    body = bytearray()
    for piece in response.iter_content(_PIECE_BYTES):
        _check(cancel)
        body += piece
        if time.monotonic() > end:
            raise TimedOutError("the answer drips in too slowly")
        if len(body) > LARGEST_ANSWER_BYTES:
            raise BadAnswerError("the answer is too large")
    expected = response.headers.get("Content-Length", "")
    if expected.isdecimal() and not response.headers.get("Content-Encoding") and len(body) < int(expected):
        # Older versions of requests say nothing when a connection ends too early.
        raise ServiceUnreachableError("the answer was cut short")
    return bytes(body)


def _check(cancel: Cancel) -> None:
    if cancel():
        raise CancelledError


def _origin(address: str) -> str:
    """Give scheme, host and port; empty for what is not an address."""
    try:
        parts = urlsplit(address)
        port = parts.port or _DEFAULT_PORTS.get(parts.scheme)
    except ValueError:
        return ""
    return f"{parts.scheme}://{parts.hostname}:{port}" if parts.hostname else ""
