"""Pages that mailed links open: one that leads to nothing has a page of its own."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import Request
from fastapi.responses import Response
from fastapi.routing import APIRoute

from dinamis_service.context import Context
from dinamis_service.registry.links import DeadLinkError
from dinamis_service.web.access import page_route
from dinamis_service.web.pages import Page


def link_route(context: Context) -> type[APIRoute]:
    """Kind of route whose dead links are a page, the same whatever the link lacks."""
    parent = page_route(context)

    class LinkRoute(parent):  # type: ignore[valid-type, misc]
        def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
            answer = super().get_route_handler()

            async def handler(request: Request) -> Response:
                try:
                    response: Response = await answer(request)
                except DeadLinkError:
                    return Page(context, request).render("registry/dead_link.html", 410)
                return response

            return handler

    return LinkRoute
