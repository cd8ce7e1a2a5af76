"""The texts of the registry as PDF: to be kept, or, for templates, to be filled in (REG-32, SUP-06)."""

from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache

from pypdf import PdfReader, PdfWriter
from pypdf.generic import (
    ArrayObject,
    BooleanObject,
    DictionaryObject,
    FloatObject,
    NameObject,
    NumberObject,
    TextStringObject,
)

from dinamis_service.language import Language, text
from dinamis_service.registry.legal_texts import TEMPLATES
from dinamis_service.registry.pages_pdf import Document
from dinamis_service.registry.tables import LegalText

_FIELD_MM, _LINE_MM, _WORDS_MM = 34.0, 9.0, 22.0
_POINTS = 72 / 25.4
_MULTILINE = 1 << 12
_PRINT = 4


@dataclass(frozen=True)
class Box:
    """A place to write at, in millimetres from the top left of a page (numbered from 0)."""

    page: int
    name: str
    x: float
    y: float
    width: float
    height: float


def text_pdf(one: LegalText, language: Language) -> bytes:
    """A version of a text as PDF; rendered once in each process."""
    return _rendered(
        one.code,
        one.version,
        (one.title[language], one.body[language]),
        one.published_at.timestamp(),
        language,
    )


@lru_cache(maxsize=48)
def _rendered(code: str, version: int, words: tuple[str, str], published: float, language: Language) -> bytes:
    title, body = words
    moment = datetime.fromtimestamp(published, UTC)
    told = text(
        language, fr=f"version {version} du {moment:%d/%m/%Y}", en=f"version {version} of {moment:%Y-%m-%d}"
    )
    document = Document(title, moment, language, f"{title} · {told}")
    if code not in TEMPLATES:
        document.markdown(body)
        return document.bytes()
    boxes: list[Box] = []
    for number, section in enumerate(_sections(body)):
        if number and document.will_page_break(_height(section) + _WORDS_MM):
            document.add_page()
        document.markdown(section)
        if number:
            boxes.append(_box(document, section))
    return _fillable(document.bytes(), boxes, language)


def _sections(body: str) -> list[str]:
    """The introduction of a template, and each part that is to be filled in."""
    first, *others = body.split("\n## ")
    return [first, *(f"## {one}" for one in others)]


def _box(document: Document, section: str) -> Box:
    """A frame under a part."""
    name = section.partition("\n")[0].removeprefix("## ").strip()
    height = _height(section)
    x, y, width = document.l_margin, document.get_y(), document.epw
    document.set_draw_color(118, 137, 147)
    document.rect(x, y, width, height)
    document.set_y(y + height + 3)
    return Box(document.page_no() - 1, name, x, y, width, height)


def _height(section: str) -> float:
    """Height of the frame of a part: parts that ask something in words get a large one."""
    return _FIELD_MM if section.count("\n") > 1 else _LINE_MM


def _fillable(plain: bytes, boxes: list[Box], language: Language) -> bytes:
    """The document with a field of a form in each frame."""
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(plain)))
    font = writer._add_object(
        DictionaryObject(
            {
                NameObject("/Type"): NameObject("/Font"),
                NameObject("/Subtype"): NameObject("/Type1"),
                NameObject("/BaseFont"): NameObject("/Helvetica"),
                NameObject("/Encoding"): NameObject("/WinAnsiEncoding"),
            }
        )
    )
    fields = ArrayObject()
    for box in boxes:
        page = writer.pages[box.page]
        top = float(page.mediabox.height)
        left, low = box.x * _POINTS, top - (box.y + box.height) * _POINTS
        corners = (left + 2, low + 2, left + box.width * _POINTS - 2, low + box.height * _POINTS - 2)
        field = writer._add_object(
            DictionaryObject(
                {
                    NameObject("/Type"): NameObject("/Annot"),
                    NameObject("/Subtype"): NameObject("/Widget"),
                    NameObject("/FT"): NameObject("/Tx"),
                    NameObject("/T"): TextStringObject(box.name),
                    NameObject("/TU"): TextStringObject(box.name),
                    NameObject("/V"): TextStringObject(""),
                    NameObject("/F"): NumberObject(_PRINT),
                    NameObject("/Ff"): NumberObject(_MULTILINE if box.height > _LINE_MM else 0),
                    NameObject("/DA"): TextStringObject("/Helv 10 Tf 0 g"),
                    NameObject("/Rect"): ArrayObject(FloatObject(round(one, 2)) for one in corners),
                    NameObject("/P"): page.indirect_reference,
                }
            )
        )
        fields.append(field)
        page[NameObject("/Annots")] = ArrayObject([*page.get("/Annots", ArrayObject()), field])
    writer.root_object[NameObject("/AcroForm")] = DictionaryObject(
        {
            NameObject("/Fields"): fields,
            NameObject("/NeedAppearances"): BooleanObject(value=True),
            NameObject("/DA"): TextStringObject("/Helv 10 Tf 0 g"),
            NameObject("/DR"): DictionaryObject(
                {NameObject("/Font"): DictionaryObject({NameObject("/Helv"): font})}
            ),
        }
    )
    writer.root_object[NameObject("/Lang")] = TextStringObject(language)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()
