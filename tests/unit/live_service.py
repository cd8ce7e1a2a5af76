"""The real service in a process of its own, and a person who uses a browser by HTTP."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import time
from html import unescape
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import pytest
import requests

ROOT = Path(__file__).resolve().parents[2]
PYTHON = ROOT / ".venv" / "service" / "bin" / "python"
START_S = 240
SMALL = ("--scenes", "2000", "--images", "small", "--host", "127.0.0.1")


class LiveService:
    """A demonstration on an empty folder; stopped by `stop`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.data = folder / "data"
        self._log = (folder / "service.log").open("wb")
        self.url = self._start(0)
        accounts = json.loads((self.data / "accounts.json").read_text("utf-8"))
        self.accounts = {account["username"]: account for account in accounts}

    def _start(self, port: int) -> str:
        ready = self.folder / "ready.json"
        ready.unlink(missing_ok=True)
        self._process = subprocess.Popen(
            self._command("demo", *SMALL, "--port", str(port), "--ready-file", str(ready)),
            cwd=self.folder,
            env=self._environment(),
            stdout=self._log,
            stderr=subprocess.STDOUT,
        )
        return self._wait_for(ready)["url"]

    def _command(self, word: str, *options: str) -> list[str]:
        return [str(PYTHON), "-m", "dinamis_service", word, *options, "--data-dir", str(self.data)]

    def _environment(self) -> dict[str, str]:
        gazetteer = os.environ.get("DINAMIS_GAZETTEER_PATH") or ROOT / ".venv" / "gazetteer.sqlite"
        environment = {key: value for key, value in os.environ.items() if not key.startswith("DINAMIS_")}
        return {
            **environment,
            "PYTHONPATH": str(ROOT),
            "DINAMIS_DEVICE_INTERVAL_S": "1",
            "DINAMIS_GAZETTEER_PATH": str(gazetteer),
        }

    def run(self, word: str, *options: str) -> None:
        """Run one of the operator's commands on the data of this service."""
        subprocess.run(self._command(word, *options), cwd=self.folder, env=self._environment(), check=True)

    def kill(self) -> None:
        """End the process as a loss of power does."""
        self._process.kill()
        self._process.wait()

    def start_again(self) -> None:
        """Start it again at the same address."""
        assert self._start(urlsplit(self.url).port or 0) == self.url

    def _wait_for(self, ready: Path) -> dict:
        end = time.monotonic() + START_S
        while time.monotonic() < end:
            if self._process.poll() is not None:
                break
            if ready.exists() and ready.stat().st_size:
                return json.loads(ready.read_text("utf-8"))
            time.sleep(0.1)
        self.stop()
        log = (self.folder / "service.log").read_text("utf-8", "replace")
        pytest.fail(f"the service did not start:\n{log[-3000:]}")

    def stop(self) -> None:
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
            try:
                self._process.wait(20)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        self._log.close()

    def scientist(self) -> dict:
        """A scientific user with no other role."""
        people = self.accounts.values()
        return next(one for one in people if one["role"] == "user" and one["user_kind"] == "SCI")


def decide(address: str, account: dict, decision: str) -> None:
    """Open the sign-in page, sign in and accept or refuse, as a browser does."""
    browser = requests.Session()
    browser.trust_env = False
    page = browser.get(address, timeout=20)
    for _ in range(5):
        form = _form(page.text)
        if form is None:
            break
        action, fields = form
        if fields["step"] == "sign-in":
            fields.update(login=account["username"], password=account["password"])
        if fields["step"] == "decision":
            fields["decision"] = decision
        page = browser.post(urljoin(page.url, action), data=fields, timeout=20)
        page.raise_for_status()
        if "result=" in page.url:
            return
    pytest.fail(f"the sign-in ended at {page.url}: {page.text[:500]}")


def _form(html: str) -> tuple[str, dict[str, str]] | None:
    """Find the first form of a page that goes a step further, with its fields."""
    for action, inside in re.findall(r'<form[^>]*action="([^"]*)"[^>]*>(.*?)</form>', html, re.DOTALL):
        fields = {}
        for tag in re.findall(r"<input[^>]*>", inside):
            name = re.search(r'name="([^"]*)"', tag)
            value = re.search(r'value="([^"]*)"', tag)
            if name:
                fields[name[1]] = unescape(value[1]) if value else ""
        if fields.get("step") not in (None, "sign-out"):
            return unescape(action), fields
    return None
