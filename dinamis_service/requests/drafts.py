"""Drafts of requests: kept with the account as they are, until they are sent or thrown away."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Annotated, Any

from geojson_pydantic.geometries import Geometry
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, field_validator
from pydantic import ValidationError as ShapeError
from pydantic.type_adapter import TypeAdapter
from pydantic_core import PydanticCustomError
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from dinamis_service.clock import Clock
from dinamis_service.db import Database
from dinamis_service.errors import ConflictError, InvalidError, NotFoundError
from dinamis_service.identity.tables import Account
from dinamis_service.preconditions import require_seen
from dinamis_service.requests.caller import Caller
from dinamis_service.requests.idempotency import check_key
from dinamis_service.requests.tables import Draft, IdempotencyKey, Order
from dinamis_service.soundness import SOUND, JsonObject, digest_of, size_of

MAX_DRAFTS = 100
MAX_BYTES = 2 * 1024 * 1024
MAX_TOTAL_BYTES = 16 * 1024 * 1024
"""All drafts of a person travel in one answer."""

Line = Annotated[str, StringConstraints(strip_whitespace=True, max_length=200), SOUND]
_GEOMETRY: TypeAdapter[Any] = TypeAdapter(Geometry)


class DraftContent(BaseModel):
    """What of a request is filled in so far, by the names of its body; nothing of it is judged yet."""

    model_config = ConfigDict(extra="forbid")

    datetime: Line | None = None
    geometry: JsonObject | None = Field(None, description="A GeoJSON geometry")
    filter: JsonObject | None = None
    order_parameters: JsonObject | None = None

    @field_validator("geometry")
    @classmethod
    def _is_geojson(cls, geometry: dict[str, Any] | None) -> dict[str, Any] | None:
        """Refuse what no program could draw again."""
        try:
            if geometry is not None:
                _GEOMETRY.validate_python(geometry)
        except ShapeError:
            raise PydanticCustomError("no_geojson", "this is not a GeoJSON geometry") from None
        return geometry


class DraftForm(BaseModel):
    """A draft as it is kept."""

    product_id: Line = ""
    title: Line = ""
    content: DraftContent


class NewDraft(DraftForm):
    """A draft under the identifier that its client chose, which is the key of the request one day."""

    id: uuid.UUID


class Drafts:
    """What each person has begun; every method sees the caller's own only, an operator's too."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def list(self, caller: Caller) -> Sequence[Draft]:
        """The drafts of the caller, last changed first."""
        with self._database.reading() as session:
            return _owned(session, caller)

    def get(self, caller: Caller, draft_id: str) -> Draft:
        """One draft.

        Raises:
            NotFoundError: the caller has none of this identifier.
        """
        with self._database.reading() as session:
            return _one(session, caller, draft_id)

    def create(self, caller: Caller, new: NewDraft, key: str | None = None) -> tuple[Draft, bool]:
        """Keep a draft, or find the one that the same identifier or the same `key` made before.

        Returns:
            The draft, and whether it was made now.

        Raises:
            InvalidError: it is too large, or the key too long.
            ConflictError: there are too many, what is named was made of something else, or was sent already.
        """
        check_key(key, caller)
        digest = digest_of(new)
        with self._database.session() as session:
            own = _locked(session, caller)
            made = next(
                (one for one in own if one.id == str(new.id) or (key and one.creation_key == key)), None
            )
            if made is not None:
                if made.creation_digest != digest:
                    raise _used(made, caller)
                return made, False
            _require_unsent(session, caller, str(new.id))
            if len(own) >= MAX_DRAFTS:
                raise _too_many(caller)
            now = self._clock()
            draft = Draft(
                owner_id=caller.principal.sub,
                id=str(new.id),
                created=now,
                version=0,
                creation_key=key,
                creation_digest=digest,
            )
            self._apply(draft, new, own, caller)
            session.add(draft)
        return draft, True

    def replace(self, caller: Caller, draft_id: str, form: DraftForm, if_match: str | None) -> Draft:
        """Put other content in the place of a draft.

        Raises:
            NotFoundError: the caller has none of this identifier.
            PreconditionRequiredError: `if_match` is missing.
            PreconditionFailedError: the draft is not as `if_match` says any more.
            InvalidError: it is too large.
        """
        with self._database.session() as session:
            own = _locked(session, caller)
            draft = _one(session, caller, draft_id)
            require_seen(if_match, entity_tag(draft), caller.language)
            self._apply(draft, form, [one for one in own if one is not draft], caller)
        return draft

    def delete(self, caller: Caller, draft_id: str, if_match: str | None) -> None:
        """Throw a draft away.

        Raises:
            NotFoundError, PreconditionRequiredError, PreconditionFailedError: as `replace`.
        """
        with self._database.session() as session:
            _locked(session, caller)
            draft = _one(session, caller, draft_id)
            require_seen(if_match, entity_tag(draft), caller.language)
            session.delete(draft)

    def duplicate(self, caller: Caller, order: Order, key: str | None) -> tuple[Draft, bool]:
        """A draft with the content of a request, which may be somebody else's that the caller sees.

        The same `key` gives the same draft again.

        Raises:
            InvalidError, ConflictError: as `create`.
        """
        content = DraftContent(
            datetime=f"{order.starts.isoformat()}/{order.ends.isoformat()}",
            geometry=order.geometry,
            filter=order.filter,
            order_parameters=order.parameters,
        )
        new = NewDraft(
            id=_named_by(caller, order, key),
            product_id=order.product_id,
            title=caller.say(fr=f"Copie de {order.id}", en=f"Copy of {order.id}"),
            content=content,
        )
        return self.create(caller, new, key)

    def _apply(self, draft: Draft, form: DraftForm, others: Sequence[Draft], caller: Caller) -> None:
        """Write a form into a draft, when it fits beside the others."""
        content = form.content.model_dump(mode="json", exclude_none=True)
        size = size_of(content)
        if size > MAX_BYTES or size + sum(one.content_bytes for one in others) > MAX_TOTAL_BYTES:
            sentence = caller.say(
                fr="Ce brouillon est trop grand : simplifiez sa zone, ou supprimez d'autres brouillons.",
                en="This draft is too large: simplify its zone, or delete other drafts.",
            )
            raise InvalidError(sentence, fields={"content": sentence})
        draft.product_id, draft.title = form.product_id, form.title
        draft.content, draft.content_bytes = content, size
        draft.changed, draft.version = self._clock(), draft.version + 1


