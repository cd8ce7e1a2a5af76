"""Conditions that requests set on the state of what they change (RFC 9110 13.1)."""

from __future__ import annotations

from typing import Annotated

from fastapi import Header

from dinamis_service.errors import PreconditionFailedError, PreconditionRequiredError
from dinamis_service.language import Language, text

_SEEN = "Entity tag of what is changed (`ETag`, or its member `etag`), as it was read"
IfMatch = Annotated[str | None, Header(description=f"{_SEEN}: refused with 412 when it changed since")]
"""Header of a route whose change may be made without it."""
NeededIfMatch = Annotated[
    str | None, Header(description=f"{_SEEN}; needed (428), refused with 412 when it changed since")
]
"""Header of a route that refuses a change without it."""


def is_match(if_match: str | None, tag: str) -> bool:
    """Whether an `If-Match` lets a thing with this `ETag` be changed; without one, it does."""
    tags = [one.strip() for one in (if_match or "*").split(",")]
    return "*" in tags or tag in tags


def require_match(if_match: str | None, tag: str, language: Language) -> None:
    """Refuse a change by who has not seen the thing as it is; one without `If-Match` may be made.

    Raises:
        PreconditionFailedError: the thing is another one by now.
    """
    if not is_match(if_match, tag):
        raise PreconditionFailedError(
            text(
                language,
                fr="Cela a changé entre-temps : relisez-le avant de le modifier.",
                en="This changed meanwhile: read it again before you change it.",
            ),
            headers={"ETag": tag},
        )


def require_seen(if_match: str | None, tag: str, language: Language) -> None:
    """Refuse a change by who does not say, or wrongly, what they have seen.

    Raises:
        PreconditionRequiredError: there is no `If-Match`.
        PreconditionFailedError: the thing is another one by now.
    """
    if if_match is None:
        raise PreconditionRequiredError(
            text(
                language,
                fr="Dites quelle version vous avez lue (en-tête If-Match).",
                en="Say which version you have read (header If-Match).",
            )
        )
    require_match(if_match, tag, language)
