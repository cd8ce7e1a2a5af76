"""Route that tells what a request would take."""

from typing import Any

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, Field

from dinamis_service.context import Context
from dinamis_service.errors import refusals
from dinamis_service.identity.deps import require_principal
from dinamis_service.identity.principal import Principal
from dinamis_service.requests import documents, products
from dinamis_service.requests.deps import caller_of
from dinamis_service.requests.orders import Orders, Question
from dinamis_service.soundness import JsonObject


class EstimateBody(BaseModel):
    """What somebody would like to request."""

    product_id: str
    geometry: JsonObject = Field(description="GeoJSON Polygon or MultiPolygon, EPSG:4326")
    item_ids: list[str] = Field([], max_length=products.MAX_ITEMS, description="Scenes of an archive order")
    project_id: str | None = Field(None, description="Project whose granted quota applies")


class EstimatePrice(BaseModel):
    """Price of what exceeds the quota."""

    unit: str = Field(description="km2 or credit")
    quantity: float
    eur: float | None = Field(description="Null when it is to be quoted")
    tranches: list[int] = Field(description="Credits of each lot")


class EstimateMessage(BaseModel):
    """A reason in words."""

    level: str = Field(description="info, warning or error")
    text: str


class Estimate(BaseModel):
    """What a request would take."""

    year: int
    sensor: str
    area_km2: float
    quota_km2: float | None
    share: float | None = Field(description="Part of the quota; null without a quota")
    excess_km2: float
    minimum_km2: float
    price: EstimatePrice
    messages: list[EstimateMessage]
    acceptable: bool


def build_router(context: Context, orders: Orders) -> APIRouter:
    """Route of the estimates."""
    router = APIRouter()
    signed_in = Depends(require_principal(context))

    @router.post("/api/estimate", response_model=Estimate, responses=refusals(404, 409))
    def estimate(request: Request, body: EstimateBody, principal: Principal = signed_in) -> Any:
        """What a request would take, without making one."""
        caller = caller_of(request, principal)
        question = Question(body.product_id, body.geometry, body.item_ids, body.project_id)
        judged, zone = orders.estimate(caller, question)
        return documents.estimate_document(judged, zone, caller.language)

    return router
