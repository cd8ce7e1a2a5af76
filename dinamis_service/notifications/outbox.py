"""The mails on their way: taken one by one, given up never while there is hope, sent by one process."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.message import EmailMessage

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from dinamis_service.clock import Clock
from dinamis_service.db import Database
from dinamis_service.notifications.enclosures import EnclosureError, Enclosures
from dinamis_service.notifications.lease import Leaseholder
from dinamis_service.notifications.mail import composed
from dinamis_service.notifications.tables import OutgoingMail
from dinamis_service.notifications.transports import (
    DownError,
    LaterError,
    RefusedError,
    Transport,
)
from dinamis_service.registry.links import Purpose
from dinamis_service.settings import Settings

WAITING, SENT, REFUSED = "waiting", "sent", "refused"
MAX_ATTEMPTS = 25
"""Over three days; a server that does not answer at all is no attempt."""
_FIRST, _LONGEST = timedelta(minutes=1), timedelta(hours=4)
_LEASE = timedelta(seconds=30)


@dataclass(frozen=True)
class Taken:
    """A mail about to leave, and for which time."""

    id: int
    attempt: int
    message: EmailMessage
    enclosed: Sequence[str] = ()


class Outbox:
    """The mails of the service."""

    def __init__(self, database: Database, settings: Settings, clock: Clock) -> None:
        self._database = database
        self._settings = settings
        self._clock = clock
        self._lease = Leaseholder("mail", _LEASE)
        self._enclosures = Enclosures(database, settings)

    def page(self, limit: int, before: int | None = None, state: str | None = None) -> Sequence[OutgoingMail]:
        """Mails, newest first, older than the one of id `before`."""
        wanted = select(OutgoingMail).order_by(OutgoingMail.id.desc()).limit(limit)
        if before is not None:
            wanted = wanted.where(OutgoingMail.id < before)
        if state is not None:
            wanted = wanted.where(OutgoingMail.state == state)
        with self._database.reading() as session:
            return session.scalars(wanted).all()

    def message(self, mail: OutgoingMail) -> EmailMessage:
        """A mail as operators see it.

        A link opens a mailbox's own business: it is shown only where mails go into a folder of this machine,
        as in a demonstration, and never where it sets a password.

        Raises:
            UnsendableError: no mail can be written to its address.
        """
        shows_links = self._settings.smtp_url is None and mail.facts.get("purpose") != Purpose.PASSWORD
        return composed(mail, self._settings, shows_links=shows_links)

    def try_again(self, mail_id: int) -> None:
        """Let a mail that was given up, or that waits, leave at the next occasion."""
        with self._database.session() as session:
            mail = session.get(OutgoingMail, mail_id, with_for_update=True)
            if mail is not None and mail.state != SENT:
                mail.state, mail.attempts, mail.next_attempt = WAITING, 0, self._clock()

    def send_due(self, transport: Transport, pause: Callable[[], bool] = lambda: False) -> int:
        """Let the mails leave that are due, if no other process does; tell how many did.

        `pause` is called after each, and says whether to leave the others for later.

        Raises:
            DownError: none leaves now.
        """
        count = 0
        while (taken := self._take()) is not None:
            count += self._send(transport, taken)
            if pause():
                break
        return count

    def rest(self) -> None:
        """Leave the mails to the other processes."""
        if self._lease.held:
            with self._database.session() as session:
                self._lease.give_back(session)

    def _take(self) -> Taken | None:
        """The next mail that is due; None without one, or while another process sends.

        That it was taken is kept before it leaves: should this process die now, it is tried again later.
        """
        now = self._clock()
        with self._database.reading() as session:
            if session.scalar(select(func.count()).select_from(OutgoingMail).where(_due(now))) == 0:
                return None
        with self._database.session() as session:
            if not self._lease.take(session, now):
                return None
            return self._first_due(session, now)

    def _first_due(self, session: Session, now: datetime) -> Taken | None:
        while True:
            due = select(OutgoingMail).where(_due(now)).order_by(OutgoingMail.next_attempt, OutgoingMail.id)
            mail = session.scalars(due.limit(1).with_for_update()).first()
            if mail is None:
                return None
            mail.attempts += 1
            mail.next_attempt = now + min(_FIRST * 2 ** (mail.attempts - 1), _LONGEST)
            try:
                enclosed = mail.facts.get("attachments", ())
                return Taken(mail.id, mail.attempts, composed(mail, self._settings), enclosed)
            except Exception as error:  # noqa: BLE001  (what cannot be written holds up nothing else)
                mail.state, mail.error = REFUSED, str(error)

    def _send(self, transport: Transport, taken: Taken) -> bool:
        try:
            with self._holding():
                self._enclosures.add(taken.message, taken.enclosed)
                transport.send(taken.id, taken.message)
        except EnclosureError as error:
            self._note(taken, REFUSED, str(error))
        except DownError as error:
            self._note(taken, WAITING, str(error), attempts=taken.attempt - 1, due=self._clock())
            raise
        except LaterError as error:
            self._note(taken, REFUSED if taken.attempt >= MAX_ATTEMPTS else WAITING, str(error))
        except RefusedError as error:
            self._note(taken, REFUSED, str(error))
        else:
            self._note(taken, SENT, None)
            return True
        return False

    @contextmanager
    def _holding(self) -> Iterator[None]:
        """Keep the lease while a slow server takes its time; should this process die, it ends soon."""
        done = threading.Event()

        def prolong() -> None:
            while not done.wait(_LEASE.total_seconds() / 3):
                with suppress(SQLAlchemyError), self._database.session() as session:
                    self._lease.take(session, self._clock())

        thread = threading.Thread(target=prolong, daemon=True)
        thread.start()
        try:
            yield
        finally:
            done.set()
            thread.join()

    def _note(
        self,
        taken: Taken,
        state: str,
        error: str | None,
        attempts: int | None = None,
        due: datetime | None = None,
    ) -> None:
        with self._database.session() as session:
            mail = session.get_one(OutgoingMail, taken.id, with_for_update=True)
            mail.state, mail.error = state, error
            mail.sent = self._clock() if state == SENT else None
            mail.attempts = mail.attempts if attempts is None else attempts
            mail.next_attempt = due or mail.next_attempt


def _due(now: datetime) -> ColumnElement[bool]:
    return (OutgoingMail.state == WAITING) & (OutgoingMail.next_attempt <= now)
