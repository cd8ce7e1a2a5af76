"""Archive orders and programming requests (REQ-06 to REQ-13, REQ-23 to REQ-25), as STAPI says them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import Enum
from typing import Any
from uuid import uuid4

from shapely.geometry import mapping, shape
from shapely.ops import unary_union

from .aoi import UNREADABLE_GEOMETRY, AreaGeometry, polygonal, simplify_for_query
from .errors import InvalidRequestError
from .parsing import (
    interval,
    mapping_of,
    number_of,
    numbers_of,
    objects_of,
    required_number,
    required_text,
    text_of,
    texts_of,
    utc_of,
)
from .scene import Scene
from .search import at_most


class OrderState(Enum):
    """State of a request (architecture, decision 4)."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    ARBITRATION = "arbitration"
    QUOTATION = "quotation"
    ACCEPTED = "accepted"
    PRODUCTION = "production"
    PROGRAMMED = "programmed"
    ACQUIRING = "acquiring"
    DELIVERED = "delivered"
    REJECTED = "rejected"
    CANCELLED = "cancelled"
    FAILED = "failed"
    EXPIRED = "expired"


class OrderKind(Enum):
    """Images that exist, or images to be taken."""

    ARCHIVE = "archive"
    PROGRAMMING = "programming"


LEGAL_NEXT: dict[OrderState, frozenset[OrderState]] = {
    OrderState.DRAFT: frozenset({OrderState.SUBMITTED, OrderState.CANCELLED}),
    OrderState.SUBMITTED: frozenset({OrderState.ARBITRATION, OrderState.CANCELLED}),
    OrderState.ARBITRATION: frozenset(
        {OrderState.QUOTATION, OrderState.ACCEPTED, OrderState.REJECTED, OrderState.CANCELLED}
    ),
    OrderState.QUOTATION: frozenset(
        {OrderState.ARBITRATION, OrderState.ACCEPTED, OrderState.CANCELLED, OrderState.EXPIRED}
    ),
    OrderState.ACCEPTED: frozenset({OrderState.PRODUCTION, OrderState.PROGRAMMED, OrderState.CANCELLED}),
    OrderState.PRODUCTION: frozenset({OrderState.DELIVERED, OrderState.FAILED, OrderState.CANCELLED}),
    OrderState.PROGRAMMED: frozenset(
        {OrderState.ACQUIRING, OrderState.CANCELLED, OrderState.FAILED, OrderState.EXPIRED}
    ),
    OrderState.ACQUIRING: frozenset(
        {OrderState.DELIVERED, OrderState.CANCELLED, OrderState.FAILED, OrderState.EXPIRED}
    ),
    OrderState.DELIVERED: frozenset(),
    OrderState.REJECTED: frozenset(),
    OrderState.CANCELLED: frozenset(),
    OrderState.FAILED: frozenset(),
    OrderState.EXPIRED: frozenset(),
}
"""Where a request can go from each state; an empty set ends it."""

STATE_OF_STAPI_CODE: dict[str, OrderState] = {
    "received": OrderState.SUBMITTED,
    "held": OrderState.ARBITRATION,
    "accepted": OrderState.ACCEPTED,
    "processing": OrderState.PRODUCTION,
    "scheduled": OrderState.PROGRAMMED,
    "tasked": OrderState.ACQUIRING,
    "completed": OrderState.DELIVERED,
    "rejected": OrderState.REJECTED,
    "user_cancelled": OrderState.CANCELLED,
    "cancelled": OrderState.CANCELLED,
    "failed": OrderState.FAILED,
    "expired": OrderState.EXPIRED,
}
"""What the codes of STAPI mean, for services that do not say `dinamis:state`."""

MAX_ZONE_VERTICES = 20_000
"""More detailed zones are refused by the service."""

_ACTIONS = frozenset({"cancel", "accept"})
_PRODUCT_PREFIX = {"PLEIADES": "pleiades", "PNEO": "pneo", "SPOT": "spot"}


@dataclass(frozen=True)
class Product:
    """Something that can be ordered."""

    id: str
    title: str
    description: str = ""

    @classmethod
    def from_stapi(cls, document: Mapping[str, Any]) -> Product:
        """Read one product of `/stapi/products`.

        Raises:
            BadAnswerError: It has no identifier.
        """
        product_id = required_text(document, "id")
        return cls(
            product_id, text_of(document.get("title")) or product_id, text_of(document.get("description"))
        )

    @property
    def kind(self) -> OrderKind:
        """Whether its orders are for archive or for programming."""
        return kind_of_product(self.id)

    @property
    def sensor(self) -> str:
        """Sensor of its quota, empty for a product of another service."""
        prefix = self.id.partition("-")[0]
        return next((sensor for sensor, known in _PRODUCT_PREFIX.items() if known == prefix), "")


