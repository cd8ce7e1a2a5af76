"""JSON Web Tokens, signed and verified with keys of our own."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from dinamis_service.identity.key_files import ALGORITHM, KeyFiles

ACCESS_TYPE = "at+jwt"  # RFC 9068: an identity token can then not be taken for an access token
IDENTITY_TYPE = "JWT"


class InvalidTokenError(Exception):
    """Not a token that was signed for this use, or no longer valid."""


class Signer:
    """Signs with the newest of the keys of `files`, verifies with all of them."""

    def __init__(self, files: KeyFiles) -> None:
        self._files = files

    def public_keys(self, now: datetime) -> dict[str, Any]:
        """Key set with which anyone verifies our tokens `now` (JWKS)."""
        return dict(self._key_set(now).as_dict(private=False))

    def sign(self, claims: dict[str, Any], token_type: str, now: datetime) -> str:
        """A token of these claims; `token_type` is its `typ` header."""
        newest = self._files.keys(now)[-1]
        header = {"alg": ALGORITHM, "kid": newest.kid, "typ": token_type}
        return jwt.encode(header, claims, newest.key, algorithms=[ALGORITHM])

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
            decoded = jwt.decode(token, self._key_set(now), algorithms=[ALGORITHM])
            registry.validate(decoded.claims)
        except (JoseError, ValueError) as error:
            raise InvalidTokenError(str(error)) from None
        if decoded.header.get("typ") != ACCESS_TYPE:
            raise InvalidTokenError("not an access token")
        return decoded.claims

    def hinted(self, identity_token: str, now: datetime, issuer: str) -> dict[str, Any] | None:
        """Claims of an identity token of ours, expired or not, which tells whom a client means, or None."""
        try:
            decoded = jwt.decode(identity_token, self._key_set(now), algorithms=[ALGORITHM])
        except (JoseError, ValueError):
            return None
        ours = decoded.header.get("typ") == IDENTITY_TYPE and decoded.claims.get("iss") == issuer
        return decoded.claims if ours else None

    def _key_set(self, now: datetime) -> KeySet:
        return KeySet([one.key for one in self._files.keys(now)])
