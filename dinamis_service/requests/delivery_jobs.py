"""Deliveries under way: each a folder of the data folder until it has ended, so that none is lost (REQ-21).

A folder holds what was received and `job.json`, which says what is to be done; it takes its name when both
are whole. A delivery that ended well leaves nothing; one that failed stays, with its reason, until somebody
tries again or gives it up.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

from dinamis_service.errors import ConflictError
from dinamis_service.language import Language
from dinamis_service.requests.caller import Caller
from dinamis_service.whole_files import give_name, partial_file

WAITING, FAILED = "waiting", "failed"
_JOB, _FILES, _PROGRESS, _LOCK = "job.json", "files", "progress.json", ".lock"
_KEPT, _INCOMING = "request-", ".incoming-"
_ABANDONED_S = 24 * 3600
_LOOK_S = 0.1


@dataclass(frozen=True)
class Job:
    """A delivery to be made, as it is kept.

    Args:
        order_id: the request.
        sub: who delivers.
        language: in which they are told.
        begun: when it was ordered.
        dropped: names in the drop folder.
        files: names of what was received.
        told: platform, moment (ISO 8601), cloud and incidence, as far as the operator told them.
        ortho: whether raw products are put on the ground.
        height: of a flat ground, metres.
        reason: message of the delivery.
        etag: the request as the operator saw it.
        state: waiting (or under way), or failed.
        tries: how often it was begun.
        status, error, fields: of a failure, as the refusals of the service.
    """

    order_id: str
    sub: str
    language: Language
    begun: datetime
    dropped: list[str] = field(default_factory=list)
    files: list[str] = field(default_factory=list)
    told: dict[str, Any] = field(default_factory=dict)
    ortho: bool = False
    height: float | None = None
    reason: str | None = None
    etag: str = ""
    state: str = WAITING
    tries: int = 0
    status: int = 0
    error: str = ""
    fields: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Progress:
    """How far a delivery is: scenes stored, of how many; 0 of 0 while it is not known yet."""

    done: int = 0
    scenes: int = 0


class DeliveryJobs:
    """The deliveries under way of the services on one data folder."""

    def __init__(self, data_dir: Path) -> None:
        self._root = data_dir / "deliveries"

    @contextmanager
    def receiving(self) -> Iterator[Path]:
        """A folder to receive files in; it goes at the end of the block unless `add` took it."""
        self._root.mkdir(mode=0o700, parents=True, exist_ok=True)
        place = tempfile.TemporaryDirectory(prefix=_INCOMING, dir=self._root, ignore_cleanup_errors=True)
        with place as name:
            files = Path(name) / _FILES
            files.mkdir()
            yield files

    def add(self, job: Job, received: Path, operator: Caller) -> None:
        """Keep a delivery to be made; one that failed before gives way.

        Raises:
            ConflictError: another delivery of the request is under way.
        """
        before = self.of(job.order_id)
        if before is not None and before.state == FAILED:
            self.drop(job.order_id)
        for path in received.iterdir():
            _sync(path)
        self._write(received.parent, job)
        try:
            received.parent.rename(self._place(job.order_id))
        except OSError as error:
            raise ConflictError(
                operator.say(
                    fr="Une livraison de cette demande est déjà en cours.",
                    en="A delivery of this request is under way already.",
                )
            ) from error

    def of(self, order_id: str) -> Job | None:
        """The delivery of a request that has not ended well."""
        try:
            kept = json.loads((self._place(order_id) / _JOB).read_text(encoding="utf-8"))
        except OSError:
            return None
        return Job(**{**kept, "begun": datetime.fromisoformat(kept["begun"])})

    def waiting(self) -> list[Job]:
        """Deliveries to be made, those that were ordered first before the others."""
        names = (one.name.removeprefix(_KEPT) for one in self._root.glob(f"{_KEPT}*"))
        jobs = [job for name in names if (job := self.of(unquote(name))) is not None]
        return sorted((job for job in jobs if job.state == WAITING), key=lambda job: job.begun)

    def files(self, job: Job) -> list[Path]:
        """What was received for a delivery."""
        return [self._place(job.order_id) / _FILES / name for name in job.files]

    def keep(self, job: Job) -> None:
        """Keep what became of a delivery."""
        self._write(self._place(job.order_id), job)

    def retry(self, job: Job, operator: Caller, etag: str) -> None:
        """Make a delivery that failed again, by who asks for it now."""
        again = replace(job, sub=operator.principal.sub, language=operator.language, etag=etag)
        self.keep(replace(again, state=WAITING, tries=0, status=0, error="", fields={}))

    def drop(self, order_id: str) -> None:
        """Forget a delivery and what was received for it."""
        place = self._place(order_id)
        gone = self._root / f"{_INCOMING}{place.name}-{time.time_ns()}"
        try:
            place.rename(gone)  # at once, whatever the size
        except OSError:
            return
        shutil.rmtree(gone, ignore_errors=True)

    def tell(self, job: Job, progress: Progress) -> None:
        """Keep how far a delivery is."""
        with partial_file(self._place(job.order_id)) as file:
            file.write(json.dumps(asdict(progress)).encode())
            give_name(file, self._place(job.order_id) / _PROGRESS)

    def progress(self, job: Job) -> Progress:
        """How far a delivery is."""
        try:
            return Progress(**json.loads((self._place(job.order_id) / _PROGRESS).read_bytes()))
        except (OSError, ValueError):
            return Progress()

    def wait(self, order_id: str, seconds: float) -> Job | None:
        """The delivery once it failed, or None once it ended well; as it is when the time is over."""
        end = time.monotonic() + seconds
        while (job := self.of(order_id)) is not None and job.state == WAITING and time.monotonic() < end:
            time.sleep(_LOOK_S)
        return job

    @contextmanager
    def alone(self) -> Iterator[bool]:
        """Whether this process may deliver in the block: one at a time does, and none once it is gone."""
        self._root.mkdir(mode=0o700, parents=True, exist_ok=True)
        with (self._root / _LOCK).open("w") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                yield False
                return
            yield True

    def sweep(self) -> None:
        """Remove what was being received when a service was killed long ago."""
        for one in self._root.glob(f"{_INCOMING}*"):
            if time.time() - one.stat().st_mtime > _ABANDONED_S:
                shutil.rmtree(one, ignore_errors=True)

    def _place(self, order_id: str) -> Path:
        return self._root / f"{_KEPT}{quote(order_id, safe='')}"

    def _write(self, place: Path, job: Job) -> None:
        with partial_file(place) as file:
            file.write(json.dumps({**asdict(job), "begun": job.begun.isoformat()}).encode())
            give_name(file, place / _JOB)


Tell = Callable[[Progress], None]


def _sync(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())
