"""The figures of DINAMIS: members, adhesions, accounts, requests, downloads (CAT-44; domain.md 7.1).

Years are those of UTC. The groups of members are those of the yearly figures; which category belongs to which
group is our decision where they do not say it (foreign research bodies count as research, services of the
European Commission as public, contractors on their own).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from dinamis_service.catalogue.missions import mission_title
from dinamis_service.db import Database, numbers_by
from dinamis_service.identity.tables import Account
from dinamis_service.quotas.words import Words
from dinamis_service.registry.adhesion_states import State as AdhesionState
from dinamis_service.registry.tables import Adhesion, Entity, SuperEntity
from dinamis_service.requests.states import State
from dinamis_service.requests.tables import Order, StatusChange
from dinamis_service.signing.monthly import RunningMonth, by_month
from dinamis_service.signing.statistics import Counted

GROUPS: dict[str, tuple[Words, frozenset[int]]] = {
    "research": (Words("Recherche et enseignement", "Research and teaching"), frozenset({2, 9, 11})),
    "public": (Words("Acteurs publics", "Public actors"), frozenset({1, 3, 4, 5, 10})),
    "rnd": (Words("R&D privée", "Private R&D"), frozenset({7})),
    "associations": (Words("Associations", "Associations"), frozenset({6})),
    "contractors": (
        Words("Prestataires de la commande publique", "Contractors of public procurement"),
        frozenset({8}),
    ),
}
OPEN = "open"
ByYear = Mapping[int, Mapping[str, int]]


@dataclass(frozen=True)
class Adhesions:
    """Adhesion requests that legal representatives validated in a year, by what became of them until now."""

    received: int
    validated: int
    refused: int
    instructed: int


@dataclass(frozen=True)
class Group:
    """A super-entity in a year."""

    name: str
    entities: int
    accounts: int
    requests: int
    downloads: int


@dataclass(frozen=True)
class Figures:
    """The figures of a year, and of the years before it where they are told by year.

    `requests` counts by sensor, `acquired` sums units of `quotas.geometry.AREA_STEP` that were delivered,
    `downloads` counts images by sensor and, apart, open data.
    """

    year: int
    years: Sequence[int]
    members: Mapping[str, int]
    adhesions: Adhesions
    closed: int
    closed_in_year: int
    accounts: int
    accounts_created: int
    requests: ByYear
    acquired: ByYear
    downloads: ByYear
    groups: Sequence[Group]

    @property
    def member_total(self) -> int:
        """How many member entities there are."""
        return sum(self.members.values())


def figures(database: Database, now: datetime, year: int, running: RunningMonth | None = None) -> Figures:
    """The figures of a year as they are known now."""
    counted = by_month(database, now, running)
    with database.reading() as session:
        requests = _requests(session)
        downloads = _by_year((int(one.month[:4]), downloaded(one), one.images) for one in counted)
        known = {*requests, *downloads, now.year}
        in_year = [one for one in counted if one.month.startswith(f"{year}-")]
        return Figures(
            year=year,
            years=range(min(known), now.year + 1),
            members=_members(session),
            adhesions=_adhesions(session, year),
            closed=_closed(session),
            closed_in_year=_closed(session, year),
            accounts=_accounts(session, now),
            accounts_created=_created(session, year),
            requests=requests,
            acquired=_acquired(session),
            downloads=downloads,
            groups=_groups(session, now, year, in_year),
        )


def open_label(mission: str) -> str:
    """Name of the open data of a sensor among the downloads."""
    return f"{mission} ({OPEN})"


def of_year(by_year: ByYear, year: int) -> int:
    """Sum of what is counted in a year."""
    return sum(by_year.get(year, {}).values())


def downloaded(one: Counted) -> str:
    """Name under which a line of downloads is told."""
    title = mission_title(one.mission)
    return open_label(title) if one.access == OPEN else title


def _members(session: Session) -> dict[str, int]:
    counted = select(Entity.category, func.count()).where(Entity.state == "member").group_by(Entity.category)
    of_category = numbers_by(session, counted)
    return {
        name: sum(of_category.get(category, 0) for category in categories)
        for name, (_, categories) in GROUPS.items()
    }


def _adhesions(session: Session, year: int) -> Adhesions:
    start, end = bounds(year)
    counted = (
        select(Adhesion.state, func.count())
        .where(Adhesion.signed_at >= start, Adhesion.signed_at < end)
        .group_by(Adhesion.state)
    )
    number = Counter(numbers_by(session, counted))
    return Adhesions(
        received=number.total(),
        validated=number[AdhesionState.VALIDATED.value] + number[AdhesionState.CLOSED.value],
        refused=number[AdhesionState.REFUSED.value],
        instructed=number[AdhesionState.INSTRUCTION.value] + number[AdhesionState.PARTNER.value],
    )


def _closed(session: Session, year: int | None = None) -> int:
    """Entities whose adhesion was closed, in a year or ever; those that live on in another are not."""
    wanted = select(func.count()).where(Entity.state == "closed", Entity.merged_into_id.is_(None))
    if year is not None:
        start, end = bounds(year)
        wanted = wanted.where(Entity.closed_at >= start, Entity.closed_at < end)
    return session.scalar(wanted) or 0


def _accounts(session: Session, now: datetime) -> int:
    """Accounts that let their owners in."""
    wanted = (
        select(func.count())
        .select_from(Account)
        .join(Entity, Account.entity_id == Entity.id)
        .where(
            Account.state == "active",
            Entity.state == "member",
            or_(Account.expires_at.is_(None), Account.expires_at > now),
        )
    )
    return session.scalar(wanted) or 0


def _created(session: Session, year: int) -> int:
    """Accounts that people made in a year, those that were never validated left out."""
    start, end = bounds(year)
    wanted = select(func.count()).where(
        Account.created_at >= start, Account.created_at < end, Account.state.in_(["active", "closed"])
    )
    return session.scalar(wanted) or 0


def _requests(session: Session) -> ByYear:
    sent = select(Order.created, Order.sensor).where(Order.state != State.DRAFT.value)
    return _by_year((_year(created), sensor, 1) for created, sensor in session.execute(sent))


def _acquired(session: Session) -> ByYear:
    delivered = (
        select(StatusChange.moment, Order.sensor, Order.area_units)
        .join(Order, StatusChange.order_sequence == Order.sequence)
        .where(StatusChange.state == State.DELIVERED.value)
    )
    return _by_year((_year(moment), sensor, units) for moment, sensor, units in session.execute(delivered))


def _groups(session: Session, now: datetime, year: int, downloads: Iterable[Counted]) -> list[Group]:
    """The super-entities by name."""
    grouped = select(Entity.id, Entity.super_entity_id).where(Entity.super_entity_id.is_not(None))
    inside = {entity_id: super_id or "" for entity_id, super_id in session.execute(grouped)}
    images: Counter[str] = Counter()
    for one in downloads:
        images[inside.get(one.entity_id, "")] += one.images
    requested = (
        select(Account.entity_id, func.count())
        .join(Order, Order.owner_sub == Account.id)
        .where(sent_in(year))
    )
    requests = _grouped(inside, numbers_by(session, requested.group_by(Account.entity_id)).items())
    held = select(Account.entity_id, func.count()).where(
        Account.state == "active", or_(Account.expires_at.is_(None), Account.expires_at > now)
    )
    accounts = _grouped(inside, numbers_by(session, held.group_by(Account.entity_id)).items())
    entities = Counter(inside.values())
    rows = session.scalars(select(SuperEntity).order_by(SuperEntity.name))
    return [
        Group(one.name, entities[one.id], accounts[one.id], requests[one.id], images[one.id]) for one in rows
    ]


def _grouped(inside: Mapping[str, str], counts: Iterable[tuple[str, int]]) -> Counter[str]:
    """Counts of entities as counts of their super-entities."""
    summed: Counter[str] = Counter()
    for entity_id, number in counts:
        summed[inside.get(entity_id, "")] += number
    return summed


def _by_year(counts: Iterable[tuple[int, str, int]]) -> dict[int, dict[str, int]]:
    """Sums by year and name."""
    summed: dict[int, Counter[str]] = {}
    for year, name, number in counts:
        summed.setdefault(year, Counter())[name] += number
    return {year: dict(names) for year, names in sorted(summed.items())}


def _year(moment: datetime) -> int:
    return moment.astimezone(UTC).year


def sent_in(year: int) -> ColumnElement[bool]:
    """Requests that were sent in a year."""
    start, end = bounds(year)
    return (Order.created >= start) & (Order.created < end) & (Order.state != State.DRAFT.value)


def bounds(year: int) -> tuple[datetime, datetime]:
    """Beginning of a year and of the next."""
    return datetime(year, 1, 1, tzinfo=UTC), datetime(year + 1, 1, 1, tzinfo=UTC)


def names_of(by_year: ByYear) -> list[str]:
    """What is counted in any year, by name."""
    return sorted({name for names in by_year.values() for name in names})


def lines(told: Figures) -> Iterator[tuple[str, str, int | None, int]]:
    """Every figure as a line: what, of what kind, in which year where it is one of a year, how many."""
    yield "members", "", None, told.member_total
    for name, number in told.members.items():
        yield "members", name, None, number
    year = told.year
    yield "adhesions_received", "", year, told.adhesions.received
    yield "adhesions_validated", "", year, told.adhesions.validated
    yield "adhesions_refused", "", year, told.adhesions.refused
    yield "adhesions_instructed", "", year, told.adhesions.instructed
    yield "adhesions_closed", "", None, told.closed
    yield "adhesions_closed", "", year, told.closed_in_year
    yield "accounts", "", None, told.accounts
    yield "accounts_created", "", year, told.accounts_created
    for what, by_year in (("requests", told.requests), ("downloads", told.downloads)):
        for one in told.years:
            for name, number in sorted(by_year.get(one, {}).items()):
                yield what, name, one, number
