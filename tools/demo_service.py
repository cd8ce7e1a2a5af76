"""Start the demonstration service for a journey or a person, and say what it holds."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from qgis_desktop import ROOT, running

SERVICE = (sys.executable, "-m", "dinamis_service")
FRANCE = [-5.0, 42.0, 8.0, 51.0]
BUILD_S = 300
#: Real scenes put into the catalogue: title, mission and file below the folder of real data.
REAL = {
    "Mont Ventoux P left": "imagery/phr1b_ventoux_P_left_ortho_2154_cog.tif",
    "Mont Ventoux P right": "imagery/phr1b_ventoux_P_right_ortho_2154_cog.tif",
    "Mont Ventoux XS": "imagery/phr1b_ventoux_XS_ortho_2154_cog.tif",
}
REAL_ITEM = ("--collection", "pleiades", "--mission", "PLEIADES", "--platform", "PHR1B")
REAL_SCENE = ("--datetime", "2013-08-05T10:42:19Z", "--cloud", "0", "--incidence", "12")


@dataclass(frozen=True)
class Demonstration:
    """A running demonstration service."""

    url: str
    accounts_file: Path
    real: dict[str, str]

    @property
    def accounts(self) -> list[dict[str, Any]]:
        """The example accounts, the scientific user first."""
        accounts: list[dict[str, Any]] = json.loads(self.accounts_file.read_text(encoding="utf-8"))
        return accounts

    def post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        """Post JSON to the service; return its answer."""
        request = urllib.request.Request(
            self.url + path, data=json.dumps(body).encode(), headers={"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(request, timeout=60) as response:
            answer: dict[str, Any] = json.load(response)
        return answer

    def scenario(self) -> dict[str, Any]:
        """Return what a journey needs to know: who signs in, where the images lie, what is real."""
        total = self.post("/stac/search", {"limit": 1})["numberMatched"]
        account = self.accounts[0]
        return {
            "bbox": self._box_of(
                "downloadable", {"op": "=", "args": [{"property": "dinamis:synthetic"}, True]}
            ),
            "orderable_bbox": self._box_of("orderable"),
            "account": {key: account[key] for key in ("name", "entity")},
            "real": self.real,
            "scenes": total,
        }

    def _box_of(self, product_type: str, *conditions: dict[str, Any]) -> list[float]:
        """Return the box of the newest Pléiades scene of a kind over metropolitan France, in degrees."""
        kind = {"op": "=", "args": [{"property": "dinamis:product_type"}, product_type]}
        query = {"collections": ["pleiades"], "bbox": FRANCE, "limit": 1, "filter-lang": "cql2-json"}
        wanted = {"op": "and", "args": [kind, *conditions]} if conditions else kind
        found = self.post("/stac/search", {**query, "filter": wanted})
        if not found["features"]:
            message = f"the catalogue has no {product_type} Pléiades scene over France"
            raise RuntimeError(message)
        box: list[float] = found["features"][0]["bbox"]
        return box


@contextlib.contextmanager
def demonstration(
    out: Path, *, scenes: int | None, images: str | None, realdata: str
) -> Iterator[Demonstration]:
    """Run the demonstration in out/data, built the first time, with the real scenes when there are some.

    Raises:
        RuntimeError: the service did not start; the message says where its words are.
    """
    data = out / "data"
    ready = out / "ready.json"
    ready.unlink(missing_ok=True)
    options = ["--data-dir", str(data), "--port", "0", "--ready-file", str(ready)]
    options += ["--scenes", str(scenes)] if scenes else []
    options += ["--images", images] if images else []
    log = out / "service.log"
    with running(*SERVICE, "demo", *options, log=log, cwd=ROOT, env=dict(os.environ)) as service:
        url = _wait_for(service, ready, log)
        yield Demonstration(url, data / "accounts.json", _ingest_real(data, realdata))


def elsewhere(url: str, accounts_file: Path) -> Demonstration:
    """Return a demonstration that somebody else runs, on another machine perhaps."""
    return Demonstration(url.rstrip("/"), accounts_file.resolve(), {})


def _wait_for(service: subprocess.Popen[bytes], ready: Path, log: Path) -> str:
    deadline = time.monotonic() + BUILD_S
    while not ready.exists():
        if service.poll() is not None or time.monotonic() > deadline:
            said = "\n".join(log.read_text(encoding="utf-8", errors="replace").splitlines()[-15:])
            message = f"the demonstration service did not start:\n{said}"
            raise RuntimeError(message)
        time.sleep(0.1)
    return str(json.loads(ready.read_text(encoding="utf-8"))["url"])


def _ingest_real(data: Path, realdata: str) -> dict[str, str]:
    """Put the real scenes into the catalogue; return those that are there by title."""
    files = {title: file for title, file in REAL.items() if realdata and (Path(realdata) / file).exists()}
    for title, file in files.items():
        command = [*SERVICE, "ingest", str(Path(realdata) / file), "--data-dir", str(data), "--title", title]
        done = subprocess.run(
            [*command, *REAL_ITEM, *REAL_SCENE], cwd=ROOT, check=False, capture_output=True, text=True
        )
        if done.returncode != 0:
            message = f"{file} was not taken into the catalogue:\n{done.stdout}{done.stderr}"
            raise RuntimeError(message)
    return files
