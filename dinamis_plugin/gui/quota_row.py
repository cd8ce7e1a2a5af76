"""The quota of one sensor at one look: what is free, what was asked for, what more costs."""

from __future__ import annotations

from qgis.PyQt.QtCore import QCoreApplication, QEvent, Qt
from qgis.PyQt.QtWidgets import QGridLayout, QLabel, QWidget

from ..domain.quota import Price, SensorQuota, Tranche
from . import formats
from .missions import SENSOR_ICONS
from .quota_bar import QuotaGauge
from .theme import HALF, ICON, STEP, Role, colours, themed_pixmap
from .widgets import Card, column, label, on_theme_change, row

translate = QCoreApplication.translate

_ICONS = {"PLEIADES": "sensor_pleiades", "SPOT": "sensor_spot", "PNEO": SENSOR_ICONS["PLEIADES NEO"]}
_FIGURE = ICON + STEP


class QuotaRow(Card):
    """Quota of one request, area asked for this year, minimum, credits, prices and tranches of one sensor."""

    def __init__(self, quota: SensorQuota) -> None:
        super().__init__()
        self.setObjectName(f"quotaRow_{quota.sensor}")
        self._icon = _ICONS.get(quota.sensor, "sensor")
        self._figure = QLabel()
        self._figure.setFixedSize(_FIGURE, _FIGURE)
        self._draw()
        free = label(_free_text(quota), role=Role.HEADING, wrap=False, name="quotaFreeLabel")
        head = row(self._figure, label(quota.title, role=Role.TITLE, wrap=False))
        head.addStretch(1)
        head.addWidget(free)
        body = column(head, margins=STEP, spacing=HALF)
        if quota.quota_km2:
            each = label(translate("Dinamis", "free, for each request"), role=Role.MUTED, wrap=False)
            each.setAlignment(Qt.AlignmentFlag.AlignRight)
            body.addWidget(each)
            body.addWidget(_gauge(quota))
        if quota.requested_km2:
            body.addWidget(label(_asked_text(quota), name="quotaAskedLabel"))
        body.addLayout(_table(quota))
        if quota.note:
            body.addWidget(label(quota.note, role=Role.MUTED, name="quotaNoteLabel"))
        self.setLayout(body)
        self.setAccessibleName(f"{quota.title}, {_free_text(quota)}")

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """Follow the theme."""
        super().changeEvent(event)
        on_theme_change(event, self._draw)

    def _draw(self) -> None:
        picture = themed_pixmap(self._icon, colours().muted, _FIGURE, self.devicePixelRatioF())
        self._figure.setPixmap(picture)


def _gauge(quota: SensorQuota) -> QuotaGauge:
    gauge = QuotaGauge(quota.quota_km2 or 0.0, quota.requested_km2)
    gauge.setAccessibleName(translate("Dinamis", "Area asked for this year, beside the quota of one request"))
    gauge.setToolTip(gauge.accessibleName())
    return gauge


def _table(quota: SensorQuota) -> QGridLayout:
    """Titles at the left, figures at the right, as in a table of tariffs."""
    grid = QGridLayout()
    grid.setContentsMargins(0, HALF, 0, 0)
    grid.setHorizontalSpacing(STEP)
    grid.setVerticalSpacing(2)
    for number, (name, title, value) in enumerate(_lines(quota)):
        figure = label(value, name=name)
        figure.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignTop)
        about: QWidget = label(title, role=Role.MUTED, wrap=False)
        about.setAlignment(Qt.AlignmentFlag.AlignTop)
        grid.addWidget(about, number, 0)
        grid.addWidget(figure, number, 1)
    grid.setColumnStretch(1, 1)
    return grid


def _lines(quota: SensorQuota) -> list[tuple[str, str, str]]:
    lines = []
    if quota.quota_credits and quota.km2_per_credit:
        given = translate("Dinamis", "{credits} credits of {area}").format(
            credits=formats.number(quota.quota_credits), area=formats.area(quota.km2_per_credit)
        )
        lines.append(("quotaCreditsLabel", translate("Dinamis", "Free"), given))
    minimum = formats.area(quota.minimum_km2) if quota.minimum_km2 else translate("Dinamis", "none")
    lines += [
        ("quotaArchiveLabel", translate("Dinamis", "Beyond, archive"), _price_text(quota.archive)),
        (
            "quotaProgrammingLabel",
            translate("Dinamis", "Beyond, programming"),
            _price_text(quota.programming),
        ),
    ]
    lines += [_tranche_line(tranche) for tranche in quota.tranches]
    lines.append(("quotaMinimumLabel", translate("Dinamis", "Minimum"), minimum))
    return lines


def _free_text(quota: SensorQuota) -> str:
    if quota.quota_km2 is None:
        return translate("Dinamis", "not defined")
    if quota.quota_km2 == 0:
        return translate("Dinamis", "no free area")
    return formats.area(quota.quota_km2)


def _asked_text(quota: SensorQuota) -> str:
    return translate("Dinamis", "Asked for this year: {area} (for information)").format(
        area=formats.area(quota.requested_km2)
    )


def _tranche_line(tranche: Tranche) -> tuple[str, str, str]:
    """A number of credits sold together, and its price where one is printed."""
    number = formats.number(tranche.credits)
    title = translate("Dinamis", "Tranche of {credits} credits").format(credits=number)
    price = translate("Dinamis", "on quotation") if tranche.eur is None else formats.euros(tranche.eur)
    return f"quotaTranche_{round(tranche.credits)}", title, price


def _price_text(price: Price) -> str:
    if price.eur is None:
        return formats.euros(None)
    if price.unit == "credit":
        return translate("Dinamis", "{euros} a credit").format(euros=formats.euros(price.eur))
    return f"{formats.euros(price.eur)}/km²"
