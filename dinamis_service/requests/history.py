"""The history of a request and what it was judged by: written once, never changed."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from dinamis_service.errors import ConflictError
from dinamis_service.language import Language, text
from dinamis_service.quotas.rules import Assessment
from dinamis_service.quotas.table import RequestKind
from dinamis_service.requests.states import TITLES, Actor, State, may_move
from dinamis_service.requests.tables import Order, StatusChange


@dataclass(frozen=True)
class Author:
    """Somebody who moves a request, in what capacity, when and why."""

    actor: Actor
    name: str
    moment: datetime
    reason: str | None = None


def record(order: Order, target: State, author: Author, language: Language) -> None:
    """Move a request to `target` and keep when, by whom and why (REQ-24); it is another version then.

    Raises:
        ConflictError: the author may not make this change from the state the request is in.
    """
    source = State(order.state)
    if not may_move(source, target, author.actor, RequestKind(order.kind)):
        before, after = TITLES[source], TITLES[target]
        raise ConflictError(
            text(
                language,
                fr=f"La demande {order.id} est {before.fr} ; le statut « {after.fr} » ne peut pas suivre.",
                en=f"Request {order.id} is {before.en}; it cannot become {after.en}.",
            )
        )
    order.state = target.value
    order.changed = author.moment
    order.version = len(order.changes) + 1
    order.changes.append(
        StatusChange(
            number=len(order.changes) + 1,
            moment=author.moment,
            state=target.value,
            actor=author.actor.value,
            author=author.name,
            reason=author.reason or None,
        )
    )


def snapshot(judged: Assessment) -> dict[str, Any]:
    """What a request was judged by, as exact numbers to be kept with it."""
    return {
        "year": judged.year,
        "version": judged.version,
        "user_kind": judged.user_kind,
        "area_km2": str(judged.area_km2),
        "counted_km2": str(judged.counted_km2),
        "minimum_km2": str(judged.minimum_km2),
        "quota_km2": None if judged.quota_km2 is None else str(judged.quota_km2),
        "share": None if judged.share is None else str(judged.share),
        "excess_km2": str(judged.excess_km2),
        "package_km2": str(judged.package_km2),
        "credits": None if judged.credits is None else asdict(judged.credits),
        "payment": judged.payment.value,
        "price": {
            "unit": judged.price.unit.value,
            "quantity": str(judged.price.quantity),
            "cents": judged.price.cents,
            "tranches": list(judged.price.tranches),
        },
        "messages": [{"level": one.level.value, **one.words._asdict()} for one in judged.messages],
    }


def price_cents(order: Order) -> int | None:
    """What a request costs, in cents: the operator's quotation if there is one, else what the table says.

    None while it is still to be quoted.
    """
    if order.quoted_cents is not None:
        return order.quoted_cents
    cents: int | None = order.assessment["price"]["cents"]
    return cents
