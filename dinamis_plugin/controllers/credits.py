"""Attribution and licence of every layer of ours, from the collection of its images."""

from __future__ import annotations

from qgis.core import QgsProject, QgsRasterLayer
from qgis.PyQt.QtCore import QObject

from ..domain.credit import Credit
from ..domain.errors import DinamisError
from ..qgisio import layer_facts, log, rasters
from ..tasks.runner import TaskContext, TaskRunner
from .layers import SignedLayersController
from .session import SessionController


class LayerCredits(QObject):
    """Writes them into the metadata of each layer that is added; every collection is asked once."""

    def __init__(
        self,
        runner: TaskRunner,
        session: SessionController,
        layers: SignedLayersController,
        project: QgsProject | None = None,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._runner = runner
        self._session = session
        self._project = project or QgsProject.instance()
        self._known: dict[tuple[str, str], Credit] = {}
        self._waiting: dict[tuple[str, str], list[str]] = {}
        layers.layer_added.connect(self._added)

    def _added(self, layer: QgsRasterLayer) -> None:
        identity, service = rasters.identity_of(layer), self._session.service
        if identity is None or not identity.collection or service is None:
            return
        key = (service.url, identity.collection)
        if key in self._known:
            layer_facts.set_credit(layer, self._known[key])
            return
        waiting = self._waiting.setdefault(key, [])
        waiting.append(layer.id())
        if len(waiting) > 1:
            return

        def work(context: TaskContext) -> Credit:
            return Credit.from_stac(
                service.catalogue.collection_document(identity.collection, context.cancelled)
            )

        self._runner.run(
            "credit", work, lambda credit: self._came(key, credit), lambda error: self._failed(key, error)
        )

    def _came(self, key: tuple[str, str], credit: Credit) -> None:
        self._known[key] = credit
        for layer_id in self._waiting.pop(key, []):
            layer = self._project.mapLayer(layer_id)
            if layer is not None:
                layer_facts.set_credit(layer, credit)

    def _failed(self, key: tuple[str, str], error: DinamisError) -> None:
        """A layer without a credit is of use all the same; the next one of the collection asks again."""
        self._waiting.pop(key, None)
        log.info(f"No credit for {key[1]}: {type(error).__name__}")
