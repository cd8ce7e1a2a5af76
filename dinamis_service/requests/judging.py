"""A request judged by the table of its day, its project and the calls that are open."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from dinamis_service.errors import ConflictError, InvalidError
from dinamis_service.quotas.geometry import Zone
from dinamis_service.quotas.pricing import Payment
from dinamis_service.quotas.reasons import Level
from dinamis_service.quotas.rules import Assessment, assess
from dinamis_service.quotas.store import table_of
from dinamis_service.quotas.words import amount, sentence
from dinamis_service.requests.caller import Caller
from dinamis_service.requests.products import Product
from dinamis_service.requests.project_terms import budget_left, terms_for
from dinamis_service.requests.tables import Order, Project
from dinamis_service.requests.usage import ProjectUsage, usage_of


@dataclass(frozen=True)
class Asked:
    """What is asked for: the zone that is counted of a product, and how what is not free is paid."""

    product: Product
    zone: Zone
    payment: Payment


def judge(
    session: Session, caller: Caller, asked: Asked, project: Project | None, *, now: datetime
) -> Assessment:
    """Judge a request by the table of `now` and what its project changes (QUO-10, QUO-12, SUP-09).

    Where the request is made, its transaction holds the project: what is left is then left.
    """
    draws = project is not None and (project.package is not None or project.budget_cents is not None)
    usage = usage_of(session, project.id) if project is not None and draws else ProjectUsage()
    kind: Any = caller.principal.user_kind
    return assess(
        table_of(session, now),
        kind,
        asked.product.sensor,
        asked.product.kind,
        asked.zone.area_km2,
        project=terms_for(project, asked.product.sensor, usage),
        payment=asked.payment,
    )


def refuse_unacceptable(judged: Assessment, caller: Caller) -> None:
    """Refuse what the rules do not allow, each reason at the field that must change.

    Raises:
        InvalidError: the request is not acceptable.
    """
    errors = [one for one in judged.messages if one.level is Level.ERROR]
    if errors:
        fields = {one.field: one.words.told(caller.language) for one in errors}
        raise InvalidError(" ".join(fields.values()), fields=fields)


def commit_quotation(session: Session, caller: Caller, order: Order, cents: int) -> None:
    """Commit the quoted amount of a request that is paid on its project's budget, instead of the first one.

    Raises:
        ConflictError: the budget does not carry it.
    """
    if order.budget_cents is None:
        return
    project = session.get_one(Project, order.project_id, with_for_update=True)
    left = (budget_left(project, usage_of(session, project.id)) or 0) + order.budget_cents
    if cents > left:
        words = sentence(
            "Le budget du projet {project} ne porte pas ce prix : il y reste {left}.",
            "The budget of project {project} does not carry this price: {left} are left.",
            project=project.id,
            left=amount(left),
        )
        raise ConflictError(words.told(caller.language))
    order.budget_cents = cents
