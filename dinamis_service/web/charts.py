"""Charts that the service draws itself, as SVG: bars side by side, a row for each thing that is counted.

A chart is a file of its own, for an `img`: it holds no script and no style sheet, and comes in the colours of
both themes. What it shows stands in a table beside it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal
from xml.sax.saxutils import escape, quoteattr

Theme = Literal["light", "dark"]

WIDTH = 460
_ROW, _BAR, _EDGE, _LEGEND = 34, 20, 12, 24
_SHORT, _BESIDE, _ABOVE = 6, 64.0, 20
"""Longest label, in letters, that stands beside its bar; where bars begin then; room for others above."""
_VALUE = 76.0
_COLOURS: dict[Theme, tuple[str, ...]] = {
    "light": ("#0b6e6e", "#0b3954", "#b85c00", "#6a4c93", "#5b7a1e", "#9b1c1c"),
    "dark": ("#6fd0ca", "#8cc4f0", "#ffb454", "#c7a6f0", "#b5d16b", "#ff8a80"),
}
_INK: dict[Theme, tuple[str, str]] = {"light": ("#14242f", "#ffffff"), "dark": ("#e4edf2", "#17252e")}


@dataclass(frozen=True)
class Row:
    """A row: its label, its values in the order of the series, and its sum as people read it."""

    label: str
    values: Sequence[float]
    told: str


def bars(title: str, rows: Sequence[Row], series: Sequence[str], theme: Theme) -> str:
    """A chart of stacked bars; the series are named below where there are several."""
    ink, paper = _INK[theme]
    beside = max((len(one.label) for one in rows), default=0) <= _SHORT
    left, above = (_BESIDE, 0) if beside else (_EDGE, _ABOVE)
    step = _ROW + above
    most = max((sum(one.values) for one in rows), default=0) or 1
    room = WIDTH - left - _VALUE
    named = series if len(series) > 1 else ()
    height = _EDGE * 2 + step * max(len(rows), 1) + _LEGEND * len(named)
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" '
        f'height="{height}" role="img" aria-label={quoteattr(title)} font-family="system-ui, sans-serif" '
        f'font-size="15">'
    )
    parts = [
        head,
        f"<title>{escape(title)}</title>",
        f'<rect width="{WIDTH}" height="{height}" fill="{paper}"/>',
    ]
    for number, row in enumerate(rows):
        y = _EDGE + number * step + above
        parts.append(_text(_EDGE, y + (16 if beside else -6), row.label, ink))
        x = left
        for place, value in enumerate(row.values):
            width = max(0.0, value) / most * room  # a share first: numbers may be very small
            if width > 0:
                parts.append(_box(x, y, width, _BAR, _colour(theme, place)))
            x += width
        parts.append(_text(x + 6, y + 16, row.told, ink))
    for place, name in enumerate(named):
        y = _EDGE + step * len(rows) + _LEGEND * place + 6
        parts.append(_box(_EDGE, y, 16, 14, _colour(theme, place)))
        parts.append(_text(_EDGE + 24, y + 13, name, ink))
    return "".join([*parts, "</svg>"])


def _colour(theme: Theme, place: int) -> str:
    return _COLOURS[theme][place % len(_COLOURS[theme])]


def _box(x: float, y: float, width: float, height: float, colour: str) -> str:
    return f'<rect x="{x:.1f}" y="{y}" width="{width:.1f}" height="{height}" fill="{colour}"/>'


def _text(x: float, y: float, words: str, colour: str) -> str:
    return f'<text x="{x:.1f}" y="{y}" fill="{colour}">{escape(words)}</text>'
