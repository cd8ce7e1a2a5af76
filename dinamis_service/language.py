"""The two languages in which the service speaks to people: French by default, English when asked for."""

from __future__ import annotations

from typing import Literal

from starlette.requests import HTTPConnection

Language = Literal["fr", "en"]


def pick_language(accept_language: str | None) -> Language:
    """The language an `Accept-Language` header prefers among ours; French when it names neither."""
    best: Language = "fr"
    best_weight = 0.0
    for choice in (accept_language or "").split(","):
        tag, _, parameters = choice.strip().partition(";")
        language = tag.split("-")[0].strip().lower()
        weight = _weight(parameters)
        if weight > best_weight and language in ("fr", "en"):
            best, best_weight = ("fr" if language == "fr" else "en"), weight
    return best


def text(to: HTTPConnection | str | None, *, fr: str, en: str) -> str:
    """The sentence of the two that suits `to`: a request, or a language already picked (`fr` or `en`)."""
    language = to if isinstance(to, str) or to is None else pick_language(to.headers.get("accept-language"))
    return en if language == "en" else fr


def _weight(parameters: str) -> float:
    """Quality value of one choice of the header (RFC 9110 12.4.2); 0 for one that cannot be read."""
    name, _, value = parameters.strip().partition("=")
    if not name:
        return 1.0
    try:
        return min(1.0, max(0.0, float(value))) if name.strip().lower() == "q" else 1.0
    except ValueError:
        return 0.0
