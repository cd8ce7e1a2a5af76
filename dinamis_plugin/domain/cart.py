"""The scenes a person has ticked: kept across pages and searches (CAT-26)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from .scene import Scene

Key = tuple[str, str]


def key_of(scene: Scene) -> Key:
    """What tells scenes apart: collection and identifier."""
    return scene.collection, scene.id


class Cart:
    """Ticked scenes in the order in which they were ticked; every question is answered in one step."""

    def __init__(self) -> None:
        self._scenes: dict[Key, Scene] = {}

    def __len__(self) -> int:
        """How many are ticked."""
        return len(self._scenes)

    def __iter__(self) -> Iterator[Scene]:
        """The ticked scenes, the first one ticked first."""
        return iter(self._scenes.values())

    def __contains__(self, scene: Scene) -> bool:
        """Whether a scene is ticked, as found by this search or by an earlier one."""
        return key_of(scene) in self._scenes

    def put(self, scenes: Iterable[Scene], *, ticked: bool) -> frozenset[Key]:
        """Tick scenes or take their ticks away; gives the keys of those that changed."""
        changed = set()
        for scene in scenes:
            key = key_of(scene)
            if ticked and key not in self._scenes:
                self._scenes[key] = scene
            elif ticked or self._scenes.pop(key, None) is None:
                continue
            changed.add(key)
        return frozenset(changed)

    def clear(self) -> frozenset[Key]:
        """Take all ticks away; gives the keys of those that changed."""
        return self.put(list(self), ticked=False)


def acting(cart: Cart, highlighted: Sequence[Scene]) -> list[Scene]:
    """The scenes that an action works on: those ticked when there are any, else those highlighted."""
    return list(cart) if len(cart) else list(highlighted)
