"""Which requests the list shows, and in which order (REQ-24)."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timezone
from enum import Enum
from typing import Union

from .kept_draft import KeptDraft
from .order import Order, OrderState, sensor_of
from .parsing import text_of

Entry = Union[Order, KeptDraft]
_LONG_AGO = datetime(1970, 1, 1, tzinfo=timezone.utc)


class Sorting(Enum):
    """By what the list is sorted; the last change first, then the newest."""

    CHANGED = "changed"
    CREATED = "created"
    NAME = "name"
    STATE = "state"
    AREA = "area"


@dataclass(frozen=True)
class OrderFilter:
    """What is shown; None and "" leave everything.

    Attributes:
        state: Only requests in this state.
        sensor: Only those for this sensor.
        project_id: Only those of this project.
        text: Only those that hold all of these words, whatever their capitals and accents.
    """

    state: OrderState | None = None
    sensor: str = ""
    project_id: str = ""
    text: str = ""

    def shows(self, entry: Entry) -> bool:
        """Say whether an entry is shown."""
        words = plain(words_of(entry))
        return (
            self.state in (None, entry_state(entry))
            and self.sensor in ("", entry_sensor(entry))
            and self.project_id in ("", entry_project(entry))
            and all(word in words for word in plain(self.text).split())
        )

    @property
    def is_open(self) -> bool:
        """Whether it leaves everything."""
        return self == OrderFilter()


def shown(entries: Iterable[Entry], wanted: OrderFilter, sorting: Sorting) -> list[Entry]:
    """Give the entries that are shown, sorted; equal ones stay in their order."""
    left = [entry for entry in entries if wanted.shows(entry)]
    if sorting is Sorting.NAME:
        return sorted(left, key=_name)
    if sorting is Sorting.STATE:
        places = {state: number for number, state in enumerate(OrderState)}
        return sorted(left, key=lambda entry: places[entry_state(entry)])
    if sorting is Sorting.AREA:
        return sorted(left, key=lambda entry: -(getattr(entry, "area_km2", None) or 0.0))
    when = _created if sorting is Sorting.CREATED else changed_at
    return sorted(left, key=lambda entry: when(entry) or _LONG_AGO, reverse=True)


def entry_state(entry: Entry) -> OrderState:
    """Where it stands."""
    return OrderState.DRAFT if isinstance(entry, KeptDraft) else entry.state


def entry_sensor(entry: Entry) -> str:
    """Sensor of its quota."""
    return sensor_of(entry.product_id) if isinstance(entry, KeptDraft) else entry.sensor


def entry_project(entry: Entry) -> str:
    """Project it belongs to, empty when none was chosen yet."""
    if isinstance(entry, KeptDraft):
        return text_of(entry.draft.parameters.get("project_id"))
    return entry.project_id


def changed_at(entry: Entry) -> datetime | None:
    """When it changed last."""
    return entry.changed if isinstance(entry, KeptDraft) else entry.updated or entry.created


def words_of(entry: Entry) -> str:
    """Everything that a person may look for."""
    if isinstance(entry, KeptDraft):
        told = (entry.title, entry.product_id, *map(str, entry.draft.parameters.values()))
        return " ".join(told)
    texts = [value for value in entry.parameters.values() if isinstance(value, str)]
    by = (entry.requester.name, entry.requester.email)
    return " ".join((entry.id, entry.project_id, entry.project_title, entry.reason, *by, *texts))


def plain(text: str) -> str:
    """Give a text without capitals and accents."""
    parts = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in parts if not unicodedata.combining(letter))


def _created(entry: Entry) -> datetime | None:
    return entry.changed if isinstance(entry, KeptDraft) else entry.created


def _name(entry: Entry) -> str:
    return plain(entry.title if isinstance(entry, KeptDraft) else entry.id)
