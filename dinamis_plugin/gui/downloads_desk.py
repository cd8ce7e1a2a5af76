"""The panel and the dialog of downloads, wired to the controllers."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from qgis.PyQt.QtCore import QCoreApplication, QObject, QUrl
from qgis.PyQt.QtGui import QDesktopServices
from qgis.PyQt.QtWidgets import QWidget

from ..controllers.app import Controllers
from ..controllers.estimates import SizeEstimate
from ..controllers.messages import Notice, NoticeLevel
from ..domain.scene import Scene
from .download_dialog import DownloadChoice, DownloadDialog
from .downloads_panel import DownloadsPanel
from .notices import NoticeArea

translate = QCoreApplication.translate


class DownloadsDesk(QObject):
    """Asks what shall be downloaded, starts it, and shows what becomes of it."""

    def __init__(self, owner: QWidget, controllers: Controllers, notices: NoticeArea) -> None:
        super().__init__(owner)
        self._owner = owner
        self._do = controllers
        self._notices = notices
        self._dialog: DownloadDialog | None = None
        self._folder = ""
        downloads, copies = controllers.downloads, controllers.copies
        self.panel = DownloadsPanel(
            lambda job: bool(copies.layers_of(job.order.href)),
            lambda job: bool(copies.copies_of(job.order.href)),
        )
        self.panel.pause_requested.connect(downloads.pause)
        self.panel.resume_requested.connect(downloads.resume)
        self.panel.cancel_requested.connect(downloads.cancel)
        self.panel.use_requested.connect(copies.switch)
        self.panel.remote_requested.connect(copies.switch_back)
        self.panel.clear_requested.connect(downloads.clear_finished)
        downloads.changed.connect(self._changed)
        downloads.progress.connect(lambda job, _percent: self.panel.show_progress(job))
        downloads.started.connect(lambda _job: self._notices.clear("downloads"))
        downloads.failed.connect(lambda _scene, notice: self._tell(notice))
        downloads.interrupted.connect(self._interrupted)
        copies.switched.connect(lambda _layer: self._changed())
        copies.failed.connect(self._tell)
        controllers.packs.failed.connect(self._tell)
        controllers.packs.finished.connect(self._pack_made)
        controllers.estimates.ready.connect(self._estimate_came)
        self._changed()

    def ask(self, scenes: Sequence[Scene]) -> None:
        """Ask how the downloadable ones of these scenes shall come."""
        wanted = [scene for scene in scenes if scene.is_downloadable]
        if wanted:
            self._do.aois.find_text(lambda area: self._open(wanted, area))

    def _open(self, wanted: Sequence[Scene], area: str) -> None:
        if self._dialog is not None:
            return
        start = self._folder or str(self._do.downloads.project_folder() or "")
        dialog = DownloadDialog(
            wanted,
            area,
            start,
            on_map=any(self._is_on_map(scene) for scene in wanted),
            parent=self._owner.window(),
        )
        self._dialog = dialog
        dialog.estimate_requested.connect(lambda wkt, folder: self._do.estimates.ask(wanted, wkt, folder))
        dialog.chosen.connect(lambda choice: self._start(wanted, choice))
        dialog.finished.connect(self._closed)
        dialog.ask()
        dialog.open()

    def close(self) -> None:
        """Close the dialog that is open."""
        if self._dialog is not None:
            self._dialog.reject()

    def _start(self, scenes: Sequence[Scene], choice: DownloadChoice) -> None:
        self._folder = choice.folder
        if choice.pack_name:
            self._do.packs.make(scenes, choice.folder, choice.pack_name, choice.area, zipped=choice.zipped)
            return
        for scene in scenes:
            self._do.downloads.download(
                scene,
                None,
                Path(choice.folder),
                area=choice.area,
                add_to_map=choice.add_to_map,
                switch_layers=choice.switch_layers,
            )

    def _is_on_map(self, scene: Scene) -> bool:
        asset = scene.preferred_asset()
        return asset is not None and bool(self._do.copies.layers_of(asset.href))

    def _closed(self) -> None:
        dialog, self._dialog = self._dialog, None
        if dialog is not None:
            dialog.deleteLater()

    def _estimate_came(self, found: SizeEstimate) -> None:
        if self._dialog is not None:
            self._dialog.show_estimate(found)

    def _changed(self) -> None:
        self.panel.show_jobs(self._do.downloads.jobs)

    def _tell(self, notice: Notice) -> None:
        self._notices.show_notice("downloads", notice)

    def _interrupted(self, count: int) -> None:
        self.panel.unfold()
        notice = Notice(
            NoticeLevel.INFO,
            translate("Dinamis", "Downloads interrupted"),
            translate("Dinamis", "%n download(s) did not end in the last session.", None, count),
            translate("Dinamis", "They go on where they stopped."),
        )
        resume = translate("Dinamis", "Resume")
        self._tell(notice.with_action(resume, self._do.downloads.resume_all))

    def _pack_made(self, path: Path) -> None:
        notice = Notice(
            NoticeLevel.SUCCESS,
            translate("Dinamis", "Offline pack ready"),
            translate("Dinamis", "{name} holds the images, their styles and a project.").format(
                name=path.name
            ),
        )
        folder = QUrl.fromLocalFile(str(path.parent))
        show = translate("Dinamis", "Show in the folder")
        self._tell(notice.with_action(show, lambda: QDesktopServices.openUrl(folder)))
