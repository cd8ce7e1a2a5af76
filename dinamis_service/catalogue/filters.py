"""CQL2 filters: parsed by the cql2 package, then turned into SQL over a whitelist.

Understood: and, or, not, comparisons of a property with a value, between, in, isNull, like, s_intersects of
the footprint and t_intersects of the acquisition. Every value is a bound parameter and every column comes
from `queryables`: nothing a client writes is ever SQL. What is written is common to SQLite and PostgreSQL;
`glob(pattern, text)` is SQLite's own and a function of the other, `meets(footprint, area)` one of both.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any

import cql2
import shapely
from shapely.geometry.base import BaseGeometry

from dinamis_service.catalogue.areas import read_area, read_box
from dinamis_service.catalogue.engine import SearchError
from dinamis_service.catalogue.moments import parse_interval, parse_moment, to_microseconds
from dinamis_service.catalogue.queryables import QUERYABLES, Queryable, queryable

MAX_TEXT = 20_000
"""Characters of a filter in CQL2 text."""
MAX_DEPTH = 40
"""Levels of a filter: parsers are recursive, and SQLite bounds the depth of an expression."""
MAX_VALUES = 5_000
"""Values and operators of a filter: SQLite bounds the parameters of a statement."""

_COMPARISONS = {"=": "=", "<>": "<>", "<": "<", "<=": "<=", ">": ">", ">=": ">="}
_QUERY_OPERATORS = {"eq": "=", "neq": "<>", "lt": "<", "lte": "<=", "gt": ">", "gte": ">="}
_QUERY_PATTERNS = {"startsWith": "{}%", "endsWith": "%{}", "contains": "%{}%"}

Sql = tuple[str, list[Any]]


def parse_filter(expression: Any) -> Any:
    """CQL2 JSON of a filter given as CQL2 text or CQL2 JSON.

    Raises:
        SearchError: when it is not CQL2, or is deeper or longer than a person's search can be.
    """
    if isinstance(expression, str):
        _check_text(expression)
    else:
        _check_size(expression)
    try:
        # not .validate(): it compiles the schema of CQL2 each time (tens of ms), and to_sql is stricter
        normal = cql2.Expr(expression).to_json()
    except Exception as error:  # the package raises bare Exception for JSON that is no expression
        reason = str(error).strip().splitlines()
        raise _not_understood(reason[0] if reason else "") from error
    _check_size(normal)
    return normal


def filter_of_query(query: dict[str, dict[str, Any]]) -> Any:
    """CQL2 JSON that means the same as the members of a STAC `query`."""
    _check_size(query)
    terms = []
    for name, conditions in query.items():
        for operator, value in conditions.items():
            prop = {"property": name}
            if operator in _QUERY_OPERATORS:
                terms.append({"op": _QUERY_OPERATORS[operator], "args": [prop, value]})
            elif operator == "in":
                terms.append({"op": "in", "args": [prop, value]})
            elif operator in _QUERY_PATTERNS and isinstance(value, str):
                pattern = _QUERY_PATTERNS[operator].format(_escape_like(value))
                terms.append({"op": "like", "args": [prop, pattern]})
            else:
                raise _unknown_operator(operator)
    return all_of(terms)


def all_of(terms: list[Any]) -> Any:
    """The conjunction of CQL2 JSON expressions; None for none."""
    terms = [term for term in terms if term is not None]
    if not terms:
        return None
    return terms[0] if len(terms) == 1 else {"op": "and", "args": terms}


def without_area(expression: Any) -> tuple[Any, BaseGeometry | None]:
    """What remains of a filter, and the area that every match must meet, which an index answers best.

    Conditions on the footprint that stand alone, or are joined by `and`, or all by `or`, become the area;
    what else there is of them (a second area, one under `not`) remains.
    """
    if _is(expression, "s_intersects"):
        return None, _area(expression["args"])
    if not _is(expression, "and") and not _is(expression, "or"):
        return expression, None
    parts = [without_area(term) for term in expression["args"]]
    if _is(expression, "or"):
        areas = [area for _, area in parts if area is not None]
        if len(areas) < len(parts) or not parts:
            return expression, None
        alone = all(rest is None for rest, _ in parts)
        return (None if alone else expression), shapely.union_all(areas)
    for place, (rest, area) in enumerate(parts):
        if area is not None:
            return all_of([*expression["args"][:place], rest, *expression["args"][place + 1 :]]), area
    return expression, None


def _is(expression: Any, operator: str) -> bool:
    if not isinstance(expression, dict) or expression.get("op") != operator:
        return False
    return isinstance(expression.get("args"), list)


def to_sql(expression: Any) -> Sql:
    """SQL condition and its parameters for a parsed filter.

    Raises:
        SearchError: for an operator, a property or a type of value that cannot be filtered by.
    """
    if isinstance(expression, bool):
        return ("TRUE" if expression else "FALSE"), []
    if not isinstance(expression, dict) or not isinstance(expression.get("args"), list):
        raise _not_understood(str(expression)[:80])
    operator, args = expression.get("op"), expression["args"]
    if operator in _COMPARISONS:
        return _comparison(operator, args)
    translate = _OPERATORS.get(str(operator))
    if translate is None:
        raise _unknown_operator(str(operator))
    return translate(args)


def _logical(word: str) -> Callable[[list[Any]], Sql]:
    def translate(args: list[Any]) -> Sql:
        if not args:
            raise _not_understood(word)
        parts = [to_sql(arg) for arg in args]
        sql = _balanced(word, [part for part, _ in parts])
        return sql, [value for _, values in parts for value in values]

    return translate


def _balanced(word: str, parts: list[str]) -> str:
    """The parts joined as a balanced tree: SQLite bounds the depth of an expression to 1000."""
    if len(parts) == 1:
        return f"({parts[0]})"
    middle = len(parts) // 2
    return f"({_balanced(word, parts[:middle])} {word} {_balanced(word, parts[middle:])})"


def _negation(args: list[Any]) -> Sql:
    sql, values = to_sql(_exactly(args, 1)[0])
    return f"NOT ({sql})", values


def _comparison(operator: str, args: list[Any]) -> Sql:
    left, right = _exactly(args, 2)
    prop = _property(left)
    return f"{prop.column} {_COMPARISONS[operator]} ?", [_value(prop, right)]


def _between(args: list[Any]) -> Sql:
    if len(args) == 2 and isinstance(args[1], list):  # noqa: PLR2004 - as drafts of CQL2 wrote it
        args = [args[0], *args[1]]
    prop, low, high = _exactly(args, 3)
    target = _property(prop)
    return f"{target.column} BETWEEN ? AND ?", [_value(target, low), _value(target, high)]


def _membership(args: list[Any]) -> Sql:
    prop, values = _exactly(args, 2)
    target = _property(prop)
    if not isinstance(values, list):
        raise _not_understood("in")
    if not values:
        return "FALSE", []
    return f"{target.column} IN ({','.join('?' * len(values))})", [_value(target, value) for value in values]


def _is_null(args: list[Any]) -> Sql:
    return f"{_property(_exactly(args, 1)[0]).column} IS NULL", []


def _like(args: list[Any]) -> Sql:
    prop, pattern = _exactly(args, 2)
    target = _property(prop)
    if target.kind != "string" or not isinstance(pattern, str):
        raise SearchError(
            fr=f"« like » compare un texte : « {target.name} » n'en est pas un.",
            en=f"'like' compares text, which '{target.name}' is not.",
        )
    return f"glob(?, {target.column})", [_glob_of_like(pattern)]


def _s_intersects(args: list[Any]) -> Sql:
    return "meets(i.geom, ?)", [shapely.to_wkb(_area(args))]


def meets(footprint: bytes, area: bytes) -> bool:
    """SQL function of an engine's connections: whether a footprint meets an area, both as WKB."""
    return bool(shapely.intersects(_prepared(area), shapely.from_wkb(footprint)))


