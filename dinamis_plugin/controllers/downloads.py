"""The queue of downloads: paused, resumed after a restart, cancelled, tried again (CAT-30)."""

from __future__ import annotations

import time
import uuid
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from qgis.core import QgsProject, QgsRasterLayer
from qgis.PyQt.QtCore import QCoreApplication, QObject, QTimer, pyqtSignal

from ..api.part import Part
from ..domain.download import RateMeter
from ..domain.download_job import DownloadJob, DownloadOrder, JobState, queue_text
from ..domain.errors import NO_PART, CancelledError, DinamisError, NotSignedInError
from ..domain.file_names import file_name
from ..domain.scene import Scene
from ..qgisio.download_store import queue_path, read_queue, write_queue
from ..tasks.fetching import fetch, with_progress
from ..tasks.runner import TaskContext, TaskHandle, TaskRunner
from .messages import Notice, NoticeLevel, notice_for
from .session import SessionController
from .signers import ImageSigners

translate = QCoreApplication.translate

AT_ONCE = 2
"""Downloads at once; each has several connections, and other work needs threads too."""
SAVE_MS = 200


@dataclass
class _Entry:
    """A job of the queue with what belongs to this session only."""

    job: DownloadJob
    scene: Scene | None = None
    handle: TaskHandle | None = None
    meter: RateMeter = field(default_factory=RateMeter)
    leaving: bool = False
    """The person cancelled it: nothing of it stays."""


