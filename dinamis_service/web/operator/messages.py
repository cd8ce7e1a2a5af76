"""Messages about a request, on its page: read with it, written with files attached."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, File, Form, Request, UploadFile
from fastapi.responses import FileResponse, Response

from dinamis_service.context import Context
from dinamis_service.errors import ServiceError
from dinamis_service.requests.attachments import Upload
from dinamis_service.requests.message_routes import Text, attachment_answer
from dinamis_service.requests.messages import Outgoing
from dinamis_service.web.access import operator_of, page_route
from dinamis_service.web.forms import refused, strange
from dinamis_service.web.operator.request import PATH as REQUEST_PATH
from dinamis_service.web.operator.request import RequestPages, address_of
from dinamis_service.web.pages import Page

PATH = f"{REQUEST_PATH}/messages"
MESSAGE = "message"


def build_router(context: Context, pages: RequestPages) -> APIRouter:
    """The form of a message, and the files of those that were sent."""
    router = APIRouter(include_in_schema=False, route_class=page_route(context))

    @router.get(PATH)
    def show(request: Request, order_id: str) -> Response:
        return Page(context, request).redirect(f"{address_of(order_id)}#messages")

    @router.post(PATH)
    def write(
        request: Request,
        order_id: str,
        *,
        text: Annotated[Text, Form()] = "",
        files: Annotated[list[UploadFile] | None, File()] = None,
        form_token: Annotated[str, Form()] = "",
        key: Annotated[str, Form()] = "",
    ) -> Response:
        page = Page(context, request)
        operator = operator_of(page)
        typed = {"text": text}
        uploads = [Upload(one.filename, one.file) for one in files or () if one.filename]
        if not page.came_from_here(form_token):
            return pages.show(page, operator, order_id, strange(page, typed, MESSAGE))
        try:
            pages.messages.write(operator, order_id, Outgoing(text, uploads), key or None)
        except ServiceError as error:
            return pages.show(page, operator, order_id, refused(page, error, typed, MESSAGE))
        return page.redirect(f"{address_of(order_id)}?done={MESSAGE}#messages")

    @router.get(REQUEST_PATH + "/attachments/{attachment_id}")
    def read(request: Request, order_id: str, attachment_id: str) -> FileResponse:
        operator = operator_of(Page(context, request))
        return attachment_answer(*pages.messages.attachment(operator, order_id, attachment_id))

    return router
