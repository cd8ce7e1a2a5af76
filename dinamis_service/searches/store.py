"""The saved searches of each person: made once, changed by who saw them last, nobody else's business."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from dinamis_service.clock import Clock
from dinamis_service.db import Database
from dinamis_service.errors import ConflictError, InvalidError, NotFoundError
from dinamis_service.identity.tables import Account
from dinamis_service.preconditions import require_match
from dinamis_service.requests.caller import Caller
from dinamis_service.requests.idempotency import check_key, used_key
from dinamis_service.searches.rules import (
    MAX_SEARCHES,
    SearchChange,
    SearchForm,
    fits,
    is_search_document,
    name_key,
)
from dinamis_service.searches.tables import SavedSearch
from dinamis_service.soundness import digest_of, size_of


class Searches:
    """What each person keeps; every method sees the caller's own only, an operator's too."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def list(self, caller: Caller) -> Sequence[SavedSearch]:
        """The searches of the caller, by name."""
        with self._database.reading() as session:
            return _owned(session, caller)

    def get(self, caller: Caller, search_id: str) -> SavedSearch:
        """One search.

        Raises:
            NotFoundError: the caller has none of this identifier.
        """
        with self._database.reading() as session:
            return _one(session, caller, search_id)

    def create(self, caller: Caller, form: SearchForm, key: str | None) -> tuple[SavedSearch, bool]:
        """Keep a search, or find the one that the same `key` made before.

        Returns:
            The search, and whether it was made now.

        Raises:
            InvalidError: the document is no search or too large, or the key too long.
            ConflictError: the name is taken, there are too many, or the key was used for something else.
        """
        check_key(key, caller)
        digest = digest_of(form)
        with self._database.session() as session:
            own = _locked(session, caller)
            made = next((one for one in own if key is not None and one.creation_key == key), None)
            if made is not None:
                if made.creation_digest != digest:
                    raise used_key(
                        caller, caller.say(fr=f"la recherche « {made.name} »", en=f"the search '{made.name}'")
                    )
                return made, False
            if len(own) >= MAX_SEARCHES:
                raise _too_many(caller)
            now = self._clock()
            search = SavedSearch(
                id=str(uuid.uuid4()),
                owner_id=caller.principal.sub,
                created=now,
                version=0,
                last_seen=None,
                creation_key=key,
                creation_digest=digest,
            )
            _apply(search, form.model_dump(), own, caller, now)
            session.add(search)
        return search, True

    def replace(self, caller: Caller, search_id: str, form: SearchForm, if_match: str | None) -> SavedSearch:
        """Put other content in the place of a search.

        Raises:
            NotFoundError, PreconditionFailedError, InvalidError, ConflictError: as `change`.
        """
        return self._write(caller, search_id, form.model_dump(), if_match)

    def change(
        self, caller: Caller, search_id: str, change: SearchChange, if_match: str | None
    ) -> SavedSearch:
        """Change a part of a search.

        Raises:
            NotFoundError: the caller has none of this identifier.
            PreconditionFailedError: it is not as `if_match` says any more.
            InvalidError: the document is no search or too large.
            ConflictError: the name is taken.
        """
        given = {name: value for name, value in change.model_dump().items() if value is not None}
        return self._write(caller, search_id, given, if_match)

    def delete(self, caller: Caller, search_id: str, if_match: str | None) -> None:
        """Forget a search.

        Raises:
            NotFoundError, PreconditionFailedError: as `change`.
        """
        with self._database.session() as session:
            _locked(session, caller)
            search = _one(session, caller, search_id)
            require_match(if_match, entity_tag(search), caller.language)
            session.delete(search)

    def _write(
        self, caller: Caller, search_id: str, given: dict[str, Any], if_match: str | None
    ) -> SavedSearch:
        with self._database.session() as session:
            own = _locked(session, caller)
            search = _one(session, caller, search_id)
            require_match(if_match, entity_tag(search), caller.language)
            _apply(search, given, [one for one in own if one is not search], caller, self._clock())
        return search


def entity_tag(search: SavedSearch) -> str:
    """The `ETag` of a search: another one after each change."""
    return f'"{search.id}-{search.version}"'


def _apply(
    search: SavedSearch, given: dict[str, Any], others: Sequence[SavedSearch], caller: Caller, now: datetime
) -> None:
    """Write what is given into a search, when it fits beside the others."""
    if "name" in given:
        _require_free(given["name"], others, caller)
        search.name, search.name_key = given["name"], name_key(given["name"])
    if "document" in given:
        search.document, search.document_bytes = given["document"], size_of(given["document"])
        _require_fit(search, others, caller)
    if "is_default" in given:
        search.is_default = given["is_default"]
    if given.get("last_seen") is not None:
        seen = min(given["last_seen"], now)
        search.last_seen = seen if search.last_seen is None else max(seen, search.last_seen)
    if search.is_default:
        for other in others:
            if other.is_default:
                other.is_default, other.version, other.changed = False, other.version + 1, now
    search.version, search.changed = search.version + 1, now


def _owned(session: Session, caller: Caller) -> Sequence[SavedSearch]:
    own = select(SavedSearch).where(SavedSearch.owner_id == caller.principal.sub)
    return session.scalars(own.order_by(SavedSearch.name_key, SavedSearch.id)).all()


def _locked(session: Session, caller: Caller) -> Sequence[SavedSearch]:
    """The caller's searches, which nobody else changes until the transaction ends: names stay unique."""
    session.execute(select(Account.id).where(Account.id == caller.principal.sub).with_for_update())
    return _owned(session, caller)


def _one(session: Session, caller: Caller, search_id: str) -> SavedSearch:
    search = session.get(SavedSearch, search_id)
    if search is None or search.owner_id != caller.principal.sub:
        raise NotFoundError(
            caller.say(
                fr=f"Vous n'avez pas de recherche enregistrée « {search_id} ».",
                en=f"You have no saved search '{search_id}'.",
            )
        )
    return search


def _require_free(name: str, others: Sequence[SavedSearch], caller: Caller) -> None:
    if name_key(name) in {other.name_key for other in others}:
        detail = caller.say(
            fr=f"Vous avez déjà une recherche « {name} ».", en=f"You already have a search '{name}'."
        )
        raise ConflictError(detail, fields={"name": detail})


def _require_fit(search: SavedSearch, others: Sequence[SavedSearch], caller: Caller) -> None:
    if not is_search_document(search.document):
        detail = caller.say(
            fr="Ce document n'est pas une recherche : il lui faut type, version, title et stac.",
            en="This document is no search: it needs type, version, title and stac.",
        )
        raise InvalidError(detail, fields={"document": detail})
    if not fits([other.document_bytes for other in others], search.document_bytes):
        detail = caller.say(
            fr="Cette recherche est trop grande : simplifiez ses zones, ou supprimez d'autres recherches.",
            en="This search is too large: simplify its areas, or delete other searches.",
        )
        raise InvalidError(detail, fields={"document": detail})


def _too_many(caller: Caller) -> ConflictError:
    return ConflictError(
        caller.say(
            fr=f"Vous avez déjà {MAX_SEARCHES} recherches enregistrées : supprimez-en une d'abord.",
            en=f"You already have {MAX_SEARCHES} saved searches: delete one first.",
        )
    )
