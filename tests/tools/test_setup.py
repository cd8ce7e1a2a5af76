"""Set-up is quick the second time and makes a half-made environment again."""

import os
import shutil
import subprocess
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout whose locks hold nothing, so that making its environments takes a moment."""
    (tmp_path / "tools").mkdir()
    shutil.copy(ROOT / "tools" / "setup.sh", tmp_path / "tools" / "setup.sh")
    (tmp_path / "requirements").mkdir()
    for lock in ("dev.txt", "plugin.txt"):
        (tmp_path / "requirements" / lock).write_text("")
    return tmp_path


def set_up(checkout: Path, *words: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run the set-up of a checkout."""
    return subprocess.run(
        [str(checkout / "tools" / "setup.sh"), *words],
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
        check=False,
    )


def test_environments_are_made_once_and_again_when_half_made(checkout: Path) -> None:
    """Without its stamp an environment is not trusted; with it, it is left alone."""
    first = set_up(checkout)
    assert first.returncode == 0, first.stderr
    service = checkout / ".venv" / "service"
    assert "Making .venv/service" in first.stderr
    started = time.monotonic()
    assert set_up(checkout).stderr == ""
    assert time.monotonic() - started < 10
    (service / ".lock").unlink()
    (service / "bin" / "python").unlink()
    again = set_up(checkout)
    assert again.returncode == 0, again.stderr
    assert "Making .venv/service" in again.stderr
    assert "Making .venv/plugin" not in again.stderr
    assert (service / "bin" / "python").exists()


def test_a_lock_that_cannot_be_installed_fails_and_leaves_no_stamp(checkout: Path) -> None:
    """The next run starts again instead of trusting what is there."""
    (checkout / "requirements" / "dev.txt").write_text("./nothing-here\n")
    done = set_up(checkout, "service")
    assert done.returncode != 0
    assert "could not install requirements/dev.txt" in done.stderr
    assert not (checkout / ".venv" / "service" / ".lock").exists()


def test_without_root_and_sudo_the_missing_packages_are_named(checkout: Path, tmp_path: Path) -> None:
    """The person learns what to ask for."""
    commands = tmp_path / "commands"
    commands.mkdir()
    for name, answer in {"dpkg-query": "", "id": "echo 1000", "sudo": "exit 1"}.items():
        command = commands / name
        command.write_text(f"#!/bin/sh\n{answer}\n")
        command.chmod(0o755)
    done = set_up(checkout, PATH=f"{commands}:{os.environ['PATH']}")
    assert done.returncode != 0
    assert "neither root nor allowed to use sudo" in done.stderr
    assert "apt-get install --no-install-recommends" in done.stderr
    assert "qgis python3-qgis" in done.stderr
