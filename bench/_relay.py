"""Hands requests on to a service and each answer back later; run by `_service.LateRelay`.

    _relay.py URL       writes its own address; each line it reads is the delay in seconds from then on

The Host header is kept, so that the addresses in the answers lead through the relay again.
"""

from __future__ import annotations

import http.client
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit


class Relay(BaseHTTPRequestHandler):
    """One connection of a client."""

    protocol_version = "HTTP/1.1"
    host = ""
    delay_s = 0.0

    def handle_any(self) -> None:
        """Ask the service, wait, answer."""
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        upstream = http.client.HTTPConnection(self.host, timeout=60)
        upstream.request(self.command, self.path, body, dict(self.headers))
        answer = upstream.getresponse()
        content = answer.read()
        upstream.close()
        time.sleep(Relay.delay_s)
        self.send_response_only(answer.status)
        for name, value in answer.getheaders():
            if name.lower() not in {"connection", "transfer-encoding", "content-length"}:
                self.send_header(name, value)
        length = answer.getheader("Content-Length") if self.command == "HEAD" else str(len(content))
        self.send_header("Content-Length", length or "0")
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_HEAD = do_POST = do_PUT = handle_any  # noqa: N815 - the names http.server calls

    def log_message(self, *_: object) -> None:
        """Say nothing: the first line is the output."""


def main(target: str) -> None:
    """Relay until standard input ends."""
    Relay.host = urlsplit(target).netloc
    server = ThreadingHTTPServer(("127.0.0.1", 0), Relay)
    server.daemon_threads = True
    print(f"http://127.0.0.1:{server.server_port}", flush=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    for line in sys.stdin:
        Relay.delay_s = float(line)


if __name__ == "__main__":
    main(sys.argv[1])
