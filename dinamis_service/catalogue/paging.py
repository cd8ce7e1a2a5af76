"""The total order of a search and the tokens that continue it, the same for every engine.

A token holds the sort values of the last row of its page, so that what comes in or goes out meanwhile neither
repeats nor hides what stays.
"""

from __future__ import annotations

import base64
import binascii
import json
import math
from collections.abc import Sequence
from typing import Any

from dinamis_service.catalogue.engine import SearchError, SortKey
from dinamis_service.catalogue.moments import from_microseconds
from dinamis_service.catalogue.queryables import QUERYABLES, Queryable, queryable

Keys = tuple[tuple[Queryable, bool], ...]
"""What is sorted by; a true value beside a key says descending."""
_INTEGERS = 2**63
"""Databases hold no integer that is so large."""


def sort_keys(sort: Sequence[SortKey]) -> Keys:
    """The sort made total: ties fall to the id, then to the collection.

    Raises:
        SearchError: for what cannot be sorted by.
    """
    keys: dict[str, tuple[Queryable, bool]] = {}
    for asked in (*sort, SortKey("id"), SortKey("collection")):
        found = queryable(asked.field)
        if found is None:
            known = ", ".join(QUERYABLES)
            raise SearchError(
                fr=f"« sortby » : tri impossible par « {asked.field} ». Tris possibles : {known}.",
                en=f"'sortby': cannot sort by '{asked.field}'. Can sort by: {known}.",
                parameter="sortby",
            )
        keys.setdefault(found.name, (found, asked.descending))
    return tuple(keys.values())


def order_of(keys: Keys) -> str:
    """The SQL of that order; items without a value come last in either direction."""
    terms = []
    for key, descending in keys:
        term = f"{key.column} {'DESC' if descending else 'ASC'}"
        terms.append(f"{key.column} IS NULL, {term}" if key.nullable else term)
    return ", ".join(terms)


def after_last(keys: Keys, last: Sequence[Any] | None) -> tuple[str, list[Any]]:
    """SQL condition on the rows that come after the one a token holds, and its values."""
    if last is None:
        return "TRUE", []
    alternatives: list[str] = []
    bound: list[Any] = []
    equal: list[str] = []
    equal_values: list[Any] = []
    for (key, descending), value in zip(keys, last, strict=True):
        if value is None:
            equal.append(f"{key.column} IS NULL")
            continue
        beyond = f"{key.column} {'<' if descending else '>'} ?"
        if key.nullable:
            beyond = f"({beyond} OR {key.column} IS NULL)"
        alternatives.append(" AND ".join([*equal, beyond]))
        bound += [*equal_values, value]
        equal.append(f"{key.column} = ?")
        equal_values.append(value)
    condition = " OR ".join(f"({alternative})" for alternative in alternatives)
    (first, descending), value = keys[0], last[0]
    if not first.nullable:  # says again what the alternatives imply, in a form that an index can start from
        condition = f"{first.column} {'<=' if descending else '>='} ? AND ({condition})"
        bound = [value, *bound]
    return condition, bound


def token_after(keys: Keys, values: Sequence[Any]) -> str:
    """Token that continues after a row of these sort values."""
    body = json.dumps([_signature(keys), *values], separators=(",", ":"))
    return base64.urlsafe_b64encode(body.encode()).decode().rstrip("=")


def token_values(keys: Keys, token: str) -> list[Any]:
    """Sort values that a token holds.

    Raises:
        SearchError: for one that was not given for this order.
    """
    wrong = SearchError(
        fr="« token » n'est pas de cette recherche : recommencez à la première page.",
        en="'token' does not belong to this search: start again at the first page.",
        parameter="token",
    )
    try:
        signature, *values = json.loads(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)))
    except (ValueError, TypeError, binascii.Error) as error:
        raise wrong from error
    if signature != _signature(keys) or len(values) != len(keys):
        raise wrong
    if not all(_may_hold(key, value) for (key, _), value in zip(keys, values, strict=True)):
        raise wrong
    return list(values)


def _signature(keys: Keys) -> str:
    return ",".join(f"{'-' if descending else '+'}{key.name}" for key, descending in keys)


def _may_hold(key: Queryable, value: Any) -> bool:
    """Whether a value is one of that property; databases refuse to compare it with another type."""
    if value is None:
        return key.nullable
    if key.kind == "string":
        return isinstance(value, str)
    if isinstance(value, float):
        return key.kind == "number" and math.isfinite(value)
    if not isinstance(value, int):
        return False
    try:
        return abs(value) < _INTEGERS if key.kind == "number" else bool(from_microseconds(value))
    except OverflowError:
        return False
