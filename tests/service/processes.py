"""The service as a process of its own, to be stopped and killed."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

START_S = 240
"""A busy machine takes its time."""


def children(process: int) -> list[int]:
    """The processes that answer (Linux); multiprocessing keeps one of its own beside them."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            status = (folder / "status").read_text(encoding="utf-8")
            command = (folder / "cmdline").read_bytes()
        except OSError:
            continue  # it has ended meanwhile
        if f"\nPPid:\t{process}\n" in status and b"resource_tracker" not in command:
            found.append(int(folder.name))
    return found


class ServiceProcess:
    """`dinamis-service serve` on a data folder, from this checkout.

    Args:
        data_dir: folder of the databases, keys and objects.
        port: the port to listen on; 0 takes a free one.
        workers: processes that answer.
        settings: environment variables of the service.
    """

    def __init__(self, data_dir: Path, port: int = 0, workers: int = 1, **settings: str) -> None:
        self._data_dir = data_dir
        self.port = port
        self._workers = workers
        self._settings = settings
        self._ready = data_dir.parent / "ready.json"
        self._log = data_dir.parent / "service.log"
        self.process: subprocess.Popen[bytes] | None = None
        self.url = ""

    def start(self) -> str:
        """Start it; give its address once it answers."""
        self._ready.unlink(missing_ok=True)
        command = [sys.executable, "-m", "dinamis_service", "serve", "--port", str(self.port)]
        command += ["--data-dir", str(self._data_dir), "--ready-file", str(self._ready)]
        command += ["--workers", str(self._workers)]
        environment = {name: value for name, value in os.environ.items() if not name.startswith("DINAMIS_")}
        with self._log.open("wb") as log:  # a pipe that nobody reads fills up, and the service waits
            self.process = subprocess.Popen(
                command, env=environment | self._settings, stdout=log, stderr=subprocess.STDOUT
            )
        deadline = time.monotonic() + START_S
        while not self._ready.exists():
            assert self.process.poll() is None, self.output()
            assert time.monotonic() < deadline, "the service does not answer"
            time.sleep(0.05)
        ready = json.loads(self._ready.read_text(encoding="utf-8"))
        assert ready["pid"] == self.process.pid
        self.url = str(ready["url"])
        return self.url

    def end(self, number: int) -> tuple[int, str]:
        """Send a signal; give the exit code and what the process wrote."""
        assert self.process is not None
        self.process.send_signal(number)
        return self.process.wait(30), self.output()

    def output(self) -> str:
        """What it wrote since its last start."""
        return self._log.read_text(encoding="utf-8", errors="replace")

    def kill(self) -> str:
        """Kill it with all that answer for it, as a power cut does; give what they wrote."""
        assert self.process is not None
        answering = children(self.process.pid)
        self.process.kill()  # first: it would replace the others
        for number in answering:
            os.kill(number, signal.SIGKILL)
        self.process.wait(30)
        return self.output()