def entity_tag(draft: Draft) -> str:
    """The `ETag` of a draft: another one after each change."""
    return f'"{draft.id}-{draft.version}"'


def forget_sent(session: Session, caller: Caller, key: str | None) -> None:
    """Remove the draft that a request was made of: its identifier is the key of the request."""
    if key is not None:
        session.execute(delete(Draft).where(Draft.owner_id == caller.principal.sub, Draft.id == key.lower()))


def _named_by(caller: Caller, order: Order, key: str | None) -> uuid.UUID:
    """Identifier of a copy: the same for the same key."""
    if key is None:
        return uuid.uuid4()
    return uuid.uuid5(uuid.NAMESPACE_URL, f"{caller.principal.sub}/{order.id}/{key}")


def _owned(session: Session, caller: Caller) -> Sequence[Draft]:
    own = select(Draft).where(Draft.owner_id == caller.principal.sub)
    return session.scalars(own.order_by(Draft.changed.desc(), Draft.id)).all()


def _locked(session: Session, caller: Caller) -> Sequence[Draft]:
    """The caller's drafts, which nobody else changes until the transaction ends."""
    session.execute(select(Account.id).where(Account.id == caller.principal.sub).with_for_update())
    return _owned(session, caller)


def _one(session: Session, caller: Caller, draft_id: str) -> Draft:
    draft = session.get(Draft, (caller.principal.sub, draft_id))
    if draft is None:
        raise NotFoundError(
            caller.say(fr=f"Vous n'avez pas de brouillon {draft_id}.", en=f"You have no draft {draft_id}.")
        )
    return draft


def _require_unsent(session: Session, caller: Caller, draft_id: str) -> None:
    """Refuse a draft that became a request: a copy saved late would have it sent twice."""
    if session.get(IdempotencyKey, (caller.principal.sub, draft_id)) is not None:
        raise ConflictError(
            caller.say(fr="Ce brouillon a déjà été envoyé.", en="This draft has been sent already.")
        )


def _used(made: Draft, caller: Caller) -> ConflictError:
    return ConflictError(
        caller.say(
            fr=f"Le brouillon {made.id} existe déjà, avec un autre contenu.",
            en=f"Draft {made.id} exists already, with another content.",
        )
    )


def _too_many(caller: Caller) -> ConflictError:
    return ConflictError(
        caller.say(
            fr=f"Vous avez déjà {MAX_DRAFTS} brouillons : supprimez-en un d'abord.",
            en=f"You already have {MAX_DRAFTS} drafts: delete one first.",
        )
    )
