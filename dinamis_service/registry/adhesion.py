"""The adhesion form as the future referent fills it in, from the verified address to its acceptance.

Who opens a mailed link reads the mailbox that it was sent to; nothing else is asked of them. Whatever is
typed is kept in the state at once, and found again by the link on another day.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, BinaryIO

from sqlalchemy import select
from sqlalchemy.orm import Session

from dinamis_service.context import Context
from dinamis_service.errors import ConflictError, InvalidError
from dinamis_service.identity.throttle import Limit, Throttle, TooManyAttemptsError
from dinamis_service.language import Language
from dinamis_service.quotas.words import Words
from dinamis_service.registry import adhesion_letters, adhesion_store, links
from dinamis_service.registry import adhesion_steps as steps
from dinamis_service.registry.addresses import professional
from dinamis_service.registry.adhesion_rules import Known, faults, mission_of, open_steps
from dinamis_service.registry.adhesion_states import UNDER_WAY, Event, State
from dinamis_service.registry.entities import is_address_taken, is_name_taken, is_public_member
from dinamis_service.registry.sectors import variant_of
from dinamis_service.registry.tables import Adhesion, Entity, MailedLink
from dinamis_service.registry.uploads import ProjectFiles

FROM_ONE_PLACE = Limit("address check from one place", free=10, longest_s=300)
TO_ONE_ADDRESS = Limit("address check", free=5, longest_s=3600)
"""More letters than these in an hour are not written: nobody's mailbox is filled by strangers."""
WITH_FILE = frozenset({"rnd", "foreign"})
"""Variants of the form with a project file."""

_TO_COMPLETE = Words("Cette étape est à compléter.", "This step has to be completed.")
_FIXED = Words(
    "Ce formulaire a été accepté : il ne peut plus être modifié.",
    "This form was accepted: it cannot be changed any more.",
)
_NOTHING_WAITS = Words(
    "Rien n'attend plus le représentant légal.", "Nothing waits for the legal representative any more."
)
_UNDER_WAY = Words(
    "Une autre demande d'adhésion est en cours pour votre adresse.",
    "Another adhesion request is under way for your address.",
)
_HAS_ACCOUNT = Words(
    "Un compte DINAMIS existe déjà pour votre adresse.",
    "There is a DINAMIS account for your address already.",
)
_IS_MEMBER = Words(
    "Une entité de ce nom est déjà adhérente : demandez plutôt un compte dans cette entité.",
    "An entity of this name is a member already: rather ask for an account in it.",
)


@dataclass(frozen=True)
class Opened:
    """A mailed link of a referent and what they typed so far; `adhesion` is None before the first step."""

    email: str
    adhesion: Adhesion | None
    partner: str = ""

    @property
    def form(self) -> Mapping[str, Any]:
        """What was typed, by step."""
        return self.adhesion.form if self.adhesion is not None else {}

    @property
    def is_draft(self) -> bool:
        """Whether the form may still be filled in."""
        return self.adhesion is None or self.adhesion.state == State.DRAFT


