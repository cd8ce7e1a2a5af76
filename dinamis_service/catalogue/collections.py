"""The six collections that every catalogue of the service has."""

from __future__ import annotations

from typing import Any

from dinamis_service.catalogue.engine import CatalogueEngine
from dinamis_service.catalogue.missions import MISSIONS, PLATFORMS, PWH, PWH_COLLECTION

_AIRBUS = {"name": "Airbus DS", "roles": ["producer", "licensor"], "url": "https://www.airbus.com"}
_CNES = {"name": "CNES", "roles": ["producer", "licensor"], "url": "https://cnes.fr"}
_ESA = {"name": "ESA", "roles": ["producer", "licensor"], "url": "https://www.esa.int"}
_DINAMIS = {"name": "DINAMIS", "roles": ["host"], "url": "https://dinamis.data-terra.org"}

_TEXTS: dict[str, tuple[str, str, str, dict[str, Any], str | None, str]] = {
    "pleiades": (
        "Pléiades",
        "Images Pléiades 1A et 1B : panchromatique à 0,5 m, quatre bandes multispectrales à 2 m.",
        "2011-12-17T00:00:00Z",
        _AIRBUS,
        None,
        "proprietary",
    ),
    "pleiades-neo": (
        "Pléiades Neo",
        "Images Pléiades Neo 3 et 4 : panchromatique à 0,3 m, multispectral à 1,2 m.",
        "2021-04-29T00:00:00Z",
        _AIRBUS,
        None,
        "proprietary",
    ),
    "spot-6-7": (
        "SPOT 6/7",
        "Images SPOT 6 et 7 : panchromatique à 1,5 m, quatre bandes multispectrales à 6 m.",
        "2012-09-09T00:00:00Z",
        _AIRBUS,
        None,
        "proprietary",
    ),
    "spot-world-heritage": (
        "SPOT World Heritage (SPOT 1 à 5)",
        "Archive historique des satellites SPOT 1 à 5, de 1986 à 2015, de 20 m à 2,5 m.",
        "1986-02-22T00:00:00Z",
        _CNES,
        "2015-12-31T23:59:59Z",
        "proprietary",
    ),
    PWH_COLLECTION: (
        "Pléiades World Heritage (PWH)",
        "Archive Pléiades mise à disposition par le CNES, produite à la demande.",
        "2011-12-17T00:00:00Z",
        _CNES,
        None,
        "proprietary",
    ),
    "sentinel-2": (
        "Sentinel-2",
        "Images Sentinel-2 : quatre bandes à 10 m, revisite de cinq jours.",
        "2015-06-23T00:00:00Z",
        _ESA,
        None,
        "proprietary",
    ),
}


def _summaries(collection: str) -> dict[str, Any]:
    source = "pleiades" if collection == PWH_COLLECTION else collection
    platforms = [platform for platform in PLATFORMS.values() if platform.collection == source]
    return {
        "platform": [platform.name for platform in platforms],
        "constellation": sorted({platform.constellation for platform in platforms}),
        "instruments": sorted({name for platform in platforms for name in platform.instruments}),
        "gsd": sorted({platform.gsd for platform in platforms}),
        "dinamis:mission": [mission for mission, home in MISSIONS.items() if home == collection],
        "dinamis:product_type": ["pwh"] if collection == MISSIONS[PWH] else ["downloadable", "orderable"],
    }


def standard_collections() -> list[dict[str, Any]]:
    """The STAC collections, without links."""
    return [
        {
            "type": "Collection",
            "stac_version": "1.0.0",
            "stac_extensions": [],
            "id": collection,
            "title": title,
            "description": description,
            "keywords": ["DINAMIS", title],
            "license": licence,
            "providers": [producer, _DINAMIS],
            "extent": {
                "spatial": {"bbox": [[-180.0, -90.0, 180.0, 90.0]]},
                "temporal": {"interval": [[start, end]]},
            },
            "summaries": _summaries(collection),
        }
        for collection, (title, description, start, producer, end, licence) in _TEXTS.items()
    ]


def install(catalogue: CatalogueEngine) -> None:
    """Put in the standard collections that the catalogue does not have yet."""
    present = {collection["id"] for collection in catalogue.collections()}
    for collection in standard_collections():
        if collection["id"] not in present:
            catalogue.put_collection(collection)
