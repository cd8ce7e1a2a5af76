"""The journal of signatures: who may read or write what, and until when."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from dinamis_service.db import Base, UtcDateTime


class SignatureRecord(Base):
    """One URL signed for one person (`sub` is empty for open data signed for someone not signed in)."""

    __tablename__ = "signatures"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    sub: Mapped[str | None] = mapped_column(String(64), index=True)
    method: Mapped[str] = mapped_column(String(8))
    object_key: Mapped[str] = mapped_column(String(1024), index=True)
