"""The ways in which scenes become layers, and which layers each way makes (CAT-30)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import Enum

from .acquisition import Acquisition, acquisitions
from .layer_source import LayerIdentity
from .mosaic import Picked, mosaics, ms_of, pan_and_ms
from .scene import Asset, Scene
from .styles import Recipe, StyleKind, band_names, recipes_of


class Way(Enum):
    """What a person asks for; the value names it in menus and tests."""

    IMAGE = "image"
    TRUE_COLOUR = "true-colour"
    FALSE_COLOUR = "false-colour"
    NDVI = "ndvi"
    SHARPENED = "sharpened"
    MOSAIC = "mosaic"
    TIME_SERIES = "time-series"
    COMPARE = "compare"


class Making(Enum):
    """How the images of a layer are put together."""

    SINGLE = "single"
    SHARPENED = "sharpened"
    MOSAIC = "mosaic"


@dataclass(frozen=True)
class Planned:
    """A layer to be made.

    Attributes:
        identity: with `parts` where the layer is virtual, no document yet, and a title that tells not how.
        making: how its images are put together.
        scenes: what it shows, the topmost first.
        bands: common names of its bands before anything is computed, empty when not known.
        recipe: its style to begin with, None to leave it to what the file says.
        group: title of the group of layers it belongs to, empty for none.
        shown: the time for which a time series shows it, None outside of one.
    """

    identity: LayerIdentity
    making: Making
    scenes: tuple[Scene, ...]
    bands: tuple[str, ...]
    recipe: Recipe | None
    group: str = ""
    shown: tuple[datetime, datetime] | None = None


STYLE_OF = {
    Way.TRUE_COLOUR: StyleKind.TRUE_COLOUR,
    Way.FALSE_COLOUR: StyleKind.FALSE_COLOUR,
    Way.NDVI: StyleKind.NDVI,
}
"""The ways that load each scene in one ready style."""
_LAST_SHOWN = timedelta(days=1)
_SEVERAL = 2


def ways(scenes: Sequence[Scene]) -> tuple[Way, ...]:
    """The ways in which these scenes can be loaded; none where no scene has an image."""
    usable = [scene for scene in scenes if scene.is_downloadable]
    if not usable:
        return ()
    kinds = {kind for scene in usable for kind in _recipes(scene, _styled_asset(scene))}
    found = [Way.IMAGE, *(way for way, kind in STYLE_OF.items() if kind in kinds)]
    if any(pan_and_ms(scene) for scene in usable):
        found.append(Way.SHARPENED)
    lots = mosaics(_picked(usable))
    if any(len(lot) >= _SEVERAL for lot in lots):
        found.append(Way.MOSAIC)
    if len(acquisitions(usable)) >= _SEVERAL:
        found += [Way.TIME_SERIES, Way.COMPARE]
    return tuple(found)


def plan(scenes: Sequence[Scene], way: Way, asset_key: str | None = None) -> list[Planned]:
    """The layers that a way makes of scenes; scenes that cannot be loaded so are left out.

    Args:
        scenes: what was chosen.
        way: how to load it.
        asset_key: for `Way.IMAGE`, the image of each scene, the preferred one when None.
    """
    usable = [scene for scene in scenes if scene.images]
    if way is Way.SHARPENED:
        return _grouped([made for scene in usable for made in _sharpened(scene)])
    if way is Way.MOSAIC:
        return [_mosaic(lot) for lot in mosaics(_picked(usable))]
    if way is Way.TIME_SERIES:
        return _time_series(acquisitions(usable))
    if way is Way.COMPARE:
        return _first_and_last(acquisitions(usable))
    if way is Way.IMAGE:
        chosen = [(scene, _image(scene, asset_key)) for scene in usable]
        return _grouped([_single(scene, asset, None) for scene, asset in chosen if asset is not None])
    made = [_single(scene, _styled_asset(scene), STYLE_OF[way]) for scene in usable]
    return _grouped([one for one in made if one.recipe is not None and one.recipe.kind is STYLE_OF[way]])


def _image(scene: Scene, key: str | None) -> Asset | None:
    return scene.preferred_asset() if key is None else scene.asset(key)


def _styled_asset(scene: Scene) -> Asset:
    return ms_of(scene) or scene.images[0]


def _picked(scenes: Iterable[Scene]) -> list[Picked]:
    return [Picked(scene, _styled_asset(scene)) for scene in scenes]


def _bands(scene: Scene, asset: Asset) -> tuple[str, ...]:
    return band_names(scene.mission, asset.band_count or len(asset.bands), asset.bands)


def _recipes(scene: Scene, asset: Asset) -> dict[StyleKind, Recipe]:
    return recipes_of(_bands(scene, asset))


def _first_recipe(bands: tuple[str, ...]) -> Recipe | None:
    return next(iter(recipes_of(bands).values())) if bands else None


def _single(scene: Scene, asset: Asset, kind: StyleKind | None) -> Planned:
    bands = _bands(scene, asset)
    recipe = _first_recipe(bands) if kind is None else recipes_of(bands).get(kind)
    identity = LayerIdentity.of(scene, asset)
    if recipe is not None and recipe.formulas:
        identity = replace(identity, parts=(identity.href,))
    return Planned(identity, Making.SINGLE, (scene,), bands, recipe)


def _sharpened(scene: Scene) -> list[Planned]:
    pair = pan_and_ms(scene)
    if pair is None:
        return []
    pan, ms = (LayerIdentity.of(scene, asset) for asset in pair)
    key = f"{pair[0].key}+{pair[1].key}"
    identity = replace(ms, title=scene.title, asset_key=key, parts=(pan.href, ms.href))
    bands = _bands(scene, pair[1])
    return [Planned(identity, Making.SHARPENED, (scene,), bands, _first_recipe(bands))]


def _mosaic(lot: Sequence[Picked]) -> Planned:
    """One layer of a lot; a lot of one is an image like any other."""
    if len(lot) == 1:
        return _single(*lot[0], None)
    top = lot[-1]
    days = sorted({f"{picked.scene.acquired:%Y-%m-%d}" for picked in lot})
    when = days[0] if len(days) == 1 else f"{days[0]} / {days[-1]}"
    name = Acquisition((top.scene,)).sensor
    first = LayerIdentity.of(*top)
    parts = tuple(LayerIdentity.of(*picked).href for picked in lot)
    identity = replace(first, title=f"{when} {name}", parts=parts)
    bands = _bands(*top)
    shown = tuple(picked.scene for picked in reversed(lot))
    return Planned(identity, Making.MOSAIC, shown, bands, _first_recipe(bands))


def _time_series(passes: Sequence[Acquisition]) -> list[Planned]:
    """The layers of each pass, in one group: shown until the next one began, those of the last for a day."""
    group = f"{passes[0].began:%Y-%m-%d} / {passes[-1].began:%Y-%m-%d}" if passes else ""
    ends = [following.began for following in passes[1:]]
    made = []
    for taken, end in zip(passes, [*ends, *(last.began + _LAST_SHOWN for last in passes[-1:])]):
        made += [replace(layer, group=group, shown=(taken.began, end)) for layer in _of_pass(taken)]
    return made


def _first_and_last(passes: Sequence[Acquisition]) -> list[Planned]:
    chosen = [passes[0], passes[-1]] if len(passes) >= _SEVERAL else []
    return [next(iter(_of_pass(taken))) for taken in chosen]


def _of_pass(taken: Acquisition) -> list[Planned]:
    """The layers that show one pass, named by it."""
    layers = [_mosaic(lot) for lot in mosaics(_picked(taken.scenes))]
    return [replace(layer, identity=replace(layer.identity, title=taken.title)) for layer in layers]


def _grouped(layers: Sequence[Planned]) -> list[Planned]:
    """The layers, those of one pass in a group with its name; a layer alone needs no group."""
    shown = {(scene.collection, scene.id): scene for layer in layers for scene in layer.scenes}
    titles = {
        (scene.collection, scene.id): taken.title
        for taken in acquisitions(shown.values())
        if len(taken.scenes) >= _SEVERAL
        for scene in taken.scenes
    }
    return [
        replace(layer, group=titles.get((layer.scenes[0].collection, layer.scenes[0].id), ""))
        for layer in layers
    ]
