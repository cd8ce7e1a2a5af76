"""The missions of the catalogue, and one spelling for names that providers write in many ways (CAT-37)."""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Platform:
    """A satellite as the catalogue names it, with what every item of it says."""

    name: str
    mission: str
    collection: str
    constellation: str
    instruments: tuple[str, ...]
    gsd: float


_PLATFORMS = [
    *(Platform(name, "PLEIADES", "pleiades", "pleiades", ("hiri",), 0.5) for name in ("PHR1A", "PHR1B")),
    *(
        Platform(name, "PLEIADES NEO", "pleiades-neo", "pleiades-neo", ("pneo-imager",), 0.3)
        for name in ("PNEO3", "PNEO4")
    ),
    *(Platform(name, "SPOT 6/7", "spot-6-7", "spot", ("naomi",), 1.5) for name in ("SPOT6", "SPOT7")),
    Platform("SPOT5", "SPOT 5", "spot-world-heritage", "spot", ("hrg",), 2.5),
    Platform("SPOT4", "SPOT 4", "spot-world-heritage", "spot", ("hrvir",), 10),
    Platform("SPOT3", "SPOT 3", "spot-world-heritage", "spot", ("hrv",), 10),
    Platform("SPOT2", "SPOT 2", "spot-world-heritage", "spot", ("hrv",), 10),
    Platform("SPOT1", "SPOT 1", "spot-world-heritage", "spot", ("hrv",), 10),
    *(
        Platform(name, "SENTINEL 2", "sentinel-2", "sentinel-2", ("msi",), 10)
        for name in ("S2A", "S2B", "S2C")
    ),
    *(Platform(f"CO3D{number}", "CO3D", "co3d", "co3d", ("co3d",), 0.5) for number in (1, 2, 3, 4)),
    *(
        Platform(f"RAPIDEYE{number}", "RAPIDEYE", "kalideos", "rapideye", ("reis",), 5)
        for number in range(1, 6)
    ),
    *(
        Platform(f"CSK{number}", "COSMO-SKYMED", "kalideos", "cosmo-skymed", ("sar-2000",), 1)
        for number in (1, 2, 3, 4)
    ),
    Platform("TERRA", "ASTER", "kalideos", "terra", ("aster",), 15),
    Platform("SKYSAT", "PLANET", "planet", "skysat", ("skysat",), 0.6),
    Platform("JILIN1", "JILIN", "jilin", "jilin-1", ("jilin-1",), 0.5),
    *(Platform(name, "TERRASAR-X", "terrasar-x", "terrasar-x", ("sar",), 0.25) for name in ("TSX1", "TDX1")),
]

PLATFORMS: dict[str, Platform] = {platform.name: platform for platform in _PLATFORMS}
"""Every platform by its one name."""

PWH = "PWH"
"""Pléiades World Heritage: Pléiades satellites, another collection and product type."""
PWH_COLLECTION = "pleiades-world-heritage"

MISSIONS: dict[str, str] = {
    **{platform.mission: platform.collection for platform in _PLATFORMS},
    PWH: PWH_COLLECTION,
}
"""Collection of each mission."""

_TITLES = {
    "PLEIADES": "Pléiades",
    "PLEIADES NEO": "Pléiades Neo",
    PWH: "Pléiades World Heritage",
    "SENTINEL 2": "Sentinel-2",
    "RAPIDEYE": "RapidEye",
    "COSMO-SKYMED": "COSMO-SkyMed",
    "PLANET": "Planet",
    "JILIN": "Jilin",
    "TERRASAR-X": "TerraSAR-X",
}


def mission_title(mission: str) -> str:
    """The mission as a person reads its name."""
    return _TITLES.get(mission, mission)


_SPELLINGS = {
    "PLEIADES1A": "PHR1A",
    "PLEIADES1B": "PHR1B",
    "PLEIADESHR1A": "PHR1A",
    "PLEIADESHR1B": "PHR1B",
    "PLEIADESNEO3": "PNEO3",
    "PLEIADESNEO4": "PNEO4",
    **{f"COSMOSKYMED{number}": f"CSK{number}" for number in (1, 2, 3, 4)},
    "TERRASARX": "TSX1",
    "TANDEMX": "TDX1",
    "SENTINEL2A": "S2A",
    "SENTINEL2B": "S2B",
    "SENTINEL2C": "S2C",
}


def normal_platform(name: str) -> str | None:
    """The catalogue's name of a platform written in any known way (`PHR-1A`, `pleiades-1a`, `SPOT 4`)."""
    squeezed = re.sub(r"[^A-Z0-9]", "", name.upper().replace("É", "E"))
    found = _SPELLINGS.get(squeezed, squeezed)
    return found if found in PLATFORMS else None


def normal_mission(name: str) -> str | None:
    """The catalogue's name of a mission written in any known way (`Spot5`, `spot 6/7`, `Sentinel-2`)."""
    squeezed = re.sub(r"[^A-Z0-9]", "", name.upper().replace("É", "E"))
    for mission in MISSIONS:
        if squeezed == re.sub(r"[^A-Z0-9]", "", mission):
            return mission
    if squeezed == "PLEIADESWORLDHERITAGE":
        return PWH
    if squeezed in ("SPOT6", "SPOT7"):
        return "SPOT 6/7"
    return None
