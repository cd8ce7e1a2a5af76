"""The list of results."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Callable

from qgis.PyQt.QtCore import (
    QAbstractTableModel,
    QCoreApplication,
    QMimeData,
    QModelIndex,
    QObject,
    Qt,
)
from qgis.PyQt.QtGui import QIcon

from ..domain.scene import Scene
from ..domain.search import MISSIONS, ProductType
from . import formats
from .crumbs import type_label
from .filters import TYPE_ICONS
from .footprints import TONE_OF_TYPE
from .theme import colours, themed_icon

translate = QCoreApplication.translate

TYPE, SENSOR, DATE, CLOUD, ANGLE = range(5)
SCENE_ROLE = Qt.ItemDataRole.UserRole
URI_LIST = "application/x-vnd.qgis.qgis.uri"
UNKNOWN = formats.DASH
_MISSION_NAMES = dict(MISSIONS)
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


class ResultsModel(QAbstractTableModel):
    """Scenes with type, sensor, date, cloud and angle; sorts itself: a proxy is slow at 10,000 rows."""

    def __init__(
        self, mime_of: Callable[[Sequence[Scene]], QMimeData], parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._mime_of = mime_of
        self._scenes: list[Scene] = []
        self._by_name: dict[tuple[str, str], Scene] = {}
        self._order = (DATE, Qt.SortOrder.DescendingOrder)
        self._icons: dict[ProductType, QIcon] = {}
        self._compact = False

    # Content

    def clear(self) -> None:
        """Forget the results."""
        self.beginResetModel()
        self._scenes.clear()
        self._by_name.clear()
        self.endResetModel()

    def append(self, scenes: Sequence[Scene]) -> None:
        """Add a page; the order that was chosen is kept."""
        fresh = [scene for scene in scenes if (scene.collection, scene.id) not in self._by_name]
        if not fresh:
            return
        first = len(self._scenes)
        self.beginInsertRows(QModelIndex(), first, first + len(fresh) - 1)
        self._scenes.extend(fresh)
        self._by_name.update({(scene.collection, scene.id): scene for scene in fresh})
        self.endInsertRows()
        self.sort(*self._order)

    def titles(self, *, compact: bool) -> tuple[str, ...]:
        """Titles of the columns, as they are where there is little room or enough."""
        return _titles(compact=compact)

    def scene(self, row: int) -> Scene:
        """The scene of a row."""
        return self._scenes[row]

    def find(self, collection: str, scene_id: str) -> Scene | None:
        """A scene by its names."""
        return self._by_name.get((collection, scene_id))

    def row_of(self, scene: Scene) -> int:
        """The row of a scene, -1 when it is not listed."""
        try:
            return self._scenes.index(scene)
        except ValueError:
            return -1

    def set_compact(self, *, compact: bool) -> None:
        """Name satellites by their short code where there is little room."""
        if compact != self._compact:
            self._compact = compact
            self.headerDataChanged.emit(Qt.Orientation.Horizontal, TYPE, ANGLE)
            self.refresh()

    def refresh(self) -> None:
        """Draw again, in the theme in use."""
        self._icons.clear()
        if self._scenes:
            self.dataChanged.emit(self.index(0, TYPE), self.index(len(self._scenes) - 1, ANGLE))

    # What Qt asks

    def rowCount(self, parent: QModelIndex = QModelIndex()) -> int:  # noqa: N802, B008 - Qt's signature
        """Scenes loaded so far."""
        return 0 if parent.isValid() else len(self._scenes)

    def columnCount(self, parent: QModelIndex = QModelIndex()) -> int:  # noqa: N802, B008 - Qt's signature
        """Type, sensor, date, cloud, angle."""
        return 0 if parent.isValid() else 5

    def headerData(  # noqa: N802 - Qt's name
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        """Titles of the columns."""
        if orientation != Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return _titles(compact=self._compact)[section]
        if role in (Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleTextRole):
            return _long_titles()[section]
        return None

    def data(self, index: QModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """One cell."""
        if not index.isValid():
            return None
        scene, column = self._scenes[index.row()], index.column()
        if role == Qt.ItemDataRole.DisplayRole:
            return self._text(scene, column)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _RIGHT if column in (CLOUD, ANGLE) else None
        if role == Qt.ItemDataRole.DecorationRole:
            return self._icon(scene) if column == TYPE else None
        return self._other_data(scene, column, role)

    def _other_data(self, scene: Scene, column: int, role: int) -> Any:
        """What is asked for now and then, apart from what every painting of a cell asks for."""
        if role == Qt.ItemDataRole.ToolTipRole:
            return self._tip(scene)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return type_name(scene) if column == TYPE else None
        return scene if role == SCENE_ROLE else None

    def flags(self, index: QModelIndex) -> Qt.ItemFlag:
        """Rows can be dragged onto the map."""
        flags = super().flags(index)
        return flags | Qt.ItemFlag.ItemIsDragEnabled if index.isValid() else flags

    def mimeTypes(self) -> list[str]:  # noqa: N802 - Qt's name
        """What a drag holds."""
        return [URI_LIST]

    def mimeData(self, indexes: Iterable[QModelIndex]) -> QMimeData:  # noqa: N802 - Qt's name
        """The dragged scenes."""
        rows = sorted({index.row() for index in indexes})
        return self._mime_of([self._scenes[row] for row in rows])

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Sort; unknown values come last in either direction."""
        self._order = (column, order)
        self.layoutAboutToBeChanged.emit()
        before = self.persistentIndexList()
        held = [self._scenes[index.row()] for index in before]
        self._scenes = sorted_scenes(self._scenes, column, descending=order == Qt.SortOrder.DescendingOrder)
        if before:
            places = {id(scene): row for row, scene in enumerate(self._scenes)}
            after = [self.index(places[id(scene)], index.column()) for scene, index in zip(held, before)]
            self.changePersistentIndexList(before, after)
        self.layoutChanged.emit()

    # Cells

    def _text(self, scene: Scene, column: int) -> str:
        if column == SENSOR:
            return sensor_name(scene, compact=self._compact)
        if column == DATE:
            return formats.moment(scene.acquired, short=self._compact)
        if column == CLOUD:
            return UNKNOWN if scene.cloud is None else formats.number(scene.cloud)
        if column == ANGLE:
            return UNKNOWN if scene.incidence is None else formats.number(scene.incidence, 1)
        return ""

    def _icon(self, scene: Scene) -> QIcon:
        kind = scene.product_type or ProductType.ALL
        if kind not in self._icons:
            tone = TONE_OF_TYPE.get(kind)
            self._icons[kind] = themed_icon(TYPE_ICONS[kind], colours().tone(tone) if tone else None)
        return self._icons[kind]

    def _tip(self, scene: Scene) -> str:
        return f"{scene.title}\n{sensor_name(scene)} {formats.DASH} {type_name(scene)}"


