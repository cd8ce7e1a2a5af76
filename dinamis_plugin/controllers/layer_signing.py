"""Signing what is in the project: when it opens, by the clock before the end, after sign-in (CAT-37)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from qgis.core import QgsProject, QgsRasterLayer
from qgis.PyQt.QtCore import QCoreApplication, QObject, QTimer, pyqtSignal

from ..domain.errors import (
    CancelledError,
    CorruptImageError,
    DinamisError,
    FileGoneError,
    ForbiddenError,
    NotFoundError,
    NotSignedInError,
    SigningKeyError,
)
from ..domain.layer_source import LayerIdentity
from ..domain.lease import Clocks
from ..domain.signed_url import SignedUrl
from ..qgisio import rasters
from ..qgisio.layer_paths import LayerPaths
from ..tasks.opening import ImageOpener, Opened, Order, Outcome
from ..tasks.runner import TaskContext
from .layer_notices import Refusals, WaysOut, by_reason, layer_notice, waiting_notice, why_waiting
from .live_layers import LiveLayers
from .messages import Notice
from .session import SessionController, SessionState
from .signers import ImageSigners
from .turns import Turns
from .works import Works

translate = QCoreApplication.translate

CLOCK_MS = 5_000
REST_S = 30.0
"""Pause of the clock after it could not sign; a person may ask earlier."""
QUIET_MS = 100
"""Layers that come within so short a time of each other are signed together."""
READING_MS = 5_000
"""The longest time in which QGIS reads one layer of a project."""
_FINAL = (ForbiddenError, FileGoneError, NotFoundError, CorruptImageError, SigningKeyError)
"""What asking again by the clock does not change."""


class LayerSigning(QObject):
    """Gives every layer of the project that needs one a signature, and says why one has none.

    Signals:
        failed: None, since it is about no scene, and a Notice.
        notice: a Notice about the layers of the project.
        settled: every layer that could be signed is.
        search_wanted: the id of a scene that the person wants to find again.
        options_wanted: the person wants to see the options of the plugin.
    """

    failed = pyqtSignal(object, object)
    notice = pyqtSignal(object)
    settled = pyqtSignal()
    search_wanted = pyqtSignal(str)
    options_wanted = pyqtSignal()

    def __init__(
        self,
        session: SessionController,
        signers: ImageSigners,
        paths: LayerPaths,
        project: QgsProject,
        *,
        works: Works,
        turns: Turns,
        clocks: Clocks,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._signers = signers
        self._works = works
        self._turns = turns
        self._clocks = clocks
        self._opener = ImageOpener(paths, clocks)
        self.live = LiveLayers(paths, project, clocks, turns, self)
        self._refused: set[str] = set()
        self._in_hand: set[str] = set()
        self._again = False
        self._rest_until_s = 0.0
        self._told_waiting = False
        self._soon = QTimer(self, singleShot=True, interval=QUIET_MS)
        self._soon.timeout.connect(self.sign_what_needs_it)
        self._clock = QTimer(self)
        self._clock.timeout.connect(self._clock_ticked)
        self._clock.start(CLOCK_MS)

    def soon(self) -> None:
        """Sign in a moment, so that what comes meanwhile is signed together."""
        if self._soon.remainingTime() < QUIET_MS:
            self._soon.start(QUIET_MS)

    def expect(self, layer: QgsRasterLayer) -> None:
        """A layer came: say whether its images are on their way."""
        identity = rasters.identity_of(layer)
        if identity is None or identity.key in self._refused or not rasters.waits(layer):
            return
        if self._signers.can_sign(identity):
            self.live.expect(layer)

    def wait_for_others(self, number: int, count: int) -> None:
        """A project is being read, during which QGIS lets timers fire: wait for the other layers."""
        if self._soon.isActive():
            self._soon.start(QUIET_MS if number >= count else READING_MS)

    def waiting(self) -> list[QgsRasterLayer]:
        """The layers of ours that show their placeholders."""
        return [layer for layer in self.live.layers() if rasters.waits(layer)]

    def why_waiting(self, layer: QgsRasterLayer) -> str:
        """Say in a few words why a layer shows its placeholder."""
        identity = rasters.identity_of(layer)
        if identity is None or identity.key in self._refused:
            return why_waiting(self._session.state, refused=True)
        opening = identity.key in self._in_hand or self._signers.can_sign(identity)
        return why_waiting(SessionState.SIGNED_IN if opening else self._session.state, refused=False)

    def try_again(self) -> None:
        """Ask again for the images that were refused or gone."""
        self._refused.clear()
        self.sign_what_needs_it()

    def session_changed(self, state: SessionState) -> None:
        """Sign with the person's rights, or what is open to everyone."""
        if state is SessionState.SIGNED_IN:
            self._told_waiting = False
            self.try_again()
        elif state is SessionState.SIGNED_OUT:
            self.soon()

    def let_go(self) -> None:
        """Forget what is being signed, and what was refused; the works for it have been dropped."""
        self._in_hand.clear()
        self._refused.clear()
        self._again = False

    def forget_project(self) -> None:
        """Begin anew: another project is opened."""
        self._soon.stop()
        self.let_go()
        self.live.forget()
        self._signers.forget()
        self._told_waiting = False

    def stop(self) -> None:
        """Look at no clock any more."""
        self._clock.stop()
        self._soon.stop()

    def sign_what_needs_it(self) -> None:
        """Renew what ends soon, try again what could not be signed."""
        due = [identity for identity in self.live.due() if identity.key not in self._refused]
        free = [identity for identity in due if identity.key not in self._in_hand]
        self._again = self._again or len(free) < len(due)
        service = self._session.service
        given = self.live.signatures_at_hand(service.http.clock_offset if service else timedelta())
        for group in self._signers.groups(free, given, self._clocks.steady()):
            self._sign(group, given)
        if not self._in_hand:
            self.live.all_came(last=True)
            self._wait_for_sign_in()
            if not due:
                self.settled.emit()

    def notice_for_layers(self, error: DinamisError, identities: Sequence[LayerIdentity]) -> Notice:
        """The notice of an error about layers, with the ways out of it."""
        ways = WaysOut(
            self._session.sign_in,
            self.try_again,
            self.search_wanted.emit,
            self.options_wanted.emit,
            self._unlock,
        )
        return layer_notice(error, identities, ways)

    def _clock_ticked(self) -> None:
        resting = self._soon.isActive() or self._clocks.steady() < self._rest_until_s
        if not resting and self.live.due():
            self.sign_what_needs_it()

    def _sign(self, identities: Sequence[LayerIdentity], given: dict[str, SignedUrl]) -> None:
        """Sign and open images that one and the same signs; a slow one does not keep others waiting."""
        keys = {identity.key for identity in identities}
        self._in_hand |= keys
        refusals: Refusals = []
        signers, order = self._signers.now(), Order(identities, given)

        def work(context: TaskContext) -> None:
            for outcome in self._opener.open(signers, order, context):
                context.tell(outcome)

        def part(outcome: Outcome) -> None:
            wanted, came = outcome
            if isinstance(came, Opened):
                self.live.come_alive(wanted, came)
                return
            refusals.append((wanted, came))
            if isinstance(came, _FINAL):
                self._refused.add(wanted.key)

        self._works.run(
            translate("Dinamis", "Signing the images of the project"),
            work,
            lambda: self._signed(keys, refusals),
            lambda error: self._signing_failed(keys, error, refusals),
            on_part=part,
        )

    def _signed(self, keys: set[str], refusals: Refusals) -> None:
        self._in_hand -= keys
        self.live.all_came(last=not (self._in_hand or self._again))
        if not self._session.can_use_resources:
            refusals = self._leave_what_is_not_open(refusals)
        if any(not isinstance(error, _FINAL) for _, error in refusals):
            self._rest()
        self._tell(refusals)
        if self._again:
            self._again = False
            self.soon()
        elif not self._in_hand:
            self.settled.emit()

    def _signing_failed(self, keys: set[str], error: DinamisError, refusals: Refusals) -> None:
        """The clock tries again; a signature that still works is not taken away before its end."""
        self._in_hand -= keys
        self.live.all_came(last=not self._in_hand)
        self._rest()
        if not isinstance(error, CancelledError):
            self.failed.emit(None, self.notice_for_layers(error, []))
        self._tell(refusals)

    def _rest(self) -> None:
        self._again = False
        self._rest_until_s = self._clocks.steady() + REST_S
        self.live.drop_expired()

    def _leave_what_is_not_open(self, refusals: Refusals) -> Refusals:
        """Signed out, what needs a sign-in waits for it, which is no error; gives the other refusals."""
        closed = [identity for identity, error in refusals if isinstance(error, NotSignedInError)]
        self._signers.note_not_open(closed, self._clocks.steady())
        self._wait_for_sign_in()
        return [refusal for refusal in refusals if not isinstance(refusal[1], NotSignedInError)]

    def _tell(self, refusals: Refusals) -> None:
        for error, identities in by_reason(refusals):
            self.failed.emit(None, self.notice_for_layers(error, identities))

    def _wait_for_sign_in(self) -> None:
        """Show placeholders where signatures have ended, and say once that layers wait for the sign-in."""
        self.live.drop_expired()
        if not self._session.can_use_resources:
            self._turns.later(self._tell_who_waits)

    def _tell_who_waits(self) -> None:
        if self._session.can_use_resources or self._told_waiting:
            return
        shown = filter(None, map(rasters.identity_of, self.waiting()))
        waiting = [one for one in shown if not self._signers.can_sign(one) and one.key not in self._refused]
        if waiting:
            self._told_waiting = True
            notice = waiting_notice(len(waiting))
            self.notice.emit(notice.with_action(translate("Dinamis", "Sign in"), self._session.sign_in))

    def _unlock(self) -> None:
        if self._signers.unlock():
            self.try_again()
