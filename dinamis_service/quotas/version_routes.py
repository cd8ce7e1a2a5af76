"""Routes of the versions of the quota tables: read by members, added by operators (QUO-03)."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Request
from pydantic import BaseModel, Field

from dinamis_service.catalogue.moments import format_moment
from dinamis_service.context import Context
from dinamis_service.errors import NotFoundError, refusals
from dinamis_service.identity.deps import require_principal
from dinamis_service.identity.principal import Principal
from dinamis_service.quotas.publishing import FIRST_YEAR, LAST_YEAR, NewVersion, publish
from dinamis_service.quotas.store import version_of, versions
from dinamis_service.quotas.tables import StoredQuotaTable
from dinamis_service.requests.deps import caller_of


class VersionOut(BaseModel):
    """One version of the table of a year."""

    year: int
    version: int
    valid_from: str = Field(description="First day (UTC) on which it applies")
    created: str
    author: str | None = Field(None, description="Told to operators only")
    reason: str


class VersionList(BaseModel):
    """Every version, newest first."""

    versions: list[VersionOut]


class VersionTable(VersionOut):
    """One version with its table."""

    content: dict[str, Any]


def build_router(context: Context) -> APIRouter:
    """Routes of the versions."""
    router = APIRouter(prefix="/quotas/versions")
    signed_in = Depends(require_principal(context))

    @router.get("", response_model=VersionList, response_model_exclude_unset=True)
    def list_versions(principal: Principal = signed_in) -> Any:
        """Every version of every year, newest first."""
        with context.database.reading() as session:
            return {"versions": [_told(one, principal) for one in versions(session)]}

    @router.get("/{year}/{version}", response_model=VersionTable, response_model_exclude_unset=True)
    def get_version(
        request: Request,
        year: Annotated[int, Path(ge=FIRST_YEAR, le=LAST_YEAR)],
        version: Annotated[int, Path(ge=1, le=1_000_000)],
        principal: Principal = signed_in,
    ) -> Any:
        """One version with its table."""
        with context.database.reading() as session:
            stored = version_of(session, year, version)
        if stored is None:
            raise NotFoundError(
                caller_of(request, principal).say(
                    fr=f"Il n'y a pas de version {version} de la table {year}.",
                    en=f"There is no version {version} of the table of {year}.",
                )
            )
        return {**_told(stored, principal), "content": stored.content}

    @router.post(
        "",
        status_code=201,
        response_model=VersionTable,
        response_model_exclude_unset=True,
        responses=refusals(403, 412),
    )
    def create_version(request: Request, body: NewVersion, principal: Principal = signed_in) -> Any:
        """Store a new version; requests already made keep the one they were judged by (operators)."""
        stored = publish(context.database, context.clock, caller_of(request, principal), body)
        return {**_told(stored, principal), "content": stored.content}

    return router


def _told(stored: StoredQuotaTable, principal: Principal) -> dict[str, Any]:
    """A version as the wire says it."""
    told = {
        "year": stored.year,
        "version": stored.version,
        "valid_from": stored.valid_from.isoformat(),
        "created": format_moment(stored.created),
        "reason": stored.reason,
    }
    return told | ({"author": stored.author} if principal.is_operator else {})
