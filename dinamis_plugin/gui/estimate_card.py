"""What a request would take, and what the service says about it."""

from __future__ import annotations

from qgis.PyQt.QtCore import QCoreApplication

from ..controllers.messages import Notice
from ..domain.order import Estimate
from . import formats
from .notices import ActionButton
from .quota_bar import QuotaBar
from .theme import HALF, STEP, Role, Tone
from .widgets import Card, column, label, row

translate = QCoreApplication.translate

_TONES = {"info": Tone.INFO, "warning": Tone.WARNING, "error": Tone.DANGER}


class EstimateCard(Card):
    """Area, quota, price and messages; a refusal is shown in the place of the messages."""

    def __init__(self, prefix: str) -> None:
        super().__init__()
        self._area = label(role=Role.TITLE, name=f"{prefix}AreaLabel")
        self._quota = label(name=f"{prefix}QuotaLabel")
        self._bar = QuotaBar()
        self._price = label(name=f"{prefix}PriceLabel")
        self._messages = label(name=f"{prefix}Messages")
        self._action = ActionButton(f"{prefix}ActionButton")
        self._messages_card = Card(Tone.INFO)
        offer = row(self._action)
        offer.addStretch(1)
        self._messages_card.setLayout(column(self._messages, offer, margins=STEP))
        self._messages_card.layout().setContentsMargins(STEP + HALF, STEP, STEP, STEP)
        self._messages_card.hide()
        self.setLayout(
            column(self._area, self._bar, self._quota, self._price, self._messages_card, margins=STEP + HALF)
        )

    def show_estimate(self, estimate: Estimate | None, refusal: Notice | None, waiting: str) -> None:
        """Show an estimate, or what it waits for; and the refusal of an estimate, a form or a submission."""
        self._bar.setVisible(estimate is not None and estimate.share is not None)
        self._quota.setVisible(estimate is not None)
        self._price.setVisible(estimate is not None)
        if estimate is not None:
            self._area.setText(_area_text(estimate))
            self._bar.set_share(estimate.share)
            self._quota.setText(_quota_text(estimate))
            self._price.setText(_price_text(estimate))
        else:
            self._area.setText(waiting if refusal is None else translate("Dinamis", "No estimate"))
        self._show_messages(estimate, refusal)

    def _show_messages(self, estimate: Estimate | None, refusal: Notice | None) -> None:
        texts: list[str] = []
        tone = Tone.INFO
        if refusal is not None:
            tone = Tone.DANGER
            texts = [part for part in (refusal.title, refusal.text, refusal.hint) if part]
        elif estimate is not None:
            texts = [message.text for message in estimate.messages if message.text]
            levels = [message.level for message in estimate.messages]
            worst = next((level for level in ("error", "warning") if level in levels), "info")
            tone = _TONES[worst]
        self._messages.setText("\n".join(texts))
        self._messages_card.set_tone(tone)
        self._messages_card.setVisible(bool(texts))
        self._action.offer(None if refusal is None else refusal.action)


def _area_text(estimate: Estimate) -> str:
    text = translate("Dinamis", "Area counted: {area}").format(area=formats.area(estimate.area_km2))
    if estimate.minimum_km2 > estimate.area_km2:
        least = translate("Dinamis", "at least {area}").format(area=formats.area(estimate.minimum_km2))
        text = f"{text} ({least})"
    return text


def _quota_text(estimate: Estimate) -> str:
    if estimate.quota_km2 is None:
        return translate("Dinamis", "No quota is defined for this sensor in {year}.").format(
            year=estimate.year
        )
    text = translate("Dinamis", "Quota {year} per request: {quota}").format(
        year=estimate.year, quota=formats.area(estimate.quota_km2)
    )
    if estimate.share is not None:
        taken = translate("Dinamis", "{share} taken").format(share=formats.percent(estimate.share))
        text = f"{text} · {taken}"
    if estimate.excess_km2 > 0:
        excess = translate("Dinamis", "{area} beyond the quota").format(
            area=formats.area(estimate.excess_km2)
        )
        text = f"{text} · {excess}"
    return text


def _price_text(estimate: Estimate) -> str:
    if not estimate.price_quantity:
        return translate("Dinamis", "Price: free of charge within the quota")
    amount = formats.number(estimate.price_quantity, 0 if float(estimate.price_quantity).is_integer() else 1)
    unit = translate("Dinamis", "credits") if estimate.price_unit == "credit" else "km²"
    return translate("Dinamis", "Price: {euros} ({amount} {unit})").format(
        euros=formats.euros(estimate.price_eur), amount=amount, unit=unit
    )
