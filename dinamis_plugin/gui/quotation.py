"""The quotation of a request, which waits for the yes or no of the person (REQ-20)."""

from __future__ import annotations

from qgis.PyQt.QtCore import QCoreApplication, pyqtSignal

from ..domain.order import Order
from . import formats
from .theme import HALF, STEP, Role, Tone, make_primary
from .widgets import ButtonGrid, Card, column, label, push_button

translate = QCoreApplication.translate


class QuotationCard(Card):
    """Price and area of a quotation, shown only while it can be accepted.

    Signals:
        accepted, declined: the person wants to; not confirmed yet.
    """

    accepted = pyqtSignal()
    declined = pyqtSignal()

    def __init__(self) -> None:
        super().__init__(Tone.WARNING)
        self.setObjectName("quotationCard")
        self._price = label(role=Role.TITLE, name="quotationPriceLabel")
        self._for = label(role=Role.MUTED, name="quotationAreaLabel")
        accept = push_button(
            translate("Dinamis", "Accept the quotation…"), name="acceptQuotationButton", icon="check"
        )
        make_primary(accept)
        accept.clicked.connect(self.accepted)
        decline = push_button(
            translate("Dinamis", "Decline the quotation…"), name="declineQuotationButton", icon="close"
        )
        decline.clicked.connect(self.declined)
        body = column(self._price, self._for, ButtonGrid([accept, decline]), margins=STEP, spacing=HALF)
        body.setContentsMargins(STEP + HALF, STEP, STEP, STEP)
        self.setLayout(body)
        self.hide()

    def show_order(self, order: Order | None) -> None:
        """Show the quotation of the order in hand, if it waits for an answer."""
        if order is None or not order.can_be_accepted:
            self.hide()
        else:
            self._price.setText(price_text(order))
            self._for.setText(_area_text(order))
            self._for.setVisible(bool(self._for.text()))
            self.show()


def price_text(order: Order) -> str:
    """The price of a quotation for a person."""
    if order.price_eur is None:
        return translate("Dinamis", "Quotation without a price")
    return translate("Dinamis", "Quotation: {euros}").format(euros=formats.euros(order.price_eur))


def _area_text(order: Order) -> str:
    """What the price is for, as far as the service says."""
    parts = []
    if order.area_km2 is not None:
        parts.append(translate("Dinamis", "Area counted: {area}").format(area=formats.area(order.area_km2)))
    if order.excess_km2:
        beyond = formats.area(order.excess_km2)
        parts.append(translate("Dinamis", "{area} beyond the quota").format(area=beyond))
    return " · ".join(parts)
