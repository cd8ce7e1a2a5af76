"""Checks of what a client sends for a request, each refusal naming its field in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from jsonschema import Draft202012Validator, ValidationError

from dinamis_service.errors import InvalidError
from dinamis_service.language import Language, text
from dinamis_service.quotas.geometry import Zone, ZoneError, read_zone
from dinamis_service.quotas.table import RequestKind
from dinamis_service.requests.products import Product, order_parameters, queryables, with_defaults
from dinamis_service.soundness import is_number

MIN_WINDOW_DAYS = 7
_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Interval:
    """A span of time, both ends included."""

    start: datetime
    end: datetime

    @property
    def days(self) -> int:
        """Days of UTC that the span touches; an end at midnight does not touch the day it opens."""
        last = max(self.start, self.end - timedelta(microseconds=1))
        return (last.date() - self.start.date()).days + 1


@dataclass(frozen=True)
class Limits:
    """Upper limits by queryable, the defaults included, and the filter that set some of them."""

    values: dict[str, float]
    filter: dict[str, Any] | None


def check_zone(geometry: Any, language: Language, field: str = "geometry") -> Zone:
    """The zone of a request.

    Raises:
        InvalidError: it cannot be used; the reason is the field's.
    """
    try:
        return read_zone(geometry)
    except ZoneError as error:
        raise refusal(field, error.words.told(language)) from error


def check_parameters(product: Product, given: Any, language: Language) -> dict[str, Any]:
    """Order parameters completed with their defaults and valid by the schema of the product.

    Raises:
        InvalidError: with one sentence for each field that does not hold.
    """
    complete = with_defaults(product, given) if isinstance(given, Mapping) else given
    _check_schema(order_parameters(product, language), complete, "order_parameters", language)
    return dict(complete)


def check_limits(product: Product, expression: Any, language: Language) -> Limits:
    """Upper limits that a filter sets, completed with the defaults of the product.

    Raises:
        InvalidError: the filter is not a conjunction of `<=` over the queryables, or a limit is out of range.
    """
    schema = queryables(product, language)
    limits: dict[str, float] = {
        name: one["default"] for name, one in schema["properties"].items() if "default" in one
    }
    given: dict[str, float] = {}
    terms = _terms(expression, language)
    for term in terms:
        name, value = _limit(term, language)
        given[name] = min(value, given.get(name, value))
    _check_schema(schema, given, "filter", language)
    return Limits({**limits, **given}, _conjunction(terms))


def check_interval(value: str, language: Language) -> Interval:
    """A closed interval `start/end` of aware moments.

    Raises:
        InvalidError: it is not one.
    """
    start_text, _, end_text = value.partition("/")
    try:
        interval = Interval(_moment(start_text), _moment(end_text))
    except (ValueError, OverflowError) as error:
        raise refusal(
            "datetime",
            text(
                language,
                fr="La période s'écrit « début/fin », deux instants avec leur fuseau (2026-12-01T00:00:00Z).",
                en="The period is written 'start/end', two moments with a time zone (2026-12-01T00:00:00Z).",
            ),
        ) from error
    if interval.end < interval.start:
        raise refusal(
            "datetime",
            text(language, fr="La période finit avant de commencer.", en="The period ends before it starts."),
        )
    return interval


def check_window(product: Product, value: str, now: datetime, language: Language) -> Interval:
    """The time window of a request; for programming it lies ahead and is not a precise day (REQ-25).

    The first day may be today wherever the requester is: it must not have ended at `now`.

    Raises:
        InvalidError: the window cannot be asked for.
    """
    interval = check_interval(value, language)
    if product.kind is RequestKind.ARCHIVE:
        return interval
    if interval.start <= now - _ONE_DAY:
        raise refusal(
            "datetime",
            text(
                language,
                fr="La fenêtre commence dans le passé : choisissez un premier jour à partir d'aujourd'hui.",
                en="The window starts in the past: choose a first day from today on.",
            ),
        )
    if interval.days < MIN_WINDOW_DAYS:
        raise refusal(
            "datetime",
            text(
                language,
                fr=f"La fenêtre dure {interval.days} jour(s) ; il en faut au moins {MIN_WINDOW_DAYS} : "
                "un jour précis ne peut pas être demandé.",
                en=f"The window lasts {interval.days} day(s); it takes at least {MIN_WINDOW_DAYS}: "
                "a precise day cannot be asked for.",
            ),
        )
    return interval


def refusal(field: str, sentence: str) -> InvalidError:
    """A refusal about one field."""
    return InvalidError(sentence, fields={field: sentence})


def _moment(value: str) -> datetime:
    """An aware moment in UTC; raises ValueError for anything else."""
    moment = datetime.fromisoformat(value)
    if moment.tzinfo is None:
        msg = "a moment needs a time zone"
        raise ValueError(msg)
    return moment.astimezone(UTC)


def _terms(expression: Any, language: Language) -> list[Any]:
    """Terms of a conjunction."""
    if expression in (None, {}):
        return []
    if isinstance(expression, Mapping) and expression.get("op") == "and":
        args = expression.get("args")
        if not isinstance(args, list):
            raise _not_a_limit(language)
        return [term for arg in args for term in _terms(arg, language)]
    return [expression]


def _conjunction(terms: list[Any]) -> dict[str, Any] | None:
    """CQL2 JSON of all the terms; CQL2 has no conjunction of fewer than two."""
    if not terms:
        return None
    return dict(terms[0]) if len(terms) == 1 else {"op": "and", "args": terms}


def _limit(term: Any, language: Language) -> tuple[str, float]:
    """Property and value of `property <= value`."""
    args = term.get("args") if isinstance(term, Mapping) and term.get("op") == "<=" else None
    if isinstance(args, list) and len(args) == 2:  # noqa: PLR2004 (a property and a value)
        name = args[0].get("property") if isinstance(args[0], Mapping) else None
        if isinstance(name, str) and is_number(args[1]):
            return name, args[1]
    raise _not_a_limit(language)


def _not_a_limit(language: Language) -> InvalidError:
    """The refusal of a filter of another shape."""
    return refusal(
        "filter",
        text(
            language,
            fr="Le filtre est une suite de limites « propriété <= valeur » reliées par « and » (CQL2 JSON).",
            en="The filter is a list of limits 'property <= value' joined by 'and' (CQL2 JSON).",
        ),
    )


def _check_schema(schema: Mapping[str, Any], value: Any, under: str, language: Language) -> None:
    """Refuse a value that is not valid by `schema`, with one sentence for each field at fault."""
    fields: dict[str, str] = {}
    for error in sorted(
        Draft202012Validator(dict(schema)).iter_errors(value), key=lambda one: list(one.path)
    ):
        for name in _fields_of(error) or [under]:
            fields.setdefault(name, _told(error, schema, name, language))
    if fields:
        raise InvalidError(" ".join(fields.values()), fields=fields)


def _fields_of(error: ValidationError) -> list[str]:
    """Names of the parameters that a schema error is about."""
    expected: Any = error.validator_value
    given: Any = error.instance
    constraint: Any = error.schema
    if error.path:
        return [str(error.path[0])]
    if error.validator == "required":
        return [name for name in expected if name not in given]
    if error.validator == "additionalProperties":
        return sorted(set(given) - set(constraint["properties"]))
    return []


def _told(error: ValidationError, schema: Mapping[str, Any], name: str, language: Language) -> str:
    """What a schema error means, in words."""
    constraint: Any = error.schema
    if "x-reason" in constraint:
        return str(constraint["x-reason"])
    known = schema["properties"].get(name)
    title = known["title"] if known else name
    fr, en = _SENTENCES.get(
        str(error.validator), ("« {title} » : valeur refusée.", "'{title}': value refused.")
    )
    allowed = error.validator_value
    shown = ", ".join(map(str, allowed)) if isinstance(allowed, list) else allowed
    return text(language, fr=fr, en=en).format(title=title, allowed=shown)


_SENTENCES: dict[str, tuple[str, str]] = {
    "required": ("« {title} » manque.", "'{title}' is missing."),
    "additionalProperties": (
        "« {title} » n'est pas un paramètre de ce produit.",
        "'{title}' is not a parameter of this product.",
    ),
    "enum": ("« {title} » doit valoir : {allowed}.", "'{title}' must be one of: {allowed}."),
    "type": (
        "« {title} » n'est pas du bon type ({allowed}).",
        "'{title}' is not of the right type ({allowed}).",
    ),
    "minLength": ("« {title} » est vide.", "'{title}' is empty."),
    "maxLength": (
        "« {title} » a plus de {allowed} caractères.",
        "'{title}' has more than {allowed} characters.",
    ),
    "minItems": ("« {title} » est vide.", "'{title}' is empty."),
    "maxItems": ("« {title} » a plus de {allowed} éléments.", "'{title}' has more than {allowed} entries."),
    "uniqueItems": (
        "« {title} » contient deux fois le même élément.",
        "'{title}' holds the same entry twice.",
    ),
    "minimum": ("« {title} » doit être au moins {allowed}.", "'{title}' must be at least {allowed}."),
    "maximum": ("« {title} » doit être au plus {allowed}.", "'{title}' must be at most {allowed}."),
}
