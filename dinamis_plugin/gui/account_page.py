"""The page of the account: who is signed in, the quota of each sensor, and the calls (QUO-02, REQ-27)."""

from __future__ import annotations

from collections.abc import Sequence

from qgis.PyQt.QtCore import QCoreApplication, pyqtSignal
from qgis.PyQt.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from ..domain.account import Account
from ..domain.call import Call, CallState
from ..domain.quota import SensorQuota, sensor_title
from . import formats
from .quota_row import QuotaRow
from .theme import HALF, STEP, Role, Tone
from .widgets import Card, EmptyState, Section, column, label, push_button, row, scroller

translate = QCoreApplication.translate


class AccountPage(QWidget):
    """Shows the person, the entity, the quotas and the calls.

    Signals:
        sign_in_requested: the person wants to sign in.
        profile_requested: the person wants to change what the service knows of them (ACC-14).
    """

    sign_in_requested = pyqtSignal()
    profile_requested = pyqtSignal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("accountTab")
        self._name = label(role=Role.HEADING, name="accountNameLabel")
        self._mail = label(role=Role.MUTED, name="accountMailLabel")
        self._entity = label(name="accountEntityLabel")
        self._kind = label(role=Role.MUTED, name="accountKindLabel")
        self._year = label(role=Role.MUTED, wrap=False, name="quotaYearLabel")
        self._quotas = QWidget()
        self._quotas.setObjectName("quotaPanel")
        self._quotas.setLayout(column(spacing=STEP))
        self._no_quotas = label(
            translate("Dinamis", "The quotas are being read…"), role=Role.MUTED, name="noQuotasLabel"
        )
        self._calls = QWidget()
        self._calls.setObjectName("callsPanel")
        self._calls.setLayout(column(spacing=STEP))
        self._no_calls = label(
            translate("Dinamis", "This service announces no call."), role=Role.MUTED, name="noCallsLabel"
        )
        self._signed_out = EmptyState("account", name="accountSignedOut")
        self._signed_out.acted.connect(self.sign_in_requested)
        self._build()
        self.set_account(None)

    def _build(self) -> None:
        person = Card()
        profile = push_button(
            translate("Dinamis", "Edit my profile"),
            name="editProfileButton",
            tip=translate("Dinamis", "Profile, password, devices and licences, in the browser"),
        )
        profile.clicked.connect(self.profile_requested)
        beside = row(profile)
        beside.addStretch(1)
        person.setLayout(
            column(
                self._name, self._mail, self._entity, self._kind, beside, margins=STEP + HALF, spacing=HALF
            )
        )
        quotas = Section(translate("Dinamis", "Quotas and prices"), beside=self._year)
        quotas.add(self._no_quotas)
        quotas.add(self._quotas)
        calls = Section(translate("Dinamis", "Calls for requests"))
        calls.add(self._no_calls)
        calls.add(self._calls)
        content = QWidget()
        body = column(person, quotas, calls, margins=STEP, spacing=2 * STEP)
        body.addStretch(1)
        content.setLayout(body)
        area = scroller(content, name=translate("Dinamis", "Account"))
        self._pages = QStackedWidget()
        self._pages.addWidget(self._signed_out)
        self._pages.addWidget(area)
        layout = QVBoxLayout()
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._pages)
        self.setLayout(layout)

    def set_account(self, account: Account | None) -> None:
        """Show who is signed in."""
        self._signed_out.say(
            translate("Dinamis", "Sign in to see your entity and your quotas."),
            translate("Dinamis", "Sign in"),
        )
        self._pages.setCurrentIndex(0 if account is None else 1)
        if account is None:
            return
        self._name.setText(account.full_name)
        self._mail.setText(account.email)
        self._entity.setText(str(account.entity))
        roles = ", ".join(_role_label(role) for role in account.roles if role != "user")
        self._kind.setText(" · ".join(part for part in (kind_label(account.user_kind), roles) if part))

    def set_quotas(self, quotas: Sequence[SensorQuota]) -> None:
        """Show one card for each sensor, and which table they are from."""
        _refill(self._quotas, [QuotaRow(quota) for quota in quotas])
        self._no_quotas.setVisible(not quotas)
        self._year.setText(_table_text(quotas[0]) if quotas else "")

    def set_calls(self, calls: Sequence[Call]) -> None:
        """Show the calls, those that are over only where there is no other."""
        current = [call for call in calls if call.state is not CallState.CLOSED]
        _refill(self._calls, [_CallCard(call) for call in current or calls])
        self._no_calls.setVisible(not calls)


