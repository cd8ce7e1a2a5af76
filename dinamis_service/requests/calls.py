"""Calls for requests (REQ-27): a request is taken only while one is open for its sensor and kind."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Annotated, Self

from pydantic import BaseModel, Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from dinamis_service.clock import Clock
from dinamis_service.db import Database
from dinamis_service.errors import ConflictError, NotFoundError
from dinamis_service.language import Language, text
from dinamis_service.notifications.posting import Kind, News, Topic, tell_everyone
from dinamis_service.preconditions import require_seen
from dinamis_service.quotas.table import RequestKind, Sensor
from dinamis_service.quotas.words import Words
from dinamis_service.requests.caller import Caller, require_operator
from dinamis_service.requests.numbering import next_number
from dinamis_service.requests.products import Product
from dinamis_service.requests.project_terms import Prose
from dinamis_service.requests.tables import Counter, RequestCall
from dinamis_service.soundness import SOUND

_LATELY = timedelta(days=7)
_TOLD = "call-told-"

PERMANENT = "permanent"
"""Identifier of the call that a new service begins with."""

Title = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200), SOUND]


class CallState(StrEnum):
    """State of a call on a day."""

    PLANNED = "planned"
    OPEN = "open"
    CLOSED = "closed"


class CallForm(BaseModel):
    """A call, as operators write it; `closes` is its last day (UTC), none for a standing one."""

    title_fr: Title
    title_en: Title
    text_fr: Prose = ""
    text_en: Prose = ""
    opens: date
    closes: date | None = None
    sensors: Annotated[list[Sensor], Field(min_length=1)] = list(Sensor)
    kinds: Annotated[list[RequestKind], Field(min_length=1)] = list(RequestKind)

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> Self:
        """Refuse a call that closes before it opens."""
        if self.closes is not None and self.closes < self.opens:
            raise PydanticCustomError("closes_before", "closes before it opens")
        return self


class Calls:
    """Every call of the service."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    @property
    def today(self) -> date:
        """This day (UTC)."""
        return self._clock().date()

    def all(self) -> Sequence[RequestCall]:
        """Every call, those that open last first."""
        with self._database.reading() as session:
            return _all(session)

    def get(self, caller: Caller, call_id: str) -> RequestCall:
        """One call. Raises `NotFoundError` when there is none."""
        with self._database.reading() as session:
            return _one(session, caller, call_id)

    def add(self, operator: Caller, form: CallForm) -> RequestCall:
        """Announce a call. Raises `ForbiddenError` for who is no operator."""
        require_operator(operator)
        now = self._clock()
        with self._database.session() as session:
            number = next_number(session, f"call-{form.opens.year}")
            call = RequestCall(id=f"{form.opens.year}-{number:02d}", version=0)
            _write(call, form, operator, now)
            session.add(call)
            _tell_if_open(session, call, now)
        return call

    def change(self, operator: Caller, call_id: str, form: CallForm, if_match: str | None) -> RequestCall:
        """Write a call anew; requests made under it keep it.

        Raises:
            ForbiddenError: the caller is no operator.
            NotFoundError: there is no such call.
            PreconditionRequiredError, PreconditionFailedError: the caller has not seen it as it is.
        """
        require_operator(operator)
        with self._database.session() as session:
            call = _one(session, operator, call_id, lock=True)
            require_seen(if_match, entity_tag(call), operator.language)
            was = state_of(call, self.today)
            _write(call, form, operator, self._clock())
            if was is not CallState.OPEN:
                _tell_if_open(session, call, self._clock())
        return call


def announce_openings(database: Database, now: datetime) -> int:
    """Tell people of the calls that opened since and were not announced; tell how many were.

    Those of the last days only: a service that was off on the day tells it later, one that is new to this
    does not tell of old calls.
    """
    with database.reading() as session:
        due = [call.id for call in _all(session) if _opened_lately(call, now.date())]
        known = set(session.scalars(select(Counter.scope).where(Counter.scope.like(f"{_TOLD}%"))))
        waiting = [one for one in due if _scope(session.get_one(RequestCall, one), now.date()) not in known]
    if not waiting:
        return 0
    with database.session() as session:
        calls = [session.get(RequestCall, one, with_for_update=True) for one in waiting]
        lately = [one for one in calls if one is not None and _opened_lately(one, now.date())]
        return sum(_tell_if_open(session, call, now) for call in lately)


@dataclass(frozen=True)
class Opening:
    """Which call takes requests for a product on a day, or why none does."""

    call_id: str | None
    refusal: Words


