"""Table of the orbital elements."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import String, Text
from sqlalchemy.orm import Mapped, mapped_column

from dinamis_service.db import Base, UtcDateTime


class OrbitalElements(Base):
    """Two-line elements of one satellite at one epoch (UTC)."""

    __tablename__ = "orbital_elements"

    platform: Mapped[str] = mapped_column(String(40), primary_key=True)
    epoch: Mapped[datetime] = mapped_column(UtcDateTime, primary_key=True)
    line1: Mapped[str] = mapped_column(String(69))
    line2: Mapped[str] = mapped_column(String(69))
    author: Mapped[str] = mapped_column(Text)
    loaded: Mapped[datetime] = mapped_column(UtcDateTime)
