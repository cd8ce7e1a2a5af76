"""The cheapest choice of sets that covers everything: branch and bound over bits."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Callable


def cheapest_cover(
    members: Mapping[int, int], costs: Mapping[int, int], go_on: Callable[[], bool] = lambda: True
) -> tuple[list[int], bool]:
    """Choose sets that cover everything any of them covers, for the least sum of costs.

    Args:
        members: What each set covers, as bits.
        costs: Positive cost of each set.
        go_on: Asked at each branch; false ends the search with the best choice so far.

    Returns:
        The sets, and whether it is proven that no other choice costs less.
    """
    columns = _undominated(members, costs)
    rows = _rows([members[column] for column in columns])
    search = _Search([costs[column] for column in columns], rows, go_on)
    search.run()
    return sorted(columns[number] for number in search.best), search.proven


class _Search:
    """One search; rows are what must be covered, each the bits of the columns (sets) that cover it."""

    def __init__(self, costs: Sequence[int], rows: Sequence[int], go_on: Callable[[], bool]) -> None:
        self._costs = costs
        self._rows = rows
        self._go_on = go_on
        self.best: list[int] = []
        self.best_cost = 0
        self.proven = True

    def run(self) -> None:
        """Better the choice that a greedy one makes, until no branch is left."""
        self.best = _greedy(self._rows, self._costs)
        self.best_cost = sum(self._costs[column] for column in self.best)
        self._branch(list(self._rows), 0, [])

    def _branch(self, rows: list[int], spent: int, taken: list[int]) -> None:
        if not rows:
            if spent < self.best_cost:
                self.best, self.best_cost = list(taken), spent
            return
        if spent + _bound(rows, self._costs) >= self.best_cost:
            return
        if not (self.proven and self._go_on()):
            self.proven = False
            return
        tightest = min(rows, key=_count)
        for column in sorted(_bits(tightest), key=lambda one: (-_uses(one, rows), self._costs[one])):
            left = [row for row in rows if not row >> column & 1]
            self._branch(left, spent + self._costs[column], [*taken, column])
            rows = [row & ~(1 << column) for row in rows]  # the branches that follow do without it


def _undominated(members: Mapping[int, int], costs: Mapping[int, int]) -> list[int]:
    """Leave out every set that one of the same or less cost replaces."""
    kept: list[int] = []
    for column in sorted(members, key=lambda one: (costs[one], -_count(members[one]))):
        mine = members[column]
        if mine and not any(mine & ~members[other] == 0 for other in kept):
            kept.append(column)
    return kept


def _rows(members: Sequence[int]) -> list[int]:
    """Turn round who covers what, without the rows that another one implies."""
    whole = 0
    for member in members:
        whole |= member
    rows = {
        sum(1 << number for number, member in enumerate(members) if member >> row & 1) for row in _bits(whole)
    }
    needed: list[int] = []
    for row in sorted(rows, key=lambda one: (_count(one), one)):
        if not any(other & ~row == 0 for other in needed):
            needed.append(row)
    return needed


def _greedy(rows: Sequence[int], costs: Sequence[int]) -> list[int]:
    """Take again and again what covers most rows, the cheapest among equals, and drop what was too much."""
    taken: list[int] = []
    left = list(rows)
    while left:
        counts: dict[int, int] = {}
        for row in left:
            for column in _bits(row):
                counts[column] = counts.get(column, 0) + 1
        chosen = min(counts, key=lambda one: (-counts[one], costs[one]))
        taken.append(chosen)
        left = [row for row in left if not row >> chosen & 1]
    for column in sorted(taken, key=lambda one: -costs[one]):
        others = sum(1 << other for other in taken if other != column)
        if all(row & others for row in rows):
            taken.remove(column)
    return taken


def _bound(rows: Iterable[int], costs: Sequence[int]) -> int:
    """Give what any cover costs at least: each row takes for itself what its cheapest column has left.

    A row without columns cannot be covered: it costs more than all of them.
    """
    left: dict[int, int] = {}
    total = 0
    for row in sorted(rows, key=_count):
        columns = list(_bits(row))
        if not columns:
            return sum(costs) + 1
        share = min(left.get(column, costs[column]) for column in columns)
        if share:
            total += share
            for column in columns:
                left[column] = left.get(column, costs[column]) - share
    return total


def _uses(column: int, rows: Iterable[int]) -> int:
    return sum(row >> column & 1 for row in rows)


def _bits(value: int) -> Iterable[int]:
    while value:
        lowest = value & -value
        yield lowest.bit_length() - 1
        value ^= lowest


def _count(value: int) -> int:
    return bin(value).count("1")
