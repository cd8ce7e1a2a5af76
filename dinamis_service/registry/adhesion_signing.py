"""Electronic validation by the legal representative, and what it sets going (REG-21, REG-23 to REG-26)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from dinamis_service.context import Context
from dinamis_service.errors import ConflictError, InvalidError
from dinamis_service.language import Language
from dinamis_service.quotas.words import Words
from dinamis_service.registry import adhesion_letters, adhesion_store, legal_texts, links
from dinamis_service.registry.adhesion_states import Event, State
from dinamis_service.registry.deed import DeedStore, deed_of, written
from dinamis_service.registry.tables import Adhesion, Entity, LegalText

PENDING = "pending"
_NOT_ATTESTED = Words(
    "Cochez l'attestation à la fin de ce document.", "Tick the attestation at the end of this document."
)
_CHANGED = Words(
    "Ce document a changé entre-temps : relisez-le, puis cochez de nouveau l'attestation.",
    "This document changed meanwhile: read it again, then tick the attestation anew.",
)
_EACH = Words(
    "Rien n'a été validé : chaque document doit être lu et attesté.",
    "Nothing was validated: every document has to be read and attested.",
)


@dataclass(frozen=True)
class ToSign:
    """What the legal representative is shown: the request and the texts, in order."""

    adhesion: Adhesion
    texts: Sequence[LegalText]
    partner: str


class Signing:
    """The page of the legal representative, by the link that they got."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._deeds = DeedStore(context.settings)

    def wanted(self, secret: str) -> ToSign:
        """What a link leads to.

        Raises:
            DeadLinkError: it was used, the form was taken back, or it leads to nothing.
        """
        with self._context.database.reading() as session:
            return self._wanted(session, secret, self._context.clock())

    def sign(self, secret: str, attested: Mapping[str, str], language: Language) -> Adhesion:
        """Validate: texts attested, deed written, request sent on to the partner or to the instruction.

        Args:
            secret: of the link, which opens nothing after.
            attested: versions by code of the texts whose box was ticked.
            language: of refusals.

        Raises:
            DeadLinkError: as for `wanted`.
            InvalidError: a box is not ticked, or a text has changed; `fields` names the texts.
            ConflictError: somebody decided meanwhile.
        """
        now = self._context.clock().replace(microsecond=0)
        with self._context.database.reading() as session:
            wanted = self._wanted(session, secret, now)
            _require_attested(wanted.texts, attested, language)
            deed = deed_of(session, wanted.adhesion, self._context.settings, wanted.texts, now)
        # Outside of the transaction, since it takes a moment. The file of a signature that came second is in
        # nobody's way; it may be the same as that of the first one.
        digest = self._deeds.keep(written(deed))
        with self._context.database.session() as session:
            return self._signed(session, secret, wanted, digest=digest, language=language, now=now)

    def _signed(
        self,
        session: Session,
        secret: str,
        seen: ToSign,
        *,
        digest: str,
        language: Language,
        now: datetime,
    ) -> Adhesion:
        """Write down what was attested, all of it or nothing."""
        wanted = self._wanted(session, secret, now, use=True)
        adhesion = wanted.adhesion
        if [(one.code, one.version) for one in wanted.texts] != [
            (one.code, one.version) for one in seen.texts
        ] or adhesion.version != seen.adhesion.version:
            raise ConflictError(_CHANGED.told(language))
        event = Event.SIGN_WITH_PARTNER if adhesion.partner_id else Event.SIGN
        signer = adhesion_letters.name_of(adhesion.form["legal_representative"])
        try:
            adhesion_store.change(session, adhesion, event, author=signer, now=now)
        except adhesion_store.IllegalStepError as error:
            raise ConflictError(error.words.told(language)) from error
        adhesion.signed_at, adhesion.deed_sha256 = now, digest
        adhesion.partnership = PENDING if adhesion.partner_id else ""
        legal_texts.sign(session, wanted.texts, signer=signer, now=now, adhesion_id=adhesion.id)
        adhesion_letters.signed(session, adhesion, now)
        return adhesion

    def _wanted(self, session: Session, secret: str, now: datetime, *, use: bool = False) -> ToSign:
        link = links.opened(session, self._context.settings, secret, links.Purpose.VALIDATION, now, use=use)
        adhesion = session.get(Adhesion, link.about_id)
        if adhesion is None or adhesion.state != State.ACCEPTED:
            raise links.DeadLinkError
        partner = session.get(Entity, adhesion.partner_id) if adhesion.partner_id else None
        texts = legal_texts.current(session, legal_texts.ADHESION_TEXTS)
        return ToSign(adhesion, texts, partner.name if partner else "")


def _require_attested(texts: Sequence[LegalText], attested: Mapping[str, str], language: Language) -> None:
    """Refuse unless every text was attested as it is now. Raises `InvalidError`."""
    wrong = {
        one.code: (_CHANGED if one.code in attested else _NOT_ATTESTED).told(language)
        for one in texts
        if attested.get(one.code) != str(one.version)
    }
    if wrong:
        raise InvalidError(_EACH.told(language), fields=wrong)
