"""What an administrator installs: the wheel, in a bare environment, run as the unit runs it, by nobody."""

from __future__ import annotations

import configparser
import json
import os
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from oauth import PROTOCOL, Device

ROOT = Path(__file__).parents[2]
UNIT = ROOT / "deploy" / "dinamis-service.service"
ENVIRONMENT = ROOT / "deploy" / "dinamis-service.env"
NOBODY = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--no-new-privs"]


def unit_value(name: str) -> str:
    unit = configparser.ConfigParser(strict=False, interpolation=None)
    unit.optionxform = str  # type: ignore[assignment]  # names of systemd keep their capitals
    unit.read(UNIT, encoding="utf-8")
    return unit["Service"][name]


def unit_environment() -> dict[str, str]:
    lines = ENVIRONMENT.read_text(encoding="utf-8").splitlines()
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd-analyze is not installed")
@pytest.mark.parametrize("name", [UNIT.name, "dinamis-harvest@.service", "dinamis-harvest@.timer"])
def test_systemd_understands_the_unit(tmp_path: Path, name: str) -> None:
    executable = shlex.split(unit_value("ExecStart"))[0]
    for harvest in UNIT.parent.glob("dinamis-harvest@.*"):  # a timer is verified with its service
        text = harvest.read_text(encoding="utf-8").replace(executable, sys.executable)
        (tmp_path / harvest.name.replace("@", "@geodes")).write_text(text, encoding="utf-8")
    text = (UNIT.parent / name).read_text(encoding="utf-8")
    unit = tmp_path / name.replace("@", "@geodes")
    unit.write_text(text.replace(executable, sys.executable), encoding="utf-8")
    result = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", str(unit)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert unit.name not in result.stderr, result.stderr


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from a copy: a build leaves files in its tree."""
    tree = tmp_path_factory.mktemp("tree")
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, tree)
    shutil.copytree(
        ROOT / "dinamis_service", tree / "dinamis_service", ignore=shutil.ignore_patterns("__pycache__")
    )
    command = [
        sys.executable,
        "-m",
        "build",
        "--wheel",
        "--no-isolation",
        "--outdir",
        str(tree / "dist"),
        str(tree),
    ]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    (built,) = (tree / "dist").glob("*.whl")
    return built


def test_the_wheel_holds_every_file_of_the_package(wheel: Path) -> None:
    package = ROOT / "dinamis_service"
    files = {
        f"dinamis_service/{path.relative_to(package)}"
        for path in package.rglob("*")
        if path.is_file() and path.suffix != ".pyc"
    }
    packed = {name for name in zipfile.ZipFile(wheel).namelist() if name.startswith("dinamis_service/")}
    assert packed == files


@pytest.fixture(scope="module")
def machine() -> Iterator[Path]:
    """A folder that every user may enter (pytest closes its own to others)."""
    with tempfile.TemporaryDirectory(prefix="dinamis-") as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


@pytest.fixture(scope="module")
def prefix(wheel: Path, machine: Path) -> Path:
    """A bare environment with the locked dependencies and the wheel."""
    prefix = machine / "opt"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(prefix)], check=True, timeout=120)
    pip = [sys.executable, "-m", "pip", "--python", str(prefix / "bin" / "python"), "install", "-q"]
    pip.append("--disable-pip-version-check")
    lock = str(ROOT / "requirements" / "service.txt")
    subprocess.run([*pip, "--require-hashes", "-r", lock], check=True, timeout=600)
    subprocess.run([*pip, "--no-deps", str(wheel)], check=True, timeout=120)
    return prefix


class Installation:
    """The service as the unit runs it, in a folder of its own."""

    def __init__(self, prefix: Path, folder: Path) -> None:
        self._prefix = prefix
        self._folder = folder
        self._ready = folder / "ready.json"
        self.process: subprocess.Popen[bytes] | None = None
        self.data = folder / "data"

    def command(self, line: str) -> list[str]:
        executable, *arguments = shlex.split(line)
        own = str(self._prefix / "bin" / Path(executable).name)
        return [*(NOBODY if os.getuid() == 0 else []), own, *arguments]

    def environment(self) -> dict[str, str]:
        settings = unit_environment()
        assert settings["DINAMIS_DATA_DIR"] == "/var/lib/" + unit_value("StateDirectory")
        return settings | {"DINAMIS_DATA_DIR": str(self.data), "DINAMIS_PORT": "0", "PATH": "/usr/bin:/bin"}

    def start(self) -> str:
        """Run the unit's command; give the address once it answers."""
        self._ready.unlink(missing_ok=True)
        command = [*self.command(unit_value("ExecStart")), "--ready-file", str(self._ready)]
        self.process = subprocess.Popen(command, env=self.environment(), cwd=self._folder)
        deadline = time.monotonic() + 60
        while not self._ready.exists():
            assert self.process.poll() is None, "the service stopped by itself"
            assert time.monotonic() < deadline, "the service does not answer"
            time.sleep(0.1)
        ready = json.loads(self._ready.read_text(encoding="utf-8"))
        assert ready["pid"] == self.process.pid
        return str(ready["url"])

    def stop(self, number: int) -> int:
        assert self.process is not None
        self.process.send_signal(number)
        return self.process.wait(30)


@pytest.fixture
def installation(prefix: Path, machine: Path) -> Iterator[Installation]:
    folder = machine / "lib"
    folder.mkdir()
    if os.getuid() == 0:
        os.chown(folder, 65534, 65534)
    installation = Installation(prefix, folder)
    yield installation
    if installation.process is not None and installation.process.poll() is None:
        installation.process.kill()
        installation.process.wait(30)


def test_the_installed_service_answers_restarts_and_keeps_everything(installation: Installation) -> None:
    url = installation.start()
    assert httpx.get(f"{url}/healthz", timeout=10).json() == {"status": "ok"}
    process = installation.process
    assert process is not None
    status = Path(f"/proc/{process.pid}/status").read_text(encoding="ascii")
    (owner,) = [line.split()[1] for line in status.splitlines() if line.startswith("Uid:")]
    assert owner != "0"
    keys = (installation.data / "keys" / "signing.json").read_bytes()
    provider = f"{PROTOCOL}/certs"
    certificates = httpx.get(url + provider, timeout=10).json()
    device = Device(httpx.Client(base_url=url, timeout=10))
    device.start()
    assert installation.stop(signal.SIGTERM) == 0

    url = installation.start()
    assert httpx.get(f"{url}/healthz", timeout=10).json() == {"status": "ok"}
    assert httpx.get(url + provider, timeout=10).json() == certificates
    assert (installation.data / "keys" / "signing.json").read_bytes() == keys
    again = Device(httpx.Client(base_url=url, timeout=10))
    again.codes = device.codes
    assert again.poll().json()["error"] == "authorization_pending"  # invalid_grant if it were forgotten
    assert installation.stop(signal.SIGKILL) == -signal.SIGKILL

    check = subprocess.run(
        installation.command("dinamis-service check"),
        env=installation.environment(),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert check.returncode == 0, check.stdout + check.stderr
