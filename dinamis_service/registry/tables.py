"""Tables of the registry: entities and their adhesion, texts and signatures, missions of contractors."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from dinamis_service.db import Base, UtcDateTime
from dinamis_service.registry.kinds import UserKind, user_kind


class SuperEntity(Base):
    """A grouping of entities (REG-48)."""

    __tablename__ = "super_entities"

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    name: Mapped[str] = mapped_column(String(200), unique=True)
    acronym: Mapped[str] = mapped_column(String(40), default="", server_default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Entity(Base):
    """A body whose people may use DINAMIS: laboratory, authority, company, agency (REG-12, REG-13).

    `state` is member or closed; one that was merged is closed and names its successor (REG-46). Nationality
    is a code of ISO 3166-1 alpha-2. `eligibility` is the nationality group that the form asks for, the four
    fields after it are the words of `registry.sectors`.
    """

    __tablename__ = "entities"
    __table_args__ = (CheckConstraint("category BETWEEN 1 AND 11", name="entities_category"),)

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    name: Mapped[str] = mapped_column(String(200), unique=True)
    acronym: Mapped[str] = mapped_column(String(40))
    category: Mapped[int]
    nationality: Mapped[str] = mapped_column(String(2), default="FR", server_default="FR")
    parent: Mapped[str] = mapped_column(String(200), default="", server_default="")
    address: Mapped[str] = mapped_column(String(200), default="", server_default="")
    postcode: Mapped[str] = mapped_column(String(20), default="", server_default="")
    town: Mapped[str] = mapped_column(String(120), default="", server_default="")
    eligibility: Mapped[str] = mapped_column(String(40), default="", server_default="")
    interest: Mapped[str] = mapped_column(String(120), default="", server_default="")
    sector: Mapped[str] = mapped_column(String(40), default="", server_default="")
    sector_type: Mapped[str] = mapped_column(String(40), default="", server_default="")
    activity: Mapped[str] = mapped_column(String(40), default="", server_default="")
    legal_representative: Mapped[dict[str, str]] = mapped_column(JSON, default=dict, server_default="{}")
    state: Mapped[str] = mapped_column(String(10), default="member", server_default="member")
    super_entity_id: Mapped[str | None] = mapped_column(ForeignKey("super_entities.id"))
    merged_into_id: Mapped[str | None] = mapped_column(ForeignKey("entities.id"))
    admitted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column(default=1, server_default="1")

    @property
    def user_kind(self) -> UserKind:
        """Kind of the users of this entity."""
        return user_kind(self.category)


class Mission(Base):
    """What a contractor does for a public entity, whose partnership was validated (QUO-11).

    `wishes` are the wanted data, `[{"mission": "SPOT 6/7", "first": "2020-01-01", "last": "2022-12-31"}]`,
    with missions as the catalogue names them and days of acquisition in UTC; `area` is GeoJSON in EPSG:4326.
    """

    __tablename__ = "missions"
    __table_args__ = (CheckConstraint("starts <= ends", name="missions_dates"),)

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    contractor_id: Mapped[str] = mapped_column(ForeignKey("entities.id"), index=True)
    commissioner_id: Mapped[str] = mapped_column(ForeignKey("entities.id"), index=True)
    title: Mapped[str] = mapped_column(String(200))
    starts: Mapped[date]
    ends: Mapped[date]
    area: Mapped[dict[str, Any]] = mapped_column(JSON)
    wishes: Mapped[list[dict[str, str]]] = mapped_column(JSON)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Extension(Base):
    """The open-data licence extended to an entity over one Region (SUP-10); days are UTC, included."""

    __tablename__ = "licence_extensions"

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    entity_id: Mapped[str] = mapped_column(ForeignKey("entities.id", ondelete="CASCADE"), index=True)
    region: Mapped[str] = mapped_column(String(3))
    starts: Mapped[date]
    ends: Mapped[date | None]
    granted_by: Mapped[str] = mapped_column(Text)
    granted_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Adhesion(Base):
    """The request of an entity to become a member, from the verified address on (REG-08 to REG-44).

    `form` is what was typed, by step and field; `password_hash` is the one of the future referent. `state` is
    one of `registry.adhesion_states.State`; `partnership` is empty, pending, accepted or refused.
    """

    __tablename__ = "adhesions"

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    email: Mapped[str] = mapped_column(String(254), index=True)
    language: Mapped[str] = mapped_column(String(2))
    state: Mapped[str] = mapped_column(String(12), index=True)
    form: Mapped[dict[str, Any]] = mapped_column(JSON)
    password_hash: Mapped[str | None] = mapped_column(String(200))
    project_file: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    partner_id: Mapped[str | None] = mapped_column(ForeignKey("entities.id"), index=True)
    partnership: Mapped[str] = mapped_column(String(10), default="")
    entity_id: Mapped[str | None] = mapped_column(ForeignKey("entities.id"))
    deed_sha256: Mapped[str | None] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    accepted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    signed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column(default=1)


class AdhesionEvent(Base):
    """One change of the state of an adhesion: who, when, why; never rewritten."""

    __tablename__ = "adhesion_events"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    adhesion_id: Mapped[str] = mapped_column(ForeignKey("adhesions.id", ondelete="CASCADE"), index=True)
    moment: Mapped[datetime] = mapped_column(UtcDateTime)
    author: Mapped[str] = mapped_column(Text)
    event: Mapped[str] = mapped_column(String(30))
    state: Mapped[str] = mapped_column(String(12))
    reason: Mapped[str] = mapped_column(Text, default="")


class MailedLink(Base):
    """A link that was mailed: its secret is not here, it is derived from the id (see `registry.links`)."""

    __tablename__ = "mailed_links"

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    purpose: Mapped[str] = mapped_column(String(20))
    email: Mapped[str] = mapped_column(String(254), index=True)
    about_id: Mapped[str] = mapped_column(String(36), index=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class LegalText(Base):
    """One version of the charter, of a licence, of a template or of a sheet; never rewritten.

    `title` and `body` (Markdown) are by language.
    """

    __tablename__ = "legal_texts"

    code: Mapped[str] = mapped_column(String(30), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    title: Mapped[dict[str, str]] = mapped_column(JSON)
    body: Mapped[dict[str, str]] = mapped_column(JSON)
    published_at: Mapped[datetime] = mapped_column(UtcDateTime)
    author: Mapped[str] = mapped_column(Text)


class Signature(Base):
    """One version of a text accepted by somebody: for their account, or for an adhesion (REG-45)."""

    __tablename__ = "text_signatures"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    code: Mapped[str] = mapped_column(String(30))
    version: Mapped[int]
    account_id: Mapped[str | None] = mapped_column(ForeignKey("accounts.id", ondelete="SET NULL"), index=True)
    adhesion_id: Mapped[str | None] = mapped_column(
        ForeignKey("adhesions.id", ondelete="CASCADE"), index=True
    )
    signer: Mapped[str] = mapped_column(Text)
    moment: Mapped[datetime] = mapped_column(UtcDateTime)


class ContactMessage(Base):
    """What somebody wrote by the contact form (SUP-01, SUP-03)."""

    __tablename__ = "contact_messages"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    moment: Mapped[datetime] = mapped_column(UtcDateTime)
    purpose: Mapped[str] = mapped_column(String(20))
    name: Mapped[str] = mapped_column(Text)
    email: Mapped[str] = mapped_column(String(254))
    language: Mapped[str] = mapped_column(String(2))
    text: Mapped[str] = mapped_column(Text)
    account_id: Mapped[str | None] = mapped_column(ForeignKey("accounts.id", ondelete="SET NULL"))
    handled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    handled_by: Mapped[str | None] = mapped_column(Text)


class RegistryEvent(Base):
    """What an operator did with an entity, an account or a super-entity: who, when, why; never rewritten.

    `about_kind` is entity, account or super; `facts` are what the words of the event need.
    """

    __tablename__ = "registry_events"
    __table_args__ = (Index("ix_registry_events_about", "about_kind", "about_id"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    moment: Mapped[datetime] = mapped_column(UtcDateTime)
    author: Mapped[str] = mapped_column(Text)
    about_kind: Mapped[str] = mapped_column(String(10))
    about_id: Mapped[str] = mapped_column(String(36))
    event: Mapped[str] = mapped_column(String(20))
    facts: Mapped[dict[str, Any]] = mapped_column(JSON)
    reason: Mapped[str] = mapped_column(Text, default="")
