"""Routes of the messages about a request and of the files attached to them."""

from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Depends, File, Form, Request, Response, UploadFile
from fastapi.responses import FileResponse, JSONResponse
from pydantic import BaseModel, BeforeValidator, Field, StringConstraints

from dinamis_service.catalogue.answers import conditional
from dinamis_service.catalogue.moments import format_moment
from dinamis_service.context import Context
from dinamis_service.errors import refusals
from dinamis_service.identity.deps import require_principal
from dinamis_service.identity.principal import Principal
from dinamis_service.requests.attachments import MAX_BYTES, MAX_FILES, Upload
from dinamis_service.requests.caller import Caller
from dinamis_service.requests.deps import addresses_of, caller_of
from dinamis_service.requests.documents import JSON, Addresses
from dinamis_service.requests.idempotency import IdempotencyKey
from dinamis_service.requests.message_tables import OrderAttachment, OrderMessage
from dinamis_service.requests.messages import TEXT_MAX, Messages, Outgoing
from dinamis_service.soundness import SOUND

PATH = "/api/orders/{order_id}"


def _lines(text: Any) -> Any:
    """Text with lines as we keep them: forms send them as on Windows."""
    return text.replace("\r\n", "\n") if isinstance(text, str) else text


Text = Annotated[
    str, BeforeValidator(_lines), StringConstraints(strip_whitespace=True, max_length=TEXT_MAX), SOUND
]


class AttachmentOut(BaseModel):
    """A file attached to a message."""

    id: str
    name: str
    size: int
    media_type: str
    href: str


class MessageOut(BaseModel):
    """A message."""

    id: int
    moment: str
    side: str = Field(description="requester or operator")
    author: str
    own: bool
    text: str
    attachments: list[AttachmentOut]


class Thread(BaseModel):
    """The messages about a request, oldest first."""

    messages: list[MessageOut]


def build_router(context: Context, messages: Messages) -> APIRouter:
    """Routes of the messages."""
    router = APIRouter()
    signed_in, message = Depends(require_principal(context)), Depends(outgoing_message)

    @router.get(
        PATH + "/messages",
        response_model=Thread,
        responses={304: {"description": "The messages are those of `If-None-Match`"}},
    )
    def read_messages(request: Request, order_id: str, principal: Principal = signed_in) -> Response:
        """The messages about a request; they count as read then."""
        caller, place = caller_of(request, principal), addresses_of(request, context)
        found = messages.read(caller, order_id)
        thread = {"messages": [message_document(one, order_id, caller, place) for one in found]}
        return conditional(request, thread, JSON)

    @router.post(
        PATH + "/messages",
        status_code=201,
        response_model=MessageOut,
        responses={
            200: {"model": MessageOut, "description": "The message that the same key sent before"},
            **refusals(403, 409),
        },
    )
    def write_message(
        request: Request,
        order_id: str,
        outgoing: Outgoing = message,
        idempotency_key: IdempotencyKey = None,
        principal: Principal = signed_in,
    ) -> JSONResponse:
        """Write about a request, as its requester or as an operator."""
        caller = caller_of(request, principal)
        sent, now = messages.write(caller, order_id, outgoing, idempotency_key)
        document = message_document(sent, order_id, caller, addresses_of(request, context))
        return JSONResponse(document, 201 if now else 200)

    @router.get(PATH + "/attachments/{attachment_id}", response_class=FileResponse)
    def read_attachment(
        request: Request, order_id: str, attachment_id: str, principal: Principal = signed_in
    ) -> FileResponse:
        """A file attached to a message."""
        found = messages.attachment(caller_of(request, principal), order_id, attachment_id)
        return attachment_answer(*found)

    return router


def attachment_answer(found: OrderAttachment, path: Path) -> FileResponse:
    """A file that was attached, never shown by a browser as if it were a page of ours."""
    careful = {"Content-Security-Policy": "default-src 'none'; sandbox", "Cache-Control": "private"}
    return FileResponse(path, headers=careful, media_type=found.media_type, filename=found.name)


def outgoing_message(
    text: Annotated[Text, Form()] = "",
    files: Annotated[
        list[UploadFile],
        File(max_length=MAX_FILES, description=f"Each of at most {MAX_BYTES} bytes, of the type of its name"),
    ] = [],  # noqa: B006 (FastAPI copies it)
) -> Outgoing:
    """The message in the form that was sent."""
    return Outgoing(text, [Upload(one.filename or "", one.file) for one in files])


def message_document(
    message: OrderMessage, order_id: str, caller: Caller, addresses: Addresses
) -> dict[str, Any]:
    """A message as its reader is told."""
    return {
        "id": message.id,
        "moment": format_moment(message.moment),
        "side": message.side,
        "author": message.author,
        "own": message.author_sub == caller.principal.sub,
        "text": message.text,
        "attachments": [
            {
                "id": one.id,
                "name": one.name,
                "size": one.size,
                "media_type": one.media_type,
                "href": addresses.beside(order_id, f"/attachments/{one.id}"),
            }
            for one in message.attachments
        ],
    }
