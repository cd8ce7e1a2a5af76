"""What the capabilities share: handed to each of them by `app.create_app`, never imported as a global."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import Request

from dinamis_service.catalogue.engine import CatalogueEngine
from dinamis_service.clock import Clock
from dinamis_service.db import Database
from dinamis_service.identity.service import Identity
from dinamis_service.settings import Settings
from dinamis_service.storage.store import ObjectStore


@dataclass(frozen=True)
class Context:
    """The parts of a running service."""

    settings: Settings
    clock: Clock
    database: Database
    catalogue: CatalogueEngine
    objects: ObjectStore
    identity: Identity


def base_url(request: Request, settings: Settings) -> str:
    """Address of the service as the client of this request sees it, without a trailing slash."""
    return (settings.public_url or str(request.base_url)).rstrip("/")
