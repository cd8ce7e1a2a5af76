"""The journey of `make demo` on a small demonstration, in a QGIS window without a screen."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
STEPS = 13
LONGEST_S = 540


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> tuple[subprocess.CompletedProcess[str], Path]:
    """The journey, played once in English."""
    out = tmp_path_factory.mktemp("journey")
    small = ["--scenes", "2000", "--images", "small", "--language", "en", "--timeout", "300"]
    command = [sys.executable, "tools/demo.py", "journey", "--out", str(out), *small]
    variables = {name: value for name, value in os.environ.items() if name != "DISPLAY"}
    done = subprocess.run(
        command, cwd=ROOT, env=variables, capture_output=True, text=True, check=False, timeout=LONGEST_S
    )
    return done, out


def test_every_step_of_the_journey_succeeds(played: tuple[subprocess.CompletedProcess[str], Path]) -> None:
    """Each step is played, and the real images are skipped only where there are none."""
    done, out = played
    assert done.returncode == 0, done.stdout + done.stderr
    steps = json.loads((out / "result.json").read_text(encoding="utf-8"))["steps"]
    states = {step["name"]: step["state"] for step in steps}
    assert len(states) == STEPS
    skipped = [name for name, state in states.items() if state != "ok"]
    real = Path(os.environ.get("DINAMIS_REALDATA", ROOT / "../shared/realdata")).is_dir()
    assert skipped == ([] if real else ["Real images of Mont Ventoux"])


def test_the_report_shows_a_picture_of_every_step(
    played: tuple[subprocess.CompletedProcess[str], Path],
) -> None:
    """The pictures are there and the report names them."""
    _, out = played
    report = (out / "report.html").read_text(encoding="utf-8")
    for step in json.loads((out / "result.json").read_text(encoding="utf-8"))["steps"]:
        assert step["name"] in report
        for name, _title in step["pictures"]:
            assert f"src='{name}'" in report
            assert (out / name).stat().st_size > 10_000


def test_no_secret_is_in_what_the_journey_leaves(
    played: tuple[subprocess.CompletedProcess[str], Path],
) -> None:
    """Neither the words of QGIS and the service nor the report hold a signature or a password."""
    _, out = played
    passwords = [account["password"] for account in json.loads((out / "data" / "accounts.json").read_text())]
    for path in [
        *out.glob("*.log"),
        out / "report.html",
        out / "result.json",
        out / "browser" / "visits.jsonl",
    ]:
        text = path.read_text(encoding="utf-8", errors="replace")
        assert "X-Amz-Signature=" not in text, path.name
        assert not any(password in text for password in passwords), path.name
