"""Layers between their placeholder and their signed images: swapped on the GUI thread, a few a turn."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

from qgis.core import QgsProject, QgsRasterLayer
from qgis.PyQt.QtCore import QObject, pyqtSignal

from ..domain.layer_source import LayerIdentity
from ..domain.lease import Clocks, Lease
from ..domain.signed_url import SignedUrl
from ..qgisio import adoption, rasters
from ..qgisio.layer_paths import LayerPaths
from ..tasks.opening import Opened
from .turns import Gathering, Turns


class LiveLayers(QObject):
    """Knows for how long each layer lives, and gives it its images or its placeholder.

    Signals:
        changed: layers may show something else than before.
    """

    changed = pyqtSignal()

    def __init__(
        self, paths: LayerPaths, project: QgsProject, clocks: Clocks, turns: Turns, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._paths = paths
        self._project = project
        self._clocks = clocks
        self._turns = turns
        self._leases: dict[str, Lease] = {}
        self._redraw = Gathering(self._draw_those_that_came, self)

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
        """The signatures of layers that a person added with a signed address of their own, by address.

        The clock of who signed is `ahead` of this machine's.
        """
        found: dict[str, SignedUrl] = {}
        for layer in self.layers():
            if layer.isValid():
                found.update(adoption.signatures_in(layer.source()))
        return {href: url.set_by(ahead) for href, url in found.items()}

    def come_alive(self, wanted: LayerIdentity, opened: Opened) -> None:
        """Have every layer of these images read them."""
        before = self._leases.get(wanted.key)
        # after a long sleep the map may have been drawn with what had ended: blank
        blank = before is not None and before.is_over(self._clocks)
        self._leases[wanted.key] = opened.lease
        for layer in self.layers():
            identity = rasters.identity_of(layer)
            if identity is not None and identity.key == wanted.key:
                self._turns.later(partial(self._give_signature, layer.id(), opened.source, redraw=blank))

    def all_came(self) -> None:
        """Have the map drawn at once with the last layers that came alive."""
        self._redraw.finish()

    def put_placeholder(self, layer: QgsRasterLayer) -> None:
        """Show what stands in for the images of a layer."""
        identity = rasters.identity_of(layer)
        if identity is not None:
            rasters.swap_source(layer, self._paths.placeholder(identity))
            self.changed.emit()

    def drop_expired(self) -> None:
        """Show the placeholder where a signature has ended: GDAL would draw nothing."""
        for layer in self.layers():
            lease = self._lease_of(layer)
            if lease is not None and lease.is_over(self._clocks):
                self.put_placeholder(layer)

    def release(self) -> None:
        """Show placeholders everywhere, and forget what the layers lived on."""
        for layer in self.layers():
            if not rasters.waits(layer):
                self.put_placeholder(layer)
        self._leases.clear()
        self._paths.forget_live()

    def _lease_of(self, layer: QgsRasterLayer) -> Lease | None:
        identity = rasters.identity_of(layer) if rasters.lives(layer) else None
        return self._leases.get(identity.key) if identity is not None else None

    def _give_signature(self, layer_id: str, source: str, *, redraw: bool) -> None:
        layer = self._project.mapLayer(layer_id)
        if layer is None:
            return  # removed meanwhile
        waited = rasters.waits(layer)
        if not rasters.swap_source(layer, source, quietly=True):
            self.put_placeholder(layer)
        elif waited or redraw:
            self._redraw.add(layer_id)

    def _draw_those_that_came(self, layer_ids: list[str]) -> None:
        """Have the map drawn with the layers that came alive, many at once: QGIS draws all anew each time."""
        for layer in filter(None, map(self._project.mapLayer, layer_ids)):
            layer.dataSourceChanged.emit()
            layer.triggerRepaint()
        self.changed.emit()
