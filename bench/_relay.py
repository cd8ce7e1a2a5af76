"""Hands requests on to a service and each answer back later; run by `_service.LateRelay`.

    _relay.py URL       writes its own address, then reads lines of JSON: a number is the delay in seconds
                        from then on; an object names paths that are handed on as others; null asks for the
                        number of requests since the last time, by the first part of their path, and by
                        that and their kind

The Host header is kept, so that the addresses in the answers lead through the relay again.
"""

from __future__ import annotations

import http.client
import json
import sys
import threading
import time
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar
from urllib.parse import urlsplit


class Relay(BaseHTTPRequestHandler):
    """One connection of a client."""

    protocol_version = "HTTP/1.1"
    host = ""
    delay_s = 0.0
    others: ClassVar[dict[str, str]] = {}
    counts: ClassVar[Counter[str]] = Counter()

    def handle_any(self) -> None:
        """Ask the service, wait, answer."""
        part = self.path.split("/")[1].partition("?")[0]
        Relay.counts[part] += 1
        Relay.counts[f"{part} {self._kind()}"] += 1
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        upstream = http.client.HTTPConnection(self.host, timeout=60)
        upstream.request(self.command, Relay.others.get(self.path, self.path), body, dict(self.headers))
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

    def _kind(self) -> str:
        """What an image is asked for: its length, its beginning with the header, or pixels."""
        if self.command != "GET":
            return self.command
        wanted = self.headers.get("Range")
        if wanted is None:
            return "length"  # GDAL reads no more than the header of such an answer
        return "header" if wanted.startswith("bytes=0-") else "pixels"

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
        told = json.loads(line)
        if isinstance(told, dict):
            Relay.others.update(told)
        elif told is None:
            print(json.dumps(Relay.counts), flush=True)
            Relay.counts.clear()
        else:
            Relay.delay_s = told


if __name__ == "__main__":
    main(sys.argv[1])
