"""Secrets that do not show themselves when Python describes what it works with, as in the text of a crash."""

from __future__ import annotations

from dataclasses import dataclass


class Secret(str):
    """A text, such as a signed address or a token, that descriptions of variables hide."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "***"


@dataclass(frozen=True)
class ApiKey:
    """A key of a signing service, as its web page or its command line gives them out."""

    access: Secret
    secret: Secret

    def headers(self) -> dict[str, str]:
        """How a call shows it."""
        return {"access-key": self.access, "secret-key": self.secret}
