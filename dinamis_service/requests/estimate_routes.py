"""Route that tells what a request would take."""

from typing import Any

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, Field

from dinamis_service.context import Context
from dinamis_service.errors import refusals
from dinamis_service.identity.deps import require_principal
from dinamis_service.identity.principal import Principal
from dinamis_service.quotas.pricing import Payment
from dinamis_service.requests import products
from dinamis_service.requests.deps import caller_of
from dinamis_service.requests.estimate_documents import estimate_document
from dinamis_service.requests.orders import Orders, Question
from dinamis_service.soundness import JsonObject


class EstimateBody(BaseModel):
    """What somebody would like to request."""

    product_id: str
    geometry: JsonObject = Field(description="GeoJSON Polygon or MultiPolygon, EPSG:4326")
    item_ids: list[str] = Field([], max_length=products.MAX_ITEMS, description="Scenes of an archive order")
    project_id: str | None = Field(None, description="Project whose grants, package and budget apply")
    payment: Payment = Payment.QUOTATION


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


class EstimateCredits(BaseModel):
    """A request for a sensor sold in credits."""

    needed: int = Field(description="Credits that hold the counted surface")
    free: int = Field(description="Credits of the quota")
    beyond: int = Field(description="Credits that are paid, before any tranche")


class EstimateBudget(BaseModel):
    """The budget of the project, before the request."""

    left_eur: float
    enough: bool = Field(description="Whether it would carry the request, paid on it")


class Estimate(BaseModel):
    """What a request would take."""

    year: int
    version: int = Field(description="Of the table of that year")
    sensor: str
    area_km2: float
    counted_km2: float = Field(description="At least the minimum")
    quota_km2: float | None
    share: float | None = Field(description="Part of the quota; null without a quota")
    excess_km2: float
    package_km2: float = Field(description="What of the excess the package of the project carries")
    minimum_km2: float
    payment: Payment
    price: EstimatePrice
    credits: EstimateCredits | None
    budget: EstimateBudget | None
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
        question = Question(body.product_id, body.geometry, body.item_ids, body.project_id, body.payment)
        return estimate_document(orders.estimate(caller, question), caller.language)

    return router
