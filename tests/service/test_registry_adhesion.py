"""Adhesions from the verified address to the member: forms, letters, links, races, both databases."""

from __future__ import annotations

import hashlib
import io
import threading
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from adhesions import (
    EMAIL,
    FORM,
    REPRESENTATIVE,
    SECRET_WORDS,
    Filling,
    a_pdf,
    adhesion_of,
    link_in,
    mails,
    partner,
)
from clocks import MovableClock
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st
from running import LiveService, SignedIn
from sqlalchemy import select

from dinamis_service.context import Context
from dinamis_service.errors import ConflictError
from dinamis_service.notifications.outbox import Outbox
from dinamis_service.notifications.tables import Notification
from dinamis_service.notifications.transports import FolderTransport
from dinamis_service.registry import legal_texts
from dinamis_service.registry.adhesion_signing import Signing
from dinamis_service.registry.adhesion_states import TITLES, TRANSITIONS, UNDER_WAY, Event, State
from dinamis_service.registry.adhesion_store import IllegalStepError, change, history
from dinamis_service.registry.admission import admit
from dinamis_service.registry.deed import DeedStore, signed_deed, written
from dinamis_service.registry.entities import add_entity
from dinamis_service.registry.missions import missions_of
from dinamis_service.registry.tables import Adhesion, AdhesionEvent, Entity, LegalText, Signature

ATTESTED = dict.fromkeys(legal_texts.ADHESION_TEXTS, "1")


@pytest.fixture
def filling(client: TestClient, context: Context) -> Callable[[str], Filling]:
    return lambda variant="public": Filling(client, context, variant)


@pytest.mark.parametrize(
    ("variant", "steps", "state"),
    [
        ("public", 6, "instruction"),
        ("rnd", 7, "instruction"),
        ("partner", 8, "partner"),
        ("foreign", 7, "instruction"),
    ],
)
def test_each_form_is_played_to_the_signature(
    filling: Callable[[str], Filling], context: Context, variant: str, steps: int, state: str
) -> None:
    person = filling(variant)
    person.begin()
    person.fill("referent")
    assert person.page.text.count("<li class=") == steps
    person.fill()
    assert person.page.text.count('<path class="zone"') == (variant in ("rnd", "partner"))
    person.go("accept")
    assert f"a été envoyée à : {REPRESENTATIVE}" in person.shown
    link = link_in(context, mails(context, "letter_validation_link")[-1])
    assert person.open(f"/registry/validation?link={link}").count('<path class="zone"') == (
        variant in ("rnd", "partner")
    )
    person.validate()
    assert "Une notification vous parviendra dès que l'entité sera créée" in person.shown
    adhesion = adhesion_of(context)
    assert (adhesion.state, adhesion.deed_sha256 is not None) == (state, True)
    assert adhesion.partnership == ("pending" if variant == "partner" else "")
    with context.database.reading() as session:
        assert [one.event for one in history(session, adhesion.id)] == [
            "accept", "sign_with_partner" if variant == "partner" else "sign",
        ]  # fmt: skip
        signed = session.scalars(select(Signature).where(Signature.adhesion_id == adhesion.id)).all()
    assert [one.code for one in signed] == list(legal_texts.ADHESION_TEXTS)
    assert {one.signer for one in signed} == {"Anne Blanc"}


