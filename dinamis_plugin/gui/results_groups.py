"""Results gathered by day or by pass of a satellite, each group under a row of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Callable, Union

from ..domain.acquisition import acquisitions
from ..domain.cart import Cart, Key
from ..domain.scene import Scene
from . import formats
from .results_columns import sorted_scenes


class Grouping(Enum):
    """How the list is divided; the value is what the settings call it."""

    NONE = "none"
    DAY = "day"
    ACQUISITION = "acquisition"


@dataclass(eq=False)
class Group:
    """The row above scenes that belong together.

    Attributes:
        title: day, or time and sensor of a pass.
        scenes: what is under it.
        ticked: how many of them are ticked; kept up to date, for it is painted.
    """

    title: str
    scenes: list[Scene] = field(default_factory=list)
    ticked: int = 0

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
    name_of = _by_day(ordered) if grouping is Grouping.DAY else _by_pass(ordered)
    groups: dict[object, Group] = {}
    for scene in ordered:
        key, title = name_of(scene)
        groups.setdefault(key, Group(title)).scenes.append(scene)
    return sorted(
        groups.values(), key=lambda group: max(scene.acquired for scene in group.scenes), reverse=True
    )


def _by_day(_scenes: Sequence[Scene]) -> Callable[[Scene], tuple[object, str]]:
    def name(scene: Scene) -> tuple[object, str]:
        day = scene.acquired.astimezone().date()
        return day, formats.day(day)

    return name


def _by_pass(scenes: Sequence[Scene]) -> Callable[[Scene], tuple[object, str]]:
    names: dict[int, tuple[object, str]] = {}
    for number, taken in enumerate(acquisitions(scenes)):
        title = f"{formats.moment(taken.began)} · {taken.sensor}"
        names.update({id(scene): (number, title) for scene in taken.scenes})
    return lambda scene: names[id(scene)]
