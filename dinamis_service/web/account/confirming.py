"""The password once more, before what cannot be undone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dinamis_service.context import Context
from dinamis_service.errors import InvalidError, TooManyRequestsError
from dinamis_service.identity.accounts import WrongCredentialsError
from dinamis_service.identity.throttle import TooManyAttemptsError
from dinamis_service.web.pages import Page
from dinamis_service.web.sign_in import slowed

FIELD = "current_password"


def raw(form: Mapping[str, Any], name: str) -> str:
    """A password or a secret as it was typed, blanks included."""
    value = form.get(name, "")
    return value if isinstance(value, str) else ""


def confirm(context: Context, page: Page, sub: str, form: Mapping[str, Any]) -> None:
    """Make sure that the person knows the password of their account, where accounts have one.

    Raises:
        InvalidError: it is not the one typed.
        TooManyRequestsError: it was typed wrongly too often.
    """
    if not context.identity.keeps_passwords:
        return
    try:
        context.identity.accounts.confirm(sub, raw(form, FIELD), page.address)
    except WrongCredentialsError:
        raise wrong_password(page) from None
    except TooManyAttemptsError as wait:
        raise too_many(page, wait) from None


def wrong_password(page: Page) -> InvalidError:
    """The refusal of a password that is not the one of the account."""
    sentence = page.text("Ce n'est pas votre mot de passe actuel.", "This is not your current password.")
    return InvalidError(sentence, fields={FIELD: sentence})


def too_many(page: Page, wait: TooManyAttemptsError) -> TooManyRequestsError:
    """The refusal of an attempt that came too soon."""
    refused = slowed(page, wait)
    return TooManyRequestsError(refused.sentence, headers={"Retry-After": str(wait.seconds)})
