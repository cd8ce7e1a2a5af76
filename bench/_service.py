"""What benchmarks share: the demonstration service, and a relay in front of it that answers late."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
START_S = 600


@contextlib.contextmanager
def demonstration(
    scenes: int, images: str = "small", more_objects: Callable[[Path], None] = lambda _folder: None
) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """Run the service on a demonstration of its own; gives its address and its accounts.

    `more_objects` puts further objects into the folder of the service.
    """
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
            more_objects(Path(f"{folder}/data/objects"))
            accounts = json.loads(Path(f"{folder}/data/accounts.json").read_text(encoding="utf-8"))
            yield json.loads(ready.read_text(encoding="utf-8"))["url"], accounts
        finally:
            process.terminate()
            process.wait(15)


@contextlib.contextmanager
def catalogue(items: int) -> Iterator[str]:
    """Run the service on a made catalogue of so many items, the same every time; gives its address."""
    python = ROOT / ".venv" / "service" / "bin" / "python"
    command = [str(python), str(ROOT / "bench" / "_catalogue_serve.py"), str(items)]
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        url = process.stdout.readline().strip()
        if not url:
            raise RuntimeError("the service of the catalogue did not start")
        yield url
    finally:
        assert process.stdin is not None
        process.stdin.close()
        process.wait(60)


class LateRelay:
    """Runs `_relay` before a service, in a process of its own: it would take the time of the one measured."""

    def __init__(self, target: str) -> None:
        self._process = subprocess.Popen(
            [sys.executable, str(Path(__file__).with_name("_relay.py")), target],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdout is not None
        self.url = self._process.stdout.readline().strip()

    def answer_after(self, delay_s: float) -> None:
        """Hold each answer back that long from now on."""
        self._tell(delay_s)

    def hand_on(self, paths: dict[str, str]) -> None:
        """Answer these paths with what others of the service answer."""
        self._tell(paths)

    def counts(self) -> dict[str, int]:
        """Number of requests since the last time, by the first part of their path."""
        self._tell(None)
        assert self._process.stdout is not None
        return dict(json.loads(self._process.stdout.readline()))

    def _tell(self, what: object) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(what) + "\n")
        self._process.stdin.flush()

    def __enter__(self) -> LateRelay:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.wait(15)
