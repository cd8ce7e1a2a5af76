"""Letters of the registry, to people who may have no account: their words, in French and in English."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any

from dinamis_service.notifications import operator_letters
from dinamis_service.quotas.words import Words


class Letter(StrEnum):
    """What a letter tells."""

    CHECK_ADDRESS = "letter_check_address"
    ADHESION_REFUSED = "letter_adhesion_refused"
    CONTACT = "letter_contact"
    CONTACT_RECEIVED = "letter_contact_received"


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
    Letter.ADHESION_REFUSED: operator_letters.adhesion_refused,
    Letter.CONTACT: operator_letters.contact,
    Letter.CONTACT_RECEIVED: operator_letters.contact_received,
}
