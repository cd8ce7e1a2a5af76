"""Markdown of the texts of the registry: read without raw HTML, shown on pages and in PDF."""

from __future__ import annotations

from functools import lru_cache

from markdown_it import MarkdownIt
from markdown_it.token import Token

_READER = MarkdownIt("commonmark", {"html": False}).enable("table")


def parsed(source: str) -> list[Token]:
    """A text as its parts."""
    return _READER.parse(source)


@lru_cache(maxsize=64)
def as_html(source: str, down: int = 0) -> str:
    """A text as HTML, its headings `down` levels lower; what looks like HTML in it is shown as text."""
    tokens = parsed(source)
    for token in tokens:
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{min(6, int(token.tag[1:]) + down)}"
    return str(_READER.renderer.render(tokens, _READER.options, {}))


def without_title(source: str) -> str:
    """A text without the heading that it begins with."""
    first, _, rest = source.partition("\n")
    return rest.lstrip() if first.startswith("#") else source
