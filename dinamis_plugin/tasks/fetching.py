"""One download of the queue in a worker thread, and what an earlier session left of it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from qgis.core import QgsRasterLayer

from ..api.download import Promise, download
from ..api.part import Part, reserve
from ..api.service import Service
from ..api.signers import Signers
from ..api.signing import only_address
from ..domain.download import length
from ..domain.download_job import DownloadJob, DownloadOrder, JobState
from ..domain.errors import DinamisError
from ..qgisio.clips import check_readable, clip
from ..qgisio.local_images import open_layer
from .runner import TaskContext


def fetch(
    service: Service,
    order: DownloadOrder,
    known_target: str,
    context: TaskContext,
    signers: Signers | None = None,
) -> QgsRasterLayer | None:
    """Bring one file to the disk under a name of its own; tells the name first, then how far it is.

    Where its store has a signing service of its own, `signers` ask that one, not the connected service.
    """
    target = Path(known_target) if known_target else None
    if target is None or target.exists() or not Part(target).path.exists():
        target = reserve(Path(order.folder), order.name, order.href)
        context.tell(str(target))
    link = service.link(order.href, lambda *counts: context.tell(counts), context.cancelled)
    if signers is not None:
        link = replace(link, sign=lambda: only_address(signers.sign([order.href], context.cancelled)))
    try:
        if order.area:
            clip(link, target, order.area)
        else:
            download(link, target, Promise(order.size, order.proof), check_readable)
    except DinamisError:
        _leave_no_empty_part(target)
        raise
    return open_layer(target, order.title) if order.add_to_map else None


def _leave_no_empty_part(target: Path) -> None:
    """A name that was taken for a file of which nothing came is given back."""
    part = Part(target)
    try:
        empty = part.path.stat().st_size == 0
    except OSError:
        return
    if empty:
        part.remove()


def with_progress(job: DownloadJob) -> DownloadJob:
    """Say of a job of an earlier session how much of it lies on the disk."""
    journal = Part(Path(job.target)).journal(job.order.href) if job.target else None
    if journal is not None and job.state is not JobState.DONE:
        job.done = length(journal.done)
        job.total = journal.size if journal.wanted is None else length(journal.wanted)
    return job
