"""What the catalogue acknowledged is there after its process was killed, and nothing is there by half."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import shapely
from catalogue_model import make_item
from postgres import server

from dinamis_service.catalogue.engine import CatalogueEngine, Item, SearchRequest
from dinamis_service.catalogue.pgstac import PgstacCatalogue
from dinamis_service.catalogue.sqlite import SqliteCatalogue

WRITER = """
import sys
import shapely
from dinamis_service.catalogue import collections
from dinamis_service.catalogue.engine import SearchRequest
from test_catalogue_durability import apply, open_at

catalogue = open_at(sys.argv[1])
collections.install(catalogue)
for _ in range(2):
    catalogue.search(SearchRequest(geometry=shapely.box(0, 0, 2, 2)))
for step in range(int(sys.argv[2]), 10**6):
    apply(step, catalogue)
    print(step, flush=True)
"""


def open_at(place: str) -> CatalogueEngine:
    """The engine over a file or an address."""
    if place.startswith("postgresql:"):
        return PgstacCatalogue(place)
    return SqliteCatalogue(Path(place), watched_rows=1)


def step_of(step: int) -> tuple[list[Item], str | None]:
    """What a step puts in (new items, and every fourth time one again elsewhere), and the id it takes out."""
    number = step // 2
    if step % 2 and step % 14 == 13:
        return [], f"ITEM-{number - 5:06d}"
    again = number - 3 if step % 8 == 7 else number
    place = (0.1 * (step % 40), 0.1 * (step % 30))
    return [
        make_item(
            name % 4000,
            id=f"ITEM-{name:06d}",
            place=place,
            assets={"pan": {"href": f"objects:{name}.tif"}},
            properties={"eo:cloud_cover": step % 101},
        )
        for name in {number, again}
    ], None


def apply(step: int, catalogue: CatalogueEngine) -> None:
    put, taken = step_of(step)
    if taken is None:
        catalogue.upsert(put)
    else:
        catalogue.delete("pleiades", taken)


def after(steps: int) -> dict[str, Item]:
    """What is there after so many steps."""
    held: dict[str, Item] = {}
    for step in range(steps):
        put, taken = step_of(step)
        held |= {item["id"]: item for item in put}
        held.pop(str(taken), None)
    return held


@pytest.mark.parametrize("round_", [0, 1, 2, "pgstac"])
def test_kill_9_while_writing_loses_nothing_acknowledged(tmp_path: Path, round_: int | str) -> None:
    if isinstance(round_, int):
        place, seconds = str(tmp_path / "catalogue.sqlite"), 0.15 + 0.1 * round_
    else:
        place, seconds = server().new_database(pgstac=True), 0.5
    done = 0
    for _ in range(2):
        done = _write_until_killed(place, done, seconds) + 1
    catalogue = open_at(place)
    try:
        assert catalogue.check() == []  # blocks and numbers of the zones are those of the rows
        held: list[Item] = []
        token = None
        while token is not None or not held:
            page = catalogue.search(SearchRequest(limit=1000, token=token))
            held += page.items
            token = page.next_token
        # the step under way when it was killed is in as a whole, or not at all
        assert {item["id"]: item for item in held} in (after(done), after(done + 1))
        for area in (None, shapely.box(0, 0, 2, 2), shapely.box(0, 0, 2, 1.9)):
            expected = [
                item
                for item in held
                if area is None or shapely.intersects(shapely.geometry.shape(item["geometry"]), area)
            ]
            assert catalogue.search(SearchRequest(geometry=area, limit=0)).matched == len(expected)
        for item in held:
            assert catalogue.item_of_object(item["assets"]["pan"]["href"].removeprefix("objects:")) == item
    finally:
        catalogue.close()


def _write_until_killed(place: str, first: int, seconds: float) -> int:
    """The last step that the writer said was done, before it was killed."""
    root = Path(__file__).parents[2]
    places = {**os.environ, "PYTHONPATH": f"{root}{os.pathsep}{Path(__file__).parent}"}
    writer = subprocess.Popen(
        [sys.executable, "-c", WRITER, place, str(first)], stdout=subprocess.PIPE, text=True, env=places
    )
    assert writer.stdout is not None
    told = [writer.stdout.readline()]
    time.sleep(seconds)
    writer.send_signal(signal.SIGKILL)
    told += writer.stdout.read().splitlines()
    writer.wait(10)
    writer.stdout.close()
    whole = [line.strip() for line in told if line.strip()]
    assert len(whole) > 1
    return int(whole[-1])
