"""Offline packs for the field: images or clips, styles, metadata, licences and a project (CAT-30)."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from qgis.core import QgsRasterLayer
from qgis.PyQt.QtCore import QCoreApplication, QObject, pyqtSignal
from qgis.PyQt.QtXml import QDomDocument

from ..api.service import Service
from ..domain.download_job import DownloadJob, JobState
from ..domain.errors import DinamisError, FileGoneError, NotSignedInError
from ..domain.scene import Scene
from ..qgisio import offline_pack
from ..qgisio.offline_pack import PackedImage
from ..tasks.runner import TaskContext, TaskRunner
from .downloads import DownloadController
from .local_copies import LocalCopies
from .messages import notice_for
from .session import SessionController, SessionState

translate = QCoreApplication.translate


class PackController(QObject):
    """Makes packs: their images go through the queue of downloads, the rest follows when all are there.

    Signals:
        finished: the path of the folder or archive.
        failed: a Notice.
    """

    finished = pyqtSignal(object)
    failed = pyqtSignal(object)

    def __init__(
        self,
        runner: TaskRunner,
        session: SessionController,
        downloads: DownloadController,
        copies: LocalCopies,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._runner = runner
        self._session = session
        self._downloads = downloads
        self._copies = copies
        self._at_work: set[str] = set()
        downloads.finished.connect(lambda job: self._complete_if_whole(job.order.pack))
        session.state_changed.connect(self._session_changed)

    def make(self, scenes: Sequence[Scene], parent: str, name: str, area: str, *, zipped: bool) -> None:
        """Start a pack of the preferred images of scenes, whole or cut to an area (WKT in EPSG:4326)."""

        def ready(folder: Path) -> None:
            for scene in scenes:
                self._downloads.download(
                    scene,
                    None,
                    folder / offline_pack.IMAGES,
                    area=area,
                    add_to_map=False,
                    pack=str(folder),
                    pack_zipped=zipped,
                )

        self._runner.run(
            translate("Dinamis", "Preparing the offline pack"),
            lambda _context: offline_pack.make_folder(Path(parent), name),
            ready,
            lambda error: self.failed.emit(notice_for(error)),
        )

    def _session_changed(self, state: SessionState) -> None:
        """Take up the packs of an earlier session whose images are all there."""
        if state is SessionState.SIGNED_IN:
            for pack in {job.order.pack for job in self._downloads.jobs}:
                self._complete_if_whole(pack)

    def _complete_if_whole(self, pack: str) -> None:
        jobs = [job for job in self._downloads.jobs if job.order.pack == pack]
        if pack and pack not in self._at_work and all(job.state is JobState.DONE for job in jobs):
            self._complete(jobs)

    def _complete(self, jobs: list[DownloadJob]) -> None:
        """All images are there: write what goes with them."""
        self._at_work.add(jobs[0].order.pack)
        service, folder = self._session.service, Path(jobs[0].order.pack)
        if service is None:
            self._failed(jobs, NotSignedInError(self._session.why_not))
            return
        styles = [self._style_of(job) for job in jobs]

        def work(context: TaskContext) -> list[QgsRasterLayer]:
            images = [_described(service, job, style, context) for job, style in zip(jobs, styles)]
            offline_pack.write_documents(folder, images)
            return offline_pack.open_layers(folder, images)

        self._runner.run(
            translate("Dinamis", "Writing the offline pack"),
            work,
            lambda layers: self._write_project(jobs, layers),
            lambda error: self._failed(jobs, error),
        )

    def _write_project(self, jobs: list[DownloadJob], layers: list[QgsRasterLayer]) -> None:
        folder = Path(jobs[0].order.pack)
        if not offline_pack.write_project(folder, layers):
            self._failed(jobs, FileGoneError(str(folder)))
        elif jobs[0].order.pack_zipped:
            self._runner.run(
                translate("Dinamis", "Packing the offline pack"),
                lambda _context: offline_pack.zip_folder(folder),
                lambda archive: self._done(jobs, archive),
                lambda error: self._failed(jobs, error),
            )
        else:
            self._done(jobs, folder)

    def _done(self, jobs: list[DownloadJob], path: Path) -> None:
        self._at_work.discard(jobs[0].order.pack)
        for job in jobs:
            self._downloads.cancel(job)  # done: it leaves the queue, the file stays in the pack
        self.finished.emit(path)

    def _failed(self, jobs: list[DownloadJob], error: DinamisError) -> None:
        self._at_work.discard(jobs[0].order.pack)
        again = translate("Dinamis", "Try again")
        self.failed.emit(notice_for(error).with_action(again, lambda: self._complete(jobs)))

    def _style_of(self, job: DownloadJob) -> str:
        """The style that the person gave to a layer of this image, if there is one on the map."""
        layers = self._copies.layers_of(job.order.href)
        if not layers:
            return ""
        document = QDomDocument()
        layers[0].exportNamedStyle(document)
        return str(document.toString())


def _described(service: Service, job: DownloadJob, style: str, context: TaskContext) -> PackedImage:
    order, catalogue = job.order, service.catalogue
    item = catalogue.item_document(order.collection, order.item_id, context.cancelled)
    collection = catalogue.collection_document(order.collection, context.cancelled)
    return PackedImage(job, item, collection, style)
