"""Drafts of requests: kept in the profile at every change, and in the account while signed in."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timezone
from typing import Any, NamedTuple

from qgis.PyQt.QtCore import QCoreApplication, QObject, QTimer, pyqtSignal

from ..api.drafts_client import DraftsClient
from ..domain.errors import (
    ChangedMeanwhileError,
    ConflictError,
    DinamisError,
    FileGoneError,
    InvalidRequestError,
    NotFoundError,
)
from ..domain.kept_draft import KeptDraft, Step, reconcile
from ..domain.order_draft import OrderDraft
from ..qgisio.draft_store import DraftStore
from ..tasks.runner import TaskContext, TaskRunner
from .service_calls import ServiceCalls
from .session import SessionController, SessionState

translate = QCoreApplication.translate

WRITE_PAUSE_MS = 400
ACCOUNT_PAUSE_MS = 3000
"""The profile gets a draft when the person stops typing for so long, the account somewhat later."""


class _Synced(NamedTuple):
    """What came of bringing profile and account together."""

    drafts: list[KeptDraft]
    refusal: DinamisError | None
    keeps_none: bool


class DraftsController(QObject):
    """Holds the drafts of the signed-in person.

    Signals:
        came: the drafts of who signed in were read.
        changed: the list is another one, or a draft reached the disk or the account.
        failed: a Notice.
    """

    came = pyqtSignal()
    changed = pyqtSignal()
    failed = pyqtSignal(object)

    def __init__(
        self,
        runner: TaskRunner,
        session: SessionController,
        parent: QObject | None = None,
        store: DraftStore | None = None,
    ) -> None:
        super().__init__(parent)
        self._runner = runner
        self._session = session
        self._calls = ServiceCalls(runner, session)
        self.store = store or DraftStore()
        self._drafts: dict[str, KeptDraft] = {}
        self._unwritten: set[str] = set()
        self._one_at_a_time = threading.Lock()
        self._service_keeps_none = False
        self._owner = ""
        self._writing = self._timer(WRITE_PAUSE_MS, self.write)
        self._account = self._timer(ACCOUNT_PAUSE_MS, self.sync)
        session.state_changed.connect(self._session_changed)
        session.account_changed.connect(lambda _account: self._take_owner())

    # What is known

    @property
    def drafts(self) -> list[KeptDraft]:
        """The drafts, the one that changed last first."""
        known = [draft for draft in self._drafts.values() if not draft.deleted]
        return sorted(known, key=lambda draft: draft.changed, reverse=True)

    @property
    def owner(self) -> str:
        """Whose drafts these are: the service and the subject of the account; empty when signed out."""
        return self._owner

    def get(self, draft_id: str) -> KeptDraft | None:
        """A draft that is held, with what was typed last."""
        return self._drafts.get(draft_id)

    def is_written(self, draft_id: str) -> bool:
        """Whether the disk has a draft as it is now."""
        return draft_id in self._drafts and draft_id not in self._unwritten

    # What the person does

    def keep(
        self, draft: OrderDraft, title: str, scenes: Sequence[Mapping[str, Any]] = ()
    ) -> KeptDraft | None:
        """Keep a draft as it is filled in now; None while nobody is signed in.

        One that is being sent stays as it is: what was sent must not change any more.
        """
        content, key = draft.to_content(), draft.idempotency_key
        before = self._drafts.get(key)
        if not self._owner:
            return None
        if before is not None and (
            before.sending is not None or (before.content, before.product_id) == (content, draft.product_id)
        ):
            return before
        self._drafts[key] = KeptDraft(
            id=key,
            product_id=draft.product_id,
            title=title,
            content=content,
            changed=datetime.now(timezone.utc),
            owner=self._owner,
            etag=before.etag if before is not None else "",
            scenes=tuple(scenes) or (before.scenes if before is not None else ()),
        )
        self._unwritten.add(key)
        self._writing.start()
        self.changed.emit()
        return self._drafts[key]

    def delete(self, draft_id: str) -> None:
        """Forget a draft, here and in the account."""
        draft = self._drafts.get(draft_id)
        if draft is None:
            return
        self._drafts[draft_id] = replace(draft, deleted=True)
        self._unwritten.add(draft_id)
        self.write()

    def forget(self, draft_id: str) -> None:
        """A draft became a request: the store has let it go already."""
        self._unwritten.discard(draft_id)
        if self._drafts.pop(draft_id, None) is not None:
            self.changed.emit()

    def put_back(self, draft: KeptDraft) -> None:
        """A draft changed in the store, as when it starts being sent or was refused."""
        self._drafts[draft.id] = draft
        self._unwritten.discard(draft.id)
        self.changed.emit()

    # Disk and account

    def write(self) -> None:
        """Write what changed, in a task; the account follows."""
        drafts = self._due()
        if drafts:
            self._runner.run(
                translate("Dinamis", "Keeping the draft"),
                lambda _context: self._put_all(drafts),
                lambda _none: self._written(drafts),
                lambda error: self.failed.emit(self._session.notice_for(error)),
            )

    def write_now(self) -> None:
        """Write at once: at the end of the session no task is run any more."""
        self._writing.stop()
        with suppress(FileGoneError):
            self._put_all(self._due())

    def sync(self) -> None:
        """Bring profile and account together; quiet while signed out, and where a service keeps no drafts."""
        owner, service = self._owner, self._session.service
        if not owner or service is None or not self._session.can_use_resources or self._service_keeps_none:
            return
        if self._unwritten:
            self.write()
            return
        client = service.drafts

        def work(context: TaskContext) -> _Synced:
            with self._one_at_a_time:
                return self._bring_together(owner, client, context)

        self._runner.run(
            translate("Dinamis", "Keeping the drafts in the account"),
            work,
            lambda synced: self._synced(owner, synced),
            lambda _error: None,  # what could not be done now is done at the next change or sign-in
            cancel_previous="drafts",
        )

    def _due(self) -> list[KeptDraft]:
        return [self._drafts[one] for one in self._unwritten if one in self._drafts]

    def _put_all(self, drafts: Sequence[KeptDraft]) -> None:
        for draft in drafts:
            with self.store.held():
                there = self.store.get(draft.id)
                if there is None or (there.sending is None and there.changed <= draft.changed):
                    # What the account said of it meanwhile is known to the disk only.
                    self.store.put(replace(draft, etag=there.etag if there is not None else draft.etag))

    def _written(self, drafts: Sequence[KeptDraft]) -> None:
        for draft in drafts:
            if self._drafts.get(draft.id) == draft:
                self._unwritten.discard(draft.id)
        self.changed.emit()
        self._account.start(0 if any(draft.deleted for draft in drafts) else ACCOUNT_PAUSE_MS)

    def _bring_together(self, owner: str, client: DraftsClient, context: TaskContext) -> _Synced:
        try:
            there = client.all(owner, context.cancelled)
        except NotFoundError:
            self._forget_deleted(owner)
            return _Synced(self.store.all(owner), None, keeps_none=True)
        refusal: DinamisError | None = None
        for step, draft in reconcile(self.store.all(owner), there):
            refusal = self._take(step, draft, client, context) or refusal
        return _Synced(self.store.all(owner), refusal, keeps_none=False)

    def _take(
        self, step: Step, draft: KeptDraft, client: DraftsClient, context: TaskContext
    ) -> DinamisError | None:
        """Do one step; give why the account refuses a draft, which then stays in the profile."""
        try:
            self._do(step, draft, client, context)
        except ChangedMeanwhileError:
            return None  # the next time tells how it is now
        except (ConflictError, InvalidRequestError) as error:  # too large, or too many
            return error
        return None

    def _do(self, step: Step, draft: KeptDraft, client: DraftsClient, context: TaskContext) -> None:
        if step is Step.DROP:
            client.delete(draft, context.cancelled)
        if step in (Step.DROP, Step.FORGET):
            self.store.forget(draft.id)
        elif step is Step.KEEP:
            self.store.put(draft)
        elif step is Step.SEND:
            sent = client.put(draft, context.cancelled)
            with self.store.held():
                now = self.store.get(draft.id)
                if now is not None and now.sending is None:
                    same = now.changed == draft.changed and not now.deleted
                    self.store.put(replace(now, etag=sent.etag, saved=same))

    def _forget_deleted(self, owner: str) -> None:
        for draft in self.store.all(owner):
            if draft.deleted:
                self.store.forget(draft.id)

    def _synced(self, owner: str, synced: _Synced) -> None:
        if owner != self._owner:
            return
        self._service_keeps_none = synced.keeps_none
        fresh = {draft.id: draft for draft in synced.drafts}
        typed = {one: self._drafts[one] for one in self._unwritten if one in self._drafts}
        self._drafts = {**fresh, **typed}
        self.changed.emit()
        if synced.refusal is not None:
            self.failed.emit(self._session.notice_for(synced.refusal))
        elif not synced.keeps_none and any(one.sending is None and not one.saved for one in synced.drafts):
            self._account.start()  # a copy of what was changed elsewhere, or what was typed meanwhile

    # Session

    def _session_changed(self, state: SessionState) -> None:
        self._take_owner()
        if state is SessionState.SIGNED_IN:
            self._service_keeps_none = False
            self._read()

    def _take_owner(self) -> None:
        """Hold the drafts of who is signed in; those of others stay on the disk."""
        account = self._session.account
        owner = f"{self._session.service_url} {account.sub}" if account is not None else ""
        if owner != self._owner:
            self.write_now()
            self._owner = owner
            self._drafts.clear()
            self._unwritten.clear()
            self.changed.emit()

    def _read(self) -> None:
        owner = self._owner

        def done(drafts: list[KeptDraft]) -> None:
            if owner == self._owner:
                typed = {one: self._drafts[one] for one in self._unwritten if one in self._drafts}
                self._drafts = {**{draft.id: draft for draft in drafts}, **typed}
                self.changed.emit()
                self.came.emit()
                self.sync()

        self._runner.run(
            translate("Dinamis", "Reading the drafts"), lambda _context: self.store.all(owner), done
        )

    def _timer(self, pause_ms: int, act: Any) -> QTimer:
        timer = QTimer(self)
        timer.setSingleShot(True)
        timer.setInterval(pause_ms)
        timer.timeout.connect(act)
        return timer
