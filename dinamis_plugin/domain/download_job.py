"""A download of the queue, as it is kept from one session to the next: no signature, no token."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from enum import Enum
from typing import Any

from .checksum import Checksum
from .parsing import mapping_of, number_of, objects_of, text_of
from .scene import Asset, Scene
from .signed_url import strip_signature

_VERSION = 1


class JobState(Enum):
    """Where a download stands."""

    WAITING = "waiting"
    RUNNING = "running"
    PAUSED = "paused"
    FAILED = "failed"
    DONE = "done"


_INTERRUPTED = (JobState.WAITING, JobState.RUNNING)


@dataclass(frozen=True)
class DownloadOrder:
    """What shall come, and where to.

    Attributes:
        id: Unlike that of any other download.
        href: Address without a signature.
        item_id: Scene.
        collection: Its collection.
        asset_key: File of the scene.
        title: Name of the image for a person.
        folder: Where the file goes.
        name: Name of the file, if it is free.
        size: Length of the whole remote file in bytes, None when the catalogue does not say.
        checksum: Multihash of the whole remote file, may be empty.
        open_data: Whether it takes no sign-in.
        area: What to cut out, as WKT in EPSG:4326; empty for the whole image.
        add_to_map: Whether the file becomes a layer.
        switch_layers: Whether the layers of this image read the file then.
        pack: Folder of the offline pack it is for, may be empty.
        pack_zipped: Whether that pack becomes one .zip.
    """

    id: str
    href: str
    item_id: str
    collection: str
    asset_key: str
    title: str
    folder: str
    name: str
    size: int | None = None
    checksum: str = ""
    open_data: bool = False
    area: str = ""
    add_to_map: bool = True
    switch_layers: bool = False
    pack: str = ""
    pack_zipped: bool = False

    @classmethod
    def of(cls, scene: Scene, asset: Asset, **where: Any) -> DownloadOrder:
        """Order one file of a scene; `where` gives the other attributes."""
        return cls(
            href=strip_signature(asset.href),
            item_id=scene.id,
            collection=scene.collection,
            asset_key=asset.key,
            title=f"{scene.title} ({asset.title})",
            size=asset.size_bytes,
            checksum=asset.checksum,
            open_data=scene.open_data,
            **where,
        )

    @property
    def proof(self) -> Checksum | None:
        """The checksum that the file has to have."""
        return Checksum.from_multihash(self.checksum)


@dataclass
class DownloadJob:
    """One download of the queue.

    Attributes:
        order: What shall come.
        state: Where it stands.
        target: The file, empty until its name was chosen.
        done: Bytes on the disk.
        total: Bytes in all, None while not known.
        rate: Bytes per second, 0 while not known.
        remaining_s: Seconds to the end, None while not known.
        reason: Why it failed, for a person.
    """

    order: DownloadOrder
    state: JobState = JobState.WAITING
    target: str = ""
    done: int = 0
    total: int | None = None
    rate: float = 0.0
    remaining_s: float | None = None
    reason: str = ""

    @property
    def percent(self) -> float | None:
        """How much of it is here, None while that is not known."""
        return 100.0 * self.done / self.total if self.total else None


def queue_text(jobs: Iterable[DownloadJob]) -> str:
    """Write a queue as JSON; how far each download is stands in its own journal."""
    entries = [
        {**asdict(job.order), "state": job.state.value, "target": job.target, "reason": job.reason}
        for job in jobs
    ]
    return strip_signature(json.dumps({"version": _VERSION, "downloads": entries}, ensure_ascii=False))


def queue_from_text(text: str) -> list[DownloadJob]:
    """Read a queue; entries that somebody damaged are left out, and what ran is paused now."""
    try:
        document = mapping_of(json.loads(text))
    except (ValueError, RecursionError):
        return []
    if document.get("version") != _VERSION:
        return []
    jobs = (_job(entry) for entry in objects_of(document.get("downloads")))
    return [job for job in jobs if job is not None]


def _job(entry: Any) -> DownloadJob | None:
    values: dict[str, Any] = {key: text_of(entry.get(key)) for key in _TEXTS}
    if not all(values[key] for key in ("id", "href", "folder", "name")):
        return None
    try:
        state = JobState(entry.get("state"))
    except ValueError:
        return None
    size = number_of(entry.get("size"))
    values.update({key: entry.get(key) is True for key in _FLAGS})
    values.update(size=None if size is None else int(size), href=strip_signature(values["href"]))
    order = DownloadOrder(**values)
    state = JobState.PAUSED if state in _INTERRUPTED else state
    total = None if order.area else order.size  # of a cut only its journal knows
    reason = text_of(entry.get("reason"))
    return DownloadJob(order, state, text_of(entry.get("target")), total=total, reason=reason)


_FLAGS = ("open_data", "add_to_map", "switch_layers", "pack_zipped")
_TEXTS = tuple(key for key in DownloadOrder.__dataclass_fields__ if key not in {*_FLAGS, "size"})
