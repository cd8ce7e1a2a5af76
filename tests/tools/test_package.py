"""The zip is made the same each time, and the checks on it find what the plugin repository refuses."""

import zipfile
from pathlib import Path

import pytest
from check_zip import REQUIRED, problems
from package import make_zip

GOOD = {
    "__init__.py": "",
    "LICENSE": "GPL",
    "i18n/dinamis_fr.qm": "",
    "icon.svg": "<svg/>",
    "metadata.txt": "[general]\n"
    + "\n".join(
        f"{field}=" + {"icon": "icon.svg", "version": "0.1.0"}.get(field, "https://demo.example")
        for field in REQUIRED
    ),
}


def build(tmp_path: Path, changes: dict[str, str | None]) -> Path:
    """Zip a plugin that is right but for the changes (None takes a file away)."""
    for name, text in {**GOOD, **changes}.items():
        if text is not None:
            path = tmp_path / "plugin" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
    archive = tmp_path / "plugin.zip"
    make_zip(tmp_path / "plugin", archive)
    return archive


def test_a_right_zip_passes_and_is_the_same_each_time(tmp_path: Path) -> None:
    """The bytes depend on the files only, not on when they were zipped."""
    first, second = (build(tmp_path / name, {}) for name in ("a", "b"))
    assert problems(first) == []
    assert first.read_bytes() == second.read_bytes()


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"LICENSE": None}, "LICENSE is missing"),
        ({"i18n/dinamis_fr.qm": None}, "dinamis_fr.qm is missing"),
        ({"gui/__pycache__/x.pyc": ""}, "may not be in the zip"),
        ({"tests/test_x.py": ""}, "may not be in the zip"),
        ({"lib/fast.so": ""}, "may not be in the zip"),
        ({"icon.svg": None}, "icon icon.svg is missing"),
        ({"metadata.txt": "[general]\nname=x"}, "lacks description"),
        ({"metadata.txt": GOOD["metadata.txt"].replace("about=", "about=100 % sure ")}, "cannot be read"),
        ({"metadata.txt": GOOD["metadata.txt"].replace("version=0.1.0", "version=one")}, "must be like"),
    ],
)
def test_what_the_repository_refuses_is_found(
    tmp_path: Path, changes: dict[str, str | None], said: str
) -> None:
    """Each fault is named."""
    assert any(said in problem for problem in problems(build(tmp_path, changes)))


def test_a_second_folder_is_found(tmp_path: Path) -> None:
    """The zip holds one folder."""
    archive = build(tmp_path, {})
    with zipfile.ZipFile(archive, "a") as zipped:
        zipped.writestr("other/x.py", "")
    assert any("one folder" in problem for problem in problems(archive))
