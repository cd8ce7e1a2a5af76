"""Messages between the requester of a request and its operators, with files attached (REQ-14)."""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import and_, func, or_, select, true
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from dinamis_service.context import Context
from dinamis_service.errors import ConflictError, InvalidError, NotFoundError
from dinamis_service.requests import announcements
from dinamis_service.requests.attachments import AttachmentStore, Kept, Upload
from dinamis_service.requests.caller import Caller
from dinamis_service.requests.idempotency import check_key, used_key
from dinamis_service.requests.message_tables import OrderAttachment, OrderMessage, OrderReading
from dinamis_service.requests.tables import Order
from dinamis_service.requests.visibility import find, require_actor

TEXT_MAX = 10_000


@dataclass(frozen=True)
class Outgoing:
    """A message about to be sent."""

    text: str
    uploads: Sequence[Upload] = ()


class Messages:
    """The threads of the requests."""

    def __init__(self, context: Context) -> None:
        self._database = context.database
        self._clock = context.clock
        self._store = AttachmentStore(context.settings.attachments_dir)

    def read(self, caller: Caller, order_id: str) -> Sequence[OrderMessage]:
        """The messages of a request, oldest first; who takes part in it has read them then.

        Raises:
            NotFoundError: the caller cannot see the request.
        """
        with self._database.reading() as session:
            order = find(session, caller, order_id)
            thread = select(OrderMessage).where(OrderMessage.order_sequence == order.sequence)
            messages = session.scalars(thread.order_by(OrderMessage.id)).all()
            unread = messages and unread_counts(session, caller, [order.sequence])
        if unread:
            self._mark_read(caller, order, messages[-1].id)
        return messages

    def unread(self, caller: Caller, orders: Sequence[Order]) -> dict[int, int]:
        """How many messages of each request wait for the caller, by its sequence; none where none do."""
        with self._database.reading() as session:
            return unread_counts(session, caller, [order.sequence for order in orders])

    def write(
        self, caller: Caller, order_id: str, outgoing: Outgoing, key: str | None = None
    ) -> tuple[OrderMessage, bool]:
        """Send a message, or find the one that the same `key` of the same author sent before.

        Returns:
            The message, and whether it was sent now.

        Raises:
            NotFoundError: the caller cannot see the request.
            ForbiddenError: the caller only looks on.
            InvalidError, TooLargeError: nothing is said, or a file cannot be attached.
            ConflictError: the key came with another message before.
        """
        check_key(key, caller)
        with self._database.reading() as session:
            require_actor(find(session, caller, order_id), caller)
        if not (outgoing.text or outgoing.uploads):
            sentence = caller.say(fr="Écrivez quelque chose.", en="Write something.")
            raise InvalidError(sentence, fields={"text": sentence})
        kept = self._store.keep(caller, outgoing.uploads)
        try:
            return self._add(caller, order_id, outgoing.text, kept, key)
        except IntegrityError:  # on PostgreSQL a twin about another request may store the key meanwhile
            raise _used_key(caller) from None

    def _add(
        self, caller: Caller, order_id: str, text: str, kept: Sequence[Kept], key: str | None
    ) -> tuple[OrderMessage, bool]:
        """Keep a message whose files lie where they belong."""
        digest = _digest(order_id, text, kept)
        with self._database.session() as session:
            order = find(session, caller, order_id, lock=True)  # numbers follow the order of sending
            made = _sent_before(session, caller, key)
            if made is not None:
                if made.creation_digest != digest:
                    raise _used_key(caller)
                return made, False
            message = OrderMessage(
                order_sequence=order.sequence,
                moment=self._clock(),
                side=require_actor(order, caller).value,
                author_sub=caller.principal.sub,
                author=caller.principal.name,
                text=text,
                creation_key=key,
                creation_digest=digest,
                attachments=[_attachment(position, one) for position, one in enumerate(kept)],
            )
            order.changed = message.moment
            session.add(message)
            announcements.written(session, order, message)
        return message, True

    def attachment(self, caller: Caller, order_id: str, attachment_id: str) -> tuple[OrderAttachment, Path]:
        """A file of a message of a request, and where it lies.

        Raises:
            NotFoundError: the caller cannot see the request, or it has no such file.
        """
        with self._database.reading() as session:
            order = find(session, caller, order_id)
            found = session.scalar(
                select(OrderAttachment)
                .join(OrderMessage, OrderMessage.id == OrderAttachment.message_id)
                .where(OrderAttachment.id == attachment_id, OrderMessage.order_sequence == order.sequence)
            )
        if found is None:
            raise NotFoundError(
                caller.say(
                    fr=f"La demande {order_id} n'a pas cette pièce jointe.",
                    en=f"Request {order_id} has no such attachment.",
                )
            )
        return found, self._store.path(found.sha256)

    def _mark_read(self, caller: Caller, order: Order, last: int) -> None:
        with self._database.session() as session:
            find(session, caller, order.id, lock=True)
            reading = session.get(OrderReading, (order.sequence, caller.principal.sub))
            if reading is None:
                reading = OrderReading(
                    order_sequence=order.sequence, reader_sub=caller.principal.sub, last_message_id=0
                )
                session.add(reading)
            reading.last_message_id = max(last, reading.last_message_id)


def unread_counts(session: Session, caller: Caller, sequences: Sequence[int]) -> dict[int, int]:
    """How many messages of each request wait for who takes part in it: those of others, not read yet."""
    takes_part = true() if caller.principal.is_operator else Order.owner_sub == caller.principal.sub
    rows = session.execute(
        select(OrderMessage.order_sequence, func.count())
        .join(Order, Order.sequence == OrderMessage.order_sequence)
        .outerjoin(
            OrderReading,
            and_(
                OrderReading.order_sequence == OrderMessage.order_sequence,
                OrderReading.reader_sub == caller.principal.sub,
            ),
        )
        .where(
            OrderMessage.order_sequence.in_(sequences),
            OrderMessage.author_sub != caller.principal.sub,
            or_(OrderReading.last_message_id.is_(None), OrderMessage.id > OrderReading.last_message_id),
            takes_part,
        )
        .group_by(OrderMessage.order_sequence)
    )
    return {row[0]: row[1] for row in rows}


def _attachment(position: int, kept: Kept) -> OrderAttachment:
    return OrderAttachment(
        id=str(uuid.uuid4()),
        position=position,
        name=kept.name,
        media_type=kept.media_type,
        size=kept.size,
        sha256=kept.sha256,
    )


def _digest(order_id: str, text: str, kept: Sequence[Kept]) -> str:
    """Fingerprint of a message: equal for the same words and files about the same request."""
    content = [order_id, text, [[one.name, one.sha256] for one in kept]]
    return hashlib.sha256(json.dumps(content).encode()).hexdigest()


def _sent_before(session: Session, caller: Caller, key: str | None) -> OrderMessage | None:
    if key is None:
        return None
    return session.scalar(
        select(OrderMessage).where(
            OrderMessage.author_sub == caller.principal.sub, OrderMessage.creation_key == key
        )
    )


def _used_key(caller: Caller) -> ConflictError:
    return used_key(caller, caller.say(fr="un autre message", en="another message"))
