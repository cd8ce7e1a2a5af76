"""What people write by the contact form, and what operators do with it (SUP-01, SUP-03)."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, StringConstraints, field_validator
from pydantic_core import PydanticCustomError
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dinamis_service.context import Context
from dinamis_service.errors import NotFoundError, TooManyRequestsError
from dinamis_service.identity.principal import Principal
from dinamis_service.identity.throttle import Limit, Throttle, TooManyAttemptsError
from dinamis_service.language import Language, text
from dinamis_service.notifications.letters import Letter
from dinamis_service.notifications.posting import write
from dinamis_service.registry.addresses import is_address
from dinamis_service.registry.tables import ContactMessage
from dinamis_service.requests.caller import Caller, require_operator

# Messages of one network address, or of one person: some at once, then one in a while.
FROM_ONE_PLACE = Limit("contact", free=5, longest_s=1800)


class Purpose(StrEnum):
    """Why somebody writes."""

    INFORMATION = "information"
    SUPPORT = "support"
    PROBLEM = "problem"
    PRODUCTS = "products"


_Line = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=120, pattern=r"^[^\x00-\x1f\x7f]*$"),
]


class MessageForm(BaseModel):
    """A message, by somebody signed in or not."""

    model_config = ConfigDict(extra="forbid")

    purpose: Purpose
    name: _Line
    email: Annotated[str, StringConstraints(strip_whitespace=True, min_length=3, max_length=254)]
    text: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=10_000)]

    @field_validator("email")
    @classmethod
    def _is_an_address(cls, written: str) -> str:
        """Refuse what nobody could answer to, and what would be more than an address."""
        if not is_address(written):
            raise PydanticCustomError("no_email", "no e-mail address")
        return written

    @field_validator("text")
    @classmethod
    def _is_text(cls, written: str) -> str:
        if "\x00" in written:
            raise PydanticCustomError("unsound_text", "no text")
        return written


class Contact:
    """The messages of the contact form."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._throttle = Throttle(context.database, context.clock)

    def send(self, form: MessageForm, person: Principal | None, address: str, language: Language) -> None:
        """Keep a message and have it mailed to who reads them; the writer is answered only where signed in.

        A receipt to an address that anybody may type would let them have mails sent to strangers.

        Raises:
            TooManyRequestsError: too many messages from one place.
        """
        self._slow_down(person.sub if person else address, language)
        now, settings = self._context.clock(), self._context.settings
        with self._context.database.session() as session:
            session.add(
                ContactMessage(
                    moment=now,
                    purpose=form.purpose.value,
                    name=form.name,
                    email=form.email,
                    language=language,
                    text=form.text,
                    account_id=person.sub if person else None,
                )
            )
            facts = {"purpose": form.purpose.value, "text": form.text}
            if settings.contact_address:
                write(
                    session,
                    Letter.CONTACT,
                    address=settings.contact_address,
                    name="DINAMIS",
                    language="fr",
                    moment=now,
                    facts={**facts, "name": form.name, "reply_to": form.email},
                )
            if person is not None:
                write(
                    session,
                    Letter.CONTACT_RECEIVED,
                    address=person.email,
                    name=person.name,
                    language=language,
                    moment=now,
                    facts=facts,
                )

    def _slow_down(self, who: str, language: Language) -> None:
        try:
            self._throttle.claim(FROM_ONE_PLACE, who)
        except TooManyAttemptsError as wait:
            raise TooManyRequestsError(
                text(
                    language,
                    fr=f"Trop de messages d'affilée : attendez {wait.seconds} s avant le suivant.",
                    en=f"Too many messages in a row: wait {wait.seconds} s before the next one.",
                ),
                headers={"Retry-After": str(wait.seconds)},
            ) from wait


def page_of(
    session: Session, caller: Caller, *, handled: bool, before: int, limit: int
) -> Sequence[ContactMessage]:
    """Messages that were handled or not, the newest first."""
    require_operator(caller)
    done = ContactMessage.handled_at.is_not(None)
    wanted = select(ContactMessage).where(done if handled else ~done, ContactMessage.id < before)
    return session.scalars(wanted.order_by(ContactMessage.id.desc()).limit(limit)).all()


def unhandled(session: Session) -> int:
    """How many messages nobody has handled."""
    waiting = select(func.count()).select_from(ContactMessage).where(ContactMessage.handled_at.is_(None))
    return session.scalar(waiting) or 0


def mark(context: Context, caller: Caller, message_id: int, *, handled: bool) -> None:
    """Say that a message was handled, by whom, or that it was not after all.

    Raises:
        NotFoundError: there is none.
    """
    require_operator(caller)
    with context.database.session() as session:
        message = session.get(ContactMessage, message_id, with_for_update=True)
        if message is None:
            raise NotFoundError(caller.say(fr="Ce message n'existe pas.", en="There is no such message."))
        if (message.handled_at is not None) != handled:
            message.handled_at = context.clock() if handled else None
            message.handled_by = caller.principal.name if handled else None
