"""The settings, and the two places that describe them to operators."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from dinamis_service.cli import main
from dinamis_service.serving import address, found_at, listen, other_addresses
from dinamis_service.settings import Settings

ROOT = Path(__file__).parents[2]


def default_of(name: str) -> str:
    default = Settings.model_fields[name].default
    if default is None:
        return ""
    return str(default).lower() if isinstance(default, bool) else str(default)


def expected_table() -> str:
    lines = ["| variable | default | meaning |", "|---|---|---|"]
    for name, field in Settings.model_fields.items():
        default = default_of(name)
        lines.append(
            f"| `DINAMIS_{name.upper()}` | {f'`{default}`' if default else ''} | {field.description} |"
        )
    return "\n".join(lines)


def expected_environment() -> str:
    blocks = [
        f"# {field.description}\n#DINAMIS_{name.upper()}={default_of(name)}"
        for name, field in Settings.model_fields.items()
    ]
    return "\n\n".join(blocks)


def test_every_setting_says_what_it_is() -> None:
    assert all(field.description for field in Settings.model_fields.values())


def test_the_table_of_settings_is_true() -> None:
    text = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    assert expected_table() in text, f"docs/settings.md should hold:\n{expected_table()}"


def test_the_environment_file_is_true() -> None:
    text = (ROOT / "deploy" / "dinamis-service.env").read_text(encoding="utf-8")
    assert expected_environment() in text, f"it should hold:\n{expected_environment()}"


def test_settings_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DINAMIS_PORT", "8123")
    monkeypatch.setenv("DINAMIS_DEMO", "true")
    settings = Settings()
    assert settings.port == 8123
    assert settings.demo is True


def test_a_value_that_is_not_valid_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DINAMIS_PORT", "70000")
    with pytest.raises(ValidationError, match="port"):
        Settings()


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("DINAMIS_DATABASE_URL", "state.sqlite"),
        ("DINAMIS_DATABASE_URL", "oracle+nothing://camille:hunter2@127.0.0.1/x"),  # pragma: allowlist secret
        ("DINAMIS_CATALOGUE_URL", "mysql://camille:hunter2@127.0.0.1/x"),  # pragma: allowlist secret
        ("DINAMIS_CATALOGUE_URL", "postgresql://camille:hunter2@127.0.0.1/x?a=b"),  # pragma: allowlist secret
        ("DINAMIS_PUBLIC_URL", "dinamis.demo.example"),
        ("DINAMIS_PUBLIC_URL", "https://dinamis.demo.example/?a=b"),
    ],
)
def test_addresses_that_lead_nowhere_are_refused_by_name(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], variable: str, value: str
) -> None:
    monkeypatch.setenv(variable, value)
    assert main(["check"]) == 2
    said = capsys.readouterr().err
    assert variable in said
    assert "hunter2" not in said


def test_addresses_that_lead_somewhere_are_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DINAMIS_DATABASE_URL", "sqlite:////var/lib/dinamis/state.sqlite")
    monkeypatch.setenv("DINAMIS_PUBLIC_URL", "https://dinamis.demo.example/images/")
    assert Settings().state_url == "sqlite:////var/lib/dinamis/state.sqlite"


def test_a_database_that_cannot_be_opened_is_said_in_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setenv("DINAMIS_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("DINAMIS_DATABASE_URL", f"sqlite:///{tmp_path}/nowhere/state.sqlite")
    assert main(["serve", "--port", "0"]) == 1
    assert capsys.readouterr().err == "dinamis-service: unable to open database file\n"


@pytest.mark.parametrize(("host", "named"), [("127.0.0.1", "127.0.0.1"), ("::1", "[::1]")])
def test_mails_name_the_port_that_was_free(host: str, named: str) -> None:
    with listen(host, 0) as listener:
        settings = Settings(host=host, port=0)
        assert found_at(settings, listener).own_url == f"http://{named}:{listener.getsockname()[1]}"
        public = settings.model_copy(update={"public_url": "https://dinamis.demo.example/"})
        assert found_at(public, listener).own_url == "https://dinamis.demo.example"


def test_mails_of_one_who_listens_everywhere_name_an_address() -> None:
    with listen("0.0.0.0", 0) as listener:
        named = found_at(Settings(host="0.0.0.0", port=0), listener).own_url
        assert named in (address(listener), *other_addresses(listener))


@pytest.mark.parametrize("sender", ["@a", "x@", "Name <>", "a b@c", '"<', ""])
def test_a_sender_that_is_no_address_is_refused_in_words(sender: str) -> None:
    with pytest.raises(ValidationError, match="a mail address is expected"):
        Settings(mail_from=sender)
