"""Names of scenes in the manner of those who supply them."""

from __future__ import annotations

from datetime import datetime


def scene_name(platform: str, moment: datetime, longitude: float, latitude: float, serial: int) -> str:
    """An upper-case name such as a supplier gives; `serial` keeps names apart."""
    stamp = f"{moment:%Y%m%d%H%M%S}{serial % 10}"
    east = f"{'E' if longitude >= 0 else 'W'}{abs(int(longitude)):03d}"
    place = f"{east}{'N' if latitude >= 0 else 'S'}{abs(int(latitude)):02d}"
    if platform.startswith("PHR"):
        return f"DS_{platform}_{stamp}_FR1_PX_{place}_{serial % 10000:04d}_{serial // 10:05d}"
    if platform.startswith("PNEO"):
        return f"DS_{platform}_{stamp}_PMS-FS_{place}_{serial:06d}"
    if platform in ("SPOT6", "SPOT7"):
        return f"DS_{platform}_{stamp}_FR1_FR1_SV1_SV1_{place}_{serial:06d}"
    if platform.startswith("SPOT"):
        column, row = int((longitude + 180) * 2), int((90 - latitude) * 2)
        camera = {"SPOT5": "HRG", "SPOT4": "HRVIR"}.get(platform, "HRV")
        when = f"{moment:%Y-%m-%d-%H-%M-%S}"
        return (
            f"{serial:06d}_S{platform[-1]}_{column:03d}-{row:03d}-0_{when}_{camera}-{1 + serial % 2}_X_DT_GU"
        )
    zone = int((longitude + 180) // 6) + 1
    return (
        f"{platform}_MSIL1C_{moment:%Y%m%dT%H%M%S}_N0510_R{serial % 143 + 1:03d}_T{zone:02d}XX_{serial:06d}"
    )