def sensor_name(scene: Scene, *, compact: bool = False) -> str:
    """The mission for a person, or the satellite's short code."""
    if compact and scene.platform:
        return scene.platform
    return _MISSION_NAMES.get(scene.mission) or scene.mission or scene.platform or UNKNOWN


def type_name(scene: Scene) -> str:
    """What can be done with a scene, for a person."""
    if scene.product_type is None:
        return translate("Dinamis", "Metadata only")
    return type_label(scene.product_type)


def sorted_scenes(scenes: Sequence[Scene], column: int, *, descending: bool) -> list[Scene]:
    """The scenes in the order of a column; unknown values last, ties newest first."""
    newest = sorted(scenes, key=lambda scene: scene.acquired, reverse=True)
    values = {
        TYPE: lambda scene: (scene.product_type or ProductType.ALL).value,
        SENSOR: sensor_name,
        DATE: lambda scene: scene.acquired,
        CLOUD: lambda scene: scene.cloud,
        ANGLE: lambda scene: scene.incidence,
    }
    value = values[column]
    known = sorted((one for one in newest if value(one) is not None), key=value, reverse=descending)
    return known + [one for one in newest if value(one) is None]


def _titles(*, compact: bool) -> tuple[str, ...]:
    return (
        "",
        translate("Dinamis", "Sensor"),
        translate("Dinamis", "Date"),
        translate("Dinamis", "Cloud") if compact else translate("Dinamis", "Cloud %"),
        translate("Dinamis", "Angle") if compact else translate("Dinamis", "Angle °"),
    )


def _long_titles() -> tuple[str, ...]:
    return (
        translate("Dinamis", "Product type"),
        translate("Dinamis", "Satellite mission"),
        translate("Dinamis", "Acquisition, in local time"),
        translate("Dinamis", "Cloud cover in percent"),
        translate("Dinamis", "Incidence angle in degrees"),
    )