class Adhesions:
    """Adhesions as referents and legal representatives bring them on, by the links that they got."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._database = context.database
        self._settings = context.settings
        self._throttle = Throttle(context.database, context.clock)
        self._files = ProjectFiles(context.settings)

    def check_address(self, typed: str, place: str, language: Language, entity_id: str = "") -> str:
        """Write the letter that proves an address, and give back its normal form (REG-04, REG-05).

        Nothing tells whether the address was known, nor whether a letter was left out because of too many.

        Raises:
            AddressError: it is no professional address.
            TooManyAttemptsError: too many were asked for from this network address.
        """
        email = professional(typed, self._settings.public_mail_domains)
        self._throttle.claim(FROM_ONE_PLACE, place)
        try:
            self._throttle.claim(TO_ONE_ADDRESS, email)
        except TooManyAttemptsError:
            return email
        with self._database.session() as session:
            entity = session.get(Entity, entity_id) if entity_id else None
            member = entity if entity is not None and entity.state == "member" else None
            adhesion_letters.check_address(session, email, language, self._context.clock(), member)
        return email

    def open(self, secret: str) -> Opened:
        """What a link of a referent leads to.

        Raises:
            DeadLinkError: nothing, or nothing any more.
        """
        with self._database.reading() as session:
            link = self._link(session, secret, links.Purpose.ADHESION)
            adhesion = adhesion_store.of_link(session, link)
            return Opened(link.email, adhesion, _partner_name(session, adhesion))

    def keep(self, secret: str, step: str, typed: Mapping[str, Any], language: Language) -> Opened:
        """Keep what was typed at a step, whether it holds or not.

        Raises:
            DeadLinkError: the link leads to nothing.
            ConflictError: the form was accepted meanwhile.
        """
        with self._database.session() as session:
            link, adhesion = self._draft(session, secret, language)
            adhesion_store.keep(adhesion, step, dict(typed))
            return Opened(link.email, adhesion, _partner_name(session, adhesion))

    def keep_password(self, secret: str, password: str, language: Language) -> None:
        """Keep the hash of the referent's password.

        Raises:
            InvalidError: the password is not good enough.
            ConflictError, DeadLinkError: as for `keep`.
        """
        opened = self.open(secret)
        person, entity = opened.form.get(steps.REFERENT, {}), opened.form.get(steps.ENTITY, {})
        names = [person.get("given_name", ""), person.get("family_name", ""), entity.get("acronym", "")]
        accounts = self._context.identity.accounts
        accounts.check_new(password, about=[opened.email, *filter(None, names)], language=language)
        hashed = accounts.hash(password)
        with self._database.session() as session:
            self._draft(session, secret, language)[1].password_hash = hashed

    def keep_file(self, secret: str, name: str, file: BinaryIO, language: Language) -> None:
        """Keep the project file in place of an earlier one (REG-37).

        Raises:
            UploadError: it is not taken.
            ConflictError, DeadLinkError: as for `keep`.
        """
        with self._database.session() as session:
            adhesion_id = self._draft(session, secret, language)[1].id
        kept = self._files.keep(adhesion_id, name, file)
        with self._database.session() as session:
            self._draft(session, secret, language)[1].project_file = kept.described()
        self._files.forget_others(adhesion_id, kept.sha256)

    def faults(self, opened: Opened, step: str) -> dict[str, Words]:
        """What does not hold at a step."""
        with self._database.reading() as session:
            return faults(opened.form, step, self._known(session, opened.adhesion))

    def missing(self, opened: Opened) -> list[str]:
        """Steps that do not hold yet."""
        with self._database.reading() as session:
            return open_steps(opened.form, self._known(session, opened.adhesion))

    def accept(self, secret: str, language: Language) -> Adhesion:
        """Accept the form: it is fixed, the letters with texts and link leave (REG-18 to REG-22).

        Raises:
            InvalidError: a step does not hold; `fields` names the steps.
            ConflictError: it was accepted already, the entity is a member, or the address is taken.
        """
        now = self._context.clock()
        with self._database.session() as session:
            link, adhesion = self._draft(session, secret, language)
            wrong = open_steps(adhesion.form, self._known(session, adhesion))
            if wrong:
                sentence = _TO_COMPLETE.told(language)
                raise InvalidError(sentence, fields=dict.fromkeys(wrong, sentence))
            self._no_other(session, adhesion, language)
            adhesion.form = _normal(adhesion.form)
            adhesion.language = language
            adhesion.partner_id = adhesion.form.get(steps.PARTNER, {}).get("entity_id")
            if variant_of(adhesion.form) not in WITH_FILE:
                adhesion.project_file = None
            self._change(session, adhesion, Event.ACCEPT, link.email, language)
            adhesion.accepted_at = now
            adhesion_letters.form_accepted(session, adhesion, now)
            return adhesion

    def remind(self, secret: str, language: Language) -> None:
        """Write the letter with the link to the legal representative again.

        Raises:
            ConflictError: nothing waits for them.
            TooManyAttemptsError: it was written often already.
        """
        opened = self.open(secret)
        self._throttle.claim(TO_ONE_ADDRESS, opened.email)
        with self._database.session() as session:
            link = self._link(session, secret, links.Purpose.ADHESION)
            adhesion = adhesion_store.of_link(session, link)
            if adhesion is None or adhesion.state != State.ACCEPTED:
                raise ConflictError(_NOTHING_WAITS.told(language))
            adhesion_letters.validation_link(session, adhesion, self._context.clock())

    def take_back(self, secret: str, language: Language) -> None:
        """Take an accepted form back to correct it: the links of the legal representative open nothing more.

        Raises:
            ConflictError: it is signed already, or was not accepted.
        """
        now = self._context.clock()
        with self._database.session() as session:
            link = self._link(session, secret, links.Purpose.ADHESION)
            adhesion = adhesion_store.of_link(session, link)
            if adhesion is None:
                raise ConflictError(_NOTHING_WAITS.told(language))
            self._change(session, adhesion, Event.REOPEN, link.email, language)
            adhesion.accepted_at = None
            email = adhesion.form[steps.REPRESENTATIVE]["email"]
            adhesion_store.keep(adhesion, steps.REPRESENTATIVE, {"email_again": email})
            issued = select(MailedLink).where(
                MailedLink.about_id == adhesion.id, MailedLink.purpose == links.Purpose.VALIDATION.value
            )
            for one in session.scalars(issued):
                one.used_at = one.used_at or now

    def _link(self, session: Session, secret: str, purpose: links.Purpose) -> MailedLink:
        return links.opened(session, self._settings, secret, purpose, self._context.clock())

    def _draft(self, session: Session, secret: str, language: Language) -> tuple[MailedLink, Adhesion]:
        """The link and its draft, made if need be; its row is locked.

        Raises:
            ConflictError: the form was accepted.
        """
        link = self._link(session, secret, links.Purpose.ADHESION)
        session.refresh(link, with_for_update=True)
        adhesion = adhesion_store.of_link(session, link)
        if adhesion is None:
            adhesion = adhesion_store.begin(session, link, language, self._context.clock())
            session.flush()
        session.refresh(adhesion, with_for_update=True)
        if adhesion.state != State.DRAFT:
            raise ConflictError(_FIXED.told(language))
        return link, adhesion

    def _known(self, session: Session, adhesion: Adhesion | None) -> Known:
        return Known(
            extra_domains=self._settings.public_mail_domains,
            has_file=adhesion is not None and adhesion.project_file is not None,
            has_password=not self._context.identity.keeps_passwords
            or (adhesion is not None and adhesion.password_hash is not None),
            is_public_entity=lambda one: is_public_member(session, one),
        )

    @staticmethod
    def _no_other(session: Session, adhesion: Adhesion, language: Language) -> None:
        """Refuse a second request of the same person, and one of an entity that is a member."""
        others = select(Adhesion.id).where(
            Adhesion.email == adhesion.email, Adhesion.state.in_(UNDER_WAY), Adhesion.id != adhesion.id
        )
        if session.scalar(others.limit(1)) is not None:
            raise ConflictError(_UNDER_WAY.told(language))
        if is_address_taken(session, adhesion.email):
            raise ConflictError(_HAS_ACCOUNT.told(language))
        if is_name_taken(session, adhesion.form[steps.ENTITY]["name"]):
            sentence = _IS_MEMBER.told(language)
            raise ConflictError(sentence, fields={steps.ENTITY: sentence})

    def _change(
        self, session: Session, adhesion: Adhesion, event: Event, author: str, language: Language
    ) -> None:
        """Let an event happen, or refuse it in words."""
        try:
            adhesion_store.change(session, adhesion, event, author=author, now=self._context.clock())
        except adhesion_store.IllegalStepError as error:
            raise ConflictError(error.words.told(language)) from error


def _normal(form: Mapping[str, Any]) -> dict[str, Any]:
    """A form that holds, as it is fixed: the steps of its variant, texts without outer blanks."""
    fixed: dict[str, Any] = {}
    for step in steps.STEPS[variant_of(form)]:
        if step in steps.FIELDS:
            fixed[step] = {name: value.strip() for name, value in steps.texts_of(form, step).items()}
    fixed[steps.REPRESENTATIVE].pop("email_again")
    fixed[steps.REPRESENTATIVE]["email"] = fixed[steps.REPRESENTATIVE]["email"].casefold()
    if steps.MISSION in fixed:
        fixed[steps.MISSION] = {**mission_of(form), "extent": form[steps.MISSION].get("extent", {})}
    if steps.PARTNER in steps.STEPS[variant_of(form)]:
        fixed[steps.PARTNER] = {"entity_id": form[steps.PARTNER]["entity_id"]}
    return fixed


def _partner_name(session: Session, adhesion: Adhesion | None) -> str:
    """Name of the public partner that was chosen; empty without one."""
    chosen = adhesion.form.get(steps.PARTNER, {}).get("entity_id") if adhesion is not None else None
    entity = session.get(Entity, chosen) if isinstance(chosen, str) and chosen else None
    return entity.name if entity is not None else ""
