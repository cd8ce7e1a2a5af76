"""The journal of signatures: what anyone had signed, when and until when (the statistics read it)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Protocol, cast

from sqlalchemy import Table, insert
from sqlalchemy.orm import Session

from dinamis_service.identity.principal import Principal
from dinamis_service.signing.tables import SignatureBatch, SignedObjects

_NOTED = insert(cast(Table, SignatureBatch.__table__))


class Signed(Protocol):
    """An object that was signed: its key, the collection and the mission of its scene, and why."""

    @property
    def key(self) -> str:
        """Key of the object."""

    @property
    def collection(self) -> str:
        """Collection of its scene, empty for what belongs to none."""

    @property
    def mission(self) -> str:
        """Mission of its scene, empty likewise."""

    @property
    def access(self) -> str:
        """Why it was signed."""


def note(
    session: Session,
    principal: Principal | None,
    objects: Iterable[Signed],
    *,
    method: str,
    at: datetime,
    expires_at: datetime,
) -> None:
    """Write down signatures for `method` of one person (None: not signed in), all of one moment."""
    row = {
        "at": at,
        "expires_at": expires_at,
        "method": method,
        "sub": principal.sub if principal else None,
        "entity_id": principal.entity_id if principal else None,
        "objects": _grouped(objects),
    }
    session.connection().execute(_NOTED, row)


def _grouped(objects: Iterable[Signed]) -> list[SignedObjects]:
    """The objects of a batch, those that are alike together."""
    groups: dict[tuple[str, str, str], list[str]] = {}
    for one in objects:
        groups.setdefault((one.collection, one.mission, one.access), []).append(one.key)
    return [
        {"collection": collection, "mission": mission, "access": access, "keys": keys}
        for (collection, mission, access), keys in groups.items()
    ]
