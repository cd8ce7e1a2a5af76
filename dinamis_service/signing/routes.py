"""Routes of the signing, with the paths and fields of the published clients."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, Field, StrictInt, StringConstraints

from dinamis_service.context import Context, base_url
from dinamis_service.errors import refusals
from dinamis_service.identity.deps import optional_principal, require_principal
from dinamis_service.identity.principal import Principal
from dinamis_service.language import pick_language
from dinamis_service.signing.service import Caller, SignedBatch, Signing

Url = Annotated[str, StringConstraints(min_length=1, max_length=4096)]

_OPTIONAL: dict[str, Any] = {"security": [{}]}  # signing in is one way to call, nothing is another


class SignRequest(BaseModel):
    """URLs to sign."""

    urls: list[Url] = Field(min_length=1, description="Addresses of objects, at most 64")
    duration_seconds: StrictInt | None = Field(
        None, ge=1, description="Life of the signatures, up to 6 days; 8 hours by default"
    )


class RefusedUrl(BaseModel):
    """Why a URL was not signed."""

    code: str
    detail: str


class SignedUrls(BaseModel):
    """Signed URLs of a batch."""

    expiry: datetime = Field(description="End of every signature of the batch, in UTC")
    hrefs: dict[str, str] = Field(description="Signed URL by URL")
    refused: dict[str, RefusedUrl] | None = Field(
        None, description="Reason by URL of those not signed; absent when all are signed"
    )


class SignedUrl(BaseModel):
    """One signed URL."""

    href: str
    expiry: datetime = Field(description="End of the signature, in UTC")


def build_router(context: Context) -> APIRouter:
    """Routes that sign URLs."""
    router = APIRouter(tags=["signing"])
    signing = Signing(context)
    member = Depends(require_principal(context))
    anyone = Depends(optional_principal(context))

    @router.post(
        "/sign_urls", response_model_exclude_none=True, openapi_extra=_OPTIONAL, responses=refusals(429)
    )
    def sign_urls(
        request: Request, response: Response, wanted: SignRequest, principal: Principal | None = anyone
    ) -> SignedUrls:
        """Sign URLs for reading: any object for members, open data and thumbnails for everyone."""
        batch = signing.sign_reads(
            _caller(request, principal),
            base_url(request, context.settings),
            wanted.urls,
            wanted.duration_seconds,
        )
        return _answer(response, batch)

    @router.post("/sign_urls_put", response_model_exclude_none=True, responses=refusals(403, 429))
    def sign_urls_put(
        request: Request, response: Response, wanted: SignRequest, principal: Principal = member
    ) -> SignedUrls:
        """Sign URLs for uploads by PUT: operators only."""
        batch = signing.sign_writes(
            _caller(request, principal),
            base_url(request, context.settings),
            wanted.urls,
            wanted.duration_seconds,
        )
        return _answer(response, batch)

    @router.get("/sign", openapi_extra=_OPTIONAL, responses=refusals(404, 429))
    def sign(
        request: Request, response: Response, url: Url, principal: Principal | None = anyone
    ) -> SignedUrl:
        """Sign one URL for reading."""
        batch = signing.sign_reads(
            _caller(request, principal), base_url(request, context.settings), [url], None
        )
        for refusal in batch.refused.values():
            raise refusal
        _answer(response, batch)
        return SignedUrl(href=batch.hrefs[url], expiry=batch.expiry)

    return router


def _caller(request: Request, principal: Principal | None) -> Caller:
    """Who makes the request."""
    address = request.client.host if request.client else ""
    return Caller(principal, address, pick_language(request.headers.get("accept-language")))


def _answer(response: Response, batch: SignedBatch) -> SignedUrls:
    """A batch as it is told, never to be kept by a cache."""
    response.headers["Cache-Control"] = "no-store"
    refused = {url: RefusedUrl(code=error.code, detail=error.detail) for url, error in batch.refused.items()}
    return SignedUrls(expiry=batch.expiry, hrefs=batch.hrefs, refused=refused or None)
