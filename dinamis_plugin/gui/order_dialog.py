"""Review of an archive order before it is sent."""

from __future__ import annotations

from collections.abc import Sequence

from qgis.gui import QgsMapCanvas
from qgis.PyQt.QtCore import QCoreApplication, Qt
from qgis.PyQt.QtWidgets import (
    QAbstractItemView,
    QCheckBox,
    QHeaderView,
    QTreeWidget,
    QTreeWidgetItem,
    QWidget,
)

from ..domain.aoi import AreaGeometry
from ..domain.order import Order
from ..domain.order_draft import OrderDraft, split_by_sensor
from ..domain.scene import Scene
from . import formats
from .request_dialog import RequestDialog
from .results_columns import UNKNOWN, sensor_name
from .theme import STEP, Role
from .widgets import Section, label

translate = QCoreApplication.translate

_MOST_ROWS = 5


class OrderDialog(RequestDialog):
    """Orders scenes of the archive: one request for each sensor, one after the other."""

    def __init__(
        self,
        scenes: Sequence[Scene],
        parent: QWidget | None = None,
        *,
        has_areas: bool = False,
        model: QgsMapCanvas | None = None,
        draft: OrderDraft | None = None,
    ) -> None:
        title = translate("Dinamis", "Archive order")
        super().__init__("order", title, parent, has_areas=has_areas, model=model, draft=draft)
        self._groups = [part for sensor, part in split_by_sensor(scenes).items() if sensor]
        self._number = 0
        self._draft: OrderDraft | None = None
        self._list = QTreeWidget()
        self._list.setObjectName("orderScenesList")
        self._list.setAccessibleName(translate("Dinamis", "Scenes of the order"))
        self._list.setRootIsDecorated(False)
        self._list.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self._list.setHeaderLabels(
            [
                translate("Dinamis", "Sensor"),
                translate("Dinamis", "Date"),
                translate("Dinamis", "Cloud %"),
                translate("Dinamis", "Angle °"),
            ]
        )
        self._clip = QCheckBox(translate("Dinamis", "Only what lies in my zone"))
        self._clip.setToolTip(
            translate("Dinamis", "The areas of interest of the search, or what is drawn on this map")
        )
        self._clip.setObjectName("orderClipCheck")
        self._clip.toggled.connect(self._clip_toggled)
        self._split = label(role=Role.MUTED, name="orderSplitLabel")
        chosen = Section(translate("Dinamis", "Scenes"))
        for part in (self._split, self._list, self._clip):
            chosen.add(part)
        free = label(
            translate("Dinamis", "Nothing is ordered, and nothing costs anything, before “Send”."),
            role=Role.MUTED,
            name="orderFreeLabel",
        )
        self.build([chosen], [free])

    @property
    def product_id(self) -> str:
        """Product of the request that is being filled in."""
        return "" if self._draft is None else self._draft.product_id

    @property
    def scenes(self) -> Sequence[Scene]:
        """The scenes of the request that is being filled in."""
        return self._groups[self._number]

    def begin(self) -> None:
        """Fill in the request of the next sensor."""
        scenes = self.scenes
        self._draft = OrderDraft.for_scenes(scenes)
        self._offer_clip(possible=False)
        self._heading.setText(self.draft_title())
        count = len(self._groups)
        self._split.setText(
            translate(
                "Dinamis",
                "Request {number} of {count}: a request is for one sensor, so the choice was split.",
            ).format(number=self._number + 1, count=count)
        )
        self._split.setVisible(count > 1)
        self._show_scenes(scenes)
        super().begin()
        self.ask_form()
        self.draft_changed()

    def draft_title(self) -> str:
        """Number of scenes and sensor."""
        return translate("Dinamis", "%n scene(s) to order: {sensor}", "", len(self.scenes)).format(
            sensor=sensor_name(self.scenes[0])
        )

    def make_draft(self) -> OrderDraft | None:
        """The order without its parameters."""
        return None if self._waits_for_zone else self._draft

    def zone_shown(self) -> AreaGeometry | None:
        """The zone as it was chosen, so that what no scene shows is seen."""
        if self._zone is not None and self._clip.isChecked():
            return self.wanted or self._zone
        return None if self._draft is None else self._draft.geometry

    def footprints(self) -> tuple[AreaGeometry, ...]:
        """The scenes of the request: no more than they show can be ordered."""
        return tuple(scene.footprint for scene in self.scenes)

    def set_zone(self, zone: AreaGeometry | None) -> None:
        """Order the part inside the areas, unless the person wants the whole scenes."""
        self._draft = OrderDraft.for_scenes(self.scenes, zone)
        self._offer_clip(possible=zone is not None)
        super().set_zone(zone)

    def set_submitted(self, order: Order) -> None:
        """Offer the next sensor, if there is one."""
        super().set_submitted(order)
        left = self._groups[self._number + 1 :]
        text = translate("Dinamis", "Next request: {sensor}")
        self.offer_next(text.format(sensor=sensor_name(left[0][0])) if left else "")

    def begin_next(self) -> None:
        """Go on with the next sensor."""
        self._number += 1
        super().begin_next()

    def _clip_toggled(self, clip: bool) -> None:
        self._draft = OrderDraft.for_scenes(self.scenes, self._zone if clip else None)
        self.touched()

    def _offer_clip(self, *, possible: bool) -> None:
        self._clip.blockSignals(True)
        self._clip.setEnabled(possible)
        self._clip.setChecked(possible)
        self._clip.blockSignals(False)

    def _show_scenes(self, scenes: Sequence[Scene]) -> None:
        self._list.clear()
        for scene in scenes:
            cells = [
                sensor_name(scene),
                formats.moment(scene.acquired),
                UNKNOWN if scene.cloud is None else formats.number(scene.cloud),
                UNKNOWN if scene.incidence is None else formats.number(scene.incidence, 1),
            ]
            item = QTreeWidgetItem(cells)
            item.setToolTip(0, scene.title)
            for number in (2, 3):
                item.setTextAlignment(number, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            self._list.addTopLevelItem(item)
        header = self._list.header()
        header.setStretchLastSection(False)
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        line = self._list.sizeHintForRow(0) + 2
        rows = min(len(scenes), _MOST_ROWS)
        self._list.setFixedHeight(self._list.header().sizeHint().height() + rows * line + STEP)
