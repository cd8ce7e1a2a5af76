"""A small real HTTP server for tests: routes are functions, every request is noted."""

from __future__ import annotations

import json
import socket
import threading
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit


class Request:
    """One request as it came."""

    def __init__(self, handler, body):
        self.method = handler.command
        self.target = handler.path
        self.path = urlsplit(handler.path).path
        self.query = urlsplit(handler.path).query
        self.headers = handler.headers
        self.body = body

    @property
    def form(self):
        """Fields of a form."""
        return {key: values[0] for key, values in parse_qs(self.body.decode()).items()}

    @property
    def json(self):
        """The JSON body."""
        return json.loads(self.body)


class LocalServer:
    """Serves `routes`: path to a function of (request, handler) giving (status, body[, headers]).

    A body that is a dict or list is sent as JSON. A function that answers on the handler itself gives None.
    """

    def __init__(self):
        self.routes = {}
        self.requests = []
        self._connections = set()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def setup(self):
                outer._connections.add(self.request)
                super().setup()

            def finish(self):
                outer._connections.discard(self.request)
                super().finish()

            def _answer(self):
                length = int(self.headers.get("Content-Length") or 0)
                request = Request(self, self.rfile.read(length))
                outer.requests.append(request)
                route = outer.routes.get(request.path) or outer.routes.get("*")
                answer = (
                    route(request, self) if route else (404, {"code": "not-found", "detail": "nothing here"})
                )
                if answer is None:
                    return
                status, body, *more = answer
                headers = dict(more[0]) if more else {}
                if isinstance(body, (dict, list)):
                    body = json.dumps(body).encode()
                    headers.setdefault("Content-Type", "application/json")
                self.send_response(status)
                headers.setdefault("Content-Length", str(len(body)))
                for name, value in headers.items():
                    self.send_header(name, value)
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(body)

            do_GET = do_POST = do_HEAD = do_PUT = do_PATCH = do_DELETE = _answer  # noqa: N815

            def log_message(self, *_):
                pass

        class Server(ThreadingHTTPServer):
            request_queue_size = 128  # more than the usual 5 come at once, and would wait for seconds

        self._server = Server(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._server.handle_error = lambda *_: None  # clients of these tests hang up on purpose
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05})

    @property
    def port(self):
        """Where it listens."""
        return self._server.server_address[1]

    @property
    def url(self):
        """Its address, without a slash at the end."""
        return f"http://127.0.0.1:{self.port}"

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)
        for connection in list(self._connections):  # clients keep them open, and with them all that came
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
