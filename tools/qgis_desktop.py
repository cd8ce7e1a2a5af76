"""Open a QGIS window on a fresh profile with the plugin installed from its zip.

    python3 tools/qgis_desktop.py CONFIG.json

Only the standard library, because it also runs where there is nothing but QGIS (the second QGIS of
`make test-qgis344`). What it starts (display, window manager, QGIS) it stops by process id. The configuration
is written by tools/demo.py; see `Config`.
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import shlex
import shutil
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
PLUGIN = "dinamis_plugin"
PROFILE = "demo"
SCREEN = "1600x1000x24"
START_S = 20
STOP_S = 10
CLOSE_S = 40
#: What plays in QGIS, below tests/e2e, by mode.
DRIVERS = {"journey": "driver.py", "way": "way_driver.py"}


@dataclass(frozen=True)
class Config:
    """What to open; paths are relative to the root of the project."""

    mode: str
    """`journey` plays the journey and ends, `way` the first steps of a new member; `person` leaves the window
    to a person."""
    archive: Path
    out: Path
    service_url: str
    accounts: Path
    language: str
    timeout_s: int
    realdata: str
    scenario: dict[str, Any]
    """Figures the journey compares with, from the service."""

    @classmethod
    def read(cls, path: Path) -> Config:
        """Read what tools/demo.py wrote."""
        values = json.loads(path.read_text(encoding="utf-8"))
        for name in ("archive", "out", "accounts"):
            values[name] = ROOT / values[name]
        return cls(**values)


def make_profile(config: Config) -> Path:
    """Make a QGIS profile that has never been used, with the plugin unpacked from the zip and enabled."""
    base = config.out / "profile"
    shutil.rmtree(base, ignore_errors=True)
    home = base / "profiles" / PROFILE
    plugins = home / "python" / "plugins"
    plugins.mkdir(parents=True)
    with zipfile.ZipFile(config.archive) as zipped:
        zipped.extractall(plugins)
    (home / "QGIS").mkdir()
    locale = {"fr": "fr_FR", "en": "en_US"}[config.language]
    lines = ["[PythonPlugins]", f"{PLUGIN}=true", "[locale]", "overrideFlag=true", f"userLocale={locale}"]
    # Passwords go into QGIS's own database only: there is no keyring on a machine without a session.
    lines += [
        "[auth]",
        "use_password_helper=false",
        "[qgis]",
        "checkVersion=false",
        "newProjectDefault=false",
    ]
    if config.mode == "person":
        lines += ["[plugins]", f"dinamis\\service_url={config.service_url}"]
    (home / "QGIS" / "QGIS3.ini").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return base


def make_browser(config: Config) -> Path:
    """Make the folder of commands in which `xdg-open` is a browser that a program drives.

    In the mode `way` that program runs already, and reads the file `asked` for addresses.
    """
    folder = config.out / "bin"
    folder.mkdir(parents=True, exist_ok=True)
    if config.mode == "way":
        (config.out / "browser").mkdir(exist_ok=True)
        asked = shlex.quote(str(config.out / "browser" / "asked"))
        command = f'echo "$1" >> {asked}'
    else:
        script = shlex.quote(str(ROOT / "tests" / "e2e" / "browser.py"))
        command = f'exec /usr/bin/python3 {script} "$@"'
    opener = folder / "xdg-open"
    opener.write_text(f"#!/bin/sh\n{command}\n", encoding="utf-8")
    opener.chmod(0o755)
    return folder


def environment(config: Config, display: str) -> dict[str, str]:
    """Return the variables QGIS runs with."""
    variables = {
        **os.environ,
        "DISPLAY": display,
        "DINAMIS_JOURNEY": json.dumps(
            {
                "out": str(config.out),
                "service_url": config.service_url,
                "language": config.language,
                "realdata": config.realdata,
                "tests": str(ROOT / "tests" / "e2e"),
                "scenario": config.scenario,
            }
        ),
        "PYTHONDONTWRITEBYTECODE": "1",
        "LC_ALL": "C.UTF-8",
    }
    variables.pop("QT_QPA_PLATFORM", None)
    # QGIS takes every layer below the temporary folder for a temporary one and asks before it closes.
    scratch = config.out / "tmp"
    scratch.mkdir(exist_ok=True)
    variables["TMPDIR"] = str(scratch)
    if "XDG_RUNTIME_DIR" not in variables:
        runtime = config.out / "run"
        runtime.mkdir(mode=0o700, exist_ok=True)
        variables["XDG_RUNTIME_DIR"] = str(runtime)
    if config.mode in DRIVERS:
        variables["QT_QPA_PLATFORM"] = "xcb"
        variables["PATH"] = f"{make_browser(config)}:{variables['PATH']}"
        variables["DINAMIS_JOURNEY_ACCOUNTS"] = str(config.accounts)
        variables["DINAMIS_JOURNEY_BROWSER"] = str(config.out / "browser")
    return variables


@contextlib.contextmanager
def running(*command: str, log: Path, **options: Any) -> Iterator[subprocess.Popen[bytes]]:
    """Run a command beside this one, its words in a file, and stop it with all it started."""
    with log.open("wb") as words:
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=words, stderr=words, start_new_session=True, **options
        )
        try:
            yield process
        finally:
            stop(process)


def stop(process: subprocess.Popen[bytes]) -> None:
    """End a process that leads its own group, gently at first."""
    for word in (signal.SIGTERM, signal.SIGKILL):
        # The group lives on when its leader has ended but a child has not.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, word)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(STOP_S)
            return


@contextlib.contextmanager
def display(config: Config) -> Iterator[str]:
    """Give the name of an X display: that of the person, or one without a screen."""
    own = os.environ.get("DISPLAY", "")
    if own and config.mode == "person":
        yield own
        return
    reading, writing = os.pipe()
    server = ("Xvfb", "-displayfd", str(writing), "-screen", "0", SCREEN, "-nolisten", "tcp")
    with running(*server, log=config.out / "xvfb.log", pass_fds=(writing,)):
        os.close(writing)
        name = f":{_read_number(reading)}"
        manager = {**os.environ, "DISPLAY": name}
        with running("openbox", log=config.out / "openbox.log", env=manager):
            yield name


def _read_number(pipe: int) -> str:
    # Xvfb writes the digits and the end of the line apart, and fails when nobody reads the second.
    text = b""
    while (
        not text.endswith(b"\n") and select.select([pipe], [], [], START_S)[0] and (part := os.read(pipe, 20))
    ):
        text += part
    os.close(pipe)
    if not text.strip().isdigit():
        message = "Xvfb did not start: see xvfb.log"
        raise RuntimeError(message)
    return text.decode().strip()


def play(config: Config) -> int:
    """Open QGIS and wait for its end; return 0 when the journey (or the person) came to its end."""
    base = make_profile(config)
    result = config.out / "result.json"
    result.unlink(missing_ok=True)
    flags = ["--nologo", "--noversioncheck", "--profiles-path", str(base), "--profile", PROFILE]
    if config.mode in DRIVERS:
        flags += ["--code", str(ROOT / "tests" / "e2e" / DRIVERS[config.mode])]
    with display(config) as name:
        variables = environment(config, name)
        with running("qgis", *flags, log=config.out / "qgis.log", env=variables, cwd=config.out) as qgis:
            if config.mode == "person":
                return qgis.wait()
            code = _watch(qgis, result, time.monotonic() + config.timeout_s)
            if qgis.poll() is None:
                # Something holds QGIS back: a dialog of its own, perhaps.
                subprocess.run(
                    ["import", "-window", "root", str(config.out / "end.png")], env=variables, check=False
                )
            return code


def _watch(qgis: subprocess.Popen[bytes], result: Path, deadline: float) -> int:
    """Tell each step as it ends; stop waiting when QGIS ends, hangs or dies."""
    told = 0
    while qgis.poll() is None and time.monotonic() < deadline:
        told = _tell(result, told)
        if _outcome(result).get("finished"):
            deadline = min(deadline, time.monotonic() + CLOSE_S)
        time.sleep(0.2)
    _tell(result, told)
    outcome = _outcome(result)
    if outcome.get("finished"):
        if outcome["passed"] and qgis.poll() is None:
            print("QGIS did not close after the journey", flush=True)
            return 1
        if outcome["passed"] and qgis.returncode != 0:
            print(f"QGIS closed with code {qgis.returncode}: see qgis.log", flush=True)
            return 1
        return 0 if outcome["passed"] else 1
    ended = "did not come to its end in time" if qgis.poll() is None else f"ended with code {qgis.returncode}"
    step = next((step["name"] for step in reversed(outcome.get("steps", []))), "before the first step")
    print(f"QGIS {ended} in the step: {step}; see qgis.log", flush=True)
    return 1


def _outcome(result: Path) -> dict[str, Any]:
    try:
        outcome: dict[str, Any] = json.loads(result.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return outcome


def _tell(result: Path, told: int) -> int:
    ended = [step for step in _outcome(result).get("steps", []) if step["state"] != "running"]
    for step in ended[told:]:
        print(f"  {step['state']:<8}{step['seconds']:6.1f} s  {step['name']}", flush=True)
        if step["error"]:
            print(f"           {step['error']}", flush=True)
    return len(ended)


if __name__ == "__main__":
    sys.exit(play(Config.read(Path(sys.argv[1]))))
