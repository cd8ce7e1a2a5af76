"""Pages of the service."""

from __future__ import annotations

from fastapi import APIRouter

from dinamis_service.context import Context


def build_router(context: Context) -> APIRouter:
    """Every page."""
    return APIRouter()
