"""Who makes a request."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Principal:
    """A signed-in person, with what every rule asks about: roles, kind and entity."""

    sub: str
    username: str
    email: str
    given_name: str
    family_name: str
    roles: frozenset[str]
    user_kind: str
    entity_id: str
    entity_name: str
    entity_acronym: str
    entity_nationality: str = "FR"

    @property
    def name(self) -> str:
        """First and last name."""
        return f"{self.given_name} {self.family_name}"

    @property
    def is_operator(self) -> bool:
        """Whether the person runs the service for everybody."""
        return "operator" in self.roles

    def describe(self) -> dict[str, Any]:
        """The members that `/api/me` and the OpenID Connect user information have in common."""
        return {
            "sub": self.sub,
            "given_name": self.given_name,
            "family_name": self.family_name,
            "email": self.email,
            "roles": sorted(self.roles),
            "user_kind": self.user_kind,
            "entity": {"id": self.entity_id, "name": self.entity_name, "acronym": self.entity_acronym},
        }
