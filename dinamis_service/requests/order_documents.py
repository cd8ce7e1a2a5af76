"""How requests are told on the wire: STAPI orders and statuses, with members of our own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import shapely
import stapi_pydantic as stapi
from stapi_pydantic import Link, OrderStatus

from dinamis_service.catalogue.freetext.raw import box_of
from dinamis_service.language import Language
from dinamis_service.quotas.geometry import AREA_STEP
from dinamis_service.quotas.pricing import Payment
from dinamis_service.quotas.table import RequestKind
from dinamis_service.requests.caller import Caller
from dinamis_service.requests.documents import GEOJSON, JSON, Addresses
from dinamis_service.requests.history import price_cents
from dinamis_service.requests.states import Actor, State, next_states, stapi_code
from dinamis_service.requests.tables import Order, StatusChange
from dinamis_service.requests.tasks import current_task
from dinamis_service.requests.visibility import actor_of, entity_tag, is_own


def order_document(order: Order, unread: int, caller: Caller, addresses: Addresses) -> dict[str, Any]:
    """One request as a STAPI order, with our own members; `unread` messages wait for the caller."""
    return _order(order, unread, caller, addresses).model_dump(mode="json")


def orders_document(
    orders: Sequence[Order],
    unread: Mapping[int, int],
    caller: Caller,
    addresses: Addresses,
    following: str | None,
) -> dict[str, Any]:
    """A page of requests; `following` is the address of the next one, `unread` goes by sequence."""
    collection = stapi.OrderCollection[OrderStatus](
        type="FeatureCollection",
        features=[_order(order, unread.get(order.sequence, 0), caller, addresses) for order in orders],
        links=[Link(href=following, rel="next", type=GEOJSON)] if following else [],
    )
    return collection.model_dump(mode="json", by_alias=True)


def statuses_document(order: Order, addresses: Addresses) -> stapi.OrderStatuses[OrderStatus]:
    """The history of a request, oldest first."""
    return stapi.OrderStatuses(
        statuses=[_status(change) for change in order.changes],
        links=[Link(href=addresses.order(order.id, "/statuses"), rel="self", type=JSON)],
    )


def assessment_document(judged: Mapping[str, Any], language: Language) -> dict[str, Any]:
    """What a request was judged by, as it was when it was sent."""
    cents = judged["price"]["cents"]
    return {
        "year": judged["year"],
        "version": judged["version"],
        "area_km2": _number(judged["area_km2"]),
        "counted_km2": _number(judged["counted_km2"]),
        "minimum_km2": _number(judged["minimum_km2"]),
        "quota_km2": _number(judged["quota_km2"]),
        "share": _number(judged["share"]),
        "excess_km2": _number(judged["excess_km2"]),
        "package_km2": float(judged.get("package_km2", 0)),
        "credits": judged.get("credits"),
        "payment": judged.get("payment", Payment.QUOTATION),
        "price": {
            "unit": judged["price"]["unit"],
            "quantity": _number(judged["price"]["quantity"]),
            "eur": None if cents is None else cents / 100,
            "tranches": judged["price"]["tranches"],
        },
        "messages": [{"level": one["level"], "text": one[language]} for one in judged["messages"]],
    }


def _order(order: Order, unread: int, caller: Caller, addresses: Addresses) -> stapi.Order[OrderStatus]:
    properties: stapi.OrderProperties[OrderStatus] = stapi.OrderProperties.model_validate(
        {
            "product_id": order.product_id,
            "created": order.created,
            "status": _status(order.changes[-1]),
            "search_parameters": stapi.OrderSearchParameters.model_validate(
                {
                    "datetime": (order.starts, order.ends),
                    "geometry": order.geometry,
                    "filter": order.filter,
                }
            ),
            "opportunity_properties": {"datetime": _interval(order), **order.limits},
            "order_parameters": order.parameters,
            **_own_members(order, unread, caller),
        }
    )
    return stapi.Order(
        type="Feature",
        id=order.id,
        bbox=box_of(shapely.geometry.shape(order.geometry)),
        geometry=properties.search_parameters.geometry,
        properties=properties,
        links=_links(order, caller, addresses),
    )


def _own_members(order: Order, unread: int, caller: Caller) -> dict[str, Any]:
    """The members of a request that STAPI does not know; a request has one zone, numbered as it is."""
    cents = price_cents(order)
    judged = order.assessment
    task = current_task(State(order.state))
    return {
        "dinamis:etag": entity_tag(order),
        "dinamis:own": is_own(order, caller),
        "dinamis:requester": {"name": order.owner_name, "email": order.owner_email},
        "dinamis:state": order.state,
        "dinamis:project_id": order.project_id,
        "dinamis:project_title": order.project.title,
        "dinamis:sensor": order.sensor,
        "dinamis:kind": order.kind,
        "dinamis:zone_id": order.sequence,
        "dinamis:area_km2": float(AREA_STEP * order.area_units),
        "dinamis:quota_km2": _number(judged["quota_km2"]),
        "dinamis:excess_km2": _number(judged["excess_km2"]),
        "dinamis:price_eur": None if cents is None else cents / 100,
        "dinamis:quota_year": judged["year"],
        "dinamis:quota_version": judged["version"],
        "dinamis:call_id": order.call_id,
        "dinamis:assessment": assessment_document(judged, caller.language),
        "dinamis:current_task": {"who": task.who, "text": task.words.told(caller.language)},
        "dinamis:unread_messages": unread,
        "dinamis:delivered_items": order.delivered_items,
    }


def _number(stored: str | None) -> float | None:
    """A kept number as the wire says it."""
    return None if stored is None else float(stored)


def _interval(order: Order) -> str:
    """Time window of a request."""
    return f"{order.starts.isoformat()}/{order.ends.isoformat()}"


def _status(change: StatusChange) -> OrderStatus:
    """One change of state as a STAPI status."""
    actor = Actor(change.actor)
    return OrderStatus.model_validate(
        {
            "timestamp": change.moment,
            "status_code": stapi.OrderStatusCode(stapi_code(State(change.state), actor)),
            "reason_text": change.reason,
            "dinamis:state": change.state,
            "dinamis:by": actor.value,
        }
    )


def _links(order: Order, caller: Caller, addresses: Addresses) -> list[Link]:
    """Where to read a request again, and what its caller may do with it now (links with the method POST)."""
    actor = actor_of(order, caller)
    possible = next_states(State(order.state), actor, RequestKind(order.kind)) if actor else []
    answers_quotation = actor is Actor.REQUESTER and order.state == State.QUOTATION
    actions = {
        "cancel": State.CANCELLED in possible,
        "accept": answers_quotation,
        "decline": answers_quotation,
    }
    links = [
        Link(href=addresses.order(order.id), rel="self", type=GEOJSON),
        Link(href=addresses.order(order.id, "/statuses"), rel="monitor", type=JSON),
    ]
    links += [
        Link(href=addresses.order(order.id, f"/{rel}"), rel=rel, type=GEOJSON, method="POST")
        for rel, is_possible in actions.items()
        if is_possible
    ]
    thread = "POST" if actor else "GET"
    links += [
        Link(href=addresses.beside(order.id, "/duplicate"), rel="duplicate", type=JSON, method="POST"),
        Link(href=addresses.beside(order.id, "/messages"), rel="messages", type=JSON, method=thread),
    ]
    return links
