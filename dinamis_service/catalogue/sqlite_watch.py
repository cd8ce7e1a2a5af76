"""Areas whose numbers are kept in `sqlite_zones`: noticed as they are searched, counted in the background.

Nobody waits for a count. It reads a snapshot in turns with the searches of its process, rests as long as it
works, and holds SQLite's write lock at its beginning and end alone; what is written meanwhile is counted by
the writers. One process counts at a time.
"""

from __future__ import annotations

import fcntl
import logging
import queue
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from pathlib import Path

import shapely
from shapely.geometry.base import BaseGeometry

from dinamis_service.catalogue import sqlite_zones
from dinamis_service.catalogue.sqlite_areas import Area
from dinamis_service.catalogue.sqlite_tables import count_zone
from dinamis_service.catalogue.sqlite_zones import Cubes
from dinamis_service.catalogue.turns import Turns

log = logging.getLogger("dinamis")

_SEEN_MAX = 32
_VERTICES_MAX = 10_000
"""Vertices of an area beyond which it becomes no zone by being searched: writers compare all with each."""
_POLL_S = 0.2
_STOP_S = 5
_Opened = Callable[[], AbstractContextManager[sqlite3.Connection]]


class _StoppedError(Exception):
    """The catalogue is being closed."""


class Watch:
    """Makes zones of areas, one after the other, in a thread that begins with the first of them."""

    def __init__(self, path: Path, turns: Turns, reading: _Opened, writing: _Opened) -> None:
        """Watch the areas of a catalogue.

        Args:
            path: its file.
            turns: of its searches.
            reading: opens a snapshot of it.
            writing: opens a transaction.
        """
        self._path = path
        self._turns = turns
        self._reading = reading
        self._writing = writing
        self._seen: dict[bytes, None] = {}
        self._guard = threading.Lock()
        self._jobs: queue.Queue[Callable[[], None]] = queue.Queue()
        self._thread: threading.Thread | None = None
        self._stopped = threading.Event()

    def notice(self, area: Area) -> None:
        """A wide area was searched that is no zone: the second time, it becomes one."""
        if shapely.get_num_coordinates(area.geometry) > _VERTICES_MAX:
            return
        key = area.geometry.wkb
        with self._guard:
            again = key in self._seen
            self._seen.pop(key, None)
            if not again:
                self._seen[key] = None
                for oldest in list(self._seen)[:-_SEEN_MAX]:
                    del self._seen[oldest]
        if again:
            self._put(partial(self._keep, area, pinned=False))

    def expect(self, areas: Sequence[BaseGeometry]) -> None:
        """Make these areas zones that never give way, and no others."""
        told = [Area(area) for area in areas]
        self._put(partial(self._release_others, told))
        for area in told:
            self._put(partial(self._keep, area, pinned=True))

    def settle(self) -> None:
        """Wait until everything that was asked for is done."""
        self._jobs.join()

    def stop(self) -> None:
        """Give up what is not done; what was begun is begun again another time."""
        self._stopped.set()
        if self._thread is not None:
            self._put(lambda: None)
            self._thread.join(_STOP_S)

    def _put(self, job: Callable[[], None]) -> None:
        self._jobs.put(job)
        with self._guard:
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="zones", daemon=True)
                self._thread.start()

    def _work(self) -> None:
        while not self._stopped.is_set():
            job = self._jobs.get()
            try:
                job()
            except _StoppedError:
                pass
            except Exception as error:  # noqa: BLE001 - the areas after this one are still to be counted
                # such as a writer that holds the file for long; searches are answered without it
                log.warning("the numbers of an area are not kept: %s", error)
            finally:
                self._jobs.task_done()

    def _release_others(self, areas: Sequence[Area]) -> None:
        """Let zones give way that were pinned once and are none of these areas."""
        with self._reading() as connection:
            others = sqlite_zones.pinned_beside(connection, areas)
        if others:
            with self._writing() as connection:
                for zone in others:
                    sqlite_zones.pin(connection, zone, pinned=False)

    def _keep(self, area: Area, *, pinned: bool) -> None:
        """Make an area a zone, unless it is one."""
        with self._reading() as connection:
            if sqlite_zones.is_kept(connection, area, pinned=pinned):
                return
        with self._alone(), self._reading() as snapshot:
            began = time.monotonic()
            with self._writing() as connection:
                # nobody else writes now: the snapshot is of the moment from which on the zone is written to
                known = sqlite_zones.zone_of(snapshot, area)
                if known is not None:
                    if pinned:
                        sqlite_zones.pin(connection, known)
                    return
                zone, counted = sqlite_zones.add_zone(connection, area, pinned=pinned), Cubes()
            self._count(snapshot, zone, area, counted)
            with self._writing() as connection:
                sqlite_zones.finish_zone(connection, zone, counted)
            log.info("the numbers of an area are kept after %.1f s", time.monotonic() - began)

    def _count(self, snapshot: sqlite3.Connection, zone: int, area: Area, counted: Cubes) -> None:
        steps = count_zone(snapshot, zone, area, counted, pause=self._turns.pause)
        while True:
            began = time.monotonic()
            with self._turns.turn():
                if next(steps, self) is self:
                    return
            if self._stopped.wait(time.monotonic() - began):
                raise _StoppedError

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Wait until no other process counts, and keep them from it in the block."""
        with self._path.with_name(f"{self._path.name}.counting").open("w") as file:
            while True:
                try:
                    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    break
                except BlockingIOError:
                    if self._stopped.wait(_POLL_S):
                        raise _StoppedError from None
            yield
