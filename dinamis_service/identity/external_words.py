"""What people are told who sign in at another issuer and are not let in."""

from __future__ import annotations

from fastapi import Request

from dinamis_service.errors import ForbiddenError, UnavailableError
from dinamis_service.identity.external_accounts import NotAdmittedError
from dinamis_service.language import Language, text

_NOT_ADMITTED = {
    NotAdmittedError.NO_EMAIL: (
        "Le service de connexion ne donne pas d'adresse électronique vérifiée pour vous : il en faut une.",
        "The sign-in service gives no verified e-mail address for you: one is needed.",
    ),
    NotAdmittedError.TAKEN: (
        "Votre adresse électronique est déjà celle d'un autre compte : écrivez aux opérateurs de DINAMIS.",
        "Your e-mail address is already that of another account: write to the operators of DINAMIS.",
    ),
    NotAdmittedError.NO_ENTITY: (
        "Vous n'avez pas encore de compte DINAMIS : indiquez votre organisme sur les pages du service.",
        "You have no DINAMIS account yet: name your organisation on the pages of the service.",
    ),
    NotAdmittedError.WAITING: (
        "Votre compte attend d'être validé par le référent DINAMIS de votre organisme.",
        "Your account waits to be validated by the DINAMIS contact of your organisation.",
    ),
    NotAdmittedError.CLOSED: (
        "Votre compte DINAMIS n'est plus ouvert : adressez-vous au référent de votre organisme.",
        "Your DINAMIS account is no longer open: ask the contact of your organisation.",
    ),
}


def issuer_down(to: Request | Language) -> UnavailableError:
    """The refusal of what needs another issuer while that does not answer."""
    return UnavailableError(
        text(
            to,
            fr="Le service de connexion ne répond pas : réessayez dans un moment.",
            en="The sign-in service does not answer: try again in a moment.",
        ),
        headers={"Retry-After": "10"},
    )


def not_admitted(to: Request | Language, error: NotAdmittedError) -> ForbiddenError:
    """The refusal of somebody whom another issuer knows and who has no open account here."""
    fr, en = _NOT_ADMITTED[error.reason]
    return ForbiddenError(text(to, fr=fr, en=en))
