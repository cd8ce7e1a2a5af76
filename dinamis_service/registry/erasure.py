"""Forgetting a person (GDPR, article 17): what is theirs alone goes, what must stay loses their name.

Requests, projects, their history and the journal of signatures stay, as work of the entity paid by public
money; the account stays as a shell without a name that they point to. An adhesion that is under way or was
validated stays whole: it is the act by which the entity is a member.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, delete, func, or_, select, update
from sqlalchemy.orm import Session

from dinamis_service.errors import ConflictError
from dinamis_service.identity import second_factor
from dinamis_service.identity.sessions import end_all
from dinamis_service.identity.tables import AccessRecord, Account, AccountRole, ApiKey, SignIn
from dinamis_service.notifications.outbox import WAITING
from dinamis_service.notifications.tables import Notification, OutgoingMail, Preferences
from dinamis_service.registry import adhesion_steps as steps
from dinamis_service.registry.adhesion_states import State
from dinamis_service.registry.tables import (
    Adhesion,
    AdhesionEvent,
    ContactMessage,
    Entity,
    MailedLink,
    RegistryEvent,
    Signature,
)
from dinamis_service.requests.caller import Caller
from dinamis_service.requests.message_tables import OrderMessage, OrderReading
from dinamis_service.requests.states import Actor
from dinamis_service.requests.tables import Draft, Order, Project, ProjectChange, StatusChange
from dinamis_service.searches.tables import SavedSearch

FORGOTTEN = "Compte supprimé · deleted account"
"""What stands in place of the name; triggers of the state let the histories take this name and no other."""


def must_not_be_missed(session: Session, caller: Caller) -> None:
    """Refuse to forget the last referent of an entity, or the last operator.

    Raises:
        ConflictError: it is one.
    """
    person = caller.principal
    if "referent" in person.roles and _alone(session, "referent", Account.entity_id == person.entity_id):
        raise ConflictError(
            caller.say(
                fr="Vous êtes le seul référent de votre entité : désignez d'abord votre successeur.",
                en="You are the only referent of your entity: name your successor first.",
            )
        )
    if person.is_operator and _alone(session, "operator", Account.state == "active"):
        raise ConflictError(
            caller.say(
                fr="Vous êtes le seul opérateur : donnez d'abord ce rôle à quelqu'un.",
                en="You are the only operator: give somebody this role first.",
            )
        )


def _alone(session: Session, role: str, among: ColumnElement[bool]) -> bool:
    holders = select(AccountRole.account_id).where(AccountRole.role == role)
    active = Account.id.in_(holders) & (Account.state == "active") & among
    return (session.scalar(select(func.count()).select_from(Account).where(active)) or 0) <= 1


def forget(session: Session, account: Account, now: datetime) -> None:
    """Forget the owner of an account, which nobody can sign in to any more."""
    name, sub, email = f"{account.given_name} {account.family_name}", account.id, account.email
    is_operator = any(one.role == "operator" for one in account.roles)
    end_all(session, sub, now)
    second_factor.forget(session, account)
    _delete_what_is_theirs(session, sub, email)
    _take_the_name_off(session, sub, name, is_operator=is_operator)
    _take_the_name_off_the_registry(session, account, name)
    account.state, account.closed_at = "closed", account.closed_at or now
    account.given_name, account.family_name = FORGOTTEN.split(" · ")
    account.email, account.username = f"{sub}@deleted.invalid", sub
    account.password_hash = ""
    account.function = account.phone = account.address = account.postcode = account.town = ""
    account.directory_id = account.external_subject = account.validated_by = None
    account.roles = []
    account.version += 1


def is_forgotten(account: Account) -> bool:
    """Whether the account is such a shell."""
    return account.email == f"{account.id}@deleted.invalid"


def _delete_what_is_theirs(session: Session, sub: str, email: str) -> None:
    theirs: tuple[tuple[Any, ColumnElement[bool]], ...] = (
        (SignIn, SignIn.account_id == sub),
        (ApiKey, ApiKey.account_id == sub),
        (Draft, Draft.owner_id == sub),
        (SavedSearch, SavedSearch.owner_id == sub),
        (Notification, Notification.account_id == sub),
        (Preferences, Preferences.account_id == sub),
        (OrderReading, OrderReading.reader_sub == sub),
        (MailedLink, or_(MailedLink.about_id == sub, MailedLink.email == email)),
        (OutgoingMail, (OutgoingMail.address == email) & (OutgoingMail.state != WAITING)),
        (Adhesion, (Adhesion.email == email) & (Adhesion.state == State.DRAFT)),
    )
    for table, condition in theirs:
        session.execute(delete(table).where(condition))


def _take_the_name_off(session: Session, sub: str, name: str, *, is_operator: bool) -> None:
    orders = select(Order.sequence).where(Order.owner_sub == sub)
    requests = StatusChange.order_sequence.in_(orders)
    by_them: ColumnElement[bool] = requests & (StatusChange.actor == Actor.REQUESTER)
    if is_operator:  # whose names only these changes keep
        by_them = or_(by_them, (StatusChange.actor == Actor.OPERATOR) & (StatusChange.author == name))
    nameless: tuple[tuple[Any, ColumnElement[bool], dict[str, Any]], ...] = (
        (Project, Project.owner_sub == sub, {"owner_name": FORGOTTEN, "owner_email": ""}),
        (Order, Order.owner_sub == sub, {"owner_name": FORGOTTEN, "owner_email": ""}),
        (StatusChange, by_them, {"author": FORGOTTEN}),
        (ProjectChange, ProjectChange.author_sub == sub, {"author": FORGOTTEN}),
        (OrderMessage, OrderMessage.author_sub == sub, {"author": FORGOTTEN}),
        (Signature, Signature.account_id == sub, {"signer": FORGOTTEN}),
        (AccessRecord, AccessRecord.actor_id == sub, {"actor": FORGOTTEN}),
        (
            ContactMessage,
            ContactMessage.account_id == sub,
            {"name": FORGOTTEN, "email": "", "account_id": None},
        ),
    )
    for table, condition, values in nameless:
        session.execute(update(table).where(condition).values(**values))


def events_about(account: Account) -> ColumnElement[bool]:
    """Events of the registry in which the person is named: of their account and entity, or made by them."""
    name = f"{account.given_name} {account.family_name}"
    named = or_(*(RegistryEvent.facts[key].as_string() == name for key in ("name", "former")))
    theirs = (RegistryEvent.about_kind == "account") & (RegistryEvent.about_id == account.id)
    return theirs | (RegistryEvent.author == name) | ((RegistryEvent.about_id == account.entity_id) & named)


def represented_by(email: str) -> ColumnElement[bool]:
    """Adhesions that name the owner of this address as the legal representative."""
    named: ColumnElement[bool] = Adhesion.form[steps.REPRESENTATIVE]["email"].as_string() == email
    return named


def _take_the_name_off_the_registry(session: Session, account: Account, name: str) -> None:
    """What the registry keeps of a person beside the deeds of members."""
    for event in session.scalars(select(RegistryEvent).where(events_about(account))).all():
        event.author = FORGOTTEN if event.author == name else event.author
        event.facts = {key: FORGOTTEN if told == name else told for key, told in event.facts.items()}
    email = account.email
    without_deed = Adhesion.state.in_((State.DRAFT, State.REFUSED))
    for adhesion in session.scalars(select(Adhesion).where(without_deed, represented_by(email))).all():
        adhesion.form = {**adhesion.form, steps.REPRESENTATIVE: _nobody(adhesion.form[steps.REPRESENTATIVE])}
    of_them = (Adhesion.email == email) & (Adhesion.state == State.REFUSED)
    for adhesion in session.scalars(select(Adhesion).where(of_them)).all():
        adhesion.form = {**adhesion.form, steps.REFERENT: _nobody(adhesion.form.get(steps.REFERENT, {}))}
        adhesion.email, adhesion.password_hash = f"{adhesion.id}@deleted.invalid", None
        wrote = (AdhesionEvent.adhesion_id == adhesion.id) & (AdhesionEvent.author.in_((name, email)))
        session.execute(update(AdhesionEvent).where(wrote).values(author=FORGOTTEN))
    represented = Entity.legal_representative["email"].as_string() == email
    for entity in session.scalars(select(Entity).where(represented)).all():
        entity.legal_representative = _nobody(entity.legal_representative)
        entity.version += 1


def _nobody(person: dict[str, str]) -> dict[str, str]:
    """A person of a form, forgotten."""
    given_name, family_name = FORGOTTEN.split(" · ")
    empty = dict.fromkeys(person, "")
    return {**empty, "given_name": given_name, "family_name": family_name}
