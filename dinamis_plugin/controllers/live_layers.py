"""Layers between their placeholder and their signed images: swapped on the GUI thread, a few a turn."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from functools import partial
from typing import Callable

from qgis.core import QgsProject, QgsRasterLayer
from qgis.PyQt.QtCore import QObject, pyqtSignal

from ..domain.layer_source import LayerIdentity, to_resting
from ..domain.lease import Clocks, Lease
from ..domain.signed_url import SignedUrl
from ..qgisio import rasters
from ..qgisio.layer_paths import LayerPaths, is_placeholder
from ..qgisio.unopened import signatures_in
from ..tasks.opening import Opened
from .turns import Gathering, Turns

IsBusy = Callable[[], bool]
Rehearse = Callable[[Sequence[str], Callable[[], None]], None]


def never() -> bool:
    """Nothing keeps layers from being drawn."""
    return False


def at_once(_layer_ids: Sequence[str], done: Callable[[], None]) -> None:
    """Nothing is to be made ready."""
    done()


class LiveLayers(QObject):
    """Knows for how long each layer lives, and gives it its images or its placeholder.

    Signals:
        changed: layers may show something else than before.
        coming_changed: the layers whose images are on their way may be others now; see `coming`.
    """

    changed = pyqtSignal()
    coming_changed = pyqtSignal()

    def __init__(
        self, paths: LayerPaths, project: QgsProject, clocks: Clocks, turns: Turns, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._paths = paths
        self._project = project
        self._clocks = clocks
        self._turns = turns
        self._leases: dict[str, Lease] = {}
        self._redraw = Gathering(self._rehearse_those_that_came, self)
        self._rehearse: Rehearse = at_once
        self._coming: set[str] = set()

    @property
    def coming(self) -> frozenset[str]:
        """Ids of layers whose images are on their way: to draw their placeholders is of no use."""
        return frozenset(self._coming)

    def expect(self, layer: QgsRasterLayer) -> None:
        """The images of a layer that waits are on their way."""
        self._coming.add(layer.id())
        self.coming_changed.emit()

    def draw_by(self, is_busy: IsBusy, rehearse: Rehearse) -> None:
        """Have layers that came alive drawn by the map, a few together.

        Args:
            is_busy: whether the map is not to be drawn anew now.
            rehearse: makes the map ready for layers, and calls something when it is.
        """
        self._redraw.is_busy = is_busy
        self._rehearse = rehearse

    def layers(self) -> list[QgsRasterLayer]:
        """The layers of ours in the project."""
        every = self._project.mapLayers().values()
        return [layer for layer in every if rasters.identity_of(layer) is not None]

    def due(self) -> list[LayerIdentity]:
        """The images that have no signature, or one that ends soon, each once."""
        found: dict[str, LayerIdentity] = {}
        for layer in self.layers():
            identity, lease = rasters.identity_of(layer), self._lease_of(layer)
            if identity is not None and (lease is None or lease.is_due(self._clocks)):
                found[identity.key] = identity
        return list(found.values())

    def signatures_at_hand(self, ahead: timedelta) -> dict[str, SignedUrl]:
        """The signatures that layers had of their own and that have not ended, by address.

        The clock of who signed is `ahead` of this machine's.
        """
        own = {href: url.set_by(ahead) for href, url in self._paths.own_signatures().items()}
        now = self._clocks.now()
        return {href: url for href, url in own.items() if url.expires_at is not None and url.expires_at > now}

    def take_in(self, layer: QgsRasterLayer) -> None:
        """Let a layer that came show the placeholder of its images, unless it shows them unsigned.

        A signature of its own would go wherever QGIS writes sources; it is kept, and used where nobody signs.
        """
        source = layer.source()
        own = signatures_in(source)
        self._paths.keep_own(own)
        unknown = is_placeholder(source) and not self._paths.made_placeholder(source)
        if own or unknown or not layer.isValid():
            self.put_placeholder(layer)

    def come_alive(self, wanted: LayerIdentity, opened: Opened) -> None:
        """Have every layer of these images read them."""
        before = self._leases.get(wanted.key)
        # after a long sleep the map may have been drawn with what had ended: blank
        blank = before is not None and before.is_over(self._clocks)
        self._leases[wanted.key] = opened.lease
        for layer in self.layers():
            identity = rasters.identity_of(layer)
            if identity is not None and identity.key == wanted.key:
                step = partial(self._give_signature, layer.id(), wanted.key, opened.source, redraw=blank)
                self._turns.later(step)

    def all_came(self, *, last: bool) -> None:
        """Have the map drawn with those that came alive, soon; after the `last`, none is expected."""
        self._redraw.finish()
        if last:
            self._coming &= self._redraw.waiting()
            self.coming_changed.emit()

    def put_placeholder(self, layer: QgsRasterLayer) -> None:
        """Show what stands in for the images of a layer."""
        identity = rasters.identity_of(layer)
        if identity is not None:
            rasters.swap_source(layer, self._paths.placeholder(identity))
            self.changed.emit()

    def drop_expired(self) -> None:
        """Show the placeholder where a signature has ended, a few layers a turn: GDAL would draw nothing."""
        for layer in self.layers():
            if self._is_over(layer):
                self._turns.later(partial(self._drop, layer.id()))

    def release(self) -> None:
        """Show placeholders everywhere, a few layers a turn, and forget what the layers lived on."""
        files = self._paths.live_files()
        self._forget()
        for layer in self.layers():
            if not rasters.waits(layer):
                self._turns.later(partial(self._put_away, layer.id()))
        self._turns.later(partial(self._paths.forget_live, files))  # none that came meanwhile

    def rest(self) -> None:
        """Give every layer at once a source that needs no plugin and none of its memory: it is unloaded."""
        for layer in self.layers():
            identity = rasters.identity_of(layer)
            if identity is not None:
                rasters.swap_source(layer, to_resting(identity))
        self.forget()

    def forget(self) -> None:
        """Forget what layers lived on that are not there any more."""
        self._forget()
        self._paths.forget_live(self._paths.live_files())

    def _forget(self) -> None:
        self._leases.clear()
        self._paths.forget_own()
        self._redraw.clear()
        self._coming.clear()
        self.coming_changed.emit()

    def _drop(self, layer_id: str) -> None:
        layer = self._project.mapLayer(layer_id)
        if isinstance(layer, QgsRasterLayer) and self._is_over(layer):
            self.put_placeholder(layer)

    def _put_away(self, layer_id: str) -> None:
        layer = self._project.mapLayer(layer_id)
        if isinstance(layer, QgsRasterLayer):
            self.put_placeholder(layer)

    def _is_over(self, layer: QgsRasterLayer) -> bool:
        lease = self._lease_of(layer)
        return lease is not None and lease.is_over(self._clocks)

    def _lease_of(self, layer: QgsRasterLayer) -> Lease | None:
        identity = rasters.identity_of(layer) if rasters.lives(layer) else None
        return self._leases.get(identity.key) if identity is not None else None

    def _give_signature(self, layer_id: str, key: str, source: str, *, redraw: bool) -> None:
        layer = self._project.mapLayer(layer_id)
        identity = None if layer is None else rasters.identity_of(layer)
        if identity is None or identity.key != key:
            return  # removed meanwhile, or it shows something else now
        waited = rasters.waits(layer)
        if not rasters.swap_source(layer, source, quietly=True):
            self.put_placeholder(layer)
        elif waited or redraw:
            self._redraw.add(layer_id)

    def _rehearse_those_that_came(self, layer_ids: list[str]) -> None:
        self._rehearse(layer_ids, partial(self._draw_those_that_came, layer_ids))

    def _draw_those_that_came(self, layer_ids: list[str]) -> None:
        """Have the map drawn with layers that came alive."""
        for layer in filter(None, map(self._project.mapLayer, layer_ids)):
            layer.dataSourceChanged.emit()
            layer.triggerRepaint()
        self._coming.difference_update(layer_ids)
        self.coming_changed.emit()
        self.changed.emit()
