"""Filters told of whole arrays of records: what `filters.to_sql` says of a row, numpy says of all at once.

What items share is asked of SQLite, once for each kind; what each has of its own is compared here, with the
three-valued logic of SQL. `filters` stays the one place that knows which values may be compared.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from functools import reduce
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dinamis_service.catalogue.filters import to_sql
from dinamis_service.catalogue.queryables import queryable
from dinamis_service.catalogue.sqlite_blocks import Records

Mask = NDArray[np.bool_]
Truth = tuple[Mask, Mask]
"""Where a condition is true, and where it is false; elsewhere it is unknown."""
Condition = Callable[[Records], Truth]

COLUMNS = {"i.moment": "moment", "i.cloud": "cloud", "i.incidence": "incidence"}
"""Columns of the row that records have too."""
CLOUD_STEP, CLOUD_TOP = 10, 100
INCIDENCE_STEP, INCIDENCE_TOP = 5, 60
_STEPS = {"cloud": (CLOUD_STEP, CLOUD_TOP), "incidence": (INCIDENCE_STEP, INCIDENCE_TOP)}

_COMPARE: dict[str, Callable[[Any, Any], Mask]] = {
    "=": np.equal,
    "<>": np.not_equal,
    "<": np.less,
    "<=": np.less_equal,
    ">": np.greater,
    ">=": np.greater_equal,
}


@dataclass(frozen=True)
class Filter:
    """A filter over records.

    Args:
        condition: where it is true and where it is false.
        stepwise: it compares cloud cover and incidence with steps of the sliders only, and no moment.
    """

    condition: Condition
    stepwise: bool

    def __call__(self, records: Records) -> Mask:
        """Records for which the filter is true."""
        return self.condition(records)[0]


def compile_filter(connection: sqlite3.Connection, expression: Any) -> Filter | None:
    """A parsed filter over records; None for one that names what records do not have.

    Raises:
        SearchError: for a filter that cannot be understood, as `filters.to_sql`.
    """
    to_sql(expression)  # refuses what cannot be understood, whole
    compiler = _Compiler(connection)
    condition = compiler.condition(expression)
    return None if condition is None else Filter(condition, compiler.stepwise)


class _Compiler:
    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self.stepwise = True

    def condition(self, expression: Any) -> Condition | None:
        if isinstance(expression, bool):
            return lambda records: (np.full(len(records), expression), np.full(len(records), not expression))
        operator, args = expression["op"], expression["args"]
        if operator not in ("and", "or", "not"):
            return self._leaf(expression)
        parts = [self.condition(arg) for arg in args]
        conditions = [part for part in parts if part is not None]
        if len(conditions) < len(parts):
            return None
        if operator == "not":
            return lambda records: conditions[0](records)[::-1]
        return lambda records: reduce(_JOIN[operator], (part(records) for part in conditions))

    def _leaf(self, expression: Any) -> Condition | None:
        operator, args = expression["op"], expression["args"]
        target = args[0] if args and isinstance(args[0], dict) else {}
        found = queryable(target.get("property") or "")
        if found is None or any(isinstance(arg, dict) and "property" in arg for arg in args[1:]):
            return None
        sql, values = to_sql(expression)
        if found.column.startswith("k."):
            return self._of_kind(sql, values)
        name = COLUMNS.get(found.column)
        compare = None if name is None else _comparison(operator, values)
        if name is None or compare is None:
            return None
        self.stepwise = self.stepwise and _is_stepwise(name, values)
        return _of_record(name, compare)

    def _of_kind(self, sql: str, values: list[Any]) -> Condition:
        rows = self._connection.execute(f"SELECT k.kind, ({sql}) FROM kind AS k", values).fetchall()  # noqa: S608
        true = np.zeros(max((row[0] for row in rows), default=0) + 1, bool)
        false = true.copy()
        for kind, answer in rows:
            true[kind], false[kind] = answer == 1, answer == 0
        return lambda records: (true[records["kind"]], false[records["kind"]])


def _both(left: Truth, right: Truth) -> Truth:
    return left[0] & right[0], left[1] | right[1]


def _either(left: Truth, right: Truth) -> Truth:
    return left[0] | right[0], left[1] & right[1]


_JOIN = {"and": _both, "or": _either}


def _comparison(operator: str, values: list[Any]) -> Callable[[Any], Mask] | None:
    """Of the values of a column, those for which a comparison with constants is true."""
    if operator in _COMPARE and len(values) == 1:
        return lambda column: _COMPARE[operator](column, values[0])
    if operator == "between" and len(values) == len(("low", "high")):
        return lambda column: (column >= values[0]) & (column <= values[1])
    if operator == "in":
        return lambda column: np.isin(column, values)
    return np.isnan if operator == "isNull" else None


def _of_record(name: str, compare: Callable[[Any], Mask]) -> Condition:
    """Unknown where the record's value is, but for `isNull`, which always knows."""

    def condition(records: Records) -> Truth:
        column = records[name]
        true = compare(column)
        if compare is np.isnan:
            return true, ~true
        known = ~np.isnan(column)
        return true & known, ~true & known

    return condition


def _is_stepwise(name: str, values: list[Any]) -> bool:
    if name not in _STEPS:
        return False
    step, top = _STEPS[name]
    return all(0 <= value <= top and value % step == 0 for value in values)
