"""Archive orders and programming requests: estimated, submitted once, listed, moved from state to state."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import shapely
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from dinamis_service.catalogue.engine import CatalogueEngine
from dinamis_service.clock import Clock
from dinamis_service.db import Database
from dinamis_service.errors import ServiceError
from dinamis_service.quotas.geometry import AREA_STEP, Zone
from dinamis_service.quotas.pricing import Payment
from dinamis_service.quotas.rules import Assessment
from dinamis_service.quotas.table import RequestKind
from dinamis_service.quotas.words import Words
from dinamis_service.requests import announcements, listing
from dinamis_service.requests.caller import Caller
from dinamis_service.requests.calls import open_call, opening
from dinamis_service.requests.drafts import forget_sent
from dinamis_service.requests.history import Author, record, snapshot
from dinamis_service.requests.idempotency import check_key, used_key
from dinamis_service.requests.judging import Asked, commit_quotation, judge, refuse_unacceptable
from dinamis_service.requests.listing import Wanted
from dinamis_service.requests.numbering import next_number
from dinamis_service.requests.products import Product, product_of
from dinamis_service.requests.project_access import project_for_request
from dinamis_service.requests.scenes import covered_zone
from dinamis_service.requests.states import Actor, State
from dinamis_service.requests.tables import IdempotencyKey, Order, Project
from dinamis_service.requests.validation import (
    Interval,
    Limits,
    check_limits,
    check_parameters,
    check_window,
    check_zone,
)
from dinamis_service.requests.visibility import find, require_actor

EVERYTHING = Wanted()
Check = Callable[[Order], bool]


@dataclass(frozen=True)
class Submission:
    """What a client sends to make a request, not yet checked."""

    product_id: str
    period: str
    geometry: Any
    filter: Any
    parameters: Any

    @property
    def digest(self) -> str:
        """Fingerprint of the content: equal for bodies that are the same JSON."""
        content = [self.product_id, self.period, self.geometry, self.filter, self.parameters]
        return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


@dataclass(frozen=True)
class Checked:
    """A submission that holds together, but for its project and price."""

    product: Product
    interval: Interval
    zone: Zone
    counted_zone: Zone
    limits: Limits
    parameters: dict[str, Any]


@dataclass(frozen=True)
class Question:
    """What somebody would like to request."""

    product_id: str
    geometry: Any
    item_ids: Sequence[str] = ()
    project_id: str | None = None
    payment: Payment = Payment.QUOTATION


@dataclass(frozen=True)
class Estimated:
    """What a request would take; `no_call` says why it would not be taken now, whatever it takes."""

    judged: Assessment
    zone: Zone
    no_call: Words | None


class Orders:
    """The requests of the service."""

    def __init__(self, database: Database, catalogue: CatalogueEngine, clock: Clock) -> None:
        self._database = database
        self._catalogue = catalogue
        self._clock = clock

    def estimate(self, caller: Caller, question: Question) -> Estimated:
        """What a request would take, without making it (REQ-12).

        Raises:
            NotFoundError: there is no such product.
            InvalidError: the zone, the scenes or the project cannot be used.
        """
        product = product_of(question.product_id, caller.language)
        zone = check_zone(question.geometry, caller.language)
        if product.kind is RequestKind.ARCHIVE:
            zone = covered_zone(self._catalogue, product, zone, question.item_ids, caller)
        now = self._clock()
        project = None
        with self._database.reading() as session:
            if question.project_id:
                project = project_for_request(session, caller, question.project_id, now.date())
            judged = judge(session, caller, Asked(product, zone, question.payment), project, now=now)
            found = opening(session, product, now.date())
        return Estimated(judged, zone, None if found.call_id else found.refusal)

    def submit(self, caller: Caller, submission: Submission, key: str | None) -> tuple[Order, bool]:
        """Make the request, or find the one that the same `key` of the same user made before.

        Without a key, sending again makes another request.

        Returns:
            The request, and whether it was made now.

        Raises:
            ConflictError: the key came with another content before, the project is closed, no call is open.
            InvalidError: the request does not hold together; fields say where.
        """
        product = product_of(submission.product_id, caller.language)
        check_key(key, caller)
        try:
            return self._store(caller, submission, self._checked(product, submission, caller), key)
        except (ServiceError, IntegrityError):
            # What was valid when the key made its request may not be so any more, and on PostgreSQL a twin
            # may store the same key meanwhile: a key that is known answers in any case.
            with self._database.reading() as session:
                made = _made_before(session, caller, key, submission)
            if made is None:
                raise
            return made, False

    def page(
        self, caller: Caller, limit: int, before: int | None = None, wanted: Wanted = EVERYTHING
    ) -> Sequence[Order]:
        """Requests that the caller may see, newest first, older than the one of sequence `before`."""
        with self._database.reading() as session:
            return listing.page(session, caller, wanted, limit, before)

    def fingerprint(
        self, caller: Caller, limit: int, before: int | None = None, wanted: Wanted = EVERYTHING
    ) -> str:
        """What tells this page from the same one after a change."""
        with self._database.reading() as session:
            return listing.fingerprint(session, caller, wanted, limit, before)

    def every(self, caller: Caller, wanted: Wanted) -> Iterator[Order]:
        """Every request that the caller may see, newest first, read as they are taken."""
        with self._database.reading() as session:
            yield from listing.every(session, caller, wanted)

    def get(self, caller: Caller, order_id: str) -> Order:
        """One request that the caller may see. Raises `NotFoundError` otherwise."""
        with self._database.reading() as session:
            return find(session, caller, order_id)

    def move(
        self,
        caller: Caller,
        order_id: str,
        targets: Sequence[State],
        reason: str | None,
        *,
        check: Check | None = None,
        **values: Any,
    ) -> Order:
        """Bring a request through `targets`, recording each step, all or none.

        `check` is called with the request before anything else, locked, and says whether there is something
        left to do. `values` are members of the order that change with it, such as a quoted price.

        Raises:
            NotFoundError: the caller cannot see the request.
            ForbiddenError: the caller only looks on.
            ConflictError: a step is not legal from where the request is, or its price is beyond the budget.
        """
        with self._database.session() as session:
            order = find(session, caller, order_id, lock=True)
            actor = require_actor(order, caller)
            if check is not None and not check(order):
                return order
            source = State(order.state)
            author = Author(actor, caller.principal.name, self._clock(), reason)
            for target in targets:
                record(order, target, author, caller.language)
            for name, value in values.items():
                setattr(order, name, value)
            if "quoted_cents" in values:
                commit_quotation(session, caller, order, values["quoted_cents"])
            announcements.moved(session, order, source, actor, caller)
        return order

    def _checked(self, product: Product, submission: Submission, caller: Caller) -> Checked:
        """Check all that needs neither project nor price."""
        language = caller.language
        parameters = check_parameters(product, submission.parameters, language)
        interval = check_window(product, submission.period, self._clock(), language)
        limits = check_limits(product, submission.filter, language)
        zone = counted = check_zone(submission.geometry, language)
        if product.kind is RequestKind.ARCHIVE:
            counted = covered_zone(self._catalogue, product, zone, parameters["item_ids"], caller)
        return Checked(product, interval, zone, counted, limits, parameters)

    def _store(
        self, caller: Caller, submission: Submission, checked: Checked, key: str | None
    ) -> tuple[Order, bool]:
        """Give the request its price and identifier and keep it with its key, in one transaction."""
        now = self._clock()
        with self._database.session() as session:
            made = _made_before(session, caller, key, submission)
            if made:
                return made, False
            product, parameters = checked.product, checked.parameters
            project = project_for_request(session, caller, parameters["project_id"], now.date(), lock=True)
            call_id = open_call(session, caller, product, now.date())
            asked = Asked(product, checked.counted_zone, Payment(parameters["payment"]))
            judged = judge(session, caller, asked, project, now=now)
            refuse_unacceptable(judged, caller)
            order = _new_order(session, caller, checked, judged, project, now=now)
            order.call_id = call_id
            session.add(order)
            session.flush()
            forget_sent(session, caller, key)
            announcements.submitted(session, order, caller, now)
            if key is not None:
                session.add(
                    IdempotencyKey(
                        owner_sub=caller.principal.sub,
                        key=key,
                        body_sha256=submission.digest,
                        order_sequence=order.sequence,
                        created=now,
                    )
                )
        return order, True


def _new_order(
    session: Session,
    caller: Caller,
    checked: Checked,
    judged: Assessment,
    project: Project,
    *,
    now: datetime,
) -> Order:
    """A submitted request under its identifier (decision 1 of the architecture, REQ-09)."""
    product = checked.product
    series = f"{project.id}-{now.year}-{product.kind[0].upper()}"
    order = Order(
        id=f"{series}-{next_number(session, series):03d}-{product.sensor}",
        project=project,
        project_id=project.id,
        owner_sub=caller.principal.sub,
        owner_name=caller.principal.name,
        owner_email=caller.principal.email,
        product_id=product.id,
        kind=product.kind.value,
        sensor=product.sensor.value,
        created=now,
        state=State.DRAFT.value,
        starts=checked.interval.start,
        ends=checked.interval.end,
        geometry=shapely.geometry.mapping(checked.zone.shape),
        filter=checked.limits.filter,
        limits=checked.limits.values,
        parameters=checked.parameters,
        area_units=int(judged.area_km2 / AREA_STEP),
        package_units=int(judged.package_km2 / AREA_STEP),
        budget_cents=judged.price.cents if judged.payment is Payment.PROJECT_BUDGET else None,
        assessment=snapshot(judged),
        delivered_items=[],
    )
    record(order, State.SUBMITTED, Author(Actor.REQUESTER, caller.principal.name, now), caller.language)
    return order


def _made_before(session: Session, caller: Caller, key: str | None, submission: Submission) -> Order | None:
    """The request that this user's key made, if any.

    Raises:
        ConflictError: the key made a request of another content.
    """
    known = None if key is None else session.get(IdempotencyKey, (caller.principal.sub, key))
    if known is None:
        return None
    order = session.get_one(Order, known.order_sequence)
    if known.body_sha256 != submission.digest:
        raise used_key(caller, order.id)
    return order
