"""Letters of the registry, to people who may have no account: their words, in French and in English."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any

from dinamis_service.notifications import account_letters as words
from dinamis_service.notifications import adhesion_words, operator_letters
from dinamis_service.notifications import person_letters as person
from dinamis_service.quotas.words import Words


class Letter(StrEnum):
    """What a letter tells."""

    CHECK_ADDRESS = "letter_check_address"
    ACCOUNT_TO_VALIDATE = "letter_account_to_validate"
    ACCOUNT_ASKED = "letter_account_asked"
    ACCOUNT_VALIDATED = "letter_account_validated"
    ACCOUNT_VALIDATED_UNTIL = "letter_account_validated_until"
    ACCOUNT_REFUSED = "letter_account_refused"
    ACCOUNT_CLOSED = "letter_account_closed"
    ACCOUNT_REOPENED = "letter_account_reopened"
    ACCOUNT_UNTIL = "letter_account_until"
    ACCOUNT_WITHOUT_END = "letter_account_without_end"
    ACCOUNT_ENDS = "letter_account_ends"
    PARTNERSHIP_TO_VALIDATE = "letter_partnership_to_validate"
    PARTNERSHIP_ACCEPTED = "letter_partnership_accepted"
    PARTNERSHIP_REFUSED = "letter_partnership_refused"
    REFERENT_CHANGED = "letter_referent_changed"
    REPRESENTATIVE_CHANGED = "letter_representative_changed"
    MISSION_ENDS = "letter_mission_ends"
    MISSION_SHORTENED = "letter_mission_shortened"
    ADHESION_REFUSED = "letter_adhesion_refused"
    ENTITY_CLOSED = "letter_entity_closed"
    ENTITY_REOPENED = "letter_entity_reopened"
    ENTITY_MERGED = "letter_entity_merged"
    LICENCE_EXTENDED = "letter_licence_extended"
    CONTACT = "letter_contact"
    CONTACT_RECEIVED = "letter_contact_received"
    ACCOUNT_EXISTS = "letter_account_exists"
    ADHESION_TEXTS = "letter_adhesion_texts"
    VALIDATION_LINK = "letter_validation_link"
    DEED = "letter_deed"
    ENTITY_CREATED = "letter_entity_created"
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
    adhesion = Words("demande d'adhésion", "adhesion request")
    for_what = Words(f"inscription pour {name}", f"registration for {name}") if name else adhesion
    return (
        Words("Vérification de votre adresse", "Check of your address"),
        Words(
            f"Votre adresse électronique est valide dès que vous ouvrez ce lien, qui poursuit votre "
            f"{for_what.fr}. Gardez ce message : le lien ramène, "
            "un autre jour aussi, à ce que vous aviez saisi. Si vous n'avez rien demandé, ne faites rien.",
            f"Your e-mail address is valid as soon as you open this link, which goes on with your "
            f"{for_what.en}. Keep this message: the link leads, "
            "on another day too, to what you had typed. If you asked for nothing, do nothing.",
        ),
    )


_WORDS: dict[Letter, Callable[[Mapping[str, Any]], tuple[Words, Words]]] = {
    Letter.CHECK_ADDRESS: _check_address,
    Letter.ACCOUNT_TO_VALIDATE: words.ACCOUNT_TO_VALIDATE,
    Letter.ACCOUNT_ASKED: words.ACCOUNT_ASKED,
    Letter.ACCOUNT_VALIDATED: words.ACCOUNT_VALIDATED,
    Letter.ACCOUNT_VALIDATED_UNTIL: words.ACCOUNT_VALIDATED_UNTIL,
    Letter.ACCOUNT_REFUSED: words.ACCOUNT_REFUSED,
    Letter.ACCOUNT_CLOSED: words.ACCOUNT_CLOSED,
    Letter.ACCOUNT_REOPENED: words.ACCOUNT_REOPENED,
    Letter.ACCOUNT_UNTIL: words.ACCOUNT_UNTIL,
    Letter.ACCOUNT_WITHOUT_END: words.ACCOUNT_WITHOUT_END,
    Letter.ACCOUNT_ENDS: words.ACCOUNT_ENDS,
    Letter.PARTNERSHIP_TO_VALIDATE: words.PARTNERSHIP_TO_VALIDATE,
    Letter.PARTNERSHIP_ACCEPTED: words.PARTNERSHIP_ACCEPTED,
    Letter.PARTNERSHIP_REFUSED: words.PARTNERSHIP_REFUSED,
    Letter.REFERENT_CHANGED: words.REFERENT_CHANGED,
    Letter.REPRESENTATIVE_CHANGED: words.REPRESENTATIVE_CHANGED,
    Letter.MISSION_ENDS: words.MISSION_ENDS,
    Letter.MISSION_SHORTENED: words.MISSION_SHORTENED,
    Letter.ADHESION_REFUSED: operator_letters.ADHESION_REFUSED,
    Letter.ENTITY_CLOSED: operator_letters.ENTITY_CLOSED,
    Letter.ENTITY_REOPENED: operator_letters.ENTITY_REOPENED,
    Letter.ENTITY_MERGED: operator_letters.ENTITY_MERGED,
    Letter.LICENCE_EXTENDED: operator_letters.LICENCE_EXTENDED,
    Letter.CONTACT: operator_letters.CONTACT,
    Letter.CONTACT_RECEIVED: operator_letters.CONTACT_RECEIVED,
    Letter.ACCOUNT_EXISTS: adhesion_words.ACCOUNT_EXISTS,
    Letter.ADHESION_TEXTS: adhesion_words.ADHESION_TEXTS,
    Letter.VALIDATION_LINK: adhesion_words.VALIDATION_LINK,
    Letter.DEED: adhesion_words.DEED,
    Letter.ENTITY_CREATED: adhesion_words.ENTITY_CREATED,
    Letter.PASSWORD_RESET: person.PASSWORD_RESET,
    Letter.PASSWORD_CHANGED: person.PASSWORD_CHANGED,
    Letter.SECOND_FACTOR_ON: person.SECOND_FACTOR_ON,
    Letter.SECOND_FACTOR_OFF: person.SECOND_FACTOR_OFF,
    Letter.NEW_ADDRESS: person.NEW_ADDRESS,
    Letter.ADDRESS_CHANGED: person.address_changed,
    Letter.ACCOUNT_DELETED: person.ACCOUNT_DELETED,
}
