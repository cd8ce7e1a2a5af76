"""What QGIS opens to show a view service: its capabilities read, and one way of showing it chosen."""

from __future__ import annotations

import xml.etree.ElementTree as ET  # nosec B405 - reads without entities, see `_read`
from collections.abc import Iterable, Sequence
from urllib.parse import quote, urlencode, urlsplit

from .errors import BadAnswerError
from .view_service import WMS, WMTS, XYZ, ViewService

LARGEST_BYTES = 20_000_000
_USUAL_SYSTEMS = ("EPSG:3857", "EPSG:4326", "CRS:84")
_USUAL_FORMATS = ("image/png", "image/jpeg")
_LARGEST_ZOOM = 22


def capabilities_address(service: ViewService) -> str:
    """Where a service tells what it can do; empty for tiles, which tell nothing."""
    if service.kind == XYZ:
        return ""
    href, named = service.href, service.href.lower()
    if service.kind == WMTS and ("service=wmts" in named or "/wmtscapabilities.xml" in named):
        return href  # QGIS too takes these for the whole address
    joint = "&" if urlsplit(href).query else "?"
    return f"{href.rstrip('?&')}{joint}SERVICE={service.kind.upper()}&REQUEST=GetCapabilities"


def view_source(service: ViewService, capabilities: bytes, system: str) -> str:
    """Write the source of a layer of QGIS's provider `wms`.

    Args:
        service: what is shown.
        capabilities: the answer at `capabilities_address`, empty for tiles.
        system: coordinate system that the map has, such as `EPSG:2154`; another one is taken where the
            service has it not.

    Raises:
        BadAnswerError: The capabilities cannot be read, or the layers of the item are not in them.
    """
    if service.kind == XYZ:
        tiles = {"type": "xyz", "url": service.href, "zmin": 0, "zmax": _LARGEST_ZOOM}
        return urlencode(tiles, quote_via=quote, safe="/:")  # encoded, QGIS 3.44 asks for nothing
    root = _read(capabilities)
    return _wms(service, root, system) if service.kind == WMS else _wmts(service, root, system)


def _wms(service: ViewService, root: ET.Element, system: str) -> str:
    offered: dict[str, list[str]] = {}
    for top in _children(_child(root, "Capability"), "Layer"):
        _gather_layers(top, [], offered)
    layers = service.layers or tuple(list(offered)[:1])
    missing = [name for name in layers if name not in offered]
    if missing or not layers:
        raise BadAnswerError.about(WMS, f"no layer {', '.join(missing)}")
    systems = [one for one in offered[layers[0]] if all(one in offered[name] for name in layers)]
    request = _child(_child(_child(root, "Capability"), "Request"), "GetMap")
    formats = [text.split(";")[0] for text in _texts(request, "Format")]
    styles = service.styles if len(service.styles) == len(layers) else ("",) * len(layers)
    fields = [
        ("crs", _choice(systems, (system, *_USUAL_SYSTEMS))),
        ("format", _choice(formats, (service.media_type, *_USUAL_FORMATS))),
        *(("layers", name) for name in layers),
        *(("styles", name) for name in styles),
        ("url", service.href),
    ]
    return _written(fields)


def _gather_layers(layer: ET.Element, inherited: list[str], offered: dict[str, list[str]]) -> None:
    """Layers by name, with the coordinate systems that they have and inherit."""
    own = [name.strip() for text in _texts(layer, "CRS", "SRS") for name in text.split()]
    systems = list(dict.fromkeys([*own, *inherited]))
    for name in _texts(layer, "Name"):
        offered[name] = systems
    for inner in _children(layer, "Layer"):
        _gather_layers(inner, systems, offered)


def _wmts(service: ViewService, root: ET.Element, system: str) -> str:
    contents = _child(root, "Contents")
    layers = {_text(layer, "Identifier"): layer for layer in _children(contents, "Layer")}
    name = service.layers[0] if service.layers else next(iter(layers), "")
    if name not in layers:
        raise BadAnswerError.about(WMTS, f"no layer {name}")
    layer = layers[name]
    systems = {
        _text(one, "Identifier"): _short_system(_text(one, "SupportedCRS"))
        for one in _children(contents, "TileMatrixSet")
    }
    linked = [_text(link, "TileMatrixSet") for link in _children(layer, "TileMatrixSetLink")]
    usable = {systems[one]: one for one in reversed(linked) if one in systems}
    chosen = _choice(list(usable), (system, *_USUAL_SYSTEMS))
    styles = sorted(_children(layer, "Style"), key=lambda style: style.get("isDefault") != "true")
    fields = [
        ("crs", chosen),
        ("format", _choice(_texts(layer, "Format"), (service.media_type, *_USUAL_FORMATS))),
        ("layers", name),
        ("styles", _text(styles[0], "Identifier") if styles else ""),
        ("tileMatrixSet", usable[chosen]),
        ("url", capabilities_address(service)),
    ]
    return _written(fields)


def _written(fields: Iterable[tuple[str, str]]) -> str:
    common = [("contextualWMSLegend", "0"), ("dpiMode", "7"), ("featureCount", "10")]
    return urlencode([*common, *fields], quote_via=quote, safe="/:")


def _choice(offered: Sequence[str], wanted: Iterable[str]) -> str:
    """The first of what is wanted that is offered, else the first of what is offered.

    Raises:
        BadAnswerError: Nothing is offered.
    """
    if not offered:
        raise BadAnswerError.about("capabilities", "nothing that can be shown")
    return next((one for one in wanted if one in offered), offered[0])


def _short_system(name: str) -> str:
    """`EPSG:3857` for `urn:ogc:def:crs:EPSG::3857` and its like."""
    if not name.lower().startswith("urn:"):
        return name
    *_, authority, version, code = ("", "", *name.split(":"))
    return "CRS:84" if code.upper() == "CRS84" else f"{authority or version}:{code}"


def _read(capabilities: bytes) -> ET.Element:
    if b"<!ENTITY" in capabilities or len(capabilities) > LARGEST_BYTES:
        raise BadAnswerError.about("capabilities", "too large or with entities")
    try:
        return ET.fromstring(capabilities)  # noqa: S314 # nosec B314 - no entities, see above
    except ET.ParseError:
        raise BadAnswerError.about("capabilities", "not XML") from None


def _name(element: ET.Element) -> str:
    return element.tag.rpartition("}")[2]


def _children(element: ET.Element, *names: str) -> list[ET.Element]:
    return [child for child in element if _name(child) in names]


def _child(element: ET.Element, name: str) -> ET.Element:
    """The first child of a name.

    Raises:
        BadAnswerError: There is none.
    """
    found = _children(element, name)
    if not found:
        raise BadAnswerError.about("capabilities", f"no {name}")
    return found[0]


def _texts(element: ET.Element, *names: str) -> list[str]:
    return [child.text.strip() for child in _children(element, *names) if child.text and child.text.strip()]


def _text(element: ET.Element, name: str) -> str:
    return next(iter(_texts(element, name)), "")
