"""One harvest of one source: every page is normalised and stored before the next is asked for (CAT-04)."""

from __future__ import annotations

from collections import Counter, OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from dinamis_service.catalogue.engine import CatalogueEngine, Item, ItemError, object_keys
from dinamis_service.catalogue.harvest.fetch import FetchError
from dinamis_service.catalogue.harvest.source import Cursor, Page, Source, Wanted
from dinamis_service.catalogue.harvest.state import HarvestState
from dinamis_service.catalogue.moments import format_moment
from dinamis_service.catalogue.orderable_view import put_items
from dinamis_service.catalogue.stac_items import Remarks, StacFileError, fit_item
from dinamis_service.clock import Clock

SOURCE = "dinamis:source"
"""Property that names the source an item was harvested from."""
_OVERLAP = timedelta(days=1)
"""What is asked for again, because clocks differ and changes are told late."""
_TOLD = 500
"""Refusals that are kept one by one; all of them are counted by their reason."""
_RECENT = 50_000
_STALLED = 3
"""Pages in a row that may bring nothing but what came in shortly before."""


@dataclass
class HarvestReport:
    """What a harvest did."""

    source: str
    began: str
    complete: bool = False
    resumed: bool = False
    incremental: bool = False
    pages: int = 0
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    duplicates: int = 0
    held: int = 0
    """Items left as they are: their images lie here, or another source brought them."""
    refused: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    refusals: list[dict[str, str]] = field(default_factory=list)
    remarks: Counter[str] = field(default_factory=Counter)
    error: str = ""

    def refuse(self, name: str, reason: str) -> None:
        """Note an item that cannot be taken."""
        self.refused += 1
        self.reasons[reason.replace(name, "...") if name else reason] += 1
        if len(self.refusals) < _TOLD:
            self.refusals.append({"id": name, "reason": reason})


@dataclass
class Harvest:
    """Brings what a source has into the catalogue.

    Args:
        catalogue: where items go.
        state: what is remembered of the source.
        name: of the source, kept on its items.
        collection: where items go; by default the collection of their mission.
        clock: gives the dates of publication.
        stopped: whether to stop after the page at hand.
    """

    catalogue: CatalogueEngine
    state: HarvestState
    name: str
    collection: str | None
    clock: Clock
    stopped: Callable[[], bool] = lambda: False

    def run(self, source: Source, wanted: Wanted, *, full: bool = False) -> HarvestReport:
        """Walk through the source from where the last harvest stood; a cut one is taken up again.

        Args:
            source: the catalogue.
            wanted: what to take; what changed since the last complete harvest, if there was one.
            full: everything, from the beginning.
        """
        began = self.clock()
        cursor: Cursor | None = None
        known = None if full else self.state.complete_until()
        found = None if full else self.state.resume(began)
        if found is not None:
            began, cursor = found
        report = HarvestReport(self.name, format_moment(began), resumed=cursor is not None)
        report.incremental = known is not None
        if known is not None:
            wanted = replace(wanted, changed_since=known - _OVERLAP)
        try:
            self._walk(source, wanted, cursor, began, report)
        except FetchError as error:
            if cursor is None or report.pages or not error.status:
                report.error = str(error)
                return report
            report.remarks["the place of the last harvest is not known any more: begun anew"] += 1
            self.state.restart()
            try:
                self._walk(source, wanted, None, began, report)
            except FetchError as second:
                report.error = str(second)
        return report

    def _walk(
        self, source: Source, wanted: Wanted, cursor: Cursor | None, began: datetime, report: HarvestReport
    ) -> None:
        recent = _Recent()
        stalled = 0
        for page in source.pages(wanted, cursor):
            fresh = self._take(page, recent, report)
            page.stored()
            report.pages += 1
            if page.cursor is None:
                break
            stalled = 0 if fresh or not page.items else stalled + 1
            if stalled >= _STALLED:
                msg = f"{_STALLED} pages in a row brought nothing new: the pages go round in a circle"
                self.state.restart()
                raise FetchError(msg)
            self.state.stand(began, page.cursor)
            if self.stopped():
                report.error = "stopped; the next harvest goes on from here"
                return
        report.complete = True
        self.state.finish(began)

    def _take(self, page: Page, recent: _Recent, report: HarvestReport) -> bool:
        """Store what a page brings; whether any of it was not on the pages before."""
        report.remarks.update(page.remarks)
        report.unchanged += page.unchanged
        settled = Remarks()
        fit: dict[tuple[str, str], Item] = {}
        fresh = False
        for raw in page.items:
            name = str(raw.get("id", "")) if isinstance(raw, dict) else ""
            if not recent.note(name):
                report.duplicates += 1
                continue
            fresh = True
            try:
                item = fit_item(raw, self.collection, settled)
            except StacFileError as error:
                report.refuse(name, str(error))
                continue
            fit[item["collection"], item["id"]] = item
        report.remarks.update(settled)
        self._store(list(fit.values()), report)
        return fresh

    def _store(self, items: Sequence[Item], report: HarvestReport) -> None:
        """Put in what is new or changed."""
        found = self.catalogue.find([item["id"] for item in items])
        present = {(item["collection"], item["id"]): item for item in found}
        now = format_moment(self.clock())
        changed = []
        for item in items:
            old = present.get((item["collection"], item["id"]))
            if old is not None and (
                object_keys(old) or old["properties"].get(SOURCE, self.name) != self.name
            ):
                report.held += 1
                continue
            made = self._published(item, old, now)
            if old == made:
                report.unchanged += 1
            else:
                changed.append(made)
        self._put(changed, present, report)

    def _published(self, item: Item, old: Item | None, now: str) -> Item:
        """The item with its source and the date it came into this catalogue."""
        created = now if old is None else old["properties"].get("created", now)
        return {**item, "properties": {**item["properties"], "created": created, SOURCE: self.name}}

    def _put(self, items: list[Item], present: dict[tuple[str, str], Any], report: HarvestReport) -> None:
        """All items at once; one by one when one of them cannot be held, so that the others go in.

        One that is out of the orderable view because it is held here comes as orderable each time, and is
        found to be as it was once it is reconciled.
        """
        same: set[tuple[str, str]] = set()

        def known(item: Item) -> bool:
            key = item["collection"], item["id"]
            if present.get(key) != item:
                return False
            same.add(key)
            return True

        try:
            put_items(self.catalogue, items, known)
        except ItemError as error:
            if len(items) == 1:
                report.refuse(items[0]["id"], str(error))
                return
            for item in items:
                self._put([item], present, report)
            return
        for item in items:
            key = item["collection"], item["id"]
            if key in same:
                report.unchanged += 1
            elif key in present:
                report.changed += 1
            else:
                report.new += 1


class _Recent:
    """Names of the items met last, a bounded number of them."""

    def __init__(self) -> None:
        self._names: OrderedDict[str, None] = OrderedDict()

    def note(self, name: str) -> bool:
        """Whether the name is a new one; items without a name always are."""
        if name and name in self._names:
            self._names.move_to_end(name)
            return False
        self._names[name] = None
        if len(self._names) > _RECENT:
            self._names.popitem(last=False)
        return True
