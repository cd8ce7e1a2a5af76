"""Requests through QGIS's network manager, so that its proxy, certificates and authentication apply.

`QgisAdapter` is a transport adapter of `requests`. It is used in worker threads only: it runs a small event
loop until the answer is there, and the GUI thread must never wait.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any, Callable, Optional, Union

import requests
from qgis.core import QgsNetworkAccessManager
from qgis.PyQt import sip
from qgis.PyQt.QtCore import QByteArray, QCoreApplication, QEventLoop, Qt, QThread, QTimer, QUrl
from qgis.PyQt.QtNetwork import QNetworkProxy, QNetworkReply, QNetworkRequest
from requests.adapters import BaseAdapter
from requests.exceptions import (
    ChunkedEncodingError,
    ConnectionError,  # noqa: A004 - the name that requests gives it
    ConnectTimeout,
    InvalidURL,
    ProxyError,
    ReadTimeout,
    SSLError,
)
from requests.structures import CaseInsensitiveDict

from ..domain.errors import CancelledError
from .compat import enum_value

Timeout = Union[None, float, tuple[Optional[float], Optional[float]]]

BUFFER_BYTES = 1024 * 1024
CANCEL_POLL_MS = 50
WHOLE_ANSWER_S = 180.0
"""Longest time for an answer that is read at once, so that a slow drip ends too."""

_OWNED_BY_QT = frozenset({"connection", "content-length", "transfer-encoding", "host"})
_FIRST_PROXY_ERROR, _FIRST_CONTENT_ERROR = 101, 201
_of_thread = threading.local()
"""The cancel function and the proxy of the work that a thread does now."""


Proxy = tuple[QNetworkProxy, list[str], list[str]]


def current_proxy() -> Proxy:
    """Give QGIS's proxy and the addresses that do without; for the GUI thread."""
    manager = QgsNetworkAccessManager.instance()
    return manager.fallbackProxy(), manager.excludeList(), manager.noProxyList()


def proxy_for(address: str) -> QNetworkProxy:
    """Give the proxy of QGIS for a connection that the work of this thread makes by itself."""
    found = getattr(_of_thread, "proxy", None)
    if found is None:
        return QNetworkProxy(QNetworkProxy.ProxyType.NoProxy)
    proxy, excluded, without = found
    direct = any(address.startswith(start) for start in [*excluded, *without] if start)
    return QNetworkProxy(QNetworkProxy.ProxyType.NoProxy) if direct else proxy


@contextmanager
def request_scope(cancelled: Callable[[], bool], proxy: Proxy) -> Iterator[None]:
    """Let every request of this thread inside the block use `proxy` and end when `cancelled` says so."""
    _of_thread.cancelled, _of_thread.proxy = cancelled, proxy
    try:
        yield
    finally:
        _of_thread.cancelled = _of_thread.proxy = None


class _Helper(QThread):
    """One more thread for the work of another one, with the same cancel function and proxy."""

    def __init__(self, work: Callable[[], None]) -> None:
        super().__init__()
        self._work: Callable[[], None] | None = work
        self._cancelled, self._proxy = _of_thread.cancelled, _of_thread.proxy

    def run(self) -> None:
        """Work; what is given to `spawn` keeps its exceptions to itself."""
        work, self._work = self._work, None
        with request_scope(self._cancelled, self._proxy):
            work()  # type: ignore[misc]


def spawn(work: Callable[[], None]) -> Callable[[], object]:
    """Run `work`, which never raises, in a thread that may make requests; gives what waits for its end.

    For work that a `request_scope` surrounds.
    """
    helper = _Helper(work)
    helper.start()
    return helper.wait


def qgis_session() -> requests.Session:
    """Make a session whose every request passes through QGIS's network manager."""
    session = requests.Session()
    session.trust_env = False
    adapter = QgisAdapter()
    session.mount("http://", adapter)
    session.mount("https://", adapter)
    return session


class QgisAdapter(BaseAdapter):
    """Carries the requests of `requests` over QgsNetworkAccessManager."""

    def send(  # noqa: PLR0917 - the signature that requests calls
        self,
        request: requests.PreparedRequest,
        stream: bool = False,
        timeout: Timeout = None,
        verify: Any = True,
        cert: Any = None,
        proxies: Mapping[str, str] | None = None,
    ) -> requests.Response:
        """Send one request and wait for its headers, or for all of it when not streamed.

        `verify`, `cert` and `proxies` are QGIS's business and not looked at.

        Raises:
            CancelledError: the cancel function of the surrounding `request_scope` said so.
            requests.RequestException: as `requests` documents them.
        """
        del verify, cert, proxies
        if QThread.currentThread() == QCoreApplication.instance().thread():
            msg = "A request was made on the GUI thread"
            raise RuntimeError(msg)
        exchange = _Exchange(request, timeout, getattr(_of_thread, "cancelled", None))
        exchange.wait_for_headers()
        response = exchange.response()
        if not stream:
            with_body = _drain(exchange)
            response._content = with_body
            response._content_consumed = True  # type: ignore[attr-defined] # what requests itself looks at
        return response

    def close(self) -> None:
        """Nothing is held between requests."""


