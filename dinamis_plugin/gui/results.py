"""The page of results: count, breadcrumb, list, the scene in hand and what can be done with it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Callable

from qgis.PyQt.QtCore import QCoreApplication, QEvent, QMimeData, Qt, pyqtSignal
from qgis.PyQt.QtWidgets import QProgressBar, QStackedWidget, QToolButton, QVBoxLayout, QWidget

from ..domain.scene import Scene
from ..domain.search import SearchQuery
from . import formats
from .filters import crumbs
from .load_menu import LoadMenu, load_button
from .results_model import ResultsModel
from .results_view import ResultsView
from .scene_card import SceneCard
from .theme import HALF, STEP, Role, make_primary
from .widgets import (
    ButtonGrid,
    EmptyState,
    FlowLayout,
    column,
    label,
    on_theme_change,
    push_button,
    row,
    tool_button,
)

translate = QCoreApplication.translate


class ResultsPage(QWidget):
    """Shows the scenes of a search.

    Signals:
        load_requested: list of Scenes and the `Way` to load them in.
        view_requested: a Scene and one of its view services.
        add_requested, download_requested, order_requested, zoom_requested: list of Scenes.
        more_requested: the next page.
        cancel_requested: stop the search.
        filters_requested: back to the filters.
        crumb_removed: name of the filter to open wide, "" for all.
        pick_toggled: choosing on the map is switched on or off.
        selection_changed: list of the chosen Scenes.
        hovered: the Scene under the pointer, or None.
    """

    load_requested = pyqtSignal(object, object)
    view_requested = pyqtSignal(object, object)
    add_requested = pyqtSignal(object)
    download_requested = pyqtSignal(object)
    order_requested = pyqtSignal(object)
    zoom_requested = pyqtSignal(object)
    more_requested = pyqtSignal()
    cancel_requested = pyqtSignal()
    filters_requested = pyqtSignal()
    crumb_removed = pyqtSignal(str)
    pick_toggled = pyqtSignal(bool)
    selection_changed = pyqtSignal(object)
    hovered = pyqtSignal(object)

    def __init__(self, mime_of: Callable[[Sequence[Scene]], QMimeData]) -> None:
        super().__init__()
        self.setObjectName("resultsTab")
        self.model = ResultsModel(mime_of, self)
        self.view = ResultsView(self.model)
        self.card = SceneCard()
        self._why_not = ""
        self._searched = False
        self._count = label(role=Role.TITLE, name="resultsCountLabel")
        self._pick = tool_button(
            translate("Dinamis", "Choose on the map"), "pick", name="pickOnMapButton", text_shown=False
        )
        self._pick.setCheckable(True)
        self._pick.setToolTip(translate("Dinamis", "Choose scenes by clicking their footprints on the map"))
        self._pick.toggled.connect(self.pick_toggled)
        self._progress = QProgressBar()
        self._progress.setObjectName("searchProgress")
        self._progress.setRange(0, 0)
        self._progress.setTextVisible(False)
        self._progress.setFixedHeight(STEP)
        self._cancel = push_button(translate("Dinamis", "Cancel"), name="cancelSearchButton")
        self._cancel.clicked.connect(self.cancel_requested)
        self._more = push_button("", name="loadMoreButton", icon="more")
        self._more.clicked.connect(self.more_requested)
        self._hint = label(role=Role.MUTED, name="resourcesHintLabel")
        self._add = self._action(
            translate("Dinamis", "Add to map"), "add_layer", "addToMapButton", self.add_requested
        )
        make_primary(self._add)
        self._load_menu = LoadMenu(self)
        self._load_menu.way_chosen.connect(
            lambda way: self.load_requested.emit(self.view.selected_scenes(), way)
        )
        self._load_menu.view_chosen.connect(self.view_requested)
        self._load_as = load_button(self._load_menu)
        self._download = self._action(
            translate("Dinamis", "Download…"), "download", "downloadButton", self.download_requested
        )
        self._order = self._action(
            translate("Dinamis", "Order…"), "order", "orderButton", self.order_requested
        )
        self._zoom = self._action(
            translate("Dinamis", "Zoom to"), "zoom", "zoomToButton", self.zoom_requested
        )
        self._zoom.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonIconOnly)
        self._zoom.setSizePolicy(self._pick.sizePolicy())
        self._zoom.setAutoRaise(True)
        self._empty = EmptyState("search", name="resultsEmpty")
        self._empty.acted.connect(self.filters_requested)
        self._build()
        self._connect()
        self.set_busy(busy=False)
        self._show_state()

    def _action(self, text: str, icon: str, name: str, signal) -> QToolButton:
        button = tool_button(text, icon, name=name)
        button.clicked.connect(lambda: signal.emit(self.view.selected_scenes()))
        return button

    def _build(self) -> None:
        self._crumbs = FlowLayout()
        head = row(self._count, self._zoom, self._pick, spacing=HALF)
        head.setStretch(0, 1)
        self._busy = QWidget()
        self._busy.setLayout(row(self._progress, self._cancel))
        filled = QVBoxLayout()
        filled.setContentsMargins(0, 0, 0, 0)
        filled.setSpacing(STEP)
        filled.addWidget(self.view, 1)
        filled.addWidget(self._more)
        filled.addWidget(self.card)
        filled.addLayout(
            column(self._add, ButtonGrid([self._load_as, self._download, self._order]), spacing=HALF)
        )
        filled.addWidget(self._hint)
        self._filled = QWidget()
        self._filled.setLayout(filled)
        self._stack = QStackedWidget()
        self._stack.addWidget(self._empty)
        self._stack.addWidget(self._filled)
        layout = QVBoxLayout()
        layout.setContentsMargins(STEP, STEP, STEP, STEP)
        layout.setSpacing(STEP)
        layout.addLayout(head)
        layout.addLayout(self._crumbs)
        layout.addWidget(self._busy)
        layout.addWidget(self._stack, 1)
        self.setLayout(layout)

    def _connect(self) -> None:
        self.view.selectionModel().selectionChanged.connect(self._selection_changed)
        self.view.hovered.connect(self.hovered)
        self.view.opened.connect(self._add.click)
        self.model.modelReset.connect(self._selection_changed)

    # What the dock tells

    def start(self, query: SearchQuery) -> None:
        """A search begins: forget the results of the last one."""
        self._searched = True
        self._count.setText(translate("Dinamis", "Searching…"))
        self.model.clear()
        self.show_crumbs(query)
        self._show_state()

    def add_scenes(self, scenes: Sequence[Scene]) -> None:
        """Show one more page."""
        self.model.append(scenes)
        self._show_state()

    def show_count(self, matched: int, loaded: int) -> None:
        """Say exactly how many scenes match, and how many are listed."""
        text = formats.scenes(matched)
        if 0 < loaded < matched:
            shown = translate("Dinamis", "{loaded} listed").format(loaded=formats.number(loaded))
            text = f"{text} · {shown}"
        self._count.setText(text)
        self._more.setVisible(0 < loaded < matched)
        left = formats.number(matched - loaded)
        self._more.setText(translate("Dinamis", "Load more ({left} left)").format(left=left))

    def set_busy(self, *, busy: bool) -> None:
        """Show whether a page is on its way."""
        self._busy.setVisible(busy)
        self._more.setEnabled(not busy)
        self._show_state(busy=busy)

    def show_failure(self) -> None:
        """A search failed: what was loaded stays."""
        if self.model.rowCount() == 0:
            self._count.clear()
            self._searched = False
        self._show_state()

    def set_why_not(self, sentence: str) -> None:
        """Say why images may not be used; empty when they may."""
        self._why_not = sentence
        self._update_actions()

    def set_picking(self, *, picking: bool) -> None:
        """Show whether the map tool of this page is the active one."""
        self._pick.setChecked(picking)

    def show_crumbs(self, query: SearchQuery) -> None:
        """Show the active filters; the cross of each removes it (CAT-22)."""
        while (item := self._crumbs.takeAt(0)) is not None:
            item.widget().deleteLater()
        active = crumbs(query)
        for name, text in active:
            self._crumbs.addWidget(self._crumb(name, text))
        if len(active) > 1:
            clear = self._crumb("", translate("Dinamis", "Remove all filters"))
            self._crumbs.addWidget(clear)
        self._crumbs.update()

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """Follow the theme."""
        super().changeEvent(event)
        on_theme_change(event, self.model.refresh)

    def _crumb(self, name: str, text: str) -> QToolButton:
        crumb = tool_button(text, "close", name=f"crumb_{name}" if name else "crumbsClearButton")
        crumb.setText(f" {text} ")  # styles leave no room between the words and the frame
        crumb.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
        crumb.setAutoRaise(not name)
        tip = translate("Dinamis", "Remove this filter and search again")
        crumb.setToolTip(tip)
        crumb.clicked.connect(lambda: self.crumb_removed.emit(name))
        return crumb

    def _selection_changed(self, *_: object) -> None:
        chosen = self.view.selected_scenes()
        self.card.show_scenes(chosen)
        self._update_actions()
        self.selection_changed.emit(chosen)

    def _show_state(self, *, busy: bool = False) -> None:
        if self.model.rowCount():
            self._stack.setCurrentWidget(self._filled)
            self._update_actions()
            return
        self._stack.setCurrentWidget(self._empty)
        self._more.hide()
        if busy:
            self._empty.say(translate("Dinamis", "The catalogue is being searched…"))
        elif self._searched:
            self._empty.say(
                translate("Dinamis", "No scene matches: widen the dates, the area or the cloud limit."),
                translate("Dinamis", "Change the filters"),
            )
        else:
            self._empty.say(
                translate("Dinamis", "Choose an area and filters, then search the catalogue."),
                translate("Dinamis", "Set the filters"),
            )

    def _update_actions(self) -> None:
        chosen = self.view.selected_scenes()
        loadable = self._why_not_load(chosen)
        orderable = self._why_not_order(chosen)
        for button, reason in ((self._add, loadable), (self._download, loadable), (self._order, orderable)):
            button.setEnabled(not reason)
            button.setToolTip(reason or button.text())
        self._load_menu.set_scenes(chosen, images=not loadable)
        shows = len(chosen) == 1 and bool(chosen[0].services)
        self._load_as.setEnabled(not loadable or shows)
        self._load_as.setToolTip(self._load_as.text() if self._load_as.isEnabled() else loadable)
        self._zoom.setEnabled(bool(chosen))
        zoom = translate("Dinamis", "Zoom to the chosen scenes")
        self._zoom.setToolTip(zoom if chosen else _nothing_chosen())
        self._hint.setText(self._hint_for(chosen, loadable, orderable))
        self._hint.setVisible(bool(self._hint.text()))

    def _why_not_load(self, chosen: Sequence[Scene]) -> str:
        if self._why_not and not (chosen and all(scene.open_data for scene in chosen)):
            return self._why_not
        if not chosen:
            return _nothing_chosen()
        if not any(scene.is_downloadable for scene in chosen):
            return translate("Dinamis", "Not downloadable: this archive has to be ordered first.")
        return ""

    def _why_not_order(self, chosen: Sequence[Scene]) -> str:
        if self._why_not:
            return self._why_not
        if not chosen:
            return _nothing_chosen()
        if not any(scene.is_orderable and scene.sensor for scene in chosen):
            return translate("Dinamis", "Nothing to order: already in the DINAMIS catalogue.")
        return ""

    def _hint_for(self, chosen: Sequence[Scene], loadable: str, orderable: str) -> str:
        if not chosen:
            return self._why_not or _nothing_chosen()
        return loadable or orderable


def _nothing_chosen() -> str:
    return translate("Dinamis", "Choose one or more scenes in the list.")