class DownloadController(QObject):
    """Downloads images and adds the local files to the map.

    Signals:
        changed: the queue, or the state of a DownloadJob in it.
        started: the DownloadJob; it runs.
        progress: the DownloadJob and the percentage.
        finished: the DownloadJob; the file is whole.
        layer_added: the QgsRasterLayer of the local file.
        failed: the Scene, None when it is not at hand, and a Notice; the next try goes on where it stopped.
        paused: the DownloadJob; what came of it stays.
        cancelled: the DownloadJob; nothing of it stays.
        interrupted: how many downloads an earlier session left unfinished.
    """

    changed = pyqtSignal()
    started = pyqtSignal(object)
    progress = pyqtSignal(object, float)
    finished = pyqtSignal(object)
    layer_added = pyqtSignal(object)
    failed = pyqtSignal(object, object)
    paused = pyqtSignal(object)
    cancelled = pyqtSignal(object)
    interrupted = pyqtSignal(int)

    def __init__(
        self,
        runner: TaskRunner,
        session: SessionController,
        signers: ImageSigners,
        project: QgsProject | None = None,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._runner = runner
        self._session = session
        self._signers = signers
        self._project = project or QgsProject.instance()
        self._entries: dict[str, _Entry] = {}
        self._path = queue_path()
        self._writing = False
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(SAVE_MS)
        self._soon.timeout.connect(self._write)
        self.changed.connect(self._soon.start)
        session.signing_out.connect(self.pause_all)

    @property
    def jobs(self) -> list[DownloadJob]:
        """The queue, in the order in which it is worked off."""
        return [entry.job for entry in self._entries.values()]

    @property
    def running(self) -> list[DownloadJob]:
        """The downloads that run now."""
        return [job for job in self.jobs if job.state is JobState.RUNNING]

    # Adding

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

    def download(self, scene: Scene, asset_key: str | None, folder: Path, **options: Any) -> bool:
        """Download one image of a scene, or what lies of it in an area.

        Args:
            scene: the scene.
            asset_key: its file, None for the one that a person expects.
            folder: where it goes.
            options: `area`, `add_to_map`, `switch_layers`, `pack` and `pack_zipped` of `DownloadOrder`.

        Returns:
            False, with `failed`, when it cannot start; also when it is in the queue already: then it goes on.
        """
        asset = scene.preferred_asset() if asset_key is None else scene.asset(asset_key)
        if asset is None:
            self.failed.emit(scene, _nothing_to_download(scene))
            return False
        name = file_name(scene, asset, clipped=bool(options.get("area")))
        where = {"id": uuid.uuid4().hex, "folder": str(folder), "name": name, **options}
        order = DownloadOrder.of(scene, asset, **where)
        if not self._may_start(order, scene):
            return False
        known = self._unfinished(order)
        if known is not None:
            self.resume(known)
            return False
        self._entries[order.id] = _Entry(DownloadJob(order, total=asset.size_bytes), scene)
        self._start_next()
        return True

    def _unfinished(self, order: DownloadOrder) -> DownloadJob | None:
        """The download of the same into the same folder that is in the queue: two would write one file."""
        wanted = (order.href, order.folder, order.area)
        jobs = [job for job in self.jobs if job.state is not JobState.DONE]
        same = (job for job in jobs if (job.order.href, job.order.folder, job.order.area) == wanted)
        return next(same, None)

    def _may_start(self, order: DownloadOrder, scene: Scene | None) -> bool:
        may = self._session.can_use_resources or order.open_data or self._signers.has_own_signer(order.href)
        if self._session.service is not None and may:
            return True
        self.failed.emit(scene, self._session.notice_for(NotSignedInError(self._session.why_not)))
        return False

    # What a person does with one

    def pause(self, job: DownloadJob) -> None:
        """Stop a download; what came of it stays, and `resume` goes on there."""
        entry = self._entries.get(job.order.id)
        if entry is None or job.state not in (JobState.WAITING, JobState.RUNNING):
            return
        if entry.handle is not None:
            entry.handle.cancel()
        else:
            self._settle(entry, JobState.PAUSED)

    def resume(self, job: DownloadJob) -> None:
        """Go on with a download that was paused, interrupted or failed."""
        entry = self._entries.get(job.order.id)
        if entry is None or entry.leaving or job.state not in (JobState.PAUSED, JobState.FAILED):
            return
        if self._may_start(job.order, entry.scene):
            job.state, job.reason = JobState.WAITING, ""
            self._start_next()

    def cancel(self, job: DownloadJob) -> None:
        """Take a download out of the queue; of an unfinished one nothing stays on the disk."""
        entry = self._entries.get(job.order.id)
        if entry is None:
            return
        if job.state is JobState.DONE:
            self._forget(entry)
            return
        if entry.leaving:
            return
        entry.leaving = True
        if entry.handle is not None:
            entry.handle.cancel()
        else:
            self._remove(entry)

    def pause_all(self) -> None:
        """Pause every download that waits or runs and takes a sign-in."""
        for job in self.jobs:
            if not job.order.open_data:
                self.pause(job)

    def resume_all(self) -> None:
        """Go on with all that is paused."""
        for job in self.jobs:
            if job.state is JobState.PAUSED:
                self.resume(job)

    def clear_finished(self) -> None:
        """Take what is done out of the queue; the files stay, and so do packs that are not whole yet."""
        open_packs = {job.order.pack for job in self.jobs if job.state is not JobState.DONE}
        for entry in list(self._entries.values()):
            order = entry.job.order
            if entry.job.state is JobState.DONE and not (order.pack and order.pack in open_packs):
                del self._entries[order.id]
        self.changed.emit()

    # From one session to the next

    def restore(self) -> None:
        """Take over the queue of the last session; what was unfinished waits for `resume`."""
        path = self._path
        self._runner.run(
            translate("Dinamis", "Reading the downloads of the last session"),
            lambda _context: [with_progress(job) for job in read_queue(path)],
            self._restored,
        )

    def shutdown(self) -> None:
        """Note the queue for the next session; called before the work is ended."""
        self._soon.stop()
        if self._entries or self._path.exists():
            write_queue(queue_text(self.jobs), self._path)

    def _restored(self, jobs: list[DownloadJob]) -> None:
        for job in jobs:
            self._entries.setdefault(job.order.id, _Entry(job))
        self.changed.emit()
        count = sum(job.state is JobState.PAUSED for job in jobs)
        if count:
            self.interrupted.emit(count)

    def _write(self) -> None:
        """Write the queue in a worker, one writing after the other."""
        if self._writing:
            self._soon.start()
            return
        self._writing = True
        text, path = queue_text(self.jobs), self._path

        def written(_result: object) -> None:
            self._writing = False

        self._runner.run(
            translate("Dinamis", "Noting the downloads"),
            lambda _context: write_queue(text, path),
            written,
            written,
        )

    # Working

    def _start_next(self) -> None:
        free = AT_ONCE - sum(entry.handle is not None for entry in self._entries.values())
        entries = [entry for entry in self._entries.values() if not entry.leaving]
        waiting = [entry for entry in entries if entry.job.state is JobState.WAITING]
        for entry in waiting[: max(0, free)]:
            self._start(entry)
        self.changed.emit()

    def _start(self, entry: _Entry) -> None:
        service, job = self._session.service, entry.job
        if service is None:
            self._settle(entry, JobState.PAUSED)
            return
        target = job.target
        signers = self._signers.now() if self._signers.has_own_signer(job.order.href) else None

        def work(context: TaskContext) -> QgsRasterLayer | None:
            return fetch(service, job.order, target, context, signers)

        job.state, entry.meter = JobState.RUNNING, RateMeter()
        entry.handle = self._runner.run(
            translate("Dinamis", "Downloading {name}").format(name=job.order.name),
            work,
            lambda layer: self._done(entry, layer),
            lambda error: self._stopped(entry, error),
            on_part=lambda part: self._part_came(entry, part),
        )
        self.started.emit(job)

    def _part_came(self, entry: _Entry, part: str | tuple[int, int | None]) -> None:
        job = entry.job
        if isinstance(part, str):
            job.target = part
            self.changed.emit()
            return
        job.done, job.total = part
        entry.meter.note(time.monotonic(), job.done)
        job.rate, job.remaining_s = entry.meter.rate, entry.meter.remaining_s(job.total)
        if job.percent is not None:
            self.progress.emit(job, job.percent)

    def _done(self, entry: _Entry, layer: QgsRasterLayer | None) -> None:
        entry.handle = None
        self._settle(entry, JobState.DONE)
        self.finished.emit(entry.job)
        if layer is not None:
            self._project.addMapLayer(layer)
            self.layer_added.emit(layer)

    def _stopped(self, entry: _Entry, error: DinamisError) -> None:
        entry.handle = None
        if entry.leaving:
            self._remove(entry)
        elif isinstance(error, CancelledError):
            self._settle(entry, JobState.PAUSED)
            self.paused.emit(entry.job)
        else:
            notice = notice_for(error)
            entry.job.reason = notice.title
            self._settle(entry, JobState.FAILED)
            self.failed.emit(entry.scene, self._with_way_out(notice, entry, error))

    def _with_way_out(self, notice: Notice, entry: _Entry, error: DinamisError) -> Notice:
        """The whole image where no part of it can come, else another try."""
        scene = entry.scene
        if scene is not None and isinstance(error, NO_PART):
            whole = translate("Dinamis", "Whole image")
            return notice.with_action(whole, lambda: self._take_whole(entry.job, scene))
        return notice.with_action(translate("Dinamis", "Try again"), lambda: self.resume(entry.job))

    def _take_whole(self, job: DownloadJob, scene: Scene) -> None:
        """Download the image of a part in its place."""
        order = job.order
        self.download(
            scene,
            order.asset_key,
            Path(order.folder),
            add_to_map=order.add_to_map,
            switch_layers=order.switch_layers,
            pack=order.pack,
            pack_zipped=order.pack_zipped,
        )
        self.cancel(job)

    def _settle(self, entry: _Entry, state: JobState) -> None:
        job = entry.job
        job.state, job.rate, job.remaining_s = state, 0.0, None
        self._start_next()

    def _remove(self, entry: _Entry) -> None:
        """Take what came of a download from the disk, in a worker, and then the download from the queue."""
        target = entry.job.target

        def work(_context: TaskContext) -> None:
            if target:
                Part(Path(target)).remove()

        text = translate("Dinamis", "Removing an unfinished download")
        self._runner.run(text, work, lambda _: self._forget(entry), lambda _: self._forget(entry))

    def _forget(self, entry: _Entry) -> None:
        self._entries.pop(entry.job.order.id, None)
        if entry.leaving:
            self.cancelled.emit(entry.job)
        self._start_next()


# Words


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