@dataclass(frozen=True)
class Order:
    """A request that the service knows.

    Attributes:
        id: Request identifier (REQ-09).
        product_id: Product that it is for.
        state: Where it stands.
        kind: Archive or programming.
        sensor: Sensor of the quota.
        project_id: Project that it belongs to.
        created: Aware UTC time of the submission.
        updated: Aware UTC time of the last change of state.
        reason: Why it is in this state, as the operator said.
        geometry: Wanted zone in EPSG:4326, empty when unreadable.
        area_km2: Area counted.
        quota_km2: Free area of the quota it was counted against, None when not defined.
        excess_km2: Area beyond it.
        price_eur: Price, None when not known.
        quota_year: Year of the quota.
        item_ids: Scenes ordered (archive).
        parameters: All order parameters.
        delivered_items: Collection and identifier of each product delivered (REQ-29).
        actions: What the requester may do now, as the service links it: `cancel`, `accept`.
    """

    id: str
    product_id: str
    state: OrderState
    kind: OrderKind
    sensor: str
    project_id: str
    created: datetime | None
    updated: datetime | None
    reason: str
    geometry: AreaGeometry
    area_km2: float | None
    quota_km2: float | None
    excess_km2: float | None
    price_eur: float | None
    quota_year: int | None
    item_ids: tuple[str, ...]
    parameters: Mapping[str, Any]
    delivered_items: tuple[tuple[str, str], ...]
    actions: frozenset[str] = frozenset()

    @classmethod
    def from_stapi(cls, feature: Mapping[str, Any]) -> Order:
        """Read an order, of this service or of another one that speaks STAPI.

        Raises:
            BadAnswerError: It has no identifier.
        """
        properties = mapping_of(feature.get("properties"))
        status = mapping_of(properties.get("status"))
        parameters = mapping_of(properties.get("order_parameters"))
        product_id = text_of(properties.get("product_id"))
        year = number_of(properties.get("dinamis:quota_year"))
        kind = properties.get("dinamis:kind", kind_of_product(product_id).value)
        return cls(
            id=required_text(feature, "id"),
            product_id=product_id,
            state=_state(properties, status),
            kind=OrderKind.ARCHIVE if kind == OrderKind.ARCHIVE.value else OrderKind.PROGRAMMING,
            sensor=text_of(properties.get("dinamis:sensor")),
            project_id=text_of(properties.get("dinamis:project_id") or parameters.get("project_id")),
            created=utc_of(properties.get("created")),
            updated=utc_of(status.get("timestamp")),
            reason=text_of(status.get("reason_text")),
            geometry=_zone(feature.get("geometry")),
            area_km2=number_of(properties.get("dinamis:area_km2")),
            quota_km2=number_of(properties.get("dinamis:quota_km2")),
            excess_km2=number_of(properties.get("dinamis:excess_km2")),
            price_eur=number_of(properties.get("dinamis:price_eur")),
            quota_year=int(year) if year is not None else None,
            item_ids=texts_of(parameters.get("item_ids")),
            parameters=dict(parameters),
            delivered_items=tuple(
                (text_of(item.get("collection")), text_of(item.get("id")))
                for item in objects_of(properties.get("dinamis:delivered_items"))
            ),
            actions=frozenset(text_of(link.get("rel")) for link in objects_of(feature.get("links")))
            & _ACTIONS,
        )

    @property
    def can_be_cancelled(self) -> bool:
        """Whether the requester can still give it up."""
        return "cancel" in self.actions

    @property
    def can_be_accepted(self) -> bool:
        """Whether a quotation waits for the requester's yes."""
        return "accept" in self.actions

    @property
    def is_over(self) -> bool:
        """Whether nothing more will happen to it."""
        return not LEGAL_NEXT[self.state]


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
        idempotency_key: The same for every attempt to submit this very draft, so that it makes one order.
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
            product_id=f"{_PRODUCT_PREFIX[sensors.pop()]}-archive",
            geometry=zone or polygonal(unary_union([scene.footprint for scene in chosen])),
            item_ids=tuple(scene.id for scene in chosen),
            start=min(times),
            end=max(times),
            parameters=dict(parameters or {}),
        )

    def changed(self, **fields: Any) -> OrderDraft:
        """Give the draft with other values, which makes it another request with a key of its own."""
        return replace(self, **{"idempotency_key": str(uuid4()), **fields})

    @property
    def kind(self) -> OrderKind:
        """Archive or programming."""
        return kind_of_product(self.product_id)

    def to_stapi(self) -> dict[str, Any]:
        """Give the body of `POST /stapi/products/{id}/orders`."""
        parameters = dict(self.parameters)
        if self.item_ids:
            parameters["item_ids"] = list(self.item_ids)
        body: dict[str, Any] = {
            "datetime": interval(self.start, self.end),
            "geometry": self._zone(),
            "order_parameters": parameters,
        }
        largest = {"eo:cloud_cover": self.max_cloud, "view:incidence_angle": self.max_incidence}
        limits = [at_most(name, value) for name, value in largest.items() if value is not None]
        if limits and self.kind is OrderKind.PROGRAMMING:
            body["filter"] = {"op": "and", "args": limits}
        return body

    def to_estimate(self) -> dict[str, Any]:
        """Give the body of `POST /api/estimate`."""
        body: dict[str, Any] = {"product_id": self.product_id, "geometry": self._zone()}
        if self.parameters.get("project_id"):
            body["project_id"] = self.parameters["project_id"]
        if self.item_ids:
            body["item_ids"] = list(self.item_ids)
        return body

    def _zone(self) -> dict[str, Any]:
        return dict(mapping(simplify_for_query(self.geometry, MAX_ZONE_VERTICES)[0]))


