"""The properties that a search may filter and sort by: the one list of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from dinamis_service.catalogue.engine import CatalogueEngine, SearchRequest

Kind = Literal["string", "number", "boolean", "moment"]


@dataclass(frozen=True)
class Queryable:
    """One property: its type, its names for people, and where the narrow index keeps it (SQL)."""

    name: str
    kind: Kind
    column: str
    fr: str
    en: str
    nullable: bool = True

    def schema(self, language: str) -> dict[str, Any]:
        """JSON Schema of the property, with its title in `fr` or `en`."""
        title = self.en if language == "en" else self.fr
        if self.kind == "moment":
            return {"title": title, "type": "string", "format": "date-time"}
        return {"title": title, "type": self.kind}


_ALL = (
    Queryable("id", "string", "i.id", "Identifiant", "Identifier", nullable=False),
    Queryable("collection", "string", "k.collection", "Collection", "Collection", nullable=False),
    Queryable("datetime", "moment", "i.moment", "Date d'acquisition", "Acquisition", nullable=False),
    Queryable("created", "moment", "i.created", "Date de publication", "Publication"),
    Queryable("platform", "string", "k.platform", "Satellite", "Platform"),
    Queryable("constellation", "string", "k.constellation", "Constellation", "Constellation"),
    Queryable("gsd", "number", "k.gsd", "Résolution (m)", "Resolution (m)"),
    Queryable("dinamis:mission", "string", "k.mission", "Mission", "Mission"),
    Queryable("dinamis:product_type", "string", "k.product_type", "Type de produit", "Product type"),
    Queryable("dinamis:access", "string", "k.access", "Accès", "Access"),
    Queryable("dinamis:synthetic", "boolean", "k.synthetic", "Image synthétique", "Synthetic image"),
    Queryable("order:status", "string", "k.order_status", "État de commande", "Order status"),
    Queryable("eo:cloud_cover", "number", "i.cloud", "Couverture nuageuse (%)", "Cloud cover (%)"),
    Queryable(
        "view:incidence_angle", "number", "i.incidence", "Angle d'incidence (°)", "Incidence angle (°)"
    ),
)

QUERYABLES: dict[str, Queryable] = {queryable.name: queryable for queryable in _ALL}


def queryable(name: str) -> Queryable | None:
    """The property of that name; `properties.` before it and STAC's word `mission` are understood too."""
    name = name.removeprefix("properties.")
    return QUERYABLES.get("dinamis:mission" if name == "mission" else name)


def occurring(catalogue: CatalogueEngine, collection: str) -> list[str]:
    """Names of the properties that any item of a collection has."""
    return [one.name for one in _ALL if not one.nullable or _occurs(catalogue, collection, one.name)]


def _occurs(catalogue: CatalogueEngine, collection: str, name: str) -> bool:
    present = {"op": "not", "args": [{"op": "isNull", "args": [{"property": name}]}]}
    found = catalogue.search(SearchRequest(collections=(collection,), filter=present, limit=1, counted=False))
    return bool(found.items)
