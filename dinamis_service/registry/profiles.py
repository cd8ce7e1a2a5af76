"""What a person tells of themselves, and how they change it (ACC-02, ACC-14)."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, StringConstraints, model_validator
from pydantic_core import PydanticCustomError
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from dinamis_service.clock import Clock
from dinamis_service.db import Database
from dinamis_service.errors import ConflictError, InvalidError
from dinamis_service.identity.accounts import locked
from dinamis_service.identity.tables import Account
from dinamis_service.notifications.letters import Letter
from dinamis_service.notifications.posting import write
from dinamis_service.preconditions import require_seen
from dinamis_service.registry.addresses import AddressError, is_phone, professional
from dinamis_service.registry.extensions import in_force
from dinamis_service.registry.legal_texts import unsigned_titles
from dinamis_service.registry.links import DeadLinkError, Purpose, issue, opened
from dinamis_service.registry.nationalities import countries
from dinamis_service.registry.tables import MailedLink
from dinamis_service.requests.caller import Caller
from dinamis_service.settings import Settings
from dinamis_service.soundness import SOUND, printable

NEW_ADDRESS_PATH = "/account/email"
_USERNAME_MAX = 120


def _known_country(code: str) -> str:
    if code not in countries("fr"):
        raise PydanticCustomError("no_country", "a country of the list is expected")
    return code


def _phone(typed: str) -> str:
    if not is_phone(typed):
        raise PydanticCustomError("no_phone", "a telephone number is expected")
    return typed


def _something(typed: str) -> str:
    """A text on one line that shows something."""
    if not (line := printable(typed)):
        raise PydanticCustomError("missing", "value missing")
    return line


_Name = Annotated[str, StringConstraints(max_length=120), SOUND, AfterValidator(_something)]


class ProfileEdit(BaseModel):
    """Fields to change; those that are absent stay as they are."""

    model_config = ConfigDict(extra="forbid", strict=True)

    given_name: _Name | None = None
    family_name: _Name | None = None
    function: _Name | None = None
    phone: (
        Annotated[
            str, StringConstraints(max_length=40), SOUND, AfterValidator(_something), AfterValidator(_phone)
        ]
        | None
    ) = None
    nationality: Annotated[str, StringConstraints(max_length=2), AfterValidator(_known_country)] | None = None
    address: Annotated[str, StringConstraints(max_length=200), SOUND, AfterValidator(printable)] | None = None
    postcode: Annotated[str, StringConstraints(max_length=20), SOUND, AfterValidator(printable)] | None = None
    town: Annotated[str, StringConstraints(max_length=120), SOUND, AfterValidator(printable)] | None = None

    @model_validator(mode="before")
    @classmethod
    def _names_values(cls, told: Any) -> Any:
        """Refuse null, which no field of a person can be."""
        if isinstance(told, dict) and None in told.values():
            raise PydanticCustomError("string_type", "a text is expected")
        return told


FIELDS = tuple(ProfileEdit.model_fields)


class Profiles:
    """The profile of each person: theirs to read and to change."""

    def __init__(self, database: Database, settings: Settings, clock: Clock) -> None:
        self._database = database
        self._settings = settings
        self._clock = clock

    def of(self, sub: str) -> dict[str, Any]:
        """What a person tells of themselves, with its ETag and the texts that wait for their signature."""
        with self._database.reading() as session:
            account = session.get_one(Account, sub)
            return self._document(session, account)

    def edit(self, caller: Caller, change: ProfileEdit, if_match: str | None) -> dict[str, Any]:
        """Change fields of one's own profile, as it was seen.

        Raises:
            PreconditionRequiredError, PreconditionFailedError: it was not seen, or is another by now.
        """
        with self._database.session() as session:
            account = locked(session, caller.principal.sub)
            require_seen(if_match, _tag(account), caller.language)
            told = {name: value for name, value in change if value is not None}
            changed = {name: value for name, value in told.items() if getattr(account, name) != value}
            for name, value in changed.items():
                setattr(account, name, value)
            account.version += bool(changed)
            return self._document(session, account)

    def ask_address(self, caller: Caller, typed: str) -> str:
        """Mail a link to the address that is to be that of the account; gives the address as it is kept.

        Nobody learns here whether it is the one of another account: who reads its mailbox does.

        Raises:
            InvalidError: it is no professional address, or the one the account has.
        """
        try:
            address = professional(typed)
        except AddressError as error:
            raise _of_address(caller, error.words.fr, error.words.en) from error
        now = self._clock()
        with self._database.session() as session:
            account = session.get_one(Account, caller.principal.sub)
            if account.email == address:
                raise _of_address(
                    caller, "C'est déjà l'adresse de votre compte.", "This is the address of your account."
                )
            link = issue(session, Purpose.EMAIL, address, now, account.id)
            write(
                session,
                Letter.NEW_ADDRESS,
                address=address,
                name=caller.principal.name,
                language=caller.language,
                moment=now,
                facts={"link": link.id, "purpose": link.purpose, "path": NEW_ADDRESS_PATH},
            )
        return address

    def promised(self, secret: str) -> str:
        """The address that a link makes the one of its account.

        Raises:
            DeadLinkError: it opens nothing any more.
        """
        with self._database.reading() as session:
            return self._opened(session, secret).email

    def take_address(self, caller: Caller, secret: str) -> str:
        """Make the address that a link was mailed to the one of the caller's account.

        The old address is told.

        Raises:
            DeadLinkError: it opens nothing any more, or is of another account.
            ConflictError: the address is the one of another account.
        """
        now = self._clock()
        try:
            with self._database.session() as session:
                link = self._opened(session, secret, use=True)
                if link.about_id != caller.principal.sub:
                    raise DeadLinkError
                account = locked(session, link.about_id)
                taken = (Account.email == link.email) | (Account.username == link.email)
                if session.scalar(select(Account.id).where(taken, Account.id != account.id)):
                    raise _taken(caller)
                _tell_old_address(session, account, link.email, caller, now)
                if account.username == account.email and len(link.email) <= _USERNAME_MAX:
                    account.username = link.email
                account.email = link.email
                account.version += 1
                return link.email
        except IntegrityError as error:
            raise _taken(caller) from error

    def _document(self, session: Session, account: Account) -> dict[str, Any]:
        titles = unsigned_titles(session, account.id, account.entity.nationality)
        return {
            **{name: getattr(account, name) for name in FIELDS},
            "expires": account.expires_at.isoformat() if account.expires_at else None,
            "second_factor": account.totp_secret is not None,
            "texts_to_sign": [{"code": code, "title": title} for code, title in titles.items()],
            "extensions": [
                {"region": one.region, "starts": one.starts, "ends": one.ends}
                for one in in_force(session, account.entity_id, self._clock().date())
            ],
            "etag": _tag(account),
        }

    def _opened(self, session: Session, secret: str, *, use: bool = False) -> MailedLink:
        return opened(session, self._settings, secret, Purpose.EMAIL, self._clock(), use=use)


def _tell_old_address(
    session: Session, account: Account, address: str, caller: Caller, now: datetime
) -> None:
    write(
        session,
        Letter.ADDRESS_CHANGED,
        address=account.email,
        name=caller.principal.name,
        language=caller.language,
        moment=now,
        facts={"address": address},
    )


def _taken(caller: Caller) -> ConflictError:
    return ConflictError(
        caller.say(
            fr="Cette adresse est déjà celle d'un autre compte.",
            en="This address is already the one of another account.",
        )
    )


def _of_address(caller: Caller, fr: str, en: str) -> InvalidError:
    sentence = caller.say(fr=fr, en=en)
    return InvalidError(sentence, fields={"email": sentence})


def _tag(account: Account) -> str:
    return f'"{account.version}"'