def _drain(exchange: _Exchange) -> bytes:
    body = bytearray()
    try:
        while True:
            piece = exchange.read(BUFFER_BYTES)
            if not piece:
                return bytes(body)
            body += piece
            exchange.check_deadline()
    finally:
        exchange.close()


def _leave_unwatched(reply: QNetworkReply) -> None:
    """Keep PyQt from hearing of the end of a reply made in a worker.

    PyQt 5 notes every QObject that C++ made in a hash without a lock, and takes it out in the GUI thread
    while workers put others in: after some hundred requests the hash is broken and QGIS crashes. Nothing else
    listens to `destroyed`, and `close` tells PyQt itself, so that nobody misses the news.
    """
    with suppress(TypeError):  # nobody listens, as with PyQt 6
        reply.destroyed.disconnect()


def _manager() -> QgsNetworkAccessManager:
    """Give the network manager of this thread, with the proxy of now: it may have been made with another."""
    manager = QgsNetworkAccessManager.instance()
    proxy = getattr(_of_thread, "proxy", None)
    if proxy is not None:
        manager.setFallbackProxyAndExcludes(*proxy)
    return manager


def _qt_request(request: requests.PreparedRequest) -> QNetworkRequest:
    url = QUrl.fromEncoded(QByteArray((request.url or "").encode("utf-8")), QUrl.ParsingMode.StrictMode)
    if not url.isValid():
        raise InvalidURL(url.errorString(), request=request)
    qt = QNetworkRequest(url)
    attribute, control = QNetworkRequest.Attribute, QNetworkRequest.LoadControl
    qt.setAttribute(attribute.RedirectPolicyAttribute, QNetworkRequest.RedirectPolicy.ManualRedirectPolicy)
    qt.setAttribute(attribute.CacheLoadControlAttribute, QNetworkRequest.CacheLoadControl.AlwaysNetwork)
    qt.setAttribute(attribute.CacheSaveControlAttribute, False)
    qt.setAttribute(attribute.CookieLoadControlAttribute, control.Manual)
    qt.setAttribute(attribute.CookieSaveControlAttribute, control.Manual)
    for name, value in request.headers.items():
        lower = name.lower()
        # Qt unpacks gzip by itself, unless the header was set by hand.
        if lower in _OWNED_BY_QT or (lower == "accept-encoding" and value != "identity"):
            continue
        qt.setRawHeader(_as_bytes(name), _as_bytes(value))
    return qt


def _as_bytes(text: str | bytes) -> bytes:
    return text if isinstance(text, bytes) else text.encode("latin-1")


def _body(request: requests.PreparedRequest) -> QByteArray:
    body = request.body
    if body is None:
        return QByteArray()
    if isinstance(body, str):
        body = body.encode("utf-8")
    elif not isinstance(body, (bytes, bytearray)):
        body = body.read() if hasattr(body, "read") else b"".join(body)
    return QByteArray(bytes(body))


