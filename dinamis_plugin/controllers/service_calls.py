"""Calls of a service for a signed-in person: refused in words where nobody is, faults told as notices."""

from __future__ import annotations

from typing import Callable, TypeVar

from ..api.http import Cancel
from ..api.service import Service
from ..domain.errors import CancelledError, DinamisError, NotSignedInError
from ..tasks.runner import TaskRunner
from .messages import Notice
from .session import SessionController

T = TypeVar("T")
Refuse = Callable[[Notice], None]


class ServiceCalls:
    """Runs calls in the background, one of each name at a time."""

    def __init__(self, runner: TaskRunner, session: SessionController) -> None:
        self._runner = runner
        self._session = session

    def service(self, refuse: Refuse) -> Service | None:
        """Give the service that the person is signed in to; None, and why, when there is none."""
        service = self._session.service
        if service is None or not self._session.can_use_resources:
            refuse(self._session.notice_for(NotSignedInError(self._session.why_not)))
            return None
        return service

    def run(
        self,
        text: str,
        ask: Callable[[Service, Cancel], T],
        done: Callable[[T], None],
        refuse: Refuse,
        name: str | None = None,
    ) -> bool:
        """Ask in a worker thread, then call `done` or `refuse`; False when nobody is signed in.

        Args:
            text: what it does, for the log.
            ask: called with the service and what says that nobody waits any more.
            done: called with what came.
            refuse: called with a Notice; not after the call was given up.
            name: earlier calls of this name are given up.
        """
        service = self.service(refuse)
        if service is None:
            return False
        self._runner.run(
            text,
            lambda context: ask(service, context.cancelled),
            done,
            lambda error: self.tell(refuse, error),
            cancel_previous=name,
        )
        return True

    def tell(self, refuse: Refuse, error: DinamisError) -> None:
        """Say in words what went wrong, unless the person gave it up."""
        if not isinstance(error, CancelledError):
            refuse(self._session.notice_for(error))
