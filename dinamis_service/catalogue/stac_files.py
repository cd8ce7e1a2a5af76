"""Files of STAC items from other catalogues (CAT-37)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from dinamis_service.catalogue.engine import Item
from dinamis_service.catalogue.stac_items import Remarks, StacFileError, fit_item

__all__ = ["StacFileError", "read_items"]

_LINES = {".ndjson", ".geojsonl", ".jsonl"}


def read_items(path: Path, collection: str | None = None) -> tuple[list[Item], list[str]]:
    """Items of a file, normalised, with remarks on what had to be settled (such as naive dates).

    Args:
        path: JSON (an item or a FeatureCollection), or one item a line.
        collection: where they go; by default the collection of their mission.

    Raises:
        StacFileError: the file is not what it should be, or an item lacks what the catalogue needs.
    """
    remarks = Remarks()
    items = [fit_item(raw, collection, remarks) for raw in _raw_items(path)]
    if not items:
        raise StacFileError("there is no STAC item in this file")
    return items, [f"{remark} ({count})" for remark, count in remarks.items()]


def _raw_items(path: Path) -> Iterator[dict[str, Any]]:
    try:
        text = path.read_text(encoding="utf-8-sig")
        documents = text.splitlines() if path.suffix.lower() in _LINES else [text]
        parsed = [json.loads(document) for document in documents if document.strip()]
    except (OSError, ValueError, RecursionError) as error:
        msg = f"not readable as JSON ({error})"
        raise StacFileError(msg) from error
    for document in parsed:
        kind = document.get("type") if isinstance(document, dict) else None
        if kind == "Feature":
            yield document
        elif kind == "FeatureCollection" and isinstance(document.get("features"), list):
            yield from document["features"]
        else:
            raise StacFileError("neither a STAC item nor a collection of items")