class _Exchange:
    """One reply of Qt, read step by step in the thread that made it; `requests` sees it as the raw answer."""

    def __init__(
        self,
        request: requests.PreparedRequest,
        timeout: Timeout,
        cancelled: Callable[[], bool] | None,
    ) -> None:
        self._request = request
        self._cancelled = cancelled
        connect, read = timeout if isinstance(timeout, tuple) else (timeout, timeout)
        # QGIS ends a silent request by itself and then shows its address, signature included: be first.
        longest = max(QgsNetworkAccessManager.timeout() / 1000 * 0.9, 1.0)
        self._connect_s = min(connect or longest, longest)
        self._read_s = min(read or longest, longest)
        self._deadline = time.monotonic() + WHOLE_ANSWER_S
        self.headers: CaseInsensitiveDict[str] = CaseInsensitiveDict()
        manager = _manager()
        verb = (request.method or "GET").upper()
        if verb == "GET":
            self._reply = manager.get(_qt_request(request))
        elif verb == "HEAD":
            self._reply = manager.head(_qt_request(request))
        else:
            self._reply = manager.sendCustomRequest(
                _qt_request(request), verb.encode("ascii"), _body(request)
            )
        _leave_unwatched(self._reply)
        self._reply.setReadBufferSize(BUFFER_BYTES)
        self._closed = False

    # Reading

    def wait_for_headers(self) -> None:
        """Wait until the status line is there; raises when none comes."""
        self._wait(self._has_status, self._connect_s, ConnectTimeout)
        if self._status() is None:
            self._fail()

    def read(self, amount: int | None = None, **_: Any) -> bytes:
        """Give at most `amount` bytes, empty at the end; raises when the answer was cut short."""
        if self._closed:
            return b""
        self._wait(lambda: self._reply.bytesAvailable() > 0, self._read_s, ReadTimeout)
        piece = bytes(self._reply.read(amount or BUFFER_BYTES) or b"")
        if not piece:
            self._check_complete()
            self.close()
        return piece

    def stream(self, amount: int = BUFFER_BYTES, **_: Any) -> Iterator[bytes]:
        """Give the body piece by piece."""
        while True:
            piece = self.read(amount)
            if not piece:
                return
            yield piece

    def close(self) -> None:
        """Let the reply go, aborting it when it still runs."""
        if self._closed:
            return
        self._closed = True
        if self._reply.isRunning():
            self._reply.abort()
        # At once, with the headers that hold the token: a worker's event loop may never run again. By sip, so
        # that PyQt knows: else it takes the next reply, made at the same address, for this one.
        sip.delete(self._reply)

    release_conn = close

    def check_deadline(self) -> None:
        """Raise when an answer that is read at once takes too long in all."""
        if time.monotonic() > self._deadline:
            raise ReadTimeout("The whole answer took too long", request=self._request)

    # The answer

    def response(self) -> requests.Response:
        """Build the answer of `requests` from the status and headers."""
        response = requests.Response()
        response.request = self._request
        response.url = self._request.url or ""
        response.status_code = int(self._status() or 0)
        response.reason = self._reply.attribute(QNetworkRequest.Attribute.HttpReasonPhraseAttribute) or ""
        for name, value in self._reply.rawHeaderPairs():
            self.headers[bytes(name).decode("latin-1")] = bytes(value).decode("latin-1")
        if self.headers.pop("Content-Encoding", None):
            self.headers.pop("Content-Length", None)
        response.headers = self.headers
        response.encoding = requests.utils.get_encoding_from_headers(response.headers)
        response.raw = self
        return response

    def _status(self) -> int | None:
        return self._reply.attribute(QNetworkRequest.Attribute.HttpStatusCodeAttribute)

    def _has_status(self) -> bool:
        return self._status() is not None

    # Waiting

    def _wait(self, ready: Callable[[], bool], timeout_s: float, timed_out: type) -> None:
        """Run the event loop until `ready`, the end of the reply, the time-out (exact) or a cancel."""
        if ready() or self._reply.isFinished():
            return
        loop, clock, watch = QEventLoop(), QTimer(), QTimer()
        clock.setSingleShot(True)
        clock.setTimerType(Qt.TimerType.PreciseTimer)
        clock.timeout.connect(loop.quit)
        clock.start(max(int(timeout_s * 1000), 1))
        if self._cancelled is not None:
            # A Python function here would outlive the thread's event loop, with the request it refers to.
            watch.timeout.connect(loop.quit)
            watch.start(CANCEL_POLL_MS)
        signals = (self._reply.metaDataChanged, self._reply.readyRead, self._reply.finished)
        for signal in signals:
            signal.connect(loop.quit)
        try:
            while not (ready() or self._reply.isFinished()):
                if self._is_cancelled():
                    self.close()
                    raise CancelledError("")
                if not clock.isActive():
                    self.close()
                    raise timed_out("No answer in time", request=self._request)
                loop.exec()
        finally:
            clock.stop()
            watch.stop()
            if not self._closed:
                for signal in signals:
                    signal.disconnect(loop.quit)

    def _is_cancelled(self) -> bool:
        return self._cancelled is not None and self._cancelled()

    # Faults

    def _check_complete(self) -> None:
        error = enum_value(self._reply.error())
        if 0 < error < _FIRST_CONTENT_ERROR:
            text = self._reply.errorString()
            self.close()
            raise ChunkedEncodingError(text, request=self._request)

    def _fail(self) -> None:
        error, text = self._reply.error(), self._reply.errorString()
        number = enum_value(error)
        self.close()
        if error == QNetworkReply.NetworkError.SslHandshakeFailedError:
            raise SSLError(text, request=self._request)
        if error == QNetworkReply.NetworkError.TimeoutError:
            raise ConnectTimeout(text, request=self._request)
        if _FIRST_PROXY_ERROR <= number < _FIRST_CONTENT_ERROR:
            raise ProxyError(text, request=self._request)
        raise ConnectionError(text, request=self._request)
