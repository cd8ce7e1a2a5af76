"""Operators at a terminal: grants, packages, calls and tables."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from operators import Terminal
from requesters import PROGRAMMING, Requester, refused, tasking
from running import SignedIn

TODAY = datetime.now(UTC).date()
WHY = ("--reason", "Committee of May")


@pytest.fixture
def requester(client: TestClient, signed_in: Callable[..., SignedIn]) -> Requester:
    return Requester(client, signed_in())


def test_a_package_is_given_shown_and_taken_back(requester: Requester, terminal: Terminal) -> None:
    project = requester.project
    assert terminal.run("package", project) == f"{project}  null\n"
    given = ("package", project, "--quota", "PLEIADES=2500,5", "--volume", "SPOT=10000", "--text", "Coast")
    assert "Give the reason" in terminal.refused(*given)
    told = json.loads(terminal.run(*given, *WHY).removeprefix(project))
    assert told == requester.get(f"/api/projects/{project}").json()["package"]
    assert (told["quota_km2"], told["used_km2"]) == ({"PLEIADES": 2500.5}, {"SPOT": 0})
    assert "volume_km2.LANDSAT" in terminal.refused("package", project, "--volume", "LANDSAT=1", *WHY)
    assert "'much' is not a possible number" in terminal.refused(
        "package", project, "--volume", "SPOT=much", *WHY
    )
    assert "no project" in terminal.refused("package", "2020-001-SCI")
    assert terminal.run("package", project, "--none", *WHY) == f"{project}  null\n"
    shown = terminal.run("project", project)
    assert "Support package, quota: PLEIADES 2,500.5 km². Opened volume: SPOT 10,000 km². Coast" in shown
    assert "nadia (operator)  Support package taken back. : Committee of May" in shown


def test_calls_are_announced_and_changed(requester: Requester, terminal: Terminal) -> None:
    assert terminal.run("calls").startswith("permanent  open  2025-01-01/...  PLEIADES,PNEO,SPOT  archive")
    closed = terminal.run("call", "permanent", "--closes", str(TODAY - timedelta(days=1)))
    assert closed.startswith("permanent  closed")
    refused(requester.post(PROGRAMMING, tasking(requester.project)), 409, "conflict")
    made = terminal.run("call", "--title", "Appel d'été", "--sensor", "PLEIADES", "--kind", "programming")
    call_id, _, state = made.partition("  ")
    assert state.startswith(f"open  {TODAY}/...  PLEIADES  programming  Appel d'été")
    assert requester.submit()["properties"]["dinamis:call_id"] == call_id
    assert "Summer" in terminal.run("call", call_id, "--title-en", "Summer")
    assert terminal.run("call", "permanent", "--closes", "never").startswith("permanent  open")
    assert "no call 'none'" in terminal.refused("call", "none", "--title", "x")
    assert "not a day" in terminal.refused("call", call_id, "--closes", "soon")
    assert "closes before" in terminal.refused("call", call_id, "--closes", "2020-01-01")
    assert "title_fr" in terminal.refused("call", "--sensor", "SPOT")


def test_tables_are_listed_planned_and_read_again(
    requester: Requester, terminal: Terminal, tmp_path: Path
) -> None:
    year = TODAY.year
    heading, _, content = terminal.run("tariffs").partition("\n")
    assert heading.startswith("# 2026 v1, DINAMIS")
    table = json.loads(content)
    table["sensors"]["PLEIADES"]["quota_km2"]["SCI"] = "3000"
    file = tmp_path / "new.json"
    file.write_text(json.dumps(table))
    ahead = ("tariffs", "--year", str(year + 1), "--set", str(file), "--from", f"{year + 1}-03-01", *WHY)
    assert terminal.run(*ahead, "--base", "0").startswith(f"# {year + 1} v1, nadia")
    assert "stored meanwhile" in terminal.refused(*ahead, "--base", "0")
    history = terminal.run("tariffs", "--history").splitlines()
    assert history[0].endswith(f"from {year + 1}-03-01: Committee of May")
    assert len(history) == 3
    assert '"3000"' in terminal.run("tariffs", "--year", str(year + 1), "--version", "1")
    assert "no version 7" in terminal.refused("tariffs", "--version", "7")
    assert requester.get("/api/quotas").json()["sensors"][0]["quota_km2"] == 1500, "not yet"
    file.write_text("{")
    assert "is not JSON" in terminal.refused("tariffs", "--set", str(file), *WHY)
    file.write_text("[]")
    assert "content" in terminal.refused("tariffs", "--set", str(file), *WHY)
    file.write_text("{}")
    assert "sensors is missing" in terminal.refused("tariffs", "--set", str(file), *WHY)
