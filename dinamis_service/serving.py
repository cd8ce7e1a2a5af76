"""Runs the application on a socket: one way for `serve`, `demo` and the tests."""

from __future__ import annotations

import argparse
import json
import logging
import os
import signal
import socket
from collections.abc import Callable
from functools import partial
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import ifaddr
import uvicorn
from fastapi import FastAPI

from dinamis_service.app import create_app, create_context
from dinamis_service.context import Context
from dinamis_service.prompt_acks import PromptAcks
from dinamis_service.settings import Settings
from dinamis_service.workers import run_workers, settled

_SHUTDOWN_S = 10  # a download still running after this is cut: clients resume by range


def add_server_arguments(parser: argparse.ArgumentParser) -> None:
    """Give a command the options that say where to listen; unset ones leave the settings as they are."""
    parser.add_argument("--host", help="address to listen on")
    parser.add_argument("--port", type=int, help="port to listen on; 0 takes a free one")
    parser.add_argument("--data-dir", type=Path, help="folder of the databases, keys and objects")
    parser.add_argument("--workers", type=int, help="processes that answer")
    parser.add_argument("--ready-file", type=Path, help="file that gets the address once the service answers")


def apply_server_arguments(settings: Settings, args: argparse.Namespace) -> Settings:
    """Settings with the options of `add_server_arguments` laid over them, validated again."""
    given = {name: getattr(args, name) for name in ("host", "port", "data_dir", "workers")}
    return Settings(
        **settings.model_dump() | {name: value for name, value in given.items() if value is not None}
    )


def run_server(
    settings: Settings, ready_file: Path | None = None, before: Callable[[Context], None] | None = None
) -> None:
    """Serve until SIGTERM or SIGINT, then finish what is running and return.

    Args:
        settings: where to listen (`port` 0 takes a free one) and what to serve.
        ready_file: gets `{"url", "others", "pid"}` when the service answers, and is removed at the end;
            `others` are the addresses that other machines reach it at.
        before: called with the open context before the first request is taken.

    Raises:
        OSError: the address cannot be listened on.
    """
    listener = listen(settings.host, settings.port)
    settings = found_at(settings, listener)
    with listener:
        context = create_context(settings)
        if before is not None:
            before(context)
        if settings.workers > 1:
            context.catalogue.close()
            context.database.close()
            announce = partial(_announce, listener, ready_file)
            try:
                run_workers(settings, _server_options(settings), listener, announce)
            finally:
                _forget(ready_file)
            return
        config = server_config(settled(create_app(context)), settings)
        server = _AnnouncedServer(config, listener, ready_file)
        # uvicorn raises the signal again once it has stopped: this ends the process with code 0 then
        signal.signal(signal.SIGTERM, lambda _number, _frame: server.stop())
        try:
            server.run(sockets=[listener])
        except KeyboardInterrupt:
            pass  # uvicorn raises Ctrl-C again once it has stopped
        finally:
            _forget(ready_file)


def server_config(app: FastAPI, settings: Settings) -> uvicorn.Config:
    """How uvicorn runs the application, without its own access log.

    That one writes query strings, hence signatures; `middleware.AccessLog` stands in for it.
    """
    logging.getLogger("uvicorn.access").disabled = True  # also if someone hangs a handler to it
    return uvicorn.Config(app, **_server_options(settings))


def _server_options(settings: Settings) -> dict[str, Any]:
    return {
        "access_log": False,
        "http": PromptAcks,
        "log_config": None,  # the logging of the process stands
        "forwarded_allow_ips": settings.trusted_proxies,
        "server_header": False,
        "timeout_graceful_shutdown": _SHUTDOWN_S,
    }


def _announce(listener: socket.socket, ready_file: Path | None) -> None:
    """Say where the service answers, and write the ready file whole (a reader never sees half of it)."""
    url, others = address(listener), other_addresses(listener)
    print(f"DINAMIS answers on {url}", flush=True)
    for other in others:
        print(f"  from other machines on {other}", flush=True)
    if ready_file is not None:
        partial_file = ready_file.with_name(f"{ready_file.name}.{os.getpid()}")
        told = {"url": url, "others": others, "pid": os.getpid()}
        partial_file.write_text(json.dumps(told), encoding="utf-8")
        partial_file.replace(ready_file)


def _forget(ready_file: Path | None) -> None:
    if ready_file is not None:
        ready_file.unlink(missing_ok=True)


class _AnnouncedServer(uvicorn.Server):
    """Says where it listens, once it does."""

    def __init__(self, config: uvicorn.Config, listener: socket.socket, ready_file: Path | None) -> None:
        super().__init__(config)
        self._listener = listener
        self._ready_file = ready_file

    def stop(self) -> None:
        """Finish what is running, then return from `run`."""
        self.should_exit = True

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, then say so."""
        await super().startup(sockets)
        _announce(self._listener, self._ready_file)


def listen(host: str, port: int) -> socket.socket:
    """A socket bound to `host` and `port`, of the family of the address."""
    family, kind, protocol, _name, where = socket.getaddrinfo(
        host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
    )[0]
    listener = socket.socket(family, kind, protocol)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(where)
    except OSError:
        listener.close()
        raise
    return listener


_EVERY_ADDRESS = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - to be recognised
"""What a listener on every address is bound to, and how this machine itself reaches it."""


def address(listener: socket.socket) -> str:
    """URL of the listener for a client on this machine."""
    host, port = listener.getsockname()[:2]
    return _url(_EVERY_ADDRESS.get(host, host), port)


def found_at(settings: Settings, listener: socket.socket) -> Settings:
    """Settings whose host and port are those that mails name: a real address, and the port that was free.

    One who listens on every address is named as other machines know it, where there are any.
    """
    found = urlsplit(next(iter(other_addresses(listener)), address(listener)))
    return settings.model_copy(update={"host": found.hostname, "port": found.port})


def other_addresses(listener: socket.socket) -> list[str]:
    """URLs of the listener for other machines: none unless it listens on every address."""
    host, port = listener.getsockname()[:2]
    if host not in _EVERY_ADDRESS:
        return []
    versions = {4} if listener.family == socket.AF_INET else {4, 6}
    own = [found for adapter in ifaddr.get_adapters() for found in adapter.ips]
    hosts = [ip_address(str(found.ip if found.is_IPv4 else found.ip[0])) for found in own]
    return [
        _url(str(one), port)
        for one in hosts
        if one.version in versions and not one.is_loopback and not one.is_link_local
    ]


def _url(host: str, port: int) -> str:
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
