"""The charter, the licences, templates and sheets: their versions, who has to sign them, who did (REG-45).

The first versions are models of our own, in `texts/`; operators publish later ones. A text that has changed
is to be signed again by everybody.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from importlib.resources import files

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dinamis_service.quotas.words import Words
from dinamis_service.registry.tables import LegalText, Signature

CHARTER = "charter"
SPOT, PLEIADES_FR, PLEIADES_FOREIGN, PWH, PNEO = (
    "licence-spot67",
    "licence-pleiades-cat1",
    "licence-pleiades-isis",
    "licence-pleiades-pwh",
    "licence-pneo",
)
LICENCES = (SPOT, PLEIADES_FR, PLEIADES_FOREIGN, PWH, PNEO)
ADHESION_TEXTS = (CHARTER, *LICENCES)
"""What the legal representative attests, in this order (REG-24)."""
TEMPLATES = ("template-rnd", "template-foreign")
SHEETS = ("sheet-quotas", "sheet-qgis")
CODES = (*ADHESION_TEXTS, *TEMPLATES, *SHEETS)


def _attested(sensor: str) -> Words:
    return Words(
        f"J'atteste avoir pris connaissance des licences d'utilisation des images {sensor}",
        f"I certify that I have taken note of the licences for the use of {sensor} images",
    )


ATTESTATIONS = {
    CHARTER: Words(
        "J'atteste avoir pris connaissance de la Charte DINAMIS",
        "I certify that I have taken note of the DINAMIS Charter",
    ),
    SPOT: _attested("SPOT 6-7"),
    PLEIADES_FR: _attested("Pléiades CAT1"),
    PLEIADES_FOREIGN: _attested("Pléiades ISIS"),
    PWH: _attested("Pléiades PWH"),
    PNEO: _attested("Pléiades Néo"),
}
"""What the box at the end of each text says (REG-24)."""


def texts_for(mission: str, nationality: str) -> tuple[str, ...]:
    """What has to be signed for images of a mission, by people of an entity of that nationality (SUP-14).

    Every restricted image needs the charter; those whose sensor has a licence need it too.
    """
    licences = {
        "SPOT 6/7": SPOT,
        "PLEIADES": PLEIADES_FR if nationality == "FR" else PLEIADES_FOREIGN,
        "PWH": PWH,
        "PLEIADES NEO": PNEO,
    }
    return (CHARTER, licences[mission]) if mission in licences else (CHARTER,)


def texts_to_sign(nationality: str) -> tuple[str, ...]:
    """What a user signs who belongs to an entity of that nationality (SUP-14): Pléiades by nationality."""
    pleiades = PLEIADES_FR if nationality == "FR" else PLEIADES_FOREIGN
    return (CHARTER, SPOT, pleiades, PWH, PNEO)


def seed(session: Session, now: datetime) -> None:
    """Add the models of the texts that have no version yet."""
    known = set(session.scalars(select(LegalText.code).distinct()))
    folder = files("dinamis_service.registry") / "texts"
    for code in CODES:
        if code in known:
            continue
        written = {
            language: (folder / f"{code}.{language}.md").read_text("utf-8") for language in ("fr", "en")
        }
        titles = {language: heading(text) for language, text in written.items()}
        session.add(
            LegalText(code=code, version=1, title=titles, body=written, published_at=now, author="DINAMIS")
        )


def current(session: Session, codes: Sequence[str] = CODES) -> list[LegalText]:
    """The newest version of each text, in the order of `codes`."""
    newest = select(LegalText.code, func.max(LegalText.version).label("version")).group_by(LegalText.code)
    latest = newest.subquery()
    rows = session.scalars(
        select(LegalText).join(
            latest, (LegalText.code == latest.c.code) & (LegalText.version == latest.c.version)
        )
    )
    by_code = {one.code: one for one in rows}
    return [by_code[code] for code in codes if code in by_code]


def unsigned(session: Session, account_id: str, nationality: str) -> list[LegalText]:
    """The texts whose newest version a person still has to sign."""
    signed = session.execute(
        select(Signature.code, func.max(Signature.version))
        .where(Signature.account_id == account_id)
        .group_by(Signature.code)
    )
    versions: dict[str, int] = {row[0]: row[1] for row in signed}
    return [
        text
        for text in current(session, texts_to_sign(nationality))
        if versions.get(text.code, 0) < text.version
    ]


def unsigned_titles(session: Session, account_id: str, nationality: str) -> dict[str, dict[str, str]]:
    """Titles by language of the texts that a person still has to sign, by code; their bodies stay unread."""
    wanted = texts_to_sign(nationality)
    signed = (
        select(Signature.code, func.max(Signature.version).label("version"))
        .where(Signature.account_id == account_id)
        .group_by(Signature.code)
        .subquery()
    )
    newest = (
        select(LegalText.code, func.max(LegalText.version).label("version"))
        .where(LegalText.code.in_(wanted))
        .group_by(LegalText.code)
        .subquery()
    )
    rows = session.execute(
        select(LegalText.code, LegalText.title)
        .join(newest, (LegalText.code == newest.c.code) & (LegalText.version == newest.c.version))
        .outerjoin(signed, signed.c.code == LegalText.code)
        .where(func.coalesce(signed.c.version, 0) < LegalText.version)
    )
    found = {row.code: row.title for row in rows}
    return {code: found[code] for code in wanted if code in found}


def sign(
    session: Session,
    texts: Sequence[LegalText],
    *,
    signer: str,
    now: datetime,
    account_id: str | None = None,
    adhesion_id: str | None = None,
) -> None:
    """Write down that `signer` accepted these versions, for an account or for an adhesion."""
    session.add_all(
        Signature(
            code=text.code,
            version=text.version,
            account_id=account_id,
            adhesion_id=adhesion_id,
            signer=signer,
            moment=now,
        )
        for text in texts
    )


def heading(markdown: str) -> str:
    """The heading that a text begins with."""
    return markdown.partition("\n")[0].lstrip("# ").strip()
