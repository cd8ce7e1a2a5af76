"""The route of the requests as a table."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import StreamingResponse

from dinamis_service.context import Context
from dinamis_service.identity.deps import require_principal
from dinamis_service.identity.principal import Principal
from dinamis_service.requests import csv_export
from dinamis_service.requests.deps import caller_of
from dinamis_service.requests.listing import Wanted
from dinamis_service.requests.order_routes import OfProject, States
from dinamis_service.requests.orders import Orders
from dinamis_service.soundness import WRITTEN_OUT


def build_router(context: Context, orders: Orders) -> APIRouter:
    """The route of the requests as a table."""
    router = APIRouter()
    signed_in, chosen = Depends(require_principal(context)), Depends(_wanted)

    @router.get(
        "/api/orders.csv",
        response_class=StreamingResponse,
        responses={200: {"content": {"text/csv": {"schema": {"type": "string"}}}}},
    )
    def export(
        request: Request, wanted: Wanted = chosen, principal: Principal = signed_in
    ) -> StreamingResponse:
        """Requests one may see, newest first, as CSV: UTF-8 with a BOM, semicolons."""
        caller = caller_of(request, principal)
        lines = csv_export.rows(orders.every(caller, wanted), caller.language)
        headers = {
            "Content-Disposition": caller.say(
                fr='attachment; filename="demandes.csv"', en='attachment; filename="requests.csv"'
            ),
            "Cache-Control": "private, no-store",
        }
        return StreamingResponse(lines, media_type="text/csv; charset=utf-8", headers=headers)

    return router


def _wanted(
    states: States = [],  # noqa: B006 (FastAPI copies it)
    project_id: OfProject = None,
    first: Annotated[
        date | None, WRITTEN_OUT, Query(alias="from", description="Sent on this day (UTC) or later")
    ] = None,
    last: Annotated[
        date | None, WRITTEN_OUT, Query(alias="to", description="Sent on this day (UTC) or before")
    ] = None,
) -> Wanted:
    """Which requests the table is asked for."""
    return Wanted(states, project_id, created_from=_midnight(first), created_before=_end(last))


def _midnight(day: date | None) -> datetime | None:
    """When a day begins (UTC)."""
    return None if day is None else datetime.combine(day, time(), UTC)


def _end(day: date | None) -> datetime | None:
    """When a day is over (UTC); the last day that there is never is."""
    return None if day is None or day == date.max else _midnight(day + timedelta(days=1))
