"""Scenes handed on: as a layer of footprints, as files, as a citation (CAT-26, CAT-56)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from qgis.core import QgsProject, QgsVectorLayer
from qgis.PyQt.QtCore import QCoreApplication, QObject, pyqtSignal

from ..api.service import Service
from ..domain.cart import Key
from ..domain.credit import Credit, citation
from ..domain.errors import CancelledError, DinamisError, NotFoundError
from ..domain.footprint_table import Format
from ..domain.scene import Scene
from ..qgisio.footprint_export import footprint_layer, write_items, write_table
from ..qgisio.projections import adopt_system
from ..tasks.runner import TaskContext, TaskRunner
from .messages import notice_for
from .session import SessionController

translate = QCoreApplication.translate


class ExportController(QObject):
    """Writes files and makes layers in tasks.

    Signals:
        busy: True while something is written.
        layer_added: the QgsVectorLayer of footprints, in the project.
        written: the Path of a file that is whole, and how many scenes are in it.
        cited: the text of a citation.
        failed: a Notice.
    """

    busy = pyqtSignal(bool)
    layer_added = pyqtSignal(object)
    written = pyqtSignal(object, int)
    cited = pyqtSignal(str)
    failed = pyqtSignal(object)

    def __init__(
        self,
        runner: TaskRunner,
        session: SessionController,
        project: QgsProject | None = None,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._runner = runner
        self._session = session
        self._project = project or QgsProject.instance()
        self._running = 0

    def add_layer(self, scenes: Sequence[Scene], shares: Mapping[Key, float], title: str) -> None:
        """Add the footprints to the project as a layer in memory with typed fields."""
        wanted, known = list(scenes), dict(shares)

        def work(context: TaskContext) -> QgsVectorLayer:
            return footprint_layer(wanted, known, title, context.cancelled)

        self._start(translate("Dinamis", "Making a layer of footprints"), work, self._layer_made)

    def write(self, path: Path, form: Format, scenes: Sequence[Scene], shares: Mapping[Key, float]) -> None:
        """Write scenes to a file; the items of STAC are asked from the service as it has them."""
        wanted, known = list(scenes), dict(shares)
        service = self._session.service

        def work(context: TaskContext) -> int:
            if form is not Format.STAC:
                write_table(path, form, wanted, known, context.cancelled)
                return len(wanted)
            documents = _items(service, wanted, context)
            write_items(path, documents)
            return len(documents)

        self._start(
            translate("Dinamis", "Exporting scenes"), work, lambda count: self.written.emit(path, count)
        )

    def cite(self, scenes: Sequence[Scene]) -> None:
        """Make the text that tells whom the scenes are from and under which licence; `cited` tells."""
        wanted, service = list(scenes), self._session.service

        def work(context: TaskContext) -> str:
            collections = dict.fromkeys(scene.collection for scene in wanted if scene.collection)
            credits_of = {
                name: Credit.from_stac(service.catalogue.collection_document(name, context.cancelled))
                for name in collections
                if service is not None
            }
            licence = translate("Dinamis", "licence:")
            return citation(wanted, credits_of, licence)

        self._start(translate("Dinamis", "Reading the licences"), work, self.cited.emit)

    def _start(self, description: str, work: Any, done: Any) -> None:
        self._count(1)

        def ended(value: Any) -> None:
            self._count(-1)
            done(value)

        self._runner.run(description, work, ended, self._failed)

    def _layer_made(self, layer: QgsVectorLayer) -> None:
        adopt_system(layer)
        self._project.addMapLayer(layer)
        self.layer_added.emit(layer)

    def _failed(self, error: DinamisError) -> None:
        self._count(-1)
        if not isinstance(error, CancelledError):
            self.failed.emit(notice_for(error))

    def _count(self, step: int) -> None:
        was, self._running = self._running, self._running + step
        if bool(was) != bool(self._running):
            self.busy.emit(bool(self._running))


def _items(service: Service | None, scenes: Sequence[Scene], context: TaskContext) -> list[Mapping[str, Any]]:
    """The items of scenes in their order; those that the catalogue has no more are left out."""
    if service is None:
        raise NotFoundError("")
    wanted: dict[str, list[str]] = {}
    for scene in scenes:
        wanted.setdefault(scene.collection, []).append(scene.id)
    found = {
        collection: service.catalogue.item_documents(collection, ids, context.cancelled)
        for collection, ids in wanted.items()
    }
    documents = (found[scene.collection].get(scene.id) for scene in scenes)
    return [document for document in documents if document is not None]