def test_what_was_typed_comes_back_however_one_leaves(
    filling: Callable[[str], Filling], context: Context, clock: MovableClock
) -> None:
    person = filling()
    person.begin()
    person.fill("entity")
    person.go("back", acronym="LAB", name="Un <b>labo</b>", nationality="FR")
    assert person.at == "reminder"
    person.go("next")
    assert 'value="Un &lt;b&gt;labo&lt;/b&gt;"' in person.page.text
    assert "<b>labo" not in person.page.text
    person.go("next", acronym="LAB", town="Nîmes", name="")  # incomplete: refused, and kept all the same
    assert person.page.status_code == 422
    assert "Ce champ est obligatoire." in person.shown
    clock.advance(86400)
    person.step("entity")
    assert 'value="Nîmes"' in person.page.text
    assert 'value="LAB"' in person.page.text
    answer = person.post(f"/registry/adhesion?link={person.link}", {
        **person.hidden(f"{FORM}?link={person.link}&amp;step=entity"), "go": "save", "town": "Sète",
    })  # fmt: skip
    assert answer.status_code == 204
    person.step("entity")
    assert 'value="Sète"' in person.page.text
    other = filling()
    other.begin()  # another link of the same address
    assert other.link != person.link
    other.step("entity")
    assert 'value="Sète"' in other.page.text


def test_the_password_is_kept_as_a_hash_only(filling: Callable[[str], Filling], context: Context) -> None:
    person = filling()
    person.begin()
    person.fill("referent")
    values = person.values("referent")
    person.go("next", **{**values, "password": "short", "password_again": "short"})
    assert person.page.status_code == 422
    assert 'id="password-problem"' in person.page.text
    person.go("next", **{**values, "password_again": "tide lamp orchard eight"})
    assert "Les deux mots de passe diffèrent." in person.shown
    person.go("next", **{**values, "password": "", "password_again": ""})
    assert 'id="password-problem"' in person.page.text
    person.go("next", **values)
    assert person.at == "submit"
    adhesion = adhesion_of(context)
    assert (adhesion.password_hash or "").startswith("$argon2id$")
    assert SECRET_WORDS not in str(adhesion.form)
    person.step("referent")
    assert "Un mot de passe est enregistré" in person.shown
    assert SECRET_WORDS not in person.page.text
    person.go("next", **{**values, "password": "", "password_again": ""})
    assert person.at == "submit"


def test_details_of_the_representative_are_copied(filling: Callable[[str], Filling]) -> None:
    person = filling()
    person.begin()
    person.fill("referent")
    person.go("copy", phone="0400000000")
    assert person.at == "referent"
    for value in ("Anne", "Blanc", "Directrice", "0400000000"):
        assert f'value="{value}"' in person.page.text


def test_letters_carry_the_texts_and_the_deed_when_they_leave(
    filling: Callable[[str], Filling], context: Context, clock: MovableClock
) -> None:
    person = filling()
    person.accept()
    person.validate()
    assert [(one.topic, one.address) for one in mails(context)] == [
        ("letter_check_address", EMAIL),
        ("letter_adhesion_texts", REPRESENTATIVE),
        ("letter_adhesion_texts", EMAIL),
        ("letter_validation_link", REPRESENTATIVE),
        ("letter_deed", REPRESENTATIVE),
        ("letter_deed", EMAIL),
    ]
    assert all(len(str(one.facts)) < 1000 for one in mails(context))
    sent: list[Any] = []

    class Kept(FolderTransport):
        def send(self, mail_id: int, message: Any) -> None:
            sent.append((mail_id, message))
            super().send(mail_id, message)

    outbox = Outbox(context.database, context.settings, clock)
    assert outbox.send_due(Kept(context.settings.outbox_dir)) == 6
    sent = [message for _, message in sorted(sent, key=lambda one: one[0])]
    enclosed = [[part.get_filename() for part in one.iter_attachments()] for one in sent]
    texts = [f"{code}-v1.pdf" for code in legal_texts.ADHESION_TEXTS]
    assert enclosed == [[], texts, texts, [], ["acte-adhesion-dinamis.pdf"], ["acte-adhesion-dinamis.pdf"]]
    assert all(part.get_content().startswith(b"%PDF-") for one in sent for part in one.iter_attachments())
    deed = next(sent[4].iter_attachments()).get_content()
    assert hashlib.sha256(deed).hexdigest() == adhesion_of(context).deed_sha256
    link = link_in(context, mails(context, "letter_validation_link")[0])
    assert f"{context.settings.own_url}/registry/validation?link={link}" in sent[3].get_body().get_content()


