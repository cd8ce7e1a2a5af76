"""Scenes loaded in the way a person asks for: styled, sharpened, as a mosaic, as a time series (CAT-30)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from qgis.core import QgsProject, QgsRasterLayer
from qgis.PyQt.QtCore import QCoreApplication, QObject, pyqtSignal

from ..domain.errors import CancelledError, DinamisError
from ..domain.loading import Making, Planned, Way, plan
from ..domain.scene import Scene
from ..domain.view_service import ViewService
from ..qgisio import layer_facts
from ..qgisio.view_layers import make_view_layer
from ..tasks.dressing import Dresser, compose_for
from ..tasks.runner import TaskContext, TaskRunner
from .layer_notices import no_image
from .layers import SignedLayersController
from .messages import notice_for

translate = QCoreApplication.translate

_PAIR = 2


class LoadingController(QObject):
    """Plans the layers of scenes and has them made.

    Signals:
        failed: the Scene and a Notice.
        series_ready: the QgsDateTimeRange of a time series whose layers are all there.
        compare_ready: the layers of an earlier and a later date.
        view_added: the layer of a view service, in the project.
    """

    failed = pyqtSignal(object, object)
    series_ready = pyqtSignal(object)
    compare_ready = pyqtSignal(object, object)
    view_added = pyqtSignal(object)

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
        layers.layer_added.connect(self._put_in_group)

    def load(self, scenes: Sequence[Scene], way: Way = Way.IMAGE, asset_key: str | None = None) -> None:
        """Load scenes; what cannot be loaded is told, the rest is signed together.

        Args:
            scenes: what was chosen.
            way: how to load it.
            asset_key: for `Way.IMAGE`, the image of each scene, the preferred one when None.
        """
        plans = [_named(planned, way) for planned in plan(self._layers.allowed(scenes), way, asset_key)]
        self._tell_left_out(scenes, plans)
        if not plans:
            return
        about = {planned.identity: planned.scenes[0] for planned in plans}
        self._layers.add_identities(
            list(about),
            about,
            compose=compose_for(plans),
            dress=Dresser(plans),
            ended=lambda layers: self._loaded(way, layers),
        )

    def load_view(self, scene: Scene, service: ViewService) -> None:
        """Show a view service of a scene as a layer."""
        title = f"{scene.title} ({service.title or service.kind.upper()})"
        system = self._project.crs().authid()

        def work(_context: TaskContext) -> QgsRasterLayer:
            return make_view_layer(service, title, system)

        def failed(error: DinamisError) -> None:
            if not isinstance(error, CancelledError):
                self.failed.emit(scene, notice_for(error))

        self._runner.run("view service", work, self._view_came, failed)

    def _loaded(self, way: Way, layers: list[QgsRasterLayer]) -> None:
        if way is Way.TIME_SERIES:
            whole = layer_facts.set_project_time(self._project, layers)
            if whole is not None:
                self.series_ready.emit(whole)
        elif way is Way.COMPARE and len(layers) == _PAIR:
            earlier, later = sorted(layers, key=lambda layer: layer.name())
            self.compare_ready.emit(earlier, later)

    def _tell_left_out(self, scenes: Sequence[Scene], plans: Sequence[Planned]) -> None:
        used = {(scene.collection, scene.id) for planned in plans for scene in planned.scenes}
        for scene in scenes:
            if (scene.collection, scene.id) not in used and not scene.images:
                self.failed.emit(scene, no_image(scene))

    def _view_came(self, layer: QgsRasterLayer) -> None:
        self._project.addMapLayer(layer)
        self.view_added.emit(layer)

    def _put_in_group(self, layer: QgsRasterLayer) -> None:
        """Move a new layer into its group, which is made when there is none; the newest stands on top."""
        title = layer_facts.group_of(layer)
        root = self._project.layerTreeRoot()
        node = root.findLayer(layer.id())
        if not title or node is None:
            return
        group = root.findGroup(title) or root.insertGroup(0, title)
        if node.parent() is group:
            return
        moved = node.clone()
        above = sum(other.name() > layer.name() for other in group.findLayers())
        group.insertChildNode(above, moved)
        node.parent().removeChildNode(node)


def _named(planned: Planned, way: Way) -> Planned:
    """The plan with the title of its layer in the language of the person."""
    patterns = {
        Making.SHARPENED: translate("Dinamis", "{scene} (pansharpened)"),
        Making.MOSAIC: translate("Dinamis", "{scene} (mosaic of %n image(s))", None, len(planned.scenes)),
    }
    styled = {
        Way.NDVI: translate("Dinamis", "{scene} (NDVI)"),
        Way.FALSE_COLOUR: translate("Dinamis", "{scene} (false colours)"),
    }
    if way in styled:
        pattern, title = styled[way], planned.scenes[0].title
    else:
        pattern, title = patterns.get(planned.making, "{scene}"), planned.identity.title
    return replace(planned, identity=replace(planned.identity, title=pattern.format(scene=title)))
