"""Sending a request so that there is exactly one, whatever happens on the way (REQ-13).

Before it leaves, it is written down in the profile under the key that makes a second sending harmless.
Without an answer nobody knows whether it arrived: it is sent again, the very same, until the service says yes
or no, also when QGIS ended meanwhile.
"""

from __future__ import annotations

import contextlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from qgis.PyQt.QtCore import QCoreApplication, QObject, QTimer, pyqtSignal

from ..api.requests_client import RequestsClient
from ..domain.errors import (
    ConflictError,
    DinamisError,
    FileGoneError,
    ForbiddenError,
    InvalidRequestError,
    NotFoundError,
    NotSignedInError,
    TooManyRequestsError,
)
from ..domain.kept_draft import KeptDraft
from ..domain.order import Order
from ..domain.order_draft import OrderDraft
from ..qgisio.draft_store import DraftStore
from ..tasks.runner import TaskContext, TaskRunner
from .drafts import DraftsController
from .service_calls import ServiceCalls
from .session import SessionController, SessionState

translate = QCoreApplication.translate

AGAIN_MS = 15_000
"""Pause before a request without an answer is sent again."""

REFUSALS = (
    InvalidRequestError,
    ConflictError,
    ForbiddenError,
    NotFoundError,
    NotSignedInError,
    TooManyRequestsError,
)
"""Answers after which a request is surely not taken; after any other fault nobody knows."""


class _Outcome(NamedTuple):
    """How a sending ended; the draft as it lies in the profile now, None when it became a request."""

    order: Order | None
    error: DinamisError | None
    draft: KeptDraft | None


class SubmissionController(QObject):
    """Sends requests, and settles those of which no answer came.

    Signals:
        submitting: True while a request is on its way.
        submitted: the Order that the service made, or had already made for this draft.
        settled: identifier of the draft, and its Order.
        refused: identifier of the draft, and a Notice: nothing was made.
        unanswered: identifier of the draft, and a Notice: nobody knows yet whether it was made.
    """

    submitting = pyqtSignal(bool)
    submitted = pyqtSignal(object)
    settled = pyqtSignal(str, object)
    refused = pyqtSignal(str, object)
    unanswered = pyqtSignal(str, object)

    def __init__(
        self,
        runner: TaskRunner,
        session: SessionController,
        drafts: DraftsController,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._runner = runner
        self._session = session
        self._drafts = drafts
        self._calls = ServiceCalls(runner, session)
        self._in_flight: set[str] = set()
        self._again = QTimer(self)
        self._again.setSingleShot(True)
        self._again.setInterval(AGAIN_MS)
        self._again.timeout.connect(self.settle)
        drafts.changed.connect(self._settle_soon)
        session.state_changed.connect(self._session_changed)

    def is_in_flight(self, draft_id: str) -> bool:
        """Whether a draft is on its way now."""
        return draft_id in self._in_flight

    def submit(self, draft: OrderDraft, title: str = "", scenes: Sequence[Mapping[str, Any]] = ()) -> bool:
        """Send a request; False when this very one is already on its way, or nobody is signed in.

        One that got no answer is sent again as it was: `draft` does not count then.
        """
        key = draft.idempotency_key
        if key in self._in_flight:
            return False
        service = self._calls.service(lambda notice: self.refused.emit(key, notice))
        kept = self._drafts.keep(draft, title, scenes) if service is not None else None
        if service is None or kept is None:
            return False
        self._send(replace(kept, sending=kept.sending or draft.to_stapi()), service.requests)
        return True

    def settle(self) -> None:
        """Send again what got no answer; the key makes that harmless."""
        service = self._session.service
        if service is None or not self._session.can_use_resources:
            return
        for draft in self._drafts.drafts:
            if draft.sending is not None and draft.id not in self._in_flight:
                self._send(draft, service.requests)

    def _send(self, draft: KeptDraft, client: RequestsClient) -> None:
        self._in_flight.add(draft.id)
        self.submitting.emit(True)
        store = self._drafts.store

        def work(context: TaskContext) -> _Outcome:
            return _sent(draft, client, store, context)

        self._runner.run(
            translate("Dinamis", "Sending the request"),
            work,
            lambda outcome: self._ended(draft, outcome),
            lambda error: self._ended(draft, _Outcome(None, error, draft)),
        )

    def _ended(self, draft: KeptDraft, outcome: _Outcome) -> None:
        self._in_flight.discard(draft.id)
        if outcome.draft is not None:
            self._drafts.put_back(outcome.draft)
        else:
            self._drafts.forget(draft.id)
        self.submitting.emit(bool(self._in_flight))
        if outcome.order is not None:
            self.settled.emit(draft.id, outcome.order)
            self.submitted.emit(outcome.order)
        elif outcome.error is not None:
            notice = self._session.notice_for(outcome.error)
            (self.refused if isinstance(outcome.error, REFUSALS) else self.unanswered).emit(draft.id, notice)

    def _session_changed(self, state: SessionState) -> None:
        if state is SessionState.SIGNED_IN:
            self.settle()

    def _settle_soon(self) -> None:
        """Try again a while after the last one failed, and at once what an earlier session left."""
        waiting = [one.id for one in self._drafts.drafts if one.sending is not None]
        if waiting and not self._again.isActive() and not self._in_flight:
            self._again.start()


def _sent(draft: KeptDraft, client: RequestsClient, store: DraftStore, context: TaskContext) -> _Outcome:
    """Write the sending down, send, and write down what came of it; in a worker thread."""
    with contextlib.suppress(FileGoneError):  # a full disk is no reason not to send
        store.put(draft)
    try:
        order = client.submit_body(draft.product_id, draft.sending or {}, draft.id, context.cancelled)
    except REFUSALS as error:
        back = replace(draft, sending=None)
        with contextlib.suppress(FileGoneError):
            store.put(back)
        return _Outcome(None, error, back)
    except DinamisError as error:
        return _Outcome(None, error, draft)
    store.forget(draft.id)
    return _Outcome(order, None, None)
