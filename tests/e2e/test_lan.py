"""A workshop without the world: `demo --lan` on one machine, two QGIS profiles on another, one cable.

The machines are network namespaces joined by a pair of virtual interfaces; neither has any other way out.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TEACHER, STUDENT = "10.77.3.1", "10.77.3.2"
JOURNEY_S = 420
START_S = 120

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(os.geteuid() != 0, reason="only root can lay a cable between two network namespaces"),
    pytest.mark.skipif(shutil.which("ip") is None, reason="ip (iproute2) is not installed"),
]


@dataclass(frozen=True)
class Machine:
    """A network namespace, by its name."""

    name: str

    def command(self, *words: str) -> list[str]:
        """The command as it is run on this machine."""
        return ["ip", "netns", "exec", self.name, *words]


def ip(*words: str) -> None:
    """Change the network."""
    subprocess.run(["ip", *words], check=True, capture_output=True)


@pytest.fixture
def machines() -> Iterator[tuple[Machine, Machine]]:
    """Two machines with a cable between them and nothing else."""
    number = os.getpid()
    one, two = Machine(f"dinamis-a{number}"), Machine(f"dinamis-b{number}")
    ends = (f"dina{number}"[:14], f"dinb{number}"[:14])
    try:
        for machine in (one, two):
            ip("netns", "add", machine.name)
            ip("-n", machine.name, "link", "set", "lo", "up")
        ip("link", "add", ends[0], "netns", one.name, "type", "veth", "peer", ends[1], "netns", two.name)
        for machine, end, host in zip((one, two), ends, (TEACHER, STUDENT), strict=True):
            ip("-n", machine.name, "address", "add", f"{host}/24", "dev", end)
            ip("-n", machine.name, "link", "set", end, "up")
        yield one, two
    finally:
        for machine in (one, two):
            with contextlib.suppress(subprocess.CalledProcessError):
                ip("netns", "delete", machine.name)


@pytest.fixture
def served(machines: tuple[Machine, Machine], tmp_path: Path) -> Iterator[tuple[str, Path]]:
    """The demonstration on the first machine: the address it tells for others, and its accounts."""
    ready, data, log = tmp_path / "ready.json", tmp_path / "data", tmp_path / "service.log"
    words = [sys.executable, "-m", "dinamis_service", "demo", "--lan", "--port", "0"]
    words += ["--scenes", "2000", "--images", "small", "--data-dir", str(data), "--ready-file", str(ready)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with log.open("wb") as said:
        service = subprocess.Popen(
            machines[0].command(*words), cwd=ROOT, env=environment, stdout=said, stderr=said
        )
        try:
            end = time.monotonic() + START_S
            while not ready.exists():
                assert service.poll() is None, log.read_text(encoding="utf-8")
                assert time.monotonic() < end, "the demonstration does not start"
                time.sleep(0.2)
            others = json.loads(ready.read_text(encoding="utf-8"))["others"]
            assert len(others) == 1, others
            assert others[0] in log.read_text(encoding="utf-8")
            yield others[0], data / "accounts.json"
        finally:
            service.terminate()
            assert service.wait(30) == 0


def test_two_profiles_of_another_machine_play_the_journey(
    machines: tuple[Machine, Machine], served: tuple[str, Path], tmp_path: Path
) -> None:
    """Both sign in, search, load images, order and sign out, side by side, over the cable alone."""
    url, accounts = served
    assert url.startswith(f"http://{TEACHER}:")
    outside = subprocess.run(
        machines[1].command("ip", "route", "get", "192.0.2.1"), capture_output=True, text=True, check=False
    )
    assert outside.returncode != 0, "the machine has a way into the world"
    variables = {name: value for name, value in os.environ.items() if name != "DISPLAY"}
    people = [
        person
        for person in json.loads(accounts.read_text(encoding="utf-8"))
        if person["user_kind"] == "SCI"  # whose project the journey describes
    ]
    plays = []
    for language, person in zip(("fr", "en"), people, strict=False):
        own = tmp_path / f"{language}.json"  # the journey signs in the first account of its file
        own.write_text(json.dumps([person]), encoding="utf-8")
        words = [sys.executable, "tools/demo.py", "journey", "--out", str(tmp_path / language)]
        words += ["--service", url, "--accounts", str(own), "--language", language]
        plays.append(
            subprocess.Popen(
                machines[1].command(*words, "--no-realdata", "--timeout", str(JOURNEY_S)),
                cwd=ROOT,
                env=variables,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
            )
        )
    said = [play.communicate(timeout=JOURNEY_S + 150)[0] for play in plays]
    assert [play.returncode for play in plays] == [0, 0], "\n".join(said)
    for language in ("fr", "en"):
        outcome = json.loads((tmp_path / language / "result.json").read_text(encoding="utf-8"))
        states = [step["state"] for step in outcome["steps"]]
        assert states.count("ok") == len(states) - 1, states  # the real images stay at home
