"""Signing: URLs signed on one core beside botocore, and calls of 64 URLs answered over HTTP.

The calls go through everything that a member's do: token, rate limit, policy, journal. The client that makes
them runs on the same machine; its own share of the processors is told beside.
"""

from __future__ import annotations

import asyncio
import json
import os
import resource
import signal
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import botocore.auth
import httpx
from _figures import keep
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from running import sign_texts

from dinamis_service.app import create_context
from dinamis_service.identity.service import REALM_PATH
from dinamis_service.registry.entities import add_entity
from dinamis_service.settings import Settings
from dinamis_service.storage.sigv4 import REGION, Signer

ROOT = Path(__file__).resolve().parent.parent
URLS = 20_000
BATCH = 64
WANTED_URLS_S, WANTED_CALLS_S = 50_000, 100
SECONDS = float(os.environ.get("SIGNING_SECONDS", "6"))
WORKERS, CLIENTS, SCENES = 2, 8, 640
KEY_ID, SECRET = "BENCHMARKKEY", "of the benchmark"  # pragma: allowlist secret
OBJECTS = "https://s3.example/dinamis"


def main() -> None:
    figures: dict[str, Any] = {"load_before": os.getloadavg()[0], **signatures(), **calls()}
    figures |= {
        "wanted_urls_s": WANTED_URLS_S,
        "wanted_calls_s": WANTED_CALLS_S,
        "load_after": os.getloadavg()[0],
    }
    for name, value in figures.items():
        print(f"{name:28} {value}")
    keep("signing", figures)


def signatures() -> dict[str, Any]:
    """URLs a second of one core, ours and botocore's, which must be equal."""
    urls = [f"{OBJECTS}/pleiades/DS_PHR1A_{number:06d}/pan.tif" for number in range(URLS)]
    now = datetime.now(UTC).replace(microsecond=0)

    botocore.auth.get_current_datetime = lambda: now  # equal signatures want equal times

    def ours() -> list[str]:
        return [*map(Signer(KEY_ID, SECRET).presigner("GET", now, 3600), urls)]

    def theirs() -> list[str]:
        auth = botocore.auth.S3SigV4QueryAuth(Credentials(KEY_ID, SECRET), "s3", REGION, expires=3600)
        return [_signed(auth, url) for url in urls]

    found, ours_s = _best(ours)
    other, theirs_s = _best(theirs)
    assert found == other, "the signatures are not those of botocore"
    return {
        "urls_s": round(URLS / ours_s),
        "botocore_urls_s": round(URLS / theirs_s),
        "times_botocore": round(theirs_s / ours_s, 1),
        "equal_signatures": URLS,
    }


def _signed(auth: botocore.auth.S3SigV4QueryAuth, url: str) -> str:
    request = AWSRequest("GET", url)
    auth.add_auth(request)
    return str(request.url)


def _best(run: Callable[[], list[str]]) -> tuple[list[str], float]:
    """Result and the least processor time of three runs, in seconds."""
    times = []
    for _ in range(3):
        start = time.process_time()
        found = run()
        times.append(time.process_time() - start)
    return found, min(times)


