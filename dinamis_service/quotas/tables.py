"""Where the quota tables are kept: every version of every year, never rewritten."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, Text
from sqlalchemy.orm import Mapped, mapped_column

from dinamis_service.db import Base, UtcDateTime


class StoredQuotaTable(Base):
    """One version of the quotas and tariffs of a year, which applies from a day (UTC) of that year on.

    Only ever added: triggers made by migration 0006 refuse anything else.
    """

    __tablename__ = "quota_tables"

    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    valid_from: Mapped[date]
    content: Mapped[dict[str, Any]] = mapped_column(JSON)
    author: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(Text)
    created: Mapped[datetime] = mapped_column(UtcDateTime)
