"""Tables of the projects and requests.

Surfaces are kept as whole units of 100 square metres and money as whole cents: no database rounds them.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, String, Text, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column, relationship

from dinamis_service.db import Base, UtcDateTime


class Counter(Base):
    """Last number given within a scope, so that identifiers have no gaps and no doubles."""

    __tablename__ = "request_counters"

    scope: Mapped[str] = mapped_column(Text, primary_key=True)
    last: Mapped[int]


class Project(Base):
    """A project of a user, under which requests are made (REQ-01 to REQ-05).

    `closed` is the day (UTC) on which it was closed by hand; `package` is as `PackageTerms` keeps it
    (SUP-09); `budget_cents` was declared by the owner (QUO-10); `version` counts the changes.
    """

    __tablename__ = "projects"
    __table_args__ = (Index("uq_projects_creation", "owner_sub", "creation_key", unique=True),)

    id: Mapped[str] = mapped_column(Text, primary_key=True)
    kind: Mapped[str] = mapped_column(Text)
    owner_sub: Mapped[str] = mapped_column(Text, index=True)
    owner_email: Mapped[str] = mapped_column(Text)
    owner_name: Mapped[str] = mapped_column(Text, server_default="")
    title: Mapped[str] = mapped_column(Text)
    themes: Mapped[list[str]] = mapped_column(JSON)
    start_date: Mapped[date]
    end_date: Mapped[date]
    description: Mapped[str] = mapped_column(Text)
    objectives: Mapped[str] = mapped_column(Text)
    methodology: Mapped[str] = mapped_column(Text)
    expected_results: Mapped[str] = mapped_column(Text)
    publications: Mapped[str] = mapped_column(Text)
    granted_km2: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)
    shared: Mapped[bool] = mapped_column(server_default=false())
    closed: Mapped[date | None]
    package: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    budget_cents: Mapped[int | None] = mapped_column(BigInteger)
    budget_reference: Mapped[str] = mapped_column(Text, server_default="")
    created: Mapped[datetime] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column(server_default="1")
    creation_key: Mapped[str | None] = mapped_column(Text)
    creation_digest: Mapped[str] = mapped_column(Text, server_default="")


class ProjectChange(Base):
    """One change of a project: when, by whom, what and why.

    Only ever added: triggers made by migration 0006 refuse anything else.
    """

    __tablename__ = "project_changes"
    __table_args__ = (UniqueConstraint("project_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    project_id: Mapped[str] = mapped_column(ForeignKey("projects.id"))
    number: Mapped[int]
    moment: Mapped[datetime] = mapped_column(UtcDateTime)
    author: Mapped[str] = mapped_column(Text)
    author_sub: Mapped[str] = mapped_column(Text)
    text_fr: Mapped[str] = mapped_column(Text)
    text_en: Mapped[str] = mapped_column(Text)
    reason: Mapped[str | None] = mapped_column(Text)


class RequestCall(Base):
    """A call for requests (REQ-27): open from its first to its last day (UTC), both included."""

    __tablename__ = "request_calls"

    id: Mapped[str] = mapped_column(Text, primary_key=True)
    title_fr: Mapped[str] = mapped_column(Text)
    title_en: Mapped[str] = mapped_column(Text)
    text_fr: Mapped[str] = mapped_column(Text)
    text_en: Mapped[str] = mapped_column(Text)
    opens: Mapped[date]
    closes: Mapped[date | None]
    sensors: Mapped[list[str]] = mapped_column(JSON)
    kinds: Mapped[list[str]] = mapped_column(JSON)
    author: Mapped[str] = mapped_column(Text)
    changed: Mapped[datetime] = mapped_column(UtcDateTime)
    version: Mapped[int]


class Order(Base):
    """An archive order or a programming request, with what it was judged by.

    `version` counts the changes of state, `changed` is the moment of the last change or message.
    `package_units` is what it takes of the package of its project, `budget_cents` what it commits on the
    project's budget (none where it is paid by quotation); both count while it is not abandoned.
    """

    __tablename__ = "orders"
    __table_args__ = (
        Index("ix_orders_owner_sequence", "owner_sub", "sequence"),
        # what a project's requests take is summed at each request: from the index alone, not from the rows
        Index("ix_orders_project_use", "project_id", "sensor", "state", "package_units", "budget_cents"),
    )

    sequence: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    id: Mapped[str] = mapped_column(Text, unique=True)
    project_id: Mapped[str] = mapped_column(ForeignKey("projects.id"))
    owner_sub: Mapped[str] = mapped_column(Text)
    owner_name: Mapped[str] = mapped_column(Text)
    owner_email: Mapped[str] = mapped_column(Text)
    product_id: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(Text)
    sensor: Mapped[str] = mapped_column(Text)
    created: Mapped[datetime] = mapped_column(UtcDateTime)
    changed: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    version: Mapped[int] = mapped_column(default=0)
    state: Mapped[str] = mapped_column(Text, index=True)
    starts: Mapped[datetime] = mapped_column(UtcDateTime)
    ends: Mapped[datetime] = mapped_column(UtcDateTime)
    geometry: Mapped[dict[str, Any]] = mapped_column(JSON)
    filter: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    parameters: Mapped[dict[str, Any]] = mapped_column(JSON)
    limits: Mapped[dict[str, float]] = mapped_column(JSON)
    area_units: Mapped[int] = mapped_column(BigInteger)
    assessment: Mapped[dict[str, Any]] = mapped_column(JSON)
    quoted_cents: Mapped[int | None] = mapped_column(BigInteger)
    call_id: Mapped[str | None] = mapped_column(Text)
    package_units: Mapped[int] = mapped_column(BigInteger, server_default="0")
    budget_cents: Mapped[int | None] = mapped_column(BigInteger)
    delivered_items: Mapped[list[dict[str, str]]] = mapped_column(JSON, default=list)
    changes: Mapped[list[StatusChange]] = relationship(
        order_by="StatusChange.number", lazy="selectin", back_populates="order"
    )
    project: Mapped[Project] = relationship(lazy="joined", innerjoin=True)


class StatusChange(Base):
    """One change of state of a request: when, by whom, why (REQ-24).

    Only ever added: triggers made by migration 0002 refuse anything else.
    """

    __tablename__ = "order_status_changes"
    __table_args__ = (UniqueConstraint("order_sequence", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    order_sequence: Mapped[int] = mapped_column(ForeignKey("orders.sequence"))
    number: Mapped[int]
    moment: Mapped[datetime] = mapped_column(UtcDateTime)
    state: Mapped[str] = mapped_column(Text)
    actor: Mapped[str] = mapped_column(Text)
    author: Mapped[str] = mapped_column(Text)
    reason: Mapped[str | None] = mapped_column(Text)
    order: Mapped[Order] = relationship(back_populates="changes")


class IdempotencyKey(Base):
    """The request that a key of a user made, so that sending again makes no second one."""

    __tablename__ = "order_idempotency_keys"

    owner_sub: Mapped[str] = mapped_column(Text, primary_key=True)
    key: Mapped[str] = mapped_column(Text, primary_key=True)
    body_sha256: Mapped[str] = mapped_column(Text)
    order_sequence: Mapped[int] = mapped_column(ForeignKey("orders.sequence"))
    created: Mapped[datetime] = mapped_column(UtcDateTime)


class Draft(Base):
    """A request that somebody has begun and not sent.

    Its identifier is chosen by the client and becomes the key of the request. `content_bytes` is the length
    of the content as JSON; `creation_key` and `creation_digest` tell a creation that is sent again.
    """

    __tablename__ = "request_drafts"
    __table_args__ = (UniqueConstraint("owner_id", "creation_key", name="uq_request_drafts_creation"),)

    owner_id: Mapped[str] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True)
    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    product_id: Mapped[str] = mapped_column(String(200))
    title: Mapped[str] = mapped_column(String(200))
    content: Mapped[dict[str, Any]] = mapped_column(JSON)
    content_bytes: Mapped[int]
    created: Mapped[datetime] = mapped_column(UtcDateTime)
    changed: Mapped[datetime] = mapped_column(UtcDateTime)
    version: Mapped[int]
    creation_key: Mapped[str | None] = mapped_column(String(200))
    creation_digest: Mapped[str] = mapped_column(String(64))
