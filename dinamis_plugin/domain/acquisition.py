"""Which scenes were taken in one pass of a satellite."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from operator import attrgetter

from .scene import Scene
from .search import MISSIONS

SAME_PASS = timedelta(minutes=10)
"""Images of one pass follow each other within this time; the next pass comes an hour and a half later."""


@dataclass(frozen=True)
class Acquisition:
    """Scenes of one pass, the first one taken first."""

    scenes: tuple[Scene, ...]

    @property
    def began(self) -> datetime:
        """Aware UTC time of the first one."""
        return self.scenes[0].acquired

    @property
    def sensor(self) -> str:
        """Sensor for a person, with the satellite where the sensor has several."""
        first = self.scenes[0]
        mission = dict(MISSIONS).get(first.mission, first.mission)
        known = [mission] if _plain(mission) == _plain(first.platform) else [mission, first.platform]
        return " ".join(part for part in known if part)

    @property
    def title(self) -> str:
        """Time and sensor, as its layers and their group are named: in a list they stand in their order."""
        return f"{self.began:%Y-%m-%d %H:%M} UTC {self.sensor}".strip()


def acquisitions(scenes: Iterable[Scene]) -> list[Acquisition]:
    """Gather scenes by the pass in which they were taken, the oldest pass first."""
    passes: list[list[Scene]] = []
    last: Scene | None = None
    for scene in sorted(scenes, key=attrgetter("platform", "mission", "acquired", "id")):
        if last is not None and scene.acquired - last.acquired <= SAME_PASS and _same_satellite(last, scene):
            passes[-1].append(scene)
        else:
            passes.append([scene])
        last = scene
    return [Acquisition(tuple(found)) for found in sorted(passes, key=lambda found: found[0].acquired)]


def _plain(name: str) -> str:
    return name.replace(" ", "").upper()


def _same_satellite(one: Scene, other: Scene) -> bool:
    return (one.platform, one.mission) == (other.platform, other.mission)