def test_a_letter_whose_enclosure_is_gone_holds_up_no_other(
    filling: Callable[[str], Filling], context: Context, clock: MovableClock
) -> None:
    person = filling()
    person.accept()
    person.validate()
    DeedStore(context.settings).path(adhesion_of(context).deed_sha256 or "").unlink()
    outbox = Outbox(context.database, context.settings, clock)
    assert outbox.send_due(FolderTransport(context.settings.outbox_dir)) == 4
    assert {one.state for one in mails(context, "letter_deed")} == {"refused"}


def test_the_referents_of_the_partner_are_told(
    filling: Callable[[str], Filling], context: Context, signed_in: Callable[..., SignedIn]
) -> None:
    public = partner(context)
    referent = context.identity.create_account(
        email="r@tetis.example", given_name="R", family_name="T", password=SECRET_WORDS, entity_id=public.id,
        roles=("user", "referent"),
    )  # fmt: skip
    signed_in("referent")
    person = filling("partner")
    person.accept()
    person.validate()
    (letter,) = mails(context, "letter_partnership_to_validate")
    assert letter.address == "r@tetis.example"
    assert letter.facts["title"] == "MaMission"
    with context.database.reading() as session:
        (told,) = session.scalars(select(Notification)).all()
    assert (told.account_id, told.kind) == (referent.sub, "registry")


class TestDeed:
    """REG-29."""

    def test_it_is_made_again_byte_for_byte_and_verified(
        self, filling: Callable[[str], Filling], context: Context
    ) -> None:
        person = filling("partner")
        person.accept()
        person.validate()
        adhesion = adhesion_of(context)
        with context.database.reading() as session:
            deed = signed_deed(session, adhesion, context.settings)
        pdf = written(deed)
        assert hashlib.sha256(pdf).hexdigest() == adhesion.deed_sha256
        for asked in (adhesion.deed_sha256, adhesion.id, f" {(adhesion.deed_sha256 or '').upper()} "):
            person.open(f"/registry/verify?deed={asked}")
            assert person.page.status_code == 200
            assert "Laboratoire d'essai (LABEX)" in person.shown
            assert deed.fingerprint in person.page.text
            assert "Partenariat à valider" in person.shown
        person.open("/registry/verify")
        person.send("/registry/verify", files={"file": ("acte.pdf", io.BytesIO(pdf), "application/pdf")})
        assert "Ce fichier est valide" in person.shown
        changed = io.BytesIO(pdf.replace(b"DINAMIS", b"DINAMIZ", 1))
        person.send("/registry/verify", files={"file": ("acte.pdf", changed, "application/pdf")})
        assert person.page.status_code == 404
        assert "Inconnu" in person.shown

    @pytest.mark.parametrize(
        "asked", ["x", "0" * 64, "é" * 64, "' OR 1=1", "11111111-1111-4111-8111-111111111111"]
    )
    def test_nothing_else_is_known(self, filling: Callable[[str], Filling], asked: str) -> None:
        person = filling("public")
        person.open(f"/registry/verify?deed={asked}")
        assert person.page.status_code == 404
        assert "Inconnu" in person.said()

    def test_a_request_that_nobody_signed_has_none(
        self, filling: Callable[[str], Filling], context: Context
    ) -> None:
        person = filling("public")
        person.accept()
        assert person.open(f"/registry/verify?deed={adhesion_of(context).id}")
        assert person.page.status_code == 404


