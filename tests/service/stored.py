"""Objects and items put in a service under test, and what it wrote down of those it signed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from sqlalchemy import select

from dinamis_service.context import Context
from dinamis_service.signing.tables import SignatureBatch

CONTENT = bytes(range(256)) * 4096  # 1 MiB


def put(context: Context, key: str, content: bytes = CONTENT) -> None:
    source = context.settings.data_dir / "source"
    source.write_bytes(content)
    context.objects.put_file(key, source)


def put_item(
    context: Context,
    item_id: str,
    access: str | None = None,
    collection: str = "pleiades",
    mission: str = "PLEIADES",
) -> None:
    """An item with an image and a thumbnail, both stored."""
    for name in ("pan.tif", "thumbnail.png"):
        put(context, f"{collection}/{item_id}/{name}", name.encode() * 50)
    properties: dict[str, Any] = {
        "datetime": "2026-04-01T10:30:00Z",
        "created": "2026-04-02T00:00:00Z",
        "title": item_id,
        "dinamis:mission": mission,
        "dinamis:product_type": "downloadable",
        "platform": "PHR1A",
    }
    if access is not None:
        properties["dinamis:access"] = access
    item = {
        "type": "Feature",
        "stac_version": "1.0.0",
        "stac_extensions": [],
        "id": item_id,
        "collection": collection,
        "geometry": {"type": "Polygon", "coordinates": [[[3, 43], [4, 43], [4, 44], [3, 44], [3, 43]]]},
        "bbox": [3, 43, 4, 44],
        "properties": properties,
        "assets": {
            "pan": {
                "href": f"objects:{collection}/{item_id}/pan.tif",
                "type": "image/tiff",
                "roles": ["data"],
            },
            "thumbnail": {
                "href": f"objects:{collection}/{item_id}/thumbnail.png",
                "type": "image/png",
                "roles": ["thumbnail"],
            },
        },
    }
    context.catalogue.upsert([item])


def journal(context: Context) -> list[SignatureBatch]:
    """The journal of signatures, the oldest first."""
    with context.database.reading() as session:
        return list(session.scalars(select(SignatureBatch).order_by(SignatureBatch.id)))


def end_of(href: str) -> datetime:
    """End of a signature, read in its address."""
    query = dict(parse_qsl(urlsplit(href).query))
    start = datetime.strptime(query["X-Amz-Date"], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    return start + timedelta(seconds=int(query["X-Amz-Expires"]))
