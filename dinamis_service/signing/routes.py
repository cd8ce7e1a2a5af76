"""Routes of the signing, with the paths and fields of the published clients."""

from __future__ import annotations

from contextlib import nullcontext
from datetime import datetime
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, Field, StrictInt, StringConstraints

from dinamis_service.catalogue.turns import Turns
from dinamis_service.context import Context, base_url
from dinamis_service.errors import refusals
from dinamis_service.identity.deps import Credentials, credentials, required
from dinamis_service.identity.principal import Principal
from dinamis_service.language import pick_language
from dinamis_service.signing.service import Caller, SignedBatch, Signing

Url = Annotated[str, StringConstraints(min_length=1, max_length=4096)]

_NOT_KEPT = {"Cache-Control": "no-store"}
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
    """Routes that sign URLs.

    One thread does all of a call, person and answer included, and one call goes on at a time in a process:
    what a call takes is processor, which threads of Python only take from each other. Not so where an S3 is
    asked for the objects: then calls wait for its answers side by side.
    """
    router = APIRouter(tags=["signing"])
    signing = Signing(context)
    turn = Turns().turn if context.objects.address is None else nullcontext
    given = Depends(credentials)

    @router.post(
        "/sign_urls",
        response_model=SignedUrls,
        response_model_exclude_none=True,
        openapi_extra=_OPTIONAL,
        responses=refusals(429),
    )
    def sign_urls(request: Request, wanted: SignRequest, given: Credentials = given) -> Response:
        """Sign URLs for reading: any object for members, open data and thumbnails for everyone.

        Contractors have the catalogue within their mission and what their commissioning entity obtained, as
        long as the mission lasts.
        """
        with turn():
            caller = _caller(request, given.principal(context, request))
            base = base_url(request, context.settings)
            return _answer(signing.sign_reads(caller, base, wanted.urls, wanted.duration_seconds))

    @router.post(
        "/sign_urls_put",
        response_model=SignedUrls,
        response_model_exclude_none=True,
        responses=refusals(403, 429),
    )
    def sign_urls_put(request: Request, wanted: SignRequest, given: Credentials = given) -> Response:
        """Sign URLs for uploads by PUT: operators only."""
        with turn():
            caller = _caller(request, required(request, given.principal(context, request)))
            base = base_url(request, context.settings)
            return _answer(signing.sign_writes(caller, base, wanted.urls, wanted.duration_seconds))

    @router.get("/sign", openapi_extra=_OPTIONAL, responses=refusals(403, 404, 429))
    def sign(request: Request, response: Response, url: Url, given: Credentials = given) -> SignedUrl:
        """Sign one URL for reading."""
        with turn():
            caller = _caller(request, given.principal(context, request))
            batch = signing.sign_reads(caller, base_url(request, context.settings), [url], None)
        for refusal in batch.refused.values():
            raise refusal
        response.headers.update(_NOT_KEPT)
        return SignedUrl(href=batch.hrefs[url], expiry=batch.expiry)

    return router


def _caller(request: Request, principal: Principal | None) -> Caller:
    """Who makes the request."""
    address = request.client.host if request.client else ""
    return Caller(principal, address, pick_language(request.headers.get("accept-language")))


def _answer(batch: SignedBatch) -> Response:
    """A batch as it is told: the members of `SignedUrls`, written without looking at each again."""
    body: dict[str, Any] = {"expiry": batch.expiry, "hrefs": batch.hrefs}
    if batch.refused:
        body["refused"] = {
            url: {"code": error.code, "detail": error.detail} for url, error in batch.refused.items()
        }
    written = orjson.dumps(body, option=orjson.OPT_UTC_Z)
    return Response(written, media_type="application/json", headers=_NOT_KEPT)
