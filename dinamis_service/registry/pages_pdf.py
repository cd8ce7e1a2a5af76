"""PDF written by the registry: the texts to sign, templates and sheets from their Markdown, and deeds.

A document of the same content has the same bytes each time: its date is the one of its content, never the
present one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from datetime import datetime
from importlib.resources import files

from fpdf import FPDF
from fpdf.enums import XPos, YPos
from markdown_it.token import Token

from dinamis_service.language import Language, text
from dinamis_service.registry.markdown import parsed

FONT = "Roboto"
_FACES = {"": "Regular", "B": "Bold", "I": "Italic", "BI": "BoldItalic"}
_SIZES = {1: 19.0, 2: 13.5, 3: 11.5}
_TEXT, _SMALL, _LINE = 10.5, 8.5, 5.4
_MARGIN, _INDENT = 22.0, 6.0  # millimetres
_BLUE, _INK, _QUIET = (11, 57, 84), (20, 36, 47), (74, 93, 105)


class Document(FPDF):
    """A4 pages with a footer, in one language."""

    def __init__(self, title: str, moment: datetime, language: Language, footer: str) -> None:
        super().__init__(format="A4")
        self._footer, self._language = footer, language
        folder = files("font_roboto") / "files"
        for style, face in _FACES.items():
            self.add_font(FONT, style, str(folder / f"Roboto-{face}.ttf"))
        self.set_margins(_MARGIN, _MARGIN, _MARGIN)
        self.set_auto_page_break(auto=True, margin=_MARGIN)
        self.set_title(title)
        self.set_author("DINAMIS")
        self.set_creator("DINAMIS")
        self.set_producer("DINAMIS")
        self.set_lang(language)
        self.set_creation_date(moment)
        self.plain()
        self.add_page()

    def file_id(self) -> str:
        """The identifier of the file, from what it holds."""
        told = hashlib.sha256(f"{self.title}\n{self.creation_date.isoformat()}".encode()).hexdigest()[:32]
        return f"<{told.upper()}><{told.upper()}>"

    def footer(self) -> None:
        """What the document is, and the number of the page."""
        self.set_y(-15)
        self.set_font(FONT, "", _SMALL)
        self.set_text_color(*_QUIET)
        number = text(self._language, fr=f"page {self.page_no()}", en=f"page {self.page_no()}")
        width = self.epw
        self.cell(width * 0.8, 5, self._footer)
        self.cell(width * 0.2, 5, number, align="R")
        self.plain()

    def plain(self, style: str = "", size: float = _TEXT) -> None:
        """Letters of the running text."""
        self.set_font(FONT, style, size)
        self.set_text_color(*_INK)

    def heading(self, words: str, level: int) -> None:
        """A heading that is not left alone at the foot of a page."""
        size = _SIZES.get(level, _TEXT)
        self.set_font(FONT, "B", size)
        self.set_text_color(*_BLUE)
        if self.will_page_break(size * 2.2):
            self.add_page()
        if level > 1:
            self.ln(2.5)
        self.multi_cell(0, size * 0.45, words, align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        self.ln(1.8 if level > 1 else 3)
        self.plain()

    def paragraph(self, words: str, style: str = "") -> None:
        """Some text over the whole width."""
        self.plain(style)
        self.multi_cell(0, _LINE, words, align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        self.ln(1.8)
        self.plain()

    def facts(self, rows: Iterable[tuple[str, str]], size: float = _TEXT) -> None:
        """Names and values side by side, these in letters of a size; rows without a value are left out."""
        left, right = self.epw * 0.36, self.epw * 0.64
        for name, value in rows:
            if not value:
                continue
            if self.will_page_break(2 * _LINE):
                self.add_page()
            top = self.get_y()
            self.set_text_color(*_QUIET)
            self.multi_cell(left, _LINE, name, align="L", new_x=XPos.RIGHT, new_y=YPos.NEXT)
            below = self.get_y()
            self.set_xy(self.l_margin + left, top)
            self.plain(size=size)
            self.multi_cell(right, _LINE, value, align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT)
            self.set_y(max(below, self.get_y()))
            self.plain()
        self.ln(1.5)

    def markdown(self, source: str) -> None:
        """Text of Markdown, as far as our texts use it: headings, paragraphs, lists, emphasis."""
        tokens = parsed(source)
        lists: list[int | None] = []
        for number, token in enumerate(tokens):
            if token.type in ("bullet_list_open", "ordered_list_open"):
                lists.append(1 if token.type.startswith("ordered") else None)
            elif token.type in ("bullet_list_close", "ordered_list_close"):
                lists.pop()
                self.ln(1.0 if lists else 1.8)
            elif token.type == "list_item_open":
                lists[-1] = self._bullet(lists)
            elif token.type == "inline":
                self._inline(tokens[number - 1], token, lists)

    def _bullet(self, lists: Sequence[int | None]) -> int | None:
        """The sign before an item, and the number of the next one."""
        number = lists[-1]
        if self.will_page_break(_LINE):
            self.add_page()
        self.set_x(self.l_margin + _INDENT * (len(lists) - 1))
        self.cell(_INDENT, _LINE, f"{number}." if number is not None else "\u2013")
        return None if number is None else number + 1

    def _inline(self, opening: Token, token: Token, lists: Sequence[int | None]) -> None:
        if opening.type == "heading_open":
            self.heading("".join(one.content for one in token.children or ()), int(opening.tag[1:]))
            return
        margin = self.l_margin
        if lists:
            self.set_left_margin(margin + _INDENT * len(lists))
        self._spans(token.children or [])
        self.ln(_LINE)
        self.set_left_margin(margin)
        self.set_x(margin)
        if not lists:
            self.ln(1.8)

    def _spans(self, spans: Sequence[Token]) -> None:
        styles: list[str] = []
        for span in spans:
            if span.type in ("strong_open", "em_open"):
                styles.append("B" if span.type == "strong_open" else "I")
            elif span.type in ("strong_close", "em_close"):
                styles.pop()
            elif span.type in ("softbreak", "hardbreak"):
                self.write(_LINE, " ")
            else:
                self.plain("".join(sorted(set(styles))))
                self.write(_LINE, span.content)
        self.plain()

    def bytes(self) -> bytes:
        """The whole file."""
        return bytes(self.output())
