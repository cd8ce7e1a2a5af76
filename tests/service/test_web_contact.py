"""The contact form: four purposes, for anybody, and nothing more than a message in it (SUP-01)."""

from __future__ import annotations

from collections.abc import Callable
from email.message import EmailMessage
from pathlib import Path

import pytest
from browsing import Operator
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st
from registry_people import message_form
from running import SignedIn
from sqlalchemy import select

from dinamis_service.context import Context
from dinamis_service.notifications.operator_letters import PURPOSES
from dinamis_service.notifications.outbox import Outbox
from dinamis_service.notifications.tables import OutgoingMail
from dinamis_service.registry.contact import MessageForm, Purpose
from dinamis_service.registry.tables import ContactMessage
from dinamis_service.settings import Settings

SignIn = Callable[..., SignedIn]
TYPED = {"purpose": "problem", "name": "Jeanne", "email": "jeanne@example.org", "text": "Bonjour"}


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(
        data_dir=tmp_path / "data",
        contact_address="contact@demo.example",
        pneo_contact_address="pneo@demo.example",
    )


def mails(context: Context) -> list[EmailMessage]:
    outbox = Outbox(context.database, context.settings, context.clock)
    with context.database.reading() as session:
        kept = session.scalars(select(OutgoingMail).order_by(OutgoingMail.id)).all()
    return [outbox.message(one) for one in kept]


def kept(context: Context) -> list[ContactMessage]:
    with context.database.reading() as session:
        return list(session.scalars(select(ContactMessage).order_by(ContactMessage.id)))


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_page_has_the_four_purposes_and_the_mailbox_for_pleiades_neo(
    client: TestClient, language: str
) -> None:
    page = Operator(client, language=language).open("/contact")
    assert set(PURPOSES) == set(Purpose)
    for value, words in PURPOSES.items():
        assert f'value="{value}"' in page
        assert words.told("fr" if language == "fr" else "en").replace("'", "&#39;") in page
    assert 'href="mailto:pneo@demo.example"' in page


def test_a_message_of_a_stranger_is_kept_and_mailed_and_not_answered(
    client: TestClient, context: Context
) -> None:
    reader = Operator(client)
    reader.open("/contact")
    answer = reader.send("/contact", **TYPED)
    assert "Message sent" in answer.text
    message = kept(context)[0]
    assert (message.purpose, message.email, message.account_id) == ("problem", "jeanne@example.org", None)
    sent = mails(context)
    assert [str(one["To"]) for one in sent] == ["DINAMIS <contact@demo.example>"], (
        "no receipt to an address typed"
    )
    assert str(sent[0]["Reply-To"]) == "jeanne@example.org"
    assert "Jeanne <jeanne@example.org> écrit" in sent[0].get_content()


def test_who_is_signed_in_writes_under_their_own_name_and_gets_a_receipt(
    client: TestClient, context: Context, signed_in: SignIn
) -> None:
    person = signed_in()
    reader = Operator(client, person)
    reader.open("/contact")
    reader.send(
        "/contact", purpose="support", text="Bonjour", name="Somebody else", email="other@example.org"
    )
    message = kept(context)[0]
    assert (message.name, message.email) == (person.principal.name, person.principal.email)
    assert [one["To"].addresses[0].addr_spec for one in mails(context)] == [
        "contact@demo.example",
        person.principal.email,
    ]


def test_what_was_typed_stays_and_each_error_stands_at_its_field(
    client: TestClient, context: Context
) -> None:
    reader = Operator(client)
    reader.open("/contact")
    page = reader.send("/contact", name="Jeanne", email="nobody", text="Bonjour <script>").text
    assert reader.page.status_code == 422
    assert 'id="email-problem"' in page
    assert 'id="purpose-problem"' in page
    assert 'value="Jeanne"' in page
    assert "Bonjour &lt;script&gt;" in page
    assert kept(context) == []


def test_too_many_messages_of_one_place_wait(client: TestClient, context: Context) -> None:
    reader = Operator(client)
    told = []
    for _ in range(8):
        reader.open("/contact")
        told.append(reader.send("/contact", **TYPED).status_code)
    assert told[:6] == [200] * 6
    assert 429 in told[6:]
    assert "Retry-After" in reader.page.headers
    assert 'id="text"' in reader.page.text
    assert len(kept(context)) == told.count(200)


def test_a_form_of_another_site_is_not_sent(client: TestClient, context: Context) -> None:
    assert client.post("/contact", data=TYPED).status_code == 403
    assert kept(context) == []


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("email", "a@b.example\nBcc: all@example.org"),
        ("email", "a@b.example, c@d.example"),
        ("email", "A <a@b.example>"),
        ("email", "a@b.example\x00"),
        ("email", "x" * 250 + "@b.example"),
        ("name", "Jeanne\r\nBcc: all@example.org"),
        ("name", "x" * 121),
        ("text", "x" * 10_001),
        ("text", "a\x00b"),
        ("purpose", "other"),
    ],
)
def test_what_would_be_more_than_a_message_is_refused(
    client: TestClient, context: Context, field: str, value: str
) -> None:
    reader = Operator(client)
    reader.open("/contact")
    assert reader.send("/contact", **TYPED | {field: value}).status_code == 422
    assert mails(context) == []


@given(st.text(max_size=200), st.text(max_size=80), st.text(max_size=60))
def test_no_message_writes_a_header(text: str, name: str, email: str) -> None:
    try:
        told = MessageForm.model_validate({**TYPED, "text": text, "name": name, "email": email})
    except ValueError:
        return
    assert "\n" not in told.email + told.name
    message = EmailMessage()
    message["Reply-To"] = told.email
    assert len(message["Reply-To"].addresses) == 1


def test_operators_read_messages_and_mark_them(
    client: TestClient, context: Context, signed_in: SignIn
) -> None:
    reader = Operator(client)
    reader.open("/contact")
    reader.send("/contact", **TYPED | {"name": "<b>Jeanne</b>", "text": "Première\nligne"})
    client.cookies.clear()
    operator = Operator(client, signed_in("operator"))
    page = operator.open("/operator/contact")
    assert "&lt;b&gt;Jeanne&lt;/b&gt;" in page
    assert "Technical problem" in page
    assert "Première\nligne" in page
    page = operator.send("/operator/contact").text
    assert "No message." in page
    assert "Handled by Camille Martin" in operator.open("/operator/contact?state=handled")
    assert kept(context)[0].handled_by == "Camille Martin"
    operator.send("/operator/contact")
    assert kept(context)[0].handled_at is None


def test_no_address_is_set_and_messages_are_kept(context: Context) -> None:
    assert message_form().purpose is Purpose.PROBLEM
    with pytest.raises(ValueError, match="mail address"):
        Settings(contact_address="nobody")
