"""Which options exclude each other, by the `if`, `then` and `else` of a JSON Schema (REQ-16 to REQ-19).

Only what is understood whole becomes a limit: conditions on the values of properties, and the values that
they leave to another one. Everything else is left to the service, which judges every request.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .parsing import mapping_of, objects_of, text_of, texts_of

_REMARKS = frozenset({"title", "description", "$comment"})
_CONDITION = frozenset({"properties", "required", "type"}) | _REMARKS
_VALUES = frozenset({"enum", "const"}) | _REMARKS


@dataclass(frozen=True)
class Limit:
    """Values that a field may take while others have certain values.

    Attributes:
        when: Values of each other field for which it holds; a field that is left out fits as well.
        needed: Fields that must not be left out for it to hold.
        otherwise: Whether it holds in all the other cases instead, as the `else` of a schema does.
        allowed: What is left to choose.
        reason: Sentence of the service, possibly empty.
    """

    when: tuple[tuple[str, tuple[Any, ...]], ...]
    needed: tuple[str, ...]
    otherwise: bool
    allowed: tuple[Any, ...]
    reason: str = ""

    def holds(self, values: Mapping[str, Any]) -> bool:
        """Say whether it binds a form that is filled in like this."""
        given = {name for name, value in values.items() if not is_empty(value)}
        fits = all(name not in given or values[name] in wanted for name, wanted in self.when)
        return (fits and given.issuperset(self.needed)) is not self.otherwise


def is_empty(value: Any) -> bool:
    """Say whether a value counts as left out."""
    return value is None or value in ("", [], ())


def limits_of(schema: Mapping[str, Any]) -> dict[str, tuple[Limit, ...]]:
    """Read the limits of an object schema, by the field that they bind."""
    found: dict[str, tuple[Limit, ...]] = {}
    for rule in (schema, *objects_of(schema.get("allOf"))):
        condition = _condition(rule.get("if"))
        if condition is None:
            continue
        for branch, otherwise in (("then", False), ("else", True)):
            for name, entry in mapping_of(mapping_of(rule.get(branch)).get("properties")).items():
                allowed = _values(mapping_of(entry))
                if allowed:
                    limit = Limit(*condition, otherwise, allowed, text_of(mapping_of(entry).get("x-reason")))
                    found[name] = (*found.get(name, ()), limit)
    return found


def _condition(entry: Any) -> tuple[tuple[tuple[str, tuple[Any, ...]], ...], tuple[str, ...]] | None:
    """Read an `if`: values by property, and what must be there; None when it asks for more than that."""
    condition = mapping_of(entry)
    if not _is_only(condition, _CONDITION) or condition.get("type", "object") != "object":
        return None
    properties = mapping_of(condition.get("properties"))
    when = tuple((name, _values(mapping_of(wanted))) for name, wanted in properties.items())
    if not when or not all(
        wanted and _is_only(mapping_of(properties[name]), _VALUES) for name, wanted in when
    ):
        return None
    return when, texts_of(condition.get("required"))


def _values(entry: Mapping[str, Any]) -> tuple[Any, ...]:
    """Give the values that a schema allows, none where it does not list them."""
    listed = entry.get("enum")
    if isinstance(listed, list):
        return tuple(value for value in listed if "const" not in entry or value == entry["const"])
    return (entry["const"],) if "const" in entry else ()


def _is_only(entry: Mapping[str, Any], known: frozenset[str]) -> bool:
    return all(key in known or key.startswith("x-") for key in entry)
