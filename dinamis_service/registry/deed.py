"""The deed of an adhesion: a PDF made of what the state keeps, whose own digest proves it (REG-29).

The file is written once, when the legal representative signs, and kept under its SHA-256, which the adhesion
names. Made again from the same facts it has the same bytes.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import segno
from sqlalchemy import select
from sqlalchemy.orm import Session

from dinamis_service.language import Language, pick_language, text
from dinamis_service.registry.form_words import blocks_of
from dinamis_service.registry.pages_pdf import FONT, Document
from dinamis_service.registry.sectors import CATEGORIES, category_of
from dinamis_service.registry.tables import Adhesion, Entity, LegalText, Signature
from dinamis_service.settings import Settings
from dinamis_service.whole_files import give_name, partial_file

VERIFY_PATH = "/registry/verify"
_QR_MM = 34.0
_DIGEST_SIZE = 8.0


@dataclass(frozen=True)
class Signed:
    """A text that was attested: code, version, title and digest of its words in the language of the deed."""

    code: str
    version: int
    title: str
    sha256: str


@dataclass(frozen=True)
class Deed:
    """What a deed says."""

    reference: str
    language: Language
    form: dict[str, Any]
    email: str
    partner: str
    project_file: dict[str, Any] | None
    texts: tuple[Signed, ...]
    signed_at: datetime
    verify_url: str

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the facts, which is printed on the deed and shown by the page that verifies it."""
        facts = {
            "reference": self.reference,
            "form": self.form,
            "email": self.email,
            "partner": self.partner,
            "project_file": self.project_file,
            "texts": [[one.code, one.version, one.sha256] for one in self.texts],
            "signed_at": self.signed_at.isoformat(),
        }
        told = json.dumps(facts, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        return hashlib.sha256(told.encode()).hexdigest()


def deed_of(
    session: Session, adhesion: Adhesion, settings: Settings, texts: Sequence[LegalText], signed_at: datetime
) -> Deed:
    """The deed of an adhesion whose representative attests these texts at that moment."""
    language = pick_language(adhesion.language)
    partner = session.get(Entity, adhesion.partner_id) if adhesion.partner_id else None
    query = urlencode({"deed": adhesion.id})
    return Deed(
        reference=adhesion.id,
        language=language,
        form=adhesion.form,
        email=adhesion.email,
        partner=partner.name if partner else "",
        project_file=adhesion.project_file,
        texts=tuple(_signed(one, language) for one in texts),
        signed_at=signed_at,
        verify_url=f"{settings.own_url}{VERIFY_PATH}?{query}",
    )


def signed_deed(session: Session, adhesion: Adhesion, settings: Settings) -> Deed:
    """The deed of an adhesion that was signed, from the state alone."""
    if adhesion.signed_at is None:
        msg = f"adhesion {adhesion.id} is not signed"
        raise ValueError(msg)
    texts = session.scalars(
        select(LegalText)
        .join(Signature, (Signature.code == LegalText.code) & (Signature.version == LegalText.version))
        .where(Signature.adhesion_id == adhesion.id)
        .order_by(Signature.id)
    ).all()
    return deed_of(session, adhesion, settings, texts, adhesion.signed_at)


def written(deed: Deed) -> bytes:
    """The deed as a PDF; the same facts give the same bytes."""
    say = _Say(deed.language)
    name = deed.form["entity"]["name"]
    title = say("Acte d'Adhésion DINAMIS", "DINAMIS deed of adhesion")
    document = Document(f"{title} · {name}", deed.signed_at, deed.language, f"{title} · {deed.reference}")
    document.heading(title, 1)
    document.paragraph(name, "B")
    document.paragraph(_statement(deed))
    for block in blocks_of(
        deed.form, deed.language, partner=deed.partner, project_file=deed.project_file, email=deed.email
    ):
        document.heading(block.title, 2)
        document.facts(block.rows)
    document.heading(say("Textes attestés", "Texts attested"), 2)
    version = say("version", "version")
    rows = ((one.title, f"{version} {one.version}, SHA-256 :\n{one.sha256}") for one in deed.texts)
    document.facts(rows, size=_DIGEST_SIZE)
    _seal(document, deed)
    return document.bytes()


class DeedStore:
    """The folder of the deeds; nothing in it is served but to who holds the same file."""

    def __init__(self, settings: Settings) -> None:
        self._folder = settings.data_dir / "deeds"

    def keep(self, pdf: bytes) -> str:
        """Write a deed; its digest."""
        digest = hashlib.sha256(pdf).hexdigest()
        with partial_file(self._folder) as file:
            file.write(pdf)
            give_name(file, self.path(digest))
        return digest

    def path(self, digest: str) -> Path:
        """Where the deed of a digest lies."""
        return self._folder / digest[:2] / digest


class _Say:
    """Sentences in the language of a deed."""

    def __init__(self, language: Language) -> None:
        self._language = language

    def __call__(self, fr: str, en: str) -> str:
        return text(self._language, fr=fr, en=en)


def _signed(one: LegalText, language: Language) -> Signed:
    digest = hashlib.sha256(one.body[language].encode()).hexdigest()
    return Signed(one.code, one.version, one.title[language], digest)


def _statement(deed: Deed) -> str:
    form, say = deed.form, _Say(deed.language)
    representative = form["legal_representative"]
    signer = f"{representative['given_name']} {representative['family_name']}"
    category = CATEGORIES[category_of(form)].told(deed.language)
    return say(
        f"Le {deed.signed_at:%d/%m/%Y à %H:%M:%S} UTC, {signer} ({representative['function']}), représentant "
        f"légal, a validé électroniquement la demande d'adhésion de l'entité « {form['entity']['name']} » au "
        f"dispositif DINAMIS, au titre de la catégorie « {category} », et attesté avoir pris connaissance "
        "des textes énumérés ci-dessous. L'adhésion prend effet après une instruction positive par "
        "l'instance DINAMIS.",
        f"On {deed.signed_at:%Y-%m-%d at %H:%M:%S} UTC, {signer} ({representative['function']}), legal "
        f"representative, validated electronically the adhesion of the entity “{form['entity']['name']}” to "
        f"DINAMIS, in the category “{category}”, and attested to have read the texts listed below. The "
        "adhesion takes effect after a positive instruction by the DINAMIS body.",
    )


def _seal(document: Document, deed: Deed) -> None:
    """Moment, digest of the facts, and the code that leads to the page that verifies."""
    say = _Say(deed.language)
    if document.will_page_break(_QR_MM + 30):
        document.add_page()
    document.heading(say("Horodatage et vérification", "Time stamp and verification"), 2)
    top = document.get_y()
    picture = BytesIO()
    segno.make(deed.verify_url, error="m", micro=False).save(picture, kind="png", scale=6, border=2)
    picture.seek(0)
    document.image(
        picture,
        x=document.l_margin,
        y=top,
        w=_QR_MM,
        h=_QR_MM,
        alt_text=say("Code vers la page de vérification", "Code to the page that verifies"),
    )
    margin = document.l_margin
    document.set_left_margin(margin + _QR_MM + 5)
    document.set_y(top)
    document.facts(
        [
            (say("Horodatage", "Time stamp"), f"{deed.signed_at:%Y-%m-%dT%H:%M:%S}Z"),
            (say("Référence de l'acte", "Reference of the deed"), deed.reference),
            (say("Empreinte des données (SHA-256)", "Digest of the facts (SHA-256)"), deed.fingerprint),
            (say("Vérification", "Verification"), deed.verify_url),
        ]
    )
    document.set_left_margin(margin)
    document.set_y(max(document.get_y(), top + _QR_MM + 3))
    document.set_font(FONT, "", 9)
    document.multi_cell(
        0,
        4.6,
        say(
            "Conservez ce fichier. La page de vérification reconnaît ce PDF à son empreinte : un fichier "
            "changé, ne serait-ce que d'un octet, n'est pas reconnu.",
            "Keep this file. The page that verifies knows this PDF by its digest: a file that was changed, "
            "even by one byte, is not recognised.",
        ),
        align="L",
    )
