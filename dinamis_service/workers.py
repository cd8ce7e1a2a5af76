"""Several processes that answer on one socket, so that searches use every processor."""

from __future__ import annotations

import gc
import logging
import multiprocessing
import os
import signal
import socket
import threading
from collections.abc import Callable
from functools import partial
from typing import Any

import uvicorn
from fastapi import FastAPI
from uvicorn.supervisors.multiprocess import Multiprocess

from dinamis_service.app import create_app, create_context
from dinamis_service.settings import Settings

_START_S = 60


def run_workers(
    settings: Settings, options: dict[str, Any], listener: socket.socket, announce: Callable[[], None]
) -> None:
    """Serve with `settings.workers` processes until SIGTERM or SIGINT; one that dies is replaced.

    Args:
        settings: what to serve; its databases were opened once before, so that their schema is the newest.
        options: of uvicorn, as for one process.
        listener: where to listen.
        announce: called once all of them answer.
    """
    config = uvicorn.Config(
        partial(_application, settings), factory=True, workers=settings.workers, **options
    )
    _Workers(config, listener, announce).run()


class _Workers(Multiprocess):
    """Says so when all processes answer."""

    def __init__(self, config: uvicorn.Config, listener: socket.socket, announce: Callable[[], None]) -> None:
        super().__init__(config, [listener])
        self._announce = announce

    def init_processes(self) -> None:
        """Start the processes; those that cannot are noticed and told by `run`."""
        super().init_processes()
        if all(process.wait_until_ready(_START_S) for process in self.processes):
            self._announce()


def _application(settings: Settings) -> FastAPI:
    """The application of one process, which ends when the one that started it is gone."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    logging.getLogger("alembic").setLevel(logging.WARNING)
    logging.getLogger("uvicorn.access").disabled = True
    threading.Thread(target=_end_with_parent, daemon=True).start()
    return settled(create_app(create_context(settings)))


def settled(application: FastAPI) -> FastAPI:
    """The application of a process that will serve nothing else.

    What is in memory by now stays there: the garbage collector need not look at it again, which takes a tenth
    of a second each time, in the middle of a request.
    """
    gc.collect()
    gc.freeze()
    return application


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os.kill(os.getpid(), signal.SIGTERM)
