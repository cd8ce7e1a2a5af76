"""Builds the demonstration's catalogue and images in a data folder, once, whole or not at all."""

from __future__ import annotations

import ctypes
import fcntl
import json
import multiprocessing
import os
import shutil
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path

from dinamis_service.catalogue import collections
from dinamis_service.catalogue.engine import Item
from dinamis_service.catalogue.sqlite import SqliteCatalogue
from dinamis_service.demo.images import Site, make_site, sites
from dinamis_service.demo.scenes import generated_items
from dinamis_service.errors import ConflictError
from dinamis_service.settings import Settings
from dinamis_service.storage.store import ObjectStore
from dinamis_service.storage.stores import open_objects

_VERSION = 1
"""Changed when the same seed would give another demonstration."""
_BATCH = 10_000
_WORKERS = 2
_MANY_PIXELS = 10_000_000
_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD = -1, -3


@dataclass(frozen=True)
class Plan:
    """What to build; two builds of one plan are alike."""

    seed: int = 2026
    scenes: int = 200_000
    images: str = "full"
    version: int = _VERSION


@dataclass(frozen=True)
class Built:
    """What is there: whether it had to be built, in how many seconds, and its plan."""

    fresh: bool
    seconds: float
    plan: Plan


def prepare(settings: Settings, plan: Plan, say: Callable[[str], None]) -> Built:
    """Make sure that the data folder holds a whole demonstration, reusing the one that is there.

    An interrupted build is taken up again: images that are whole stay, the catalogue is made anew.

    Raises:
        ConflictError: the folder holds a catalogue that is not a demonstration's, or one is being built.
    """
    started = time.monotonic()
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    with _alone(settings.data_dir / ".demo.lock"):
        marker = settings.data_dir / "demo.json"
        if marker.is_file():
            return Built(fresh=False, seconds=time.monotonic() - started, plan=_read(marker))
        if settings.catalogue_file.exists():
            msg = f"{settings.catalogue_file} was not made by the demonstration: give it another --data-dir"
            raise ConflictError(msg)
        _start_over_unless_same(settings, plan)
        _build(settings, plan, say)
        _write(marker, plan)
        _draft(settings).unlink()
    return Built(fresh=True, seconds=time.monotonic() - started, plan=plan)


def _build(settings: Settings, plan: Plan, say: Callable[[str], None]) -> None:
    partial = settings.catalogue_file.with_name(f"{settings.catalogue_file.name}.building")
    for suffix in ("", "-wal", "-shm"):
        partial.with_name(partial.name + suffix).unlink(missing_ok=True)
    catalogue = SqliteCatalogue(partial, durable=False)
    try:
        collections.install(catalogue)
        with _images(sites(plan.images), plan.seed, settings.objects_root) as made:
            _generate(catalogue, plan, say)
            for number, future in enumerate(made, 1):
                catalogue.upsert(future.result())
                say(f"images : {number}/{len(made)} sites")
        if settings.s3_bucket is not None:
            _send(settings.objects_root, open_objects(settings))
    finally:
        catalogue.close()
    with partial.open("rb") as file:
        os.fsync(file.fileno())
    partial.replace(settings.catalogue_file)


def _send(folder: Path, objects: ObjectStore) -> None:
    """Move the images into the store of the settings."""
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        objects.put_file(path.relative_to(folder).as_posix(), path)
    shutil.rmtree(folder)


def _generate(catalogue: SqliteCatalogue, plan: Plan, say: Callable[[str], None]) -> None:
    items = generated_items(plan.seed, plan.scenes)
    done = 0
    while batch := list(islice(items, _BATCH)):
        done += catalogue.upsert(batch)
        say(f"catalogue : {done}/{plan.scenes} scènes")


@contextmanager
def _images(all_sites: list[Site], seed: int, objects: Path) -> Iterator[list[Future[list[Item]]]]:
    """The images of the sites in the making, in processes of their own when they are many pixels."""
    pixels = sum(site.window.rows * site.window.columns for site in all_sites)
    if pixels < _MANY_PIXELS:
        done: list[Future[list[Item]]] = []
        for site in all_sites:
            future: Future[list[Item]] = Future()
            future.set_result(make_site(site, seed, objects))
            done.append(future)
        yield done
        return
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(_WORKERS, spawn, initializer=_keep_memory) as pool:
        try:
            yield [pool.submit(make_site, site, seed, objects) for site in all_sites]
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def _keep_memory() -> None:
    """Keep the C library from giving large arrays back and clearing them again: a fifth of the work."""
    adjust = getattr(ctypes.CDLL(None), "mallopt", None)
    if adjust is not None:  # glibc
        adjust(_M_TRIM_THRESHOLD, 1 << 30)
        adjust(_M_MMAP_THRESHOLD, 1 << 30)


@contextmanager
def _alone(lock: Path) -> Iterator[None]:
    """Keep a second demonstration out of the folder while this one builds."""
    with lock.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            msg = f"a demonstration is already being built in {lock.parent}"
            raise ConflictError(msg) from error
        yield


def _draft(settings: Settings) -> Path:
    return settings.data_dir / "demo.building.json"


def _start_over_unless_same(settings: Settings, plan: Plan) -> None:
    """Throw away what another plan's interrupted build left, and note that this one has begun."""
    draft = _draft(settings)
    if draft.is_file() and _read(draft) != plan:
        shutil.rmtree(settings.objects_root, ignore_errors=True)
    _write(draft, plan)


def _read(path: Path) -> Plan:
    return Plan(**json.loads(path.read_text(encoding="utf-8")))


def _write(path: Path, plan: Plan) -> None:
    partial = path.with_name(f".{path.name}.partial")
    partial.write_text(json.dumps(asdict(plan)), encoding="utf-8")
    partial.replace(path)
