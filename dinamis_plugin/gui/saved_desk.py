"""The saved searches, wired to the filters, the areas and the search."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from qgis.PyQt.QtCore import QCoreApplication, QObject, pyqtSignal
from qgis.PyQt.QtWidgets import QFileDialog, QInputDialog, QWidget

from ..controllers.app import Controllers
from ..controllers.messages import Notice, NoticeLevel
from ..domain.file_names import safe_stem
from ..domain.saved_search import MAX_NAME, SUFFIX, SavedSearch
from ..domain.search import SearchQuery
from . import formats
from .filters import FiltersPage
from .notices import NoticeArea
from .questions import confirmed
from .searches_menu import SearchesMenu, searches_button, show_news

translate = QCoreApplication.translate


class SavedDesk(QObject):
    """Saves what the filters and areas describe, and shows again what was saved.

    Attributes:
        button: to be put beside the filters.

    Signals:
        found_news: number of new scenes of all searches, told once when it was counted.
        run_wanted: a saved search is in the filters and shall run.
    """

    found_news = pyqtSignal(int)
    run_wanted = pyqtSignal()

    def __init__(
        self, owner: QWidget, controllers: Controllers, filters: FiltersPage, notices: NoticeArea
    ) -> None:
        super().__init__(owner)
        self._owner = owner
        self._saved = controllers.saved
        self._aois = controllers.aois
        self._filters = filters
        self._notices = notices
        self._to_run = ""
        self._dialog: QInputDialog | None = None
        self.menu = SearchesMenu(owner)
        self.button = searches_button(self.menu)
        self._wire_menu()
        self._saved.changed.connect(self._show)
        self._saved.news.connect(self._news_came)
        self._saved.opened.connect(self._opened)
        self._saved.exported.connect(self._exported)
        self._saved.failed.connect(lambda notice: notices.show_notice("searches", notice))
        self._show()

    def _wire_menu(self) -> None:
        menu = self.menu
        menu.save_wanted.connect(self._ask_name)
        menu.import_wanted.connect(self._ask_file)
        menu.run_wanted.connect(self._run)
        menu.replace_wanted.connect(lambda search: self._saved.replace(search, self.query()))
        menu.rename_wanted.connect(self._ask_new_name)
        menu.delete_wanted.connect(self._delete)
        menu.export_wanted.connect(self._ask_target)
        menu.defaults_applied.connect(self.apply_defaults)
        menu.defaults_set.connect(lambda: self._saved.set_defaults(self.query()))
        menu.defaults_cleared.connect(self._back_to_factory)

    def query(self) -> SearchQuery:
        """What the filters and areas describe now."""
        return self._filters.query(self._aois.aois)

    def show_query(self, query: SearchQuery) -> None:
        """Set filters and areas as a search has them."""
        self._aois.clear()
        if query.aois:
            self._aois.add_areas(query.aois)
        self._filters.show_query(query)

    def apply_defaults(self) -> None:
        """Set the filters to the person's own defaults, where there are any (CAT-39)."""
        if self._saved.defaults is not None:
            self._saved.open(self._saved.defaults)

    def _run(self, search: SavedSearch) -> None:
        self._to_run = search.id
        self._saved.open(search)

    def _opened(self, search: SavedSearch, query: SearchQuery) -> None:
        self._notices.clear("searches")
        self.show_query(query)
        if self._to_run == search.id:
            self._to_run = ""
            self.run_wanted.emit()
            self._saved.looked_at(search)

    def _back_to_factory(self) -> None:
        self._saved.clear_defaults()
        self._filters.reset()

    def _show(self) -> None:
        saved = self._saved
        news = {one.id: saved.new_scenes(one) for one in saved.searches}
        self.menu.show_searches(
            saved.searches, news, has_defaults=saved.defaults is not None, in_account=saved.in_account
        )
        show_news(self.button, sum(news.values()))

    def _news_came(self, news: Mapping[str, int]) -> None:
        self._show()
        if not news:
            self._notices.clear("news")
            return
        names = ", ".join(one.name for one in self._saved.searches if one.id in news)
        count = sum(news.values())
        text = translate("Dinamis", "{scenes} since you last looked: {names}").format(
            scenes=formats.scenes(count), names=names
        )
        notice = Notice(NoticeLevel.INFO, translate("Dinamis", "New scenes"), text)
        first = next((one for one in self._saved.searches if one.id in news), None)
        if first is not None:
            notice = notice.with_action(translate("Dinamis", "Show"), lambda: self._run(first))
        self._notices.show_notice("news", notice)
        self.found_news.emit(count)

    # Questions

    def _ask_name(self) -> None:
        title = translate("Dinamis", "Save this search")
        self._ask(title, "", lambda name: self._saved.save(name, self.query()))

    def _ask_new_name(self, search: SavedSearch) -> None:
        title = translate("Dinamis", "Rename the search")
        self._ask(title, search.name, lambda name: self._saved.rename(search, name))

    def _ask(self, title: str, text: str, answered) -> None:
        if self._dialog is not None:
            self._dialog.reject()
        dialog = self._dialog = QInputDialog(self._owner.window())
        dialog.setObjectName("searchNameDialog")
        dialog.setWindowTitle(title)
        dialog.setLabelText(translate("Dinamis", "Name:"))
        dialog.setTextValue(text)
        dialog.textValueSelected.connect(lambda name: answered(name.strip()[:MAX_NAME]))
        dialog.finished.connect(self._answered)
        dialog.open()

    def _answered(self) -> None:
        if self._dialog is not None:
            self._dialog.deleteLater()
            self._dialog = None

    def _delete(self, search: SavedSearch) -> None:
        if confirmed(
            self._owner,
            "deleteSearchQuestion",
            title=translate("Dinamis", "Delete the search"),
            question=translate("Dinamis", "Delete “{name}”?").format(name=search.name),
            consequence=translate("Dinamis", "It cannot be brought back."),
            yes=translate("Dinamis", "Delete"),
            no=translate("Dinamis", "Keep"),
            destructive=True,
        ):
            self._saved.delete(search)

    def _ask_target(self, search: SavedSearch) -> None:
        path, _ = QFileDialog.getSaveFileName(
            self._owner, translate("Dinamis", "Export the search"), safe_stem(search.name) + SUFFIX, _filter()
        )
        if path:
            self._saved.export(search, path)

    def _ask_file(self) -> None:
        path, _ = QFileDialog.getOpenFileName(
            self._owner, translate("Dinamis", "Import a search"), "", _filter()
        )
        if path:
            self._saved.import_file(path)

    def _exported(self, path: str) -> None:
        text = translate("Dinamis", "Written: {name}").format(name=Path(path).name)
        notice = Notice(NoticeLevel.SUCCESS, translate("Dinamis", "Search exported"), text)
        self._notices.show_notice("searches", notice)


def _filter() -> str:
    return translate("Dinamis", "DINAMIS searches") + f" (*{SUFFIX} *.json)"
