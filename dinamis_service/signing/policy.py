"""Who may have which URL signed (architecture, decision 7: members, and everyone for open data)."""

from __future__ import annotations

from dataclasses import dataclass

from dinamis_service.context import Context
from dinamis_service.errors import ForbiddenError, InvalidError, NotFoundError, NotSignedInError, ServiceError
from dinamis_service.identity.principal import Principal
from dinamis_service.language import Language, text
from dinamis_service.storage.access import is_public
from dinamis_service.storage.routes import object_key


@dataclass(frozen=True)
class Decision:
    """Outcome for one URL: the key of its object, or the refusal to tell."""

    url: str
    key: str = ""
    refusal: ServiceError | None = None


def decide_read(
    context: Context, principal: Principal | None, base: str, url: str, language: Language
) -> Decision:
    """Whether `principal` (None for someone not signed in) may read the object at `url`."""
    key = object_key(base, url)
    if key is None:
        return Decision(url, refusal=_foreign(base, language))
    if principal is None and not is_public(context.catalogue, key):
        sentence = text(
            language,
            fr="Connectez-vous pour accéder à cette image.",
            en="Sign in to read this image.",
        )
        return Decision(url, refusal=NotSignedInError(sentence))
    if not context.objects.exists(key):
        sentence = text(language, fr="Cet objet n'existe pas.", en="There is no such object.")
        return Decision(url, refusal=NotFoundError(sentence))
    return Decision(url, key)


def decide_write(context: Context, base: str, url: str, language: Language) -> Decision:
    """Whether an operator may write an object at `url`."""
    key = object_key(base, url)
    if key is None or not context.objects.may_hold(key):
        return Decision(url, refusal=_foreign(base, language))
    return Decision(url, key)


def require_operator(principal: Principal | None, language: Language) -> None:
    """Refuse uploads to anyone but operators.

    Raises:
        ForbiddenError: the person is not an operator.
    """
    if principal is None or not principal.is_operator:
        raise ForbiddenError(
            text(language, fr="Seuls les opérateurs déposent des images.", en="Only operators upload images.")
        )


def _foreign(base: str, language: Language) -> InvalidError:
    """Refusal of an address that is not one of our objects."""
    return InvalidError(
        text(
            language,
            fr=f"Cette adresse n'est pas celle d'un objet de {base}.",
            en=f"This is not the address of an object of {base}.",
        )
    )
