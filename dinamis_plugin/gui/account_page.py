"""The page of the account: who is signed in, and the quota of each sensor."""

from __future__ import annotations

from collections.abc import Sequence

from qgis.PyQt.QtCore import QCoreApplication, pyqtSignal
from qgis.PyQt.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from ..domain.account import Account
from ..domain.quota import Price, SensorQuota
from . import formats
from .quota_bar import QuotaBar
from .theme import HALF, STEP, Role
from .widgets import Card, EmptyState, Section, column, label, row, scroller

translate = QCoreApplication.translate


class AccountPage(QWidget):
    """Shows the person, the entity and the quotas.

    Signals:
        sign_in_requested: the person wants to sign in.
    """

    sign_in_requested = pyqtSignal()

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
        self._signed_out = EmptyState("account", name="accountSignedOut")
        self._signed_out.acted.connect(self.sign_in_requested)
        self._build()
        self.set_account(None)

    def _build(self) -> None:
        person = Card()
        person.setLayout(
            column(self._name, self._mail, self._entity, self._kind, margins=STEP + HALF, spacing=HALF)
        )
        quotas = Section(translate("Dinamis", "Free quotas, for each request"), beside=self._year)
        quotas.add(self._no_quotas)
        quotas.add(self._quotas)
        content = QWidget()
        body = column(person, quotas, margins=STEP, spacing=2 * STEP)
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
        """Show one card for each sensor."""
        layout = self._quotas.layout()
        while layout.count():
            layout.takeAt(0).widget().deleteLater()
        for quota in quotas:
            layout.addWidget(QuotaRow(quota))
        self._no_quotas.setVisible(not quotas)
        self._year.setText(str(quotas[0].year) if quotas and quotas[0].year else "")


class QuotaRow(Card):
    """Quota, minimum, prices and the area asked for this year, of one sensor."""

    def __init__(self, quota: SensorQuota) -> None:
        super().__init__()
        self.setObjectName(f"quotaRow_{quota.sensor}")
        title = label(quota.title, role=Role.TITLE, wrap=False)
        free = label(_free_text(quota), wrap=False)
        head = row(title, free)
        head.insertStretch(1, 1)
        body = QVBoxLayout()
        body.setContentsMargins(STEP + HALF, STEP, STEP + HALF, STEP)
        body.setSpacing(HALF)
        body.addLayout(head)
        if quota.quota_km2:
            bar = QuotaBar(informative=True)
            bar.set_share(quota.requested_km2 / quota.quota_km2)
            bar.setAccessibleName(
                translate("Dinamis", "Area asked for this year, beside the quota of one request")
            )
            bar.setToolTip(bar.accessibleName())
            body.addWidget(bar)
        for line in _lines(quota):
            body.addWidget(label(line, role=Role.MUTED))
        self.setLayout(body)


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


def _free_text(quota: SensorQuota) -> str:
    if quota.quota_km2 is None:
        return translate("Dinamis", "not defined")
    if quota.quota_km2 == 0:
        return translate("Dinamis", "no free area")
    return formats.area(quota.quota_km2)


def _lines(quota: SensorQuota) -> list[str]:
    lines = []
    if quota.requested_km2:
        asked = formats.area(quota.requested_km2)
        lines.append(translate("Dinamis", "Asked for this year: {area} (for information)").format(area=asked))
    if quota.quota_credits and quota.km2_per_credit:
        lines.append(
            translate("Dinamis", "{credits} credits of {area}").format(
                credits=formats.number(quota.quota_credits), area=formats.area(quota.km2_per_credit)
            )
        )
    if quota.minimum_km2:
        lines.append(translate("Dinamis", "Counted from {area}").format(area=formats.area(quota.minimum_km2)))
    lines.append(
        translate("Dinamis", "Beyond: archive {archive}, acquisition {acquisition}").format(
            archive=_price_text(quota.archive), acquisition=_price_text(quota.programming)
        )
    )
    if quota.note:
        lines.append(quota.note)
    return lines


def _price_text(price: Price) -> str:
    if price.eur is None:
        return formats.euros(None)
    if price.unit == "credit":
        return translate("Dinamis", "{euros} a credit").format(euros=formats.euros(price.eur))
    return f"{formats.euros(price.eur)}/km²"
