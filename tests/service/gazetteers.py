"""The gazetteer for tests: that of DINAMIS_GAZETTEER_PATH, or of the set-up, made where it is missing."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from dinamis_service.catalogue.freetext import build, sources
from dinamis_service.catalogue.freetext.gazetteer import SqliteGazetteer
from dinamis_service.errors import UnavailableError

ROOT = Path(__file__).resolve().parents[2]


def gazetteer_file() -> Path:
    """Path of a gazetteer made from today's packages; the test skips where they cannot be had."""
    path = Path(os.environ.get("DINAMIS_GAZETTEER_PATH") or ROOT / ".venv" / "gazetteer.sqlite")
    if not build.is_current(path):
        try:
            with tempfile.TemporaryDirectory() as folder:
                sources.fetch(Path(folder))
                build.build(Path(folder), path)
        except UnavailableError as error:
            pytest.skip(error.detail)
    return path


@pytest.fixture(scope="session")
def gazetteer() -> Iterator[SqliteGazetteer]:
    """The gazetteer, read only."""
    opened = SqliteGazetteer(gazetteer_file())
    yield opened
    opened.close()
