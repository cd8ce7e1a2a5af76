"""What the page of one request shows of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, defer

from dinamis_service.catalogue.engine import CatalogueEngine, Item
from dinamis_service.quotas.table import RequestKind
from dinamis_service.requests.decisions import Decision, possible, reason_needed, steps_of
from dinamis_service.requests.history import price_cents
from dinamis_service.requests.products import (
    CLOUD,
    INCIDENCE,
    PRODUCTS,
    Product,
    order_parameters,
    queryables,
)
from dinamis_service.requests.states import Actor, State
from dinamis_service.requests.tables import Order
from dinamis_service.web.land import Land
from dinamis_service.web.maps import draw, shape_of
from dinamis_service.web.pages import Page

OTHERS_SHOWN = 20
_SHOWN_APART = frozenset({"project_id", "item_ids"})


def describe_request(page: Page, order: Order, catalogue: CatalogueEngine, land: Land) -> dict[str, Any]:
    """The request with its map, scenes, options and price."""
    product = PRODUCTS[order.product_id]
    item_ids: Sequence[str] = order.parameters.get("item_ids", ())
    found = {
        item["id"]: item for item in catalogue.find(item_ids) if item["collection"] == product.collection
    }
    scenes = [_scene(page, number, one, found.get(one)) for number, one in enumerate(item_ids, 1)]
    footprints = [(one["name"], shape_of(found[one["id"]]["geometry"])) for one in scenes if one["known"]]
    zone = shape_of(order.geometry)
    south, north = zone.bounds[1], zone.bounds[3]
    west, east = _sides(order.geometry)
    return {
        "order": order,
        "product": product.title.told(page.language),
        "collection": product.collection,
        "drawing": draw(zone, footprints, land.outlines, page.language),
        "extent": [page.show.number(one, 4) for one in (north, south, west, east)],
        "scenes": scenes,
        "facts": _facts(page, order, product),
        "options": _parameters(page, order, product, "production"),
        "judged": _judged(page, order),
        "delivered": [(one["collection"], one["id"]) for one in order.delivered_items],
    }


def describe_decisions(page: Page, order: Order, actor: Actor) -> list[dict[str, Any]]:
    """Decisions that may be made now, but for the delivery, which has a form of its own."""
    offered = [one for one in possible(order, actor) if one is not Decision.DELIVER]
    return [
        {
            "value": one.value,
            "name": _name(page, one, order),
            "way": " → ".join(page.show.state(state) for state in steps_of(one, order)),
            "reason_needed": reason_needed(one, order),
        }
        for one in offered
    ]


def others_of_project(session: Session, order: Order) -> list[Order]:
    """The other requests of the project, newest first."""
    wanted = select(Order).where(Order.project_id == order.project_id, Order.sequence != order.sequence)
    wanted = wanted.options(defer(Order.geometry), defer(Order.parameters))
    return list(session.scalars(wanted.order_by(Order.sequence.desc()).limit(OTHERS_SHOWN)))


def _scene(page: Page, place: int, item_id: str, item: Item | None) -> dict[str, Any]:
    """An ordered scene, which may have left the catalogue since."""
    if item is None:
        return {"name": str(place), "id": item_id, "known": False}
    told: Mapping[str, Any] = item["properties"]

    def value(name: str, unit: str) -> str:
        return "" if told.get(name) is None else page.show.number(told[name], 1) + unit

    return {
        "name": str(place),
        "id": item_id,
        "known": True,
        "title": told.get("title", item_id),
        "day": page.show.day(datetime.fromisoformat(str(told["datetime"]))),
        "cloud": value(CLOUD, "\u202f%" if page.language == "fr" else "%"),
        "incidence": value(INCIDENCE, "°"),
        "orderable": told.get("order:status") == "orderable",
    }


def _facts(page: Page, order: Order, product: Product) -> list[tuple[str, str]]:
    """What was asked for, but for production."""
    facts = []
    if product.kind is RequestKind.PROGRAMMING:
        window = page.text("du {} au {}", "from {} to {}")
        facts.append(
            (
                page.text("Fenêtre d'acquisition", "Acquisition window"),
                window.format(page.show.day(order.starts), page.show.day(order.ends)),
            )
        )
    titles = queryables(product, page.language)["properties"]
    facts += [(titles[name]["title"], page.show.number(value)) for name, value in order.limits.items()]
    return facts + _parameters(page, order, product, "request")


def _parameters(page: Page, order: Order, product: Product, section: str) -> list[tuple[str, str]]:
    """Parameters of one section of the form, under the titles that the form gives them."""
    schema = order_parameters(product, page.language)["properties"]
    told = []
    for name, one in schema.items():
        value = str(order.parameters.get(name, ""))
        if one.get("x-section") != section or name in _SHOWN_APART or not value:
            continue
        titles = dict(zip(one.get("enum", ()), one.get("x-enum-titles", ()), strict=True))
        told.append((one["title"], titles.get(value, value)))
    return told


def _judged(page: Page, order: Order) -> dict[str, Any]:
    """By what the request was judged, and what it costs."""
    judged, cents = order.assessment, price_cents(order)
    quota, share, price = judged["quota_km2"], judged["share"], judged["price"]
    package = judged.get("package_km2", "0")  # requests of before the packages have none
    unit = page.text("crédits", "credits") if price["unit"] == "credit" else "km²"
    return {
        "year": judged["year"],
        "version": judged["version"],
        "user_kind": judged["user_kind"],
        "area": page.show.km2(judged["area_km2"]),
        "counted": page.show.km2(judged["counted_km2"]),
        "quota": page.text("non défini", "not defined") if quota is None else page.show.km2(quota),
        "share": "" if share is None else page.show.percent(share, 1),
        "share_of_one": 0 if share is None else min(float(share), 1.0),
        "excess": page.show.km2(judged["excess_km2"]) if float(judged["excess_km2"]) else "",
        "package": page.show.km2(package) if float(package) else "",
        "quantity": f"{page.show.number(price['quantity'])}\u202f{unit}",
        "tranches": " + ".join(page.show.number(one) for one in price["tranches"]),
        "by_table": page.show.price(price["cents"]),
        "quoted": "" if order.quoted_cents is None else page.show.price(order.quoted_cents),
        "proposed": "" if cents is None else page.show.typed(Decimal(cents) / 100),
        "messages": [(one["level"], one[page.language]) for one in judged["messages"]],
    }


def _sides(geometry: Mapping[str, Any]) -> tuple[float, float]:
    """Western and eastern bound of a zone; the western is the greater one across the antimeridian."""
    shape = shape_of(geometry)
    parts = [one.bounds for one in getattr(shape, "geoms", [shape])]
    west, east = min(one[0] for one in parts), max(one[2] for one in parts)
    if west > -180 or east < 180:  # noqa: PLR2004 (degrees)
        return west, east
    beyond = [(one[0] + 360, one[2] + 360) if one[0] < 0 else (one[0], one[2]) for one in parts]
    return min(one[0] for one in beyond), max(one[1] for one in beyond) - 360


def _name(page: Page, decision: Decision, order: Order) -> str:
    """A decision as a button says it."""
    if decision is Decision.PRODUCE:
        if order.kind == RequestKind.ARCHIVE:
            return page.text("Lancer la production", "Start production")
        if order.state == State.PROGRAMMED:
            return page.text("Passer en acquisition", "Move on to acquisition")
        return page.text("Programmer le satellite", "Task the satellite")
    if decision is Decision.ACCEPT and order.state == State.QUOTATION:
        return page.text("Accepter le devis pour le demandeur", "Accept the quotation for the requester")
    if decision is Decision.QUOTE and order.state == State.QUOTATION:
        return page.text("Envoyer un autre devis", "Send another quotation")
    return page.text(*_NAMES[decision])


_NAMES = {
    Decision.ACCEPT: ("Accepter la demande", "Accept the request"),
    Decision.QUOTE: ("Envoyer un devis", "Send a quotation"),
    Decision.REFUSE: ("Refuser la demande", "Refuse the request"),
    Decision.DELIVER: ("Livrer", "Deliver"),
    Decision.FAIL: ("Déclarer en échec", "Declare as failed"),
    Decision.EXPIRE: ("Déclarer expirée", "Declare as expired"),
    Decision.CANCEL: ("Annuler la demande", "Cancel the request"),
}
