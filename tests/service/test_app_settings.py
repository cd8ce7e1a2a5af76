"""The settings, and the two places that describe them to operators."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

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
