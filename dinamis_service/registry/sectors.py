"""Sectors of activity and the category of eligible entities that follows from them (domain.md 2.1)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_OF_ACTIVITY = {"rnd": 7, "procurement": 8, "research": 2, "communes": 4}
_FOREIGN = 9
_OTHER = 5


def category_of(form: Mapping[str, Any]) -> int:
    """Category (1 to 11) of the entity of an adhesion."""
    if form["entity"]["nationality"] != "FR":
        return _FOREIGN
    return _OF_ACTIVITY.get(form["sector"].get("activity", ""), _OTHER)
