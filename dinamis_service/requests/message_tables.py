"""Tables of the messages about requests."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from dinamis_service.db import Base, UtcDateTime


class OrderMessage(Base):
    """A message between the requester and the operators; only ever added.

    `side` is that of its author: requester or operator. `creation_key` and `creation_digest` tell a message
    that is sent again.
    """

    __tablename__ = "order_messages"
    __table_args__ = (UniqueConstraint("author_sub", "creation_key", name="uq_order_messages_creation"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    order_sequence: Mapped[int] = mapped_column(ForeignKey("orders.sequence"), index=True)
    moment: Mapped[datetime] = mapped_column(UtcDateTime)
    side: Mapped[str] = mapped_column(String(20))
    author_sub: Mapped[str] = mapped_column(Text)
    author: Mapped[str] = mapped_column(Text)
    text: Mapped[str] = mapped_column(Text)
    creation_key: Mapped[str | None] = mapped_column(String(200))
    creation_digest: Mapped[str] = mapped_column(String(64))
    attachments: Mapped[list[OrderAttachment]] = relationship(
        order_by="OrderAttachment.position", lazy="selectin"
    )


class OrderAttachment(Base):
    """A file of a message; its content lies under its digest in the folder of the attachments."""

    __tablename__ = "order_attachments"

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    message_id: Mapped[int] = mapped_column(ForeignKey("order_messages.id"), index=True)
    position: Mapped[int]
    name: Mapped[str] = mapped_column(String(200))
    media_type: Mapped[str] = mapped_column(String(100))
    size: Mapped[int] = mapped_column(BigInteger)
    sha256: Mapped[str] = mapped_column(String(64))


class OrderReading(Base):
    """Up to which message somebody has read what concerns a request."""

    __tablename__ = "order_readings"

    order_sequence: Mapped[int] = mapped_column(ForeignKey("orders.sequence"), primary_key=True)
    reader_sub: Mapped[str] = mapped_column(Text, primary_key=True)
    last_message_id: Mapped[int]