@dataclass(frozen=True)
class EstimateMessage:
    """A sentence of the service about a request; `level` is info, warning or error."""

    level: str
    text: str


@dataclass(frozen=True)
class Estimate:
    """What a request would take (REQ-12, REQ-20).

    Attributes:
        year: Year of the quota.
        sensor: Sensor of the quota.
        area_km2: Area counted.
        quota_km2: Free area, None when not defined.
        share: Area divided by quota, None when no quota is defined.
        excess_km2: Area beyond the quota.
        minimum_km2: Smallest area of a request.
        price_unit: `km2` or `credit`.
        price_quantity: Number of units to pay.
        price_eur: Euros in all, None when the price is not defined or to be quoted.
        price_tranches: Credits of each tranche to buy, where they are sold in tranches.
        messages: Sentences for the person.
        acceptable: Whether the service would take the request.
    """

    year: int
    sensor: str
    area_km2: float
    quota_km2: float | None
    share: float | None
    excess_km2: float
    minimum_km2: float
    price_unit: str
    price_quantity: float
    price_eur: float | None
    price_tranches: tuple[float, ...]
    messages: tuple[EstimateMessage, ...]
    acceptable: bool

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Estimate:
        """Read the answer of `POST /api/estimate`.

        Raises:
            BadAnswerError: It has no area.
        """
        price = mapping_of(document.get("price"))
        return cls(
            year=int(number_of(document.get("year")) or 0),
            sensor=text_of(document.get("sensor")),
            area_km2=required_number(document, "area_km2"),
            quota_km2=number_of(document.get("quota_km2")),
            share=number_of(document.get("share")),
            excess_km2=number_of(document.get("excess_km2")) or 0.0,
            minimum_km2=number_of(document.get("minimum_km2")) or 0.0,
            price_unit=text_of(price.get("unit")),
            price_quantity=number_of(price.get("quantity")) or 0.0,
            price_eur=number_of(price.get("eur")),
            price_tranches=numbers_of(price.get("tranches")),
            messages=tuple(
                EstimateMessage(text_of(entry.get("level")) or "info", text_of(entry.get("text")))
                for entry in objects_of(document.get("messages"))
            ),
            acceptable=document.get("acceptable") is not False,
        )


def kind_of_product(product_id: str) -> OrderKind:
    """Say what orders of a product are for, by its identifier."""
    return OrderKind.ARCHIVE if product_id.endswith("-archive") else OrderKind.PROGRAMMING


def split_by_sensor(scenes: Iterable[Scene]) -> dict[str, tuple[Scene, ...]]:
    """Part a selection into what one request each can hold (decision 5); the rest comes under ""."""
    parts: dict[str, list[Scene]] = defaultdict(list)
    for scene in scenes:
        parts[scene.sensor if scene.is_orderable else ""].append(scene)
    return {sensor: tuple(part) for sensor, part in parts.items()}


def _state(properties: Mapping[str, Any], status: Mapping[str, Any]) -> OrderState:
    said = properties.get("dinamis:state")
    for state in OrderState:
        if said == state.value:
            return state
    return STATE_OF_STAPI_CODE.get(text_of(status.get("status_code")), OrderState.SUBMITTED)


def _zone(geometry: Any) -> AreaGeometry:
    try:
        return polygonal(shape(geometry))
    except UNREADABLE_GEOMETRY:
        return polygonal(unary_union([]))
