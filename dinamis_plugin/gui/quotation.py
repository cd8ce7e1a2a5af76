"""The quotation of a request, which waits for the yes or no of the person (REQ-20)."""

from __future__ import annotations

from qgis.PyQt.QtCore import QCoreApplication, pyqtSignal
from qgis.PyQt.QtWidgets import QInputDialog, QWidget

from ..domain.order import Order
from . import formats
from .questions import confirmed
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

    def confirm_accept(self, parent: QWidget, order: Order) -> bool:
        """Ask whether the price is really accepted."""
        return confirmed(
            parent,
            "acceptQuotationBox",
            title=translate("Dinamis", "Accept the quotation"),
            question=translate("Dinamis", "Accept the quotation of the request {id}?").format(id=order.id),
            consequence=translate(
                "Dinamis", "{price}. The images are then ordered from the supplier at this price."
            ).format(price=price_text(order)),
            yes=translate("Dinamis", "Accept"),
            no=translate("Dinamis", "Not now"),
        )

    def ask_reason(self, parent: QWidget, order: Order) -> str | None:
        """Ask whether the price is really declined, and why; None when it is not."""
        consequence = translate(
            "Dinamis", "{price}. The request is then cancelled; a new one can be made."
        ).format(price=price_text(order))
        question = translate("Dinamis", "Decline the quotation of the request {id}?").format(id=order.id)
        box = QInputDialog(parent)
        box.setObjectName("declineQuotationBox")
        box.setWindowTitle(translate("Dinamis", "Decline the quotation"))
        why = translate("Dinamis", "Why (may be left empty):")
        box.setLabelText(f"{question}\n{consequence}\n\n{why}")
        box.setOption(QInputDialog.InputDialogOption.UsePlainTextEditForTextInput, True)
        box.setOkButtonText(translate("Dinamis", "Decline"))
        box.setCancelButtonText(translate("Dinamis", "Not now"))
        return box.textValue().strip() if box.exec() else None


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
