"""What stands above the list of results: the count, how the list is shown, and what is ticked."""

from __future__ import annotations

from qgis.PyQt.QtCore import QCoreApplication, pyqtSignal
from qgis.PyQt.QtWidgets import QActionGroup, QMenu, QToolButton, QWidget

from . import formats
from .results_groups import Grouping
from .results_header import ResultsHeader
from .theme import HALF, Role, set_icon
from .widgets import Card, ElidedLabel, column, hide_menu_arrow, label, push_button, row, tool_button

translate = QCoreApplication.translate


class ResultsHead(QWidget):
    """The count and small buttons.

    Signals:
        thumbnails_wanted: whether results are to be shown as thumbnails.
        grouping_wanted: a `Grouping`.
        pick_toggled: choosing on the map is switched on or off.
        zoom_clicked: go to what is chosen.
    """

    thumbnails_wanted = pyqtSignal(bool)
    grouping_wanted = pyqtSignal(object)
    pick_toggled = pyqtSignal(bool)
    zoom_clicked = pyqtSignal()

    def __init__(self, header: ResultsHeader) -> None:
        super().__init__()
        self._header = header
        self._grouping = Grouping.NONE
        self.count = label(role=Role.TITLE, name="resultsCountLabel")
        self._shape = self._button(translate("Dinamis", "Thumbnails"), "thumbnails", "thumbnailsButton")
        self._shape.setCheckable(True)
        self._shape.toggled.connect(self._shape_toggled)
        self._menu = QMenu(self)
        self._menu.setObjectName("listMenu")
        self._menu.aboutToShow.connect(self._fill)
        self._how = self._button(translate("Dinamis", "Columns and groups"), "columns", "listMenuButton")
        self._how.setMenu(self._menu)
        self._how.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        hide_menu_arrow(self._how)
        self.zoom = self._button(translate("Dinamis", "Zoom to"), "zoom", "zoomToButton")
        self.zoom.clicked.connect(self.zoom_clicked)
        self.pick = self._button(translate("Dinamis", "Choose on the map"), "pick", "pickOnMapButton")
        self.pick.setCheckable(True)
        self.pick.setToolTip(translate("Dinamis", "Choose scenes by clicking their footprints on the map"))
        self.pick.toggled.connect(self.pick_toggled)
        line = row(self.count, self._shape, self._how, self.zoom, self.pick, spacing=HALF)
        line.setStretch(0, 1)
        self.setLayout(line)

    def show_as(self, *, thumbnails: bool) -> None:
        """Show which of the two forms the results have."""
        self._shape.setChecked(thumbnails)
        self._shape_toggled(thumbnails)

    def show_grouping(self, grouping: Grouping) -> None:
        """Show how the list is divided."""
        self._grouping = grouping

    def _button(self, text: str, icon: str, name: str) -> QToolButton:
        return tool_button(text, icon, name=name, text_shown=False)

    def _shape_toggled(self, thumbnails: bool) -> None:
        set_icon(self._shape, "list" if thumbnails else "thumbnails")
        text = translate("Dinamis", "Show as a list") if thumbnails else translate("Dinamis", "Thumbnails")
        self._shape.setToolTip(text)
        self._shape.setAccessibleName(text)
        self.thumbnails_wanted.emit(thumbnails)

    def _fill(self) -> None:
        self._menu.clear()
        self._menu.addSection(translate("Dinamis", "Groups"))
        group = QActionGroup(self._menu)
        for grouping, text in _groupings().items():
            action = self._menu.addAction(text)
            action.setObjectName(f"group_{grouping.value}")
            action.setCheckable(True)
            action.setChecked(grouping is self._grouping)
            group.addAction(action)
            action.triggered.connect(lambda _=False, one=grouping: self.grouping_wanted.emit(one))
        self._menu.addSection(translate("Dinamis", "Columns"))
        self._header.fill_menu(self._menu)


class CartBar(Card):
    """How many scenes are ticked, in all searches, and how many quicklooks lie on the map.

    Signals:
        only_wanted: whether only what is ticked is to be listed.
        clear_requested: take all ticks away.
        map_clear_requested: take the quicklooks from the map.
    """

    only_wanted = pyqtSignal(bool)
    clear_requested = pyqtSignal()
    map_clear_requested = pyqtSignal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("cartBar")
        self._count, self._laid = 0, 0
        self._text = ElidedLabel("cartLabel")
        self._only = push_button(translate("Dinamis", "Show them"), name="cartOnlyButton")
        self._only.setCheckable(True)
        self._only.setToolTip(translate("Dinamis", "List what is ticked, of earlier searches too"))
        self._only.toggled.connect(self._toggled)
        self._clear = tool_button(
            translate("Dinamis", "Take all ticks away"), "close", name="cartClearButton", text_shown=False
        )
        self._clear.clicked.connect(self.clear_requested)
        self._cart = QWidget()
        ticked = row(self._text, self._only, self._clear, spacing=HALF)
        ticked.setStretch(0, 1)
        self._cart.setLayout(ticked)
        self._map_text = ElidedLabel("quicklooksOnMapLabel")
        self._map_clear = push_button(translate("Dinamis", "Remove"), name="quicklooksClearButton")
        self._map_clear.setToolTip(translate("Dinamis", "Take the quicklooks from the map"))
        self._map_clear.clicked.connect(self.map_clear_requested)
        self._map = QWidget()
        laid = row(self._map_text, self._map_clear, spacing=HALF)
        laid.setStretch(0, 1)
        self._map.setLayout(laid)
        self.setLayout(column(self._cart, self._map, margins=HALF, spacing=HALF))
        self.show_count(0)

    def show_count(self, count: int) -> None:
        """Say how many are ticked."""
        self._count = count
        self._text.setText(translate("Dinamis", "%n scene(s) ticked", "", count))
        if not count:
            self._only.setChecked(False)
        self._fit()

    def show_on_map(self, count: int) -> None:
        """Say how many quicklooks lie on the map."""
        self._laid = count
        self._map_text.setText(translate("Dinamis", "%n quicklook(s) on the map", "", count))
        self._fit()

    def show_only(self, *, only: bool) -> None:
        """Show whether only what is ticked is listed."""
        self._only.setChecked(only)

    def _toggled(self, only: bool) -> None:
        self._only.setText(
            translate("Dinamis", "Show results") if only else translate("Dinamis", "Show them")
        )
        self.only_wanted.emit(only)

    def _fit(self) -> None:
        self._cart.setVisible(self._count > 0)
        self._map.setVisible(self._laid > 0)
        self.setVisible(self._count > 0 or self._laid > 0)


def _groupings() -> dict[Grouping, str]:
    return {
        Grouping.NONE: translate("Dinamis", "No groups"),
        Grouping.DAY: translate("Dinamis", "By day"),
        Grouping.ACQUISITION: translate("Dinamis", "By acquisition"),
    }


def count_text(matched: int | None, loaded: int, *, counting: bool) -> str:
    """How many scenes match, None where that is not known yet or at all, and how many are listed of them."""
    shown = translate("Dinamis", "{loaded} listed").format(loaded=formats.number(loaded))
    if matched is None and not counting:
        return translate("Dinamis", "More than {count} scenes").format(count=formats.number(loaded))
    if matched is None:
        return f"{translate('Dinamis', 'Counting…')} · {shown}"
    text = formats.scenes(matched)
    return f"{text} · {shown}" if 0 < loaded < matched else text
