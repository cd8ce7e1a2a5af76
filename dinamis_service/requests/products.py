"""The six products that can be requested, and the JSON Schemas from which clients build their forms.

A schema says everything that a form and the validation need (REQ-15 to REQ-19): titles in the reader's
language, defaults, sections, and which options exclude each other, with the reason beside the constraint
(`x-reason`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dinamis_service.errors import NotFoundError
from dinamis_service.language import Language, text
from dinamis_service.quotas.pricing import Payment
from dinamis_service.quotas.table import RequestKind, Sensor
from dinamis_service.quotas.words import Words

DIALECT = "https://json-schema.org/draft/2020-12/schema"
MAX_ITEMS = 100
MAX_TEXT = 5000

CLOUD = "eo:cloud_cover"
INCIDENCE = "view:incidence_angle"


@dataclass(frozen=True)
class Product:
    """A sensor and a kind of request."""

    id: str
    sensor: Sensor
    kind: RequestKind
    title: Words
    description: Words
    collection: str
    levels: tuple[str, ...]


@dataclass(frozen=True)
class Exclusion:
    """When option `when` has one of `values`, option `then` must be one of `allowed`."""

    when: str
    values: tuple[str, ...]
    then: str
    allowed: tuple[str, ...]
    reason: Words


EXCLUSIONS = (
    Exclusion(
        "radiometric_processing",
        ("display",),
        "pixel_coding",
        ("8bits",),
        Words(
            "La radiométrie d'affichage (Display) n'existe qu'en 8 bits.",
            "Display radiometry exists in 8 bits only.",
        ),
    ),
    Exclusion(
        "radiometric_processing",
        ("basic", "reflectance"),
        "pixel_coding",
        ("12bits",),
        Words(
            "Les radiométries brute (Basic) et en réflectance (Reflectance) n'existent qu'en 12 bits.",
            "Basic and Reflectance radiometry exist in 12 bits only.",
        ),
    ),
)
"""Impossible pairs of production options (decision 2 of the architecture)."""

_ENUMS: dict[str, dict[str, Words]] = {
    "acquisition_mode": {
        "mono": Words("Mono", "Mono"),
        "stereo": Words("Stéréo", "Stereo"),
        "tristereo": Words("Tri-stéréo", "Tri-stereo"),
    },
    "processing_level": {
        "ortho": Words("Ortho", "Ortho"),
        "primary": Words("Primary", "Primary"),
        "projected": Words("Projected", "Projected"),
    },
    "image_format": {
        "dimap_geotiff": Words("DIMAP GeoTIFF", "DIMAP GeoTIFF"),
        "dimap_jpeg2000": Words("DIMAP JPEG 2000", "DIMAP JPEG 2000"),
    },
    "radiometric_processing": {
        "reflectance": Words("Réflectance", "Reflectance"),
        "basic": Words("Brute (Basic)", "Basic"),
        "display": Words("Affichage (Display)", "Display"),
    },
    "pixel_coding": {"12bits": Words("12 bits", "12 bits"), "8bits": Words("8 bits", "8 bits")},
    "spectral_processing": {
        "bundle": Words("Panchromatique et multispectral (Bundle)", "Bundle"),
        "panchromatic": Words("Panchromatique", "Panchromatic"),
        "multispectral": Words("Multispectral", "Multispectral"),
        "pansharpened": Words("Fusionné (Pansharpened)", "Pansharpened"),
    },
    "payment": {
        Payment.QUOTATION: Words("Sur devis", "By quotation"),
        Payment.PROJECT_BUDGET: Words("Sur le budget du projet", "On the budget of the project"),
    },
}
"""Values of each option, the default first."""

_TITLES: dict[str, Words] = {
    "project_id": Words("Projet", "Project"),
    "item_ids": Words("Scènes", "Scenes"),
    "acquisition_mode": Words("Mode d'acquisition", "Acquisition mode"),
    "purpose": Words("Objet de la demande", "Purpose"),
    "comment": Words("Commentaire", "Comment"),
    "processing_level": Words("Niveau de traitement", "Processing level"),
    "image_format": Words("Format de l'image", "Image format"),
    "radiometric_processing": Words("Traitement radiométrique", "Radiometric processing"),
    "pixel_coding": Words("Codage des pixels", "Pixel coding"),
    "spectral_processing": Words("Images produites", "Produced images"),
    "payment": Words("Paiement", "Payment"),
    CLOUD: Words("Couverture nuageuse maximale (%)", "Maximum cloud cover (%)"),
    INCIDENCE: Words("Angle d'incidence maximal (degrés)", "Maximum incidence angle (degrees)"),
}

_DESCRIPTIONS: dict[str, Words] = {
    "project_id": Words("Projet ouvert qui porte la demande.", "Open project that carries the request."),
    "item_ids": Words(
        "Identifiants des scènes commandables, d'un seul capteur.",
        "Identifiers of the orderable scenes, of one sensor.",
    ),
    "acquisition_mode": Words(
        "Une, deux ou trois vues de la zone ; plusieurs vues donnent le relief.",
        "One, two or three views of the zone; several views give the relief.",
    ),
    "purpose": Words("Ce à quoi serviront les images.", "What the images are for."),
    "comment": Words("Message pour l'instructeur.", "Message to the instructor."),
    "processing_level": Words(
        "Primary : géométrie du capteur. Ortho : géométrie de carte, relief corrigé.",
        "Primary: geometry of the sensor. Ortho: geometry of a map, relief corrected.",
    ),
    "image_format": Words("Format des fichiers livrés.", "Format of the delivered files."),
    "radiometric_processing": Words(
        "Réflectance et brute pour mesurer, affichage pour regarder.",
        "Reflectance and basic to measure, display to look at.",
    ),
    "pixel_coding": Words(
        "12 bits pour les radiométries brute et en réflectance, 8 bits pour l'affichage.",
        "12 bits for basic and reflectance radiometry, 8 bits for display.",
    ),
    "spectral_processing": Words("Bandes livrées.", "Delivered bands."),
    "payment": Words(
        "Comment est payé ce qui dépasse le quota ; sur le budget du projet, les crédits SPOT se paient un "
        "par un.",
        "How what exceeds the quota is paid; on the budget of the project, SPOT credits are paid one by one.",
    ),
    CLOUD: Words("Part de la zone que les nuages peuvent cacher.", "Share of the zone that clouds may hide."),
    INCIDENCE: Words("Écart à la verticale du lieu.", "Departure from the vertical of the place."),
}

_ARCHIVE = Words(
    "Commande d'images existantes de l'archive {sensor}.", "Order of existing images of the {sensor} archive."
)
_PROGRAMMING = Words(
    "Acquisition de nouvelles images {sensor} sur une zone, dans une fenêtre d'au moins 7 jours.",
    "Acquisition of new {sensor} images over a zone, in a window of at least 7 days.",
)
_SENSORS = (
    (Sensor.PLEIADES, "pleiades", "Pléiades", "pleiades", ("ortho", "primary")),
    (Sensor.PNEO, "pneo", "Pléiades Neo", "pleiades-neo", ("ortho", "primary", "projected")),
    (Sensor.SPOT, "spot", "SPOT 6/7", "spot-6-7", ("ortho", "primary")),
)
_KINDS = (
    (RequestKind.ARCHIVE, Words("archive", "archive"), _ARCHIVE),
    (RequestKind.PROGRAMMING, Words("programmation", "tasking"), _PROGRAMMING),
)

PRODUCTS: Mapping[str, Product] = {
    f"{slug}-{kind}": Product(
        id=f"{slug}-{kind}",
        sensor=sensor,
        kind=kind,
        title=Words(f"{name}, {called.fr}", f"{name}, {called.en}"),
        description=Words(described.fr.format(sensor=name), described.en.format(sensor=name)),
        collection=collection,
        levels=levels,
    )
    for kind, called, described in _KINDS
    for sensor, slug, name, collection, levels in _SENSORS
}


def product_of(product_id: str, language: Language) -> Product:
    """The product of that id. Raises `NotFoundError` when there is none."""
    if product_id in PRODUCTS:
        return PRODUCTS[product_id]
    known = ", ".join(PRODUCTS)
    raise NotFoundError(
        text(
            language,
            fr=f"Il n'y a pas de produit « {product_id} » ; les produits sont : {known}.",
            en=f"There is no product '{product_id}'; the products are: {known}.",
        )
    )


def order_parameters(product: Product, language: Language) -> dict[str, Any]:
    """JSON Schema of the order parameters of a product (REQ-10, REQ-15 to REQ-19, REQ-25)."""
    properties: dict[str, dict[str, Any]] = {
        "project_id": {"type": "string", "minLength": 1, "x-section": "project", "x-widget": "project"}
    }
    required = ["project_id"]
    if product.kind is RequestKind.ARCHIVE:
        properties["item_ids"] = {
            "type": "array",
            "items": {"type": "string", "minLength": 1, "maxLength": 200},
            "minItems": 1,
            "maxItems": MAX_ITEMS,
            "uniqueItems": True,
            "x-section": "request",
            "x-widget": "items",
        }
        required.append("item_ids")
    else:
        properties["acquisition_mode"] = _choice("acquisition_mode", "request", language)
        properties["purpose"] = _prose("request")
    properties["comment"] = _prose("request")
    properties["processing_level"] = _choice("processing_level", "production", language, product.levels)
    for option in (
        "spectral_processing",
        "radiometric_processing",
        "pixel_coding",
        "image_format",
        "payment",
    ):
        properties[option] = _choice(option, "production", language)
    return {
        "$schema": DIALECT,
        "type": "object",
        "title": product.title.told(language),
        "description": product.description.told(language),
        "additionalProperties": False,
        "required": required,
        "properties": {name: _titled(name, schema, language) for name, schema in properties.items()},
        "allOf": [_conditional(exclusion, language) for exclusion in EXCLUSIONS],
    }


def queryables(product: Product, language: Language) -> dict[str, Any]:
    """JSON Schema of what the filter of a request may bound: upper limits, for programming only."""
    properties: dict[str, dict[str, Any]] = {}
    if product.kind is RequestKind.PROGRAMMING:
        properties = {
            CLOUD: {"type": "number", "minimum": 0, "maximum": 100, "default": 10, "x-section": "request"},
            INCIDENCE: {"type": "number", "minimum": 0, "maximum": 60, "default": 30, "x-section": "request"},
        }
    return {
        "$schema": DIALECT,
        "type": "object",
        "title": product.title.told(language),
        "additionalProperties": False,
        "properties": {name: _titled(name, schema, language) for name, schema in properties.items()},
    }


def title_of(field: str, language: Language) -> str:
    """Name of a parameter as people read it."""
    return _TITLES[field].told(language)


def with_defaults(product: Product, given: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters of a request, options left out taking their default or what the others impose."""
    schema = order_parameters(product, "en")["properties"]
    complete = dict(given)
    for exclusion in EXCLUSIONS:
        chosen = complete.get(exclusion.when, schema[exclusion.when]["default"])
        if exclusion.then not in given and chosen in exclusion.values:
            complete[exclusion.then] = exclusion.allowed[0]
    for name, one in schema.items():
        if "default" in one:
            complete.setdefault(name, one["default"])
    return complete


