"""Names of states, kinds and products of requests for a person."""

from __future__ import annotations

from qgis.PyQt.QtCore import QCoreApplication

from ..domain.follow_up import StatusChange
from ..domain.order import OrderKind, OrderState
from .theme import Tone

translate = QCoreApplication.translate

TONE_OF_STATE = {
    OrderState.DRAFT: Tone.NEUTRAL,
    OrderState.SUBMITTED: Tone.INFO,
    OrderState.ARBITRATION: Tone.WARNING,
    OrderState.QUOTATION: Tone.WARNING,
    OrderState.ACCEPTED: Tone.INFO,
    OrderState.PRODUCTION: Tone.INFO,
    OrderState.PROGRAMMED: Tone.INFO,
    OrderState.ACQUIRING: Tone.INFO,
    OrderState.DELIVERED: Tone.SUCCESS,
    OrderState.REJECTED: Tone.DANGER,
    OrderState.CANCELLED: Tone.NEUTRAL,
    OrderState.FAILED: Tone.DANGER,
    OrderState.EXPIRED: Tone.NEUTRAL,
}

_SENSORS = {"PLEIADES": "Pléiades", "PNEO": "Pléiades Neo", "SPOT": "SPOT"}


def state_label(state: OrderState) -> str:
    """The name of a state for a person."""
    return {
        OrderState.DRAFT: translate("Dinamis", "Draft"),
        OrderState.SUBMITTED: translate("Dinamis", "Submitted"),
        OrderState.ARBITRATION: translate("Dinamis", "In arbitration"),
        OrderState.QUOTATION: translate("Dinamis", "Quotation to accept"),
        OrderState.ACCEPTED: translate("Dinamis", "Accepted"),
        OrderState.PRODUCTION: translate("Dinamis", "In production"),
        OrderState.PROGRAMMED: translate("Dinamis", "Programmed"),
        OrderState.ACQUIRING: translate("Dinamis", "Acquisition in progress"),
        OrderState.DELIVERED: translate("Dinamis", "Delivered"),
        OrderState.REJECTED: translate("Dinamis", "Rejected"),
        OrderState.CANCELLED: translate("Dinamis", "Cancelled"),
        OrderState.FAILED: translate("Dinamis", "Failed"),
        OrderState.EXPIRED: translate("Dinamis", "Expired"),
    }[state]


def kind_label(kind: OrderKind) -> str:
    """Archive or acquisition, for a person."""
    if kind is OrderKind.ARCHIVE:
        return translate("Dinamis", "Archive")
    return translate("Dinamis", "Acquisition")


def sensor_label(sensor: str) -> str:
    """The name of a sensor."""
    return _SENSORS.get(sensor, sensor)


def product_text(sensor: str, mode: str, kind: OrderKind) -> str:
    """Sensor, mode and kind, as the request names what is asked for (REQ-10)."""
    modes = {
        "mono": translate("Dinamis", "Mono"),
        "stereo": translate("Dinamis", "Stereo"),
        "tristereo": translate("Dinamis", "Tri-stereo"),
    }
    parts = (sensor_label(sensor), modes.get(mode, mode), kind_label(kind).lower())
    return " - ".join(part for part in parts if part)


def by_label(change: StatusChange) -> str:
    """Who made a change of state."""
    return {
        "requester": translate("Dinamis", "Requester"),
        "operator": translate("Dinamis", "DINAMIS operator"),
        "system": translate("Dinamis", "Service"),
    }.get(change.by, change.by)
