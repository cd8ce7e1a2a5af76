"""Ready styles of layers in the project, and their stretch on what the map shows (CAT-30)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial

from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsCoordinateTransform,
    QgsCsException,
    QgsMapLayer,
    QgsProject,
    QgsRasterLayer,
    QgsRectangle,
)
from qgis.PyQt.QtCore import QCoreApplication, QObject, QTimer, pyqtSignal

from ..domain.computed import NO_INDEX, Base, computed
from ..domain.layer_source import LayerIdentity
from ..domain.styles import NormalisedDifference, Recipe, StyleKind
from ..qgisio import layer_facts, rasters, styles
from ..tasks.runner import TaskRunner
from .layers import SignedLayersController

translate = QCoreApplication.translate

REST_MS = 350
"""The map has to be still for so long before its layers are stretched."""


class StylingController(QObject):
    """Changes styles; stretches layers that follow the map, with numbers read in worker threads.

    Signals:
        styled: a QgsRasterLayer has another style now.
    """

    styled = pyqtSignal(object)

    def __init__(
        self,
        runner: TaskRunner,
        layers: SignedLayersController,
        project: QgsProject | None = None,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._runner = runner
        self._layers = layers
        self._project = project or QgsProject.instance()
        self._extent = QgsRectangle()
        self._system = QgsCoordinateReferenceSystem()
        self._shown: list[str] = []
        self._done: dict[str, tuple[object, ...]] = {}
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(REST_MS)
        self._rest.timeout.connect(self._stretch_all)
        layers.layer_added.connect(lambda _layer: self._rest.start())
        layers.settled.connect(self._rest.start)

    def styles_of(self, layer: QgsMapLayer) -> tuple[StyleKind, ...]:
        """The ready styles that a layer can have; none for layers of others."""
        return tuple(layer_facts.recipes_for(layer))

    def set_style(self, layer: QgsRasterLayer, kind: StyleKind) -> None:
        """Give a layer one of its ready styles; one that is computed is signed anew first."""
        recipe = layer_facts.recipes_for(layer).get(kind)
        base, present = layer_facts.base_of(layer), rasters.identity_of(layer)
        if recipe is None or base is None or present is None:
            return
        target = _computed(layer, base, recipe) if recipe.formulas else base
        if target.key != present.key:
            if recipe.formulas:
                layer_facts.note_base(layer, base)
            self._layers.change(layer, target)
        opacity = layer.opacity()
        layer.setRenderer(styles.make_renderer(layer.dataProvider(), recipe, {}))
        layer.setOpacity(opacity)
        layer_facts.stretch_for(layer, kind)
        layer.triggerRepaint()
        self._forget(layer.id())
        self.styled.emit(layer)

    def set_follows_map(self, layer: QgsRasterLayer, *, follows: bool) -> None:
        """Have a layer stretched on what the map shows from now on, or left as it is."""
        layer_facts.set_follows_map(layer, follows=follows)
        self._forget(layer.id())

    def show(
        self, extent: QgsRectangle, system: QgsCoordinateReferenceSystem, layers: Sequence[QgsRasterLayer]
    ) -> None:
        """The map shows this now: stretch what follows it, once it is still.

        Args:
            extent: of the map.
            system: of the map.
            layers: that are visible.
        """
        self._extent, self._system = QgsRectangle(extent), QgsCoordinateReferenceSystem(system)
        self._shown = [layer.id() for layer in layers if layer_facts.follows_map(layer)]
        if self._shown:
            self._rest.start()

    def _forget(self, layer_id: str) -> None:
        self._done.pop(layer_id, None)
        if layer_id not in self._shown:
            self._shown.append(layer_id)
        self._rest.start()

    def _stretch_all(self) -> None:
        for layer_id in self._shown:
            layer = self._project.mapLayer(layer_id)
            if isinstance(layer, QgsRasterLayer) and layer_facts.follows_map(layer) and rasters.lives(layer):
                self._stretch(layer)

    def _stretch(self, layer: QgsRasterLayer) -> None:
        provider, renderer = layer.dataProvider(), layer.renderer()
        bands = tuple(band for band in styles.drawn_bands(renderer) if styles.needs_stretch(provider, band))
        extent = self._extent_in(layer)
        if extent.isEmpty() or not bands or not styles.is_ours(renderer):
            return
        source = layer.source()
        wanted = (source, bands, extent.toString())
        if self._done.get(layer.id()) == wanted:
            return
        self._runner.run(
            "stretch",
            lambda _context: styles.read_ranges(source, bands, extent),
            partial(self._ranges_came, layer.id(), wanted),
            lambda _error: None,  # a layer that cannot be read keeps the stretch it has
            cancel_previous=f"stretch {layer.id()}",
        )

    def _ranges_came(
        self, layer_id: str, wanted: tuple[object, ...], ranges: Mapping[int, styles.Range]
    ) -> None:
        layer = self._project.mapLayer(layer_id)
        if not isinstance(layer, QgsRasterLayer) or layer.source() != wanted[0]:
            return
        if layer_facts.follows_map(layer) and set(wanted[1]) <= set(styles.drawn_bands(layer.renderer())):  # type: ignore[call-overload] # the bands
            self._done[layer_id] = wanted
            styles.apply_ranges(layer, ranges)

    def _extent_in(self, layer: QgsRasterLayer) -> QgsRectangle:
        """What the map shows of a layer, in its coordinate system; all of it where that cannot be said."""
        whole = layer.extent()
        if self._extent.isEmpty():
            return whole
        transform = QgsCoordinateTransform(self._system, layer.crs(), self._project)
        try:
            return transform.transformBoundingBox(self._extent).intersect(whole)
        except QgsCsException:
            return whole


def style_titles() -> dict[StyleKind, str]:
    """The ready styles as a person knows them, in the order of menus."""
    return {
        StyleKind.TRUE_COLOUR: translate("Dinamis", "True colours"),
        StyleKind.FALSE_COLOUR: translate("Dinamis", "False colours (near infrared)"),
        StyleKind.NDVI: translate("Dinamis", "Vegetation index (NDVI)"),
        StyleKind.GREY: translate("Dinamis", "Grey"),
    }


def _computed(layer: QgsRasterLayer, base: LayerIdentity, recipe: Recipe) -> LayerIdentity:
    """The identity of a layer that shows bands computed from an image."""
    is_index = any(isinstance(formula, NormalisedDifference) for formula in recipe.formulas)
    document = computed(Base.of(base, layer.crs().toWkt()), recipe.formulas)
    nodata = NO_INDEX if is_index else (None if base.nodata is None else 0.0)
    told = replace(base, band_count=len(recipe.formulas), data_type="float32", nodata=nodata)
    return told.composed(document)
