"""Calls, under which requests are taken (REQ-27)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import Enum
from typing import Any

from .parsing import date_of, required_objects, required_text, text_of, texts_of


class CallState(Enum):
    """Where a call stands today, in the order in which a person wants to read of it."""

    OPEN = "open"
    PLANNED = "planned"
    CLOSED = "closed"


@dataclass(frozen=True)
class Call:
    """A call for requests.

    Attributes:
        id: Its identifier.
        title: Its name.
        text: What it is for.
        opens: First day.
        closes: Last day, None for a permanent call.
        sensors: Sensors that can be asked for.
        kinds: `archive` and `programming`.
        state: Whether it is open today.
    """

    id: str
    title: str
    text: str
    opens: date | None
    closes: date | None
    sensors: tuple[str, ...]
    kinds: tuple[str, ...]
    state: CallState

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Call:
        """Read one call of `/api/calls`.

        Raises:
            BadAnswerError: It has no identifier.
        """
        said = document.get("state")
        return cls(
            id=required_text(document, "id"),
            title=text_of(document.get("title")),
            text=text_of(document.get("text")),
            opens=date_of(document.get("opens")),
            closes=date_of(document.get("closes")),
            sensors=texts_of(document.get("sensors")),
            kinds=texts_of(document.get("kinds")),
            state=next((state for state in CallState if state.value == said), CallState.CLOSED),
        )


def calls_from_json(document: Mapping[str, Any]) -> list[Call]:
    """Read the answer of `GET /api/calls`, those that are open first, then those to come, by their dates.

    Raises:
        BadAnswerError: There is no list, or a call without identifier.
    """
    states = list(CallState)
    calls = [Call.from_json(entry) for entry in required_objects(document, "calls")]
    return sorted(calls, key=lambda call: (states.index(call.state), call.opens or date.min))
