"""What a client asks first: is this DINAMIS, where are its parts, and is it well."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any, Literal

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field
from sqlalchemy import text as sql

from dinamis_service import __version__
from dinamis_service.context import Context, base_url
from dinamis_service.errors import UnavailableError, refusals
from dinamis_service.identity.external_issuer import IssuerDownError
from dinamis_service.identity.external_words import issuer_down
from dinamis_service.identity.service import REALM_PATH
from dinamis_service.language import text
from dinamis_service.settings import Settings
from dinamis_service.web.navigation import PORTAL

log = logging.getLogger("dinamis")

OWN_CLIENT = "dinamis-qgis"
ISSUER_PATH = "/.well-known/dinamis-issuer"


class Health(BaseModel):
    """Every part answers."""

    status: Literal["ok"] = "ok"


class Discovery(BaseModel):
    """Addresses of the parts of the service."""

    service: str = Field("dinamis", description="Always `dinamis`; anything else is another kind of service")
    version: str
    title: str
    demo: bool = Field(description="Images are synthetic and accounts are examples")
    issuer: str
    client_id: str
    issuer_document: str | None = Field(
        None, description="Where the endpoints of another issuer are told; ours are laid out as Keycloak's"
    )
    stac: str
    stapi: str
    api: str
    signing: str
    objects: str
    registry: str = Field(description="Page of the registry of members, for people")


def build_router(context: Context) -> APIRouter:
    """Routes open to everyone."""
    router = APIRouter(tags=["discovery"])
    settings = context.settings

    @router.get("/.well-known/dinamis", response_model_exclude_none=True)
    def well_known(request: Request) -> Discovery:
        """Addresses of the parts of the service, as this client reaches them."""
        base = base_url(request, settings)
        return Discovery(
            version=__version__,
            title=settings.title,
            demo=settings.demo,
            **_sign_in(settings, base),
            stac=f"{base}/stac",
            stapi=f"{base}/stapi",
            api=f"{base}/api",
            signing=base,
            objects=settings.objects_base(base),
            registry=f"{base}{PORTAL}",
        )

    external = context.identity.external
    if external is not None:

        @router.get(ISSUER_PATH, responses=refusals(503))
        def issuer_document(request: Request) -> dict[str, Any]:
            """Endpoints of the issuer that signs people in, as it tells them."""
            try:
                return external.issuer.document()
            except IssuerDownError:
                raise issuer_down(request) from None

    @router.get("/healthz", responses=refusals(503))
    def healthz(request: Request) -> Health:
        """`{"status": "ok"}`, or 503 with the names of the parts that fail."""
        failing = _failing_parts(context)
        if failing:
            names = ", ".join(failing)
            raise UnavailableError(
                text(request, fr=f"Ne répond pas : {names}.", en=f"Not answering: {names}."),
                headers={"Retry-After": "10"},
            )
        return Health()

    return router


def _sign_in(settings: Settings, base: str) -> dict[str, str]:
    """Where programs sign people in, and as which client: here, or at the issuer that replaces ours."""
    if settings.issuer_url is None:
        return {"issuer": base + REALM_PATH, "client_id": OWN_CLIENT}
    return {
        "issuer": settings.issuer_url,
        "client_id": settings.issuer_device_client_id,
        "issuer_document": f"{base}{ISSUER_PATH}",
    }


def _failing_parts(context: Context) -> list[str]:
    """Names of the parts that do not answer."""
    probes: dict[str, Callable[[], object]] = {
        "state": lambda: _ask_database(context),
        "catalogue": context.catalogue.collections,
        "objects": context.objects.probe,
    }
    return [name for name, probe in probes.items() if not _answers(name, probe)]


def _answers(name: str, probe: Callable[[], object]) -> bool:
    """Whether a part answers a probe."""
    try:
        probe()
    except Exception:  # whatever it is, the part does not answer
        log.exception("the part %s does not answer", name)
        return False
    return True


def _ask_database(context: Context) -> None:
    """Ask the state database for nothing in particular."""
    with context.database.reading() as session:
        session.execute(sql("SELECT 1"))
