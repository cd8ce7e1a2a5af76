"""From "my entity is not a member" to the first image: five people, a real browser and a real QGIS."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.append(str(ROOT / "tools"))

from demo_mails import Mailbox  # noqa: E402 - lies with the tools

TEN_MINUTES_S = 600
PARTS = 7
QGIS_STEPS = 3

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(shutil.which("qgis") is None, reason="QGIS is not installed"),
    pytest.mark.skipif(shutil.which("Xvfb") is None, reason="Xvfb is not installed"),
    pytest.mark.skipif(shutil.which("chromium") is None, reason="Chromium is not installed"),
]


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a way that was played to its end; what was measured is told in build/demo/way.json."""
    out = tmp_path_factory.mktemp("way")
    small = ["--scenes", "2000", "--images", "small", "--timeout", "300", "--no-realdata"]
    command = [sys.executable, "tools/demo.py", "way", "--out", str(out), *small]
    variables = {name: value for name, value in os.environ.items() if name != "DISPLAY"}
    done = subprocess.run(
        command, cwd=ROOT, env=variables, capture_output=True, text=True, check=False, timeout=TEN_MINUTES_S
    )
    assert done.returncode == 0, done.stdout + done.stderr
    kept = ROOT / "build" / "demo" / "way.json"
    kept.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(out / "way.json", kept)
    return out


@pytest.fixture(scope="module")
def told(out: Path) -> dict[str, Any]:
    """What was measured."""
    told: dict[str, Any] = json.loads((out / "way.json").read_text(encoding="utf-8"))
    return told


def test_the_whole_way_takes_less_than_ten_minutes(told: dict[str, Any]) -> None:
    """With the time that a person's hands need for the fields and buttons, which a program does not."""
    assert told["passed"]
    assert len(told["parts"]) == PARTS
    assert all(part["seconds"] > 0 for part in told["parts"])
    assert told["seconds"] + told["by_hand_s"] < TEN_MINUTES_S, told


def test_no_page_of_the_way_is_wider_than_a_screen_or_a_phone(told: dict[str, Any]) -> None:
    """Of all the pages that were seen, in French."""
    assert told["pages"] > 25
    assert told["too_wide"] == []


def test_the_first_image_is_seen_in_qgis(out: Path) -> None:
    """The steps in QGIS were played to the end, the last one sees the pixels of a signed image."""
    steps = json.loads((out / "way" / "result.json").read_text(encoding="utf-8"))["steps"]
    assert [step["state"] for step in steps] == ["ok"] * QGIS_STEPS
    assert dict(steps[0]["facts"])["Signed in as"].startswith("Noé Faure")
    assert dict(steps[-1]["facts"])["Source"].startswith("/vsimem/dinamis-live/")


def test_links_in_mails_lead_to_where_the_demonstration_listened(out: Path) -> None:
    """Also where its port was a free one."""
    url = json.loads((out / "way" / "config.json").read_text(encoding="utf-8"))["service_url"]
    mails = Mailbox(out / "way" / "data" / "outbox")
    found = urlsplit(mails.link("lea.petit@littoral.example", "/registry/adhesion"))
    assert f"{found.scheme}://{found.netloc}" == url


def test_no_secret_is_in_what_the_way_leaves(out: Path) -> None:
    """Neither the words of QGIS and the service nor the results hold a password, a signature or a link."""
    passwords = [one["password"] for one in json.loads((out / "way" / "data" / "accounts.json").read_text())]
    for path in [*(out / "way").glob("*.log"), out / "way" / "result.json", out / "way.json"]:
        text = path.read_text(encoding="utf-8", errors="replace")
        assert "X-Amz-Signature=" not in text, path.name
        assert "?link=" not in text, path.name
        assert not any(password in text for password in passwords), path.name
