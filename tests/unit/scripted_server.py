"""A real HTTP server on the loopback that answers as a test tells it, faults included."""

from __future__ import annotations

import json
import socket
import struct
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Callable

Reply = Callable[["Handler"], None]


@dataclass
class Seen:
    """One request that came."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self):
        return json.loads(self.body)


class Handler(BaseHTTPRequestHandler):
    """Answers with the next reply of the script; the last one stays."""

    protocol_version = "HTTP/1.1"

    def handle_any(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        seen = Seen(self.command, self.path, dict(self.headers.items()), self.rfile.read(length))
        self.server.owner.seen.append(seen)
        self.server.owner.next_reply(self.path.partition("?")[0])(self)

    do_GET = do_POST = do_PUT = do_HEAD = handle_any  # noqa: N815 - names of http.server

    def log_message(self, *_args) -> None:
        pass

    def send(
        self, status: int, body: bytes, headers: Mapping[str, str] | None = None, length: int | None = None
    ):
        self.send_response(status)
        for name, value in {"Content-Type": "application/json", **(headers or {})}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body) if length is None else length))
        self.end_headers()
        self.wfile.write(body)
        self.wfile.flush()

    def cut(self) -> None:
        """Reset the connection."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close_connection = True
        self.connection.close()
        self.wfile = self.rfile = None

    def finish(self) -> None:
        if self.wfile is not None:
            super().finish()

    def wait(self, seconds: float) -> None:
        """Wait, but not beyond the end of the test."""
        self.server.owner.closing.wait(seconds)


@dataclass
class ScriptedServer:
    """Replies by path, and all requests that came."""

    seen: list[Seen] = field(default_factory=list)
    scripts: dict[str, list[Reply]] = field(default_factory=dict)
    closing: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.owner = self
        self._server.daemon_threads = True
        self._server.handle_error = lambda *_args: None
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()

    def on(self, path: str, *replies: Reply) -> str:
        """Tell how to answer at a path, one reply after the other; gives its address."""
        self.scripts[path] = list(replies)
        return self.url + path

    def next_reply(self, path: str) -> Reply:
        script = self.scripts.get(path, [problem(404, "not-found")])
        return script.pop(0) if len(script) > 1 else script[0]

    def close(self) -> None:
        self.closing.set()
        self._server.shutdown()
        self._server.server_close()


def answer(document, status: int = 200, **headers: str) -> Reply:
    """Answer JSON."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda handler: handler.send(status, json.dumps(document).encode(), named)


def problem(
    status: int, code: str, detail: str = "Une phrase.", errors: list | None = None, **headers: str
) -> Reply:
    """Answer a refusal of the contract."""
    document = {"type": f"urn:dinamis:problem:{code}", "status": status, "code": code, "detail": detail}
    if errors is not None:
        document["errors"] = errors
    return answer(document, status, Content_Type="application/problem+json", **headers)


def page(text: str = "<html><form>Mot de passe</form></html>", status: int = 200) -> Reply:
    """Answer a page for browsers, as a captive portal does."""
    return lambda handler: handler.send(status, text.encode(), {"Content-Type": "text/html; charset=utf-8"})


def cut(handler: Handler) -> None:
    """Lose the connection without an answer."""
    handler.cut()


def truncated(document, missing: int = 5) -> Reply:
    """Announce a whole document and lose the connection before its end."""
    body = json.dumps(document).encode()

    def reply(handler: Handler) -> None:
        handler.send(200, body[:-missing], length=len(body))
        handler.close_connection = True

    return reply


def silent(seconds: float) -> Reply:
    """Take the request and say nothing for a while."""

    def reply(handler: Handler) -> None:
        handler.wait(seconds)
        handler.close_connection = True

    return reply


def drip(pieces: int, size: int, pause: float) -> Reply:
    """Answer in small pieces, slowly."""

    def reply(handler: Handler) -> None:
        handler.send(200, b"[", length=pieces * size + 1)
        for _ in range(pieces):
            handler.wait(pause)
            handler.wfile.write(b" " * size)
            handler.wfile.flush()

    return reply
