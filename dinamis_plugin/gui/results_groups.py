"""Results gathered by day or by pass of a satellite, each group under a row of its own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum
from functools import partial
from operator import itemgetter
from typing import Callable, Union

from ..domain.acquisition import Acquisition, acquisitions
from ..domain.cart import Cart, Key
from ..domain.scene import Scene
from . import formats
from .results_columns import sorted_scenes


class Grouping(Enum):
    """How the list is divided; the value is what the settings call it."""

    NONE = "none"
    DAY = "day"
    ACQUISITION = "acquisition"


class Group:
    """The row above scenes that belong together.

    Attributes:
        write: writes the title; of 7,000 groups a person sees twenty.
        scenes: what is under it.
        ticked: how many of them are ticked; kept up to date, for it is painted.
    """

    __slots__ = ("scenes", "ticked", "write")

    def __init__(self, write: Callable[[], str]) -> None:
        self.write = write
        self.scenes: list[Scene] = []
        self.ticked = 0

    @property
    def title(self) -> str:
        """Day, or time and sensor of a pass."""
        return self.write()

    def count(self, cart: Cart) -> None:
        """Count the ticked ones again."""
        self.ticked = sum(scene in cart for scene in self.scenes)


Row = Union[Scene, Group]


@dataclass(frozen=True)
class Order:
    """How rows stand: by a column, upwards or downwards, in groups or not."""

    column: int
    descending: bool
    grouping: Grouping = Grouping.NONE


def arranged(scenes: Sequence[Scene], order: Order, shares: Mapping[Key, float]) -> list[Row]:
    """The rows of the list; groups stand by their date, the newest first."""
    ordered = sorted_scenes(scenes, order.column, descending=order.descending, shares=shares)
    if order.grouping is Grouping.NONE:
        return list(ordered)
    groups = _groups(ordered, order.grouping)
    rows: list[Row] = []
    for group in groups:
        rows.append(group)
        rows.extend(group.scenes)
    return rows


def _groups(ordered: Sequence[Scene], grouping: Grouping) -> list[Group]:
    groups: Iterable[tuple[date, Group]]  # by a day or a moment, which never meet
    groups = _by_day(ordered) if grouping is Grouping.DAY else _by_pass(ordered)
    return [group for _, group in sorted(groups, key=itemgetter(0), reverse=True)]


def _by_day(ordered: Sequence[Scene]) -> Iterable[tuple[date, Group]]:
    days: dict[date, Group] = {}
    for scene in ordered:
        day = scene.acquired.astimezone().date()
        group = days.get(day)
        if group is None:
            group = days[day] = Group(partial(formats.day, day))
        group.scenes.append(scene)
    return days.items()


def _by_pass(ordered: Sequence[Scene]) -> Iterable[tuple[datetime, Group]]:
    """Groups with the time of their newest scene."""
    passes = acquisitions(ordered)
    found = [(taken.scenes[-1].acquired, Group(partial(_pass_title, taken))) for taken in passes]
    group_of = {id(scene): group for taken, (_, group) in zip(passes, found) for scene in taken.scenes}
    for scene in ordered:
        group_of[id(scene)].scenes.append(scene)
    return found


def _pass_title(taken: Acquisition) -> str:
    return f"{formats.moment(taken.began)} · {taken.sensor}"
