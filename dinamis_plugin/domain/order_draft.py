"""A request that is being filled in (REQ-07, REQ-25), and what is sent of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import uuid4

from shapely.geometry import mapping
from shapely.ops import unary_union

from .aoi import AreaGeometry, polygonal, simplify_for_query
from .errors import InvalidRequestError
from .order import PRODUCT_PREFIX, Order, OrderKind, kind_of_product, zone_of
from .parsing import interval, mapping_of, number_of, objects_of, text_of, texts_of, utc_of
from .scene import Scene
from .search import at_most

MAX_ZONE_VERTICES = 20_000
"""More detailed zones are refused by the service."""

SHORTEST_WINDOW_DAYS = 7
"""A satellite passes within days and clouds decide: a single precise day cannot be asked for."""

_CLOUD, _INCIDENCE = "eo:cloud_cover", "view:incidence_angle"


@dataclass(frozen=True)
class OrderDraft:
    """A request that is being filled in.

    Attributes:
        product_id: Product to order.
        geometry: Wanted zone in EPSG:4326.
        item_ids: Scenes to order (archive).
        start: First day, or time of the first acquisition (archive).
        end: Last day, or time of the last acquisition (archive).
        max_cloud: Largest cloud cover in percent (programming).
        max_incidence: Largest incidence angle in degrees (programming).
        parameters: Order parameters of the product's form, with `project_id`.
        idempotency_key: Identifier of the draft: every attempt to submit it makes the same one order.
    """

    product_id: str
    geometry: AreaGeometry
    item_ids: tuple[str, ...] = ()
    start: date | datetime | None = None
    end: date | datetime | None = None
    max_cloud: float | None = None
    max_incidence: float | None = None
    parameters: Mapping[str, Any] = field(default_factory=dict)
    idempotency_key: str = field(default_factory=lambda: str(uuid4()))

    @classmethod
    def for_scenes(
        cls,
        scenes: Iterable[Scene],
        zone: AreaGeometry | None = None,
        parameters: Mapping[str, Any] | None = None,
    ) -> OrderDraft:
        """Draft the archive order of scenes of one sensor: a zone of them, or the whole footprints (REQ-07).

        Raises:
            InvalidRequestError: No scene, scenes of several sensors, or of none that can be ordered.
        """
        chosen = tuple(scenes)
        sensors = {scene.sensor for scene in chosen}
        if len(sensors) != 1 or "" in sensors:
            raise InvalidRequestError("one sensor is needed", {"item_ids": "sensors"})
        times = [scene.acquired for scene in chosen]
        return cls(
            product_id=f"{PRODUCT_PREFIX[sensors.pop()]}-archive",
            geometry=zone or polygonal(unary_union([scene.footprint for scene in chosen])),
            item_ids=tuple(scene.id for scene in chosen),
            start=min(times),
            end=max(times),
            parameters=dict(parameters or {}),
        )

    @classmethod
    def from_content(cls, draft_id: str, product_id: str, content: Mapping[str, Any]) -> OrderDraft:
        """Read a draft that was kept: the members of an order, any of which may be missing."""
        parameters = dict(mapping_of(content.get("order_parameters")))
        items = texts_of(parameters.pop("item_ids", None))
        start, _, end = text_of(content.get("datetime")).partition("/")
        first, last = utc_of(start), utc_of(end)
        limits = _limits(content.get("filter"))
        archive = kind_of_product(product_id) is OrderKind.ARCHIVE
        return cls(
            product_id=product_id,
            geometry=zone_of(content.get("geometry")),
            item_ids=items,
            start=first if archive or first is None else first.date(),
            end=last if archive or last is None else last.date(),
            max_cloud=limits.get(_CLOUD),
            max_incidence=limits.get(_INCIDENCE),
            parameters=parameters,
            idempotency_key=draft_id,
        )

    def changed(self, **fields: Any) -> OrderDraft:
        """Give the draft with other values; it stays the same draft, with its key."""
        return replace(self, **fields)

    def as_new(self) -> OrderDraft:
        """Give a draft that asks for the same as another request."""
        return replace(self, idempotency_key=str(uuid4()))

    @property
    def kind(self) -> OrderKind:
        """Archive or programming."""
        return kind_of_product(self.product_id)

    def to_stapi(self) -> dict[str, Any]:
        """Give the body of `POST /stapi/products/{id}/orders`."""
        return self._body(self._zone())

    def to_content(self) -> dict[str, Any]:
        """Give what is kept of it: as it is sent, without a zone where none is chosen yet."""
        body = self._body({} if self.geometry.is_empty else self._zone())
        return {name: value for name, value in body.items() if value}

    def to_search(self) -> dict[str, Any]:
        """Give the body of `POST /stapi/products/{id}/opportunities`."""
        body = self.to_stapi()
        return {name: body[name] for name in ("datetime", "geometry", "filter") if name in body}

    def to_estimate(self) -> dict[str, Any]:
        """Give the body of `POST /api/estimate`."""
        body: dict[str, Any] = {"product_id": self.product_id, "geometry": self._zone()}
        for name in ("project_id", "payment"):
            if self.parameters.get(name):
                body[name] = self.parameters[name]
        if self.item_ids:
            body["item_ids"] = list(self.item_ids)
        return body

    def _body(self, zone: dict[str, Any]) -> dict[str, Any]:
        parameters = dict(self.parameters)
        if self.item_ids:
            parameters["item_ids"] = list(self.item_ids)
        body: dict[str, Any] = {
            "datetime": interval(self.start, self.end),
            "geometry": zone,
            "order_parameters": parameters,
        }
        largest = {_CLOUD: self.max_cloud, _INCIDENCE: self.max_incidence}
        limits = [at_most(name, value) for name, value in largest.items() if value is not None]
        if limits and self.kind is OrderKind.PROGRAMMING:
            body["filter"] = {"op": "and", "args": limits}
        return body

    def _zone(self) -> dict[str, Any]:
        return dict(_last_zone.of(self.geometry))


class _LastZone:
    """The zone that was written last: a draft is written at every change, its zone rarely is another one."""

    def __init__(self) -> None:
        self._known: tuple[AreaGeometry, Mapping[str, Any]] | None = None

    def of(self, geometry: AreaGeometry) -> Mapping[str, Any]:
        """Write a zone as GeoJSON, with no more vertices than the service takes."""
        known = self._known
        if known is None or known[0] is not geometry:
            document = mapping(simplify_for_query(geometry, MAX_ZONE_VERTICES)[0])
            known = self._known = (geometry, document)
        return known[1]


_last_zone = _LastZone()


def duplicate_of(order: Order) -> OrderDraft:
    """Give a draft that asks for the same as a request; what is over by now is told when it is filled in."""
    start, end = order.window
    archive = order.kind is OrderKind.ARCHIVE
    return OrderDraft(
        product_id=order.product_id,
        geometry=order.geometry,
        item_ids=order.item_ids,
        start=start if archive or start is None else start.date(),
        end=end if archive or end is None else end.date(),
        max_cloud=order.limits.get(_CLOUD),
        max_incidence=order.limits.get(_INCIDENCE),
        parameters={name: value for name, value in order.parameters.items() if name != "item_ids"},
    )


def window_problem(start: date, end: date, today: date) -> str:
    """Say what is wrong with the window of a programming request, empty when nothing is.

    Returns:
        `past` (its first day is over), `after_end` or `too_short`, as the service judges it in days of UTC.
    """
    if start < today:
        return "past"
    if end < start:
        return "after_end"
    return "too_short" if end - start < timedelta(days=SHORTEST_WINDOW_DAYS - 1) else ""


def split_by_sensor(scenes: Iterable[Scene]) -> dict[str, tuple[Scene, ...]]:
    """Part a selection into what one request each can hold (decision 5); the rest comes under ""."""
    parts: dict[str, list[Scene]] = defaultdict(list)
    for scene in scenes:
        parts[scene.sensor if scene.is_orderable else ""].append(scene)
    return {sensor: tuple(part) for sensor, part in parts.items()}


def _limits(condition: Any) -> dict[str, float]:
    """Read `property <= value`, one or several joined by `and`."""
    top = mapping_of(condition)
    found: dict[str, float] = {}
    for entry in objects_of(top.get("args")) if top.get("op") == "and" else [top]:
        arguments = entry.get("args")
        if entry.get("op") != "<=" or not isinstance(arguments, list) or len(arguments) != 2:  # noqa: PLR2004
            continue
        name, value = text_of(mapping_of(arguments[0]).get("property")), number_of(arguments[1])
        if name and value is not None:
            found[name] = value
    return found
