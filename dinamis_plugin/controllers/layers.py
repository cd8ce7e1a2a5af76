"""Signed layers: added, adopted, kept signed while they are in the project, let go on sign-out (CAT-37)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial
from typing import Callable

from qgis.core import QgsMapLayer, QgsProject, QgsRasterLayer
from qgis.PyQt.QtCore import QCoreApplication, QObject, pyqtSignal

from ..domain.errors import CancelledError, DinamisError, NotSignedInError
from ..domain.layer_source import LayerIdentity
from ..domain.lease import Clocks
from ..domain.scene import Scene
from ..qgisio import adoption, images, rasters
from ..qgisio.certificates import forget_certificates
from ..qgisio.layer_paths import LayerPaths
from ..qgisio.projections import adopt_system
from ..tasks.opening import Compose, Dress, ImageOpener, LayerOutcome, Order
from ..tasks.runner import TaskContext, TaskRunner
from .layer_signing import LayerSigning
from .live_layers import IsBusy, Rehearse, at_once, never
from .session import SessionController, SessionState
from .signers import ImageSigners
from .turns import Turns
from .works import Works

translate = QCoreApplication.translate


class SignedLayersController(QObject):
    """Keeps every layer of ours signed; the only place that gives a signature to a layer.

    Signals:
        layer_added: the QgsRasterLayer, in the project.
        failed: the Scene (None for a layer that was there already) and a Notice.
        notice: a Notice about the layers of the project.
        busy: True while images are signed and opened.
        settled: every layer that could be signed is.
        coming_changed: the layers whose images are on their way may be others now; see `coming`.
        waiting_changed: the layers that show their placeholders may be others now; see `waiting`.
        search_wanted: the id of a scene that the person wants to find again.
        options_wanted: the person wants to see the options of the plugin.
    """

    layer_added = pyqtSignal(object)
    failed = pyqtSignal(object, object)
    notice = pyqtSignal(object)
    busy = pyqtSignal(bool)
    settled = pyqtSignal()
    coming_changed = pyqtSignal()
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
        self._session = session
        self._signers = signers
        self._paths = paths
        self._project = project or QgsProject.instance()
        self._clocks = clocks or Clocks()
        self._opener = ImageOpener(paths, self._clocks)
        self._turns = Turns(self)
        self._works = Works(runner, self._turns, self)
        self._works.busy.connect(self.busy)
        self._signing = LayerSigning(
            session,
            signers,
            paths,
            self._project,
            works=self._works,
            turns=self._turns,
            clocks=self._clocks,
            parent=self,
        )
        self._live = self._signing.live
        self._hand_on_signals()
        self._open = True
        paths.install()
        images.widen_cache()
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
        self.look_at_all()  # the plugin may be loaded into an open project

    def _hand_on_signals(self) -> None:
        self._live.changed.connect(self.waiting_changed)
        self._live.coming_changed.connect(self.coming_changed)
        for name in ("failed", "notice", "settled", "search_wanted", "options_wanted"):
            getattr(self._signing, name).connect(getattr(self, name))

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

        def work(context: TaskContext) -> None:
            for outcome in self._opener.layers(signers, order, context):
                context.tell(outcome)

        def done() -> None:
            if ended is not None:
                ended(added)

        def failed(error: DinamisError) -> None:
            if not isinstance(error, CancelledError):
                for identity in identities:
                    self.failed.emit(about.get(identity), self._session.notice_for(error))

        part = partial(self._layer_came, about, added)
        self._works.run(translate("Dinamis", "Loading images"), work, done, failed, on_part=part)

    def _layer_came(
        self, about: dict[LayerIdentity, Scene], added: list[QgsRasterLayer], outcome: LayerOutcome
    ) -> None:
        wanted, came, opened = outcome
        if isinstance(came, QgsRasterLayer) and opened is not None:
            self._live.come_alive(opened.identity, opened)  # layers of the same images, there already
            self._turns.later(partial(self._add, came, added))
        elif isinstance(came, DinamisError):
            self.failed.emit(about.get(wanted), self._signing.notice_for_layers(came, [wanted]))

    def change(self, layer: QgsRasterLayer, identity: LayerIdentity) -> None:
        """Let a layer of the project show something else of images of ours; it waits until that is signed."""
        layer.setCustomProperty(rasters.PROPERTY, self._paths.remember(identity))
        self._live.put_placeholder(layer)
        self._signing.soon()

    # What is in the project

    def layers(self) -> list[QgsRasterLayer]:
        """The layers of ours in the project."""
        return self._live.layers()

    def waiting(self) -> list[QgsRasterLayer]:
        """The layers of ours that show their placeholders."""
        return self._signing.waiting()

    def coming(self) -> frozenset[str]:
        """Ids of layers whose images are on their way: to draw their placeholders is of no use."""
        return self._live.coming

    def draw_by(self, is_busy: IsBusy = never, rehearse: Rehearse = at_once) -> None:
        """Have layers that came alive drawn a few together, by the map: see `LiveLayers.draw_by`."""
        self._live.draw_by(is_busy, rehearse)

    @staticmethod
    def kept_bytes() -> int:
        """How much of images on servers is kept, in bytes."""
        return images.kept_bytes()

    def why_waiting(self, layer: QgsRasterLayer) -> str:
        """Say in a few words why a layer shows its placeholder."""
        return self._signing.why_waiting(layer)

    def tick(self) -> None:
        """Look at the clock: renew what ends soon, try again what could not be signed."""
        self._signing.sign_what_needs_it()

    def try_again(self) -> None:
        """Ask again for the images that were refused or gone."""
        self._signing.try_again()

    def look_at_all(self) -> None:
        """Look, a few layers a turn, which of the project are ours: more may be known to be now."""
        for layer_id in self._project.mapLayers():
            self._turns.later(partial(self._look_at, layer_id))
        self._signing.soon()

    def release(self) -> None:
        """Let go of every signature: layers show their placeholders until the next sign-in."""
        self._drop_works()
        self._live.release()
        self._turns.later(images.forget_addresses)
        shown = filter(None, map(rasters.identity_of, self.layers()))
        self._signers.note_not_open(shown, self._clocks.steady())
        self.look_at_all()  # the turns for it are dropped
        self.waiting_changed.emit()

    def shutdown(self) -> None:
        """Leave nothing of ours in QGIS; layers wait until a later session signs them again."""
        if not self._open:
            return
        self._open = False
        self._signing.stop()
        for signal, slot in self._wires:
            signal.disconnect(slot)
        self._drop_works()
        self._live.rest()
        self._paths.remove()
        images.forget_addresses()
        forget_certificates()

    def _drop_works(self) -> None:
        self._turns.clear()
        self._works.drop()
        self._signing.let_go()

    def _look_at(self, layer_id: str) -> None:
        layer = self._project.mapLayer(layer_id)
        if layer is not None:
            self._layers_came([layer])

    def _layers_came(self, layers: Iterable[QgsMapLayer]) -> None:
        """Sign layers of a project, a QLR file, the clipboard or a person, once QGIS has added them all."""
        for layer in layers:
            if rasters.identity_of(layer) is not None or adoption.adopt(layer, self._paths):
                self._live.take_in(layer)
                self._signing.expect(layer)
                self._signing.soon()
                self.waiting_changed.emit()

    def _still_loading(self, number: int, count: int) -> None:
        self._signing.wait_for_others(number, count)

    def _project_cleared(self) -> None:
        self._drop_works()
        self._signing.forget_project()

    def _session_changed(self, state: SessionState) -> None:
        endpoints = self._session.endpoints
        if endpoints is not None and self._paths.remember_root(endpoints.objects):
            self.look_at_all()
        self._signing.session_changed(state)

    def _add(self, layer: QgsRasterLayer, added: list[QgsRasterLayer]) -> None:
        adopt_system(layer)
        self._project.addMapLayer(layer)
        added.append(layer)
        self.layer_added.emit(layer)
