"""Where the icons, styles and translations lie: beside the code in the zip, at the root of the repository."""

from __future__ import annotations

from pathlib import Path

PACKAGE = Path(__file__).resolve().parent


def _folder(name: str) -> Path:
    inside = PACKAGE / name
    return inside if inside.is_dir() else PACKAGE.parent / name


def icon_path(name: str) -> Path:
    """The SVG file of an icon, named without its suffix."""
    return _folder("resources") / "icons" / f"{name}.svg"


def translation_path(language: str) -> Path:
    """The compiled translation of a two-letter language; the file need not exist."""
    return _folder("i18n") / f"dinamis_{language}.qm"
