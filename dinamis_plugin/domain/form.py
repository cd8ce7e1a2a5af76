"""Forms built from JSON Schema, so that a new product of the service needs no new plugin."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from typing import Any

from .errors import InvalidRequestError
from .form_limits import Limit, is_empty, limits_of
from .parsing import mapping_of, number_of, objects_of, text_of, texts_of


class FieldKind(Enum):
    """How a field is asked for."""

    TEXT = "text"
    MULTILINE = "multiline"
    INTEGER = "integer"
    NUMBER = "number"
    BOOLEAN = "boolean"
    CHOICE = "choice"
    CHOICES = "choices"
    TEXTS = "texts"
    DATE = "date"
    PROJECT = "project"
    ITEMS = "items"


@dataclass(frozen=True)
class Choice:
    """One value to choose and its name for a person."""

    value: Any
    title: str


@dataclass(frozen=True)
class FormField:
    """One field of a form.

    Attributes:
        name: Property of the schema.
        title: Label.
        kind: How it is asked for.
        description: Help.
        section: `project`, `request` or `production`, empty when the schema does not say.
        required: Whether it must be filled in.
        default: Value at the start, None for none.
        choices: Values of CHOICE and CHOICES.
        minimum: Smallest number.
        maximum: Largest number.
        max_length: Longest text.
        limits: Choices that the values of other fields leave.
    """

    name: str
    title: str
    kind: FieldKind
    description: str = ""
    section: str = ""
    required: bool = False
    default: Any = None
    choices: tuple[Choice, ...] = ()
    minimum: float | None = None
    maximum: float | None = None
    max_length: int | None = None
    limits: tuple[Limit, ...] = ()

    def choices_left(self, values: Mapping[str, Any]) -> tuple[Choice, ...]:
        """Give the choices that are possible beside the values of the other fields."""
        holding = self._holding(values)
        return tuple(
            choice for choice in self.choices if all(choice.value in limit.allowed for limit in holding)
        )

    def reason(self, values: Mapping[str, Any]) -> str:
        """Say why some choices are not possible; empty when all are, or when the service gives no reason."""
        taken = [
            limit.reason
            for limit in self._holding(values)
            if limit.reason and any(choice.value not in limit.allowed for choice in self.choices)
        ]
        return " ".join(dict.fromkeys(taken))

    def without(self, value: Any, reason: str) -> FormField:
        """Give the field with a choice that is not possible, whatever else is filled in, and why."""
        left = tuple(choice.value for choice in self.choices if choice.value != value)
        return replace(
            self, limits=(*self.limits, Limit((), (), otherwise=False, allowed=left, reason=reason))
        )

    def _holding(self, values: Mapping[str, Any]) -> list[Limit]:
        return [limit for limit in self.limits if self.kind is FieldKind.CHOICE and limit.holds(values)]


_KIND_OF_WIDGET = {
    "multiline": FieldKind.MULTILINE,
    "project": FieldKind.PROJECT,
    "items": FieldKind.ITEMS,
}
_KIND_OF_TYPE = {
    "integer": FieldKind.INTEGER,
    "number": FieldKind.NUMBER,
    "boolean": FieldKind.BOOLEAN,
    "array": FieldKind.TEXTS,
}


def fields_of(schema: Mapping[str, Any]) -> tuple[FormField, ...]:
    """Read the fields of an object schema, in its order; what is not understood is asked for as text."""
    required = set(texts_of(schema.get("required")))
    definitions = mapping_of(schema.get("$defs"))
    limits = limits_of(schema)
    return tuple(
        _field(
            name,
            _resolved(mapping_of(entry), definitions),
            required=name in required,
            limits=limits.get(name, ()),
        )
        for name, entry in mapping_of(schema.get("properties")).items()
    )


def settled(fields: Sequence[FormField], values: Mapping[str, Any], kept: str = "") -> dict[str, Any]:
    """Give the values with every choice that has become impossible replaced by its default or the first left.

    Args:
        fields: The form.
        values: What is filled in.
        kept: The field that was just chosen: the others follow it.
    """
    made = dict(values)
    for _ in fields:  # what follows one field may have to be followed by the next
        before = dict(made)
        for field in fields:
            left = [choice.value for choice in field.choices_left(made)]
            value = made.get(field.name)
            if left and value not in left and field.name != kept and not is_empty(value):
                made[field.name] = field.default if field.default in left else left[0]
        if made == before:
            break
    return made


def collect(fields: Sequence[FormField], values: Mapping[str, Any]) -> dict[str, Any]:
    """Give the parameters to send: what was left empty stays out.

    Raises:
        InvalidRequestError: A required field is empty (`missing`), or a value is outside of what the schema
            allows (`not_a_choice`, `out_of_range`, `too_long`), also beside the other values (the reason that
            the schema gives, or `not_together`).
    """
    wrong: dict[str, str] = {}
    filled: dict[str, Any] = {}
    for field in fields:
        value = values.get(field.name)
        if is_empty(value):
            if field.required:
                wrong[field.name] = "missing"
            continue
        problem = _problem(field, value)
        if problem:
            wrong[field.name] = problem
        else:
            filled[field.name] = list(value) if isinstance(value, tuple) else value
    for field in fields:
        if field.name in filled and not _is_left(field, filled):
            wrong[field.name] = field.reason(filled) or "not_together"
    if wrong:
        raise InvalidRequestError(", ".join(sorted(wrong)), wrong)
    return filled


def _is_left(field: FormField, filled: Mapping[str, Any]) -> bool:
    """Say whether the value of a field is possible beside the others."""
    return field.kind is not FieldKind.CHOICE or any(
        choice.value == filled[field.name] for choice in field.choices_left(filled)
    )


def _field(name: str, entry: Mapping[str, Any], *, required: bool, limits: tuple[Limit, ...]) -> FormField:
    longest = number_of(entry.get("maxLength"))
    return FormField(
        name=name,
        title=text_of(entry.get("title")) or name.replace("_", " "),
        kind=_kind(entry),
        description=text_of(entry.get("description")),
        section=text_of(entry.get("x-section")),
        required=required,
        default=entry.get("default"),
        choices=_choices(entry) or _choices(mapping_of(entry.get("items"))),
        minimum=number_of(entry.get("minimum")),
        maximum=number_of(entry.get("maximum")),
        max_length=int(longest) if longest is not None else None,
        limits=limits,
    )


def _kind(entry: Mapping[str, Any]) -> FieldKind:
    widget = _KIND_OF_WIDGET.get(text_of(entry.get("x-widget")))
    if widget:
        return widget
    if _choices(entry):
        return FieldKind.CHOICE
    if entry.get("type") == "array" and _choices(mapping_of(entry.get("items"))):
        return FieldKind.CHOICES
    if entry.get("type") == "string" and entry.get("format") == "date":
        return FieldKind.DATE
    return _KIND_OF_TYPE.get(text_of(entry.get("type")), FieldKind.TEXT)


def _choices(entry: Mapping[str, Any]) -> tuple[Choice, ...]:
    values = entry.get("enum")
    if not isinstance(values, list):
        values = [entry["const"]] if "const" in entry else []
    titles = entry.get("x-enum-titles")
    named = titles if isinstance(titles, list) and len(titles) == len(values) else values
    pairs = zip(values, named)
    return tuple(Choice(value, str(title)) for value, title in pairs if isinstance(value, (str, int, float)))


def _resolved(entry: Mapping[str, Any], definitions: Mapping[str, Any]) -> Mapping[str, Any]:
    """Follow a reference, and take the one alternative of a field that may be null."""
    for _ in range(8):
        reference = re.match(r"#/\$defs/(.+)", text_of(entry.get("$ref")))
        alternatives = objects_of(entry.get("anyOf")) or objects_of(entry.get("oneOf"))
        real = [alternative for alternative in alternatives if alternative.get("type") != "null"]
        own = {key: value for key, value in entry.items() if key not in {"$ref", "anyOf", "oneOf", "type"}}
        if reference:
            entry = {**mapping_of(definitions.get(reference[1])), **own}
        elif len(real) == 1:
            entry = {**real[0], **own}
        else:
            break
    kinds = [kind for kind in texts_of(entry.get("type")) if kind != "null"]
    return {**entry, "type": kinds[0]} if kinds else entry


def _problem(field: FormField, value: Any) -> str:
    if field.choices:
        allowed = [choice.value for choice in field.choices]
        chosen = value if isinstance(value, (list, tuple)) else [value]
        return "" if all(one in allowed for one in chosen) else "not_a_choice"
    if field.kind in {FieldKind.INTEGER, FieldKind.NUMBER}:
        number = number_of(value)
        low = -float("inf") if field.minimum is None else field.minimum
        high = float("inf") if field.maximum is None else field.maximum
        return "" if number is not None and low <= number <= high else "out_of_range"
    too_long = field.max_length is not None and isinstance(value, str) and len(value) > field.max_length
    return "too_long" if too_long else ""
