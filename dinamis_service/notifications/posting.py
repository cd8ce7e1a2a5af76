"""News for people, written in the transaction of what happened: either both are kept or neither."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from dinamis_service.identity.tables import Account, AccountRole
from dinamis_service.notifications.letters import Letter
from dinamis_service.notifications.tables import Notification, OutgoingMail, Preferences


class Kind(StrEnum):
    """Sorts of news."""

    STATE = "state"
    MESSAGE = "message"
    QUOTATION = "quotation"
    DELIVERY = "delivery"
    PROJECT = "project"
    CALL = "call"
    REGISTRY = "registry"


MAILED = (Kind.STATE, Kind.MESSAGE, Kind.QUOTATION, Kind.DELIVERY)
"""Kinds that come by mail too, unless a person prefers otherwise."""


class Topic(StrEnum):
    """What happened; the words for each are in `wording`."""

    STATE = "state"
    QUOTATION = "quotation"
    DELIVERY = "delivery"
    ANSWER = "answer"
    SUBMITTED = "submitted"
    QUESTION = "question"
    QUOTATION_ACCEPTED = "quotation_accepted"
    QUOTATION_DECLINED = "quotation_declined"
    CANCELLED = "cancelled"
    PROJECT = "project"
    REGISTRY = "registry"
    CALL = "call"


FOR_OPERATORS = frozenset(
    {
        Topic.SUBMITTED,
        Topic.QUESTION,
        Topic.QUOTATION_ACCEPTED,
        Topic.QUOTATION_DECLINED,
        Topic.CANCELLED,
    }
)
"""Topics that only those who instruct requests are told."""


@dataclass(frozen=True)
class News:
    """What happened, in facts that JSON can hold."""

    kind: Kind
    topic: Topic
    moment: datetime
    order_id: str | None = None
    project_id: str | None = None
    facts: dict[str, Any] = field(default_factory=dict)


def tell(session: Session, sub: str, news: News) -> None:
    """Tell one person, if they have an account."""
    _post(session, Account.id == sub, news)


def tell_operators(session: Session, but: str, news: News) -> None:
    """Tell every operator but the person `but`, who did it."""
    operators = select(AccountRole.account_id).where(AccountRole.role == "operator")
    _post(session, Account.id.in_(operators) & (Account.id != but), news)


def tell_everyone(session: Session, news: News) -> None:
    """Tell every person whose account is in use."""
    _post(session, Account.state == "active", news)


def write(
    session: Session,
    letter: Letter,
    *,
    address: str,
    name: str,
    language: str,
    moment: datetime,
    facts: dict[str, Any],
) -> None:
    """A letter to somebody who may have no account: written with what it tells of, whatever they prefer.

    Facts `link`, `purpose` and `path` make the address of a mailed link, when the letter leaves;
    `attachments` names what goes with it.
    """
    session.add(
        OutgoingMail(
            moment=moment,
            address=address,
            name=name,
            language=language,
            topic=letter.value,
            facts=facts,
            state="waiting",
            attempts=0,
            next_attempt=moment,
        )
    )


def inform(
    session: Session, account: Account, letter: Letter, *, moment: datetime, facts: dict[str, Any]
) -> None:
    """A letter to somebody who has an account, and the same words among their notifications."""
    preferred = session.get(Preferences, account.id)
    write(
        session,
        letter,
        address=account.email,
        name=f"{account.given_name} {account.family_name}",
        language=(preferred.language if preferred else None) or "fr",
        moment=moment,
        facts=facts,
    )
    told = {**facts, "letter": letter.value}
    tell(session, account.id, News(Kind.REGISTRY, Topic.REGISTRY, moment, facts=told))


def _post(session: Session, whom: ColumnElement[bool], news: News) -> None:
    """A notification for each of these accounts, and a mail for those that want it."""
    rows: Sequence[Any] = session.execute(
        select(
            Account.id,
            Account.email,
            Account.given_name,
            Account.family_name,
            Preferences.language,
            Preferences.emails,
        )
        .outerjoin(Preferences, Preferences.account_id == Account.id)
        .where(whom)
    ).all()
    about = {"order_id": news.order_id, "project_id": news.project_id, "facts": news.facts}
    for row in rows:
        session.add(
            Notification(
                account_id=row.id, moment=news.moment, kind=news.kind.value, topic=news.topic.value, **about
            )
        )
        if news.kind in MAILED and (row.emails or {}).get(news.kind, True):
            session.add(
                OutgoingMail(
                    moment=news.moment,
                    address=row.email,
                    name=f"{row.given_name} {row.family_name}",
                    language=row.language or "fr",
                    topic=news.topic.value,
                    state="waiting",
                    attempts=0,
                    next_attempt=news.moment,
                    **about,
                )
            )
