"""Keys that sign tokens: files that all processes share, replaced by age or by command.

The newest key signs. An older one verifies until every token that it signed has ended, which is known from
when the next one was made; then its file is deleted. Each process looks at the names in the folder whenever
it needs a key, so that it knows a new one as soon as it is there. Refresh tokens are not signed: no change of
keys ends a sign-in.
"""

from __future__ import annotations

import fcntl
import json
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from joserfc.jwk import RSAKey

from dinamis_service.secret_files import read_or_create

ALGORITHM = "RS256"  # the one that OpenID Connect Discovery makes mandatory
FIRST = "oidc.json"
MARGIN = timedelta(hours=1)
"""An old key verifies this much longer than tokens live: clocks differ, and lives are changed by settings."""
_STAMP = "oidc-%Y%m%dT%H%M%S.%fZ.json"


@dataclass(frozen=True)
class KeyFile:
    """One key and when it was made."""

    path: Path
    made_at: datetime
    key: RSAKey

    @property
    def kid(self) -> str:
        """Name of the key, the thumbprint of RFC 7638."""
        return str(self.key.kid)


class KeyFiles:
    """The keys of a folder, oldest first; there is always one.

    Args:
        folder: where they lie.
        age: a newest key older than this is replaced; None leaves that to the command.
        token_life: longest life of what the keys sign.
    """

    def __init__(self, folder: Path, age: timedelta | None, token_life: timedelta) -> None:
        self._folder = folder
        self._age = age
        self._keep = token_life + MARGIN
        self._lock = threading.Lock()
        self._names: list[str] = []
        self._found: list[KeyFile] = []

    def keys(self, now: datetime) -> list[KeyFile]:
        """Those that verify `now`, oldest first; the last one signs."""
        with self._lock:
            found = self._read()
            if self._is_due(found, now):
                self._maintain(now)
                found = self._read()
            return self._verifying(found, now)

    def rotate(self, now: datetime, *, drop: bool = False) -> KeyFile:
        """Make a new key, which signs from now on; `drop` deletes all others at once, as after a theft."""
        with self._lock, self._alone(wait=True):
            others = self._read()
            self._make(now)
            if drop:
                for other in others:
                    other.path.unlink(missing_ok=True)
            return self._read()[-1]

    def _read(self) -> list[KeyFile]:
        """What lies in the folder; files are read again only when their names have changed."""
        names = self._listed()
        if not names:
            read_or_create(self._folder / FIRST, _new_key)
            names = self._listed()
        if names != self._names:
            known = {one.path.name: one for one in self._found}
            found = [known.get(name) or _load(self._folder / name) for name in names]
            self._found = sorted((one for one in found if one is not None), key=lambda one: one.made_at)
            self._names = names
        return self._found

    def _listed(self) -> list[str]:
        try:
            return sorted(name for name in os.listdir(self._folder) if _is_key(name))
        except FileNotFoundError:
            return []

    def _is_due(self, found: list[KeyFile], now: datetime) -> bool:
        return self._is_old(found[-1], now) or len(self._verifying(found, now)) < len(found)

    def _is_old(self, newest: KeyFile, now: datetime) -> bool:
        return self._age is not None and now - newest.made_at >= self._age

    def _verifying(self, found: list[KeyFile], now: datetime) -> list[KeyFile]:
        ended_at = [later.made_at for later in found[1:]]
        kept = [one for one, end in zip(found, ended_at, strict=False) if now < end + self._keep]
        return [*kept, found[-1]]

    def _maintain(self, now: datetime) -> None:
        """Replace what is old and delete what has ended, unless another process is at it."""
        with self._alone(wait=False) as alone:
            if not alone:
                return
            found = self._read()
            if self._is_old(found[-1], now):
                self._make(now)
                found = self._read()
            kept = {one.path for one in self._verifying(found, now)}
            for one in found:
                if one.path not in kept:
                    one.path.unlink(missing_ok=True)

    def _make(self, now: datetime) -> None:
        newest = self._found[-1].made_at if self._found else now
        made_at = max(now, newest + timedelta(microseconds=1))  # also where the clock was put back
        read_or_create(self._folder / made_at.astimezone(UTC).strftime(_STAMP), _new_key)

    @contextmanager
    def _alone(self, *, wait: bool) -> Iterator[bool]:
        """Whether no other process changes keys, nor will until the block ends."""
        handle = os.open(self._folder, os.O_RDONLY)
        try:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
            except BlockingIOError:
                yield False
            else:
                yield True
        finally:
            os.close(handle)


def _is_key(name: str) -> bool:
    return name == FIRST or (name.startswith("oidc-") and name.endswith(".json"))


def _load(path: Path) -> KeyFile | None:
    """The key of a file; None where another process has just deleted it."""
    try:
        text, changed = path.read_text(encoding="utf-8"), path.stat().st_mtime
    except FileNotFoundError:
        return None
    key = RSAKey.import_key(json.loads(text))
    if path.name == FIRST:
        return KeyFile(path, datetime.fromtimestamp(changed, UTC), key)
    return KeyFile(path, datetime.strptime(path.name, _STAMP).replace(tzinfo=UTC), key)


def _new_key() -> str:
    key = RSAKey.generate_key(2048, {"use": "sig", "alg": ALGORITHM}, auto_kid=True)
    return json.dumps(key.as_dict(private=True))
