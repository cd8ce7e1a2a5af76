"""Files of STAC items from other catalogues (CAT-37)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from dinamis_service.catalogue.engine import Item
from dinamis_service.catalogue.stac_items import Remarks, StacFileError, fit_item

__all__ = ["StacFileError", "read_items", "stream_items"]

_LINES = {".ndjson", ".geojsonl", ".jsonl"}


def read_items(path: Path, collection: str | None = None) -> tuple[list[Item], list[str]]:
    """Items of a file, normalised, with remarks on what had to be settled (such as naive dates).

    Raises:
        StacFileError: as `stream_items` does.
    """
    remarks = Remarks()
    items = list(stream_items(path, collection, remarks))
    return items, told(remarks)


def stream_items(path: Path, collection: str | None, remarks: Remarks) -> Iterator[Item]:
    """Items of a file one after the other, normalised; of a file of lines one is in memory at a time.

    Args:
        path: JSON (an item or a FeatureCollection), or one item a line.
        collection: where they go; by default the collection of their mission.
        remarks: what had to be settled is counted here.

    Raises:
        StacFileError: the file is not what it should be, or an item lacks what the catalogue needs.
    """
    empty = True
    for document in _documents(path):
        for raw in _raw_items(document):
            empty = False
            yield fit_item(raw, collection, remarks)
    if empty:
        raise StacFileError("there is no STAC item in this file")


def told(remarks: Remarks) -> list[str]:
    """Remarks with how often each was made."""
    return [f"{remark} ({count})" for remark, count in remarks.items()]


def _documents(path: Path) -> Iterator[Any]:
    """JSON documents of a file."""
    try:
        with path.open(encoding="utf-8-sig") as file:
            texts = file if path.suffix.lower() in _LINES else (file.read(),)
            for text in texts:
                if text.strip():
                    yield json.loads(text)
    except (OSError, ValueError, RecursionError) as error:
        if isinstance(error, StacFileError):
            raise
        msg = f"not readable as JSON ({error})"
        raise StacFileError(msg) from error


def _raw_items(document: Any) -> Iterator[Any]:
    """Items of a document."""
    kind = document.get("type") if isinstance(document, dict) else None
    if kind == "Feature":
        yield document
    elif kind == "FeatureCollection" and isinstance(document.get("features"), list):
        yield from document["features"]
    else:
        raise StacFileError("neither a STAC item nor a collection of items")
