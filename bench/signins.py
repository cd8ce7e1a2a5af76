"""Sign-ins: how many a second at the true cost of a hash, and what searches beside them lose.

A service with two processes on a made catalogue is asked at a steady pace: searches alone, then the same
searches beside sign-ins on the pages (form, cookie, password, session). Then more sign-ins at once than the
queue holds: what is too much is asked to come back (429 with Retry-After). The client runs on the same
machine.
"""

from __future__ import annotations

import asyncio
import os
import re
import tempfile
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from typing import Any

import httpx

from bench._catalogue_items import batch
from bench._catalogue_searches import typical
from bench._figures import keep
from bench.catalogue import SEED, service
from dinamis_service.app import create_context
from dinamis_service.catalogue import collections, sqlite_load
from dinamis_service.registry.entities import add_entity
from dinamis_service.settings import Settings

SECONDS = float(os.environ.get("SIGNINS_SECONDS", "15"))
ITEMS, PEOPLE, WORKERS = 20_000, 60, 2
SIGN_INS_S, SEARCHES_S, CROWD = 22, 10, 80
WANTED_SIGN_INS_S, WANTED_TIMES = 20, 2.0
PASSWORD = "for the benchmark only"  # pragma: allowlist secret
_TOKEN = re.compile(r'name="form_token" value="([^"]+)"')


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        _fill(folder)
        with service(folder, WORKERS) as (url, _process):
            figures = asyncio.run(_measure(url))
    figures = {"load": os.getloadavg()[0], "processors": os.cpu_count(), "workers": WORKERS, **figures}
    for name, value in figures.items():
        print(f"{name:34} {value}")
    keep("signins", figures)


def _fill(folder: Path) -> None:
    """A catalogue, and people whose passwords are hashed as those of everybody."""
    parts = [partial(batch, SEED, number, 10_000) for number in range(ITEMS // 10_000)]
    sqlite_load.load(folder / "catalogue.sqlite", collections.standard_collections(), parts)
    context = create_context(Settings(data_dir=folder))
    entity = add_entity(context.database, name="UMR Exemple", acronym="UMR-EX", category=2)
    for number in range(PEOPLE):
        context.identity.create_account(
            email=f"personne{number}@demo.example",
            given_name="Camille",
            family_name="Martin",
            password=PASSWORD,
            entity_id=entity.id,
        )
    context.catalogue.close()
    context.database.close()


async def _measure(url: str) -> dict[str, Any]:
    searches = [one.page() for one in typical()]
    wire = httpx.AsyncHTTPTransport(limits=httpx.Limits(max_connections=200))
    async with httpx.AsyncClient(base_url=url, timeout=60) as client:

        async def search(number: int) -> int:
            answer = await client.post("/stac/search", json=searches[number % len(searches)])
            return answer.status_code

        async def sign_in(number: int) -> int:
            return await _sign_in(url, wire, number % PEOPLE)

        for number in range(20):  # the first ones open files and connections
            await search(number)
        alone, _ = await _at_pace(search, SEARCHES_S)
        (beside, _), (taken, codes) = await asyncio.gather(
            _at_pace(search, SEARCHES_S), _at_pace(sign_in, SIGN_INS_S)
        )
        crowd = Counter(await asyncio.gather(*(sign_in(number) for number in range(CROWD))))
    times = _ms(beside, 0.95) / _ms(alone, 0.95)
    return {
        "sign_ins_s": round(codes[303] / SECONDS, 1),
        "wanted_sign_ins_s": WANTED_SIGN_INS_S,
        "sign_ins_refused": codes[429],
        "sign_in_ms_median": _ms(taken, 0.5),
        "sign_in_ms_p95": _ms(taken, 0.95),
        "searches_s": SEARCHES_S,
        "search_ms_p95_alone": _ms(alone, 0.95),
        "search_ms_p95_beside": _ms(beside, 0.95),
        "search_p95_times": round(times, 2),
        "wanted_search_p95_times": WANTED_TIMES,
        "crowd": CROWD,
        "crowd_signed_in": crowd[303],
        "crowd_asked_to_come_back": crowd[429],
    }


async def _at_pace(act: Callable[[int], Awaitable[int]], per_s: float) -> tuple[list[float], Counter[int]]:
    """Seconds of each act and their outcomes, begun at a steady pace whatever those before take."""
    taken: list[float] = []
    codes: Counter[int] = Counter()

    async def one(number: int) -> None:
        await asyncio.sleep(number / per_s)
        began = time.perf_counter()
        codes[await act(number)] += 1
        taken.append(time.perf_counter() - began)

    await asyncio.gather(*(one(number) for number in range(int(per_s * SECONDS))))
    return sorted(taken), codes


async def _sign_in(url: str, wire: httpx.AsyncHTTPTransport, number: int) -> int:
    """Sign a person in as a browser does; 303 when it succeeded, 429 when the queue was full.

    Browsers, which each have their cookies, share the connections: opening one costs the client more than
    the service.
    """
    browser = httpx.AsyncClient(base_url=url, timeout=60, transport=wire)
    found = _TOKEN.search((await browser.get("/sign-in")).text)
    assert found is not None
    form = {"form_token": found[1], "login": f"personne{number}@demo.example", "password": PASSWORD}
    answer = await browser.post("/sign-in", data=form)
    assert answer.status_code == 303 or answer.headers["Retry-After"], answer.text
    return answer.status_code


def _ms(seconds: list[float], share: float) -> float:
    return round(1000 * seconds[int(len(seconds) * share)], 1)


if __name__ == "__main__":
    main()
