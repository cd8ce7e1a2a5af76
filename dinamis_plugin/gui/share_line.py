"""What the areas take of each quota, in one line (QUO-02, QUO-08)."""

from __future__ import annotations

from collections.abc import Sequence

from qgis.PyQt.QtCore import QCoreApplication

from ..domain.area_share import AreaShare, shares
from ..domain.quota import SensorQuota
from . import formats
from .theme import Role, set_role
from .widgets import ElidedLabel

translate = QCoreApplication.translate

_LEAST_TOLD = 0.01


class ShareLine(ElidedLabel):
    """One line for all sensors, each of them whole in the tooltip; hidden without quotas or area."""

    def __init__(self) -> None:
        super().__init__("aoiShareLabel")
        set_role(self, Role.MUTED)
        self._quotas: tuple[SensorQuota, ...] = ()
        self._km2 = 0.0
        self.hide()

    def set_quotas(self, quotas: Sequence[SensorQuota]) -> None:
        """Use the quotas of another person, none when signed out."""
        self._quotas = tuple(quotas)
        self._show()

    def set_area(self, km2: float) -> None:
        """Show what so many square kilometres take."""
        self._km2 = km2
        self._show()

    def _show(self) -> None:
        told = [one for one in shares(self._quotas, self._km2) if one.share is not None or one.below_minimum]
        visible = bool(told) and self._km2 > 0
        self.setVisible(visible)
        if not visible:
            return
        beyond = any(one.share is not None and one.share > 1 for one in told)
        set_role(self, Role.WARNING if beyond else Role.MUTED)
        parts = " · ".join(_short(one) for one in told)
        self.setText(translate("Dinamis", "Quota: {shares}").format(shares=parts))
        self.setAccessibleDescription(self._details())

    def _fit(self) -> None:
        super()._fit()
        self.setToolTip(self._details())

    def _details(self) -> str:
        head = translate("Dinamis", "What {area} would take of the free quota of one request:").format(
            area=formats.area(self._km2)
        )
        return "\n".join([head, *(_whole(one) for one in shares(self._quotas, self._km2))])


def _short(one: AreaShare) -> str:
    if one.below_minimum or one.share is None:
        return translate("Dinamis", "{sensor} min. {minimum}").format(
            sensor=one.title, minimum=formats.area(one.minimum_km2)
        )
    return translate("Dinamis", "{sensor} {share}").format(sensor=one.title, share=_percent(one.share))


def _whole(one: AreaShare) -> str:
    parts = [
        translate("Dinamis", "no quota")
        if one.share is None or one.quota_km2 is None
        else translate("Dinamis", "{share} of {quota}").format(
            share=_percent(one.share), quota=formats.area(one.quota_km2)
        )
    ]
    if one.below_minimum:
        parts.append(
            translate("Dinamis", "smaller than the smallest order, {minimum}").format(
                minimum=formats.area(one.minimum_km2)
            )
        )
    elif one.minimum_km2:
        parts.append(
            translate("Dinamis", "smallest order {minimum}").format(minimum=formats.area(one.minimum_km2))
        )
    return translate("Dinamis", "{sensor}: {details}").format(sensor=one.title, details=", ".join(parts))


def _percent(share: float) -> str:
    if 0 < share < _LEAST_TOLD:
        return translate("Dinamis", "< {share}").format(share=formats.percent(_LEAST_TOLD))
    return formats.percent(share)
