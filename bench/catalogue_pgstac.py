"""The catalogue beside stock stac-fastapi-pgstac: same items, searches and machine, one after the other.

`bench/catalogue.py` calls it up to a million items; alone it runs as

    PYTHONPATH=. .venv/service/bin/python bench/catalogue_pgstac.py -n 1000000

pgstac is asked for its page alone, as it answers by itself (`context` off); ours for page, exact count and
facets in one request: from the embedded engine, and from the tables of pgstac. PostgreSQL is Debian's, in a
temporary folder, with the memory of `TUNING`.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg
from pypgstac.db import PgstacDB
from pypgstac.load import Loader, Methods

from bench._catalogue_http import Api, crowd, measure
from bench._catalogue_items import Item, batch, batches
from bench._catalogue_searches import typical, wide
from bench._figures import keep
from bench.catalogue import CROWD_S, FACETS, ROOT, SEED, START_S, france_of, load, service
from dinamis_service.catalogue.collections import standard_collections
from tests.service.postgres import PostgresServer

TUNING = {
    "shared_buffers": "2GB",
    "effective_cache_size": "8GB",
    "work_mem": "32MB",
    "maintenance_work_mem": "512MB",
    "max_wal_size": "8GB",
    "random_page_cost": "1.1",
}
CLIENTS = (8, 32)
_WIDE_TIMES = 3
Body = dict[str, Any]


def compare(folder: Path, count: int, workers: int) -> dict[str, Any]:
    """Figures of both, and their ratios.

    Args:
        folder: holds the embedded catalogue of these items already.
        count: number of items.
        workers: processes that answer, on either side.
    """
    pages = [search.page() for search in typical()]
    everything = [search.page(facets=FACETS) for search in typical()]
    server = PostgresServer(TUNING)
    try:
        url = server.new_database(pgstac=True)
        figures: dict[str, Any] = {"load": _load(url, count)}
        with _stock(url, workers) as root:
            figures["stac-fastapi-pgstac, page alone"], theirs = _ask(root, pages)
        with service(folder, workers) as (address, _process):
            figures["ours, page, count and facets"], ours = _ask(f"{address}/stac", everything)
        with service(folder, workers, DINAMIS_CATALOGUE_URL=url) as (address, _process):
            figures["ours on pgstac's tables"], same = _ask(f"{address}/stac", everything)
            figures["wide, ours on pgstac's tables"] = _ask_wide(address)
    finally:
        server.stop()
    figures["same_pages"] = sum(a == b for a, b in zip(ours, theirs, strict=True))
    figures["same_answers"] = sum(a == b for a, b in zip(ours, same, strict=True))
    figures["ratios"] = _ratios(
        figures["stac-fastapi-pgstac, page alone"], figures["ours, page, count and facets"]
    )
    return figures


def show(figures: dict[str, Any]) -> None:
    """Print the table and the ratios."""
    loaded, ratios = figures["load"], figures["ratios"]
    print(f"pgstac: loaded at {loaded['items_per_s']} items/s, {loaded['disk_mb']} MB on disk")
    print(f"{'ms':<44}{'p50':>9}{'p95':>9}{'max':>9}" + "".join(f"{n:>9}/s" for n in CLIENTS))
    for name, one in figures.items():
        if isinstance(one, dict) and "clients" in one:
            rates = "".join(f"{one['clients'][str(n)]['requests_per_s']:11.1f}" for n in CLIENTS)
            print(f"  {name:<42}{one['p50_ms']:9.1f}{one['p95_ms']:9.1f}{one['max_ms']:9.1f}{rates}")
    print("  count and facets of wide areas, live, on pgstac's tables:")
    for name, one in figures["wide, ours on pgstac's tables"].items():
        print(f"  {name:<42}{one}" if isinstance(one, str) else f"  {name:<42}{one:9.1f}")
    print(
        f"  ours is {ratios['p95']} times as fast at p95 (asked: 10), {ratios['p50']} at the median (5);"
        f" with {CLIENTS[0]} and {CLIENTS[1]} clients {ratios['8 clients']} and {ratios['32 clients']} times"
        f" its requests per second (5)"
    )
    print(
        f"  {figures['same_pages']} of 200 pages have the same items,"
        f" {figures['same_answers']} of 200 the same on both of our engines"
    )


def _load(url: str, count: int) -> dict[str, Any]:
    """Collections and items in by pypgstac, in batches."""
    start = time.perf_counter()
    with PgstacDB(dsn=url) as database:
        loader = Loader(database)
        loader.load_collections(iter(standard_collections()), insert_mode=Methods.insert)
        loader.load_items(_items(count), insert_mode=Methods.insert)
    seconds = time.perf_counter() - start
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")
        size = connection.execute("SELECT pg_database_size(current_database())").fetchone()
    return {
        "seconds": round(seconds, 1),
        "items_per_s": round(count / seconds),
        "disk_mb": round((size or [0])[0] / 1e6, 1),
    }


def _items(count: int) -> Iterator[Item]:
    for number, size in batches(count):
        yield from batch(SEED, number, size)


@contextlib.contextmanager
def _stock(url: str, workers: int) -> Iterator[str]:
    """stac-fastapi-pgstac as it comes, on that database; gives its address."""
    address = urlsplit(url)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {
        **os.environ,
        **{f"STAC_FASTAPI_{name}": "pgstac" for name in ("TITLE", "DESCRIPTION", "LANDING_ID", "VERSION")},
        "PGUSER": str(address.username),
        "PGPASSWORD": "unused",  # pragma: allowlist secret
        "PGHOST": str(address.hostname),
        "PGPORT": str(address.port),
        "PGDATABASE": address.path.lstrip("/"),
    }
    command = [sys.executable, "-m", "uvicorn", "stac_fastapi.pgstac.app:create_app", "--factory"]
    command += ["--port", str(port), "--workers", str(workers), "--no-access-log", "--log-level", "warning"]
    command += ["--timeout-worker-healthcheck", str(START_S)]  # a busy machine is no dead worker
    root = f"http://127.0.0.1:{port}"
    process = subprocess.Popen(command, env=environment, stdin=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + START_S
        while not _answers(root):
            if process.poll() is not None or time.monotonic() > deadline:
                msg = "stac-fastapi-pgstac does not start"
                raise RuntimeError(msg)
            time.sleep(0.2)
        yield root
    finally:
        process.terminate()
        process.wait(30)


def _answers(root: str) -> bool:
    try:
        with urllib.request.urlopen(f"{root}/collections", timeout=5) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def _ask(root: str, bodies: list[Body]) -> tuple[dict[str, Any], list[set[tuple[str, str]]]]:
    """Figures of these searches once warm, and the items of each page."""
    api = Api(root)
    measure(api, bodies)
    timings, answers = measure(api, bodies)
    api.close()
    clients = {str(many): crowd(root, bodies, many, CROWD_S) for many in CLIENTS}
    found = [{(item["collection"], item["id"]) for item in answer["features"]} for answer in answers]
    return {**timings.figures(), "full_pages": timings.full_pages, "clients": clients}, found


def _ask_wide(address: str) -> dict[str, float | str]:
    """Median in ms of page, count and facets over France and the world, or how such a search was refused."""
    api = Api(f"{address}/stac")
    told: dict[str, float | str] = {}
    for search in wide(france_of(address)):
        try:
            told[search.name] = measure(api, [search.page(facets=FACETS)] * _WIDE_TIMES)[0].figures()[
                "p50_ms"
            ]
        except RuntimeError as refusal:  # noqa: PERF203 - a search may take so long that it is ended
            told[search.name] = str(refusal)[:100]
    api.close()
    return told


def _ratios(theirs: dict[str, Any], ours: dict[str, Any]) -> dict[str, float]:
    """How many times better ours is."""
    rates = {
        f"{many} clients": ours["clients"][str(many)]["requests_per_s"]
        / theirs["clients"][str(many)]["requests_per_s"]
        for many in CLIENTS
    }
    times = {name: theirs[f"{name}_ms"] / ours[f"{name}_ms"] for name in ("p50", "p95")}
    return {name: round(ratio, 1) for name, ratio in {**times, **rates}.items()}


def main() -> int:
    """Make both catalogues, compare, print and write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("-n", type=int, default=1_000_000, help="number of items")
    parser.add_argument("--workers", type=int, default=2, help="processes that answer")
    options = parser.parse_args()
    folder = ROOT / "build" / "bench" / f"catalogue-pgstac-{options.n}"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    try:
        load(folder, options.n)
        figures = compare(folder, options.n, options.workers)
    finally:
        shutil.rmtree(folder)
    keep("catalogue_pgstac", {"items": options.n, **figures})
    show(figures)
    return 0


if __name__ == "__main__":
    sys.exit(main())
