"""Searches kept under a name, and the document that they are kept, sent and shared as (CAT-39, CAT-40)."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import date, datetime
from enum import Enum
from typing import Any, Callable

from shapely.geometry import mapping, shape

from .aoi import UNREADABLE_GEOMETRY, Aoi, repair
from .errors import AoiError, DinamisError, InvalidRequestError
from .parsing import (
    date_of,
    iso_utc,
    mapping_of,
    number_of,
    objects_of,
    required_text,
    text_of,
    texts_of,
    utc_of,
)
from .search import ProductType, SearchQuery

KIND, VERSION = "dinamis-search", 1
SUFFIX = ".dinamis-search.json"
MAX_NAME = 120
MAX_FILE_BYTES = 64 * 1024 * 1024


@dataclass(frozen=True)
class SavedSearch:
    """One search of the person.

    Attributes:
        id: Unlike that of any other.
        name: What the person sees.
        document: As `document_of` writes it; what a newer version wrote into it stays.
        is_default: The filters that the person begins with (CAT-39).
        last_seen: When its results were last looked at; None for never.
        etag: State of it in the account; empty in the profile.
    """

    id: str
    name: str
    document: Mapping[str, Any] = field(hash=False)
    is_default: bool = False
    last_seen: datetime | None = None
    etag: str = ""

    @property
    def query(self) -> SearchQuery:
        """What it searches for; as `query_of`."""
        return query_of(self.document)

    def to_json(self) -> dict[str, Any]:
        """Write it for the account, or for the profile with its identifier beside."""
        seen = None if self.last_seen is None else iso_utc(self.last_seen)
        return {
            "name": self.name,
            "document": dict(self.document),
            "is_default": self.is_default,
            "last_seen": seen,
        }

    @classmethod
    def from_json(cls, entry: Mapping[str, Any]) -> SavedSearch:
        """Read what the account or the profile holds.

        Raises:
            BadAnswerError: It has no identifier or name.
        """
        return cls(
            id=required_text(entry, "id"),
            name=required_text(entry, "name"),
            document=mapping_of(entry.get("document")),
            is_default=entry.get("is_default") is True,
            last_seen=utc_of(entry.get("last_seen")),
            etag=text_of(entry.get("etag")),
        )


def document_of(query: SearchQuery, title: str) -> dict[str, Any]:
    """Write a search: its filters and exact areas to be read again, and the STAC search for anybody else.

    Raises:
        InvalidRequestError: As `SearchQuery.to_stac`.
    """
    stac = {key.replace("_", "-"): value for key, value in query.to_stac().items()}
    written = {one.name: _written(getattr(query, one.name)) for one in fields(query) if one.name != "sort"}
    # A round trip makes the tuples of shapely the lists that JSON has.
    document: dict[str, Any] = json.loads(
        json.dumps({"type": KIND, "version": VERSION, "title": title, "query": written, "stac": stac})
    )
    return document


def query_of(document: Mapping[str, Any]) -> SearchQuery:
    """Read a search; filters that this version does not know, or that somebody broke, are left open.

    Raises:
        InvalidRequestError: It is none, or one of its areas cannot be read: without it, it would find others.
    """
    version = number_of(document.get("version"))
    if document.get("type") != KIND or version is None or not isinstance(document.get("query"), dict):
        raise _broken("not_a_search")
    given = document["query"]
    values = {
        one.name: _READERS[str(one.type)](given[one.name])
        for one in fields(SearchQuery)
        if given.get(one.name) is not None and str(one.type) in _READERS
    }
    return SearchQuery(**{name: value for name, value in values.items() if value is not None})


def document_from_text(text: str) -> dict[str, Any]:
    """Read a shared file, and see that it is a search.

    Raises:
        InvalidRequestError: It is broken or none.
    """
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        raise _broken("not_a_search") from None
    if not isinstance(document, dict):
        raise _broken("not_a_search")
    query_of(document)
    return document


def renamed(search: SavedSearch, name: str) -> SavedSearch:
    """The same search under another name, in its document too."""
    return replace(search, name=name, document={**search.document, "title": name})


def name_key(name: str) -> str:
    """The name as names are compared, by the account too: without capitals, however it is coded."""
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())


def free_name(name: str, taken: Iterable[str]) -> str:
    """Give the name itself, or the first one with a number behind it that nothing bears."""
    used = {name_key(other) for other in taken}
    tried, number = name.strip()[:MAX_NAME], 2
    while name_key(tried) in used:
        end = f" ({number})"
        tried, number = name.strip()[: MAX_NAME - len(end)] + end, number + 1
    return tried


def brought_along(
    local: Iterable[SavedSearch], account: Iterable[SavedSearch]
) -> tuple[list[SavedSearch], list[SavedSearch]]:
    """Plan how searches of the profile come into the account: none is lost, none doubled.

    Returns:
        Those to make in the account, renamed where the name is taken by another search, and those that are
        there already. The defaults of the account stay the defaults.
    """
    there = list(account)
    has_defaults = any(one.is_default for one in there)
    fresh: list[SavedSearch] = []
    known: list[SavedSearch] = []
    for one in local:
        twin = any(
            name_key(other.name).startswith(name_key(one.name)) and _same(other.document, one.document)
            for other in there
        )
        if twin:
            known.append(one)
            continue
        name = free_name(one.name, [other.name for other in there])
        moved = renamed(one, name) if name != one.name else one
        moved = replace(moved, is_default=one.is_default and not has_defaults, etag="")
        has_defaults = has_defaults or moved.is_default
        fresh.append(moved)
        there.append(moved)
    return fresh, known


def since(arguments: Mapping[str, Any], moment: datetime) -> dict[str, Any]:
    """Narrow a STAC search to what came into the catalogue after a moment."""
    newer = {"op": ">", "args": [{"property": "created"}, {"timestamp": iso_utc(moment)}]}
    before = arguments.get("filter")
    narrowed = newer if before is None else {"op": "and", "args": [before, newer]}
    return {**arguments, "filter": narrowed, "filter_lang": "cql2-json"}


def _same(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    return bool(one.get("query") == other.get("query"))


def _written(value: Any) -> Any:
    if isinstance(value, Aoi):
        return {one.name: _written(getattr(value, one.name)) for one in fields(Aoi) if one.init}
    if isinstance(value, tuple):
        return [_written(one) for one in value]
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, date):
        return value.isoformat()
    return mapping(value) if hasattr(value, "geom_type") else value


def _aois(value: Any) -> tuple[Aoi, ...]:
    return tuple(_aoi(entry) for entry in objects_of(value))


def _aoi(entry: Mapping[str, Any]) -> Aoi:
    size = number_of(entry.get("area_km2"))
    texts = {
        one.name: text_of(entry.get(one.name)) for one in fields(Aoi) if one.init and str(one.type) == "str"
    }
    try:
        geometry, _ = repair(shape(entry["geometry"]))
    except AoiError:
        raise _broken("broken_area") from None
    except UNREADABLE_GEOMETRY:
        raise _broken("broken_area") from None
    if size is None or size < 0:
        raise _broken("broken_area")
    return Aoi(geometry=geometry, area_km2=size, **texts)


def _product_type(value: Any) -> ProductType | None:
    return next((one for one in ProductType if one.value == value), None)


def _whole(value: Any) -> int | None:
    number = number_of(value)
    return None if number is None else round(number)


_READERS: dict[str, Callable[[Any], Any]] = {
    "tuple[Aoi, ...]": _aois,
    "tuple[str, ...]": texts_of,
    "date | None": date_of,
    "int | None": _whole,
    "str": text_of,
    "bool": lambda value: value is True,
    "ProductType": _product_type,
}
"""How a field of a search is read, by its type: a new filter of such a type comes along by itself."""


def _broken(how: str) -> DinamisError:
    return InvalidRequestError(how, {"document": how})
