"""Items as GeoParquet 1.1, written batch by batch: columns for what is asked for, JSON for the rest."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import shapely

from dinamis_service.catalogue.documents import Addresses, item_document
from dinamis_service.catalogue.engine import Item
from dinamis_service.catalogue.moments import parse_moment

_MOMENT = pa.timestamp("us", tz="UTC")
_TEXTS = pa.list_(pa.string())
_PROPERTIES = {
    "datetime": _MOMENT,
    "start_datetime": _MOMENT,
    "end_datetime": _MOMENT,
    "created": _MOMENT,
    "updated": _MOMENT,
    "title": pa.string(),
    "platform": pa.string(),
    "constellation": pa.string(),
    "instruments": _TEXTS,
    "gsd": pa.float64(),
    "eo:cloud_cover": pa.float64(),
    "view:incidence_angle": pa.float64(),
    "view:azimuth": pa.float64(),
    "view:sun_azimuth": pa.float64(),
    "view:sun_elevation": pa.float64(),
    "processing:level": pa.string(),
    "order:status": pa.string(),
    "dinamis:mission": pa.string(),
    "dinamis:product_type": pa.string(),
    "dinamis:access": pa.string(),
}
"""Properties that have a column of their own, and its type."""
_ASSET = {"href": pa.string(), "type": pa.string(), "title": pa.string(), "roles": _TEXTS}
_LINK = {"rel": pa.string(), "href": pa.string(), "type": pa.string()}
_SIDES = ("xmin", "ymin", "xmax", "ymax")
_SCHEMA = pa.schema(
    {
        "id": pa.string(),
        "collection": pa.string(),
        "stac_version": pa.string(),
        "stac_extensions": _TEXTS,
        "geometry": pa.binary(),
        "bbox": pa.struct(dict.fromkeys(_SIDES, pa.float64())),
        **_PROPERTIES,
        "assets": pa.map_(pa.string(), pa.struct({**_ASSET, "more": pa.string()})),
        "links": pa.list_(pa.struct(_LINK)),
        "properties": pa.string(),
    }
)
"""`properties` and an asset's `more` hold, as JSON, what has no column."""


def write_geoparquet(items: Iterator[list[Item]], addresses: Addresses, target: Path) -> int:
    """Write a row for each item, its footprint in WGS 84; how many they are."""
    count = 0
    kinds: set[str] = set()
    bounds: list[float] | None = None
    with pq.ParquetWriter(target, _SCHEMA, compression="zstd") as writer:
        for batch in items:
            shapes = shapely.from_geojson([json.dumps(item["geometry"]) for item in batch])
            boxes = shapely.bounds(shapes).tolist()
            rows = [
                _row(item_document(item, addresses), shape, box)
                for item, shape, box in zip(batch, shapely.to_wkb(shapes), boxes, strict=True)
            ]
            writer.write_table(pa.Table.from_pylist(rows, schema=_SCHEMA))
            kinds |= {shape.geom_type + (" Z" if shape.has_z else "") for shape in shapes}
            bounds = _joined(bounds, shapely.total_bounds(shapes).tolist())
            count += len(batch)
        writer.add_key_value_metadata({"geo": json.dumps(_geo(sorted(kinds), bounds))})
    return count


def _row(document: Item, shape: bytes, box: list[float]) -> dict[str, Any]:
    properties = document["properties"]
    row = {name: _value(kind, properties.get(name)) for name, kind in _PROPERTIES.items()}
    rest = {name: value for name, value in properties.items() if name not in _PROPERTIES}
    return {
        **row,
        "id": document["id"],
        "collection": document["collection"],
        "stac_version": document.get("stac_version"),
        "stac_extensions": document.get("stac_extensions") or [],
        "geometry": shape,
        "bbox": dict(zip(_SIDES, box, strict=True)),
        "assets": [(key, _asset(asset)) for key, asset in document["assets"].items()],
        "links": [{name: link.get(name) for name in _LINK} for link in document["links"]],
        "properties": json.dumps(rest, ensure_ascii=False),
    }


def _asset(asset: dict[str, Any]) -> dict[str, Any]:
    more = {name: value for name, value in asset.items() if name not in _ASSET}
    return {**{name: asset.get(name) for name in _ASSET}, "more": json.dumps(more, ensure_ascii=False)}


def _value(kind: pa.DataType, value: Any) -> Any:
    """A property as its column holds it; None for one of another kind, which no search finds either."""
    if value is None:
        return None
    if kind == _MOMENT:
        return _moment(value)
    if kind == pa.float64():
        return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
    if kind == _TEXTS:
        return [str(part) for part in value] if isinstance(value, list) else None
    return str(value)


def _moment(value: Any) -> datetime | None:
    try:
        return parse_moment(value)
    except (TypeError, ValueError):
        return None


def _joined(one: list[float] | None, other: list[float]) -> list[float]:
    if one is None:
        return other
    return [*map(min, one[:2], other[:2]), *map(max, one[2:], other[2:])]


def _geo(kinds: list[str], bounds: list[float] | None) -> dict[str, Any]:
    """File metadata of GeoParquet; without a `crs` coordinates are longitude and latitude (OGC:CRS84)."""
    column: dict[str, Any] = {
        "encoding": "WKB",
        "geometry_types": kinds,
        "covering": {"bbox": {side: ["bbox", side] for side in _SIDES}},
    }
    if bounds is not None:
        column["bbox"] = bounds
    return {"version": "1.1.0", "primary_column": "geometry", "columns": {"geometry": column}}
