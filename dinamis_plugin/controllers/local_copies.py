"""Layers that read a downloaded file from now on, and keep all that a person gave them (CAT-30)."""

from __future__ import annotations

from pathlib import Path

from qgis.core import QgsMapLayer, QgsProject, QgsRasterLayer
from qgis.PyQt.QtCore import QCoreApplication, QObject, QTimer, pyqtSignal

from ..domain.download_job import DownloadJob
from ..domain.errors import DinamisError
from ..domain.layer_source import LayerIdentity
from ..qgisio import rasters
from ..qgisio.clips import check_readable
from ..qgisio.layer_paths import identity_in
from ..tasks.runner import TaskRunner
from .downloads import DownloadController
from .layers import SignedLayersController
from .messages import notice_for

translate = QCoreApplication.translate

REMOTE_PROPERTY = "dinamis/remote"
"""Custom property of a layer that reads a local copy: its source at the service, without a signature."""


class LocalCopies(QObject):
    """Switches the signed layers of an image to its file, and back.

    Signals:
        switched: the QgsRasterLayer, either way; its style, name, order, opacity and id are what they were.
        failed: a Notice.
    """

    switched = pyqtSignal(object)
    failed = pyqtSignal(object)

    def __init__(
        self,
        runner: TaskRunner,
        downloads: DownloadController,
        layers: SignedLayersController,
        project: QgsProject | None = None,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._runner = runner
        self._layers = layers
        self._project = project or QgsProject.instance()
        downloads.finished.connect(self._finished)

    def layers_of(self, href: str) -> list[QgsRasterLayer]:
        """The layers of the project that read an image from the service, by its address without signature."""
        known = [(layer, rasters.identity_of(layer)) for layer in self._layers.layers()]
        return [layer for layer, identity in known if identity is not None and identity.href == href]

    @staticmethod
    def is_copy(layer: QgsMapLayer) -> bool:
        """Whether a layer reads a local copy of an image."""
        return _remote_of(layer) is not None

    def copies_of(self, href: str) -> list[QgsRasterLayer]:
        """The layers of the project that read a local copy of an image, by its address without signature."""
        remotes = [(layer, _remote_of(layer)) for layer in self._project.mapLayers().values()]
        return [layer for layer, remote in remotes if remote is not None and remote.href == href]

    def read_remote(self, layer: QgsRasterLayer) -> bool:
        """Let a layer that reads a local copy read from the service again; False for any other layer.

        It works also when the file is gone. The layer waits until its image is signed; the file stays.
        """
        identity = _remote_of(layer)
        if identity is None:
            return False
        layer.removeCustomProperty(REMOTE_PROPERTY)
        self._layers.change(layer, identity)
        self._project.setDirty(True)
        self.switched.emit(layer)
        return True

    def switch_back(self, job: DownloadJob) -> None:
        """Let the layers that read a downloaded file read from the service again."""
        for layer in self.copies_of(job.order.href):
            self.read_remote(layer)

    def switch(self, job: DownloadJob) -> None:
        """Let the layers of a downloaded image read its file."""
        ids = [layer.id() for layer in self.layers_of(job.order.href)]
        if not ids:
            return
        path = Path(job.target)
        self._runner.run(
            translate("Dinamis", "Looking at {name}").format(name=path.name),
            lambda _context: check_readable(path),
            lambda _: self._switch_next(ids, path),
            self._refused,
        )

    def _finished(self, job: DownloadJob) -> None:
        if job.order.switch_layers:
            self.switch(job)

    def _refused(self, error: DinamisError) -> None:
        self.failed.emit(notice_for(error))

    def _switch_next(self, ids: list[str], path: Path) -> None:
        """Switch one layer a turn of the event loop."""
        layer = self._project.mapLayer(ids[0]) if ids else None
        if isinstance(layer, QgsRasterLayer):
            saved = layer.customProperty(rasters.PROPERTY)
            if rasters.swap_source(layer, str(path)):
                layer.removeCustomProperty(rasters.PROPERTY)
                layer.setCustomProperty(REMOTE_PROPERTY, saved)
                self._project.setDirty(True)
                self.switched.emit(layer)
        if ids[1:]:
            QTimer.singleShot(0, lambda: self._switch_next(ids[1:], path))


def _remote_of(layer: QgsMapLayer) -> LayerIdentity | None:
    """What a layer that reads a local copy showed at the service; None for any other layer."""
    return (
        identity_in(layer.customProperty(REMOTE_PROPERTY, "")) if isinstance(layer, QgsRasterLayer) else None
    )
