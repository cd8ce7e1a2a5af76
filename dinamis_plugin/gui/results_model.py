"""The list of results: rows for the table and the thumbnails, ticks, order and groups."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Callable

from qgis.PyQt.QtCore import QAbstractTableModel, QMimeData, QModelIndex, QObject, Qt, QTimer
from qgis.PyQt.QtGui import QIcon

from ..controllers.cart import CartController
from ..domain.cart import Key, key_of
from ..domain.scene import Scene
from ..domain.search import ProductType
from . import formats
from .filters import TYPE_ICONS
from .footprints import TONE_OF_TYPE
from .results_columns import (
    COVERAGE,
    DATE,
    NAMES,
    NUMBERS,
    TYPE,
    cell_text,
    long_titles,
    sensor_name,
    sorted_scenes,
    titles,
    type_name,
)
from .results_groups import Group, Grouping, Order, Row, arranged
from .theme import colours, themed_icon

SCENE_ROLE = Qt.ItemDataRole.UserRole
URI_LIST = "application/x-vnd.qgis.qgis.uri"
_LAST = len(NAMES) - 1
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_FLAGS = (
    Qt.ItemFlag.ItemIsSelectable
    | Qt.ItemFlag.ItemIsEnabled
    | Qt.ItemFlag.ItemIsDragEnabled
    | Qt.ItemFlag.ItemNeverHasChildren
)
_BOX_FLAGS = _FLAGS | Qt.ItemFlag.ItemIsUserCheckable
_FEW, _GATHER_MS = 500, 500
_BOX_ROLE = Qt.ItemDataRole.CheckStateRole
_TOLD = frozenset(
    int(role)
    for role in (
        Qt.ItemDataRole.DisplayRole,
        Qt.ItemDataRole.DecorationRole,
        Qt.ItemDataRole.TextAlignmentRole,
        Qt.ItemDataRole.ToolTipRole,
        Qt.ItemDataRole.AccessibleTextRole,
        _BOX_ROLE,
        SCENE_ROLE,
    )
)
"""What `data` answers: of all that Qt asks to paint a cell, the smaller half."""


class ResultsModel(QAbstractTableModel):
    """Scenes with their box and columns; sorts itself: a proxy is slow at 10,000 rows."""

    def __init__(
        self,
        mime_of: Callable[[Sequence[Scene]], QMimeData],
        parent: QObject | None = None,
        cart: CartController | None = None,
    ) -> None:
        super().__init__(parent)
        self._mime_of = mime_of
        self._picked = cart or CartController(self)
        self._found: list[Scene] = []
        self._by_key: dict[Key, Scene] = {}
        self._rows: list[Row] = []
        self._places: dict[Key, int] | None = None
        self._group_of: dict[Key, Group] | None = None
        self._shares: dict[Key, float] = {}
        self._order = Order(DATE, descending=True)
        self._only_ticked = False
        self._icons: dict[ProductType, QIcon] = {}
        self._compact = False
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(_GATHER_MS)
        self._later.timeout.connect(self._arrange_anew)
        self._picked.changed.connect(self._ticks_changed)

    # Content

    def clear(self) -> None:
        """Forget the results; what is ticked stays ticked."""
        self._found.clear()
        self._by_key.clear()
        self._shares.clear()
        self._only_ticked = False
        self._arrange_anew()

    def append(self, scenes: Sequence[Scene]) -> None:
        """Add a page; the order that was chosen is kept."""
        fresh = [scene for scene in scenes if key_of(scene) not in self._by_key]
        if not fresh:
            return
        fresh, goes_on = self._ordered(fresh)
        self._found.extend(fresh)
        self._by_key.update({key_of(scene): scene for scene in fresh})
        if self._only_ticked:
            return
        if self._order.grouping is not Grouping.NONE:
            self._gather()
            return
        first = len(self._rows)
        self.beginInsertRows(QModelIndex(), first, first + len(fresh) - 1)
        self._rows.extend(fresh)
        if self._places is not None and goes_on:
            self._places.update({key_of(scene): first + number for number, scene in enumerate(fresh)})
        self.endInsertRows()
        if not goes_on:
            self._arrange()

    def _gather(self) -> None:
        """Arrange groups at once where they are few, and once in a while where many pages follow."""
        if len(self._found) <= _FEW:
            self._arrange_anew()
        elif not self._later.isActive():
            self._later.start()

    def set_shares(self, shares: Mapping[Key, float]) -> None:
        """Say how much of the area scenes cover."""
        self._shares.update(shares)
        if self._order.column == COVERAGE:
            self._arrange()
        else:
            self.refresh()

    def show_only_ticked(self, *, only: bool) -> None:
        """Show what is ticked, of all searches, in place of what this one found."""
        if only != self._only_ticked:
            self._only_ticked = only
            self._arrange_anew()

    def set_grouping(self, grouping: Grouping) -> None:
        """Divide the list."""
        if grouping is not self._order.grouping:
            self._order = Order(self._order.column, self._order.descending, grouping)
            self._arrange_anew()

    @property
    def order(self) -> Order:
        """How the rows stand."""
        return self._order

    @property
    def found(self) -> Sequence[Scene]:
        """All scenes of the search that were loaded, in the order in which they came."""
        return self._found

    def titles(self, *, compact: bool) -> tuple[str, ...]:
        """Titles of the columns, as they are where there is little room or enough."""
        return titles(compact=compact)

    def row(self, number: int) -> Row:
        """What stands in a row."""
        return self._rows[number]

    def scene(self, row: int) -> Scene | None:
        """The scene of a row, None for the row above a group."""
        found = self._rows[row] if 0 <= row < len(self._rows) else None
        return found if isinstance(found, Scene) else None

    def scenes(self) -> list[Scene]:
        """The scenes in the order of the rows."""
        return [row for row in self._rows if isinstance(row, Scene)]

    def find(self, collection: str, scene_id: str) -> Scene | None:
        """A scene by its names, found by this search or ticked in an earlier one."""
        found = self._by_key.get((collection, scene_id))
        ticked = (scene for scene in self._picked.cart if key_of(scene) == (collection, scene_id))
        return found or next(ticked, None)

    def row_of(self, scene: Scene) -> int:
        """The row of a scene, -1 when it is not listed."""
        if self._places is None:
            self._places = {key_of(one): n for n, one in enumerate(self._rows) if isinstance(one, Scene)}
        return self._places.get(key_of(scene), -1)

    def share_of(self, scene: Scene) -> float | None:
        """How much of the area a scene covers (of 1), None when not known."""
        return self._shares.get(key_of(scene))

    def is_ticked(self, scene: Scene) -> bool:
        """Whether a scene is ticked."""
        return scene in self._picked.cart

    def group_title(self, row: int) -> str:
        """What the row above a group says, "" for a scene."""
        group = self._rows[row]
        return f"{group.title} · {formats.number(len(group.scenes))}" if isinstance(group, Group) else ""

    def set_compact(self, *, compact: bool) -> None:
        """Name satellites by their short code where there is little room."""
        if compact != self._compact:
            self._compact = compact
            self.headerDataChanged.emit(Qt.Orientation.Horizontal, TYPE, _LAST)
            self.refresh()

    def refresh(self) -> None:
        """Draw again, in the theme in use."""
        self._icons.clear()
        if self._rows:
            self.dataChanged.emit(self.index(0, TYPE), self.index(len(self._rows) - 1, _LAST))

    # Ticks

    def toggle(self, rows: Iterable[int]) -> None:
        """Tick what stands in these rows; take the ticks away where all of it is ticked."""
        scenes: list[Scene] = []
        for number in rows:
            row = self._rows[number]
            scenes.extend(row.scenes if isinstance(row, Group) else [row])
        if scenes:
            self._picked.put(scenes, ticked=not all(map(self.is_ticked, scenes)))

    def tick_state(self, row: int) -> Qt.CheckState:
        """The box of a scene, or of a group."""
        what = self._rows[row]
        if isinstance(what, Scene):
            return Qt.CheckState.Checked if self.is_ticked(what) else Qt.CheckState.Unchecked
        if 0 < what.ticked < len(what.scenes):
            return Qt.CheckState.PartiallyChecked
        return Qt.CheckState.Checked if what.ticked else Qt.CheckState.Unchecked

    def _ticks_changed(self, keys: frozenset[Key]) -> None:
        if self._only_ticked:
            if len(self._picked.cart):
                self._arrange_anew()
            else:
                self.show_only_ticked(only=False)
            return
        for group in {group for group in map(self._groups().get, keys) if group is not None}:
            group.count(self._picked.cart)
        if self._rows:
            self.dataChanged.emit(self.index(0, TYPE), self.index(len(self._rows) - 1, TYPE), [_BOX_ROLE])

    # What Qt asks

    def rowCount(self, parent: QModelIndex = QModelIndex()) -> int:  # noqa: N802, B008 - Qt's signature
        """Scenes loaded so far, and the rows above their groups."""
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: QModelIndex = QModelIndex()) -> int:  # noqa: N802, B008 - Qt's signature
        """As many as there are names."""
        return 0 if parent.isValid() else len(NAMES)

    def headerData(  # noqa: N802 - Qt's name
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        """Titles of the columns."""
        if orientation != Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return titles(compact=self._compact)[section]
        if role in (Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleTextRole):
            return long_titles()[section]
        return None

    def data(self, index: QModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """One cell; the view paints the rows above groups itself."""
        if role not in _TOLD:
            return None
        scene, column = self._rows[index.row()] if index.isValid() else None, index.column()
        if not isinstance(scene, Scene):
            return self._group_data(index.row(), role) if scene is not None else None
        if role == Qt.ItemDataRole.DisplayRole:
            return cell_text(scene, column, self.share_of(scene), compact=self._compact)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _RIGHT if column in NUMBERS else None
        if column == TYPE and role in (_BOX_ROLE, Qt.ItemDataRole.DecorationRole):
            return self.tick_state(index.row()) if role == _BOX_ROLE else self.type_icon(scene)
        return self._other_data(scene, column, role)

    def setData(  # noqa: N802 - Qt's name
        self, index: QModelIndex, value: Any, role: int = Qt.ItemDataRole.EditRole
    ) -> bool:
        """Tick a scene or take its tick away."""
        scene = self.scene(index.row()) if index.isValid() else None
        if role != _BOX_ROLE or scene is None:
            return False
        checked = getattr(Qt.CheckState.Checked, "value", Qt.CheckState.Checked)
        self._picked.put([scene], ticked=value in (Qt.CheckState.Checked, checked))
        return True

    def _group_data(self, row: int, role: int) -> Any:
        if role in (Qt.ItemDataRole.AccessibleTextRole, Qt.ItemDataRole.ToolTipRole):
            return self.group_title(row)
        return None

    def _other_data(self, scene: Scene, column: int, role: int) -> Any:
        """What is asked for now and then, apart from what every painting of a cell asks for."""
        if role == Qt.ItemDataRole.ToolTipRole:
            return f"{scene.title}\n{sensor_name(scene)} {formats.DASH} {type_name(scene)}"
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return type_name(scene) if column == TYPE else None
        return scene if role == SCENE_ROLE else None

    def flags(self, index: QModelIndex) -> Qt.ItemFlag:
        """Rows can be ticked, and dragged onto the map."""
        if not index.isValid():
            return Qt.ItemFlag.NoItemFlags
        if isinstance(self._rows[index.row()], Group):
            return Qt.ItemFlag.ItemIsEnabled
        return _BOX_FLAGS if index.column() == TYPE else _FLAGS

    def mimeTypes(self) -> list[str]:  # noqa: N802 - Qt's name
        """What a drag holds."""
        return [URI_LIST]

    def mimeData(self, indexes: Iterable[QModelIndex]) -> QMimeData:  # noqa: N802 - Qt's name
        """The dragged scenes."""
        rows = sorted({index.row() for index in indexes})
        return self._mime_of([scene for scene in map(self.scene, rows) if scene is not None])

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Sort; unknown values come last in either direction."""
        wanted = Order(column, order == Qt.SortOrder.DescendingOrder, self._order.grouping)
        if wanted != self._order:  # views ask twice
            self._order = wanted
            self._arrange()

    # Order

    def _ordered(self, fresh: Sequence[Scene]) -> tuple[list[Scene], bool]:
        """A page in order, and whether it stands behind what is listed, as it comes from the catalogue."""
        order = self._order
        ordered = sorted_scenes(fresh, order.column, descending=order.descending, shares=self._shares)
        last = next((row for row in reversed(self._rows) if isinstance(row, Scene)), None)
        if last is None:
            return ordered, True
        border = [last, ordered[0]]
        after = sorted_scenes(border, order.column, descending=order.descending, shares=self._shares)
        return ordered, after[-1] is ordered[0]

    def _arranged(self) -> list[Row]:
        shown: Sequence[Scene] = list(self._picked.cart) if self._only_ticked else self._found
        rows = arranged(shown, self._order, self._shares)
        self._places = None
        self._group_of = None
        for group in rows if len(self._picked.cart) else ():
            if isinstance(group, Group):
                group.count(self._picked.cart)
        return rows

    def _groups(self) -> dict[Key, Group]:
        """The group of each scene, made when a tick is first set."""
        if self._group_of is None:
            groups = (row for row in self._rows if isinstance(row, Group))
            self._group_of = {key_of(scene): group for group in groups for scene in group.scenes}
        return self._group_of

    def _arrange_anew(self) -> None:
        self.beginResetModel()
        self._rows = self._arranged()
        self.endResetModel()

    def _arrange(self) -> None:
        """Put the rows in order; what is highlighted stays highlighted."""
        self.layoutAboutToBeChanged.emit()
        before = self.persistentIndexList()
        held = [self._rows[index.row()] for index in before]
        self._rows = self._arranged()
        if before:
            # Not by `row_of`: to find all places anew takes as long as to sort.
            wanted = {id(row) for row in held}
            places = {id(row): number for number, row in enumerate(self._rows) if id(row) in wanted}
            after = [self._moved(places.get(id(row)), index.column()) for row, index in zip(held, before)]
            self.changePersistentIndexList(before, after)
        self.layoutChanged.emit()

    def _moved(self, number: int | None, column: int) -> QModelIndex:
        return QModelIndex() if number is None else self.index(number, column)

    def type_icon(self, scene: Scene) -> QIcon:
        """The icon of what can be done with a scene."""
        kind = scene.product_type or ProductType.ALL
        if kind not in self._icons:
            tone = TONE_OF_TYPE.get(kind)
            self._icons[kind] = themed_icon(TYPE_ICONS[kind], colours().tone(tone) if tone else None)
        return self._icons[kind]
