"""The collections that every catalogue of the service has (CAT-45 to CAT-53)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from dinamis_service.catalogue.engine import CatalogueEngine
from dinamis_service.catalogue.missions import MISSIONS, PLATFORMS, PWH_COLLECTION

_AIRBUS = ("Airbus DS", "https://www.airbus.com")
_CNES = ("CNES", "https://cnes.fr")
_ESA = ("ESA", "https://www.esa.int")
_PLANET = ("Planet Labs", "https://www.planet.com")
_CHANG_GUANG = ("Chang Guang Satellite Technology", "https://www.jl1.cn")
_HOST = {"name": "DINAMIS", "roles": ["host"], "url": "https://dinamis.data-terra.org"}

PROPRIETARY = "proprietary"
OPEN_LICENCE = "etalab-2.0"
"""Licence Ouverte 2.0, of what French public bodies open. The sources say « open data » and name no licence:
that it is this one is a decision of ours."""

HELD = ("downloadable", "orderable")
COVERAGE_YEARS = range(2014, 2026)
"""Yearly open SPOT 6/7 coverages of metropolitan France and Corsica."""

_METROPOLE = (-5.2, 41.3, 9.7, 51.2)
_OVERSEAS = ((-63.2, 14.3, -60.8, 18.2), (-54.7, 2.1, -51.5, 5.9), (44.9, -21.5, 55.9, -12.5))
_COASTS = (_METROPOLE, (-54.7, 2.1, -51.5, 5.9))
_WORLD = ((-180.0, -90.0, 180.0, 90.0),)


@dataclass(frozen=True)
class Series:
    """What a collection says of itself.

    Args:
        id: of the collection.
        title: for a person, French.
        description: one sentence, French.
        start: first moment, RFC 3339.
        producer: name and address of the producer.
        end: last moment; None while it goes on.
        licence: SPDX identifier, or `proprietary`.
        source: the collection whose satellites took its images; itself by default.
        product_types: those that its items may have.
        places: boxes (west, south, east, north), degrees.
    """

    id: str
    title: str
    description: str
    start: str
    producer: tuple[str, str]
    end: str | None = None
    licence: str = PROPRIETARY
    source: str | None = None
    product_types: tuple[str, ...] = HELD
    places: tuple[tuple[float, float, float, float], ...] = _WORLD

    @property
    def is_open(self) -> bool:
        """Whether everyone may have its images."""
        return self.licence != PROPRIETARY

    def document(self) -> dict[str, Any]:
        """The STAC collection, without links."""
        name, url = self.producer
        boxes = [list(box) for box in self.places]
        union = [f([box[i] for box in boxes]) for i, f in enumerate((min, min, max, max))]
        return {
            "type": "Collection",
            "stac_version": "1.0.0",
            "stac_extensions": [],
            "id": self.id,
            "title": self.title,
            "description": self.description,
            "keywords": ["DINAMIS", self.title],
            "license": self.licence,
            "providers": [{"name": name, "roles": ["producer", "licensor"], "url": url}, _HOST],
            "extent": {
                "spatial": {"bbox": boxes if len(boxes) == 1 else [union, *boxes]},
                "temporal": {"interval": [[self.start, self.end]]},
            },
            "summaries": self._summaries(),
            "dinamis:open_data": self.is_open,
        }

    def _summaries(self) -> dict[str, Any]:
        platforms = [one for one in PLATFORMS.values() if one.collection == (self.source or self.id)]
        missions = [mission for mission, home in MISSIONS.items() if home == self.id]
        return {
            "platform": [platform.name for platform in platforms],
            "constellation": sorted({platform.constellation for platform in platforms}),
            "instruments": sorted({name for platform in platforms for name in platform.instruments}),
            "gsd": sorted({platform.gsd for platform in platforms}),
            "dinamis:mission": missions or sorted({platform.mission for platform in platforms}),
            "dinamis:product_type": list(self.product_types),
            "dinamis:access": ["open" if self.is_open else "member"],
        }


_PLEIADES_START = "2011-12-17T00:00:00Z"

_SERIES = (
    Series(
        "pleiades",
        "Pléiades",
        "Images Pléiades 1A et 1B : panchromatique à 0,5 m, quatre bandes multispectrales à 2 m.",
        _PLEIADES_START,
        _AIRBUS,
    ),
    Series(
        "pleiades-littoral",
        "Pléiades, couverture des littoraux",
        "Couverture récurrente des littoraux sableux de métropole et de Guyane par Pléiades, à 0,5 m.",
        _PLEIADES_START,
        _AIRBUS,
        source="pleiades",
        product_types=("downloadable",),
        places=_COASTS,
    ),
    Series(
        "pleiades-guyane",
        "Pléiades, couverture de la Guyane",
        "Couverture de la Guyane française par Pléiades, à 0,5 m.",
        _PLEIADES_START,
        _AIRBUS,
        source="pleiades",
        product_types=("downloadable",),
        places=(_OVERSEAS[1],),
    ),
    Series(
        "pleiades-outre-mer",
        "Pléiades, couverture des outre-mer",
        "Couverture annuelle des départements et régions d'outre-mer par Pléiades, à 0,5 m.",
        _PLEIADES_START,
        _AIRBUS,
        source="pleiades",
        product_types=("downloadable",),
        places=_OVERSEAS,
    ),
    Series(
        "pleiades-neo",
        "Pléiades Neo",
        "Images Pléiades Neo 3 et 4 : panchromatique à 0,3 m, multispectral à 1,2 m.",
        "2021-04-29T00:00:00Z",
        _AIRBUS,
    ),
    Series(
        "spot-6-7",
        "SPOT 6/7",
        "Images SPOT 6 et 7 : panchromatique à 1,5 m, quatre bandes multispectrales à 6 m.",
        "2012-09-09T00:00:00Z",
        _AIRBUS,
    ),
    *(
        Series(
            f"spot-6-7-metropole-{year}",
            f"SPOT 6/7, couverture {year} de la métropole et de la Corse",
            f"Couverture millésimée {year} de la France métropolitaine par SPOT 6 et 7, à 1,5 m, en données"
            " ouvertes.",
            f"{year}-01-01T00:00:00Z",
            _AIRBUS,
            end=f"{year}-12-31T23:59:59Z",
            licence=OPEN_LICENCE,
            source="spot-6-7",
            product_types=("downloadable",),
            places=(_METROPOLE,),
        )
        for year in COVERAGE_YEARS
    ),
    Series(
        "spot-6-7-outre-mer",
        "SPOT 6/7, couvertures des outre-mer",
        "Couvertures annuelles des régions d'outre-mer par SPOT 6 et 7, à 1,5 m.",
        "2013-01-01T00:00:00Z",
        _AIRBUS,
        source="spot-6-7",
        product_types=("downloadable",),
        places=_OVERSEAS,
    ),
    Series(
        "spot-world-heritage",
        "SPOT World Heritage (SPOT 1 à 5)",
        "Archive historique des satellites SPOT 1 à 5, de 1986 à 2015, de 20 m à 2,5 m.",
        "1986-02-22T00:00:00Z",
        _CNES,
        end="2015-12-31T23:59:59Z",
        product_types=("downloadable",),
    ),
    Series(
        PWH_COLLECTION,
        "Pléiades World Heritage (PWH)",
        "Archive Pléiades mise à disposition par le CNES, produite à la demande.",
        _PLEIADES_START,
        _CNES,
        source="pleiades",
        product_types=("pwh",),
    ),
    Series(
        "co3d",
        "CO3D",
        "Images stéréoscopiques CO3D à 0,5 m et modèles de surface à 1 m.",
        "2025-07-26T00:00:00Z",
        _CNES,
        product_types=("downloadable",),
    ),
    Series(
        "sentinel-2",
        "Sentinel-2",
        "Images Sentinel-2 : quatre bandes à 10 m, revisite de cinq jours.",
        "2015-06-23T00:00:00Z",
        _ESA,
        product_types=("downloadable",),
    ),
    Series(
        "kalideos",
        "Kalideos",
        "Images complémentaires des sites Kalideos : RapidEye, COSMO-SkyMed, ASTER, TerraSAR-X.",
        "2000-01-01T00:00:00Z",
        _CNES,
        product_types=("downloadable",),
    ),
    Series(
        "planet",
        "Planet",
        "Images SkySat de Planet, de 0,6 à 1 m.",
        "2013-11-21T00:00:00Z",
        _PLANET,
        product_types=("orderable",),
    ),
    Series(
        "jilin",
        "Jilin-1",
        "Images Jilin-1, de 0,5 à 3 m.",
        "2015-10-07T00:00:00Z",
        _CHANG_GUANG,
        product_types=("orderable",),
    ),
    Series(
        "terrasar-x",
        "TerraSAR-X",
        "Images radar TerraSAR-X et TanDEM-X, de 0,25 à 40 m.",
        "2007-06-15T00:00:00Z",
        _AIRBUS,
        product_types=("orderable",),
    ),
)


def standard_collections() -> list[dict[str, Any]]:
    """The STAC collections, without links."""
    return [series.document() for series in _SERIES]


def install(catalogue: CatalogueEngine) -> None:
    """Put in the standard collections that the catalogue does not have yet."""
    present = {collection["id"] for collection in catalogue.collections()}
    for collection in standard_collections():
        if collection["id"] not in present:
            catalogue.put_collection(collection)
