"""Route that tells which calls for requests there are."""

from typing import Any

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field

from dinamis_service.context import Context
from dinamis_service.language import text
from dinamis_service.quotas.table import RequestKind, Sensor
from dinamis_service.requests.calls import Calls, CallState, state_of, title_of
from dinamis_service.requests.deps import language_of


class CallOut(BaseModel):
    """A call for requests (REQ-27)."""

    id: str
    title: str
    text: str
    opens: str = Field(description="First day (UTC)")
    closes: str | None = Field(description="Last day (UTC); null for a standing call")
    sensors: list[Sensor]
    kinds: list[RequestKind]
    state: CallState


class CallList(BaseModel):
    """Every call, those that open last first."""

    calls: list[CallOut]


def build_router(context: Context) -> APIRouter:
    """Routes of the calls, open to everyone."""
    router = APIRouter()
    calls = Calls(context.database, context.clock)

    @router.get("/api/calls", response_model=CallList)
    def list_calls(request: Request) -> Any:
        """Calls for requests: planned, open and closed."""
        language, today = language_of(request), calls.today
        return {
            "calls": [
                {
                    "id": call.id,
                    "title": title_of(call, language),
                    "text": text(language, fr=call.text_fr, en=call.text_en),
                    "opens": call.opens.isoformat(),
                    "closes": None if call.closes is None else call.closes.isoformat(),
                    "sensors": call.sensors,
                    "kinds": call.kinds,
                    "state": state_of(call, today),
                }
                for call in calls.all()
            ]
        }

    return router
