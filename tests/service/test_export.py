"""What goes out of the catalogue comes back the same, and other programs read it."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import geopandas
import numpy as np
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from stored import put_item
from test_catalogue_engine import make_item
from test_catalogue_ingest import SCENE, write_image

from dinamis_service import cli
from dinamis_service.catalogue import collections
from dinamis_service.catalogue.engine import CatalogueEngine, Item, SearchRequest
from dinamis_service.catalogue.export import Selection, batches
from dinamis_service.catalogue.ingest import ingest_cog
from dinamis_service.catalogue.sqlite import SqliteCatalogue
from dinamis_service.context import Context
from dinamis_service.settings import Settings

Command = Callable[..., int]


@pytest.fixture
def command(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Command:
    """A command, on the folder of the test's service."""
    monkeypatch.setenv("DINAMIS_DATA_DIR", str(settings.data_dir))
    return lambda *arguments: cli.main([*map(str, arguments)])


def everything(catalogue: CatalogueEngine) -> dict[tuple[str, str], Item]:
    found = catalogue.search(SearchRequest(limit=10_000)).items
    return {(item["collection"], item["id"]): item for item in found}


def fill(context: Context, tmp_path: Path) -> None:
    """Items of several kinds, an image of ours among them."""
    pixels = np.random.default_rng(2).integers(1, 999, (4, 64, 64), dtype=np.uint16)
    ingest_cog(context, SCENE, {"ms": write_image(tmp_path / "image.tif", pixels)})
    put_item(context, "OPEN", "open")
    link = {"rel": "wms", "href": "https://far.example/wms", "type": "image/png", "wms:layers": ["a"]}
    known = {
        "constellation": "pleiades",
        "gsd": 0.5,
        "dinamis:mission": "PLEIADES",
        "order:status": "orderable",
    }
    items = [make_item(number, properties={"eo:cloud_cover": number % 100, **known}) for number in range(400)]
    one_day = {"datetime": "2021-06-01T10:00:00Z", **known}
    items += [make_item(number, properties=one_day) for number in range(400, 1500)]
    items[3] |= {
        "links": [link],
        "stac_extensions": ["https://stac-extensions.github.io/web-map-links/v1.2.0/schema.json"],
    }
    context.catalogue.upsert(items)


