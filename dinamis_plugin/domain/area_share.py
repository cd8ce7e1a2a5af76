"""What an area takes of the quotas, told while it is drawn (QUO-02, QUO-08)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from .quota import SensorQuota


@dataclass(frozen=True)
class AreaShare:
    """An area beside the quota of one sensor.

    Attributes:
        title: Name of the sensor for a person.
        minimum_km2: Smallest area of a request, 0 where there is none.
        quota_km2: Free area of one request; None when no quota is defined.
        share: Part of the quota (1.0 is all) that is counted, at least the minimum's; None without quota.
        below_minimum: Whether the area is smaller than the smallest order.
    """

    title: str
    minimum_km2: float
    quota_km2: float | None
    share: float | None
    below_minimum: bool


def shares(quotas: Iterable[SensorQuota], km2: float) -> tuple[AreaShare, ...]:
    """Put an area in km2 beside each quota, as the service counts it: never less than the minimum."""
    return tuple(_share(quota, km2) for quota in quotas)


def _share(quota: SensorQuota, km2: float) -> AreaShare:
    counted = max(km2, quota.minimum_km2)
    share = counted / quota.quota_km2 if quota.quota_km2 else None
    return AreaShare(quota.title, quota.minimum_km2, quota.quota_km2, share, km2 < quota.minimum_km2)
