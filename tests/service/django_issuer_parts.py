"""What django-oauth-toolkit is told by its settings: addresses, people, claims, tokens that are JWT."""

from __future__ import annotations

import json
import time
from typing import Any

from django.conf import settings
from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import User
from django.contrib.auth.views import LoginView
from django.urls import include, path
from joserfc import jwt
from joserfc.jwk import RSAKey
from oauth2_provider.oauth2_validators import OAuth2Validator
from oauth2_provider.utils import jwk_from_pem
from oauthlib.oauth2.rfc6749.tokens import random_token_generator

PASSWORD = "correct horse battery staple"  # pragma: allowlist secret

urlpatterns = [
    path("o/", include("oauth2_provider.urls", namespace="oauth2_provider")),
    path("login/", LoginView.as_view()),
]


def claims_of(email: str) -> dict[str, Any]:
    """What is known of somebody now."""
    return json.loads(settings.PEOPLE.read_text(encoding="utf-8"))[email]


class People(ModelBackend):
    """Everybody in the file of people, with one password."""

    def authenticate(
        self, request: object, username: str = "", password: str = "", **_: object
    ) -> User | None:
        """Let somebody in."""
        if password != PASSWORD or username not in json.loads(settings.PEOPLE.read_text(encoding="utf-8")):
            return None
        return User.objects.get_or_create(username=username)[0]


class Validator(OAuth2Validator):
    """Claims from the file, whatever the scope."""

    oidc_claim_scope = None

    def get_additional_claims(self, request: Any) -> dict[str, Any]:
        """The claims of the person of a request."""
        return claims_of(request.user.username)


def access_token(request: Any, refresh_token: bool = False) -> str:
    """An opaque token, or a JWT for the clients that want one."""
    client = request.client.client_id
    if refresh_token or not client.startswith("jwt-"):
        return str(random_token_generator(request, refresh_token))
    pem = settings.OAUTH2_PROVIDER["OIDC_RSA_PRIVATE_KEY"]
    now = int(time.time())
    claims = {
        "iss": settings.ISSUER,
        "sub": str(request.user.pk),
        "aud": "another service" if client.startswith("jwt-other-") else "dinamis",
        "client_id": client,
        "iat": now,
        "exp": now + 300,
        "jti": random_token_generator(request),
    }
    header = {"alg": "RS256", "kid": jwk_from_pem(pem).thumbprint(), "typ": "at+jwt"}
    return jwt.encode(header, claims, RSAKey.import_key(pem), algorithms=["RS256"])
