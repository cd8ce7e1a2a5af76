"""Sending a request so that there is exactly one, whatever happens on the way (REQ-13).

Before it leaves, it is written down in the profile under the key that makes a second sending harmless.
Without an answer nobody knows whether it arrived: it is sent again, the very same, until the service says yes
or no, also when QGIS ended meanwhile.
"""

from __future__ import annotations

import contextlib
import time
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
from .session import SessionController

translate = QCoreApplication.translate

AGAIN_MS = 15_000
"""Pause before a request without an answer is sent again."""

JUDGED = (InvalidRequestError, ConflictError)
"""Answers that are given only when no request was made under the key."""

TURNED_AWAY = (ForbiddenError, NotFoundError, NotSignedInError, TooManyRequestsError)
"""Answers that are given before anybody looks at the key: they say nothing of an earlier attempt."""

PAUSES_S = (0.5, 1.5)
"""Before the second and the third attempt."""


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
        drafts.came.connect(self.settle)  # what an earlier session of QGIS left

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
        unsure = kept.sending is not None
        self._send(replace(kept, sending=kept.sending or draft.to_stapi()), service.requests, unsure=unsure)
        return True

    def settle(self) -> None:
        """Send again what got no answer; the key makes that harmless."""
        service = self._session.service
        if service is None or not self._session.can_use_resources:
            return
        for draft in self._drafts.drafts:
            if draft.sending is not None and draft.id not in self._in_flight:
                self._send(draft, service.requests, unsure=True)

    def _send(self, draft: KeptDraft, client: RequestsClient, *, unsure: bool) -> None:
        self._in_flight.add(draft.id)
        self.submitting.emit(True)
        store = self._drafts.store

        def work(context: TaskContext) -> _Outcome:
            return _Sending(draft, client, store, context, unsure=unsure).run()

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
            back = outcome.draft is not None and outcome.draft.sending is None
            (self.refused if back else self.unanswered).emit(draft.id, notice)

    def _settle_soon(self) -> None:
        """Try again a while after the last attempt failed."""
        waiting = [one.id for one in self._drafts.drafts if one.sending is not None]
        if waiting and not self._again.isActive() and not self._in_flight:
            self._again.start()


class _Sending:
    """One sending with its attempts, in a worker thread.

    Args:
        draft: what is sent, with the body as it is.
        client: the service.
        store: where it is written down.
        context: says when nobody waits any more.
        unsure: whether an earlier attempt may have arrived.
    """

    def __init__(
        self,
        draft: KeptDraft,
        client: RequestsClient,
        store: DraftStore,
        context: TaskContext,
        *,
        unsure: bool,
    ) -> None:
        self._draft = draft
        self._client = client
        self._store = store
        self._context = context
        self._unsure = unsure

    def run(self) -> _Outcome:
        """Write the sending down, send, and write down what came of it."""
        self._keep(self._draft)
        outcome = self._attempt()
        for pause in PAUSES_S:
            if outcome.draft is None or outcome.draft.sending is None or self._context.cancelled():
                break
            time.sleep(pause)
            outcome = self._attempt()
        return outcome

    def _attempt(self) -> _Outcome:
        draft = self._draft
        body, cancelled = draft.sending or {}, self._context.cancelled
        try:
            order = self._client.submit_body(draft.product_id, body, draft.id, cancelled, repeatable=False)
        except DinamisError as error:
            if isinstance(error, JUDGED) or (isinstance(error, TURNED_AWAY) and not self._unsure):
                back = replace(draft, sending=None)
                self._keep(back)
                return _Outcome(None, error, back)
            self._unsure = True
            return _Outcome(None, error, draft)
        self._store.forget(draft.id)
        return _Outcome(order, None, None)

    def _keep(self, draft: KeptDraft) -> None:
        with contextlib.suppress(FileGoneError):  # a full disk is no reason not to send
            self._store.put(draft)