@lru_cache(maxsize=16)
def _prepared(area: bytes) -> BaseGeometry:
    geometry: BaseGeometry = shapely.from_wkb(area)
    shapely.prepare(geometry)
    return geometry


def _area(args: list[Any]) -> BaseGeometry:
    """The area of `s_intersects(geometry, area)`."""
    prop, area = _exactly(args, 2)
    if not isinstance(prop, dict) or prop.get("property") != "geometry":
        raise SearchError(
            fr="« s_intersects » compare « geometry » (à gauche) à une géométrie (à droite).",
            en="'s_intersects' compares 'geometry' (on the left) with a geometry (on the right).",
        )
    if isinstance(area, dict) and isinstance(area.get("bbox"), list):
        return read_box(area["bbox"], "filter")
    return read_area(area, "filter")


def _t_intersects(args: list[Any]) -> Sql:
    """Moments within an interval, or at an instant."""
    prop, value = _exactly(args, 2)
    target = _property(prop)
    ends = value.get("interval") if isinstance(value, dict) else None
    if target.kind != "moment":
        raise _wrong_type(target, value)
    if ends is None:
        return f"{target.column} = ?", [_moment(target, value)]
    if not isinstance(ends, list) or not all(isinstance(end, str) for end in ends):
        raise _wrong_type(target, value)
    start, end = parse_interval("/".join(ends))
    low, high = (None if moment is None else to_microseconds(moment) for moment in (start, end))
    bounds = [(f"{target.column} >= ?", low), (f"{target.column} <= ?", high)]
    return " AND ".join(sql for sql, bound in bounds if bound is not None), [
        bound for _, bound in bounds if bound is not None
    ]