def calls() -> dict[str, Any]:
    """Calls a second through POST /sign_urls."""
    with tempfile.TemporaryDirectory() as folder, _service(Path(folder)) as (url, bodies, headers):
        before = time.process_time()
        taken = asyncio.run(_ask(url, bodies, headers))
        client_s = time.process_time() - before
    taken.sort()
    return {
        "calls_s": round(len(taken) / SECONDS, 1),
        "call_ms_median": round(1000 * taken[len(taken) // 2], 1),
        "call_ms_p95": round(1000 * taken[len(taken) * 95 // 100], 1),
        "urls_of_a_call": BATCH,
        "workers": WORKERS,
        "clients": CLIENTS,
        "client_share_of_a_core": round(client_s / SECONDS, 2),
        "service_share_of_a_core": round(_children_s() / SECONDS, 2),
    }


def _children_s() -> float:
    """Processor time of the processes that have ended, start included, in seconds."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


async def _ask(url: str, bodies: list[dict[str, Any]], headers: list[dict[str, str]]) -> list[float]:
    """Seconds of every call made until the time is over, by clients that each wait for their answer."""
    taken: list[float] = []
    async with httpx.AsyncClient(base_url=url, timeout=30) as client:
        await _one(client, bodies[0], headers[0])
        end = time.perf_counter() + SECONDS

        async def person(number: int) -> None:
            turn = number
            while time.perf_counter() < end:
                start = time.perf_counter()
                await _one(client, bodies[turn % len(bodies)], headers[number])
                taken.append(time.perf_counter() - start)
                turn += 1

        await asyncio.gather(*(person(number) for number in range(CLIENTS)))
    return taken


async def _one(client: httpx.AsyncClient, body: dict[str, Any], headers: dict[str, str]) -> None:
    answer = await client.post("/sign_urls", json=body, headers=headers)
    answer.raise_for_status()
    assert answer.content.count(b"X-Amz-Signature=") == BATCH, answer.text[:500]


@contextmanager
def _service(folder: Path) -> Iterator[tuple[str, list[dict[str, Any]], list[dict[str, str]]]]:
    """A service with scenes, objects and signed-in members; the bodies and the headers of their calls."""
    settings = Settings(data_dir=folder / "data", public_url="http://127.0.0.1:8000", sign_rate_max=10**9)
    context = create_context(settings)
    _fill(settings, context)
    entity = add_entity(context.database, name="UMR Exemple", acronym="UMR-EX", category=2)
    headers = []
    for number in range(CLIENTS):
        person = context.identity.create_account(
            email=f"personne{number}@demo.example",
            given_name="Camille",
            family_name="Martin",
            password=uuid.uuid4().hex,
            entity_id=entity.id,
        )
        sign_texts(context, person)
        tokens = context.identity.tokens.open(
            person.sub, "dinamis-qgis", "openid", "http://127.0.0.1:8000" + REALM_PATH
        )
        headers.append({"Authorization": f"Bearer {tokens.access_token}"})
    context.catalogue.close()
    context.database.close()
    urls = [f"http://127.0.0.1:8000/objects/pleiades/DS_{number}/pan.tif" for number in range(SCENES)]
    bodies = [{"urls": urls[start : start + BATCH]} for start in range(0, SCENES, BATCH)]
    ready = folder / "ready.json"
    variables = {
        **os.environ,
        "DINAMIS_PUBLIC_URL": "http://127.0.0.1:8000",
        "DINAMIS_SIGN_RATE_MAX": str(10**9),
    }
    command = [sys.executable, "-m", "dinamis_service", "serve", "--port", "0", "--workers", str(WORKERS)]
    command += ["--data-dir", str(settings.data_dir), "--ready-file", str(ready)]
    process = subprocess.Popen(command, env=variables, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + 60
        while not ready.exists():
            assert process.poll() is None, "the service does not start"
            assert time.monotonic() < deadline, "the service does not answer"
            time.sleep(0.05)
        yield json.loads(ready.read_text(encoding="utf-8"))["url"], bodies, headers
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)


def _fill(settings: Settings, context: Any) -> None:
    """Scenes with one image each; the images are small, nobody reads them here."""
    items = []
    for number in range(SCENES):
        image = settings.objects_root / f"pleiades/DS_{number}/pan.tif"
        image.parent.mkdir(parents=True)
        image.write_bytes(b"II*\0")
        properties = {
            "datetime": "2026-04-01T10:30:00Z",
            "platform": "PHR1A",
            "dinamis:mission": "PLEIADES",
            "dinamis:product_type": "downloadable",
        }
        west, south = number % 32 / 10, 43 + number // 32 / 10
        ring = [
            [west, south],
            [west + 0.1, south],
            [west + 0.1, south + 0.1],
            [west, south + 0.1],
            [west, south],
        ]
        items.append(
            {
                "type": "Feature",
                "stac_version": "1.0.0",
                "stac_extensions": [],
                "id": f"DS_{number}",
                "collection": "pleiades",
                "geometry": {"type": "Polygon", "coordinates": [ring]},
                "bbox": [west, south, west + 0.1, south + 0.1],
                "properties": properties,
                "assets": {
                    "pan": {
                        "href": f"objects:pleiades/DS_{number}/pan.tif",
                        "type": "image/tiff",
                        "roles": ["data"],
                    }
                },
            }
        )
    context.catalogue.upsert(items)


if __name__ == "__main__":
    main()
