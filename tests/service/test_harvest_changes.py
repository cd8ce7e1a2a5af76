"""The next harvest asks for what changed, by the ways a source has, and misses nothing."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from clocks import MovableClock
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from scripted_server import Handler, ScriptedServer, problem
from test_catalogue_matching import archive, product
from test_harvest import catalogue, everything, fetcher, gather, item, landing, page, server, static

from dinamis_service.catalogue.harvest.fetch import Fetcher, Validators
from dinamis_service.catalogue.harvest.run import HarvestReport
from dinamis_service.catalogue.harvest.source import Wanted
from dinamis_service.catalogue.harvest.stac_api import StacApi
from dinamis_service.catalogue.harvest.state import HarvestState, Known
from dinamis_service.catalogue.harvest.static import StaticCatalogue
from dinamis_service.catalogue.moments import format_moment
from dinamis_service.catalogue.orderable_view import put_items
from dinamis_service.catalogue.sqlite import SqliteCatalogue
from dinamis_service.clock import utc_now

__all__ = ["catalogue", "fetcher", "gather", "server"]
Gather = Callable[..., HarvestReport]
SORTS = ["https://api.stacspec.org/v1.0.0/item-search", "https://api.stacspec.org/v1.0.0/item-search#sort"]
SINCE = datetime(2024, 1, 1, tzinfo=UTC)
TELLS_NOT = "cannot tell what changed"


class SortingApi:
    """An API without filters.

    Args:
        sorts: names of the moment of change that it sorts by.
        strict: refuses to sort by others, or does not care.
        size: of a page, at most.
    """

    def __init__(
        self, server: ScriptedServer, items: list[Any], *sorts: str, strict: bool = True, size: int = 3
    ) -> None:
        self.items = items
        self.sorts = sorts
        self.strict = strict
        self.size = size
        self.asked: list[dict[str, Any]] = []
        server.on("/search", self.reply)

    def reply(self, handler: Handler) -> None:
        parts = urlsplit(handler.path)
        asked: dict[str, Any] = {name: values[0] for name, values in parse_qs(parts.query).items()}
        self.asked.append(asked)
        found = list(self.items)
        sign, name = asked.get("sortby", " ")[:1], asked.get("sortby", " ")[1:]
        if name in self.sorts:
            found.sort(key=lambda one: one["properties"].get("updated", ""), reverse=sign == "-")
        elif name and self.strict:
            problem(400, "bad-request")(handler)
            return
        first = int(asked.get("token", 0))
        last = first + min(self.size, int(asked.get("limit", 10)))
        query = f"sortby={'%2B' if sign == '+' else sign}{name}&token={last}"
        following = {"href": f"/search?{query}"} if last < len(found) else None
        handler.send(200, json.dumps(page(found[first:last], following)).encode())


def sorting(server: ScriptedServer, fetcher: Fetcher) -> StacApi:
    return StacApi(fetcher, f"{server.url}/", landing(server, "GET", SORTS))


def changed(number: int, ago: timedelta, **properties: Any) -> dict[str, Any]:
    return item(number, updated=format_moment(utc_now() - ago), **properties)


@pytest.mark.parametrize("name", ["properties.updated", "updated"])
def test_what_changed_last_is_read_first_and_the_rest_is_not(
    server: ScriptedServer, fetcher: Fetcher, gather: Gather, catalogue: SqliteCatalogue, name: str
) -> None:
    items = [changed(number, timedelta(days=100 + number)) for number in range(20)]
    far = SortingApi(server, items, name)
    source = sorting(server, fetcher)
    assert gather(source).new == 20
    assert not any("sortby" in asked and asked["sortby"].strip() for asked in far.asked)
    items[7] = changed(7, timedelta(minutes=1), title="Autre")
    items += [changed(number, timedelta(minutes=number)) for number in range(20, 24)]
    far.asked.clear()
    report = gather(source)
    assert (report.complete, report.new, report.changed, report.unchanged) == (True, 4, 1, 4)
    assert not report.remarks
    assert [asked["sortby"] for asked in far.asked][-4:] == [f"+{name}", *[f"-{name}"] * 3]
    assert everything(catalogue)["ITEM-7"]["properties"]["title"] == "Autre"
    assert len(everything(catalogue)) == 24


@pytest.mark.parametrize(
    ("sorts", "strict", "ago"),
    [
        ((), True, None),
        ((), False, None),
        (("updated",), True, timedelta(days=50)),
    ],
    ids=["refuses", "does not care", "all changed at once"],
)
def test_order_that_is_not_kept_stops_nothing(
    server: ScriptedServer, fetcher: Fetcher, gather: Gather, sorts: tuple[str, ...], *, strict: bool,
    ago: timedelta | None,
) -> None:  # fmt: skip
    """New items at the end of a server that gives them in its own order."""
    items = [changed(number, ago or timedelta(days=100 + number)) for number in range(10)]
    SortingApi(server, items, *sorts, strict=strict)
    source = sorting(server, fetcher)
    gather(source)
    items += [changed(10, ago or timedelta(minutes=1)), item(11)]
    report = gather(source)
    assert (report.complete, report.new, report.unchanged) == (True, 2, 10)
    assert any(TELLS_NOT in remark for remark in report.remarks)


def test_order_that_breaks_on_the_way_is_seen(
    server: ScriptedServer, fetcher: Fetcher, gather: Gather
) -> None:
    """The ends are in order, and an item that does not tell its change lies between."""
    items = [changed(number, timedelta(days=100 + number)) for number in range(10)]
    far = SortingApi(server, items, "properties.updated")
    source = sorting(server, fetcher)
    gather(source)
    items[4]["properties"]["updated"] = items[4]["properties"]["updated"][:-1]  # without a time zone
    items[9]["properties"]["title"] = "Autre"
    items.append(changed(10, timedelta(minutes=1)))
    far.size = 4
    report = gather(source)
    assert (report.complete, report.new, report.changed, report.unchanged) == (True, 1, 1, 9)
    assert any(TELLS_NOT in remark for remark in report.remarks)


def test_cut_walk_from_the_newest_goes_on(server: ScriptedServer, fetcher: Fetcher, gather: Gather) -> None:
    items = [changed(number, timedelta(days=100 + number)) for number in range(10)]
    far = SortingApi(server, items, "properties.updated")
    source = sorting(server, fetcher)
    gather(source)
    items += [changed(number, timedelta(minutes=number)) for number in range(10, 15)]
    assert not gather(source, stopped=lambda: True).complete
    far.asked.clear()
    report = gather(source)
    assert (report.complete, report.resumed, report.new, report.unchanged) == (True, True, 2, 4)
    assert len(far.asked) == 2


@given(
    days=st.lists(st.integers(-40, 40), min_size=1, max_size=14),
    sorts=st.sampled_from([(), ("updated",), ("properties.updated",)]),
    strict=st.booleans(),
    size=st.integers(1, 5),
)
@hypothesis_settings(
    deadline=None, max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_no_change_is_missed(
    server: ScriptedServer,
    fetcher: Fetcher,
    days: list[int],
    sorts: tuple[str, ...],
    *,
    strict: bool,
    size: int,
) -> None:
    """Whatever the server makes of the order."""
    items = [item(n, updated=format_moment(SINCE + timedelta(days=day))) for n, day in enumerate(days)]
    SortingApi(server, items, *sorts, strict=strict, size=size)
    pages = list(sorting(server, fetcher).pages(Wanted(changed_since=SINCE), None))
    found = {one["id"] for one in (one for part in pages for one in part.items)}
    assert found >= {f"ITEM-{number}" for number, day in enumerate(days) if day >= 0}
    assert pages[-1].cursor is None


def dated(document: Any, modified: str) -> Callable[[Handler], None]:
    """A file of a server that has dates and no tags."""

    def reply(handler: Handler) -> None:
        if handler.headers.get("If-Modified-Since") == modified:
            handler.send(304, b"")
        else:
            handler.send(200, json.dumps(document).encode(), {"Last-Modified": modified})

    return reply


@pytest.fixture
def far(server: ScriptedServer, fetcher: Fetcher, tmp_path: Path) -> Iterator[StaticCatalogue]:
    """A static catalogue and what is remembered of it."""
    static(server)
    documents = HarvestState(tmp_path / "documents.sqlite", "far", "")
    yield StaticCatalogue(fetcher, f"{server.url}/cat/catalog.json", documents)
    documents.close()


@pytest.mark.parametrize("kind", ["tags", "dates"])
def test_unchanged_files_are_not_sent_again(
    server: ScriptedServer, far: StaticCatalogue, gather: Gather, kind: str
) -> None:
    if kind == "dates":
        for path, document in static(server).items():
            server.on(path, dated(document, "Mon, 01 Jan 2024 00:00:00 GMT"))
    assert gather(far).new == 3
    server.seen.clear()
    sent: list[int] = []
    send = Handler.send

    def counting(handler: Handler, status: int, *args: Any, **options: Any) -> None:
        sent.append(status)
        send(handler, status, *args, **options)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Handler, "send", counting)
        report = gather(far)
    assert (report.complete, report.new, report.changed, report.unchanged) == (True, 0, 0, 3)
    assert sorted(sent) == [304] * 6 + [404], "catalogues and items alike; one file is not there"
    assert gather(far, full=True).unchanged == 3


def test_files_that_change_twice_in_a_second_are_read_again(
    server: ScriptedServer, far: StaticCatalogue, gather: Gather, catalogue: SqliteCatalogue
) -> None:
    """`Last-Modified` knows seconds only: what was written just before it was read may be written again."""
    now = format_datetime(datetime.now(UTC), usegmt=True)
    server.on("/cat/phr/1.json", dated(item(1), now))
    gather(far)
    server.on("/cat/phr/1.json", dated(item(1, title="Again"), now))
    assert gather(far).changed == 1
    found = catalogue.get("pleiades", "ITEM-1")
    assert found is not None
    assert found["properties"]["title"] == "Again"


def test_new_items_of_changed_catalogues_come_in(
    server: ScriptedServer, far: StaticCatalogue, gather: Gather
) -> None:
    gather(far)
    collection = static(server)["/cat/spot/collection.json"]
    collection["links"].append({"rel": "item", "href": "4.json"})
    server.on("/cat/spot/collection.json", dated(collection, "now"))
    server.on("/cat/spot/4.json", dated(item(4, platform="SPOT 5"), "now"))
    report = gather(far)
    assert (report.new, report.changed, report.unchanged) == (1, 0, 3)
    assert gather(far).unchanged == 4


def test_what_was_read_and_not_stored_is_read_again(
    far: StaticCatalogue, gather: Gather, catalogue: SqliteCatalogue, clock: MovableClock
) -> None:
    """A harvest that ends between reading a page and storing it does not lose the page."""
    gather(far)
    for number in (1, 2):
        catalogue.delete("pleiades", f"ITEM-{number}")
    far.documents.put({f"{far.url[:-12]}phr/{number}.json": Known(Validators("old")) for number in (1, 2)})
    (read,) = far.pages(Wanted(changed_since=clock()), None)
    assert [one["id"] for one in read.items] == ["ITEM-1", "ITEM-2"]
    assert gather(far).new == 2
    assert gather(far).unchanged == 3


def test_files_of_former_versions_are_opened(tmp_path: Path) -> None:
    import sqlite3  # noqa: PLC0415

    with sqlite3.connect(tmp_path / "state.sqlite") as old:
        old.execute("CREATE TABLE tag (name TEXT, url TEXT, tag TEXT, PRIMARY KEY (name, url)) WITHOUT ROWID")
        old.execute("INSERT INTO tag VALUES ('far', 'http://far.example/1', 'x')")
    old.close()
    state = HarvestState(tmp_path / "state.sqlite", "far", "")
    assert state.get("http://far.example/1") is None
    known = Known(Validators('"a"', None), {"type": "Catalog", "links": []})
    state.put({"http://far.example/1": known})
    assert state.get("http://far.example/1") == known
    state.forget()
    assert state.get("http://far.example/1") is None
    state.close()


def test_items_out_of_the_orderable_view_are_as_they_were(
    server: ScriptedServer, fetcher: Fetcher, gather: Gather, catalogue: SqliteCatalogue
) -> None:
    """The archive offers again and again what is held here: neither put back nor written again."""
    put_items(catalogue, [product()])
    SortingApi(server, [archive()])
    source = sorting(server, fetcher)
    assert gather(source).new == 1
    before = catalogue.get("pleiades", archive()["id"])
    assert before is not None
    assert "dinamis:product_type" not in before["properties"]
    again = gather(source, full=True)
    assert (again.new, again.changed, again.unchanged) == (0, 0, 1)
    assert catalogue.get("pleiades", archive()["id"]) == before
    catalogue.delete("pleiades", product()["id"])
    assert gather(source, full=True).changed == 1
    orderable = catalogue.get("pleiades", archive()["id"])
    assert orderable is not None
    assert orderable["properties"]["dinamis:product_type"] == "orderable"
