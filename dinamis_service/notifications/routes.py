"""Routes of the notifications and of the preferences of each person."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from dinamis_service import __version__
from dinamis_service.catalogue.answers import conditional, not_modified, weak_tag
from dinamis_service.catalogue.moments import format_moment
from dinamis_service.context import Context, base_url
from dinamis_service.errors import refusals
from dinamis_service.identity.deps import require_principal
from dinamis_service.identity.principal import Principal
from dinamis_service.language import Language, pick_language
from dinamis_service.notifications.posting import Kind
from dinamis_service.notifications.store import Asked, EmailsForm, Notifications, PreferencesForm
from dinamis_service.notifications.tables import Notification
from dinamis_service.notifications.wording import worded
from dinamis_service.preconditions import NeededIfMatch
from dinamis_service.requests.caller import Caller

PATH = "/api/notifications"
PREFERENCES = "/api/preferences"
PAGE_DEFAULT = 50
PAGE_MAX = 200
ID_MAX = 2**63 - 1  # what a database can number


class NotificationOut(BaseModel):
    """Something that happened."""

    id: int
    moment: str
    kind: Kind
    order_id: str | None
    project_id: str | None
    title: str
    text: str
    read: bool


class NotificationPage(BaseModel):
    """Notifications, newest first."""

    unread: int = Field(description="Of all, not of this page")
    notifications: list[NotificationOut]
    links: list[dict[str, str]] = Field(description="`next` where there are older ones")


class ReadBody(BaseModel):
    """Which notifications were read: these, or all."""

    model_config = ConfigDict(strict=True)

    ids: list[Annotated[int, Field(ge=0, le=ID_MAX)]] = Field([], max_length=1000)
    all: bool = False

    @model_validator(mode="after")
    def _says_which(self) -> "ReadBody":
        if bool(self.ids) == self.all:
            raise PydanticCustomError("which_ones", "either ids or all")
        return self


class Unread(BaseModel):
    """How many notifications are unread."""

    unread: int


class PreferencesOut(BaseModel):
    """What a person prefers."""

    language: Language | None
    emails: EmailsForm
    etag: str = Field(description="For `If-Match`")


def build_router(context: Context) -> APIRouter:
    """Routes of the notifications: each person sees their own."""
    router = APIRouter(tags=["notifications"])
    notifications = Notifications(context.database)
    signed_in = Depends(require_principal(context))

    def who(request: Request, principal: Principal = signed_in) -> Caller:
        return Caller(principal, pick_language(request.headers.get("accept-language")))

    own = Depends(who)

    @router.get(
        PATH,
        response_model=NotificationPage,
        responses={304: {"description": "The page is the one of `If-None-Match`"}},
    )
    def list_notifications(
        request: Request,
        unread: bool = False,
        limit: Annotated[int, Query(ge=1, le=PAGE_MAX)] = PAGE_DEFAULT,
        following: Annotated[
            int | None, Query(alias="next", ge=0, le=ID_MAX, description="From the link `next`")
        ] = None,
        caller: Caller = own,
    ) -> Response:
        """Own notifications, newest first."""
        base = base_url(request, context.settings)
        told = (__version__, caller.language, base, unread, limit, following)
        tag = weak_tag(f"{told} {notifications.fingerprint(caller)}".encode())
        if unchanged := not_modified(request, tag):
            return unchanged
        found = notifications.page(caller, Asked(limit + 1, following, unread))
        page, links = found[:limit], []
        if len(found) > limit:
            more = request.url.include_query_params(next=page[-1].id).query
            links = [{"rel": "next", "href": f"{base}{PATH}?{more}"}]
        document = {
            "unread": notifications.unread(caller),
            "notifications": [_document(one, caller) for one in page],
            "links": links,
        }
        return conditional(request, document, "application/json", tag=tag)

    @router.post(PATH + "/read", response_model=Unread)
    def mark_read(body: ReadBody, caller: Caller = own) -> Any:
        """Mark own notifications read; those of others are left alone."""
        return {"unread": notifications.mark(caller, None if body.all else body.ids)}

    @router.get(PREFERENCES, response_model=PreferencesOut)
    def get_preferences(response: Response, caller: Caller = own) -> Any:
        """What one prefers."""
        return _preferences(response, *notifications.preferences(caller))

    @router.put(PREFERENCES, response_model=PreferencesOut, responses=refusals(412, 428))
    def put_preferences(
        response: Response,
        form: PreferencesForm,
        if_match: NeededIfMatch = None,
        caller: Caller = own,
    ) -> Any:
        """Change what one prefers."""
        return _preferences(response, *notifications.prefer(caller, form, if_match))

    return router


def _document(notification: Notification, caller: Caller) -> dict[str, Any]:
    about = notification.order_id or notification.project_id
    title, text = worded(notification.topic, about, notification.facts, caller.language)
    return {
        "id": notification.id,
        "moment": format_moment(notification.moment),
        "kind": notification.kind,
        "order_id": notification.order_id,
        "project_id": notification.project_id,
        "title": title,
        "text": text,
        "read": notification.is_read,
    }


def _preferences(response: Response, form: PreferencesForm, tag: str) -> dict[str, Any]:
    response.headers["ETag"] = tag
    return {**form.model_dump(), "etag": tag}
