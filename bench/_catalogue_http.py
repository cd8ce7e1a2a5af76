"""How the catalogue benchmark asks a STAC API over HTTP, and what it notes; for any engine."""

from __future__ import annotations

import contextlib
import http.client
import json
import threading
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import numpy as np

TIMEOUT_S = 120
_LOOK_S = 0.2
IDLE_S = 2
"""Servers close connections that were idle a little longer."""


class Api:
    """One connection to a STAC API, kept open from one search to the next."""

    def __init__(self, root: str) -> None:
        """Take the address under which `/search` lies."""
        address = urlsplit(root)
        self._path = f"{address.path.rstrip('/')}/search"
        self._connection = http.client.HTTPConnection(str(address.netloc), timeout=TIMEOUT_S)
        self._used = time.monotonic()

    def ask(self, body: dict[str, Any]) -> bytes:
        """The answer to a search, whole."""
        if time.monotonic() - self._used > IDLE_S:
            self._connection.close()  # it opens again by itself
        headers = {"Content-Type": "application/json"}
        self._connection.request("POST", self._path, json.dumps(body), headers)
        answer = self._connection.getresponse()
        content = answer.read()
        self._used = time.monotonic()
        if answer.status != 200:
            msg = f"{answer.status}: {content[:500]!r} for {json.dumps(body)[:500]}"
            raise RuntimeError(msg)
        return content

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()


@dataclass
class Timings:
    """Milliseconds of the requests of one kind, and how many found what was asked for."""

    milliseconds: list[float] = field(default_factory=list)
    full_pages: int = 0

    def figures(self) -> dict[str, float]:
        """Median, p95 and maximum, in ms."""
        return {
            "p50_ms": round(float(np.percentile(self.milliseconds, 50)), 2),
            "p95_ms": round(float(np.percentile(self.milliseconds, 95)), 2),
            "max_ms": round(max(self.milliseconds), 2),
        }


def measure(api: Api, bodies: Iterable[dict[str, Any]]) -> tuple[Timings, list[dict[str, Any]]]:
    """Ask one after the other; the answers are read as JSON outside of what is timed."""
    timings, answers = Timings(), []
    for body in bodies:
        start = time.perf_counter()
        content = api.ask(body)
        timings.milliseconds.append((time.perf_counter() - start) * 1000)
        answer = json.loads(content)
        timings.full_pages += len(answer["features"]) == body.get("limit")
        answers.append(answer)
    return timings, answers


def crowd(root: str, bodies: Sequence[dict[str, Any]], clients: int, seconds: float) -> dict[str, float]:
    """Requests per second, and their times, of so many clients who ask without pause."""
    end = time.perf_counter() + seconds
    times: list[float] = []
    faults: list[Exception] = []

    def client(number: int) -> None:
        api, turn = Api(root), number * 17
        try:
            while (start := time.perf_counter()) < end:
                api.ask(bodies[turn % len(bodies)])
                times.append((time.perf_counter() - start) * 1000)
                turn += 1
        except Exception as fault:  # noqa: BLE001 - told below, with the others
            faults.append(fault)
        finally:
            api.close()

    threads = [threading.Thread(target=client, args=(number,)) for number in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if faults:
        raise faults[0]
    return {"requests_per_s": round(len(times) / seconds, 1), **Timings(times).figures()}


def hundredth_page(api: Api, search: dict[str, Any]) -> tuple[float, float, int]:
    """Milliseconds of the first page and of the last of a hundred, and the number of distinct items."""
    body, ids = search, set()
    first = last = 0.0
    for number in range(100):
        start = time.perf_counter()
        answer = json.loads(api.ask(body))
        last = (time.perf_counter() - start) * 1000
        first = first if number else last
        ids |= {(item["collection"], item["id"]) for item in answer["features"]}
        following = [link for link in answer["links"] if link["rel"] == "next"]
        if not following:
            break
        body = following[0]["body"]
    return first, last, len(ids)


def memory_mb(process: int) -> float:
    """Memory of a process and all that descend from it that is no file cache, in MB."""
    parents: dict[int, int] = {}
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):  # it has ended meanwhile
            state = (folder / "stat").read_text(encoding="utf-8").rpartition(")")[2].split()
            parents[int(folder.name)] = int(state[1])
    kin = {process}
    while more := {number for number, parent in parents.items() if parent in kin} - kin:
        kin |= more
    total = 0
    for number in kin:
        with contextlib.suppress(OSError, ValueError):
            lines = Path(f"/proc/{number}/status").read_text(encoding="utf-8").splitlines()
            status = dict(line.split(":", 1) for line in lines)
            total += sum(int(status.get(name, "0 kB").split()[0]) for name in ("RssAnon", "RssShmem"))
    return round(total / 1024, 1)


class PeakMemory:
    """The most memory of a process and its descendants that is no file cache, looked at in the block."""

    def __init__(self, process: int) -> None:
        self.mb = 0.0
        self._process = process
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._look)

    def _look(self) -> None:
        while True:
            self.mb = max(self.mb, memory_mb(self._process))
            if self._stop.wait(_LOOK_S):
                return

    def __enter__(self) -> PeakMemory:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()
