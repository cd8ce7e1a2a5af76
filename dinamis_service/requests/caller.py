"""Who asks, and in which language they are answered."""

from __future__ import annotations

from dataclasses import dataclass

from dinamis_service.errors import ForbiddenError
from dinamis_service.identity.principal import Principal
from dinamis_service.language import Language, text


@dataclass(frozen=True)
class Caller:
    """A signed-in person and their language."""

    principal: Principal
    language: Language

    def say(self, *, fr: str, en: str) -> str:
        """The sentence of the two that suits the person."""
        return text(self.language, fr=fr, en=en)

    def may_see(self, owner_sub: str) -> bool:
        """Whether what belongs to `owner_sub` is shown to this person: the owner or an operator."""
        return self.principal.is_operator or owner_sub == self.principal.sub


def require_operator(caller: Caller) -> None:
    """Refuse somebody who is no operator. Raises `ForbiddenError`."""
    if not caller.principal.is_operator:
        raise ForbiddenError(
            caller.say(fr="Seuls les opérateurs peuvent faire cela.", en="Only operators may do this.")
        )
