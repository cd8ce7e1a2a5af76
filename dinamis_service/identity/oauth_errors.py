"""Refusals of the OAuth2 endpoints, told as RFC 6749 5.2 and RFC 8628 3.5 say."""

from __future__ import annotations


class OAuthError(Exception):
    """A refusal with its registered code; the description is for developers, in ASCII as the RFC wants."""

    def __init__(self, error: str, description: str, status: int = 400) -> None:
        super().__init__(f"{error}: {description}")
        self.error = error
        self.description = description
        self.status = status


def invalid_grant(description: str) -> OAuthError:
    """The code or token does not exist, has been used, has ended or belongs to another client."""
    return OAuthError("invalid_grant", description)
