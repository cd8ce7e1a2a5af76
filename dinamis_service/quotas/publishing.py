"""New versions of the quota tables, by operators, whatever they write them with (QUO-03)."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import BaseModel, Field

from dinamis_service.clock import Clock
from dinamis_service.db import Database
from dinamis_service.errors import InvalidError, PreconditionFailedError
from dinamis_service.quotas.store import OutdatedTableError, add_version
from dinamis_service.quotas.table import TableError
from dinamis_service.quotas.tables import StoredQuotaTable
from dinamis_service.requests.caller import Caller, require_operator
from dinamis_service.soundness import JsonObject, Why

FIRST_YEAR, LAST_YEAR = 2000, 2100


class NewVersion(BaseModel):
    """A new version of the table of a year."""

    year: Annotated[int, Field(ge=FIRST_YEAR, le=LAST_YEAR, description="This one, or one ahead")]
    content: JsonObject = Field(description="`sensors`, as another version has it")
    reason: Why
    valid_from: date | None = Field(None, description="Day (UTC) of that year; by default the first possible")
    base: int | None = Field(
        None, ge=0, description="Version that this one was made from: refused with 412 when there is a newer"
    )


def publish(database: Database, clock: Clock, caller: Caller, body: NewVersion) -> StoredQuotaTable:
    """Store a new version of a table, as an operator.

    Raises:
        ForbiddenError: the caller is no operator.
        InvalidError: the table does not hold together; the sentence says where.
        PreconditionFailedError: there is a newer version than the one it was made from.
    """
    require_operator(caller)
    try:
        with database.session() as session:
            return add_version(
                session,
                body.year,
                body.content,
                author=caller.principal.name,
                reason=body.reason,
                now=clock(),
                valid_from=body.valid_from,
                base=body.base,
            )
    except TableError as error:
        told = error.words.told(caller.language)
        raise InvalidError(told, fields={"content": told}) from error
    except OutdatedTableError as error:
        raise PreconditionFailedError(
            caller.say(
                fr=f"Une autre version de la table {body.year} a été enregistrée entre-temps : relisez-la.",
                en=f"Another version of the table of {body.year} was stored meanwhile: read it again.",
            )
        ) from error
