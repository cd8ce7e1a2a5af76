"""What benchmarks share: the demonstration service, and a relay in front of it that answers late."""

from __future__ import annotations

import contextlib
import http.client
import json
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parent.parent
START_S = 600


@contextlib.contextmanager
def demonstration(scenes: int, images: str = "small") -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """Run the service on a demonstration of its own; gives its address and its accounts."""
    with tempfile.TemporaryDirectory() as folder:
        ready = Path(folder) / "ready.json"
        python = ROOT / ".venv" / "service" / "bin" / "python"
        command = [str(python), "-m", "dinamis_service", "demo", "--port", "0", "--ready-file", str(ready)]
        command += ["--scenes", str(scenes), "--images", images, "--data-dir", f"{folder}/data"]
        with open(f"{folder}/service.log", "wb") as log:
            process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        try:
            deadline = time.monotonic() + START_S
            while not ready.exists():
                if process.poll() is not None or time.monotonic() > deadline:
                    raise RuntimeError(Path(f"{folder}/service.log").read_text(encoding="utf-8")[-2000:])
                time.sleep(0.1)
            accounts = json.loads(Path(f"{folder}/data/accounts.json").read_text(encoding="utf-8"))
            yield json.loads(ready.read_text(encoding="utf-8"))["url"], accounts
        finally:
            process.terminate()
            process.wait(15)


class LateRelay:
    """Hands requests on to a service and each answer back `delay_s` later; a context manager.

    The Host header is kept, so that the addresses in the answers lead through the relay again.
    """

    def __init__(self, target: str) -> None:
        self.delay_s = 0.0
        relay, host = self, urlsplit(target).netloc

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def handle_any(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                upstream = http.client.HTTPConnection(host, timeout=60)
                upstream.request(self.command, self.path, body, dict(self.headers))
                answer = upstream.getresponse()
                content = answer.read()
                upstream.close()
                time.sleep(relay.delay_s)
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
                """Say nothing: the table is the output."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> LateRelay:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
