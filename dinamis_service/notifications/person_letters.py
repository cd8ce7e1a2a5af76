"""Words of the letters about a person's own account: password, address, second factor, deletion."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from dinamis_service.quotas.words import Words

Told = Callable[[Mapping[str, Any]], tuple[Words, Words]]

_NOT_YOU = Words(
    "Si ce n'est pas vous, changez votre mot de passe et prévenez l'équipe DINAMIS.",
    "If it was not you, change your password and tell the DINAMIS team.",
)


def _letter(title: Words, text: Words, after: Words | None = None) -> Told:
    """Words that are the same for everybody."""
    whole = text if after is None else Words(f"{text.fr} {after.fr}", f"{text.en} {after.en}")
    return lambda _facts: (title, whole)


PASSWORD_RESET = _letter(
    Words("Choisir un nouveau mot de passe", "Choose a new password"),
    Words(
        "Ouvrez ce lien dans l'heure pour choisir un nouveau mot de passe ; il ne sert qu'une fois. Si vous "
        "n'avez rien demandé, ne faites rien : votre mot de passe reste le même.",
        "Open this link within the hour to choose a new password; it works once. If you asked for nothing, "
        "do nothing: your password stays the same.",
    ),
)
PASSWORD_CHANGED = _letter(
    Words("Votre mot de passe a changé", "Your password has changed"),
    Words(
        "Le mot de passe de votre compte DINAMIS vient de changer et vos connexions ont pris fin.",
        "The password of your DINAMIS account has just changed, and your sign-ins have ended.",
    ),
    _NOT_YOU,
)
SECOND_FACTOR_ON = _letter(
    Words("Double authentification activée", "Second factor turned on"),
    Words(
        "Votre compte DINAMIS demande désormais un code en plus du mot de passe.",
        "Your DINAMIS account asks for a code besides the password from now on.",
    ),
    _NOT_YOU,
)
SECOND_FACTOR_OFF = _letter(
    Words("Double authentification désactivée", "Second factor turned off"),
    Words(
        "Votre compte DINAMIS ne demande plus que le mot de passe.",
        "Your DINAMIS account asks for the password only.",
    ),
    _NOT_YOU,
)
NEW_ADDRESS = _letter(
    Words("Confirmer votre nouvelle adresse", "Confirm your new address"),
    Words(
        "Ouvrez ce lien pour que cette adresse devienne celle de votre compte DINAMIS. Si vous n'avez rien "
        "demandé, ne faites rien.",
        "Open this link to make this address the one of your DINAMIS account. If you asked for nothing, do "
        "nothing.",
    ),
)
ACCOUNT_DELETED = _letter(
    Words("Votre compte est supprimé", "Your account is deleted"),
    Words(
        "Votre compte DINAMIS est supprimé, comme vous l'avez demandé. Vos demandes d'images restent, sans "
        "votre nom.",
        "Your DINAMIS account is deleted, as you asked. Your image requests stay, without your name.",
    ),
)


def address_changed(facts: Mapping[str, Any]) -> tuple[Words, Words]:
    """The address changed; this goes to the one of before."""
    address = facts.get("address", "")
    return (
        Words("L'adresse de votre compte a changé", "The address of your account has changed"),
        Words(
            f"L'adresse de votre compte DINAMIS est désormais {address}. Si ce n'est pas vous, prévenez "
            "l'équipe DINAMIS.",
            f"The address of your DINAMIS account is {address} from now on. If it was not you, tell the "
            "DINAMIS team.",
        ),
    )
