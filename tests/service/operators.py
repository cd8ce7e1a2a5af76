"""Operators at a terminal."""

from __future__ import annotations

from pathlib import Path

import pytest

from dinamis_service import cli


class Terminal:
    """Runs `dinamis-service operator` as a person at a terminal does."""

    def __init__(self, data_dir: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.data_dir, self.capsys = data_dir, capsys

    def run(self, *args: str) -> str:
        assert cli.main(["operator", *args, "--data-dir", str(self.data_dir)]) == 0, (
            self.capsys.readouterr().err
        )
        return self.capsys.readouterr().out

    def refused(self, *args: str) -> str:
        assert cli.main(["operator", *args, "--data-dir", str(self.data_dir)]) == 1
        return self.capsys.readouterr().err
