"""Accounts on their way into the external directory: whoever is not there yet is tried until they are.

The queue is the accounts themselves, open ones without an identifier of the directory: none is lost however
long the directory is down or this service is. One that fails waits longer each time, behind the others.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from dinamis_service.clock import Clock
from dinamis_service.db import Database
from dinamis_service.identity.accounts import is_open
from dinamis_service.identity.tables import Account
from dinamis_service.registry.account_life import ACTIVE
from dinamis_service.registry.directory import Directory, DirectoryError, Person
from dinamis_service.registry.tables import DirectoryTry

log = logging.getLogger("dinamis.directory")

ROUND = 20
"""People of one round."""
_GIVE_UP = 3
"""Failures in a row after which a round ends: the directory is down."""
_FIRST, _LONGEST = timedelta(minutes=1), timedelta(hours=4)


class DirectoryQueue:
    """Brings accounts into a directory."""

    def __init__(self, database: Database, directory: Directory, clock: Clock) -> None:
        self._database = database
        self._directory = directory
        self._clock = clock

    def run_due(self) -> int:
        """Bring those in whose turn it is; tell how many came in."""
        done = failed = 0
        for person in self._due():
            if self._bring(person):
                done, failed = done + 1, 0
            else:
                failed += 1
            if failed == _GIVE_UP:
                break
        return done

    def _bring(self, person: Person) -> bool:
        """Whether the directory took the person."""
        try:
            identifier = self._directory.create_or_attach(person)
        except DirectoryError as error:
            log.warning("the directory did not take account %s: %s", person.account_id, error)
            self._put_off(person.account_id, str(error))
            return False
        self._note(person.account_id, identifier)
        return True

    def _due(self) -> list[Person]:
        """Those whose turn it is: never tried before later tries, the oldest first."""
        now = self._clock()
        with self._database.reading() as session:
            wanted = (
                select(Account)
                .outerjoin(DirectoryTry, DirectoryTry.account_id == Account.id)
                .where(Account.state == ACTIVE, Account.directory_id.is_(None))
                .where(or_(DirectoryTry.due_at.is_(None), DirectoryTry.due_at <= now))
                .order_by(DirectoryTry.due_at.is_not(None), DirectoryTry.due_at, Account.created_at)
                .limit(ROUND)
            )
            return [Person.of(one) for one in session.scalars(wanted) if is_open(one, now)]

    def _note(self, account_id: str, identifier: str) -> None:
        """Keep who the person is there, unless the account is gone meanwhile."""
        with self._database.session() as session:
            account = session.get(Account, account_id, with_for_update={"of": Account})
            if account is None:
                return
            account.directory_id = identifier
            tried = session.get(DirectoryTry, account_id)
            if tried is not None:
                session.delete(tried)

    def _put_off(self, account_id: str, error: str) -> None:
        with self._database.session() as session:
            if session.get(Account, account_id) is None:
                return
            tried = session.get(DirectoryTry, account_id) or _first(session, account_id, self._clock())
            tried.attempts += 1
            tried.error = error[:500]
            tried.due_at = self._clock() + min(_FIRST * 2 ** min(tried.attempts - 1, 20), _LONGEST)


def _first(session: Session, account_id: str, now: datetime) -> DirectoryTry:
    tried = DirectoryTry(account_id=account_id, attempts=0, due_at=now, error="")
    session.add(tried)
    return tried
