"""JSON Web Tokens, signed and verified with a key of our own."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet, RSAKey

from dinamis_service.secret_files import read_or_create

ALGORITHM = "RS256"  # the one that OpenID Connect Discovery makes mandatory
ACCESS_TYPE = "at+jwt"  # RFC 9068: an identity token can then not be taken for an access token


class InvalidTokenError(Exception):
    """Not a token that we signed for this use, or no longer valid."""


class Signer:
    """Signs and verifies with the RSA key of `folder`, made at first use."""

    def __init__(self, folder: Path) -> None:
        text = read_or_create(folder / "oidc.json", _new_key)
        self._key = RSAKey.import_key(json.loads(text))
        self._keys = KeySet([self._key])

    def public_keys(self) -> dict[str, Any]:
        """Key set with which anyone verifies our tokens (JWKS)."""
        return dict(self._keys.as_dict(private=False))

    def sign(self, claims: dict[str, Any], token_type: str) -> str:
        """A token of these claims; `token_type` is its `typ` header."""
        header = {"alg": ALGORITHM, "kid": self._key.kid, "typ": token_type}
        return jwt.encode(header, claims, self._key, algorithms=[ALGORITHM])

    def verify(
        self, token: str, now: datetime, *, audience: str, issuer: str | None = None
    ) -> dict[str, Any]:
        """Claims of an access token of ours that is valid `now`; any issuer of ours unless one is asked.

        Raises:
            InvalidTokenError: it is not.
        """
        registry = jwt.JWTClaimsRegistry(
            now=int(now.timestamp()),
            aud={"essential": True, "value": audience},
            exp={"essential": True},
            sid={"essential": True},
            iss={"essential": True, "value": issuer} if issuer else {"essential": True},
        )
        try:
            decoded = jwt.decode(token, self._keys, algorithms=[ALGORITHM])
            registry.validate(decoded.claims)
        except (JoseError, ValueError) as error:
            raise InvalidTokenError(str(error)) from None
        if decoded.header.get("typ") != ACCESS_TYPE:
            raise InvalidTokenError("not an access token")
        return decoded.claims


def _new_key() -> str:
    key = RSAKey.generate_key(2048, {"use": "sig", "alg": ALGORITHM}, auto_kid=True)
    return json.dumps(key.as_dict(private=True))
