"""Dependencies that tell an endpoint who calls it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Annotated

from fastapi import Depends, Request, Security
from fastapi.security import APIKeyHeader, OAuth2PasswordBearer

from dinamis_service.context import Context, base_url
from dinamis_service.errors import NotSignedInError
from dinamis_service.identity.external_accounts import NotAdmittedError
from dinamis_service.identity.external_issuer import IssuerDownError
from dinamis_service.identity.external_words import issuer_down, not_admitted
from dinamis_service.identity.principal import Principal
from dinamis_service.identity.service import REALM_PATH
from dinamis_service.identity.signer import InvalidTokenError
from dinamis_service.language import text
from dinamis_service.settings import Settings

TOKEN_PATH = f"{REALM_PATH}/protocol/openid-connect/token"

# Published clients look in the OpenAPI document for this name and flow to find the token endpoint.
_bearer = OAuth2PasswordBearer(
    tokenUrl=TOKEN_PATH,
    scheme_name="OAuth2PasswordBearer",
    auto_error=False,
    description="JWT of the device flow",
)
_access_key = APIKeyHeader(name="access-key", scheme_name="AccessKey", auto_error=False)
_secret_key = APIKeyHeader(name="secret-key", scheme_name="SecretKey", auto_error=False)

Bearer = Annotated[str | None, Security(_bearer)]
AccessKey = Annotated[str | None, Security(_access_key)]
SecretKey = Annotated[str | None, Security(_secret_key)]


def issuer(request: Request, settings: Settings) -> str:
    """Issuer of our tokens, as the client of this request sees it."""
    return base_url(request, settings) + REALM_PATH


def token_address(context: Context, request: Request) -> str:
    """Where programs ask for tokens: here, or at the issuer that replaces ours."""
    external = context.identity.external
    if external is None:
        return base_url(request, context.settings) + TOKEN_PATH
    try:
        return str(external.issuer.document()["token_endpoint"])
    except IssuerDownError:  # most lay themselves out as we do
        return external.issuer.url + TOKEN_PATH.removeprefix(REALM_PATH)


@dataclass(frozen=True)
class Credentials:
    """What a request says of who makes it, not looked at yet."""

    token: str | None = field(repr=False)
    access_key: str | None
    secret_key: str | None = field(repr=False)

    def principal(self, context: Context, request: Request) -> Principal | None:
        """Who calls, or None for someone who sent no credentials.

        Raises:
            NotSignedInError: the credentials that were sent are not valid.
        """
        if self.token is not None:
            return _of_token(context, request, self.token)
        if self.access_key is None and self.secret_key is None:
            return None
        found = context.identity.api_keys.principal(self.access_key or "", self.secret_key or "")
        if found is None:
            raise NotSignedInError(
                text(request, fr="Cette clé d'accès n'est pas valable.", en="This access key is not valid.")
            )
        return found


async def credentials(token: Bearer, access_key: AccessKey, secret_key: SecretKey) -> Credentials:
    """Dependency giving the credentials; it asks nothing of anyone, hence takes no thread."""
    return Credentials(token, access_key, secret_key)


def optional_principal(context: Context) -> Callable[..., Principal | None]:
    """Dependency giving who calls, or None for someone who sent no credentials.

    Raises:
        NotSignedInError: the credentials that were sent are not valid.
    """

    def principal(request: Request, given: Credentials = Depends(credentials)) -> Principal | None:  # noqa: B008
        return given.principal(context, request)

    return principal


def require_principal(context: Context) -> Callable[..., Principal]:
    """Dependency giving who calls, by a token or an API key.

    Raises:
        NotSignedInError: nobody valid does.
    """
    optional = optional_principal(context)

    def principal(request: Request, found: Principal | None = Depends(optional)) -> Principal:  # noqa: B008
        return required(request, found)

    return principal


def required(request: Request, found: Principal | None) -> Principal:
    """The person found.

    Raises:
        NotSignedInError: nobody is.
    """
    if found is None:
        raise _nobody(request)
    return found


def require_bearer(context: Context) -> Callable[..., Principal]:
    """Dependency giving who calls, by a token only.

    Raises:
        NotSignedInError: nobody valid does.
    """

    def principal(request: Request, token: Bearer) -> Principal:
        if token is None:
            raise _nobody(request)
        return _of_token(context, request, token)

    return principal


def _of_token(context: Context, request: Request, token: str) -> Principal:
    external = context.identity.external
    try:
        if external is not None:
            return external.principal(token)
        return context.identity.tokens.principal(token, issuer(request, context.settings))
    except IssuerDownError:
        raise issuer_down(request) from None
    except NotAdmittedError as error:
        raise not_admitted(request, error) from None
    except InvalidTokenError:
        raise NotSignedInError(
            text(
                request,
                fr="La connexion a expiré ou a été fermée : connectez-vous à nouveau.",
                en="The sign-in has expired or was ended: sign in again.",
            ),
            headers={"WWW-Authenticate": 'Bearer error="invalid_token"'},
        ) from None


def _nobody(request: Request) -> NotSignedInError:
    return NotSignedInError(text(request, fr="Connectez-vous d'abord.", en="Sign in first."))
