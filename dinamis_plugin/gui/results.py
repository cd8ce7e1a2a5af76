"""The page of results: count, breadcrumb, list or thumbnails, the scene in hand, what can be done with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Callable

from qgis.PyQt.QtCore import QCoreApplication, QEvent, QMimeData, Qt, pyqtSignal
from qgis.PyQt.QtGui import QImage
from qgis.PyQt.QtWidgets import QProgressBar, QStackedWidget, QVBoxLayout, QWidget

from ..controllers.cart import CartController
from ..domain.cart import Key, acting
from ..domain.scene import Scene
from ..domain.search import SearchQuery, Sorting
from . import formats
from .crumbs import CrumbBar
from .results_actions import ActionBar, nothing_chosen
from .results_columns import NAMES, SORTED_BY, long_titles
from .results_groups import Grouping
from .results_head import CartBar, ResultsHead, count_text
from .results_menu import ResultsMenu
from .results_model import ResultsModel
from .results_thumbs import ThumbnailsView
from .results_view import ResultsView
from .scene_card import SceneCard
from .theme import HALF, STEP, Role
from .widgets import ButtonGrid, EmptyState, label, on_theme_change, push_button, row

translate = QCoreApplication.translate

_LOW = 680
"""Pixels of height below which what is below the list takes one line each, for the list to have rows."""


class ResultsPage(QWidget):
    """Shows the scenes of a search.

    Signals:
        load_requested: list of Scenes and the `Way` to load them in.
        view_requested: a Scene and one of its view services.
        add_requested, download_requested, order_requested, zoom_requested: list of Scenes.
        export_requested: one of `results_actions.EXPORTS`, and a list of Scenes.
        quicklook_requested: the Scene to show on the whole screen.
        map_requested: list of Scenes whose quicklooks are laid on the map, or taken from it.
        map_clear_requested: take all quicklooks from the map.
        more_requested: the next page.
        all_requested: all pages that are left.
        cancel_requested: stop the search.
        filters_requested: back to the filters.
        retry_requested: the search that failed once more.
        order_chosen: the person sorts by a column.
        crumb_removed: name of the filter to open wide, "" for all.
        pick_toggled: choosing on the map is switched on or off.
        selection_changed: list of the chosen Scenes.
        hovered: the Scene under the pointer, or None.
        in_view: list of the Scenes whose thumbnails can be seen.
    """

    load_requested = pyqtSignal(object, object)
    view_requested = pyqtSignal(object, object)
    add_requested = pyqtSignal(object)
    download_requested = pyqtSignal(object)
    order_requested = pyqtSignal(object)
    zoom_requested = pyqtSignal(object)
    export_requested = pyqtSignal(str, object)
    quicklook_requested = pyqtSignal(object)
    map_requested = pyqtSignal(object)
    map_clear_requested = pyqtSignal()
    more_requested = pyqtSignal()
    all_requested = pyqtSignal()
    cancel_requested = pyqtSignal()
    filters_requested = pyqtSignal()
    retry_requested = pyqtSignal()
    order_chosen = pyqtSignal()
    crumb_removed = pyqtSignal(str)
    pick_toggled = pyqtSignal(bool)
    selection_changed = pyqtSignal(object)
    hovered = pyqtSignal(object)
    in_view = pyqtSignal(object)

    def __init__(
        self, mime_of: Callable[[Sequence[Scene]], QMimeData], cart: CartController | None = None
    ) -> None:
        super().__init__()
        self.setObjectName("resultsTab")
        self._cart = cart or CartController(self)
        self.model = ResultsModel(mime_of, self, self._cart)
        self.view = ResultsView(self.model)
        self.thumbnails = ThumbnailsView(self.model)
        self.thumbnails.setModel(self.model)
        self.thumbnails.setSelectionModel(self.view.selectionModel())
        self.card = SceneCard()
        self.actions_bar = ActionBar()
        self.cart_bar = CartBar()
        self.head = ResultsHead(self.view.header)
        self.menu = ResultsMenu(
            self.model, (self.view, self.thumbnails), self.view.selected_scenes, self.actions_bar
        )
        self._sort, self._words = Sorting(), ""
        self._in_order = self._counting = True
        self._matched: int | None = 0
        self._loaded = 0
        self._searched = False
        self._failed = ""
        self._crumbs = CrumbBar()
        self._crumbs.removed.connect(self.crumb_removed)
        self._progress = QProgressBar()
        self._progress.setObjectName("searchProgress")
        self._progress.setRange(0, 0)
        self._progress.setTextVisible(False)
        self._progress.setFixedHeight(STEP)
        self._cancel = push_button(translate("Dinamis", "Cancel"), name="cancelSearchButton")
        self._cancel.clicked.connect(self.cancel_requested)
        self._note = label(role=Role.MUTED, name="resultsNoteLabel")
        self._more = push_button(translate("Dinamis", "Load more"), name="loadMoreButton", icon="more")
        self._more.clicked.connect(self.more_requested)
        self._all = push_button(translate("Dinamis", "List all"), name="loadAllButton")
        self._all.clicked.connect(self.all_requested)
        self._empty = EmptyState("search", name="resultsEmpty")
        self._empty.acted.connect(self._empty_acted)
        self._build()
        self._connect()
        self.set_busy(busy=False)
        self.show_as("", thumbnails=False)
        self._show_state()

    def _build(self) -> None:
        self._busy = QWidget()
        self._busy.setLayout(row(self._progress, self._cancel))
        self._list = QStackedWidget()
        self._list.addWidget(self.view)
        self._list.addWidget(self.thumbnails)
        self._left = ButtonGrid([self._more, self._all])
        filled = QVBoxLayout()
        filled.setContentsMargins(0, 0, 0, 0)
        filled.setSpacing(STEP)
        filled.addWidget(self._list, 1)
        for part in (self._note, self._left, self.card, self.actions_bar):
            filled.addWidget(part)
        self._filled = QWidget()
        self._filled.setLayout(filled)
        self._stack = QStackedWidget()
        self._stack.addWidget(self._empty)
        self._stack.addWidget(self._filled)
        layout = QVBoxLayout()
        layout.setContentsMargins(STEP, STEP, STEP, STEP)
        layout.setSpacing(STEP)
        for part in (self.head, self._crumbs, self._busy, self.cart_bar):
            layout.addWidget(part)
        layout.addWidget(self._stack, 1)
        self.setLayout(layout)

    def _connect(self) -> None:
        bar, menu = self.actions_bar, self.menu
        self.view.selectionModel().selectionChanged.connect(self._selection_changed)
        self.model.modelReset.connect(self._selection_changed)
        self.view.header.sortIndicatorChanged.connect(lambda *_: self.order_chosen.emit())
        for view in (self.view, self.thumbnails):
            view.hovered.connect(self.hovered)
            view.opened.connect(bar.add.click)
        self.thumbnails.in_view.connect(self.in_view)
        self.head.thumbnails_wanted.connect(self._show_thumbnails)
        self.head.grouping_wanted.connect(self._group)
        self.head.pick_toggled.connect(self.pick_toggled)
        self.head.zoom_clicked.connect(lambda: self.zoom_requested.emit(self._in_hand()))
        self.cart_bar.only_wanted.connect(self._only_ticked)
        self.cart_bar.clear_requested.connect(self._cart.clear)
        self.cart_bar.map_clear_requested.connect(self.map_clear_requested)
        self._cart.changed.connect(lambda _keys: self._cart_changed())
        for source, target in (
            (bar.add_requested, self.add_requested),
            (bar.download_requested, self.download_requested),
            (bar.order_requested, self.order_requested),
            (bar.load_requested, self.load_requested),
            (bar.view_requested, self.view_requested),
            (menu.quicklook_requested, self.quicklook_requested),
            (menu.map_requested, self.map_requested),
            (menu.zoom_requested, self.zoom_requested),
            (self.card.quicklook_requested, self.quicklook_requested),
            (self.card.map_requested, self.map_requested),
        ):
            source.connect(target)
        bar.export_requested.connect(
            lambda kind, scenes: self.export_requested.emit(kind, scenes or self.model.scenes())
        )

    # What the dock tells

    def start(self, query: SearchQuery) -> None:
        """A search begins: forget the results of the last one, not what is ticked."""
        self._searched, self._failed = True, ""
        self._matched, self._loaded, self._counting = 0, 0, True
        self._sort, self._words = query.sort, query.text
        self.head.count.setText(translate("Dinamis", "Searching…"))
        self.cart_bar.show_only(only=False)
        self.model.clear()
        self.view.set_with_area(with_area=bool(query.aois))
        self._crumbs.show_query(query)
        self._show_state()

    def set_in_order(self, *, in_order: bool) -> None:
        """Say whether the catalogue sorts all that matches as the search asks."""
        self._in_order = in_order

    def add_scenes(self, scenes: Sequence[Scene]) -> None:
        """Show one more page."""
        self.model.append(scenes)
        self._show_state()

    def set_shares(self, shares: Mapping[Key, float]) -> None:
        """Say how much of the area scenes cover."""
        self.model.set_shares(shares)

    def show_count(self, matched: int | None, loaded: int) -> None:
        """Say exactly how many scenes match, None while they are counted, and how many are listed."""
        self._matched, self._loaded = matched, loaded
        self._show_count()
        self._left.setVisible(loaded > 0 and (matched is None or loaded < matched))
        self._all.setEnabled(matched is not None)
        self._left.fit()
        self.show_note()

    def stop_counting(self) -> None:
        """The catalogue does not say how many scenes match."""
        self._counting = False
        self._show_count()

    def _show_count(self) -> None:
        if self._loaded or self._matched is not None:
            self.head.count.setText(count_text(self._matched, self._loaded, counting=self._counting))

    def show_progress(self, loaded: int, wanted: int) -> None:
        """Show how far the listing of all has come."""
        self._progress.setRange(0, max(1, wanted))
        self._progress.setValue(loaded)

    def show_too_many(self, matched: int, listed: int) -> None:
        """More match than a list can hold."""
        self._left.hide()
        text = translate("Dinamis", "Only {listed} of {matched} scenes can be listed: narrow the filters.")
        self._note.setText(text.format(listed=formats.number(listed), matched=formats.number(matched)))
        self._note.show()

    def set_busy(self, *, busy: bool) -> None:
        """Show whether a page is on its way."""
        self._busy.setVisible(busy)
        self._progress.setRange(0, 0)
        self._more.setEnabled(not busy)
        self._all.setEnabled(not busy and self._matched is not None)
        self._show_state(busy=busy)

    def show_failure(self, reason: str = "") -> None:
        """A search failed: what was loaded stays."""
        if not self.model.found:
            self.head.count.clear()
            self._searched = False
            self._failed = reason
        self._show_state()

    def set_why_not(self, sentence: str) -> None:
        """Say why images may not be used; empty when they may."""
        self.actions_bar.set_why_not(sentence)

    def set_picking(self, *, picking: bool) -> None:
        """Show whether the map tool of this page is the active one."""
        self.head.pick.setChecked(picking)

    def mark(self, scene: Scene | None) -> None:
        """Show in the list which scene the pointer is over on the map."""
        self.view.mark(scene)
        self.thumbnails.mark(scene)

    def choose(self, scene: Scene, *, more: bool = False) -> None:
        """Select a scene and bring it into view, in the list and the thumbnails."""
        self.view.choose(scene, more=more)
        if self.thumbnails.isVisible():
            self.thumbnails.scrollTo(self.view.currentIndex())

    def show_picture(self, scene: Scene, image: QImage) -> None:
        """Show the thumbnail of a scene; a null image means that there is none."""
        self.card.show_picture(scene, image)
        self.thumbnails.show_picture(scene, image)

    def resizeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """Leave the list its room on a low screen."""
        super().resizeEvent(event)
        low = self.height() < _LOW
        for part in (self.card, self.actions_bar):
            part.set_low(low=low)
        for layout in (self.layout(), self._filled.layout()):
            layout.setSpacing(HALF if low else STEP)

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """Follow the theme."""
        super().changeEvent(event)
        on_theme_change(event, self.model.refresh)

    # How the list is shown

    @property
    def sort(self) -> Sorting | None:
        """The order that the list is in, None for one that no catalogue knows."""
        order = self.model.order
        by = SORTED_BY.get(order.column)
        return None if by is None else Sorting(by, order.descending)

    @property
    def sort_name(self) -> str:
        """The column of that order, with a minus before it where downwards."""
        return f"{'-' if self.model.order.descending else ''}{NAMES[self.model.order.column]}"

    @property
    def is_whole(self) -> bool:
        """Whether all that matches is listed."""
        return self._matched == self._loaded

    def show_as(
        self, grouping: str, columns: Sequence[str] = (), sort: str = "", *, thumbnails: bool
    ) -> None:
        """Show the results as they were when the person left them; unknown names mean the usual."""
        self.view.header.choose(columns)
        if sort.lstrip("-") in NAMES:
            way = Qt.SortOrder.DescendingOrder if sort.startswith("-") else Qt.SortOrder.AscendingOrder
            self.view.sortByColumn(NAMES.index(sort.lstrip("-")), way)
        names = {known.value: known for known in Grouping}
        self._group(names.get(grouping, Grouping.NONE))
        self.head.show_as(thumbnails=thumbnails)

    def _group(self, grouping: Grouping) -> None:
        chosen = self.view.selected_scenes()
        self.model.set_grouping(grouping)
        self.head.show_grouping(grouping)
        self.view.choose_all(chosen)

    def _show_thumbnails(self, shown: bool) -> None:
        self._list.setCurrentWidget(self.thumbnails if shown else self.view)
        if self.view.currentIndex().isValid():
            self._list.currentWidget().scrollTo(self.view.currentIndex())

    def _only_ticked(self, only: bool) -> None:
        self.model.show_only_ticked(only=only)
        self._show_state()

    # State

    def _in_hand(self) -> list[Scene]:
        """What is highlighted, else what is ticked."""
        return self.view.selected_scenes() or list(self._cart.cart)

    def _cart_changed(self) -> None:
        self.cart_bar.show_count(len(self._cart.cart))
        self._update_actions()
        self._show_state()

    def _selection_changed(self, *_: object) -> None:
        chosen = self.view.selected_scenes()
        self.card.show_scenes(chosen)
        self._update_actions()
        self.selection_changed.emit(chosen)

    def show_note(self) -> None:
        """Say what the order is of, where the catalogue does not sort by it and not all is listed."""
        partly = self._matched is not None and 0 < self._loaded < self._matched
        self._note.setVisible(partly and not (self._in_order and self.sort == self._sort))
        title = long_titles()[self.model.order.column]
        title = f"{title[:1].lower()}{title[1:]}"
        text = translate(
            "Dinamis", "Only the {count} listed are sorted; the catalogue cannot sort by: {title}."
        )
        self._note.setText(text.format(count=formats.number(self._loaded), title=title))

    def _show_state(self, *, busy: bool = False) -> None:
        self._update_actions()
        if self.model.rowCount():
            self._stack.setCurrentWidget(self._filled)
            return
        self._stack.setCurrentWidget(self._empty)
        self._left.hide()
        if busy:
            self._empty.say(translate("Dinamis", "The catalogue is being searched…"))
        elif self._failed:
            self._empty.say(self._failed, translate("Dinamis", "Try again"), icon="warning")
        elif self._searched:
            sentence = translate("Dinamis", "No scene matches: widen the dates, the area or the cloud limit.")
            if self._words:
                sentence = translate(
                    "Dinamis",
                    "No scene matches: take words away, or widen the dates, the area or the cloud limit.",
                )
            self._empty.say(sentence, translate("Dinamis", "Change the filters"))
        else:
            self._empty.say(
                translate("Dinamis", "Choose an area and filters, then search the catalogue."),
                translate("Dinamis", "Set the filters"),
            )

    def _empty_acted(self) -> None:
        (self.retry_requested if self._failed else self.filters_requested).emit()

    def _update_actions(self) -> None:
        chosen, ticked = self.view.selected_scenes(), len(self._cart.cart) > 0
        self.actions_bar.set_scenes(acting(self._cart.cart, chosen), ticked=ticked)
        in_hand = bool(chosen or ticked)
        self.head.zoom.setEnabled(in_hand)
        zoom = translate("Dinamis", "Zoom to the chosen scenes")
        self.head.zoom.setToolTip(zoom if in_hand else nothing_chosen())
