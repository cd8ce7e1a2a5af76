"""What a request takes of the quota, what it costs, and what the service says about it (REQ-12, REQ-20)."""

from __future__ import annotations

from collections.abc import Sequence

from qgis.PyQt.QtCore import QCoreApplication

from ..controllers.messages import Notice
from ..domain.estimate import CREDIT, Estimate
from . import formats
from .notices import ActionButton
from .quota_bar import QuotaBar
from .theme import HALF, STEP, Role, Tone
from .widgets import Card, column, label, row

translate = QCoreApplication.translate

_TONES = {"info": Tone.INFO, "warning": Tone.WARNING, "error": Tone.DANGER}


class EstimateCard(Card):
    """Area, share of the quota, excess, price and messages; a refusal takes the place of the messages."""

    def __init__(self, prefix: str) -> None:
        super().__init__()
        self._area = label(role=Role.TITLE, name=f"{prefix}AreaLabel")
        self._quota = label(name=f"{prefix}QuotaLabel")
        self._bar = QuotaBar()
        self._bar.setAccessibleName(translate("Dinamis", "Share of the quota that this request takes"))
        self._excess = label(role=Role.WARNING, name=f"{prefix}ExcessLabel")
        self._price = label(role=Role.TITLE, name=f"{prefix}PriceLabel")
        self._more = label(role=Role.MUTED, name=f"{prefix}QuotaMoreLabel")
        self._messages = label(name=f"{prefix}Messages")
        self._action = ActionButton(f"{prefix}ActionButton")
        self._messages_card = Card(Tone.INFO)
        offer = row(self._action)
        offer.addStretch(1)
        self._messages_card.setLayout(column(self._messages, offer, margins=STEP))
        self._messages_card.layout().setContentsMargins(STEP + HALF, STEP, STEP, STEP)
        self._messages_card.hide()
        parts = (self._area, self._bar, self._quota, self._excess, self._price, self._more)
        self.setLayout(column(*parts, self._messages_card, margins=STEP + HALF))

    def show_estimate(
        self, estimate: Estimate | None, refusal: Notice | None, waiting: str, more: Sequence[str] = ()
    ) -> None:
        """Show an estimate, or what it waits for; and the refusal of an estimate, a form or a submission.

        Args:
            estimate: what the request would take.
            refusal: what is wrong.
            waiting: what an estimate waits for.
            more: further sentences to the refusal.
        """
        self._bar.setVisible(estimate is not None and estimate.share is not None)
        for place in (self._quota, self._excess, self._price, self._more):
            place.setVisible(estimate is not None)
        if estimate is not None:
            self._area.setText(_area_text(estimate))
            self._bar.set_share(estimate.share)
            self._quota.setText(_quota_text(estimate))
            self._say(self._excess, excess_text(estimate))
            self._price.setText(translate("Dinamis", "Price: {price}").format(price=price_text(estimate)))
            self._say(self._more, "\n".join(_more_texts(estimate)))
        else:
            self._area.setText(waiting if refusal is None else translate("Dinamis", "No estimate"))
        self._show_messages(estimate, refusal, more)

    def _say(self, place, text: str) -> None:
        place.setText(text)
        place.setVisible(bool(text))

    def _show_messages(self, estimate: Estimate | None, refusal: Notice | None, more: Sequence[str]) -> None:
        texts: list[str] = []
        tone = Tone.INFO
        if refusal is not None:
            tone = Tone.DANGER
            said = (refusal.title, refusal.text, *more, refusal.hint)
            texts = [part for part in dict.fromkeys(said) if part]
        elif estimate is not None:
            texts = [message.text for message in estimate.messages if message.text]
            levels = [message.level for message in estimate.messages]
            worst = next((level for level in ("error", "warning") if level in levels), "info")
            tone = _TONES[worst]
        self._messages.setText("\n".join(texts))
        self._messages_card.set_tone(tone)
        self._messages_card.setVisible(bool(texts))
        self._action.offer(None if refusal is None else refusal.action)


def excess_text(estimate: Estimate) -> str:
    """What goes beyond the quota, empty when nothing does."""
    if estimate.excess_km2 <= 0:
        return ""
    return translate("Dinamis", "{area} beyond the quota").format(area=formats.area(estimate.excess_km2))


def total_text(estimate: Estimate) -> str:
    """Area, share of the quota and price in one line."""
    parts = [formats.area(estimate.area_km2)]
    if estimate.share is not None:
        parts.append(
            translate("Dinamis", "{share} of the quota").format(share=formats.percent(estimate.share))
        )
    price = formats.euros(estimate.price_eur) if estimate.price_quantity else price_text(estimate)
    return " · ".join([*parts, price])


def price_text(estimate: Estimate) -> str:
    """The price for a person."""
    if not estimate.price_quantity:
        return translate("Dinamis", "free of charge within the quota")
    amount = formats.number(estimate.price_quantity, 0 if float(estimate.price_quantity).is_integer() else 1)
    unit = translate("Dinamis", "credits") if estimate.price_unit == CREDIT else "km²"
    return translate("Dinamis", "{euros} ({amount} {unit})").format(
        euros=formats.euros(estimate.price_eur), amount=amount, unit=unit
    )


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
    return text


def _more_texts(estimate: Estimate) -> list[str]:
    """Credits, tranches, package, budget, and by which table this was judged."""
    texts = []
    if estimate.credits is not None:
        texts.append(
            translate("Dinamis", "Credits: {needed} needed, {free} free, {beyond} beyond").format(
                needed=_count(estimate.credits.needed),
                free=_count(estimate.credits.free),
                beyond=_count(estimate.credits.beyond),
            )
        )
    if estimate.price_tranches:
        tranches = " + ".join(_count(tranche) for tranche in estimate.price_tranches)
        texts.append(translate("Dinamis", "Tranches of credits: {tranches}").format(tranches=tranches))
    if estimate.package_km2:
        area = formats.area(estimate.package_km2)
        texts.append(translate("Dinamis", "Taken from the package of the project: {area}").format(area=area))
    budget = estimate.budget
    if budget is not None and budget.left_eur is not None:
        left = formats.euros(budget.left_eur)
        text = translate("Dinamis", "Left on the budget of the project: {left}")
        if not budget.enough:
            text = translate("Dinamis", "The budget of the project does not suffice: {left} left")
        texts.append(text.format(left=left))
    if estimate.version:
        texts.append(
            translate("Dinamis", "Table of quotas {year}, version {version}").format(
                year=estimate.year, version=estimate.version
            )
        )
    return texts


def _count(value: float) -> str:
    return formats.number(value, 0 if float(value).is_integer() else 1)
