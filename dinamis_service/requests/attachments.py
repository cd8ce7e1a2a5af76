"""Files attached to messages: in a folder of the service that nobody reads but through the request's rights.

A file is kept under its digest and written before the message that names it: a message never lacks a file, a
message sent again finds its files there, and what a refused message leaves is in nobody's way.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from dinamis_service.errors import InvalidError, TooLargeError
from dinamis_service.requests.attachment_kinds import KINDS, kind_of, safe_name
from dinamis_service.requests.caller import Caller
from dinamis_service.whole_files import give_name, partial_file

MAX_FILES = 5
MAX_BYTES = 25 * 1024 * 1024
_MIB = 1024 * 1024


@dataclass(frozen=True)
class Upload:
    """A file as it was sent, open at its beginning."""

    name: str
    file: BinaryIO


@dataclass(frozen=True)
class Kept:
    """A file that is on the disk."""

    name: str
    media_type: str
    size: int
    sha256: str


class AttachmentStore:
    """The folder of the attachments."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def keep(self, caller: Caller, uploads: Sequence[Upload]) -> list[Kept]:
        """Write the files, once every one of them was looked at.

        Raises:
            TooLargeError: one is too large.
            InvalidError: there are too many, or one is of a type that is not taken or not what it says.
        """
        if len(uploads) > MAX_FILES:
            raise _refused(
                caller.say(fr=f"Au plus {MAX_FILES} pièces jointes.", en=f"At most {MAX_FILES} attachments.")
            )
        judged = [_judged(one, caller) for one in uploads]
        return [
            self._write(one, name, media_type)
            for one, (name, media_type) in zip(uploads, judged, strict=True)
        ]

    def path(self, sha256: str) -> Path:
        """Where the file of a digest lies."""
        return self._folder / sha256[:2] / sha256

    def _write(self, upload: Upload, name: str, media_type: str) -> Kept:
        """Put a file on the disk: whole under its digest, or not at all."""
        upload.file.seek(0)
        digest = hashlib.sha256()
        with partial_file(self._folder) as partial:
            while block := upload.file.read(_MIB):
                digest.update(block)
                partial.write(block)
            target = self.path(digest.hexdigest())
            give_name(partial, target)
        return Kept(name, media_type, target.stat().st_size, digest.hexdigest())


def _judged(upload: Upload, caller: Caller) -> tuple[str, str]:
    """Name and media type of a file that may be attached."""
    name = safe_name(upload.name)
    size = upload.file.seek(0, os.SEEK_END)
    if size > MAX_BYTES:
        sentence = caller.say(
            fr=f"« {name} » fait {size / _MIB:.1f} Mio ; une pièce jointe : {MAX_BYTES // _MIB} au plus.",
            en=f"'{name}' has {size / _MIB:.1f} MiB; an attachment has at most {MAX_BYTES // _MIB}.",
        )
        raise TooLargeError(sentence, fields={"files": sentence})
    kind = kind_of(name)
    if kind is None:
        known = ", ".join(suffix.removeprefix(".") for suffix in KINDS)
        raise _refused(
            caller.say(
                fr=f"« {name} » ne peut pas être joint ; types possibles : {known}.",
                en=f"'{name}' cannot be attached; possible types: {known}.",
            )
        )
    if not kind.is_one(upload.file):
        raise _refused(
            caller.say(
                fr=f"Le contenu de « {name} » n'est pas du type que son nom annonce.",
                en=f"The content of '{name}' is not of the type that its name says.",
            )
        )
    return name, kind.media_type


def _refused(sentence: str) -> InvalidError:
    return InvalidError(sentence, fields={"files": sentence})
