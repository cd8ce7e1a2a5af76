"""The form by which a person asks for an account of a member entity (ACC-01 to ACC-04)."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from dinamis_service.identity.tables import Account, AccountRole
from dinamis_service.language import Language
from dinamis_service.notifications.tables import Preferences
from dinamis_service.quotas.words import Words
from dinamis_service.registry import legal_texts
from dinamis_service.registry.account_life import REFUSED, WAITING, announce
from dinamis_service.registry.addresses import is_phone
from dinamis_service.registry.entities import account_of_address
from dinamis_service.registry.nationalities import countries
from dinamis_service.registry.tables import Entity, LegalText


@dataclass(frozen=True)
class Field:
    """One line of the form: its label, how long it may be, and how browsers help to fill it in."""

    name: str
    label: Words
    longest: int
    required: bool = True
    autocomplete: str = "off"
    kind: str = "text"


FIELDS = (
    Field("given_name", Words("Prénom", "First name"), 120, autocomplete="given-name"),
    Field("family_name", Words("Nom", "Last name"), 120, autocomplete="family-name"),
    Field("function", Words("Fonction", "Function"), 120, autocomplete="organization-title"),
    Field("phone", Words("Téléphone", "Telephone"), 40, autocomplete="tel", kind="tel"),
    Field(
        "email", Words("Email professionnel", "Professional e-mail"), 254, autocomplete="email", kind="email"
    ),
    Field("email_again", Words("Confirmation email", "E-mail again"), 254, kind="email"),
    Field("password", Words("Mot de passe", "Password"), 1000, autocomplete="new-password", kind="password"),
    Field(
        "password_again",
        Words("Confirmation mot de passe", "Password again"),
        1000,
        autocomplete="new-password",
        kind="password",
    ),
    Field("nationality", Words("Nationalité", "Nationality"), 2, autocomplete="country", kind="nationality"),
    Field("address", Words("Adresse", "Address"), 200, required=False, autocomplete="street-address"),
    Field("postcode", Words("Code Postal", "Postcode"), 20, required=False, autocomplete="postal-code"),
    Field("town", Words("Ville", "Town"), 120, required=False, autocomplete="address-level2"),
)
"""The fields in the order of the form; those of them that are obligatory are marked with a star."""
SECRETS = frozenset({"password", "password_again"})
"""Fields that are never kept as they were typed."""

USERNAME_MAX = 120


class TakenError(ValueError):
    """There is an account of this address already."""


def asked(*, keeps_passwords: bool) -> tuple[Field, ...]:
    """The fields of the form; without passwords where another issuer signs people in."""
    return tuple(one for one in FIELDS if keeps_passwords or one.name not in SECRETS)


def problems(values: Mapping[str, str], verified: str, *, keeps_passwords: bool = True) -> dict[str, Words]:
    """What is wrong with the fields, by name.

    Args:
        values: what was typed, by field.
        verified: address of the mailbox that the link was sent to.
        keeps_passwords: whether one was asked for.
    """
    fields = asked(keeps_passwords=keeps_passwords)
    looked = {field.name: problem_of(field, values.get(field.name, "")) for field in fields}
    found = {name: told for name, told in looked.items() if told is not None}
    if "phone" not in found and not is_phone(values["phone"]):
        found["phone"] = Words("Ce n'est pas un numéro de téléphone.", "This is no telephone number.")
    if "nationality" not in found and values["nationality"] not in countries("fr"):
        found["nationality"] = Words("Choisissez dans la liste.", "Choose in the list.")
    if "email" not in found and values["email"].casefold() != verified.casefold():
        found["email"] = Words(
            f"L'adresse vérifiée est {verified} ; pour une autre, vérifiez-la d'abord.",
            f"The verified address is {verified}; for another one, have it verified first.",
        )
    if "email_again" not in found and values["email_again"].casefold() != values.get("email", "").casefold():
        found["email_again"] = Words("Les deux adresses diffèrent.", "The two addresses differ.")
    if "password_again" not in found and values.get("password_again") != values.get("password"):
        found["password_again"] = Words("Les deux mots de passe diffèrent.", "The two passwords differ.")
    return found


def problem_of(field: Field, value: str) -> Words | None:
    """What is wrong with a value by itself, if anything."""
    if not value:
        return Words("À remplir.", "To be filled in.") if field.required else None
    if len(value) > field.longest:
        return Words(f"Au plus {field.longest} caractères.", f"At most {field.longest} characters.")
    if field.name not in SECRETS and not value.isprintable():
        return Words("Contient des signes qui ne s'affichent pas.", "Holds signs that cannot be shown.")
    return None


def ask(
    session: Session,
    entity: Entity,
    values: Mapping[str, str],
    *,
    password_hash: str,
    signed: Sequence[LegalText],
    language: Language,
    now: datetime,
) -> Account:
    """Make an account that waits for the referents of its entity, who are told; so is its owner.

    Raises:
        TakenError: there is one of this address, and it was not refused.
    """
    email = values["email"].casefold()
    known = account_of_address(session, email)
    if known is not None and known.state != REFUSED:
        raise TakenError
    account = known or _new(email, now)
    for field in FIELDS:
        if field.name not in SECRETS | {"email", "email_again"}:
            setattr(account, field.name, values.get(field.name, ""))
    account.entity, account.state, account.password_hash = entity, WAITING, password_hash
    account.expires_at = account.validated_at = account.validated_by = account.reminded_at = None
    account.password_changed_at = now
    account.roles = [AccountRole(role="user")]
    account.version += 1
    session.add(account)
    try:
        session.flush()
    except IntegrityError as error:
        raise TakenError from error
    _prefer(session, account, language)
    legal_texts.sign(session, signed, signer=_name(account), now=now, account_id=account.id)
    announce(session, account, now)
    return account


def _new(email: str, now: datetime) -> Account:
    """An account without anything but its names; a long address is no user name besides."""
    identifier = str(uuid.uuid4())
    username = email if len(email) <= USERNAME_MAX else identifier
    return Account(id=identifier, username=username, email=email, created_at=now, version=0)


def _prefer(session: Session, account: Account, language: Language) -> None:
    """Write to the person in the language of the form, unless they chose one."""
    if session.get(Preferences, account.id) is None:
        session.add(Preferences(account_id=account.id, language=language, emails={}, version=1))
        session.flush()


def _name(account: Account) -> str:
    return f"{account.given_name} {account.family_name}"