class TestSigning:
    """REG-23 to REG-26, replay and races."""

    def test_every_box_has_to_be_ticked(self, filling: Callable[[str], Filling], context: Context) -> None:
        person = filling("public")
        person.accept()
        link = link_in(context, mails(context, "letter_validation_link")[0])
        action = f"/registry/validation?link={link}"
        person.open(action)
        boxes = person.boxes()
        assert boxes == [f"attest-{code}" for code in legal_texts.ADHESION_TEXTS]
        for left_out in boxes:
            person.send(action, **{one: "1" for one in boxes if one != left_out})
            assert person.page.status_code == 422
            assert f'id="{left_out}-problem"' in person.page.text
            assert person.page.text.count(" checked") == len(boxes) - 1
        assert adhesion_of(context).state == "accepted"
        assert not mails(context, "letter_deed")

    def test_a_text_that_changed_has_to_be_read_again(
        self, filling: Callable[[str], Filling], context: Context
    ) -> None:
        person = filling("public")
        person.accept()
        link = link_in(context, mails(context, "letter_validation_link")[0])
        person.open(f"/registry/validation?link={link}")
        with context.database.session() as session:
            first = session.get_one(LegalText, (legal_texts.SPOT, 1))
            session.add(
                LegalText(
                    code=first.code, version=2, title=first.title, body=first.body,
                    published_at=context.clock(), author="O",
                )
            )  # fmt: skip
        person.send(f"/registry/validation?link={link}", **dict.fromkeys(person.boxes(), "1"))
        assert "Ce document a changé entre-temps" in person.shown
        assert adhesion_of(context).state == "accepted"

    def test_a_link_opens_its_own_purpose_once(
        self, filling: Callable[[str], Filling], context: Context
    ) -> None:
        person = filling("public")
        person.accept()
        link = link_in(context, mails(context, "letter_validation_link")[0])
        assert "n'ouvre plus rien" in person.open(f"/registry/adhesion?link={link}").replace("&#39;", "'")
        person.open(f"/registry/validation?link={person.link}")
        assert person.page.status_code == 410
        person.validate()
        for address in (f"/registry/validation?link={link}", f"/registry/validation/file?link={link}"):
            person.open(address)
            assert person.page.status_code == 410
        deeds = len(mails(context, "letter_deed"))
        assert person.post(f"/registry/validation?link={link}", {"link": link}).status_code == 410
        assert len(mails(context, "letter_deed")) == deeds

    def test_a_form_that_was_taken_back_cannot_be_signed(
        self, filling: Callable[[str], Filling], context: Context
    ) -> None:
        person = filling("public")
        person.accept()
        old = link_in(context, mails(context, "letter_validation_link")[0])
        person.send(f"/registry/adhesion?link={person.link}", go="remind")
        assert len(mails(context, "letter_validation_link")) == 2
        person.send(f"/registry/adhesion?link={person.link}", go="take_back")
        assert person.at == "submit"
        person.open(f"/registry/validation?link={old}")
        assert person.page.status_code == 410
        person.step("submit")
        person.go("accept")
        person.open(f"/registry/validation?link={old}")
        assert person.page.status_code == 410
        person.validate()
        assert adhesion_of(context).state == "instruction"
        person.open(f"/registry/adhesion?link={person.link}")
        assert "En instruction" in person.shown

    def test_of_many_signatures_at_once_one_counts(self, on_either: LiveService) -> None:
        context = on_either.context
        with httpx.Client(base_url=on_either.url, timeout=60) as client:
            Filling(client, context).accept()
        secret = link_in(context, mails(context, "letter_validation_link")[0])
        outcomes: list[str] = []

        def sign() -> None:
            try:
                Signing(context).sign(secret, ATTESTED, "en")
            except Exception as error:  # noqa: BLE001
                outcomes.append(type(error).__name__)
            else:
                outcomes.append("signed")

        threads = [threading.Thread(target=sign) for _ in range(4)]
        for one in threads:
            one.start()
        for one in threads:
            one.join()
        assert outcomes.count("signed") == 1, outcomes
        assert set(outcomes) <= {"signed", "DeadLinkError", "ConflictError"}
        assert len(mails(context, "letter_deed")) == 2
        adhesion = adhesion_of(context)
        assert DeedStore(context.settings).path(adhesion.deed_sha256 or "").is_file()

    def test_of_two_decisions_at_once_one_counts(self, on_either: LiveService) -> None:
        context = on_either.context
        with httpx.Client(base_url=on_either.url, timeout=60) as client:
            person = Filling(client, context)
            person.accept()
            person.validate()
        adhesion_id = adhesion_of(context).id
        outcomes: list[str] = []
        together = threading.Barrier(2)

        def decide(event: str) -> None:
            together.wait()
            try:
                with context.database.session() as session:
                    change(
                        session,
                        session.get_one(Adhesion, adhesion_id),
                        event,
                        author=event,
                        now=context.clock(),
                    )
            except IllegalStepError as error:
                outcomes.append(error.words.en)
            else:
                outcomes.append(event)

        threads = [threading.Thread(target=decide, args=(event,)) for event in ("validate", "refuse")]
        for one in threads:
            one.start()
        for one in threads:
            one.join()
        won = [one for one in outcomes if one in ("validate", "refuse")]
        assert len(won) == 1, outcomes
        with context.database.reading() as session:
            events = session.scalars(select(AdhesionEvent.event)).all()
        assert list(events) == ["accept", "sign", won[0]]


