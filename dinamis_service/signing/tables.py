"""Tables of the signing: its journal (who may read or write what, until when), and the pace of callers."""

from __future__ import annotations

from datetime import datetime
from typing import TypedDict

from sqlalchemy import JSON, Float, String
from sqlalchemy.orm import Mapped, mapped_column

from dinamis_service.db import Base, UtcDateTime


class SignedObjects(TypedDict):
    """Objects of a batch that are alike.

    Collection and mission are those of their scenes, empty for what belongs to none; `access` is why they
    were signed: `picture`, `open`, `member`, `mission`, `upload`, or `unknown` before that was written down.
    """

    collection: str
    mission: str
    access: str
    keys: list[str]


class SignatureBatch(Base):
    """What one call had signed.

    `sub` and `entity_id` are empty for someone not signed in. One row for a call, since a row for each URL
    costs more than signing it.
    """

    __tablename__ = "signature_batches"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    sub: Mapped[str | None] = mapped_column(String(64), index=True)
    entity_id: Mapped[str | None] = mapped_column(String(36))
    method: Mapped[str] = mapped_column(String(8))
    objects: Mapped[list[SignedObjects]] = mapped_column(JSON)


class DownloadMonth(Base):
    """What was downloaded in a month (UTC) that is over, counted once for all from the journal.

    `entity_id` is empty for people not signed in. Each counted month has one row more, of no access, which
    says that it was counted.
    """

    __tablename__ = "download_months"

    month: Mapped[str] = mapped_column(String(7), primary_key=True)
    entity_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    mission: Mapped[str] = mapped_column(String(100), primary_key=True)
    access: Mapped[str] = mapped_column(String(20), primary_key=True)
    people: Mapped[int]
    images: Mapped[int]
    signatures: Mapped[int]


class Pace(Base):
    """What a caller may still have signed: kept in the state, since several processes answer one caller."""

    __tablename__ = "signing_paces"

    caller: Mapped[str] = mapped_column(String(64), primary_key=True)
    left: Mapped[float] = mapped_column(Float)
    at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