def test_items_come_back_the_same(
    command: Command, context: Context, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(context, tmp_path)
    before = everything(context.catalogue)
    file = tmp_path / "items.ndjson"
    assert command("export", file) == 0
    lines = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    assert len(lines) == len({line["id"] for line in lines}) == len(before) == 1502
    hrefs = [asset["href"] for line in lines for asset in line["assets"].values()]
    assert all(href.startswith("http://127.0.0.1:8000/objects/") for href in hrefs)
    restored = tmp_path / "restored.sqlite"
    monkeypatch.setenv("DINAMIS_CATALOGUE_PATH", str(restored))
    assert command("ingest", file) == 0
    catalogue = SqliteCatalogue(restored)
    after = everything(catalogue)
    catalogue.close()
    assert after.keys() == before.keys()
    for key, item in before.items():
        assert after[key]["geometry"] == item["geometry"]
        assert after[key]["bbox"] == pytest.approx(item["bbox"])
        for name in ("links", "stac_extensions"):
            assert after[key][name] == item.get(name, [])
        defaults = {"constellation", "gsd", "order:status"}  # what `put_item` leaves out and ingest fills in
        told = {name: value for name, value in after[key]["properties"].items() if name not in defaults}
        assert told == {name: value for name, value in item["properties"].items() if name not in defaults}
        for name, asset in item["assets"].items():
            assert asset.items() <= after[key]["assets"][name].items()
    assert after["pleiades", "SCENE-1"] == before["pleiades", "SCENE-1"]


def test_geoparquet_is_read_by_others(command: Command, context: Context, tmp_path: Path) -> None:
    fill(context, tmp_path)
    file = tmp_path / "items.parquet"
    assert command("export", file, "--base-url", "https://images.example/") == 0
    frame = geopandas.read_parquet(file)
    assert (len(frame), frame.crs.to_authority()) == (1502, ("OGC", "CRS84"))
    assert frame.geometry.geom_type.unique().tolist() == ["Polygon"]
    before = everything(context.catalogue)
    for _, row in frame.sample(50, random_state=1).iterrows():
        item = before[row["collection"], row["id"]]
        assert row["datetime"].to_pydatetime() == datetime.fromisoformat(item["properties"]["datetime"])
        assert row.geometry.bounds == pytest.approx(item["bbox"], abs=1e-9)
    west = geopandas.read_parquet(file, bbox=(0.25, 0, 0.28, 2))
    assert west.empty, "the covering column is understood"

    geo = json.loads(pq.read_metadata(file).metadata[b"geo"])
    assert (geo["version"], geo["primary_column"]) == ("1.1.0", "geometry")
    assert geo["columns"]["geometry"]["bbox"] == pytest.approx(frame.total_bounds.tolist())
    row = frame[frame["id"] == "SCENE-1"].iloc[0]
    asset = dict(row["assets"])["ms"]
    assert asset["href"] == "https://images.example/objects/pleiades/SCENE-1/ms.tif"
    assert json.loads(asset["more"])["proj:epsg"] == 2154


def test_selection(command: Command, context: Context, tmp_path: Path) -> None:
    fill(context, tmp_path)
    file = tmp_path / "some.ndjson"
    span = "2020-02-01T00:00:00Z/2020-03-01T00:00:00Z"
    assert command("export", file, "--bbox", 0, 0, 1, 1, "--datetime", span, "--collection", "pleiades") == 0
    names = {json.loads(line)["id"] for line in file.read_text().splitlines()}
    wanted = {
        name
        for (_, name), item in everything(context.catalogue).items()
        if item["bbox"][0] <= 1 and item["bbox"][1] <= 1
        and "2020-02-01" <= item["properties"]["datetime"] <= "2020-03-01T00:00:00Z"
    }  # fmt: skip
    assert names == wanted
    assert command("export", file, "--bbox", 170, -10, -170, 10) == 0
    assert file.read_text() == ""
    assert command("export", tmp_path / "none.parquet", "--collection", "sentinel-2") == 0
    assert len(pq.read_table(tmp_path / "none.parquet")) == 0


@pytest.mark.parametrize(
    "arguments",
    [
        ["x.txt"],
        ["x.ndjson", "--datetime", "yesterday"],
        ["x.ndjson", "--bbox", "nan", "0", "1", "1"],
        ["x.ndjson", "--collection", "nothing"],
    ],
)
def test_arguments_that_do_not_hold(
    command: Command, context: Context, tmp_path: Path, arguments: list[str]
) -> None:
    assert context.catalogue.count() == 0
    assert command("export", tmp_path / arguments[0], *arguments[1:]) == 2
    assert list(tmp_path.glob("*x.*")) == []


def test_failed_export_leaves_the_file_before(
    command: Command, context: Context, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_item(context, "A")
    file = tmp_path / "items.ndjson"
    assert command("export", file) == 0
    before = file.read_bytes()

    def fail(*_args: Any) -> None:
        raise OSError("disk full")

    monkeypatch.setattr("dinamis_service.catalogue.export.item_document", fail)
    assert command("export", file) == 1
    assert file.read_bytes() == before
    assert [path.name for path in tmp_path.iterdir() if "partial" in path.name] == []


days = st.integers(-20_000, 25_000).map(
    lambda day: datetime(1990, 1, 1, tzinfo=UTC) + timedelta(hours=day * 7)
)
spans = st.tuples(days, st.none() | st.integers(1, 3000).map(lambda length: timedelta(hours=length)))


@pytest.fixture(scope="module")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> SqliteCatalogue:
    catalogue = SqliteCatalogue(tmp_path_factory.mktemp("scratch") / "c.sqlite", durable=False)
    collections.install(catalogue)
    return catalogue


@hypothesis_settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(spans, max_size=12),
    st.none() | days,
    st.none() | st.timedeltas(timedelta(), timedelta(days=2000)),
)
def test_every_item_goes_out_once(
    scratch: SqliteCatalogue,
    moments: list[tuple[datetime, timedelta | None]],
    start: datetime | None,
    length: timedelta | None,
) -> None:
    """Acquisitions of a moment and those that last, before the first window and after the last."""
    for item in scratch.search(SearchRequest(limit=100)).items:
        scratch.delete(item["collection"], item["id"])
    items = [dated(number, *moment) for number, moment in enumerate(moments)]
    scratch.upsert(items)
    end = None if length is None else (start or datetime(1999, 1, 1, tzinfo=UTC)) + length
    now = datetime(2026, 1, 1, tzinfo=UTC)
    out = [item["id"] for batch in batches(scratch, Selection((), None, start, end), now) for item in batch]
    wanted = scratch.search(SearchRequest(start=start, end=end, limit=100)).items
    assert sorted(out) == sorted(item["id"] for item in wanted)


def dated(number: int, start: datetime, length: timedelta | None) -> Item:
    first = start.isoformat().replace("+00:00", "Z")
    if length is None:
        return make_item(number, properties={"datetime": first})
    last = (start + length).isoformat().replace("+00:00", "Z")
    return make_item(number, properties={"datetime": None, "start_datetime": first, "end_datetime": last})


@pytest.mark.long
@pytest.mark.parametrize("suffix", ["parquet", "ndjson"])
def test_memory_does_not_grow_with_the_catalogue(tmp_path: Path, suffix: str) -> None:
    catalogue = SqliteCatalogue(tmp_path / "catalogue.sqlite", durable=False)
    collections.install(catalogue)
    peaks = []
    for first, count in ((0, 10_000), (10_000, 90_000)):
        catalogue.upsert(make_item(number) for number in range(first, first + count))
        peaks.append(peak_of_export(tmp_path, tmp_path / f"items.{suffix}"))
    catalogue.close()
    assert max(peaks) < 500 << 20
    assert peaks[1] - peaks[0] < 80 << 20


def peak_of_export(folder: Path, target: Path) -> int:
    """Memory of a process that exports, in bytes at its peak.

    `VmHWM` is the process's own; `ru_maxrss` would count what the one that started it had.
    """
    program = (
        "import re, sys; from pathlib import Path; from dinamis_service import cli;"
        "code = cli.main(sys.argv[1:]);"
        "status = Path('/proc/self/status').read_text();"
        "print('PEAK', re.search(r'VmHWM:\\s+(\\d+) kB', status)[1]); sys.exit(code)"
    )
    arguments = [sys.executable, "-c", program, "export", str(target), "--data-dir", str(folder)]
    done = subprocess.run(arguments, capture_output=True, text=True, check=True)
    return int(done.stdout.rsplit("PEAK ", 1)[1]) * 1024
