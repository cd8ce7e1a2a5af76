"""The saved searches and defaults of the person: in the account, or in the profile (CAT-39, CAT-40)."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timezone
from pathlib import Path
from typing import Any, Callable, NamedTuple, Union

from qgis.PyQt.QtCore import QCoreApplication, QObject, pyqtSignal

from ..api.searches import SearchesClient
from ..domain.errors import CancelledError, ConflictError, DinamisError, InvalidRequestError, NotFoundError
from ..domain.saved_search import (
    SUFFIX,
    SavedSearch,
    brought_along,
    document_of,
    free_name,
    name_key,
    renamed,
)
from ..domain.search import SearchQuery
from ..qgisio.search_store import ProfileSearches, read_search, write_search
from ..tasks.runner import TaskContext, TaskRunner
from .messages import Notice, NoticeLevel, notice_for
from .session import SessionController, SessionState

translate = QCoreApplication.translate

Store = Union[ProfileSearches, SearchesClient]


class _Result(NamedTuple):
    """What came of a change: the list after it, why it was refused, whether a service keeps no searches."""

    searches: list[SavedSearch]
    refusal: DinamisError | None
    keeps_none: bool = False


_SETTLED = (SessionState.SIGNED_OUT, SessionState.SIGNED_IN, SessionState.EXPIRED, SessionState.OFFLINE)


class SavedSearchController(QObject):
    """Holds the saved searches; what is kept in the profile comes along at sign-in, and none is lost.

    Signals:
        changed: the list is another one.
        news: number of new scenes by identifier of the search, as counted last; empty numbers are left out.
        opened: a SavedSearch and its SearchQuery, as `open` asked.
        exported: path of the file that was written.
        failed: a Notice.
    """

    changed = pyqtSignal()
    news = pyqtSignal(object)
    opened = pyqtSignal(object, object)
    exported = pyqtSignal(str)
    failed = pyqtSignal(object)

    def __init__(
        self,
        runner: TaskRunner,
        session: SessionController,
        parent: QObject | None = None,
        profile: ProfileSearches | None = None,
    ) -> None:
        super().__init__(parent)
        self._runner = runner
        self._session = session
        self._profile = profile or ProfileSearches()
        self._one_at_a_time = threading.Lock()
        self._searches: list[SavedSearch] = []
        self._news: dict[str, int] = {}
        self._place: tuple[str, str] | None = None
        self._counted: tuple[str, str] | None = None
        self._service_keeps_none = False
        session.state_changed.connect(lambda _state: self._session_changed())
        session.account_changed.connect(lambda _account: self._session_changed())

    # What is known

    @property
    def searches(self) -> list[SavedSearch]:
        """The searches by name, without the defaults."""
        return [one for one in self._searches if not one.is_default]

    @property
    def defaults(self) -> SavedSearch | None:
        """The filters that the person begins with, None for those of the factory."""
        return next((one for one in self._searches if one.is_default), None)

    @property
    def in_account(self) -> bool:
        """Whether they are kept in the account; if not, or if a service keeps none, in this profile."""
        signed_in = self._session.account is not None and self._session.service is not None
        return signed_in and not self._service_keeps_none

    def new_scenes(self, search: SavedSearch) -> int:
        """How many scenes came into the catalogue since the search was last looked at, as counted last."""
        return self._news.get(search.id, 0)

    # What the person does

    def refresh(self) -> None:
        """Read the list anew."""
        self._change(lambda _store: None)

    def save(self, name: str, query: SearchQuery) -> None:
        """Keep a search under a name that is free; its results are being looked at."""
        if self._is_free(name):
            self._put(str(uuid.uuid4()), name, query, last_seen=_now())

    def replace(self, search: SavedSearch, query: SearchQuery) -> None:
        """Have a saved search look for something else."""
        kept = {"is_default": search.is_default, "etag": search.etag, "last_seen": _now()}
        self._put(search.id, search.name, query, **kept)

    def rename(self, search: SavedSearch, name: str) -> None:
        """Give a search another name, if it is free."""
        if name.strip() != search.name and self._is_free(name, search):
            changed = renamed(search, name.strip())
            self._change(lambda store: store.put(changed))

    def delete(self, search: SavedSearch) -> None:
        """Forget a search."""
        self._change(lambda store: store.delete(search))

    def set_defaults(self, query: SearchQuery) -> None:
        """Begin with these filters from now on (CAT-39)."""
        old = self.defaults
        if old is not None:
            self.replace(old, query)
            return
        name = free_name(translate("Dinamis", "My filters"), [one.name for one in self._searches])
        self._put(str(uuid.uuid4()), name, query, is_default=True)

    def clear_defaults(self) -> None:
        """Begin with the filters of the factory again."""
        if self.defaults is not None:
            self.delete(self.defaults)

    def open(self, search: SavedSearch) -> None:
        """Read what a search looks for; `opened` tells. Its areas may be large: not in the GUI thread."""
        self._runner.run(
            translate("Dinamis", "Saved searches"),
            lambda _context: search.query,
            lambda query: self.opened.emit(search, query),
            self._failed,
            cancel_previous="open search",
        )

    def looked_at(self, search: SavedSearch) -> None:
        """The results of a search are on the screen: count what is new from now on."""
        if self._news.pop(search.id, None) is not None:
            self.news.emit(dict(self._news))
        seen = replace(search, last_seen=_now())
        self._change(lambda store: store.seen(seen))

    def export(self, search: SavedSearch, path: str) -> None:
        """Write a search as a file to share."""
        target = Path(path if path.endswith(".json") else path + SUFFIX)
        self._runner.run(
            translate("Dinamis", "Writing the search"),
            lambda _context: write_search(target, search),
            lambda _none: self.exported.emit(str(target)),
            self._failed,
        )

    def import_file(self, path: str) -> None:
        """Keep the search of a shared file, under a name that is free."""
        taken = [one.name for one in self._searches]
        fresh = str(uuid.uuid4())

        def act(store: Store) -> None:
            document = read_search(Path(path))
            title = document.get("title")
            given = title if isinstance(title, str) and title.strip() else Path(path).name.partition(".")[0]
            name = free_name(given, taken)
            store.put(SavedSearch(fresh, name, {**document, "title": name}))

        self._change(act)

    # What is new

    def count_news(self) -> None:
        """Count the scenes that came into the catalogue since each search was looked at; quiet on faults."""
        service = self._session.service
        asked = [one for one in self.searches if one.last_seen is not None]
        if service is None or not asked:
            return

        def work(context: TaskContext) -> dict[str, int]:
            return {one.id: _count(one, service.catalogue, context) for one in asked}

        self._runner.run(
            translate("Dinamis", "Looking for new scenes"), work, self._counts_came, cancel_previous="news"
        )

    def _counts_came(self, counts: Mapping[str, int]) -> None:
        self._news = {search_id: count for search_id, count in counts.items() if count}
        self.news.emit(dict(self._news))

    # Where they are kept

    def _session_changed(self) -> None:
        """Read the list of who is there now; what the profile holds comes along into an account."""
        account = self._session.account
        place = (self._session.service_url, account.sub if account is not None else "")
        if self._session.state not in _SETTLED or place == self._place:
            return
        self._place, self._service_keeps_none = place, False
        client = self._account()
        if client is None:
            self.refresh()
        else:
            profile = self._profile
            self._change(lambda _store: _bring_along(profile, client))

    def _account(self) -> SearchesClient | None:
        service = self._session.service
        return service.searches if service is not None and self.in_account else None

    def _put(self, search_id: str, name: str, query: SearchQuery, **values: Any) -> None:
        self._change(
            lambda store: store.put(
                SavedSearch(search_id, name.strip(), document_of(query, name.strip()), **values)
            )
        )

    def _change(self, act: Callable[[Store], object]) -> None:
        """Do something where the searches are kept, one thing after the other, and read the list again."""
        store: Store = self._account() or self._profile
        place = self._place

        def work(_context: TaskContext) -> _Result:
            with self._one_at_a_time:
                error: DinamisError | None = None
                try:
                    act(store)
                except (ConflictError, InvalidRequestError, NotFoundError) as refusal:
                    error = refusal
                try:
                    return _Result(store.all(), error)
                except NotFoundError:
                    return _Result(self._profile.all(), None, keeps_none=True)

        self._runner.run(
            translate("Dinamis", "Saved searches"),
            work,
            lambda result: self._changed(place, result),
            lambda error: self._not_changed(place, error),
        )

    def _changed(self, place: tuple[str, str] | None, result: _Result) -> None:
        if place == self._place:
            self._service_keeps_none = self._service_keeps_none or result.keeps_none
            self._listed(result.searches)
        if result.refusal is not None:
            self._failed(result.refusal)

    def _not_changed(self, place: tuple[str, str] | None, error: DinamisError) -> None:
        """What lies in the profile stays there, and comes along at the next change of the session."""
        if place == self._place:
            self._place = None
        self._failed(error)

    def _listed(self, searches: list[SavedSearch]) -> None:
        self._searches = searches
        self.changed.emit()
        if self._counted != self._place and self._session.service is not None:
            self._counted = self._place
            self.count_news()

    def _is_free(self, name: str, but: SavedSearch | None = None) -> bool:
        wanted = name_key(name)
        taken = {name_key(one.name) for one in self._searches if but is None or one.id != but.id}
        if wanted and wanted not in taken:
            return True
        sentence = translate("Dinamis", "You already have a search of this name.")
        if not wanted:
            sentence = translate("Dinamis", "A saved search needs a name.")
        self.failed.emit(Notice(NoticeLevel.WARNING, translate("Dinamis", "Not saved"), sentence))
        return False

    def _failed(self, error: DinamisError) -> None:
        if not isinstance(error, CancelledError):
            self.failed.emit(notice_for(error))


def _bring_along(profile: ProfileSearches, client: SearchesClient) -> None:
    """Move the searches of the profile into the account; each leaves the profile when it is there."""
    local = profile.all()
    fresh, known = brought_along(local, client.all())
    for one in known:
        profile.delete(one)
    for one in fresh:
        client.put(one)
        profile.delete(one)


def _count(search: SavedSearch, catalogue: Any, context: TaskContext) -> int:
    try:
        return int(catalogue.count_since(search.query, search.last_seen, context.cancelled))
    except InvalidRequestError:  # a search that cannot be read has no news
        return 0


def _now() -> datetime:
    return datetime.now(timezone.utc)
