"""What a saved search may be: pure rules."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from typing import Annotated, Any

from pydantic import AwareDatetime, BaseModel, Field, StringConstraints

from dinamis_service.soundness import SOUND, JsonObject

MAX_SEARCHES = 200
MAX_DOCUMENT_BYTES = 2 * 1024 * 1024
MAX_TOTAL_BYTES = 8 * 1024 * 1024
"""All searches of a person travel in one answer."""
MAX_VERSION = 1_000_000

Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=120), SOUND]
Document = Annotated[
    JsonObject, Field(description="`type` dinamis-search, `version`, `title`, `stac` (body of a STAC search)")
]


class SearchForm(BaseModel):
    """A whole search."""

    name: Name
    document: Document
    is_default: bool = Field(False, description="The filters that the person begins with; one at most")
    last_seen: AwareDatetime | None = Field(None, description="When its results were last looked at")


class SearchChange(BaseModel):
    """What to change of a search; what is left out stays."""

    name: Name | None = None
    document: Document | None = None
    is_default: bool | None = None
    last_seen: AwareDatetime | None = None


def name_key(name: str) -> str:
    """The name as names are compared: without capitals, and however its letters and spaces are coded."""
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())[:480]


def is_search_document(document: dict[str, Any]) -> bool:
    """Whether a document says that it is a search, of which version, and how a catalogue is asked."""
    version = document.get("version")
    return (
        document.get("type") == "dinamis-search"
        and isinstance(version, int)
        and not isinstance(version, bool)
        and 1 <= version <= MAX_VERSION
        and isinstance(document.get("title"), str)
        and isinstance(document.get("stac"), dict)
    )


def fits(sizes: Iterable[int], fresh: int) -> bool:
    """Whether a document of `fresh` bytes has room beside those that the person keeps already."""
    return fresh <= MAX_DOCUMENT_BYTES and fresh + sum(sizes) <= MAX_TOTAL_BYTES
