"""How the routes of many modules become those of one application."""

from __future__ import annotations

from fastapi import APIRouter, FastAPI


def take_in(whole: FastAPI | APIRouter, part: APIRouter) -> None:
    """Add the routes of `part` as they are.

    FastAPI's own `include_router` builds each of them anew at every level, to apply prefixes and dependencies
    that ours do not have: twice the time of a start.
    """
    whole.routes.extend(part.routes)
