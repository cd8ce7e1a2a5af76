"""`dinamis-service check`: silent on a sound installation, precise on a broken one."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from requesters import Requester
from running import TEST_CLIENT_URL, sign_in
from stored import put_item

from dinamis_service.app import create_app, create_context
from dinamis_service.cli import main
from dinamis_service.settings import Settings


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A sound installation with one image, stopped; the environment points at it."""
    for name in [name for name in os.environ if name.startswith("DINAMIS_")]:
        monkeypatch.delenv(name)
    folder = tmp_path / "data"
    monkeypatch.setenv("DINAMIS_DATA_DIR", str(folder))
    context = create_context(Settings())
    put_item(context, "DS_1")
    context.catalogue.close()
    context.database.close()
    return folder


def check(capsys: pytest.CaptureFixture[str], expected: int, *options: str) -> list[str]:
    """Lines printed by `check`."""
    assert main(["check", *options]) == expected
    printed = capsys.readouterr()
    assert "Traceback" not in printed.out + printed.err
    return printed.out.splitlines()


def test_a_sound_installation_is_ok(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert [line.split() for line in check(capsys, 0)] == [
        ["ok", "state"], ["ok", "catalogue"], ["ok", "objects"], ["ok", "keys"]
    ]  # fmt: skip


def test_a_folder_without_a_service_is_said_and_left_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = check(capsys, 1, "--data-dir", str(tmp_path / "none"))
    assert [line.split()[:2] for line in lines] == [
        ["PROBLEM", f"{part}:"] for part in ("state", "catalogue", "objects", "keys")
    ]
    assert not (tmp_path / "none").exists()


@pytest.mark.parametrize("name", ["state.sqlite", "catalogue.sqlite"])
def test_a_damaged_database_is_found(data: Path, capsys: pytest.CaptureFixture[str], name: str) -> None:
    path = data / name
    content = bytearray(path.read_bytes())
    content[100:4096] = os.urandom(3996)
    path.write_bytes(content)
    problems = [line for line in check(capsys, 1) if line.startswith("PROBLEM")]
    assert problems
    assert all(line.split()[1] == f"{path.stem}:" for line in problems)


def test_an_older_schema_is_found(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with sqlite3.connect(data / "state.sqlite") as connection:
        connection.execute("DELETE FROM alembic_version")
    assert any("schema version is None" in line for line in check(capsys, 1))


def test_a_reference_to_nothing_is_found(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with sqlite3.connect(data / "state.sqlite") as connection:
        connection.execute("INSERT INTO account_roles (account_id, role) VALUES ('nobody', 'user')")
    assert any("row 1 of account_roles refers to a row of accounts" in line for line in check(capsys, 1))


def test_an_attachment_that_is_gone_is_found(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    context = create_context(Settings())
    person = sign_in(context)
    with TestClient(create_app(context), TEST_CLIENT_URL) as client:
        requester = Requester(client, person)
        order_id = requester.submit()["id"]
        client.post(
            f"/api/orders/{order_id}/messages",
            files=[("files", ("a.txt", b"plan", "text/plain"))],
            headers=requester.headers,
        )
    check(capsys, 0)
    (file,) = [path for path in (data / "attachments").rglob("*") if path.is_file()]
    file.write_bytes(b"pl")
    assert any("not whole" in line for line in check(capsys, 1))
    file.unlink()
    assert any(str(file) in line for line in check(capsys, 1))


@pytest.mark.parametrize("name", ["keys", "keys/signing.json"])
def test_keys_that_others_may_read_are_found(
    data: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    (data / name).chmod(0o755)
    assert any(line.startswith("PROBLEM  keys:") and "0755" in line for line in check(capsys, 1))


def test_a_key_that_is_gone_is_found_and_not_made_anew(
    data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (data / "keys" / "signing.json").unlink()
    assert any(line.startswith("PROBLEM  keys:") for line in check(capsys, 1))
    assert not (data / "keys" / "signing.json").exists()


def test_an_object_that_is_gone_is_found(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (data / "objects" / "pleiades" / "DS_1" / "pan.tif").unlink()
    (line,) = [line for line in check(capsys, 1) if line.startswith("PROBLEM")]
    assert "DS_1" in line
    assert "pleiades/DS_1/pan.tif" in line


def test_what_does_not_belong_among_objects_is_found(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (data / "objects" / "link.tif").symlink_to(data / "state.sqlite")
    (data / "objects" / "pleiades" / ".partial-x").write_bytes(b"")
    problems = [line for line in check(capsys, 1) if line.startswith("PROBLEM")]
    assert len(problems) == 2
    assert "symbolic link" in problems[0] + problems[1]
    assert "interrupted upload" in problems[0] + problems[1]


def test_a_setting_that_is_not_valid_stops_every_command(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DINAMIS_PORT", "eighty")
    assert main(["check"]) == 2
    assert "DINAMIS_PORT" in capsys.readouterr().err


def test_the_help_names_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        main(["--help"])
    assert end.value.code == 0
    printed = capsys.readouterr().out
    for command in ("serve", "demo", "ingest", "operator", "check"):
        assert f"    {command} " in printed
