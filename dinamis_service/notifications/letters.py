"""Letters of the registry, to people who may have no account: their words, in French and in English."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any

from dinamis_service.notifications import person_letters as person
from dinamis_service.quotas.words import Words


class Letter(StrEnum):
    """What a letter tells."""

    CHECK_ADDRESS = "letter_check_address"
    PASSWORD_RESET = "letter_password_reset"  # noqa: S105 (the name of a letter)
    PASSWORD_CHANGED = "letter_password_changed"  # noqa: S105
    SECOND_FACTOR_ON = "letter_second_factor_on"
    SECOND_FACTOR_OFF = "letter_second_factor_off"
    NEW_ADDRESS = "letter_new_address"
    ADDRESS_CHANGED = "letter_address_changed"
    ACCOUNT_DELETED = "letter_account_deleted"


LETTERS = frozenset(one.value for one in Letter)


def lettered(letter: Letter, facts: Mapping[str, Any]) -> tuple[Words, Words]:
    """Title and text of a letter; its link comes after the text."""
    return _WORDS[letter](facts)


def _check_address(facts: Mapping[str, Any]) -> tuple[Words, Words]:
    name = facts.get("entity", "")
    return (
        Words("Vérification de votre adresse", "Check of your address"),
        Words(
            f"Ouvrez ce lien pour continuer votre démarche{f' pour {name}' if name else ''}. "
            "Si vous n'avez rien demandé, ne faites rien.",
            f"Open this link to go on{f' for {name}' if name else ''}. If you asked for nothing, do nothing.",
        ),
    )


_WORDS: dict[Letter, Callable[[Mapping[str, Any]], tuple[Words, Words]]] = {
    Letter.CHECK_ADDRESS: _check_address,
    Letter.PASSWORD_RESET: person.PASSWORD_RESET,
    Letter.PASSWORD_CHANGED: person.PASSWORD_CHANGED,
    Letter.SECOND_FACTOR_ON: person.SECOND_FACTOR_ON,
    Letter.SECOND_FACTOR_OFF: person.SECOND_FACTOR_OFF,
    Letter.NEW_ADDRESS: person.NEW_ADDRESS,
    Letter.ADDRESS_CHANGED: person.address_changed,
    Letter.ACCOUNT_DELETED: person.ACCOUNT_DELETED,
}