def _refill(panel: QWidget, cards: Sequence[QWidget]) -> None:
    """Put these cards in place of those that are there."""
    layout = panel.layout()
    while layout.count():
        gone = layout.takeAt(0).widget()
        gone.setObjectName("")
        gone.hide()
        gone.deleteLater()
    for card in cards:
        layout.addWidget(card)


def _table_text(quota: SensorQuota) -> str:
    """Which table a quota is from."""
    if not quota.year:
        return ""
    if quota.version is None:
        return translate("Dinamis", "Table of {year}").format(year=quota.year)
    return translate("Dinamis", "Table of {year}, version {version}").format(
        year=quota.year, version=quota.version
    )


class _CallCard(Card):
    """One call: what it is for, for which sensors and kinds, and until when."""

    def __init__(self, call: Call) -> None:
        super().__init__(_TONES[call.state])
        self.setObjectName(f"call_{call.id}")
        sensors = ", ".join(sensor_title(sensor) for sensor in call.sensors)
        kinds = ", ".join(_call_kind(kind) for kind in call.kinds)
        about = " · ".join(part for part in (sensors, kinds) if part)
        lines = [
            label(call.title, role=Role.TITLE, name="callTitleLabel"),
            label(_call_dates(call), name="callDatesLabel"),
            label(about, role=Role.MUTED, name="callAboutLabel"),
        ]
        if call.text:
            lines.append(label(call.text, role=Role.MUTED, name="callTextLabel"))
        layout = column(*lines, spacing=HALF)
        layout.setContentsMargins(STEP + HALF, STEP, STEP, STEP)
        self.setLayout(layout)


_TONES = {CallState.OPEN: Tone.SUCCESS, CallState.PLANNED: Tone.INFO, CallState.CLOSED: Tone.NEUTRAL}


def _call_dates(call: Call) -> str:
    """Since when and until when it is open."""
    opens, closes = formats.day(call.opens), formats.day(call.closes)
    if call.state is CallState.PLANNED:
        return translate("Dinamis", "Opens on {day}").format(day=opens)
    if call.state is CallState.CLOSED:
        return translate("Dinamis", "Closed since {day}").format(day=closes)
    if call.closes is None:
        return translate("Dinamis", "Open, permanent")
    return translate("Dinamis", "Open until {day}").format(day=closes)


def _call_kind(kind: str) -> str:
    return {
        "archive": translate("Dinamis", "Archive"),
        "programming": translate("Dinamis", "Acquisition"),
    }.get(kind, kind)


def kind_label(user_kind: str) -> str:
    """The kind of user for a person."""
    return {
        "SCI": translate("Dinamis", "Scientific user, France"),
        "PUB": translate("Dinamis", "Public actor, France"),
        "RND": translate("Dinamis", "Private research and development"),
        "PCP": translate("Dinamis", "Contractor of public procurement"),
        "ETR": translate("Dinamis", "Foreign scientific user"),
    }.get(user_kind, user_kind)


def _role_label(role: str) -> str:
    return {
        "referent": translate("Dinamis", "DINAMIS referent"),
        "legal_representative": translate("Dinamis", "legal representative"),
        "operator": translate("Dinamis", "DINAMIS operator"),
    }.get(role, role)
