"""The signed-in person."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .parsing import mapping_of, required_text, text_of, texts_of


@dataclass(frozen=True)
class Entity:
    """The member organisation of a person."""

    id: str = ""
    name: str = ""
    acronym: str = ""

    def __str__(self) -> str:
        return self.name or self.acronym


@dataclass(frozen=True)
class Account:
    """The signed-in person, as the header of the dock shows it (ACC-11).

    Attributes:
        sub: Identifier that never changes.
        given_name: First name.
        family_name: Last name.
        email: Address of the account.
        entity: Member organisation.
        user_kind: SCI, PUB, RND, PCP or ETR (architecture, decision 1).
        roles: Such as `user` or `referent`.
    """

    sub: str
    given_name: str
    family_name: str
    email: str
    entity: Entity
    user_kind: str
    roles: tuple[str, ...]

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Account:
        """Read the answer of userinfo or of `/api/me`.

        Raises:
            BadAnswerError: It does not say who the person is.
        """
        entity = mapping_of(document.get("entity"))
        return cls(
            sub=required_text(document, "sub"),
            given_name=text_of(document.get("given_name")),
            family_name=text_of(document.get("family_name")),
            email=text_of(document.get("email")),
            entity=Entity(**{key: text_of(entity.get(key)) for key in ("id", "name", "acronym")}),
            user_kind=text_of(document.get("user_kind")),
            roles=texts_of(document.get("roles")),
        )

    @property
    def full_name(self) -> str:
        """First and last name, or the e-mail address of a person without a name."""
        return f"{self.given_name} {self.family_name}".strip() or self.email

    @property
    def is_scientific(self) -> bool:
        """Whether a project is also asked for its objectives, methodology and expected results (REQ-04)."""
        return self.user_kind == "SCI"