_OPERATORS: dict[str, Callable[[list[Any]], Sql]] = {
    "and": _logical("AND"),
    "or": _logical("OR"),
    "not": _negation,
    "between": _between,
    "in": _membership,
    "isNull": _is_null,
    "like": _like,
    "s_intersects": _s_intersects,
    "t_intersects": _t_intersects,
}


def _exactly(args: list[Any], count: int) -> list[Any]:
    if len(args) != count:
        raise _not_understood(str(args)[:80])
    return args


def _property(node: Any) -> Queryable:
    """The queryable that a CQL2 node names."""
    name = node.get("property") if isinstance(node, dict) else None
    if not isinstance(name, str):
        raise SearchError(
            fr="Un filtre compare une propriété (à gauche) à une valeur (à droite).",
            en="A filter compares a property (on the left) with a value (on the right).",
        )
    found = queryable(name)
    if found is None:
        known = ", ".join(QUERYABLES)
        raise SearchError(
            fr=f"Propriété inconnue « {name} ». Propriétés interrogeables : {known}.",
            en=f"Unknown property '{name}'. Properties that can be queried: {known}.",
        )
    return found


def _value(target: Queryable, node: Any) -> Any:
    """The value to bind for a literal of the type that the property has."""
    if target.kind == "moment":
        return _moment(target, node)
    if target.kind == "boolean" and isinstance(node, bool):
        return int(node)
    if target.kind == "number" and isinstance(node, int | float) and not isinstance(node, bool):
        return float(node)
    if target.kind == "string" and isinstance(node, str):
        return node
    raise _wrong_type(target, node)


def _moment(target: Queryable, node: Any) -> int:
    text = node if isinstance(node, str) else None
    if isinstance(node, dict) and len(node) == 1:
        text = node.get("timestamp") or node.get("date")
    try:
        if isinstance(text, str) and len(text) == len("2023-06-01"):
            day = date.fromisoformat(text)
            return to_microseconds(datetime(day.year, day.month, day.day, tzinfo=UTC))
        if isinstance(text, str):
            return to_microseconds(parse_moment(text))
    except (ValueError, OverflowError):
        pass
    raise _wrong_type(target, node)


def _glob_of_like(pattern: str) -> str:
    """`glob` is case-sensitive as CQL2's like is, and SQLite's LIKE is not."""
    out = []
    characters = iter(pattern)
    for character in characters:
        literal = next(characters, "\\") if character == "\\" else None
        if literal is None and character in "%_":
            out.append("*" if character == "%" else "?")
        else:
            plain = character if literal is None else literal
            out.append(f"[{plain}]" if plain in "*?[" else plain)
    return "".join(out)


def _escape_like(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _check_text(text: str) -> None:
    """Bound what makes a recursive parser go deep, before it runs."""
    depth = deepest = 0
    for character in text:
        depth += (character == "(") - (character == ")")
        deepest = max(deepest, depth)
    if len(text) > MAX_TEXT or deepest > MAX_DEPTH or text.lower().count("not") > MAX_VALUES // 10:
        raise _too_big()


def _check_size(expression: Any) -> None:
    """Bound depth and number of nodes without recursion."""
    stack: list[tuple[Any, int]] = [(expression, 1)]
    nodes = 0
    while stack:
        node, depth = stack.pop()
        nodes += 1
        if depth > 2 * MAX_DEPTH or nodes > 4 * MAX_VALUES:
            raise _too_big()
        children = node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
        stack.extend((child, depth + 1) for child in children)


def _too_big() -> SearchError:
    return SearchError(
        fr="Ce filtre est trop long ou trop imbriqué.", en="This filter is too long or too deeply nested."
    )


def _not_understood(reason: str) -> SearchError:
    return SearchError(
        fr=f"Ce filtre n'est pas du CQL2 compris par ce service ({reason}).",
        en=f"This filter is not CQL2 that this service understands ({reason}).",
    )


def _unknown_operator(operator: str) -> SearchError:
    known = ", ".join([*_COMPARISONS, *_OPERATORS])
    return SearchError(
        fr=f"Opérateur « {operator} » non pris en charge. Opérateurs : {known}.",
        en=f"Operator '{operator}' is not supported. Operators: {known}.",
    )


def _wrong_type(target: Queryable, node: Any) -> SearchError:
    shown = str(node)[:80]
    return SearchError(
        fr=f"« {shown} » n'est pas une valeur possible de « {target.name} ».",
        en=f"'{shown}' is not a possible value of '{target.name}'.",
    )
