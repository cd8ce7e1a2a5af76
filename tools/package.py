"""Build build/dinamis_plugin.zip, the file QGIS installs. Run by `make package`.

The plugin is staged into build/dinamis_plugin (code, vendored packages, resources, compiled translations,
metadata.txt, LICENSE), then zipped so that the same sources give the same bytes.
"""

from __future__ import annotations

import fcntl
import shutil
import subprocess
import zipfile
from pathlib import Path

from vendor import vendor

ROOT = Path(__file__).resolve().parent.parent
PLUGIN = "dinamis_plugin"
STAGED = ROOT / "build" / PLUGIN
ARCHIVE = ROOT / "build" / f"{PLUGIN}.zip"
#: Time of every entry, so that the zip depends on contents only (the earliest a zip can hold).
EPOCH = (1980, 1, 1, 0, 0, 0)
IGNORED = shutil.ignore_patterns("__pycache__", "*.pyc", "*.ts", ".*", "tests")


def package() -> Path:
    """Stage and zip the plugin; return the path of the zip. Two at once do it one after the other.

    Raises:
        FileNotFoundError: a part of the plugin is missing.
        subprocess.CalledProcessError: a translation does not compile.
    """
    ARCHIVE.parent.mkdir(exist_ok=True)
    with (ARCHIVE.parent / ".package.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        vendor()
        stage()
        make_zip(STAGED, ARCHIVE)
    print(f"{ARCHIVE.relative_to(ROOT)}: {ARCHIVE.stat().st_size / 1e6:.2f} MB")
    return ARCHIVE


def stage() -> None:
    """Put together the folder that QGIS will have in python/plugins."""
    shutil.rmtree(STAGED, ignore_errors=True)
    shutil.copytree(ROOT / PLUGIN, STAGED, ignore=IGNORED)
    shutil.copytree(ROOT / "resources", STAGED / "resources", ignore=IGNORED, dirs_exist_ok=True)
    for name in ("metadata.txt", "LICENSE"):
        shutil.copy(ROOT / name, STAGED / name)
    (STAGED / "i18n").mkdir(exist_ok=True)
    for source in sorted((ROOT / "i18n").glob("*.ts")):
        compiled = STAGED / "i18n" / source.with_suffix(".qm").name
        subprocess.run(["lrelease", "-silent", str(source), "-qm", str(compiled)], check=True)


def make_zip(folder: Path, archive: Path) -> None:
    """Zip a folder under its own name, byte for byte the same each time."""
    draft = archive.with_suffix(".part")
    with zipfile.ZipFile(draft, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as zipped:
        for path in sorted(path for path in folder.rglob("*") if path.is_file()):
            entry = zipfile.ZipInfo(path.relative_to(folder.parent).as_posix(), EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o100644 << 16
            zipped.writestr(entry, path.read_bytes())
    draft.replace(archive)


if __name__ == "__main__":
    package()
