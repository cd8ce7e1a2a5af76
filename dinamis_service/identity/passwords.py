"""What a new password has to be."""

from __future__ import annotations

from collections.abc import Sequence

from dinamis_service.errors import InvalidError
from dinamis_service.language import Language, text

SHORTEST, LONGEST = 12, 1000
_TELLING = 3  # letters of a name that count as a name


def check_new(password: str, *, about: Sequence[str], language: Language) -> None:
    """Refuse a password that is too short or too long, or that holds a name of the person.

    Raises:
        InvalidError: with a sentence that says why.
    """
    if not SHORTEST <= len(password) <= LONGEST:
        raise InvalidError(
            text(
                language,
                fr=f"Le mot de passe compte de {SHORTEST} à {LONGEST} caractères.",
                en=f"A password has {SHORTEST} to {LONGEST} characters.",
            )
        )
    names = [part for name in about for part in (name, name.partition("@")[0]) if len(part) > _TELLING]
    if any(name.casefold() in password.casefold() for name in names):
        raise InvalidError(
            text(
                language,
                fr="Le mot de passe ne contient ni votre nom ni votre adresse.",
                en="The password holds neither your name nor your address.",
            )
        )
