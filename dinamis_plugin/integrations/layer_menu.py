"""Actions in the menu of layers of ours in the layer tree: ready styles, stretch, comparison (CAT-30)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Callable

from qgis.core import QgsMapLayer, QgsMapLayerType, QgsProject, QgsRasterLayer
from qgis.PyQt.QtCore import QCoreApplication, QObject
from qgis.PyQt.QtWidgets import QAction

from ..controllers.local_copies import LocalCopies
from ..controllers.styling import StylingController, style_titles
from ..domain.styles import StyleKind

translate = QCoreApplication.translate

MENU = "DINAMIS"


@dataclass(frozen=True)
class LayerTree:
    """The parts of the window of QGIS that are about its layer tree.

    Attributes:
        add: puts an action into the menu of layers of a type: action, title of the menu, type, whether all.
        add_for: offers such an action for one layer.
        remove: takes an action out again.
        current: the layer whose menu is open.
    """

    add: Callable[[QAction, str, QgsMapLayerType, bool], None]
    add_for: Callable[[QAction, QgsMapLayer], None]
    remove: Callable[[QAction], object]
    current: Callable[[], QgsMapLayer | None]


class LayerMenu(QObject):
    """Offers for each layer what can be done with it.

    Args:
        tree: where the actions go.
        styling: changes styles.
        copies: lets layers read from the server again that read a downloaded file.
        compare: compares a layer with another one.
        project: whose layers it is about.
    """

    def __init__(
        self,
        tree: LayerTree,
        styling: StylingController,
        copies: LocalCopies,
        compare: Callable[[QgsMapLayer], None],
        project: QgsProject | None = None,
    ) -> None:
        super().__init__()
        self._tree = tree
        self._styling = styling
        self._copies = copies
        self._compare_layer = compare
        self._project = project or QgsProject.instance()
        titles = style_titles()
        self._styles = {kind: self._action(f"style_{kind.value}", text) for kind, text in titles.items()}
        for kind, action in self._styles.items():
            action.triggered.connect(lambda _=False, kind=kind: self._set_style(kind))
        self._follow = self._action("followMap", translate("Dinamis", "Stretch on what the map shows"))
        self._follow.triggered.connect(lambda _=False: self._set_follows(follows=True))
        self._keep = self._action("keepStretch", translate("Dinamis", "Keep the stretch as it is"))
        self._keep.triggered.connect(lambda _=False: self._set_follows(follows=False))
        self._compare = self._action("compare", translate("Dinamis", "Compare with another layer…"))
        self._compare.triggered.connect(lambda _=False: self._start_compare())
        self._remote = self._action("readRemote", translate("Dinamis", "Read from the server again"))
        self._remote.triggered.connect(lambda _=False: self._read_remote())
        copies.switched.connect(self._offer_way_back)
        self._project.layersAdded.connect(self._layers_came)
        self._layers_came(self._project.mapLayers().values())

    @property
    def actions(self) -> list[QAction]:
        """All of them, in the order of the menu."""
        return [*self._styles.values(), self._follow, self._keep, self._compare, self._remote]

    def remove(self) -> None:
        """Take everything back."""
        self._project.layersAdded.disconnect(self._layers_came)
        self._copies.switched.disconnect(self._offer_way_back)
        for action in self.actions:
            self._tree.remove(action)
            action.deleteLater()

    def _action(self, name: str, text: str) -> QAction:
        action = QAction(text, self)
        action.setObjectName(f"dinamis_{name}")
        self._tree.add(action, MENU, QgsMapLayerType.RasterLayer, False)
        return action

    def _layers_came(self, layers: Iterable[QgsMapLayer]) -> None:
        for layer in layers:
            kinds = self._styling.styles_of(layer)
            for kind in kinds:
                self._tree.add_for(self._styles[kind], layer)
            if kinds:
                for action in (self._follow, self._keep, self._compare):
                    self._tree.add_for(action, layer)
            self._offer_way_back(layer)

    def _offer_way_back(self, layer: QgsMapLayer) -> None:
        """Offer it for a layer that reads a file now; elsewhere the action does nothing."""
        if self._copies.is_copy(layer):
            self._tree.add_for(self._remote, layer)

    def _read_remote(self) -> None:
        layer = self._tree.current()
        if isinstance(layer, QgsRasterLayer):
            self._copies.read_remote(layer)

    def _set_style(self, kind: StyleKind) -> None:
        layer = self._tree.current()
        if isinstance(layer, QgsRasterLayer):
            self._styling.set_style(layer, kind)

    def _set_follows(self, *, follows: bool) -> None:
        layer = self._tree.current()
        if isinstance(layer, QgsRasterLayer):
            self._styling.set_follows_map(layer, follows=follows)

    def _start_compare(self) -> None:
        layer = self._tree.current()
        if layer is not None:
            self._compare_layer(layer)