class TestStates:
    """The table of transitions (REG-27, REG-28)."""

    @given(st.sampled_from(list(State)), st.sampled_from(list(Event)))
    def test_an_event_happens_where_the_table_says(self, state: State, event: Event) -> None:
        transition = TRANSITIONS[event]
        assert (state in transition.origins) <= (transition.to != state)
        assert state != State.REFUSED or state not in transition.origins

    def test_every_state_is_named_and_reached(self) -> None:
        assert set(TITLES) == set(State)
        assert {one.to for one in TRANSITIONS.values()} == set(State)
        assert set(TRANSITIONS) == set(Event)
        assert {state for one in TRANSITIONS.values() for state in one.origins} - {
            State.DRAFT,
            State.VALIDATED,
            State.CLOSED,
        } == UNDER_WAY


@pytest.mark.long
class TestAdmission:
    """What a positive instruction makes (REG-27, REG-30, REG-43)."""

    def admitted(self, person: Filling, context: Context) -> Entity:
        person.accept()
        person.validate()
        return self.decided(context)

    def decided(self, context: Context) -> Entity:
        with context.database.session() as session:
            adhesion = session.get_one(Adhesion, adhesion_of(context).id)
            if adhesion.state == State.PARTNER:
                change(session, adhesion, "accept_partnership", author="R", now=context.clock())
            change(session, adhesion, "validate", author="O", now=context.clock())
            return admit(session, adhesion, author="O", now=context.clock())

    @pytest.mark.parametrize(
        ("variant", "category", "missions"),
        [("public", 4, 0), ("rnd", 7, 1), ("partner", 8, 1), ("foreign", 9, 0)],
    )
    def test_the_entity_its_contact_and_its_mission_are_there(
        self, filling: Callable[[str], Filling], context: Context, variant: str, category: int, missions: int
    ) -> None:
        person = filling(variant)
        entity = self.admitted(person, context)
        assert (entity.category, entity.state, entity.name) == (category, "member", "Laboratoire d'essai")
        assert entity.legal_representative["email"] == REPRESENTATIVE
        contact = context.identity.accounts.authenticate(EMAIL, SECRET_WORDS, "127.0.0.1")
        assert contact.roles == {"user", "referent"}
        assert contact.entity_id == entity.id
        with context.database.reading() as session:
            there = missions_of(session, entity.id)
        assert len(there) == missions
        for one in there:
            assert one.title == "MaMission"
            assert [wish["mission"] for wish in one.wishes] == ["SPOT 6/7", "PLEIADES"]
            assert (one.commissioner_id == entity.id) == (variant == "rnd")
        adhesion = adhesion_of(context)
        assert (adhesion.entity_id, adhesion.password_hash) == (entity.id, None)
        assert [one.address for one in mails(context, "letter_entity_created")] == [REPRESENTATIVE, EMAIL]
        person.open(f"/registry/adhesion?link={person.link}")
        assert "Validée" in person.shown

    def test_nothing_is_made_before_the_decision_or_twice(
        self, filling: Callable[[str], Filling], context: Context
    ) -> None:
        person = filling("public")
        person.accept()
        person.validate()
        with pytest.raises(IllegalStepError), context.database.session() as session:
            admit(
                session, session.get_one(Adhesion, adhesion_of(context).id), author="O", now=context.clock()
            )
        with context.database.session() as session:
            adhesion = session.get_one(Adhesion, adhesion_of(context).id)
            change(session, adhesion, "validate", author="O", now=context.clock())
            admit(session, adhesion, author="O", now=context.clock())
        with pytest.raises(ConflictError), context.database.session() as session:
            admit(
                session, session.get_one(Adhesion, adhesion_of(context).id), author="O", now=context.clock()
            )

    def test_an_entity_of_the_same_name_came_first(
        self, filling: Callable[[str], Filling], context: Context
    ) -> None:
        person = filling("public")
        person.accept()
        person.validate()
        add_entity(context.database, name="LABORATOIRE D'ESSAI", acronym="X", category=2)
        with pytest.raises(ConflictError):
            self.decided(context)
        assert adhesion_of(context).state == "instruction"

    def test_who_is_both_has_signed_already(
        self, filling: Callable[[str], Filling], context: Context, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        person = filling("public")
        values = person.values
        own = {"email": EMAIL, "email_again": EMAIL}
        monkeypatch.setattr(
            person, "values", lambda step: {**values(step), **(own if step == "legal_representative" else {})}
        )
        entity = self.admitted(person, context)
        assert len(mails(context, "letter_entity_created")) == 1
        contact = context.identity.principal_by_email(EMAIL)
        assert contact is not None
        with context.database.reading() as session:
            assert legal_texts.unsigned(session, contact.sub, entity.nationality) == []


class TestAcceptance:
    """What keeps a form from being accepted."""

    def test_an_incomplete_form_is_led_back(
        self, filling: Callable[[str], Filling], context: Context
    ) -> None:
        person = filling("public")
        person.begin()
        person.fill("legal_representative")
        person.step("submit")
        assert "Des étapes sont à compléter" in person.shown
        person.go("accept")
        assert person.page.status_code == 422
        assert person.at == "legal_representative"
        assert adhesion_of(context).state == "draft"

    def test_a_member_a_second_request_and_an_account_are_refused(
        self, filling: Callable[[str], Filling], context: Context
    ) -> None:
        add_entity(context.database, name="Laboratoire d'Essai", acronym="L", category=4)
        person = filling("public")
        person.begin()
        person.fill()
        person.go("accept")
        assert person.page.status_code == 409
        assert "déjà adhérente" in person.said()
        assert adhesion_of(context).state == "draft"

    def test_what_was_accepted_cannot_be_changed(
        self, filling: Callable[[str], Filling], context: Context
    ) -> None:
        person = filling("public")
        person.begin()
        person.fill("submit")
        token = person.hidden(f"/registry/adhesion?link={person.link}&amp;step=submit")
        person.go("accept")
        for go in ("accept", "next", "save"):
            answer = person.post(
                f"/registry/adhesion?link={person.link}", {**token, "step": "entity", "go": go, "name": "X"}
            )
            assert answer.status_code == 409, go
        assert adhesion_of(context).form["entity"]["name"] == "Laboratoire d'essai"
        assert len(mails(context, "letter_validation_link")) == 1

    def test_choosing_another_sector_drops_what_is_not_asked_any_more(
        self, filling: Callable[[str], Filling], context: Context
    ) -> None:
        person = filling("rnd")
        person.begin()
        person.fill("legal_representative")
        person.variant = "public"
        person.step("sector")
        person.fill()
        person.go("accept")
        adhesion = adhesion_of(context)
        assert adhesion.project_file is None
        assert set(adhesion.form) == {"entity", "sector", "legal_representative", "referent"}


class TestAddressCheck:
    """REG-04 to REG-06: throttled, and telling nothing."""

    def test_the_answer_is_the_same_for_known_and_unknown_addresses(
        self, filling: Callable[[str], Filling], context: Context, signed_in: Callable[..., SignedIn]
    ) -> None:
        known = signed_in().principal.email
        person = filling("public")
        pages = []
        for email in (known, "nobody@labo.example"):
            person.open("/registry/email")
            person.send("/registry/email", email=email)
            pages.append((person.page.status_code, person.shown.replace(email, "@")))
        assert pages[0] == pages[1]
        assert [one.topic for one in mails(context)] == ["letter_account_exists", "letter_check_address"]
        assert "link" not in mails(context)[0].facts

    def test_nobody_fills_the_mailbox_of_somebody_else(
        self, filling: Callable[[str], Filling], context: Context
    ) -> None:
        person = filling("public")
        for _ in range(9):
            person.open("/registry/email")
            person.send("/registry/email", email="victim@labo.example")
            assert person.page.status_code == 200
        assert len(mails(context)) <= 6
        for _ in range(4):
            person.open("/registry/email")
            person.send("/registry/email", email="other@labo.example")
        assert person.page.status_code == 429
        assert person.page.headers["Retry-After"]

    def test_an_account_in_a_member_entity_goes_its_own_way(
        self, filling: Callable[[str], Filling], context: Context
    ) -> None:
        entity = partner(context)
        person = filling("public")
        person.open("/registry?entity=tétis exemple")
        assert "1 entité adhérente" in person.shown
        person.open(f"/registry/email?entity={entity.id}")
        person.send(f"/registry/email?entity={entity.id}", email="new@tetis.example")
        (letter,) = mails(context)
        assert (letter.facts["path"], letter.facts["purpose"]) == ("/registry/account", "account")

    def test_a_closed_entity_is_no_member(self, filling: Callable[[str], Filling], context: Context) -> None:
        entity = partner(context)
        with context.database.session() as session:
            session.get_one(Entity, entity.id).state = "closed"
        person = filling("public")
        assert entity.name not in person.open("/registry?entity=tetis")
        assert entity.name not in person.open(f"/registry/email?entity={entity.id}")


@pytest.mark.long
class TestBadInput:
    """Oversized, malformed, hostile."""

    def test_forms_of_other_sites_change_nothing(
        self, filling: Callable[[str], Filling], context: Context
    ) -> None:
        person = filling("public")
        person.accept()
        link = link_in(context, mails(context, "letter_validation_link")[0])
        boxes = {f"attest-{code}": "1" for code in legal_texts.ADHESION_TEXTS}
        for address, data in (
            (f"/registry/validation?link={link}", {"link": link, **boxes}),
            (f"/registry/adhesion?link={person.link}", {"link": person.link, "go": "take_back"}),
            ("/registry/email", {"email": "a@labo.example"}),
            ("/registry/verify", {"digest": "0" * 64}),
        ):
            assert person.post(address, {**data, "form_token": "0" * 64}).status_code == 403, address
        assert adhesion_of(context).state == "accepted"
        assert len(mails(context, "letter_check_address")) == 1

    @pytest.mark.parametrize("step", ["entity", "sector", "legal_representative", "referent"])
    def test_strange_values_are_refused_beside_their_fields(
        self, filling: Callable[[str], Filling], context: Context, step: str
    ) -> None:
        person = filling("public")
        person.begin()
        person.fill(step)
        for value in ("x" * 5000, "\x00", "a\x00b", "\u202e", "\ud7ff" * 300, "a\r\nBcc: b@c.example"):
            person.go("next", **dict.fromkeys(person.values(step), value))
            assert person.page.status_code == 422, value
            assert person.at == step
            assert "problem" in person.page.text
        assert adhesion_of(context).state == "draft"

    def test_a_mission_is_judged_line_by_line(
        self, filling: Callable[[str], Filling], context: Context
    ) -> None:
        person = filling("partner")
        person.begin()
        person.fill("mission")
        good = dict(person.values("mission"))
        for changed, fault in (
            ({"title": ""}, "title"),
            ({"starts": "2026-12-31"}, "ends"),
            ({"starts": "31/02/2026"}, "starts"),
            ({"north": "91"}, "north"),
            ({"north": "43", "south": "44"}, "north"),
            ({"east": ""}, "east"),
            ({"west": "NaN"}, "west"),
            ({"wish-0-mission": "HUBBLE"}, "wish-0-mission"),
            ({"wish-1-last": "2019-01-01"}, "wish-1-last"),
            ({"wish-1-first": ""}, "wish-1-first"),
        ):
            person.step("mission")
            person.go("next", **{**good, **changed})
            assert person.page.status_code == 422, changed
            assert f'id="{fault}-problem"' in person.page.text, changed
        empty = {name: "" for name in good if name.startswith("wish")}
        person.step("mission")
        person.go("next", **{**good, **empty})
        assert 'id="wish-0-mission-problem"' in person.page.text
        person.step("mission")
        person.go(
            "next", **{**good, "starts": "28/10/2025", "north": "", "west": "", "east": "", "south": ""}
        )
        assert person.at == "partner", "French dates are read, and an area is not mandatory"

    def test_a_partner_has_to_be_a_public_member(
        self, filling: Callable[[str], Filling], context: Context
    ) -> None:
        private = add_entity(context.database, name="Une société", acronym="S", category=7)
        others = [partner(context, f"Labo {number}").id for number in range(12)]
        person = filling("partner")
        person.begin()
        person.fill("partner")
        assert "Une société" not in person.page.text
        assert "1 - 8 sur 12" in person.shown
        person.go("page-2")
        assert "9 - 12 sur 12" in person.shown
        for chosen in ("", private.id, "nobody", others[:2]):
            person.go("next", entity_id=chosen)
            assert person.page.status_code == 422, chosen
        person.go("stay", words="labo 11")
        assert "1 - 1 sur 1" in person.shown
        person.go("next", entity_id=others[11])
        assert person.at == "legal_representative"

    def test_a_file_is_refused_where_it_is_no_pdf_and_kept_where_it_is(
        self, filling: Callable[[str], Filling], context: Context
    ) -> None:
        person = filling("rnd")
        person.begin()
        person.fill("mission")
        values = dict(person.values("mission"))
        person.go("next", **values)
        assert 'id="project_file-problem"' in person.page.text
        false = {"project_file": ("x.pdf", io.BytesIO(b"%PDF-1.4 false"), "application/pdf")}
        person.go("next", files=false, **values)
        assert "pas un PDF lisible" in person.shown
        assert 'value="MaMission"' in person.page.text
        real = {"project_file": ('a"b\r\n.pdf', io.BytesIO(a_pdf()), "application/pdf")}
        person.go("next", files=real, **values)
        assert person.at == "legal_representative"
        person.open(f"/registry/adhesion/file?link={person.link}")
        assert person.page.content == a_pdf()
        assert person.page.headers["content-disposition"].startswith("attachment")
        assert person.page.headers["x-content-type-options"] == "nosniff"

    def test_larger_bodies_are_for_the_file_only(
        self, filling: Callable[[str], Filling], client: TestClient
    ) -> None:
        person = filling("rnd")
        person.begin()
        for path, most in (
            ("/registry/adhesion/file", 27),
            ("/registry/adhesion", 21),
            ("/registry/validation", 21),
        ):
            size = str(most * 1024 * 1024)
            answer = client.post(f"{path}?link={person.link}", headers={"Content-Length": size}, content=b"")
            assert answer.status_code == 413, path
