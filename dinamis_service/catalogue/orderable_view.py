"""The orderable view: the supplier's archive except what is already in the catalogue (CAT-35)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import timedelta
from itertools import chain, islice

from dinamis_service.catalogue.engine import CatalogueEngine, Item, SearchRequest
from dinamis_service.catalogue.matching import Acquisition, acquisition_of_item, common_ground, is_held

WINDOW = timedelta(seconds=30)
"""How far `datetime` (often the middle of a scene) may be from the beginning of the strip."""
HELD_AS = "dinamis:held_as"
"""Property of a withdrawn item: `collection/id` of the downloadable one."""
_PAGE = 100
_BATCH = 1000
"""Items that are reconciled with each other and with the catalogue at once."""

Told = tuple[Item, Acquisition]
"""An item with what it says of its acquisition."""


def hidden_orderables(catalogue: CatalogueEngine, item: Item) -> list[Item]:
    """Orderable items of the catalogue that leave the view once this downloadable item is in it."""
    wanted = (item, acquisition_of_item(item))
    around = [(one, acquisition_of_item(one)) for one in _around(catalogue, wanted)]
    held = [wanted[1], *(told for one, told in around if is_downloadable(one))]
    return [one for one, told in around if is_orderable(one) and is_held(told, held)]


def put_items(
    catalogue: CatalogueEngine, items: Iterable[Item], known: Callable[[Item], bool] = lambda _: False
) -> int:
    """Put items into the catalogue, the one way in: all or none, and none orderable that is already held.

    Args:
        catalogue: where they go.
        items: however many.
        known: whether the catalogue has an item, as it would be put in, already; it is then left alone.

    Returns:
        how many were written, those withdrawn from the orderable view included.

    Raises:
        ItemError: one cannot be held.
    """
    remaining, given = iter(items), _Given()
    batches = iter(lambda: list(islice(remaining, _BATCH)), [])
    made = (reconciled(catalogue, given.noted(batch)) for batch in batches)
    first = next(made, [])  # read before the writing begins, which need not wait for it
    written = catalogue.upsert(item for item in chain(first, chain.from_iterable(made)) if not known(item))
    still_in_view = given.still_in_view(catalogue)
    return written + (catalogue.upsert(still_in_view) if still_in_view else 0)


def reconciled(catalogue: CatalogueEngine, items: Sequence[Item]) -> list[Item]:
    """Items to put into the catalogue, so that none is orderable that is already held.

    Those given, the orderable ones withdrawn that the catalogue or the others given hold; and the orderable
    ones of the catalogue that are held by the downloadable ones given.
    """
    out = {_key(item): item for item in items}
    given = _Index((item, acquisition_of_item(item)) for item in items if is_downloadable(item))
    for item in items:
        if is_orderable(item):
            wanted = (item, acquisition_of_item(item))
            known = [(one, acquisition_of_item(one)) for one in _around(catalogue, wanted)]
            held = [told for told in known if is_downloadable(told[0]) and _key(told[0]) not in out]
            out[_key(item)] = _seen(wanted, [*given.near(wanted[1]), *held])
    for item, _ in given.all:
        for one in hidden_orderables(catalogue, item):
            out.setdefault(_key(one), withdrawn(one, item))
    return list(out.values())


def withdrawn(item: Item, held: Item) -> Item:
    """An orderable item out of the orderable view; it stays for the requests that name it."""
    properties = {name: value for name, value in item["properties"].items() if not name.startswith("order:")}
    properties.pop("dinamis:product_type", None)
    return {**item, "properties": {**properties, HELD_AS: f"{held['collection']}/{held['id']}"}}


def is_orderable(item: Item) -> bool:
    """Whether the item is in the orderable view."""
    return bool(item["properties"].get("dinamis:product_type") == "orderable")


def is_downloadable(item: Item) -> bool:
    """Whether members can download the item."""
    return bool(item["properties"].get("dinamis:product_type") == "downloadable")


class _Given:
    """What batches gave: none of them sees the others in the catalogue before all are written."""

    def __init__(self) -> None:
        self._batches = 0
        self._any_orderable = False
        self._downloadable: list[tuple[str, str]] = []

    def noted(self, batch: list[Item]) -> list[Item]:
        """The batch, of which is remembered what may be held, and what may hold it."""
        self._batches += 1
        self._any_orderable = self._any_orderable or any(map(is_orderable, batch))
        self._downloadable += [_key(item) for item in batch if is_downloadable(item)]
        return batch

    def still_in_view(self, catalogue: CatalogueEngine) -> list[Item]:
        """Orderable items of one batch that a downloadable one of another holds, withdrawn."""
        if self._batches < 2 or not self._any_orderable:  # noqa: PLR2004 - one batch saw all of itself
            return []
        found = (catalogue.get(*key) for key in self._downloadable)
        held = {
            _key(one): withdrawn(one, item)
            for item in found
            if item is not None
            for one in hidden_orderables(catalogue, item)
        }
        return list(held.values())


class _Index:
    """Items by satellite and second, so that many of them are compared with few."""

    def __init__(self, items: Iterable[Told]) -> None:
        self.all = list(items)
        self._found: dict[tuple[str | None, int], list[Told]] = defaultdict(list)
        for told in self.all:
            for second in _seconds(told[1]):
                self._found[told[1].platform, second].append(told)

    def near(self, wanted: Acquisition) -> list[Told]:
        """Items that may be of this acquisition, each once."""
        seconds = {second + step for second in _seconds(wanted) for step in (-1, 0, 1)}
        found = [told for second in seconds for told in self._found.get((wanted.platform, second), ())]
        return list({id(told): told for told in found}.values())


def _seconds(told: Acquisition) -> set[int]:
    return {int(moment.at.timestamp()) for moment in (told.named, told.dated) if moment is not None}


def _seen(wanted: Told, held: Sequence[Told]) -> Item:
    """An orderable item as it is seen beside downloadable ones: as it is, or withdrawn."""
    item, acquisition = wanted
    if not is_held(acquisition, (told for _, told in held)):
        return item
    same = [told for told in held if told[1].is_same(acquisition)]
    return withdrawn(item, max(same, key=lambda told: common_ground(told[1], acquisition))[0])


def _around(catalogue: CatalogueEngine, wanted: Told) -> Iterator[Item]:
    """Other items of the catalogue on the same ground at about the same moment."""
    item, acquisition = wanted
    moments = [moment.at for moment in (acquisition.named, acquisition.dated) if moment is not None]
    if not moments or acquisition.footprint is None or acquisition.platform is None:
        return
    token = None
    while True:
        page = catalogue.search(
            SearchRequest(
                geometry=acquisition.footprint,
                start=min(moments) - WINDOW,
                end=max(moments) + WINDOW,
                filter={"op": "=", "args": [{"property": "platform"}, acquisition.platform]},
                limit=_PAGE,
                token=token,
            )
        )
        yield from (one for one in page.items if _key(one) != _key(item))
        token = page.next_token
        if token is None:
            return


def _key(item: Item) -> tuple[str, str]:
    return str(item["collection"]), str(item["id"])
