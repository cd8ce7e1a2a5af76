"""What the menu of the person opens: notifications, preferences, tutorial, registry (ACC-13 to ACC-17)."""

from __future__ import annotations

from collections.abc import Sequence

from qgis.PyQt.QtCore import QCoreApplication, QObject, pyqtSignal
from qgis.PyQt.QtWidgets import QDialog, QStackedWidget, QWidget

from ..controllers.app import Controllers
from ..controllers.messages import Notice, NoticeLevel
from ..controllers.session import SessionState
from ..domain.notification import Notification, Preferences
from .account_page import AccountPage
from .header import Header
from .notices import NoticeArea
from .notifications_page import NotificationsPage
from .preferences_dialog import LocalPreferences, PreferencesDialog

translate = QCoreApplication.translate


class AccountDesk(QObject):
    """Wires header, page of the account and notifications to the controllers.

    Signals:
        request_wanted, tutorial_wanted: nothing.
        language_wanted: `fr` or `en`.
        order_opened, project_opened: identifier of what a notification is about.
        news: Notifications to announce outside the dock.
    """

    request_wanted = pyqtSignal()
    tutorial_wanted = pyqtSignal()
    language_wanted = pyqtSignal(str)
    order_opened = pyqtSignal(str)
    project_opened = pyqtSignal(str)
    news = pyqtSignal(object)

    def __init__(
        self,
        owner: QWidget,
        controllers: Controllers,
        *,
        header: Header,
        account: AccountPage,
        pages: QStackedWidget,
        notices: NoticeArea,
    ) -> None:
        super().__init__(owner)
        self._owner = owner
        self._do = controllers
        self._header = header
        self._pages = pages
        self._usual = pages.widget(0)
        self._notices = notices
        self._dialog: PreferencesDialog | None = None
        self.notifications = NotificationsPage()
        pages.addWidget(self.notifications)
        account.profile_requested.connect(self._open_account)
        controllers.quotas.changed.connect(account.set_quotas)
        controllers.quotas.calls_changed.connect(account.set_calls)
        controllers.quotas.failed.connect(lambda notice: notices.show_notice("requests", notice))
        self._wire_menu()
        self._wire_notifications()
        self._wire_preferences()
        controllers.session.state_changed.connect(self._session_changed)
        self._session_changed(controllers.session.state)

    def _wire_menu(self) -> None:
        menu = self._header.menu
        menu.set_language(self._do.settings.language)
        menu.request_wanted.connect(self.request_wanted)
        menu.notifications_wanted.connect(self.show_notifications)
        menu.preferences_wanted.connect(self.show_preferences)
        menu.tutorial_wanted.connect(self.tutorial_wanted)
        menu.registry_wanted.connect(self._open_registry)
        menu.language_wanted.connect(self._choose_language)

    def _wire_notifications(self) -> None:
        controller, page = self._do.notifications, self.notifications
        controller.is_hidden = lambda: self._owner.window().isMinimized()
        controller.changed.connect(self._show_list)
        controller.news.connect(self._announce)
        controller.failed.connect(lambda notice: self._notices.show_notice("notifications", notice))
        page.closed.connect(self._leave_notifications)
        page.read.connect(controller.mark_read)
        page.all_read.connect(controller.mark_all_read)
        page.open_requested.connect(self._open)
        self._show_list()

    def _wire_preferences(self) -> None:
        preferences = self._do.preferences
        preferences.read.connect(self._preferences_came)
        preferences.kept.connect(lambda _kept: self._preferences_kept())
        preferences.refused.connect(self._preferences_refused)

    # Notifications

    def show_notifications(self) -> None:
        """Show the list in place of the pages."""
        self._do.notifications.refresh()
        self._pages.setCurrentWidget(self.notifications)
        self.notifications.focus_first()

    def _leave_notifications(self) -> None:
        if self._pages.currentWidget() is self.notifications:
            self._pages.setCurrentWidget(self._usual)

    def _show_list(self) -> None:
        controller = self._do.notifications
        self._header.set_unread(controller.unread)
        self.notifications.set_notifications(controller.notifications, controller.unread)

    def _announce(self, news: Sequence[Notification]) -> None:
        if self._do.settings.notifications_announced:
            self.news.emit(news)

    def _open(self, one: Notification) -> None:
        self._leave_notifications()
        if one.order_id:
            self.order_opened.emit(one.order_id)
        else:
            self.project_opened.emit(one.project_id)

    # Preferences

    def show_preferences(self) -> None:
        """Ask what the person prefers."""
        if self._dialog is not None:
            self._dialog.raise_()
            return
        settings = self._do.settings
        local = LocalPreferences(
            settings.requests_refresh_s, settings.notifications_announced, settings.default_project
        )
        dialog = PreferencesDialog(local, self._do.projects.projects, self._owner.window())
        dialog.mails_changed.connect(self._keep_mails)
        dialog.local_changed.connect(self._keep_local)
        dialog.finished.connect(self._closed)
        self._dialog = dialog
        if self._do.session.can_use_resources:
            self._do.preferences.refresh()
        else:
            dialog.set_why_not(self._do.session.why_not)
        dialog.open()

    def close(self) -> None:
        """Close what is open."""
        if self._dialog is not None:
            self._dialog.done(QDialog.DialogCode.Rejected)

    def _keep_mails(self, preferences: Preferences) -> None:
        self._do.preferences.keep(preferences)

    def _keep_local(self, local: LocalPreferences) -> None:
        settings = self._do.settings
        settings.requests_refresh_s = local.refresh_s
        settings.notifications_announced = local.announced
        settings.default_project = local.default_project

    def _preferences_came(self, preferences: Preferences) -> None:
        if self._dialog is not None:
            self._dialog.set_preferences(preferences)

    def _preferences_kept(self) -> None:
        if self._dialog is not None:
            self._dialog.accept()

    def _preferences_refused(self, notice: Notice) -> None:
        if self._dialog is not None:
            self._dialog.set_refusal(notice)

    def _closed(self) -> None:
        if self._dialog is not None:
            self._dialog.deleteLater()
            self._dialog = None

    # The rest

    def _choose_language(self, language: str) -> None:
        if language != self._do.settings.language:
            self.language_wanted.emit(language)

    def _open_registry(self) -> None:
        if not self._do.open_registry():
            title = translate("Dinamis", "The registry cannot be opened")
            text = translate("Dinamis", "Connect to a service first: its registry opens in the browser.")
            self._notices.show_notice("registry", Notice(NoticeLevel.WARNING, title, text))

    def _open_account(self) -> None:
        if not self._do.open_account():
            title = translate("Dinamis", "The page of your account cannot be opened")
            text = translate("Dinamis", "Connect to a service first: your account opens in the browser.")
            self._notices.show_notice("account", Notice(NoticeLevel.WARNING, title, text))

    def _session_changed(self, state: SessionState) -> None:
        session = self._do.session
        self._header.menu.set_why_not("" if session.can_use_resources else session.why_not)
        if state is SessionState.SIGNED_OUT:
            self._leave_notifications()
