"""The menu of the saved searches: save, run, rename, replace, delete, share, and one's own defaults."""

from __future__ import annotations

from collections.abc import Sequence

from qgis.PyQt.QtCore import QCoreApplication, pyqtSignal
from qgis.PyQt.QtWidgets import QMenu, QToolButton, QWidget

from ..domain.saved_search import SavedSearch
from . import formats
from .widgets import tool_button

translate = QCoreApplication.translate


class SearchesMenu(QMenu):
    """Filled by `show_searches`.

    Signals:
        save_wanted, import_wanted: nothing.
        run_wanted, replace_wanted, rename_wanted, delete_wanted, export_wanted: a SavedSearch.
        defaults_applied, defaults_set, defaults_cleared: nothing.
    """

    save_wanted = pyqtSignal()
    import_wanted = pyqtSignal()
    run_wanted = pyqtSignal(object)
    replace_wanted = pyqtSignal(object)
    rename_wanted = pyqtSignal(object)
    delete_wanted = pyqtSignal(object)
    export_wanted = pyqtSignal(object)
    defaults_applied = pyqtSignal()
    defaults_set = pyqtSignal()
    defaults_cleared = pyqtSignal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("searchesMenu")
        self.setToolTipsVisible(True)
        self.show_searches((), {}, has_defaults=False, in_account=False)

    def show_searches(
        self, searches: Sequence[SavedSearch], news: dict[str, int], *, has_defaults: bool, in_account: bool
    ) -> None:
        """Show the searches that there are, each with the number of its new scenes."""
        self.clear()
        for menu in self.findChildren(QMenu):  # which clearing leaves behind
            menu.deleteLater()
        save = self.addAction(translate("Dinamis", "Save this search…"))
        save.setObjectName("saveSearchAction")
        save.triggered.connect(self.save_wanted)
        kept = (
            translate("Dinamis", "In your account") if in_account else translate("Dinamis", "In this profile")
        )
        self.addSection(kept)
        if not searches:
            none = self.addAction(translate("Dinamis", "No saved search yet"))
            none.setEnabled(False)
        for search in searches:
            self.addMenu(self._search_menu(search, news.get(search.id, 0)))
        self.addSeparator()
        bring = self.addAction(translate("Dinamis", "Import a search…"))
        bring.setObjectName("importSearchAction")
        bring.triggered.connect(self.import_wanted)
        self.addMenu(self._defaults_menu(has_defaults=has_defaults))

    def _search_menu(self, search: SavedSearch, new: int) -> QMenu:
        title = search.name.replace("&", "&&")
        if new:
            title = translate("Dinamis", "{name} ({count} new)").format(name=title, count=formats.number(new))
        menu = QMenu(title, self)
        menu.setObjectName(f"search_{search.id}")
        for text, name, signal in (
            (translate("Dinamis", "Run"), "run", self.run_wanted),
            (translate("Dinamis", "Replace with the current filters"), "replace", self.replace_wanted),
            (translate("Dinamis", "Rename…"), "rename", self.rename_wanted),
            (translate("Dinamis", "Export…"), "export", self.export_wanted),
            (translate("Dinamis", "Delete…"), "delete", self.delete_wanted),
        ):
            action = menu.addAction(text)
            action.setObjectName(name)
            action.triggered.connect(lambda _=False, signal=signal: signal.emit(search))
        menu.setDefaultAction(menu.actions()[0])
        return menu

    def _defaults_menu(self, *, has_defaults: bool) -> QMenu:
        menu = QMenu(translate("Dinamis", "My default filters"), self)
        menu.setObjectName("defaultsMenu")
        for text, name, signal, possible in (
            (translate("Dinamis", "Apply"), "applyDefaults", self.defaults_applied, has_defaults),
            (
                translate("Dinamis", "Use the current filters from now on"),
                "setDefaults",
                self.defaults_set,
                True,
            ),
            (
                translate("Dinamis", "Back to the original filters"),
                "clearDefaults",
                self.defaults_cleared,
                has_defaults,
            ),
        ):
            action = menu.addAction(text)
            action.setObjectName(name)
            action.setEnabled(possible)
            action.triggered.connect(lambda _=False, signal=signal: signal.emit())
        return menu


def searches_button(menu: SearchesMenu) -> QToolButton:
    """The button that opens the menu."""
    button = tool_button(translate("Dinamis", "My searches"), "folder", name="searchesButton")
    button.setMenu(menu)
    button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
    show_news(button, 0)
    return button


def show_news(button: QToolButton, count: int) -> None:
    """Show on the button how many scenes of all searches are new."""
    text = translate("Dinamis", "My searches")
    tip = translate("Dinamis", "Saved searches and default filters")
    if count:
        text = translate("Dinamis", "My searches ({count} new)").format(count=formats.number(count))
        tip = translate("Dinamis", "Scenes came into the catalogue since you last looked")
    button.setText(text)
    button.setAccessibleName(text)
    button.setToolTip(tip)
