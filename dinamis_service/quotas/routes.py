"""Routes of the quotas: what a person may ask for, and the tables that say so."""

from decimal import Decimal
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel, Field

from dinamis_service.context import Context
from dinamis_service.identity.deps import require_principal
from dinamis_service.identity.principal import Principal
from dinamis_service.language import Language, pick_language
from dinamis_service.quotas import version_routes
from dinamis_service.quotas.pricing import quota_credits
from dinamis_service.quotas.publishing import FIRST_YEAR, LAST_YEAR
from dinamis_service.quotas.store import table_of_year
from dinamis_service.quotas.table import QuotaTable, RequestKind, Sensor, SensorTerms
from dinamis_service.registry.kinds import UserKind
from dinamis_service.requests.usage import requested_km2


class UnitPrice(BaseModel):
    """Price beyond the quota."""

    unit: Literal["km2", "credit"]
    eur: float | None = Field(description="Euros per unit")


class CreditTranche(BaseModel):
    """A lot of credits sold together."""

    credits: int
    eur: float | None = Field(description="Price of the lot; null where it is quoted on request")


class SensorQuota(BaseModel):
    """What one request for a sensor may take, and what the rest costs (QUO-02)."""

    sensor: Sensor
    title: str
    quota_km2: float | None = Field(description="Free surface of one request; null when not defined")
    quota_credits: int | None
    km2_per_credit: float | None
    minimum_km2: float
    requested_km2: float = Field(description="Surface asked for this year, for information")
    prices: dict[RequestKind, UnitPrice]
    tranches: list[CreditTranche]
    note: str
    version: int = Field(description="Of the table of that year")


class Quotas(BaseModel):
    """Quotas of the signed-in person."""

    year: int = Field(description="Year of the table that applies")
    version: int = Field(description="Version of the table of that year")
    user_kind: str
    sensors: list[SensorQuota]


def build_router(context: Context) -> APIRouter:
    """Routes of the quotas."""
    router = APIRouter(prefix="/api", tags=["image requests"])
    signed_in = Depends(require_principal(context))
    router.include_router(version_routes.build_router(context))

    @router.get("/quotas")
    def quotas(
        request: Request,
        year: Annotated[
            int | None, Query(ge=FIRST_YEAR, le=LAST_YEAR, description="By default this one")
        ] = None,
        principal: Principal = signed_in,
    ) -> Quotas:
        """Quota, price and minimum of each sensor for the signed-in person."""
        language = pick_language(request.headers.get("accept-language"))
        now = context.clock()
        asked_year = year or now.year
        with context.database.reading() as session:
            table = table_of_year(session, asked_year, now)
            asked = requested_km2(session, principal.sub, asked_year)
        kind: Any = principal.user_kind
        return Quotas(
            year=table.year,
            version=table.version,
            user_kind=kind,
            sensors=[
                _told(table, terms, kind, asked.get(sensor, Decimal(0)), language)
                for sensor, terms in table.sensors.items()
            ],
        )

    return router


def _told(
    table: QuotaTable, terms: SensorTerms, user_kind: UserKind, asked: Decimal, language: Language
) -> SensorQuota:
    """Terms of one sensor as the wire says them."""
    quota = terms.quota_km2[user_kind]
    return SensorQuota(
        sensor=terms.sensor,
        title=terms.title.told(language),
        quota_km2=None if quota is None else float(quota),
        quota_credits=quota_credits(terms, quota),
        km2_per_credit=None if terms.km2_per_credit is None else float(terms.km2_per_credit),
        minimum_km2=float(terms.minimum_km2),
        requested_km2=float(asked),
        prices={
            kind: UnitPrice(unit=terms.unit.value, eur=terms.price(user_kind, kind) / 100)
            for kind in RequestKind
        },
        tranches=[
            CreditTranche(credits=one.credits, eur=None if one.cents is None else one.cents / 100)
            for one in terms.tranches
        ],
        note=terms.note.told(language),
        version=table.version,
    )
