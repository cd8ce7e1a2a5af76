"""Table of the saved searches."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from dinamis_service.db import Base, UtcDateTime


class SavedSearch(Base):
    """A search that a person keeps under a name (CAT-40), or the filters they begin with (CAT-39).

    `name_key` is the name as names are compared, `document_bytes` the length of the document as JSON,
    `creation_key` the Idempotency-Key that it was made with.
    """

    __tablename__ = "saved_searches"
    __table_args__ = (
        UniqueConstraint("owner_id", "name_key", name="uq_saved_searches_name"),
        UniqueConstraint("owner_id", "creation_key", name="uq_saved_searches_creation"),
    )

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    owner_id: Mapped[str] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(120))
    name_key: Mapped[str] = mapped_column(String(480))
    document: Mapped[dict[str, Any]] = mapped_column(JSON)
    document_bytes: Mapped[int]
    is_default: Mapped[bool]
    last_seen: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created: Mapped[datetime] = mapped_column(UtcDateTime)
    changed: Mapped[datetime] = mapped_column(UtcDateTime)
    version: Mapped[int]
    creation_key: Mapped[str | None] = mapped_column(String(200))
    creation_digest: Mapped[str] = mapped_column(String(64))
