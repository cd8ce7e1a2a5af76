"""A PostgreSQL of the tests' own, with PostGIS, in a temporary folder: from its first use to the end."""

from __future__ import annotations

import atexit
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Mapping
from functools import cache
from itertools import count
from pathlib import Path
from types import MappingProxyType

import psycopg
from psycopg import sql

from dinamis_service.catalogue.pgstac import PgstacCatalogue

USER = "dinamis"
START_S = 60
_TEMPLATE = "with_pgstac"


class PostgresServer:
    """A cluster on a free port of the loopback address, with the durability that PostgreSQL has by itself.

    Debian's server refuses to run as root: then it runs as the package's own user. It stops by itself when
    the process that started it ends, however that ends.
    """

    def __init__(self, options: Mapping[str, str] = MappingProxyType({})) -> None:
        """Make and start it; `options` are settings of PostgreSQL."""
        self._options = {"listen_addresses": "127.0.0.1", "max_connections": "60", "jit": "off", **options}
        versions = Path("/usr/lib/postgresql").glob("*/bin")
        self._programs = max(versions, key=lambda path: int(path.parent.name))
        self._folder = Path(tempfile.mkdtemp(prefix="dinamis-postgres-"))
        self._as: list[str] = []
        if os.geteuid() == 0:
            owner = pwd.getpwnam("postgres")
            os.chown(self._folder, owner.pw_uid, owner.pw_gid)
            self._as = [f"--reuid={owner.pw_uid}", f"--regid={owner.pw_gid}", "--clear-groups"]
        self._numbers = count(1)
        self._process: subprocess.Popen[bytes] | None = None
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])
        initdb = [self._programs / "initdb", "-D", self._folder / "data", "-U", USER, "-A", "trust"]
        subprocess.run(
            ["setpriv", *self._as, "--", *initdb, "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"],
            check=True,
            capture_output=True,
            cwd="/",
        )
        self.start()

    def start(self) -> None:
        """Start it and wait until it answers."""
        command = ["setpriv", *self._as, "--pdeathsig=INT", "--", str(self._programs / "postgres")]
        command += ["-D", str(self._folder / "data"), "-p", str(self.port), "-k", str(self._folder)]
        command += [part for name, value in self._options.items() for part in ("-c", f"{name}={value}")]
        with (self._folder / "log").open("ab") as log:
            self._process = subprocess.Popen(command, stdout=log, stderr=log, cwd="/")
        self.wait()

    def wait(self) -> None:
        """Wait until it takes connections."""
        deadline = time.monotonic() + START_S
        assert self._process is not None
        while not self._answers():
            assert self._process.poll() is None, (self._folder / "log").read_text()[-2000:]
            assert time.monotonic() < deadline, "PostgreSQL does not answer"
            time.sleep(0.05)

    def _answers(self) -> bool:
        try:
            psycopg.connect(self.url("postgres")).close()
        except psycopg.OperationalError:
            return False
        return True

    def pause(self) -> None:
        """Stop it; `start` takes it up again."""
        if self._process is not None:
            self._process.send_signal(signal.SIGINT)  # ends connections and writes everything
            self._process.wait(30)
            self._process = None

    def stop(self) -> None:
        """Stop it and remove its folder."""
        self.pause()
        shutil.rmtree(self._folder, ignore_errors=True)

    def url(self, database: str) -> str:
        """Address of a database."""
        return f"postgresql://{USER}@127.0.0.1:{self.port}/{database}"

    def new_database(self, *, pgstac: bool = False) -> str:
        """Address of a new database, empty or with the schema of pgstac in it already."""
        template = self._template() if pgstac else "template1"
        name = f"test_{next(self._numbers)}"
        self._create(name, template)
        return self.url(name)

    @cache  # noqa: B019 - one server lives as long as the tests
    def _template(self) -> str:
        """Database that new ones are copied from: the schema of pgstac takes seconds to make."""
        self._create(_TEMPLATE, "template1")
        PgstacCatalogue(self.url(_TEMPLATE)).close()
        return _TEMPLATE

    def _create(self, name: str, template: str) -> None:
        statement = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(statement.format(sql.Identifier(name), sql.Identifier(template)))


@cache
def server() -> PostgresServer:
    """The one server of this run of the tests."""
    started = PostgresServer()
    atexit.register(started.stop)
    return started
