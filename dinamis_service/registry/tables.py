"""Tables of the member entities and of the missions of contractors."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from dinamis_service.db import Base, UtcDateTime
from dinamis_service.registry.kinds import UserKind, user_kind


class Entity(Base):
    """A body whose people may use DINAMIS: laboratory, authority, company, agency."""

    __tablename__ = "entities"
    __table_args__ = (CheckConstraint("category BETWEEN 1 AND 11", name="entities_category"),)

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    name: Mapped[str] = mapped_column(String(200), unique=True)
    acronym: Mapped[str] = mapped_column(String(40))
    category: Mapped[int]

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
