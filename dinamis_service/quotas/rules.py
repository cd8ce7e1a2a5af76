"""What a request takes: quota, share, package, excess, price, minimum, and every reason in words.

Pure functions: no clock, no database. Surfaces are square kilometres on the WGS 84 ellipsoid, money whole
cents of euros.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import ROUND_FLOOR, Decimal

from dinamis_service.quotas import reasons
from dinamis_service.quotas.geometry import AREA_STEP
from dinamis_service.quotas.pricing import Credits, Payment, Price, credits_of, price_of, rounded
from dinamis_service.quotas.reasons import Level, Message
from dinamis_service.quotas.table import QuotaTable, RequestKind, Sensor, SensorTerms
from dinamis_service.registry.kinds import UserKind

_NOTHING = Decimal(0)


@dataclass(frozen=True)
class ProjectTerms:
    """What a project changes for requests of one sensor.

    Args:
        granted_km2: quota of one request that an operator granted (QUO-12).
        package_quota_km2: quota of one request of the project's bespoke package (SUP-09), before any other.
        package_left_km2: what is left of the free surface that the package opened for the whole project.
        budget_left_cents: what is left of the budget that the owner declared (QUO-10); None without one.
    """

    granted_km2: Decimal | None = None
    package_quota_km2: Decimal | None = None
    package_left_km2: Decimal = _NOTHING
    budget_left_cents: int | None = None


NO_PROJECT = ProjectTerms()


@dataclass(frozen=True)
class Budget:
    """The project's budget beside a request.

    Args:
        left_cents: what is left before the request.
        enough: whether that would carry the request, paid on it.
    """

    left_cents: int
    enough: bool


@dataclass(frozen=True)
class Assessment:
    """What one request takes, by the table of its day.

    Args:
        area_km2: surface of the zone.
        counted_km2: surface that is counted, at least the minimum of the sensor.
        quota_km2: free surface; None where it is not defined, and then nothing is free.
        share: part of the quota taken, 1 being all of it; None without a quota to share.
        excess_km2: what exceeds the quota.
        package_km2: what of the excess the package of the project carries.
        price: of the rest.
        budget: of the project, where it has one.
    """

    year: int
    version: int
    sensor: Sensor
    kind: RequestKind
    user_kind: UserKind
    area_km2: Decimal
    counted_km2: Decimal
    minimum_km2: Decimal
    quota_km2: Decimal | None
    share: Decimal | None
    excess_km2: Decimal
    package_km2: Decimal
    payment: Payment
    price: Price
    credits: Credits | None
    budget: Budget | None
    messages: tuple[Message, ...] = ()

    @property
    def acceptable(self) -> bool:
        """Whether the request may be sent; an excess is warned of, never blocked."""
        return all(message.level is not Level.ERROR for message in self.messages)

    @property
    def paid_km2(self) -> Decimal:
        """What neither quota nor package carries."""
        return self.excess_km2 - self.package_km2

    @property
    def to_pay(self) -> bool:
        """Whether something is to be paid, known or still to be quoted."""
        return self.price.cents != 0


def assess(
    table: QuotaTable,
    user_kind: UserKind,
    sensor: Sensor,
    kind: RequestKind,
    area_km2: Decimal,
    *,
    project: ProjectTerms = NO_PROJECT,
    payment: Payment = Payment.QUOTATION,
) -> Assessment:
    """Judge a request of `area_km2` (QUO-02 to QUO-10, QUO-12, REQ-12).

    Raises:
        ValueError: the surface is negative or not a number.
    """
    if not area_km2.is_finite() or area_km2 < 0:
        msg = f"a surface cannot be {area_km2} km2"
        raise ValueError(msg)
    terms = table.sensors[sensor]
    counted = max(area_km2, terms.minimum_km2)
    source, quota = _quota(terms, user_kind, project)
    excess = max(counted - (quota or _NOTHING), _NOTHING)
    package = min(excess, max(project.package_left_km2, _NOTHING)).quantize(AREA_STEP, ROUND_FLOOR)
    price = price_of(terms, user_kind, kind, excess - package, payment)
    judged = Assessment(
        year=table.year,
        version=table.version,
        sensor=sensor,
        kind=kind,
        user_kind=user_kind,
        area_km2=area_km2,
        counted_km2=counted,
        minimum_km2=terms.minimum_km2,
        quota_km2=quota,
        share=rounded(counted / quota, "0.0001") if quota else None,
        excess_km2=excess,
        package_km2=package,
        payment=payment,
        price=price,
        credits=credits_of(terms, counted, quota, excess - package),
        budget=_budget(terms, user_kind, kind, excess - package, project),
    )
    return replace(judged, messages=_messages(judged, terms, source, project))


def _quota(
    terms: SensorTerms, user_kind: UserKind, project: ProjectTerms
) -> tuple[reasons.Source, Decimal | None]:
    """The quota of one request and whose it is: the package's, else the granted one, else the table's."""
    if project.package_quota_km2 is not None:
        return reasons.Source.PACKAGE, project.package_quota_km2
    if project.granted_km2 is not None:
        return reasons.Source.GRANT, project.granted_km2
    return reasons.Source.TABLE, terms.quota_km2[user_kind]


def _budget(
    terms: SensorTerms, user_kind: UserKind, kind: RequestKind, paid: Decimal, project: ProjectTerms
) -> Budget | None:
    """The budget of the project beside what the request would cost on it."""
    if project.budget_left_cents is None:
        return None
    cents = price_of(terms, user_kind, kind, paid, Payment.PROJECT_BUDGET).cents or 0
    return Budget(project.budget_left_cents, cents <= project.budget_left_cents)


def _messages(
    judged: Assessment, terms: SensorTerms, source: reasons.Source, project: ProjectTerms
) -> tuple[Message, ...]:
    """Every reason, in the order in which the rules apply."""
    messages = [reasons.of_quota(terms, judged.user_kind, judged.quota_km2, source)]
    if judged.share is not None:
        messages.append(reasons.of_share(judged.counted_km2, judged.share))
    if judged.area_km2 < terms.minimum_km2:
        messages.append(reasons.of_minimum(terms, judged.kind))
    if judged.package_km2:
        messages.append(reasons.of_package(judged.package_km2, project.package_left_km2))
    if judged.quota_km2 and judged.paid_km2:
        messages.append(reasons.of_excess(judged.quota_km2, judged.excess_km2))
    if judged.paid_km2:
        each = terms.price(judged.user_kind, judged.kind)
        messages.append(reasons.of_price(judged.price, each))
    if judged.payment is Payment.PROJECT_BUDGET:
        left = judged.budget.left_cents if judged.budget else None
        messages.append(reasons.of_budget(judged.price.cents or 0, left))
    return (*messages, reasons.of_table(judged.year, judged.version))
