"""Downloads of images into a folder, in tasks (CAT-32)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from qgis.core import QgsApplication, QgsProject, QgsRasterLayer
from qgis.PyQt.QtCore import QCoreApplication, QObject, pyqtSignal

from ..domain.errors import CancelledError, CorruptImageError, DinamisError, NotSignedInError
from ..domain.scene import Asset, Scene
from ..qgisio import rasters
from ..tasks.runner import TaskContext, TaskHandle, TaskRunner
from .messages import Notice, NoticeLevel, notice_for
from .session import SessionController

translate = QCoreApplication.translate

_NOT_IN_NAMES = re.compile(r"[^\w.+-]+")


@dataclass(frozen=True)
class Download:
    """One download that runs, or has ended.

    Attributes:
        scene: the scene it belongs to.
        asset: the file of the scene.
        target: where it is written.
    """

    scene: Scene
    asset: Asset
    target: Path


class DownloadController(QObject):
    """Downloads images and adds the local files to the map.

    Signals:
        started: the Download.
        progress: the Download and the percentage.
        finished: the Download; the file is whole.
        layer_added: the QgsRasterLayer of the local file.
        failed: the Scene and a Notice; after a cut the next try goes on where it stopped.
        cancelled: the Download.
    """

    started = pyqtSignal(object)
    progress = pyqtSignal(object, float)
    finished = pyqtSignal(object)
    layer_added = pyqtSignal(object)
    failed = pyqtSignal(object, object)
    cancelled = pyqtSignal(object)

    def __init__(
        self,
        runner: TaskRunner,
        session: SessionController,
        project: QgsProject | None = None,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._runner = runner
        self._session = session
        self._project = project or QgsProject.instance()
        self._running: dict[Path, tuple[Download, TaskHandle]] = {}

    @property
    def running(self) -> list[Download]:
        """The downloads that run now."""
        return [download for download, _ in self._running.values()]

    def project_folder(self) -> Path | None:
        """The folder of the saved project, None when it was never saved to a folder."""
        folder = self._project.absolutePath()
        return Path(folder) if folder else None

    def download_to_project(self, scene: Scene, asset_key: str | None = None) -> bool:
        """Download into the project's folder; False, and `failed`, when the project has none yet."""
        folder = self.project_folder()
        if folder is None:
            self.failed.emit(scene, _no_folder())
            return False
        return self.download(scene, asset_key, folder)

    def download(
        self,
        scene: Scene,
        asset_key: str | None,
        folder: Path,
        *,
        add_to_map: bool = True,
    ) -> bool:
        """Download one image of a scene; False, and `failed`, when it cannot start."""
        asset = scene.preferred_asset() if asset_key is None else scene.asset(asset_key)
        service = self._session.service
        if asset is None:
            self.failed.emit(scene, _nothing_to_download(scene))
            return False
        if service is None or not (self._session.can_use_resources or scene.open_data):
            self.failed.emit(scene, self._session.notice_for(NotSignedInError(self._session.why_not)))
            return False
        job = Download(scene, asset, Path(folder) / file_name(scene, asset))
        if job.target in self._running:
            return False

        def work(context: TaskContext) -> QgsRasterLayer | None:
            def progress(received: int, total: int | None) -> None:
                if total:
                    context.tell(100.0 * received / total)

            service.download(asset.href, job.target, progress, context.cancelled)
            return _local_layer(job) if add_to_map else None

        handle = self._runner.run(
            translate("Dinamis", "Downloading {name}").format(name=job.target.name),
            work,
            lambda layer: self._done(job, layer),
            lambda error: self._stopped(job, error),
            on_part=lambda percent: self.progress.emit(job, percent),
        )
        self._running[job.target] = (job, handle)
        self.started.emit(job)
        return True

    def cancel(self, job: Download) -> None:
        """Stop a download; nothing of it stays on the disk."""
        running = self._running.get(job.target)
        if running is not None:
            running[1].cancel()

    def _done(self, job: Download, layer: QgsRasterLayer | None) -> None:
        self._running.pop(job.target, None)
        self.finished.emit(job)
        if layer is not None:
            self._project.addMapLayer(layer)
            self.layer_added.emit(layer)

    def _stopped(self, job: Download, error: DinamisError) -> None:
        self._running.pop(job.target, None)
        if isinstance(error, CancelledError):
            self.cancelled.emit(job)
            return
        notice = notice_for(error)
        again = translate("Dinamis", "Try again")
        folder = job.target.parent
        self.failed.emit(
            job.scene,
            notice.with_action(again, lambda: self.download(job.scene, job.asset.key, folder)),
        )


def file_name(scene: Scene, asset: Asset) -> str:
    """Name the file of an image: only characters that every file system takes."""
    stem = _NOT_IN_NAMES.sub("_", f"{scene.id}_{asset.key}").strip("._") or "image"
    suffix = Path(asset.href.split("?")[0]).suffix.lower()
    return f"{stem[:150]}{suffix if suffix in ('.tif', '.tiff', '.jp2') else '.tif'}"


def _local_layer(job: Download) -> QgsRasterLayer:
    """Open the downloaded file in the worker, with the style of a signed layer."""
    title = f"{job.scene.title} ({job.asset.title})"
    options = QgsRasterLayer.LayerOptions(loadDefaultStyle=False)
    layer = QgsRasterLayer(str(job.target), title, "gdal", options)
    if not layer.isValid():
        raise CorruptImageError(job.target.name)
    rasters.apply_default_style(layer)
    layer.moveToThread(QgsApplication.instance().thread())
    return layer


def _no_folder() -> Notice:
    return Notice(
        NoticeLevel.WARNING,
        translate("Dinamis", "Save the project first"),
        translate("Dinamis", "Downloads go into the folder of the project, and this project has none yet."),
        translate("Dinamis", "Save the project, then start the download again, or choose a folder."),
    )


def _nothing_to_download(scene: Scene) -> Notice:
    return Notice(
        NoticeLevel.WARNING,
        translate("Dinamis", "Nothing to download"),
        translate("Dinamis", "{scene} has no image that can be downloaded.").format(scene=scene.title),
        translate("Dinamis", "It may be orderable: use the order button."),
    )
