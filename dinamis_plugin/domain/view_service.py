"""Services that show an item (WMS, WMTS, tiles), read from its web map links."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from .parsing import text_of, texts_of
from .signed_url import strip_signature

WMS, WMTS, XYZ = "wms", "wmts", "xyz"


@dataclass(frozen=True)
class ViewService:
    """One service.

    Attributes:
        kind: `wms`, `wmts` or `xyz`.
        href: its address, without a signature; a pattern with {x}, {y} and {z} where tiles are meant.
        title: for a person, may be empty.
        layers: layers of the service that show the item, as many as are told.
        styles: one for each layer, or none.
        media_type: of the pictures, may be empty.
        transparent: whether pictures may be transparent.
    """

    kind: str
    href: str
    title: str = ""
    layers: tuple[str, ...] = ()
    styles: tuple[str, ...] = ()
    media_type: str = ""
    transparent: bool = True


def view_services(links: Iterable[Mapping[str, Any]]) -> tuple[ViewService, ...]:
    """The services among the links of a STAC item that QGIS can show, in the order of the item."""
    found = map(_service, links)
    return tuple(dict.fromkeys(service for service in found if service is not None))


def _service(link: Mapping[str, Any]) -> ViewService | None:
    kind, href = text_of(link.get("rel")), text_of(link.get("href"))
    if kind not in (WMS, WMTS, XYZ) or not href.startswith(("http://", "https://")):
        return None
    layers = link.get("wms:layers") if kind == WMS else link.get("wmts:layer")
    styles = link.get("wms:styles")
    return ViewService(
        kind=kind,
        href=_with_server(strip_signature(href), texts_of(link.get("href:servers"))),
        title=text_of(link.get("title")),
        layers=(layers,) if isinstance(layers, str) else texts_of(layers),
        styles=texts_of(styles),
        media_type=text_of(link.get("type")),
        transparent=link.get("wms:transparent") is not False,
    )


def _with_server(href: str, servers: tuple[str, ...]) -> str:
    """Addresses of tiles may name one server of several: the first will do."""
    return href.replace("{s}", servers[0]) if servers else href
