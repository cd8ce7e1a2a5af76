"""How much will come: the size of downloads, whole or cut, and the room for them (CAT-30)."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from qgis.PyQt.QtCore import QCoreApplication, QObject, pyqtSignal

from ..domain.errors import CancelledError, DinamisError
from ..domain.scene import Scene
from ..qgisio.clips import estimate
from ..tasks.runner import TaskContext, TaskRunner
from .messages import notice_for
from .session import SessionController

translate = QCoreApplication.translate


@dataclass(frozen=True)
class SizeEstimate:
    """What a download of some scenes takes.

    Attributes:
        size: Bytes to come, None when some scene does not say.
        whole: Bytes of the whole images, None when some scene does not say.
        free: Bytes free on the disk, None when the folder is not there.
        count: Images of which something will come.
        problems: Title of a scene and why nothing of it can come.
    """

    size: int | None
    whole: int | None
    free: int | None
    count: int
    problems: tuple[tuple[str, str], ...] = ()


class EstimateController(QObject):
    """Estimates downloads in a worker; only the last question is answered.

    Signals:
        ready: a SizeEstimate.
    """

    ready = pyqtSignal(object)

    def __init__(self, runner: TaskRunner, session: SessionController, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._runner = runner
        self._session = session

    def ask(self, scenes: Sequence[Scene], area: str, folder: str) -> None:
        """Estimate the preferred images of scenes, whole or in an area (WKT in EPSG:4326)."""
        service = self._session.service

        def work(context: TaskContext) -> SizeEstimate:
            if not area or service is None:
                sizes = [asset.size_bytes for scene in scenes if (asset := scene.preferred_asset())]
                total = _sum(sizes)
                return SizeEstimate(total, total, _free(folder), len(sizes))
            cuts, problems = [], []
            for scene in scenes:
                asset = scene.preferred_asset()
                if asset is None:
                    continue
                try:
                    cuts.append(estimate(service.link(asset.href, cancel=context.cancelled), area))
                except CancelledError:
                    raise
                except DinamisError as error:
                    problems.append((scene.title, notice_for(error).text))
            size, whole = sum(cut.bytes_read for cut in cuts), sum(cut.whole_bytes for cut in cuts)
            return SizeEstimate(size, whole, _free(folder), len(cuts), tuple(problems))

        self._runner.run(
            translate("Dinamis", "Estimating the download"),
            work,
            self.ready.emit,
            cancel_previous="download-estimate",
        )


def _sum(sizes: Sequence[int | None]) -> int | None:
    known = [size for size in sizes if size is not None]
    return sum(known) if len(known) == len(sizes) else None


def _free(folder: str) -> int | None:
    try:
        return shutil.disk_usage(Path(folder)).free if folder else None
    except OSError:
        return None
