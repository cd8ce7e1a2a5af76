"""Planned layers made in a worker thread: how their images are put together, and their first looks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from qgis.core import QgsRasterLayer

from ..domain.layer_source import LayerIdentity
from ..domain.loading import Making, Planned
from ..domain.styles import Recipe, StyleKind
from ..qgisio import layer_facts, styles, vrt
from .opening import Compose


def compose_for(plans: Sequence[Planned]) -> Compose:
    """The function that writes the VRT of each planned layer that needs one."""
    by_parts = {plan.identity.hrefs: plan for plan in plans}

    def compose(sources: Mapping[str, str]) -> str:
        plan = by_parts[tuple(sources)]
        made = _put_together(plan.making, list(sources.values()))
        formulas = plan.recipe.formulas if plan.recipe is not None else ()
        return vrt.computed(made, formulas) if formulas else made

    return compose


class Dresser:
    """Gives a new layer its first style and what it keeps of itself."""

    def __init__(self, plans: Sequence[Planned]) -> None:
        self._plans = {plan.identity: plan for plan in plans}

    def __call__(self, layer: QgsRasterLayer, wanted: LayerIdentity, opened: LayerIdentity) -> None:
        """Dress a layer in the worker thread that made it.

        Args:
            layer: new, in no project yet.
            wanted: what was planned.
            opened: what it became.
        """
        plan = self._plans[wanted]
        if plan.bands:
            layer_facts.note_bands(layer, plan.bands)
        if plan.recipe is None:
            styles.apply_default_style(layer)
        else:
            _apply(layer, plan.recipe)
            if plan.recipe.formulas:
                layer_facts.note_base(layer, _base(plan, opened))
        if plan.group:
            layer_facts.note_group(layer, plan.group)
        if plan.shown is not None:
            layer_facts.set_time(layer, *plan.shown)


def _put_together(making: Making, sources: Sequence[str]) -> str:
    if making is Making.SHARPENED:
        pan, multispectral = sources
        return vrt.sharpened(pan, multispectral)
    if making is Making.MOSAIC:
        return vrt.mosaic(sources)
    return sources[0]


def _apply(layer: QgsRasterLayer, recipe: Recipe) -> None:
    provider = layer.dataProvider()
    ranges = {}
    if recipe.kind is not StyleKind.NDVI:
        bands = tuple(band for band in recipe.bands if styles.needs_stretch(provider, band))
        ranges = styles.ranges_of(provider, bands, provider.extent())
    layer.setRenderer(styles.make_renderer(provider, recipe, ranges))
    layer_facts.stretch_for(layer, recipe.kind)


def _base(plan: Planned, opened: LayerIdentity) -> LayerIdentity:
    """The image that was computed from; its place is that of what was computed."""
    return replace(plan.identity, parts=(), epsg=opened.epsg, shape=opened.shape, transform=opened.transform)
