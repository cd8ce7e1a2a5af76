"""Requests among 100,000 others: p95 of a submission with 8 clients, of the lists that are read all day.

Asked of a service with two processes, its state in SQLite and in PostgreSQL. The clients run on the same
machine. SUBMISSIONS_COUNT and SUBMISSIONS_SECONDS make it smaller.
"""

from __future__ import annotations

import http.client
import json
import os
import signal
import tempfile
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
from _catalogue_http import Timings
from _figures import keep
from _requests_made import body, fill, project_of
from browsing import Operator
from postgres import PostgresServer
from processes import ServiceProcess
from running import SignedIn, sign_in

from dinamis_service.app import create_context
from dinamis_service.settings import Settings

COUNT = int(os.environ.get("SUBMISSIONS_COUNT", "100000"))
SECONDS = float(os.environ.get("SUBMISSIONS_SECONDS", "8"))
CLIENTS, WORKERS = 8, 2
WANTED_P95_MS = 50
PUBLIC = "http://127.0.0.1:8000"

Ask = Callable[["Line"], None]


def main() -> None:
    figures: dict[str, Any] = {"requests": COUNT, "clients": CLIENTS, "workers": WORKERS}
    figures |= {"wanted_submission_p95_ms": WANTED_P95_MS, "load_before": os.getloadavg()[0]}
    figures["sqlite"] = measure(None)
    server = PostgresServer()
    try:
        figures["postgresql"] = measure(server.new_database().replace("postgresql:", "postgresql+psycopg:"))
    finally:
        server.stop()
    figures["load_after"] = os.getloadavg()[0]
    for name, value in figures.items():
        print(f"{name:26} {value if not isinstance(value, dict) else ''}")
        for what, times in value.items() if isinstance(value, dict) else ():
            print(f"  {what:24} {times}")
    keep("submissions", figures)


def measure(database_url: str | None) -> dict[str, Any]:
    """Times of each kind of question, in ms, asked of a service on one database."""
    with tempfile.TemporaryDirectory() as folder, _service(Path(folder) / "data", database_url) as made:
        url, people = made
        *clients, operator = people
        lines = [Line(url, person, number) for number, person in enumerate(clients)]
        watcher = Line(url, operator, 0)
        found = {"submission": together(lines, submit)}
        found["submission_alone"] = together(lines[:1], submit)
        found["list_of_100"] = together(lines[:1], read_list)
        found["list_of_100_operator"] = together([watcher], read_list)
        found["list_unchanged"] = together(lines[:1], poll)
        found["list_unchanged_operator"] = together([watcher], poll)
        found["queue_page"] = queue(url, operator)
        return found


@dataclass
class Line:
    """A connection of one person, kept open.

    Args:
        url: address of the service.
        person: who asks.
        number: of the project under which they make requests.
    """

    url: str
    person: SignedIn
    number: int
    tag: str = ""
    turn: int = 0

    def __post_init__(self) -> None:
        self._connection = http.client.HTTPConnection(str(urlsplit(self.url).netloc), timeout=60)

    def begin(self) -> None:
        """Open the connection afresh: the service closes one that was idle."""
        self._connection.close()

    def ask(self, method: str, path: str, content: Any = None, **headers: str) -> http.client.HTTPResponse:
        """The answer, whose content was read."""
        sent = None if content is None else json.dumps(content)
        headers = {"Content-Type": "application/json", **self.person.headers, **headers}
        self._connection.request(method, path, sent, headers)
        answer = self._connection.getresponse()
        said = answer.read()
        if answer.status >= 400:
            msg = f"{answer.status} for {method} {path}: {said[:500]!r}"
            raise RuntimeError(msg)
        return answer


def submit(line: Line) -> None:
    line.turn += 1
    content = body(project_of(line.number), line.turn)
    path, key = "/stapi/products/pleiades-programming/orders", str(uuid.uuid4())
    assert line.ask("POST", path, content, **{"Idempotency-Key": key}).status == 201


def read_list(line: Line) -> None:
    line.tag = str(line.ask("GET", "/stapi/orders?limit=100").getheader("ETag"))


def poll(line: Line) -> None:
    assert line.ask("GET", "/stapi/orders?limit=100", **{"If-None-Match": line.tag}).status == 304


def together(lines: list[Line], ask: Ask) -> dict[str, float]:
    """Median, p95 and maximum in ms, and number a second, of people who ask without pause."""
    for line in lines:
        line.begin()
        ask(line)
    timings, faults = Timings(), list[Exception]()
    end = time.perf_counter() + SECONDS

    def person(line: Line) -> None:
        try:
            while (start := time.perf_counter()) < end:
                ask(line)
                timings.milliseconds.append((time.perf_counter() - start) * 1000)
        except Exception as fault:  # noqa: BLE001 - told below, with the others
            faults.append(fault)

    threads = [threading.Thread(target=person, args=(line,)) for line in lines]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if faults:
        raise faults[0]
    return {**timings.figures(), "per_s": round(len(timings.milliseconds) / SECONDS, 1)}


def queue(url: str, operator: SignedIn) -> dict[str, float]:
    """Times of the operators' first page."""
    with httpx.Client(base_url=url, timeout=60) as client:
        pages, timings = Operator(client, operator), Timings()
        end = time.perf_counter() + SECONDS
        while (start := time.perf_counter()) < end:
            pages.open("/operator/")
            timings.milliseconds.append((time.perf_counter() - start) * 1000)
        assert pages.page.status_code == 200
    return timings.figures()


@contextmanager
def _service(data_dir: Path, database_url: str | None) -> Iterator[tuple[str, list[SignedIn]]]:
    """A service full of requests; its address, its clients and, last, an operator."""
    settings = Settings(data_dir=data_dir, database_url=database_url, public_url=PUBLIC)
    context = create_context(settings.model_copy(update={"access_lifetime_s": 3600}))
    people = [sign_in(context, base=PUBLIC) for _ in range(CLIENTS)]
    people.append(sign_in(context, "operator", base=PUBLIC))
    start = time.perf_counter()
    fill(context, [one.principal for one in people[:-1]], people[-1].principal, COUNT)
    print(f"{COUNT} requests made in {time.perf_counter() - start:.0f} s", flush=True)
    context.catalogue.close()
    context.database.close()
    more = {"DINAMIS_DATABASE_URL": database_url} if database_url else {}
    service = ServiceProcess(data_dir, workers=WORKERS, DINAMIS_PUBLIC_URL=PUBLIC, **more)
    try:
        yield service.start(), people
    finally:
        service.end(signal.SIGTERM)


if __name__ == "__main__":
    main()