def _choice(
    option: str, section: str, language: Language, only: tuple[str, ...] | None = None
) -> dict[str, Any]:
    """Schema of an option with its values; the first is the default."""
    titles = {value: words for value, words in _ENUMS[option].items() if only is None or value in only}
    return {
        "type": "string",
        "enum": list(titles),
        "x-enum-titles": [words.told(language) for words in titles.values()],
        "default": next(iter(titles)),
        "x-section": section,
    }


def _prose(section: str) -> dict[str, Any]:
    """Schema of a text of several lines."""
    return {
        "type": "string",
        "maxLength": MAX_TEXT,
        "default": "",
        "x-section": section,
        "x-widget": "multiline",
    }


def _titled(name: str, schema: Mapping[str, Any], language: Language) -> dict[str, Any]:
    """`schema` under its title and description."""
    return {
        "title": title_of(name, language),
        "description": _DESCRIPTIONS[name].told(language),
        **schema,
    }


def _conditional(exclusion: Exclusion, language: Language) -> dict[str, Any]:
    """An exclusion as a conditional schema, its reason beside the constraint."""
    return {
        "if": {
            "properties": {exclusion.when: {"enum": list(exclusion.values)}},
            "required": [exclusion.when],
        },
        "then": {
            "properties": {
                exclusion.then: {"enum": list(exclusion.allowed), "x-reason": exclusion.reason.told(language)}
            }
        },
    }
