"""How products are told on the wire: STAPI documents, and our own project and estimate."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import stapi_pydantic as stapi
from stapi_pydantic import Link

from dinamis_service.language import Language, text
from dinamis_service.passes.forecast import Forecast
from dinamis_service.quotas.geometry import Zone
from dinamis_service.quotas.table import RequestKind
from dinamis_service.requests.opportunities import MonthlyChance
from dinamis_service.requests.products import CLOUD, INCIDENCE, PRODUCTS, Product

JSON = "application/json"
GEOJSON = "application/geo+json"

_CLASSES = "https://stapi.example.com/v0.1.0"
CONFORMANCE = [f"{_CLASSES}/core", f"{_CLASSES}/order-statuses"]
PRODUCT_CONFORMANCE = [
    "https://geojson.org/schema/Polygon.json",
    "https://geojson.org/schema/MultiPolygon.json",
    f"{_CLASSES}/opportunities",
]


class Addresses:
    """Addresses of the STAPI of one service as the caller sees it."""

    def __init__(self, base: str) -> None:
        self.base = base
        self.root = f"{base}/stapi"

    def product(self, product_id: str, part: str = "") -> str:
        """A product, or a part of it."""
        return f"{self.root}/products/{product_id}{part}"

    def order(self, order_id: str, part: str = "") -> str:
        """A request, or a part of it."""
        return f"{self.root}/orders/{quote(order_id, safe='')}{part}"

    def beside(self, order_id: str, part: str) -> str:
        """What we keep beside a request and STAPI does not know."""
        return f"{self.base}/api/orders/{quote(order_id, safe='')}{part}"


def root_document(title: str, addresses: Addresses) -> stapi.RootResponse:
    """The landing page."""
    root = addresses.root
    links = [
        Link(href=f"{root}/", rel="self", type=JSON),
        Link(href=f"{addresses.base}/openapi.json", rel="service-description", type=JSON),
        Link(href=f"{addresses.base}/docs", rel="service-docs", type="text/html"),
        Link(href=f"{root}/conformance", rel="conformance", type=JSON),
        Link(href=f"{root}/products", rel="products", type=JSON),
        Link(href=f"{root}/orders", rel="orders", type=GEOJSON),
    ]
    return stapi.RootResponse(id="dinamis", conformsTo=CONFORMANCE, title=title, description="", links=links)


def conformance_document(classes: list[str]) -> stapi.Conformance:
    """What is conformed to."""
    return stapi.Conformance(conforms_to=classes)


def products_document(language: Language, addresses: Addresses) -> stapi.ProductsCollection:
    """Every product."""
    return stapi.ProductsCollection(
        type="ProductCollection",
        products=[product_document(product, language, addresses) for product in PRODUCTS.values()],
        links=[Link(href=f"{addresses.root}/products", rel="self", type=JSON)],
    )


def product_document(product: Product, language: Language, addresses: Addresses) -> stapi.Product:
    """One product."""

    def link(rel: str, part: str, method: str | None = None) -> Link:
        return Link(href=addresses.product(product.id, part), rel=rel, type=JSON, method=method)

    return stapi.Product(
        type="Collection",
        conformsTo=PRODUCT_CONFORMANCE,
        id=product.id,
        title=product.title.told(language),
        description=product.description.told(language),
        keywords=[product.sensor.value, product.kind.value],
        license="proprietary",
        providers=[
            stapi.Provider(
                name="Airbus Defence and Space",
                roles=[stapi.ProviderRole.producer],
                url="https://www.airbus.com",
            ),
            stapi.Provider(
                name="DINAMIS", roles=[stapi.ProviderRole.host], url="https://dinamis.data-terra.org"
            ),
        ],
        links=[
            link("self", ""),
            link("conformance", "/conformance"),
            link("queryables", "/queryables"),
            link("order-parameters", "/order-parameters"),
            link("create-order", "/orders", "POST"),
            link("opportunities", "/opportunities"),
        ],
    )


def opportunities_document(
    product: Product,
    zone: Zone,
    chances: list[MonthlyChance],
    passes: Forecast,
    limits: dict[str, float],
    *,
    body: dict[str, Any],
    language: Language,
    addresses: Addresses,
) -> dict[str, Any]:
    """Feasibility as STAPI opportunities; `dinamis:reason` says what they stand on, or why there are none."""
    collection = stapi.OpportunityCollection[Any, Any](
        type="FeatureCollection",
        features=[_opportunity(product, zone, chance, limits, language) for chance in chances],
        links=[
            Link(
                href=addresses.product(product.id, "/orders"),
                rel="create-order",
                type=JSON,
                method="POST",
                body=body,
            )
        ],
    )
    return {
        **collection.model_dump(mode="json"),
        "dinamis:reason": _feasibility_reason(product, chances, language),
        "dinamis:passes": [
            {
                "platform": one.platform,
                "datetime": one.moment.isoformat(),
                "incidence_angle": round(one.incidence, 1),
                "sun_elevation": round(one.sun_elevation, 1),
                "direction": one.direction,
            }
            for one in passes.passes
        ],
        "dinamis:passes_reason": passes.reason,
    }


def _opportunity(
    product: Product, zone: Zone, chance: MonthlyChance, limits: dict[str, float], language: Language
) -> stapi.Opportunity[Any, Any]:
    """The chances of one month as an opportunity."""
    return stapi.Opportunity(
        type="Feature",
        geometry=zone.shape.__geo_interface__,
        properties={
            "product_id": product.id,
            "datetime": f"{chance.interval.start.isoformat()}/{chance.interval.end.isoformat()}",
            **limits,
            "dinamis:archived_scenes": chance.scenes,
            "dinamis:matching_scenes": chance.matching,
            "dinamis:share": round(chance.share, 4),
            "dinamis:reason": text(
                language,
                fr=f"{chance.matching} scène(s) d'archive sur {chance.scenes} de ce mois ont au plus "
                f"{limits[CLOUD]:g} % de nuages et {limits[INCIDENCE]:g}° d'incidence.",
                en=f"{chance.matching} of {chance.scenes} archived scene(s) of this month have at most "
                f"{limits[CLOUD]:g} % of clouds and {limits[INCIDENCE]:g}° of incidence.",
            ),
        },
    )


def _feasibility_reason(product: Product, chances: list[MonthlyChance], language: Language) -> str:
    """What the feasibility stands on."""
    if product.kind is RequestKind.ARCHIVE:
        return text(
            language,
            fr="Les images d'archive existent déjà : cherchez-les au catalogue, puis commandez-les.",
            en="Archive images exist already: search them in the catalogue, then order them.",
        )
    if not chances:
        return text(
            language,
            fr="L'archive n'a pas de scène de ces mois sur cette zone, la faisabilité n'est pas estimée.",
            en="The archive has no scene of these months over this zone, feasibility is not estimated.",
        )
    return text(
        language,
        fr="Estimation d'après les nuages et les angles des scènes d'archive des mêmes mois.",
        en="Estimate from the clouds and angles of archived scenes of the same months.",
    )
