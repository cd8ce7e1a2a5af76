"""A file server with ranges, and a proxy before it that limits each connection; run by `download`.

    _slow_proxy.py FOLDER RATE DELAY

writes two addresses: that of the server, and that of the proxy, which passes RATE bytes a second on each
connection and holds each request back by DELAY seconds. Both end with standard input.
"""

from __future__ import annotations

import contextlib
import os
import re
import socket
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

_BUFFER = 64 * 1024
_RANGE = re.compile(r"bytes=(\d+)-(\d*)")


class Files(BaseHTTPRequestHandler):
    """Serves the files of one folder."""

    protocol_version = "HTTP/1.1"
    folder = Path()

    def do_GET(self) -> None:
        """Send a file or a range of it."""
        path = self.folder / Path(self.path.partition("?")[0]).name
        size = path.stat().st_size
        found = _RANGE.fullmatch(self.headers.get("Range", ""))
        start = int(found[1]) if found else 0
        end = min(int(found[2]), size - 1) if found and found[2] else size - 1
        self.send_response(206 if found else 200)
        self.send_header("Content-Type", "image/tiff")
        self.send_header("ETag", f'"{path.name}-{size}"')
        self.send_header("Content-Length", str(end + 1 - start))
        if found:
            self.send_header("Content-Range", f"bytes {start}-{end}/{size}")
        self.end_headers()
        self.wfile.flush()
        with path.open("rb") as file, contextlib.suppress(ConnectionError):
            while start <= end:
                start += os.sendfile(self.connection.fileno(), file.fileno(), start, end + 1 - start)

    def log_message(self, *_: object) -> None:
        """Say nothing: the first lines are the output."""


class Proxy:
    """Passes connections on to a server, each at a limited rate."""

    def __init__(self, port: int, rate: float, delay_s: float) -> None:
        self._target = ("127.0.0.1", port)
        self._rate, self._delay_s = rate, delay_s
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]

    def serve(self) -> None:
        """Take connections until the process ends."""
        while True:
            client, _ = self._listener.accept()
            client.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4 * _BUFFER)
            server = socket.create_connection(self._target)
            server.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 * _BUFFER)
            for work in (self._pass_requests, self._pass_answers):
                threading.Thread(target=work, args=(client, server), daemon=True).start()

    def _pass_requests(self, client: socket.socket, server: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := client.recv(_BUFFER):
                time.sleep(self._delay_s)
                server.sendall(data)
        _close(server)

    def _pass_answers(self, client: socket.socket, server: socket.socket) -> None:
        """Send as much as the time since the last pause allows; a pause lets nothing accumulate."""
        buffer, due = memoryview(bytearray(_BUFFER)), time.monotonic()
        with contextlib.suppress(OSError):
            while count := server.recv_into(buffer):
                due = max(due, time.monotonic() - 0.05) + count / self._rate
                client.sendall(buffer[:count])
                wait = due - time.monotonic()
                if wait > 0:
                    time.sleep(wait)
        _close(client)


def _close(end: socket.socket) -> None:
    with contextlib.suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)
        end.close()


def main(folder: str, rate: str, delay: str) -> None:
    """Serve until standard input ends."""
    Files.folder = Path(folder)
    server = ThreadingHTTPServer(("127.0.0.1", 0), Files)
    server.daemon_threads = True
    proxy = Proxy(server.server_port, float(rate), float(delay))
    for work in (server.serve_forever, proxy.serve):
        threading.Thread(target=work, daemon=True).start()
    print(f"http://127.0.0.1:{server.server_port}", flush=True)
    print(f"http://127.0.0.1:{proxy.port}", flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    main(*sys.argv[1:])
