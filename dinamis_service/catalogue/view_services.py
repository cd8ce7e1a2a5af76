"""View services of an item (WMS, WMTS, tiles), kept as STAC web map links (CAT-04)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import parse_qsl, urlsplit, urlunsplit

EXTENSION = "https://stac-extensions.github.io/web-map-links/v1.2.0/schema.json"
_RELATIONS = {"wms": "image/png", "wmts": "image/png", "xyz": "image/png", "tilejson": "application/json"}
"""Relations of links to view services, and the media type of one that tells none."""
_LAYERS = {"wms": "wms:layers", "wmts": "wmts:layer"}
"""Fields that name the layers of a service."""
_CONTROL = ("service", "request", "version", "layers", "layer")


def view_links(item: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Links of an item to services that show it: those it calls so, and assets that are such services."""
    links: dict[tuple[str, str], dict[str, Any]] = {}
    for found in (*_linked(item.get("links")), *_of_assets(item.get("assets"))):
        links.setdefault((found["rel"], found["href"]), found)
    return list(links.values())


def are_complete(links: list[dict[str, Any]]) -> bool:
    """Whether every link tells its layers, as the extension asks; the others are of use all the same."""
    return all(link["rel"] not in _LAYERS or _LAYERS[link["rel"]] in link for link in links)


def _linked(links: Any) -> Iterator[dict[str, Any]]:
    for link in links if isinstance(links, list) else ():
        rel = link.get("rel") if isinstance(link, dict) else None
        if not isinstance(rel, str) or rel not in _RELATIONS or not _is_web(link.get("href")):
            continue
        prefix = f"{rel}:"
        kept = {
            key: value
            for key, value in link.items()
            if key in ("rel", "href", "type", "title", "href:servers") or key.startswith(prefix)
        }
        made = {"type": _RELATIONS[rel], **kept}
        if rel in _LAYERS and _LAYERS[rel] not in made:
            layers = _layers(link["href"])
            made |= {_LAYERS[rel]: layers} if layers else {}
        yield made


def _of_assets(assets: Any) -> Iterator[dict[str, Any]]:
    """Services that providers write as assets: by their media type or the query of their address."""
    for key, asset in assets.items() if isinstance(assets, dict) else ():
        href = asset.get("href") if isinstance(asset, dict) else None
        rel = _service(href, str(asset.get("type", ""))) if _is_web(href) else None
        layers = _layers(str(href))
        if rel is not None and layers:
            yield {
                "rel": rel,
                "href": _base(str(href)),
                "type": _RELATIONS[rel],
                "title": str(asset.get("title") or key),
                _LAYERS[rel]: layers,
            }


def _service(href: Any, media_type: str) -> str | None:
    """The kind of view service that an address is, if any."""
    named = {name.lower(): value.lower() for name, value in parse_qsl(urlsplit(str(href)).query)}
    told = named.get("service") or ""
    for rel in _LAYERS:
        if told == rel or media_type == f"application/vnd.ogc.{rel}_xml":
            return rel
    return None


def _layers(href: str) -> list[str]:
    """Layers that the query of an address names."""
    for name, value in parse_qsl(urlsplit(href).query):
        if name.lower() in ("layers", "layer") and value:
            return value.split(",")
    return []


def _base(href: str) -> str:
    """The address without what a client adds by itself."""
    parts = urlsplit(href)
    kept = "&".join(pair for pair in parts.query.split("&") if pair.partition("=")[0].lower() not in _CONTROL)
    return urlunsplit(parts._replace(query=kept))


def _is_web(href: Any) -> bool:
    """Whether this is an address of the web."""
    try:
        return isinstance(href, str) and urlsplit(href).scheme in ("http", "https")
    except ValueError:
        return False
