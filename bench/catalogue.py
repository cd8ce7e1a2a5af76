"""The catalogue at scale: `make bench-catalogue N=1000000` makes N items, loads them, and asks over HTTP.

Prints median and p95 of the typical searches in all their forms, of the wide ones, of several clients and of
searches while items come in, with memory, disk and load rate; the figures go to build/bench/catalogue.json.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import re
import shutil
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

from bench._catalogue_http import Api, PeakMemory, Timings, crowd, hundredth_page, measure, memory_mb
from bench._catalogue_items import batch, batches
from bench._catalogue_searches import (
    ORDERS,
    Body,
    Search,
    between_steps,
    in_order,
    typical,
    unknown_area,
    wide,
)
from bench._figures import keep
from dinamis_service.catalogue import collections, sqlite_load
from dinamis_service.catalogue.freetext.wide_areas import wide_areas
from dinamis_service.catalogue.sqlite import WATCHED_ROWS, SqliteCatalogue

ROOT = Path(__file__).resolve().parent.parent
SEED = 2026
FACETS = ["mission", "month"]
CROWD_S = 8.0
START_S = 60
COUNTED_S = 600
"""Longest time that the numbers of an area may take to be kept."""
_KEPT = re.compile(r"the numbers of an area are kept after ([\d.]+) s")
GAZETTEER = Path(os.environ.get("DINAMIS_GAZETTEER_PATH") or ROOT / ".venv" / "gazetteer.sqlite")
PEER_ITEMS = 1_000_000
"""Largest catalogue that stac-fastapi-pgstac is measured with, too."""


def main() -> int:
    """Load, serve, measure, print and write."""
    options = _options()
    folder = options.folder / f"catalogue-{options.n}"
    figures: dict[str, Any] = {"items": options.n, "processors": os.cpu_count()}
    if not (folder / "loaded.json").exists():
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        (folder / "loaded.json").write_text(json.dumps(load(folder, options.n)), encoding="utf-8")
    figures["load"] = json.loads((folder / "loaded.json").read_text(encoding="utf-8"))
    with service(folder, options.workers) as (url, process):
        with PeakMemory(process) as peak:
            figures |= ask_everything(url, folder, process)
        figures["peak_memory_mb"] = peak.mb
    if options.n <= PEER_ITEMS and not options.alone:
        from bench import catalogue_pgstac  # noqa: PLC0415 - which uses this module

        figures["beside pgstac"] = catalogue_pgstac.compare(folder, options.n, options.workers)
    figures["load_average"] = os.getloadavg()[0]
    keep("catalogue", figures)
    show(figures)
    if "beside pgstac" in figures:
        catalogue_pgstac.show(figures["beside pgstac"])
    if not options.keep:
        shutil.rmtree(folder)
    return 0


def load(folder: Path, count: int) -> dict[str, Any]:
    """Fill a catalogue of `count` items."""
    start = time.perf_counter()
    parts = [partial(batch, SEED, number, size) for number, size in batches(count)]

    def say(what: str) -> None:
        print(f"  {time.perf_counter() - start:6.0f} s: {what}", flush=True)

    areas = wide_areas(GAZETTEER)
    with PeakMemory(os.getpid()) as peak:
        sqlite_load.load(
            folder / "catalogue.sqlite", collections.standard_collections(), parts, areas=areas, say=say
        )
    seconds = time.perf_counter() - start
    size = sum(path.stat().st_size for path in folder.iterdir())
    return {
        "seconds": round(seconds, 1),
        "items_per_s": round(count / seconds),
        "disk_mb": round(size / 1e6, 1),
        "bytes_per_item": round(size / count),
        "areas": len(areas),
        "peak_memory_mb": peak.mb,
    }


@contextlib.contextmanager
def service(folder: Path, workers: int, **variables: str) -> Iterator[tuple[str, int]]:
    """The service on that catalogue, or on the one that variables name: its address and its process."""
    ready = folder / "ready.json"
    ready.unlink(missing_ok=True)
    command = [sys.executable, "-m", "dinamis_service", "serve", "--port", "0", "--data-dir", str(folder)]
    command += ["--ready-file", str(ready)]
    if workers > 1:
        command += ["--workers", str(workers)]
    with (folder / "service.log").open("wb") as log:
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            env={**os.environ, "DINAMIS_GAZETTEER_PATH": str(GAZETTEER), **variables},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
    try:
        deadline = time.monotonic() + START_S
        while not ready.exists():
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError((folder / "service.log").read_text(encoding="utf-8")[-2000:])
            time.sleep(0.05)
        yield json.loads(ready.read_text(encoding="utf-8"))["url"], process.pid
    finally:
        process.terminate()
        process.wait(30)


def france_of(url: str) -> Body:
    """France as GeoJSON, as whoever writes its name gets it from the service."""
    with urllib.request.urlopen(f"{url}/freetext?q=France", timeout=START_S) as answer:
        outline: Body | None = json.load(answer)["search"].get("intersects")
    if outline is None:
        msg = f"the service knows no France: `dinamis-service gazetteer` makes {GAZETTEER}"
        raise RuntimeError(msg)
    return outline


def ask_everything(url: str, folder: Path, process: int) -> dict[str, Any]:
    """Figures of every kind of request."""
    root, france = f"{url}/stac", france_of(url)
    searches, api = typical(), Api(root)
    figures: dict[str, Any] = {}
    cold = time.perf_counter()
    api.ask(searches[0].page(facets=FACETS))
    figures["first_request_ms"] = round((time.perf_counter() - cold) * 1000, 1)
    measure(api, [search.page(facets=FACETS) for search in searches])  # warm
    pages, answers = measure(api, [search.page() for search in searches])
    figures["full_pages"] = pages.full_pages
    matched = sorted(answer["numberMatched"] for answer in answers)
    figures["matched"] = {"p50": matched[len(matched) // 2], "max": matched[-1]}
    figures["typical"] = {"page of 100 with documents": pages.figures()}
    for name, bodies in {
        "exact count": [search.page(limit=1) for search in searches],
        "facets per mission and month": [search.page(limit=1, facets=FACETS) for search in searches],
        "page, count and facets in one": [search.page(facets=FACETS) for search in searches],
    }.items():
        figures["typical"][name] = measure(api, bodies)[0].figures()
    figures["wide"] = {search.name: _repeat(api, search.page(facets=FACETS)) for search in wide(france)}
    figures["between slider steps"] = {}
    for search in between_steps(france):
        figures["between slider steps"] |= {
            f"{search.name}: the page": _repeat(api, search.page(counted=False)),
            f"{search.name}: count, facets after it": _repeat(api, search.page(limit=1, facets=FACETS)),
            f"{search.name}: all in one": _repeat(api, search.page(facets=FACETS)),
        }
    figures["sorted"] = {}
    for order in ORDERS:
        bodies = [in_order(search.page(), order) for search in searches]
        figures["sorted"][f"page by {order[1:]}"] = measure(api, bodies)[0].figures()
        for search in wide(france)[::5]:
            body = in_order(search.page(counted=False), order)
            figures["sorted"][f"{search.name}: page by {order[1:]}"] = _repeat(api, body)
    figures["unknown area"] = _become_known(api, folder, searches)
    first, last, distinct = hundredth_page(api, wide(france)[0].page())
    figures["pages"] = {"first_ms": round(first, 1), "hundredth_ms": round(last, 1), "distinct": distinct}
    everything = [search.page(facets=FACETS) for search in searches]
    figures["clients"] = {str(many): crowd(root, everything, many, CROWD_S) for many in (8, 32)}
    with inserting(folder) as inserts:
        while_inserting = measure(api, everything)[0].figures()
    figures["while inserting"] = {"searches": while_inserting, "inserts": inserts}
    figures["memory_mb"] = memory_mb(process)
    api.close()
    return figures


def _repeat(api: Api, body: Body) -> dict[str, float]:
    """Figures of one request, asked again and again; the first is told apart."""
    first = measure(api, [body])[0].milliseconds[0]
    return {**measure(api, [body] * 10)[0].figures(), "first_ms": round(first, 1)}


def _become_known(api: Api, folder: Path, searches: list[Search]) -> dict[str, Any]:
    """Figures of a wide area that was not expected, and of other searches while its numbers are counted.

    Nothing where it holds so few items that they are counted at each search.
    """
    body = unknown_area().page(facets=FACETS)
    timings, answers = measure(api, [body] * 2)
    first, second = timings.milliseconds
    if answers[0]["numberMatched"] < WATCHED_ROWS:
        return {}
    meanwhile, deadline = Timings(), time.monotonic() + COUNTED_S
    while not (kept := _KEPT.findall((folder / "service.log").read_text(encoding="utf-8"))):
        if time.monotonic() > deadline:
            msg = "the numbers of the area are not kept"
            raise RuntimeError(msg)
        number = len(meanwhile.milliseconds) % len(searches)
        meanwhile.milliseconds += measure(api, [searches[number].page(facets=FACETS)])[0].milliseconds
    return {
        **_repeat(api, body),
        "first_ms": round(first, 1),
        "second_ms": round(second, 1),
        "counted_s": float(kept[-1]),
        "meanwhile": meanwhile.figures() if meanwhile.milliseconds else None,
    }


@contextlib.contextmanager
def inserting(folder: Path) -> Iterator[dict[str, float]]:
    """New items coming in, one durable write each, until the block ends; then their figures."""
    stop, times, figures = threading.Event(), [], {}
    catalogue = SqliteCatalogue(folder / "catalogue.sqlite")

    def insert() -> None:
        for number, item in enumerate(batch(SEED + 1, 0)):
            if stop.wait(0.02):
                return
            start = time.perf_counter()
            catalogue.upsert([{**item, "id": f"NEW_{time.time_ns()}_{number}"}])
            times.append((time.perf_counter() - start) * 1000)

    thread = threading.Thread(target=insert)
    thread.start()
    try:
        yield figures
    finally:
        stop.set()
        thread.join()
        catalogue.close()
    times.sort()
    figures |= {
        "inserts": len(times),
        "p50_ms": round(times[len(times) // 2], 2),
        "p95_ms": round(times[int(len(times) * 0.95)], 2),
    }


def show(figures: dict[str, Any]) -> None:
    """Print the table."""
    loaded = figures["load"]
    print(
        f"{figures['items']} items on {figures['processors']} processors: loaded at"
        f" {loaded['items_per_s']} items/s ({loaded['seconds']} s), {loaded['disk_mb']} MB on disk,"
        f" {figures['full_pages']} of 200 searches fill a page"
    )
    print(
        f"memory that is no file cache, at most: loading {loaded['peak_memory_mb']} MB, serving"
        f" {figures['peak_memory_mb']} MB ({figures['memory_mb']} MB at the end)"
    )
    print(f"{'ms':<44}{'p50':>9}{'p95':>9}{'max':>9}{'first':>9}")
    rows = [*figures["typical"].items(), *figures["wide"].items(), *figures["between slider steps"].items()]
    rows += figures["sorted"].items()
    unknown = figures["unknown area"]
    if unknown:
        rows.append(("an area that was not expected", unknown))
    if unknown.get("meanwhile"):
        rows.append(("  other searches while it is counted", unknown["meanwhile"]))
    rows += [(f"{many} clients: {one['requests_per_s']}/s", one) for many, one in figures["clients"].items()]
    rows.append(("searches while inserting", figures["while inserting"]["searches"]))
    for name, one in rows:
        first = f"{one['first_ms']:9.1f}" if "first_ms" in one else ""
        print(f"  {name:<42}{one['p50_ms']:9.1f}{one['p95_ms']:9.1f}{one['max_ms']:9.1f}{first}")
    pages, inserts = figures["pages"], figures["while inserting"]["inserts"]
    print(f"  page 1: {pages['first_ms']} ms, page 100: {pages['hundredth_ms']}, {pages['distinct']} items")
    print(f"  inserting: p50 {inserts['p50_ms']} ms, p95 {inserts['p95_ms']} ms ({inserts['inserts']})")
    print(f"  first request: {figures['first_request_ms']} ms")
    if unknown:
        print(
            f"  the area that was not expected: {unknown['second_ms']} ms the second time, its numbers kept"
            f" {unknown['counted_s']} s later"
        )


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("-n", type=int, default=int(os.environ.get("N", "1000000")), help="number of items")
    parser.add_argument("--workers", type=int, default=2, help="processes that answer")
    parser.add_argument("--folder", type=Path, default=ROOT / "build" / "bench", help="for the catalogue")
    parser.add_argument("--alone", action="store_true", help="without stac-fastapi-pgstac beside it")
    parser.add_argument("--keep", action="store_true", help="keep the catalogue for the next run")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
