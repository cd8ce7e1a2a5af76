"""Endpoints of identity: the provider, who is signed in, and API keys."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Query, Request, Response
from pydantic import BaseModel, Field

from dinamis_service.context import Context
from dinamis_service.errors import NotFoundError, refusals
from dinamis_service.identity import provider_routes
from dinamis_service.identity.api_keys import DESCRIPTION_LENGTH_MAX
from dinamis_service.identity.deps import require_bearer, require_principal
from dinamis_service.identity.principal import Principal
from dinamis_service.identity.provider_routes import PROTOCOL_PATH
from dinamis_service.language import pick_language, text
from dinamis_service.registry.profiles import ProfileEdit, Profiles
from dinamis_service.requests.caller import Caller
from dinamis_service.routing import take_in
from dinamis_service.soundness import SOUND


class EntityOut(BaseModel):
    """The member entity of a person."""

    id: str
    name: str
    acronym: str


class Me(BaseModel):
    """Who is signed in."""

    sub: str
    given_name: str
    family_name: str
    email: str
    roles: list[str]
    user_kind: str = Field(description="SCI, PUB, RND, PCP or ETR")
    entity: EntityOut


class TextToSign(BaseModel):
    """A text that waits for the person's signature."""

    code: str
    title: dict[str, str] = Field(description="By language")


class ExtensionOut(BaseModel):
    """The open-data licence extended to the person's entity over one Region (SUP-10)."""

    region: str = Field(description="INSEE code of the Region")
    starts: date = Field(description="First day, UTC")
    ends: date | None = Field(description="Last day, UTC; null without an end")


class Profile(Me):
    """Who is signed in, with what they tell of themselves (ACC-02)."""

    function: str
    phone: str
    nationality: str = Field(description="ISO 3166-1 alpha-2")
    address: str
    postcode: str
    town: str
    expires: str | None = Field(description="End of the account, UTC")
    second_factor: bool = Field(description="Whether a code is asked for besides the password")
    texts_to_sign: list[TextToSign] = Field(description="Signed on the page `/account/texts`")
    extensions: list[ExtensionOut] = Field(description="Those that hold today")
    etag: str = Field(description="For `If-Match`")


class UserInfo(Me):
    """Who is signed in, with the claims of OpenID Connect."""

    preferred_username: str
    name: str
    email_verified: bool = Field(description="Always: an address is proven before an account bears it")


class RevokedKey(BaseModel):
    """Name of an API key."""

    access_key: str = Field(serialization_alias="access-key")


class NewKey(RevokedKey):
    """An API key; the secret is shown this once."""

    secret_key: str = Field(serialization_alias="secret-key")


class KeyOut(RevokedKey):
    """An API key without its secret."""

    created: str = Field(description="UTC, such as 2025-05-06 09:22:50.123")
    description: str


def build_router(context: Context) -> APIRouter:
    """Every identity endpoint."""
    router = APIRouter()
    if context.identity.external is None:
        take_in(router, provider_routes.build_router(context))
        _add_userinfo(router, context)
    _add_people(router, context)
    _add_api_keys(router, context)
    return router


def _add_userinfo(router: APIRouter, context: Context) -> None:
    bearer = Depends(require_bearer(context))

    def userinfo(principal: Principal = bearer) -> dict[str, Any]:
        """Who the token speaks for."""
        names = {"preferred_username": principal.username, "name": principal.name}
        return {**principal.describe(), **names, "email_verified": True}

    path = f"{PROTOCOL_PATH}/userinfo"
    router.get(path, tags=["identity"], response_model=UserInfo)(userinfo)
    router.post(path, tags=["identity"], response_model=UserInfo)(userinfo)  # OpenID Connect asks both


def _add_people(router: APIRouter, context: Context) -> None:
    caller = Depends(require_principal(context))
    bearer = Depends(require_bearer(context))
    profiles = Profiles(context.database, context.settings, context.clock)

    @router.get("/api/me", tags=["identity"], response_model=Profile)
    def me(response: Response, principal: Principal = caller) -> dict[str, Any]:
        """Who is signed in, and what they tell of themselves."""
        return _told(response, principal, profiles.of(principal.sub))

    @router.patch("/api/me", tags=["identity"], response_model=Profile, responses=refusals(412, 428))
    def change_me(
        request: Request,
        response: Response,
        change: ProfileEdit,
        if_match: Annotated[
            str | None, Header(description="`etag` of the profile as it was read; needed (428)")
        ] = None,
        principal: Principal = bearer,
    ) -> dict[str, Any]:
        """Change fields of one's own profile; the address of the account changes on the pages only."""
        language = pick_language(request.headers.get("accept-language"))
        return _told(response, principal, profiles.edit(Caller(principal, language), change, if_match))


def _told(response: Response, principal: Principal, profile: dict[str, Any]) -> dict[str, Any]:
    """Who the person is with their profile, whose names are the newer ones, and its `ETag`."""
    response.headers["ETag"] = profile["etag"]
    return {**principal.describe(), **profile}


def _add_api_keys(router: APIRouter, context: Context) -> None:
    keys = context.identity.api_keys
    bearer = Depends(require_bearer(context))

    @router.get("/create_api_key", tags=["API keys"])
    def create_api_key(
        description: Annotated[str, Query(max_length=DESCRIPTION_LENGTH_MAX), SOUND] = "",
        principal: Principal = bearer,
    ) -> NewKey:
        """A new API key of the caller."""
        access_key, secret_key = keys.create(principal.sub, description)
        return NewKey(access_key=access_key, secret_key=secret_key)

    @router.get("/list_api_keys_with_metadata", tags=["API keys"])
    def list_api_keys_with_metadata(principal: Principal = bearer) -> list[KeyOut]:
        """API keys of the caller, oldest first."""
        return [
            KeyOut(
                access_key=key.access_key,
                created=key.created_at.replace(tzinfo=None).isoformat(" ", "milliseconds"),
                description=key.description,
            )
            for key in keys.list(principal.sub)
        ]

    @router.get("/revoke_api_key", tags=["API keys"], responses=refusals(404))
    def revoke_api_key(request: Request, access_key: str, principal: Principal = bearer) -> RevokedKey:
        """Revoke an API key of the caller at once."""
        if not keys.revoke(principal.sub, access_key):
            raise NotFoundError(
                text(request, fr="Vous n'avez pas de clé de ce nom.", en="You have no such key.")
            )
        return RevokedKey(access_key=access_key)
