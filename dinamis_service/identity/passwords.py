"""Which passwords may be chosen, and how they are hashed: one at a time in a process, few waiting."""

from __future__ import annotations

import hashlib
import re
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import BinaryIO

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from zxcvbn.frequency_lists import FREQUENCY_LISTS

from dinamis_service.busy import BusyError
from dinamis_service.errors import InvalidError
from dinamis_service.language import Language, text

LENGTH_MIN, LENGTH_MAX = 12, 1000
WAITING_MAX = 8
"""Hashes that wait for their turn: each holds a thread, which searches need too."""
RETRY_S = 2
_SHA1_LETTERS = 40
_OWN_LENGTH_MIN = 4
_COMMON_LENGTH_MAX = 30


class Hashing:
    """Argon2id, one hash at a time: many at once would take the memory of all and the time of searches."""

    def __init__(self, rounds: int, memory_kib: int, lanes: int, waiting: int = WAITING_MAX) -> None:
        self._hasher = PasswordHasher(time_cost=rounds, memory_cost=memory_kib, parallelism=lanes)
        self._places = threading.BoundedSemaphore(waiting + 1)
        self._turn = threading.Lock()

    @contextmanager
    def place(self) -> Iterator[None]:
        """A place in the queue, to be had before anything is asked of the state.

        Raises:
            BusyError: there is none.
        """
        if not self._places.acquire(blocking=False):
            raise BusyError(RETRY_S)
        try:
            yield
        finally:
            self._places.release()

    def hash(self, password: str) -> str:
        """The hash of a password, with its parameters and its salt."""
        with self._turn:
            return self._hasher.hash(password)

    def is_right(self, stored: str, password: str) -> bool:
        """Whether it is the hash of this password."""
        if len(password) > LENGTH_MAX:
            return False
        with self._turn:
            try:
                return self._hasher.verify(stored, password)
            except (VerificationError, InvalidHashError):
                return False

    def is_outdated(self, stored: str) -> bool:
        """Whether the hash was made with other parameters than those of today."""
        return self._hasher.check_needs_rehash(stored)


def check_new(password: str, *, about: Sequence[str], language: Language, leaked: Path | None = None) -> None:
    """Refuse a password that is too short, that leaked, or that tells who its owner is.

    Args:
        password: what somebody wants to take.
        about: their name, their address, their entity: nothing of it may stand in the password.
        language: of the sentence.
        leaked: file of the SHA-1 digests of leaked passwords, in order (setting `leaked_passwords`).

    Raises:
        InvalidError: with the reason, of the field `password`.
    """
    folded = password.casefold()
    if len(password) < LENGTH_MIN:
        raise _refused(
            language,
            fr=f"Choisissez un mot de passe d'au moins {LENGTH_MIN} caractères.",
            en=f"Choose a password of at least {LENGTH_MIN} characters.",
        )
    if len(password) > LENGTH_MAX:
        raise _refused(
            language,
            fr=f"Un mot de passe a au plus {LENGTH_MAX} caractères.",
            en=f"A password has at most {LENGTH_MAX} characters.",
        )
    if any(own in folded for own in _own_words(about)):
        raise _refused(
            language,
            fr="Ce mot de passe contient votre nom, votre adresse ou celui de votre entité.",
            en="This password holds your name, your address or that of your entity.",
        )
    if _is_common(folded) or (leaked is not None and _has_leaked(leaked, password)):
        raise _refused(
            language,
            fr="Ce mot de passe figure parmi ceux qui ont fuité, ou en dérive : choisissez-en un autre.",
            en="This password is among those that leaked, or made of one: choose another.",
        )


def _refused(language: Language, *, fr: str, en: str) -> InvalidError:
    sentence = text(language, fr=fr, en=en)
    return InvalidError(sentence, fields={"password": sentence})


def _own_words(about: Sequence[str]) -> set[str]:
    """What tells of the person: names and parts of addresses, long enough not to stand there by chance."""
    words = {word for told in about for word in re.split(r"[\W_]+", told.casefold())}
    return {word for word in words if len(word) >= _OWN_LENGTH_MIN}


@cache
def _common() -> frozenset[str]:
    """Passwords that leaked most often, in small letters (the lists of zxcvbn)."""
    return frozenset(FREQUENCY_LISTS["passwords"])


def _is_common(folded: str) -> bool:
    """Whether it is a common password, said several times, or one that makes half of it or more."""
    once = _once(folded)
    return len(once) == 1 or once in _common() or any(part in _common() for part in _halves(folded))


def _once(folded: str) -> str:
    """The shortest part that, repeated, gives the text."""
    return folded[: (folded + folded).find(folded, 1)]


def _halves(folded: str) -> Iterator[str]:
    """Every part of at least half the length; none of a long text, which no leaked password is half of."""
    length = len(folded)
    if length <= 2 * _COMMON_LENGTH_MAX:
        for size in range((length + 1) // 2, length + 1):
            yield from (folded[start : start + size] for start in range(length - size + 1))


def _has_leaked(path: Path, password: str) -> bool:
    """Whether the file, whose lines are SHA-1 digests in order (`DIGEST` or `DIGEST:COUNT`), has it.

    It may be far larger than the memory: halves of it are left aside until the line is found.
    """
    wanted = hashlib.sha1(password.encode(), usedforsecurity=False).hexdigest().upper().encode()
    with path.open("rb") as lines:
        low, high = 0, lines.seek(0, 2)
        while low < high:
            middle = (low + high) // 2
            if _digest_from(lines, middle) < wanted:
                low = middle + 1
            else:
                high = middle
        return _digest_from(lines, low) == wanted


def _digest_from(lines: BinaryIO, place: int) -> bytes:
    """Digest of the first line that begins at `place` or after it; after every other one without a line."""
    lines.seek(max(0, place - 1))
    if place:
        lines.readline()
    return lines.readline()[:_SHA1_LETTERS].upper() or b"~"
