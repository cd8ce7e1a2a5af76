"""Table of the member entities."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, String
from sqlalchemy.orm import Mapped, mapped_column

from dinamis_service.db import Base
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
