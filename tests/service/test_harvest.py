"""Other catalogues are gathered whole, again and again, whatever their ways and faults."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from clocks import MovableClock
from hypothesis import given
from hypothesis import strategies as st
from running import LiveService
from scripted_server import Handler, ScriptedServer, answer, problem
from stored import put_item
from test_catalogue_engine import make_item
from test_catalogue_ingest import REALDATA, needs_realdata

from dinamis_service import cli
from dinamis_service.catalogue import collections
from dinamis_service.catalogue.engine import SearchRequest
from dinamis_service.catalogue.harvest.fetch import Bounds, Fetcher, FetchError, trusted_hosts
from dinamis_service.catalogue.harvest.oneatlas import _item as oneatlas_item
from dinamis_service.catalogue.harvest.run import SOURCE, Harvest, HarvestReport
from dinamis_service.catalogue.harvest.schedule import AlreadyRunningError, alone, interval, repeat
from dinamis_service.catalogue.harvest.source import Source, Wanted
from dinamis_service.catalogue.harvest.stac_api import StacApi, _absolute
from dinamis_service.catalogue.harvest.state import HarvestState
from dinamis_service.catalogue.harvest.static import StaticCatalogue
from dinamis_service.catalogue.sqlite import SqliteCatalogue
from dinamis_service.catalogue.stac_items import Remarks, StacFileError, fit_item
from dinamis_service.context import Context

CLASSES = [
    "https://api.stacspec.org/v1.0.0/item-search",
    "https://api.stacspec.org/v1.0.0/item-search#filter",
    "http://www.opengis.net/spec/cql2/1.0/conf/cql2-json",
]
SQUARE = {"type": "Polygon", "coordinates": [[[3, 43], [4, 43], [4, 44], [3, 44], [3, 43]]]}


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    server = ScriptedServer()
    yield server
    server.close()


@pytest.fixture
def catalogue(tmp_path: Path) -> Iterator[SqliteCatalogue]:
    catalogue = SqliteCatalogue(tmp_path / "mine.sqlite")
    collections.install(catalogue)
    yield catalogue
    catalogue.close()


@pytest.fixture
def fetcher(server: ScriptedServer) -> Iterator[Fetcher]:
    fetcher = Fetcher(
        trusted_hosts(server.url), Bounds(connect_s=2, pause_s=0, tries=3), sleep=lambda _: None
    )
    yield fetcher
    fetcher.close()


@pytest.fixture
def gather(tmp_path: Path, catalogue: SqliteCatalogue, clock: MovableClock) -> Callable[..., HarvestReport]:
    """One harvest, as the command does it."""

    def run(source: Source, wanted: Wanted | None = None, name: str = "far", **options: Any) -> HarvestReport:
        state = HarvestState(tmp_path / "state.sqlite", name, "asked")
        try:
            stopped = options.pop("stopped", lambda: False)
            harvest = Harvest(catalogue, state, name, None, clock, stopped)
            return harvest.run(source, wanted or Wanted(), **options)
        finally:
            state.close()

    return run


def item(number: int, **properties: Any) -> dict[str, Any]:
    return {
        "type": "Feature",
        "stac_version": "1.0.0",
        "id": f"ITEM-{number}",
        "geometry": SQUARE,
        "bbox": [3, 43, 4, 44],
        "properties": {"datetime": "2020-05-01T10:00:00Z", "platform": "PHR-1A", **properties},
        "assets": {},
        "links": [],
    }


def polygon(*corners: list[float]) -> dict[str, Any]:
    return {"type": "Polygon", "coordinates": [[*corners, corners[0]]]}


def page(items: list[Any], following: dict[str, Any] | None = None) -> dict[str, Any]:
    links = [{"rel": "next", **following}] if following else []
    return {"type": "FeatureCollection", "features": items, "links": links}


def landing(server: ScriptedServer, method: str = "POST", classes: list[str] = CLASSES) -> dict[str, Any]:
    link = {"rel": "search", "href": "/search", "method": method, "type": "application/geo+json"}
    document = {"type": "Catalog", "id": "far", "conformsTo": classes, "links": [link]}
    server.on("/", answer(document))
    return document


def api(server: ScriptedServer, fetcher: Fetcher, **options: Any) -> StacApi:
    return StacApi(fetcher, f"{server.url}/", landing(server, **options))


def everything(catalogue: SqliteCatalogue) -> dict[str, dict[str, Any]]:
    return {one["id"]: one for one in catalogue.search(SearchRequest(limit=1000)).items}


def test_a_service_like_ours_is_gathered_whole_and_once(
    live_service: LiveService, tmp_path: Path, clock: MovableClock, catalogue: SqliteCatalogue,
    gather: Callable[..., HarvestReport],
) -> None:  # fmt: skip
    made = [make_item(number, properties={"platform": "PHR1A"}) for number in range(450)]
    live_service.context.catalogue.upsert(made)
    fetcher = Fetcher(trusted_hosts(live_service.url))
    try:
        source = StacApi(
            fetcher, f"{live_service.url}/stac/", fetcher.get(f"{live_service.url}/stac/").document
        )
        first = gather(source)
        assert (first.complete, first.pages, first.new, first.refused) == (True, 3, 450, 0)
        again = gather(source)
        assert (again.complete, again.new, again.changed, again.unchanged) == (True, 0, 0, 450)
        assert any("cannot tell what changed" in remark for remark in again.remarks)
    finally:
        fetcher.close()
    assert set(everything(catalogue)) == {one["id"] for one in made}
    assert catalogue.search(SearchRequest(limit=1)).items[0]["properties"][SOURCE] == "far"


def test_traps_of_providers(
    server: ScriptedServer, fetcher: Fetcher, catalogue: SqliteCatalogue, gather: Callable[..., HarvestReport]
) -> None:
    odd = [
        item(1, datetime="2020-05-01T10:00:00"),
        item(2, platform="pleiades-1a"),
        item(3, **{"eo:cloud_cover": None}),
        item(4, **{"eo:cloud_cover": -1}),
        {**item(5), "bbox": [43, 3, 44, 4]},
        {**item(6), "geometry": None},
        {**item(7), "geometry": None, "bbox": None},
        item(8, platform="landsat-8"),
        {**item(9), "assets": {"a/b.tif": {"href": "pictures/b.tif"}}},
        {**item(10), "geometry": polygon([43, 3], [144, 3], [144, 104])},
        item(11, datetime=None),
        item(12, **{"eo:cloud_cover": "few"}),
        {**item(13), "geometry": polygon([0, 0], [1, 1], [1, 0], [0, 1])},
        "no item",
        item(1),
        item(14, datetime="2025-01-01T00:00:00Z", start_datetime="2007-01-01T00:00:00Z",
             end_datetime="2007-01-01T00:00:01Z", platform="Spot 4"),
    ]  # fmt: skip
    server.on("/search", answer(page(odd)))
    report = gather(api(server, fetcher))
    found = everything(catalogue)
    assert sorted(found) == sorted(f"ITEM-{number}" for number in (1, 2, 3, 4, 5, 6, 9, 13, 14))
    assert {one["properties"]["platform"] for one in found.values()} == {"PHR1A", "SPOT4"}
    assert found["ITEM-1"]["properties"]["datetime"] == "2020-05-01T10:00:00Z"
    assert "eo:cloud_cover" not in found["ITEM-3"]["properties"]
    assert "eo:cloud_cover" not in found["ITEM-4"]["properties"]
    assert found["ITEM-5"]["bbox"] == found["ITEM-6"]["bbox"] == [3, 43, 4, 44]
    assert found["ITEM-9"]["assets"]["a_b.tif"]["href"] == f"{server.url}/pictures/b.tif"
    assert found["ITEM-13"]["geometry"]["type"] == "MultiPolygon"
    assert found["ITEM-14"]["properties"]["datetime"] == "2007-01-01T00:00:00Z"
    assert found["ITEM-14"]["collection"] == "spot-world-heritage"
    assert (report.complete, report.new, report.refused, report.duplicates) == (True, 9, 6, 1)
    reasons = {refusal["id"]: refusal["reason"] for refusal in report.refusals}
    assert "unknown platform 'landsat-8'" in reasons["ITEM-8"]
    assert "geometry" in reasons["ITEM-7"]
    assert "no longitude and latitude" in reasons["ITEM-10"]
    assert "no date" in reasons["ITEM-11"]
    assert sum(report.reasons.values()) == report.refused


def test_view_services_are_kept_as_links(
    server: ScriptedServer, fetcher: Fetcher, catalogue: SqliteCatalogue, gather: Callable[..., HarvestReport]
) -> None:
    seen = item(1)
    seen["links"] = [
        {"rel": "wms", "href": "/wms", "wms:layers": ["a"], "type": "image/png", "secret": "x"},
        {"rel": "xyz", "href": "https://far.example/{z}/{x}/{y}.png"},
        {"rel": "wmts", "href": "javascript:alert(1)"},
        {"rel": "self", "href": "/items/1"},
    ]
    seen["assets"] = {
        "visual": {
            "href": "https://far.example/ows?SERVICE=WMTS&REQUEST=GetTile&LAYER=b&key=k",
            "title": "Vue",
        }
    }
    server.on("/search", answer(page([seen])))
    gather(api(server, fetcher))
    stored = everything(catalogue)["ITEM-1"]
    links = {link["rel"]: link for link in stored["links"]}
    assert set(links) == {"wms", "xyz", "wmts"}
    assert links["wms"] == {
        "rel": "wms", "href": f"{server.url}/wms", "type": "image/png", "wms:layers": ["a"]
    }  # fmt: skip
    assert links["wmts"]["href"] == "https://far.example/ows?key=k"
    assert links["wmts"]["wmts:layer"] == ["b"]
    assert "https://stac-extensions.github.io/web-map-links/v1.2.0/schema.json" in stored["stac_extensions"]


def test_links_to_view_services_reach_clients(client: Any, context: Context) -> None:
    link = {"rel": "wms", "href": "https://far.example/wms", "wms:layers": ["a"], "type": "image/png"}
    context.catalogue.upsert([{**make_item(1), "links": [link]}])
    read = client.get("/stac/collections/pleiades/items/ITEM-0001").json()
    assert link in read["links"]
    assert {"self", "root", "collection"} <= {one["rel"] for one in read["links"]}


def test_cut_harvest_goes_on_where_it_stood(
    server: ScriptedServer, fetcher: Fetcher, catalogue: SqliteCatalogue, gather: Callable[..., HarvestReport]
) -> None:
    source = api(server, fetcher)
    following = {"href": "/second", "method": "POST", "body": {"token": "t"}, "merge": True}
    server.on("/search", answer(page([item(1)], following)))
    server.on("/second", problem(503, "down"))
    first = gather(source, Wanted(collections=("phr",)))
    assert (first.complete, first.new) == (False, 1)
    assert "503" in first.error
    server.on("/second", answer(page([item(2)])))
    server.seen.clear()
    second = gather(source, Wanted(collections=("phr",)))
    assert (second.complete, second.resumed, second.new, second.unchanged) == (True, True, 1, 0)
    assert [(seen.path, seen.json) for seen in server.seen] == [
        ("/second", {"limit": 200, "collections": ["phr"], "token": "t"})
    ]
    assert set(everything(catalogue)) == {"ITEM-1", "ITEM-2"}


def test_stopped_harvest_keeps_what_it_has(
    server: ScriptedServer, fetcher: Fetcher, catalogue: SqliteCatalogue, gather: Callable[..., HarvestReport]
) -> None:
    server.on("/search", answer(page([item(1)], {"href": "/second"})))
    server.on("/second", answer(page([item(2)])))
    source = api(server, fetcher, method="GET")
    assert not gather(source, stopped=lambda: True).complete
    assert set(everything(catalogue)) == {"ITEM-1"}
    assert gather(source).complete
    assert set(everything(catalogue)) == {"ITEM-1", "ITEM-2"}


def test_forgotten_place_begins_anew(
    server: ScriptedServer, fetcher: Fetcher, gather: Callable[..., HarvestReport]
) -> None:
    source = api(server, fetcher, method="GET")
    server.on("/search", answer(page([item(1)], {"href": "/second"})))
    server.on("/second", problem(503, "down"))
    gather(source)
    server.on("/second", problem(400, "bad-token"), answer(page([item(2)])))
    report = gather(source)
    assert (report.complete, report.new, report.unchanged) == (True, 1, 1)
    assert any("begun anew" in remark for remark in report.remarks)


def test_next_time_only_changes_are_asked_for(
    server: ScriptedServer, fetcher: Fetcher, clock: MovableClock, gather: Callable[..., HarvestReport],
    catalogue: SqliteCatalogue,
) -> None:  # fmt: skip
    source = api(server, fetcher)
    server.on("/search", answer(page([item(1), item(2)])))
    assert gather(source).new == 2
    created = everything(catalogue)["ITEM-1"]["properties"]["created"]
    clock.advance(3 * 86_400)
    server.on("/search", answer(page([item(1, title="Autre")])))
    server.seen.clear()
    report = gather(source)
    assert (report.incremental, report.changed, report.new) == (True, 1, 0)
    condition = server.seen[0].json["filter"]
    assert condition["op"] == ">="
    assert condition["args"][0] == {"property": "updated"}
    assert condition["args"][1]["timestamp"] < created
    changed = everything(catalogue)["ITEM-1"]["properties"]
    assert (changed["title"], changed["created"]) == ("Autre", created)
    gather(source, full=True)
    assert "filter" not in server.seen[-1].json


def test_what_lies_here_is_left_as_it_is(
    server: ScriptedServer, fetcher: Fetcher, context: Context, tmp_path: Path, clock: MovableClock
) -> None:
    """An item with images of ours, and one of another source, are not overwritten."""
    put_item(context, "ITEM-1")
    context.catalogue.upsert([make_item(2, properties={SOURCE: "other"}) | {"id": "ITEM-2"}])
    before = context.catalogue.find(["ITEM-1", "ITEM-2"])
    server.on("/search", answer(page([item(1), item(2), item(3)])))
    state = HarvestState(tmp_path / "s.sqlite", "far", "")
    report = Harvest(context.catalogue, state, "far", None, clock).run(api(server, fetcher), Wanted())
    state.close()
    assert (report.held, report.new) == (2, 1)
    assert context.catalogue.find(["ITEM-1", "ITEM-2"]) == before


@pytest.mark.parametrize("kind", ["same page", "same items"])
def test_pages_in_a_circle_end(
    server: ScriptedServer, fetcher: Fetcher, gather: Callable[..., HarvestReport], kind: str
) -> None:
    count = iter(range(1000))

    def reply(handler: Handler) -> None:
        following = "/search?again" if kind == "same page" else f"/search?p={next(count)}"
        handler.send(200, json.dumps(page([item(1), item(2)], {"href": following})).encode())

    server.on("/search", reply)
    report = gather(api(server, fetcher, method="GET"))
    assert not report.complete
    assert "circle" in report.error
    assert report.new == 2
    assert len(server.seen) < 8


def static(server: ScriptedServer) -> dict[str, dict[str, Any]]:
    """A catalogue with a loop, a broken link, and relative addresses."""

    def links(*pairs: tuple[str, str]) -> list[dict[str, str]]:
        return [{"rel": rel, "href": href} for rel, href in pairs]

    extent = {"spatial": {"bbox": [[3, 43, 4, 44]]}, "temporal": {"interval": [[None, None]]}}
    documents = {
        "/cat/catalog.json": {
            "type": "Catalog",
            "links": links(("child", "phr/collection.json"), ("child", "spot/collection.json")),
        },
        "/cat/phr/collection.json": {
            "type": "Collection", "id": "phr", "extent": extent,
            "links": links(("item", "./1.json"), ("item", "./2.json"), ("item", "./gone.json"),
                           ("child", "../catalog.json"), ("parent", "../catalog.json")),
        },
        "/cat/spot/collection.json": {
            "type": "Collection", "id": "spot", "extent": extent, "links": links(("item", "3.json")),
        },
        "/cat/phr/1.json": {**item(1), "assets": {"a": {"href": "./1.tif"}}},
        "/cat/phr/2.json": item(2),
        "/cat/spot/3.json": item(3, platform="SPOT 5"),
    }  # fmt: skip
    for path, document in documents.items():
        server.on(path, tagged(document, f'"{path}"'))
    return documents


def tagged(document: Any, tag: str) -> Callable[[Handler], None]:
    """A file as web servers give it: with a tag, and not again to who has it."""

    def reply(handler: Handler) -> None:
        if handler.headers.get("If-None-Match") == tag:
            handler.send(304, b"", {"ETag": tag})
        else:
            handler.send(200, json.dumps(document).encode(), {"ETag": tag})

    return reply


def test_static_catalogue_is_walked_once(
    server: ScriptedServer, fetcher: Fetcher, catalogue: SqliteCatalogue, tmp_path: Path,
    gather: Callable[..., HarvestReport],
) -> None:  # fmt: skip
    static(server)
    tags = HarvestState(tmp_path / "tags.sqlite", "far", "")
    source = StaticCatalogue(fetcher, f"{server.url}/cat/catalog.json", tags)
    report = gather(source)
    assert (report.complete, report.new) == (True, 3)
    assert any("gone.json" in remark for remark in report.remarks)
    assert everything(catalogue)["ITEM-1"]["assets"]["a"]["href"] == f"{server.url}/cat/phr/1.tif"
    paths = [seen.path for seen in server.seen]
    assert len(paths) == len(set(paths)) == 7
    server.on("/cat/phr/2.json", tagged(item(2, title="Autre"), '"new"'))
    again = gather(source)
    assert (again.complete, again.new, again.changed, again.unchanged) == (True, 0, 1, 2)
    wanted = Wanted(collections=("spot",))
    assert gather(source, wanted, name="spots").unchanged == 0
    assert gather(source, Wanted(bbox=(50, 0, 60, 10)), name="nowhere", full=True).pages == 1
    tags.close()


def test_the_command_tells_and_repeats_itself(
    server: ScriptedServer,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    landing(server)
    server.on("/search", answer(page([item(1), item(2, platform="unknown")])))
    monkeypatch.setenv("DINAMIS_DATA_DIR", str(tmp_path / "data"))
    report = tmp_path / "report.json"
    assert cli.main(["harvest", server.url + "/", "--name", "far", "--report", str(report)]) == 0
    told = json.loads(report.read_text())
    assert (told["new"], told["refused"], told["complete"]) == (1, 1, True)
    assert "unknown platform" in capsys.readouterr().out
    assert cli.main(["harvest", server.url + "/", "--name", "far"]) == 0
    assert "1 unchanged" in capsys.readouterr().out
    with alone(tmp_path / "data" / "harvest" / "far.lock"):
        assert cli.main(["harvest", server.url + "/", "--name", "far"]) == 1
    assert "already" in capsys.readouterr().err
    server.on("/search", problem(404, "not-found"))
    assert cli.main(["harvest", server.url + "/", "--name", "far", "--full"]) == 1


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["file:///etc/hostname"],
        ["http://127.0.0.1:1/", "--every", "1s"],
        ["http://127.0.0.1:1/", "--name", "../x"],
        ["http://127.0.0.1:1/", "--datetime", "yesterday"],
        ["--kind", "oneatlas", "--key-variable", "NOT_SET_ANYWHERE"],
    ],
)
def test_arguments_that_do_not_hold(
    arguments: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DINAMIS_DATA_DIR", str(tmp_path / "data"))
    assert cli.main(["harvest", *arguments]) == 2


def test_two_never_run_at_once(tmp_path: Path) -> None:
    one, other = tmp_path / "a.lock", tmp_path / "b.lock"
    with alone(one), alone(other), pytest.raises(AlreadyRunningError), alone(one):
        pass
    with alone(tmp_path / "a.lock"):
        pass


def test_repetition_has_jitter_and_an_end() -> None:
    waits: list[float] = []

    class Stop(threading.Event):
        def wait(self, timeout: float | None = None) -> bool:
            waits.append(timeout or 0)
            return len(waits) == 50

    runs = iter(range(100))
    assert repeat(lambda: next(runs), 1000, Stop()) == 49
    assert len(set(waits)) == 50
    assert all(900 <= wait <= 1100 for wait in waits)


@given(st.integers(1, 999_999), st.sampled_from("smhd"))
def test_intervals(number: int, unit: str) -> None:
    seconds = number * {"s": 1, "m": 60, "h": 3600, "d": 86_400}[unit]
    if seconds < 60:
        with pytest.raises(ValueError):
            interval(f"{number}{unit}")
    else:
        assert interval(f"{number}{unit}") == seconds


@needs_realdata
def test_real_items_of_other_providers(
    server: ScriptedServer, fetcher: Fetcher, catalogue: SqliteCatalogue, gather: Callable[..., HarvestReport]
) -> None:
    up42 = json.loads((REALDATA / "stac" / "up42_phr1a_item.json").read_text())
    geodes = json.loads((REALDATA / "stac" / "geodes_swh_feature_shape.json").read_text())["features"]
    server.on("/search", answer(page([up42, *geodes])))
    report = gather(api(server, fetcher))
    assert (report.new, report.refused) == (2, 0)
    found = everything(catalogue)
    assert found[up42["id"]]["collection"] == "pleiades"
    assert found[geodes[0]["id"]]["properties"]["datetime"] == "2007-02-10T14:19:06Z"


def test_unknown_kinds_of_answers_are_errors(
    server: ScriptedServer, fetcher: Fetcher, gather: Callable[..., HarvestReport]
) -> None:
    for document in ({}, [], {"features": None}, {"features": {}}):
        server.on("/search", answer(document))
        report = gather(api(server, fetcher))
        assert not report.complete
        assert "no collection of items" in report.error
    with pytest.raises(FetchError):
        fetcher.get("ftp://far.example/x")


anything = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.sampled_from(["", "http://[", "self", "wms", "x"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["href", "rel", "type", "title", "a/b"]), inner, max_size=4)
    ),
    max_leaves=10,
)


def of_stac(raw: dict[str, Any]) -> Any:
    return _absolute(raw, "https://far.example/items")


def of_oneatlas(raw: dict[str, Any]) -> Any:
    return oneatlas_item({**raw, "_links": raw.get("links")})


@pytest.mark.parametrize("make", [of_stac, of_oneatlas])
@given(
    st.dictionaries(st.sampled_from(["links", "assets", "geometry", "bbox", "properties", "id"]), anything)
)
def test_no_item_stops_a_harvest(make: Callable[..., Any], changes: dict[str, Any]) -> None:
    """Whatever a provider writes, it is an item or refused with a sentence."""
    with suppress(StacFileError):
        assert fit_item(make({**item(1), **changes}), None, Remarks())["collection"] == "pleiades"
