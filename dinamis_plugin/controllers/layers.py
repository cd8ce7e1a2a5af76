"""Signed layers: added, signed when a project opens, renewed by the clock, let go on sign-out (CAT-37)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta
from functools import partial
from typing import Callable

from qgis.core import QgsMapLayer, QgsProject, QgsRasterLayer
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
from ..domain.scene import Scene
from ..domain.signed_url import SignedUrl
from ..qgisio import adoption, images, rasters
from ..qgisio.layer_paths import LayerPaths
from ..qgisio.projections import adopt_system
from ..tasks.opening import Compose, Dress, ImageOpener, LayerOutcome, Opened, Order, Outcome
from ..tasks.runner import TaskContext, TaskHandle, TaskRunner
from .layer_notices import Refusals, WaysOut, by_reason, layer_notice, waiting_notice, why_waiting
from .live_layers import LiveLayers
from .messages import Notice
from .session import SessionController, SessionState
from .signers import ImageSigners
from .turns import Turns

translate = QCoreApplication.translate

CLOCK_MS = 5_000
REST_S = 30.0
"""Pause of the clock after it could not sign; a person may ask earlier."""
QUIET_MS = 100
"""Layers that come within so short a time of each other are signed together."""
_FINAL = (ForbiddenError, FileGoneError, NotFoundError, CorruptImageError, SigningKeyError)
"""What asking again by the clock does not change."""


class SignedLayersController(QObject):
    """Keeps every layer of ours signed; the only place that gives a signature to a layer.

    Signals:
        layer_added: the QgsRasterLayer, in the project.
        failed: the Scene (None for a layer that was there already) and a Notice.
        notice: a Notice about the layers of the project.
        busy: True while images are signed and opened.
        settled: every layer that could be signed is.
        waiting_changed: the layers that show their placeholders may be others now; see `waiting`.
        search_wanted: the id of a scene that the person wants to find again.
        options_wanted: the person wants to see the options of the plugin.
    """

    layer_added = pyqtSignal(object)
    failed = pyqtSignal(object, object)
    notice = pyqtSignal(object)
    busy = pyqtSignal(bool)
    settled = pyqtSignal()
    waiting_changed = pyqtSignal()
    search_wanted = pyqtSignal(str)
    options_wanted = pyqtSignal()

    def __init__(
        self,
        runner: TaskRunner,
        session: SessionController,
        signers: ImageSigners,
        paths: LayerPaths,
        project: QgsProject | None = None,
        *,
        clocks: Clocks | None = None,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._runner = runner
        self._session = session
        self._signers = signers
        self._paths = paths
        self._project = project or QgsProject.instance()
        self._clocks = clocks or Clocks()
        self._opener = ImageOpener(paths, self._clocks)
        self._refused: set[str] = set()
        self._in_hand: set[str] = set()
        self._again = False
        self._rest_until_s = 0.0
        self._works: list[TaskHandle] = []
        self._turns = Turns(self)
        self._live = LiveLayers(paths, self._project, self._clocks, self._turns, self)
        self._live.changed.connect(self.waiting_changed)
        self._told_waiting = False
        self._open = True
        self._soon = QTimer(self, singleShot=True, interval=QUIET_MS)
        self._soon.timeout.connect(self._sign_what_needs_it)
        self._clock = QTimer(self)
        self._clock.timeout.connect(self._clock_ticked)
        paths.install()
        self._wires = (
            (self._project.layersAdded, self._layers_came),
            (self._project.layerLoaded, self._still_loading),
            (self._project.layersRemoved, self.waiting_changed),
            (self._project.cleared, self._project_cleared),
        )
        for signal, slot in self._wires:
            signal.connect(slot)
        session.state_changed.connect(self._session_changed)
        session.signing_out.connect(self.release)
        self._clock.start(CLOCK_MS)
        self._soon.start()  # the plugin may be loaded into an open project

    # Adding

    def allowed(self, scenes: Sequence[Scene]) -> list[Scene]:
        """The scenes whose images may be signed now; it is told of the others why not."""
        found = []
        for scene in scenes:
            asset = scene.preferred_asset()
            elsewhere = asset is not None and self._signers.has_own_signer(asset.href)
            if self._session.can_use_resources or scene.open_data or elsewhere:
                found.append(scene)
            else:
                error = NotSignedInError(self._session.why_not)
                self.failed.emit(scene, self._session.notice_for(error))
        return found

    def add_identities(
        self,
        identities: Sequence[LayerIdentity],
        scenes: dict[LayerIdentity, Scene] | None = None,
        *,
        compose: Compose | None = None,
        dress: Dress | None = None,
        ended: Callable[[list[QgsRasterLayer]], None] | None = None,
    ) -> None:
        """Add a layer for each identity.

        Args:
            identities: what is wanted; one of several images has `parts`, and no document yet.
            scenes: only says what a failure is about.
            compose: writes, in a worker thread, the VRT of a layer of several images that has no document.
            dress: gives new layers their style, in a worker thread.
            ended: called when all that could be made are in the project, with them.
        """
        signers = self._signers.now()
        if signers.service is None and not all(map(self._signers.can_sign, identities)):
            self.failed.emit(None, self._session.notice_for(NotSignedInError(self._session.why_not)))
            return
        about = scenes or {}
        order = Order(identities, compose=compose, dress=dress)
        added: list[QgsRasterLayer] = []
        self.busy.emit(True)

        def work(context: TaskContext) -> None:
            for outcome in self._opener.layers(signers, order, context):
                context.tell(outcome)

        def end() -> None:
            self.busy.emit(False)
            if ended is not None:
                ended(added)

        def failed(error: DinamisError) -> None:
            self.busy.emit(False)
            if not isinstance(error, CancelledError):
                for identity in identities:
                    self.failed.emit(about.get(identity), self._session.notice_for(error))

        text = translate("Dinamis", "Loading images")
        part = partial(self._layer_came, about, added)
        self._works.append(
            self._runner.run(text, work, lambda _: self._turns.later(end), failed, on_part=part)
        )

    def _layer_came(
        self, about: dict[LayerIdentity, Scene], added: list[QgsRasterLayer], outcome: LayerOutcome
    ) -> None:
        wanted, came, opened = outcome
        if isinstance(came, QgsRasterLayer) and opened is not None:
            self._live.come_alive(opened.identity, opened)  # layers of the same images, there already
            self._turns.later(partial(self._add, came, added))
        elif isinstance(came, DinamisError):
            self.failed.emit(about.get(wanted), self._notice_for_layers(came, [wanted]))

    def change(self, layer: QgsRasterLayer, identity: LayerIdentity) -> None:
        """Let a layer of the project show something else of images of ours; it waits until that is signed."""
        layer.setCustomProperty(rasters.PROPERTY, self._paths.remember(identity))
        self._live.put_placeholder(layer)
        self._soon.start()

    # Signing what is in the project

    def layers(self) -> list[QgsRasterLayer]:
        """The layers of ours in the project."""
        return self._live.layers()

    def waiting(self) -> list[QgsRasterLayer]:
        """The layers of ours that show their placeholders."""
        return [layer for layer in self.layers() if rasters.waits(layer)]

    def why_waiting(self, layer: QgsRasterLayer) -> str:
        """Say in a few words why a layer shows its placeholder."""
        identity = rasters.identity_of(layer)
        if identity is None or identity.key in self._refused:
            return why_waiting(self._session.state, refused=True)
        opening = identity.key in self._in_hand or self._signers.can_sign(identity)
        return why_waiting(SessionState.SIGNED_IN if opening else self._session.state, refused=False)

    def tick(self) -> None:
        """Look at the clock: renew what ends soon, try again what could not be signed."""
        self._sign_what_needs_it()

    def try_again(self) -> None:
        """Ask again for the images that were refused or gone."""
        self._refused.clear()
        self._sign_what_needs_it()

    def release(self) -> None:
        """Let go of every signature, at once: layers show their placeholders until the next sign-in."""
        self._turns.clear()
        for work in self._works:
            work.drop()
        self._works.clear()
        self._end_signing(set(self._in_hand))
        self._live.release()
        self._refused.clear()
        shown = filter(None, map(rasters.identity_of, self.layers()))
        self._signers.note_not_open(shown, self._clocks.steady())
        images.forget_addresses()
        self.waiting_changed.emit()

    def shutdown(self) -> None:
        """Leave nothing of ours in QGIS; layers stay as placeholders that a later session signs again."""
        if not self._open:
            return
        self._open = False
        self._clock.stop()
        self._soon.stop()
        for signal, slot in self._wires:
            signal.disconnect(slot)
        self.release()
        self._paths.remove()

    def _layers_came(self, layers: Iterable[QgsMapLayer]) -> None:
        """Sign layers of a project, a QLR file, the clipboard or a person, once QGIS has added them all."""
        for layer in layers:
            if rasters.identity_of(layer) is not None or adoption.adopt(layer, self._paths):
                self._soon.start()
                self.waiting_changed.emit()

    def _project_cleared(self) -> None:
        self._refused.clear()
        self._signers.forget()

    def _still_loading(self, _number: int, _count: int) -> None:
        """A project is being read, during which QGIS lets timers fire: wait for the other layers."""
        if self._soon.isActive():
            self._soon.start()

    def _session_changed(self, state: SessionState) -> None:
        endpoints = self._session.endpoints
        if endpoints is not None:
            self._paths.remember_root(endpoints.objects)
        if state is SessionState.SIGNED_IN:
            self._told_waiting = False
            self.try_again()
        elif state is SessionState.SIGNED_OUT:
            self._soon.start()  # what is open to everyone

    def _clock_ticked(self) -> None:
        if self._clocks.steady() >= self._rest_until_s:
            self.tick()

    def _sign_what_needs_it(self) -> None:
        due = [identity for identity in self._live.due() if identity.key not in self._refused]
        free = [identity for identity in due if identity.key not in self._in_hand]
        self._again = self._again or len(free) < len(due)
        service = self._session.service
        given = self._live.signatures_at_hand(service.http.clock_offset if service else timedelta())
        for group in self._signers.groups(free, given, self._clocks.steady()):
            self._sign(group, given)
        if not self._in_hand:
            self._wait_for_sign_in()
            if not due:
                self.settled.emit()

    def _sign(self, identities: Sequence[LayerIdentity], given: dict[str, SignedUrl]) -> None:
        """Sign and open images that one and the same signs; a slow one does not keep others waiting."""
        keys = {identity.key for identity in identities}
        self._in_hand |= keys
        self.busy.emit(True)
        refusals: Refusals = []
        signers, order = self._signers.now(), Order(identities, given)

        def work(context: TaskContext) -> None:
            for outcome in self._opener.open(signers, order, context):
                context.tell(outcome)

        def part(outcome: Outcome) -> None:
            wanted, came = outcome
            if isinstance(came, Opened):
                self._live.come_alive(wanted, came)
                return
            refusals.append((wanted, came))
            if isinstance(came, _FINAL):
                self._refused.add(wanted.key)

        self._works.append(
            self._runner.run(
                translate("Dinamis", "Signing the images of the project"),
                work,
                lambda _: self._turns.later(lambda: self._signed(keys, refusals)),
                lambda error: self._signing_failed(keys, error, refusals),
                on_part=part,
            )
        )

    def _add(self, layer: QgsRasterLayer, added: list[QgsRasterLayer]) -> None:
        adopt_system(layer)
        self._project.addMapLayer(layer)
        added.append(layer)
        self.layer_added.emit(layer)

    def _signed(self, keys: set[str], refusals: Refusals) -> None:
        self._live.all_came()
        self._end_signing(keys)
        if not self._session.can_use_resources:
            refusals = self._leave_what_is_not_open(refusals)
        if any(not isinstance(error, _FINAL) for _, error in refusals):
            self._rest()
        self._tell(refusals)
        if self._again:
            self._again = False
            self._soon.start()
        elif not self._in_hand:
            self.settled.emit()

    def _signing_failed(self, keys: set[str], error: DinamisError, refusals: Refusals) -> None:
        """The clock tries again; a signature that still works is not taken away before its end."""
        self._live.all_came()
        self._end_signing(keys)
        self._rest()
        if not isinstance(error, CancelledError):
            self.failed.emit(None, self._notice_for_layers(error, []))
        self._tell(refusals)

    def _rest(self) -> None:
        self._again = False
        self._rest_until_s = self._clocks.steady() + REST_S
        self._live.drop_expired()

    def _leave_what_is_not_open(self, refusals: Refusals) -> Refusals:
        """Signed out, what needs a sign-in waits for it, which is no error; gives the other refusals."""
        closed = [identity for identity, error in refusals if isinstance(error, NotSignedInError)]
        self._signers.note_not_open(closed, self._clocks.steady())
        self._wait_for_sign_in()
        return [refusal for refusal in refusals if not isinstance(refusal[1], NotSignedInError)]

    def _tell(self, refusals: Refusals) -> None:
        for error, identities in by_reason(refusals):
            self.failed.emit(None, self._notice_for_layers(error, identities))

    def _end_signing(self, keys: set[str]) -> None:
        self._in_hand -= keys
        self._works = [work for work in self._works if work.running]
        if not self._in_hand:
            self.busy.emit(False)

    def _wait_for_sign_in(self) -> None:
        """Show placeholders where signatures have ended, and say once that layers wait for the sign-in."""
        self._live.drop_expired()
        if self._session.can_use_resources:
            return
        shown = filter(None, map(rasters.identity_of, self.waiting()))
        waiting = [one for one in shown if not self._signers.can_sign(one) and one.key not in self._refused]
        if waiting and not self._told_waiting:
            self._told_waiting = True
            notice = waiting_notice(len(waiting))
            self.notice.emit(notice.with_action(translate("Dinamis", "Sign in"), self._session.sign_in))

    def _notice_for_layers(self, error: DinamisError, identities: Sequence[LayerIdentity]) -> Notice:
        ways = WaysOut(
            self._session.sign_in,
            self.try_again,
            self.search_wanted.emit,
            self.options_wanted.emit,
            self._unlock,
        )
        return layer_notice(error, identities, ways)

    def _unlock(self) -> None:
        if self._signers.unlock():
            self.try_again()
