"""Signed layers: added, signed when a project opens, renewed by the clock, let go on sign-out (CAT-37)."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta, timezone
from functools import partial
from typing import Callable, NamedTuple

from qgis.core import QgsMapLayer, QgsProject, QgsRasterLayer
from qgis.PyQt.QtCore import QCoreApplication, QObject, QTimer, pyqtSignal

from ..api.service import Service
from ..api.signing import Refusal
from ..domain.errors import (
    CancelledError,
    CorruptImageError,
    DinamisError,
    FileGoneError,
    ForbiddenError,
    NotFoundError,
    NotSignedInError,
)
from ..domain.layer_document import signed_source
from ..domain.layer_source import LayerIdentity
from ..domain.scene import Scene
from ..domain.signed_url import SignedUrl, expiry_of, renewal_due
from ..qgisio import rasters
from ..qgisio.layer_paths import LayerPaths, origin_of
from ..qgisio.projections import adopt_system
from ..tasks.runner import TaskContext, TaskHandle, TaskRunner
from .messages import Notice, NoticeLevel, notice_for
from .session import SessionController, SessionState

translate = QCoreApplication.translate

CLOCK_MS = 30_000
STEP_MS = 5
QUIET_MS = 100
"""Layers that come within so short a time of each other are signed together."""
MARGIN = timedelta(minutes=30)


class _Opened(NamedTuple):
    """One image whose header GDAL has at hand, or why it has not."""

    identity: LayerIdentity
    signed: SignedUrl | None
    error: DinamisError | None


class SignedLayersController(QObject):
    """Keeps every layer of ours signed; the only place that gives a signature to a layer.

    Signals:
        layer_added: the QgsRasterLayer, in the project.
        failed: the Scene (None for a layer that was there already) and a Notice.
        notice: a Notice about the layers of the project.
        busy: True while images are signed and opened.
        settled: every layer that could be signed is.
    """

    layer_added = pyqtSignal(object)
    failed = pyqtSignal(object, object)
    notice = pyqtSignal(object)
    busy = pyqtSignal(bool)
    settled = pyqtSignal()

    def __init__(
        self,
        runner: TaskRunner,
        session: SessionController,
        paths: LayerPaths,
        project: QgsProject | None = None,
        *,
        now: Callable[[], datetime] = lambda: datetime.now(timezone.utc),
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._runner = runner
        self._session = session
        self._paths = paths
        self._project = project or QgsProject.instance()
        self._now = now
        self._refused: set[str] = set()
        self._signing = False
        self._again = False
        self._works: list[TaskHandle] = []
        # Opening a file takes QGIS some 20 ms even when its header is at hand: one a turn of the event loop.
        self._steps: deque[Callable[[], None]] = deque()
        self._turn = QTimer(self)
        self._turn.setInterval(STEP_MS)
        self._turn.timeout.connect(self._step)
        self._told_waiting = False
        self._open = True
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(QUIET_MS)
        self._soon.timeout.connect(self._sign_what_needs_it)
        self._clock = QTimer(self)
        self._clock.timeout.connect(self.tick)
        paths.install()
        self._project.layersAdded.connect(self._layers_came)
        self._project.layerLoaded.connect(self._still_loading)
        self._project.cleared.connect(self._refused.clear)
        session.state_changed.connect(self._session_changed)
        session.signing_out.connect(self.release)
        self._clock.start(CLOCK_MS)
        self._soon.start()  # the plugin may be loaded into an open project

    # Adding

    def add_scene(self, scene: Scene, asset_key: str | None = None) -> None:
        """Add one image of a scene as a layer: the preferred one, or the one named."""
        self.add_scenes([scene], asset_key)

    def add_scenes(self, scenes: Sequence[Scene], asset_key: str | None = None) -> None:
        """Add an image of each scene, all signed together."""
        wanted: dict[LayerIdentity, Scene] = {}
        for scene in scenes:
            asset = scene.preferred_asset() if asset_key is None else scene.asset(asset_key)
            if asset is None:
                self.failed.emit(scene, _no_image(scene))
            elif not self._session.can_use_resources and not scene.open_data:
                error = NotSignedInError(self._session.why_not)
                self.failed.emit(scene, self._session.notice_for(error))
            else:
                wanted[LayerIdentity.of(scene, asset)] = scene
        if wanted:
            self.add_identities(list(wanted), wanted)

    def add_identities(
        self,
        identities: Sequence[LayerIdentity],
        scenes: dict[LayerIdentity, Scene] | None = None,
    ) -> None:
        """Add a layer for each identity; `scenes` only says what a failure is about."""
        service = self._session.service
        if service is None:
            self.failed.emit(None, self._session.notice_for(NotSignedInError(self._session.why_not)))
            return
        about = scenes or {}
        self.busy.emit(True)

        def work(context: TaskContext) -> None:
            _make_layers(service, identities, self._paths, context)

        def part(answer: tuple[LayerIdentity, QgsRasterLayer | DinamisError]) -> None:
            identity, came = answer
            if isinstance(came, QgsRasterLayer):
                self._later(lambda: self._add(came))
            else:
                self.failed.emit(_scene_of(about, identity), self._notice_for_layer(came, identity.title))

        def failed(error: DinamisError) -> None:
            self.busy.emit(False)
            if not isinstance(error, CancelledError):
                for identity in identities:
                    self.failed.emit(_scene_of(about, identity), self._session.notice_for(error))

        text = translate("Dinamis", "Loading images")
        self._works.append(
            self._runner.run(
                text, work, lambda _: self._later(lambda: self.busy.emit(False)), failed, on_part=part
            )
        )

    # Signing what is in the project

    def layers(self) -> list[QgsRasterLayer]:
        """The layers of ours in the project."""
        every = self._project.mapLayers().values()
        return [layer for layer in every if rasters.identity_of(layer) is not None]

    def tick(self) -> None:
        """Look at the clock: renew what ends soon, try again what could not be signed."""
        self._sign_what_needs_it()

    def try_again(self) -> None:
        """Ask again for the images that were refused or gone."""
        self._refused.clear()
        self._sign_what_needs_it()

    def release(self) -> None:
        """Let go of every signature, at once: layers show their placeholders until the next sign-in."""
        self._steps.clear()
        for work in self._works:
            work.drop()
        self._works.clear()
        self._end_signing()
        for layer in self.layers():
            if not rasters.waits(layer):
                self._put_placeholder(layer)
        self._refused.clear()
        rasters.forget_addresses()

    def shutdown(self) -> None:
        """Leave nothing of ours in QGIS; layers stay as placeholders that a later session signs again."""
        if not self._open:
            return
        self._open = False
        for timer in (self._clock, self._soon, self._turn):
            timer.stop()
        self._project.layersAdded.disconnect(self._layers_came)
        self._project.layerLoaded.disconnect(self._still_loading)
        self._project.cleared.disconnect(self._refused.clear)
        self.release()
        self._paths.remove()

    def _layers_came(self, layers: Iterable[QgsMapLayer]) -> None:
        """Sign layers of a project, a QLR file or the clipboard, once QGIS has finished adding them."""
        if any(rasters.identity_of(layer) is not None for layer in layers):
            self._soon.start()

    def _still_loading(self, _number: int, _count: int) -> None:
        """A project is being read, during which QGIS lets timers fire: wait for the other layers."""
        if self._soon.isActive():
            self._soon.start()

    def _session_changed(self, state: SessionState) -> None:
        endpoints = self._session.endpoints
        if endpoints is not None:
            self._paths.remember_origin(origin_of(endpoints.objects))
        if state is SessionState.SIGNED_IN:
            self._told_waiting = False
            self.try_again()

    def _sign_what_needs_it(self) -> None:
        needing = self._needing()
        service = self._session.service
        if not needing:
            self.settled.emit()
            return
        if service is None or not self._session.can_use_resources:
            self._wait_for_sign_in()
            return
        if self._signing:
            self._again = True
            return
        self._signing = True
        self.busy.emit(True)
        refusals: list[tuple[str, DinamisError]] = []

        def work(context: TaskContext) -> None:
            for opened in _sign_and_open(service, needing, context):
                context.tell(opened)

        def part(opened: _Opened) -> None:
            if opened.error is not None:
                refusals.append((opened.identity.title, opened.error))
                if isinstance(
                    opened.error, (ForbiddenError, FileGoneError, NotFoundError, CorruptImageError)
                ):
                    self._refused.add(opened.identity.href)
            elif opened.signed is not None:
                self._come_alive(opened.identity.href, opened.signed.href)

        self._works.append(
            self._runner.run(
                translate("Dinamis", "Signing the images of the project"),
                work,
                lambda _: self._later(lambda: self._signed(refusals)),
                lambda error: self._signing_failed(error, refusals),
                on_part=part,
            )
        )

    def _needing(self) -> list[LayerIdentity]:
        """The images that have no signature, or one that ends soon, each once."""
        found: dict[str, LayerIdentity] = {}
        for layer in self.layers():
            identity = rasters.identity_of(layer)
            if identity is not None and identity.href not in self._refused and self._needs_signature(layer):
                found[identity.href] = identity
        return list(found.values())

    def _needs_signature(self, layer: QgsRasterLayer) -> bool:
        if rasters.waits(layer):
            return True
        return renewal_due(SignedUrl(layer.source(), self._ends_at(layer)), self._now(), MARGIN)

    def _ends_at(self, layer: QgsRasterLayer) -> datetime | None:
        """When the signature of a layer ends, by the clock of this machine, which may be wrong."""
        ends, service = expiry_of(layer.source()), self._session.service
        return ends if ends is None or service is None else ends - service.http.clock_offset

    def _come_alive(self, href: str, signed_href: str) -> None:
        for layer in self.layers():
            identity = rasters.identity_of(layer)
            if identity is None or identity.href != href:
                continue
            self._paths.remember(identity)
            self._later(partial(self._give_signature, layer.id(), signed_href))

    def _give_signature(self, layer_id: str, signed_href: str) -> None:
        layer = self._project.mapLayer(layer_id)
        if layer is None:
            return  # removed meanwhile
        renewal = not rasters.waits(layer)
        if not rasters.swap_source(layer, signed_source(signed_href), quietly=renewal):
            self._put_placeholder(layer)

    def _add(self, layer: QgsRasterLayer) -> None:
        adopt_system(layer)
        self._project.addMapLayer(layer)
        self.layer_added.emit(layer)

    def _later(self, step: Callable[[], None]) -> None:
        self._steps.append(step)
        self._turn.start()

    def _step(self) -> None:
        if self._steps:
            self._steps.popleft()()
        if not self._steps:
            self._turn.stop()

    def _put_placeholder(self, layer: QgsRasterLayer) -> None:
        identity = rasters.identity_of(layer)
        if identity is not None:
            rasters.swap_source(layer, self._paths.placeholder(identity))

    def _signed(self, refusals: list[tuple[str, DinamisError]]) -> None:
        self._end_signing()
        for error, titles in _by_reason(refusals):
            self.failed.emit(None, self._notice_for_layer(error, ", ".join(titles)))
        if self._again:
            self._again = False
            self._soon.start()
        else:
            self.settled.emit()

    def _signing_failed(self, error: DinamisError, refusals: list[tuple[str, DinamisError]]) -> None:
        """The clock tries again; a signature that still works is not taken away before its end."""
        self._end_signing()
        self._again = False
        self._drop_expired()
        if not isinstance(error, CancelledError):
            self.failed.emit(None, self._notice_for_layer(error, ""))
        for reason, titles in _by_reason(refusals):
            self.failed.emit(None, self._notice_for_layer(reason, ", ".join(titles)))

    def _end_signing(self) -> None:
        self._signing = False
        self._works = [work for work in self._works if work.running]
        self.busy.emit(False)

    def _wait_for_sign_in(self) -> None:
        self._drop_expired()
        waiting = [layer for layer in self.layers() if rasters.waits(layer)]
        if waiting and not self._told_waiting and not self._session.can_use_resources:
            self._told_waiting = True
            text = translate(
                "Dinamis", "%n image(s) of this project wait for your sign-in.", None, len(waiting)
            )
            hint = translate("Dinamis", "They keep their place and style, and come alive by themselves.")
            title = translate("Dinamis", "Images waiting")
            notice = Notice(NoticeLevel.INFO, title, text, hint)
            self.notice.emit(notice.with_action(translate("Dinamis", "Sign in"), self._session.sign_in))

    def _drop_expired(self) -> None:
        """Show the placeholder where a signature has ended: GDAL would draw nothing and log the address."""
        for layer in self.layers():
            ends = None if rasters.waits(layer) else self._ends_at(layer)
            if ends is not None and ends <= self._now():
                self._put_placeholder(layer)

    def _notice_for_layer(self, error: DinamisError, titles: str) -> Notice:
        notice = _layer_notice(error, titles)
        if isinstance(error, NotSignedInError):
            return notice.with_action(translate("Dinamis", "Sign in"), self._session.sign_in)
        return notice.with_action(translate("Dinamis", "Try again"), self.try_again)


def _make_layers(
    service: Service, identities: Sequence[LayerIdentity], paths: LayerPaths, context: TaskContext
) -> None:
    """Sign, open and style images in a worker thread; hands on each layer, or why there is none."""
    for opened in _sign_and_open(service, identities, context):
        came: QgsRasterLayer | DinamisError | None = opened.error
        if opened.signed is not None:
            try:
                came = rasters.make_layer(
                    opened.identity, opened.signed.href, paths.remember(opened.identity)
                )
            except CorruptImageError as error:
                came = error
        context.tell((opened.identity, came))


def _sign_and_open(
    service: Service,
    identities: Sequence[LayerIdentity],
    context: TaskContext,
) -> Iterable[_Opened]:
    """Sign images in batches and open their headers side by side, in a worker thread."""
    answer = service.signing.sign([identity.href for identity in identities], cancel=context.cancelled)
    signed: dict[LayerIdentity, SignedUrl] = {}
    for identity in identities:
        url = answer.signed.get(identity.href)
        if url is not None:
            signed[identity] = url
        else:
            refusal = answer.refused.get(identity.href)
            yield _Opened(identity, None, _refusal_error(refusal))
    hrefs = {identity: url.href for identity, url in signed.items()}
    for identity, opened in rasters.open_headers(hrefs, context.cancelled):
        if isinstance(opened, DinamisError):
            yield _Opened(identity, None, opened)
        else:
            yield _Opened(opened, signed[identity], None)


def _refusal_error(refusal: Refusal | None) -> DinamisError:
    if refusal is None:
        return ForbiddenError("")
    kinds = {"not-signed-in": NotSignedInError, "not-found": NotFoundError}
    return kinds.get(refusal.code, ForbiddenError)(refusal.detail)


def _by_reason(refusals: list[tuple[str, DinamisError]]) -> list[tuple[DinamisError, list[str]]]:
    """Gather the layers that fail for the same reason into one message."""
    grouped: dict[tuple[type, str], tuple[DinamisError, list[str]]] = {}
    for title, error in refusals:
        grouped.setdefault((type(error), error.detail), (error, []))[1].append(title)
    return list(grouped.values())


def _scene_of(scenes: dict[LayerIdentity, Scene], identity: LayerIdentity) -> Scene | None:
    return next((scene for known, scene in scenes.items() if known.href == identity.href), None)


def _no_image(scene: Scene) -> Notice:
    return Notice(
        NoticeLevel.WARNING,
        translate("Dinamis", "Nothing to load"),
        translate("Dinamis", "{scene} has no image that can be loaded.").format(scene=scene.title),
        translate("Dinamis", "It may be orderable: use the order button."),
    )


def _layer_notice(error: DinamisError, titles: str) -> Notice:
    """Tell expired, forbidden, gone and unreachable apart, for images."""
    if isinstance(error, FileGoneError):
        title = translate("Dinamis", "Image gone")
        text = translate("Dinamis", "The file is not on the server any more.")
        hint = translate("Dinamis", "Search for the scene again; the layer keeps its place meanwhile.")
        notice = Notice(NoticeLevel.ERROR, title, text, hint)
    else:
        notice = notice_for(error)
    if not titles:
        return notice
    return Notice(notice.level, notice.title, f"{titles}: {notice.text}", notice.hint, notice.detail)
