"""Tables of the notifications, of what people prefer, and of the mails on their way."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from dinamis_service.db import Base, UtcDateTime


class Notification(Base):
    """Something that happened and concerns a person; kept as facts, put into words when it is read.

    `topic` says what happened and `kind` to what sort of news it belongs.
    """

    __tablename__ = "notifications"
    __table_args__ = (Index("ix_notifications_account_id_id", "account_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    account_id: Mapped[str] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"))
    moment: Mapped[datetime] = mapped_column(UtcDateTime)
    kind: Mapped[str] = mapped_column(String(20))
    topic: Mapped[str] = mapped_column(String(40))
    order_id: Mapped[str | None] = mapped_column(Text)
    project_id: Mapped[str | None] = mapped_column(Text)
    facts: Mapped[dict[str, Any]] = mapped_column(JSON)
    is_read: Mapped[bool] = mapped_column(default=False)


class Preferences(Base):
    """What a person chose: the language of their mails, and which kinds of news come by mail."""

    __tablename__ = "preferences"

    account_id: Mapped[str] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True)
    language: Mapped[str | None] = mapped_column(String(2))
    emails: Mapped[dict[str, bool]] = mapped_column(JSON)
    version: Mapped[int]


class OutgoingMail(Base):
    """A mail to be sent: written in the transaction of what it tells of, put into words when it leaves.

    `state` is waiting, sent or refused; a waiting mail is tried at `next_attempt`.
    """

    __tablename__ = "outgoing_mails"
    __table_args__ = (Index("ix_outgoing_mails_state_next_attempt", "state", "next_attempt"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    moment: Mapped[datetime] = mapped_column(UtcDateTime)
    address: Mapped[str] = mapped_column(String(254))
    name: Mapped[str] = mapped_column(Text)
    language: Mapped[str] = mapped_column(String(2))
    topic: Mapped[str] = mapped_column(String(40))
    order_id: Mapped[str | None] = mapped_column(Text)
    project_id: Mapped[str | None] = mapped_column(Text)
    facts: Mapped[dict[str, Any]] = mapped_column(JSON)
    state: Mapped[str] = mapped_column(String(10))
    attempts: Mapped[int]
    next_attempt: Mapped[datetime] = mapped_column(UtcDateTime)
    sent: Mapped[datetime | None] = mapped_column(UtcDateTime)
    error: Mapped[str | None] = mapped_column(Text)


class Lease(Base):
    """Which process does something that only one may do, and until when nobody else does."""

    __tablename__ = "leases"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    holder: Mapped[str] = mapped_column(String(36))
    expires: Mapped[datetime] = mapped_column(UtcDateTime)
