"""The checks of plugins.qgis.org on a plugin's zip, run before it is uploaded."""

from __future__ import annotations

import configparser
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

LARGEST_BYTES = 25 * 1024 * 1024
REQUIRED = (
    "name", "description", "about", "version", "qgisMinimumVersion", "qgisMaximumVersion", "author", "email",
    "homepage", "tracker", "repository", "license", "icon", "tags", "category", "changelog",
    "hasProcessingProvider", "name[fr]", "description[fr]", "about[fr]", "tags[fr]",
)  # fmt: skip
FORBIDDEN = re.compile(
    r"(^|/)(__pycache__|__MACOSX|\.git[^/]*|\.DS_Store|tests?)(/|$)|\.(pyc|so|dll|pyd|sh|exe|ts)$"
)


def problems(archive: Path) -> list[str]:
    """Return what the plugin repository would refuse, in words."""
    if archive.stat().st_size > LARGEST_BYTES:
        return [f"{archive.name} is over 25 MB"]
    with zipfile.ZipFile(archive) as zipped:
        return [*_layout(zipped.namelist()), *_metadata(zipped)]


def _layout(names: list[str]) -> Iterator[str]:
    roots = {PurePosixPath(name).parts[0] for name in names}
    if len(roots) != 1 or not next(iter(roots)).isidentifier():
        yield f"the zip must hold one folder with a Python name, not {sorted(roots)}"
    root = min(roots)
    for needed in ("__init__.py", "metadata.txt", "LICENSE", "i18n/dinamis_fr.qm"):
        if f"{root}/{needed}" not in names:
            yield f"{needed} is missing"
    for name in names:
        if FORBIDDEN.search(name) or "\\" in name or ".." in PurePosixPath(name).parts:
            yield f"{name} may not be in the zip"


def _metadata(zipped: zipfile.ZipFile) -> Iterator[str]:
    found = [name for name in zipped.namelist() if PurePosixPath(name).match("*/metadata.txt")]
    if not found:
        return
    parser = configparser.ConfigParser()
    parser.optionxform = str  # type: ignore[assignment, method-assign]
    try:
        # The plugin manager reads it with interpolation too: a bare % breaks it.
        parser.read_string(zipped.read(found[0]).decode("utf-8"))
        general = dict(parser["general"])
    except (configparser.Error, KeyError, UnicodeDecodeError) as error:
        yield f"metadata.txt cannot be read: {error}"
        return
    for field in REQUIRED:
        if not general.get(field, "").strip():
            yield f"metadata.txt lacks {field}"
    icon = f"{PurePosixPath(found[0]).parent}/{general.get('icon', '')}"
    if icon not in zipped.namelist():
        yield f"the icon {general.get('icon')} is missing"
    for field in ("homepage", "tracker", "repository"):
        if not general.get(field, "https://").startswith("https://"):
            yield f"{field} must be an https address"
    if not re.fullmatch(r"\d+\.\d+\.\d+(-\w+)?", general.get("version", "")):
        yield f"version {general.get('version')!r} must be like 1.2.3"