def opening(session: Session, product: Product, day: date) -> Opening:
    """The call that takes requests for a product on `day` (UTC): of several the one that opened last."""
    calls = [one for one in _all(session) if product.sensor in one.sensors and product.kind in one.kinds]
    taking = next((one.id for one in calls if state_of(one, day) is CallState.OPEN), None)
    planned = min((one.opens for one in calls if state_of(one, day) is CallState.PLANNED), default=None)
    fr = f"Aucun appel à demandes n'est ouvert pour {product.title.fr}."
    en = f"No call for requests is open for {product.title.en}."
    if planned is None:
        return Opening(taking, Words(f"{fr} Aucun n'est annoncé.", f"{en} None is announced."))
    return Opening(
        taking,
        Words(
            f"{fr} Le prochain ouvre le {planned:%d/%m/%Y}.", f"{en} The next opens on {planned.isoformat()}."
        ),
    )


def open_call(session: Session, caller: Caller, product: Product, day: date) -> str:
    """Identifier of the call under which a request for a product is taken on `day`.

    Raises:
        ConflictError: none is open; the sentence tells the next opening.
    """
    found = opening(session, product, day)
    if found.call_id is None:
        raise ConflictError(found.refusal.told(caller.language))
    return found.call_id


def state_of(call: RequestCall, day: date) -> CallState:
    """State of a call on `day` (UTC)."""
    if day < call.opens:
        return CallState.PLANNED
    return CallState.OPEN if call.closes is None or day <= call.closes else CallState.CLOSED


def title_of(call: RequestCall, language: Language) -> str:
    """Title of a call."""
    return text(language, fr=call.title_fr, en=call.title_en)


def form_of(call: RequestCall) -> CallForm:
    """A call as a form, to be changed."""
    return CallForm.model_validate({name: getattr(call, name) for name in CallForm.model_fields})


def entity_tag(call: RequestCall) -> str:
    """The `ETag` of a call: another one after each change."""
    return f'"{call.id}-{call.version}"'


def seed(session: Session, now: datetime) -> None:
    """Open the standing call in a service that has none; a competitor that does the same is no harm."""
    if session.scalar(select(RequestCall.id).limit(1)) is not None:
        return
    call = RequestCall(
        id=PERMANENT,
        title_fr="Appel à demandes permanent",
        title_en="Standing call for requests",
        text_fr="Commandes d'archives et demandes de programmation Pléiades, Pléiades Neo et SPOT 6-7.",
        text_en="Archive orders and tasking requests for Pléiades, Pléiades Neo and SPOT 6-7.",
        opens=date(2025, 1, 1),
        closes=None,
        sensors=list(Sensor),
        kinds=list(RequestKind),
        author="DINAMIS",
        changed=now,
        version=1,
    )
    try:
        with session.begin_nested():
            session.add(call)
    except IntegrityError:
        session.expire_all()


def _write(call: RequestCall, form: CallForm, operator: Caller, now: datetime) -> None:
    """Write a form into a call."""
    for name, value in form.model_dump().items():
        setattr(call, name, [str(one) for one in value] if isinstance(value, list) else value)
    call.author, call.changed, call.version = operator.principal.name, now, call.version + 1


def _tell_if_open(session: Session, call: RequestCall, now: datetime) -> bool:
    """Tell everyone, in the application, that a call is open; once for each opening."""
    if state_of(call, now.date()) is not CallState.OPEN:
        return False
    if next_number(session, _scope(call, now.date())) > 1:
        return False
    facts = {
        "title": {"fr": call.title_fr, "en": call.title_en},
        "text": {"fr": call.text_fr, "en": call.text_en},
        "closes": None if call.closes is None else call.closes.isoformat(),
    }
    tell_everyone(session, News(Kind.CALL, Topic.CALL, now, facts=facts))
    return True


def _opened_lately(call: RequestCall, today: date) -> bool:
    return state_of(call, today) is CallState.OPEN and today - call.opens <= _LATELY


def _scope(call: RequestCall, today: date) -> str:
    """What counts how often an opening was announced: by its first day, or today where that is long gone."""
    day = call.opens if today - call.opens <= _LATELY else today
    return f"{_TOLD}{call.id}-{day.isoformat()}"


def _all(session: Session) -> Sequence[RequestCall]:
    """Every call, those that open last first."""
    return session.scalars(select(RequestCall).order_by(RequestCall.opens.desc(), RequestCall.id)).all()


def _one(session: Session, caller: Caller, call_id: str, *, lock: bool = False) -> RequestCall:
    """One call, held until the transaction ends when it is to be changed."""
    call = session.get(RequestCall, call_id, with_for_update=lock)
    if call is None:
        raise NotFoundError(
            caller.say(fr=f"Il n'y a pas d'appel « {call_id} ».", en=f"There is no call '{call_id}'.")
        )
    return call
