"""Archive orders and programming requests (REQ-06 to REQ-13, REQ-23 to REQ-25), as STAPI says them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Any

from shapely.geometry import shape
from shapely.ops import unary_union

from .aoi import UNREADABLE_GEOMETRY, AreaGeometry, polygonal
from .estimate import Estimate, assessment_of
from .parsing import mapping_of, number_of, objects_of, required_text, text_of, texts_of, utc_of


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

_ACTIONS = frozenset({"cancel", "accept", "decline", "duplicate", "messages"})
PRODUCT_PREFIX = {"PLEIADES": "pleiades", "PNEO": "pneo", "SPOT": "spot"}
"""How the products of a sensor are named."""


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
        return sensor_of(self.id)


@dataclass(frozen=True)
class Person:
    """Somebody as a request names them."""

    name: str
    email: str

    def __str__(self) -> str:
        """Name and address, as far as they are told."""
        return f"{self.name} ({self.email})" if self.name and self.email else self.name or self.email


@dataclass(frozen=True)
class Task:
    """What is awaited of a request: `who` is requester, operator, supplier or empty; the service words it."""

    who: str
    text: str


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
        actions: What the caller may do now, as the service links it: `cancel`, `accept`, `decline`,
            `duplicate`, `messages`.
        project_title: Title of the project.
        requester: Who asked for it.
        own: Whether that is the signed-in person; others of the project may only read.
        zone_id: Number of the zone of interest (REQ-11), None when the service gives none.
        task: What is awaited now, and from whom (REQ-23).
        assessment: What it was found to take when it was sent, and the price.
        unread: Messages of the other side that were not read yet.
        window: First and last moment of the acquisitions, or of the wished window.
        limits: Largest cloud cover and incidence angle that were asked for (programming).
        etag: State of the request, to change it only as it was read.
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
    project_title: str = ""
    requester: Person = Person("", "")
    own: bool = True
    zone_id: int | None = None
    task: Task = Task("", "")
    assessment: Estimate | None = None
    unread: int = 0
    window: tuple[datetime | None, datetime | None] = (None, None)
    limits: Mapping[str, float] = field(default_factory=dict)
    etag: str = ""

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
            state=state_of(properties, status),
            kind=OrderKind.ARCHIVE if kind == OrderKind.ARCHIVE.value else OrderKind.PROGRAMMING,
            sensor=text_of(properties.get("dinamis:sensor")),
            project_id=text_of(properties.get("dinamis:project_id") or parameters.get("project_id")),
            created=utc_of(properties.get("created")),
            updated=utc_of(status.get("timestamp")),
            reason=text_of(status.get("reason_text")),
            geometry=zone_of(feature.get("geometry")),
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
            **_additions(properties),
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
    def can_be_declined(self) -> bool:
        """Whether the requester may say no to the quotation with a reason."""
        return "decline" in self.actions

    @property
    def can_be_written_to(self) -> bool:
        """Whether messages about it can be sent."""
        return "messages" in self.actions

    @property
    def mode(self) -> str:
        """Views taken at one pass: `mono`, `stereo` or `tristereo`; archive images are single ones."""
        return text_of(self.parameters.get("acquisition_mode")) or "mono"

    @property
    def is_over(self) -> bool:
        """Whether nothing more will happen to it."""
        return not LEGAL_NEXT[self.state]


def kind_of_product(product_id: str) -> OrderKind:
    """Say what orders of a product are for, by its identifier."""
    return OrderKind.ARCHIVE if product_id.endswith("-archive") else OrderKind.PROGRAMMING


def sensor_of(product_id: str) -> str:
    """Give the sensor of a product by its identifier, empty for a product of another service."""
    prefix = product_id.partition("-")[0]
    return next((sensor for sensor, known in PRODUCT_PREFIX.items() if known == prefix), "")


def state_of(properties: Mapping[str, Any], status: Mapping[str, Any]) -> OrderState:
    """Read the state that a service tells: its own word for it, else the code of STAPI."""
    said = properties.get("dinamis:state")
    for state in OrderState:
        if said == state.value:
            return state
    return STATE_OF_STAPI_CODE.get(text_of(status.get("status_code")), OrderState.SUBMITTED)


def _additions(properties: Mapping[str, Any]) -> dict[str, Any]:
    """Read what our service tells beside STAPI; others leave it out."""
    asked = mapping_of(properties.get("opportunity_properties"))
    wished = text_of(mapping_of(properties.get("search_parameters")).get("datetime")) or text_of(
        asked.get("datetime")
    )
    start, _, end = wished.partition("/")
    zone_id = number_of(properties.get("dinamis:zone_id"))
    task = mapping_of(properties.get("dinamis:current_task"))
    by = mapping_of(properties.get("dinamis:requester"))
    limits = {name: number_of(asked.get(name)) for name in ("eo:cloud_cover", "view:incidence_angle")}
    return {
        "project_title": text_of(properties.get("dinamis:project_title")),
        "requester": Person(text_of(by.get("name")), text_of(by.get("email"))),
        "own": properties.get("dinamis:own") is not False,
        "zone_id": None if zone_id is None else int(zone_id),
        "task": Task(text_of(task.get("who")), text_of(task.get("text"))),
        "assessment": assessment_of(properties),
        "unread": int(number_of(properties.get("dinamis:unread_messages")) or 0),
        "window": (utc_of(start), utc_of(end)),
        "limits": {name: value for name, value in limits.items() if value is not None},
        "etag": text_of(properties.get("dinamis:etag")),
    }


def zone_of(geometry: Any) -> AreaGeometry:
    """Read a zone; an empty one for what is none."""
    try:
        return polygonal(shape(geometry))
    except UNREADABLE_GEOMETRY:
        return polygonal(unary_union([]))
