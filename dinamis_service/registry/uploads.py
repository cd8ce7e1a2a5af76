"""Project files sent with an adhesion: real PDF, 25 MB at most, kept where nothing is served (REG-37).

What is sent is judged by another process, with bounds to its time and memory: a file that was made to hurt
whoever reads it hurts nobody (`pdf_probe`).
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from dinamis_service.quotas.words import Words
from dinamis_service.requests.attachment_kinds import safe_name
from dinamis_service.settings import Settings
from dinamis_service.whole_files import give_name, partial_file

MAX_MB = 25
MAX_BYTES = MAX_MB * 1024 * 1024
_BLOCK = 1024 * 1024
_PROBE = Path(__file__).with_name("pdf_probe.py")
_PROBE_S = 30.0
_MAGIC = b"%PDF-"
_probing = threading.BoundedSemaphore(2)

_REFUSALS: dict[str, Words] = {
    "encrypted": Words(
        "Ce PDF est protégé par un mot de passe ; envoyez-le sans protection.",
        "This PDF is protected by a password; send it without protection.",
    ),
    "many_pages": Words(
        "Ce PDF a trop de pages (200 au plus).", "This PDF has too many pages (200 at most)."
    ),
    "many_objects": Words(
        "Ce PDF est trop compliqué ; exportez-le de nouveau.", "This PDF is too complicated; export it anew."
    ),
    "active": Words(
        "Ce PDF contient un programme ou d'autres fichiers ; exportez-le de nouveau sans eux.",
        "This PDF holds a program or other files; export it anew without them.",
    ),
    "no_pdf": Words(
        "Ce fichier n'est pas un PDF lisible ; exportez-le de nouveau en PDF.",
        "This file is no readable PDF; export it as a PDF anew.",
    ),
    "empty": Words("Ce fichier est vide.", "This file is empty."),
    "large": Words(f"Ce fichier dépasse {MAX_MB} Mo.", f"This file is larger than {MAX_MB} MB."),
}


class UploadError(ValueError):
    """A file that is not taken; `words` says why."""

    def __init__(self, reason: str) -> None:
        self.words = _REFUSALS[reason]
        super().__init__(self.words.en)


@dataclass(frozen=True)
class ProjectFile:
    """A file that was kept, as `Adhesion.project_file` names it."""

    name: str
    size: int
    sha256: str

    def described(self) -> dict[str, Any]:
        """The same for the state."""
        return {"name": self.name, "size": self.size, "sha256": self.sha256}


class ProjectFiles:
    """The folder of the project files: one folder for each adhesion, each file under its digest."""

    def __init__(self, settings: Settings) -> None:
        self._folder = settings.data_dir / "projects"

    def keep(self, adhesion_id: str, name: str, file: BinaryIO) -> ProjectFile:
        """Judge a file and write it.

        Raises:
            UploadError: it is no PDF that we take.
        """
        size = file.seek(0, os.SEEK_END)
        if size == 0:
            raise UploadError("empty")
        if size > MAX_BYTES:
            raise UploadError("large")
        file.seek(0)
        if file.read(len(_MAGIC)) != _MAGIC:
            raise UploadError("no_pdf")
        file.seek(0)
        digest = hashlib.sha256()
        with partial_file(self._folder) as partial:
            while block := file.read(_BLOCK):
                digest.update(block)
                partial.write(block)
            partial.flush()
            judge(Path(partial.name))
            give_name(partial, self.path(adhesion_id, digest.hexdigest()))
        shown = safe_name(name)
        if not shown.lower().endswith(".pdf"):
            shown = f"{shown[:140] or 'document'}.pdf"
        return ProjectFile(shown, size, digest.hexdigest())

    def path(self, adhesion_id: str, sha256: str) -> Path:
        """Where a file of an adhesion lies."""
        return self._folder / adhesion_id / sha256

    def adhesions(self) -> list[str]:
        """Those that files were kept for."""
        if not self._folder.is_dir():
            return []
        return [one.name for one in self._folder.iterdir() if one.is_dir()]

    def forget(self, adhesion_id: str) -> None:
        """Remove every file of an adhesion."""
        shutil.rmtree(self._folder / adhesion_id, ignore_errors=True)

    def forget_others(self, adhesion_id: str, sha256: str) -> None:
        """Remove what the file of this digest stands in for."""
        for one in (self._folder / adhesion_id).glob("*"):
            if one.name != sha256:
                one.unlink(missing_ok=True)


def judge(path: Path) -> None:
    """Have a file read as a PDF by a process of its own.

    Raises:
        UploadError: it is none, or one that we do not take.
    """
    with _probing:
        try:
            done = subprocess.run(  # noqa: S603 (our own program, and a path that we made)
                [sys.executable, "-I", str(_PROBE), str(path)],
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=_PROBE_S,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise UploadError("many_objects") from None
    try:
        said = json.loads(done.stdout[:1000] or b"{}")
    except ValueError:
        said = {}
    if done.returncode != 0 or said.get("verdict") != "fine":
        raise UploadError(said.get("verdict") if said.get("verdict") in _REFUSALS else "no_pdf")
