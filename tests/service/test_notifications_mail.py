"""Mails: written with what they tell of, sent by one process until a server takes them, never lost."""

from __future__ import annotations

import email
import signal
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from email import policy
from email.message import EmailMessage
from pathlib import Path

import pytest
from clocks import MovableClock
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st
from post_office import PASSWORD, TAKEN, PostOffice, make_certificate
from postgres import server
from processes import ServiceProcess
from pydantic import ValidationError
from requesters import Requester
from running import SignedIn
from sqlalchemy import select

from dinamis_service.clock import utc_now
from dinamis_service.context import Context
from dinamis_service.notifications.mail import composed
from dinamis_service.notifications.outbox import MAX_ATTEMPTS, Outbox
from dinamis_service.notifications.sender import Sender
from dinamis_service.notifications.tables import OutgoingMail
from dinamis_service.notifications.transports import DownError, SmtpTransport, transport_of
from dinamis_service.settings import Settings
from dinamis_service.smtp_address import read_address

SENDER = "DINAMIS <dinamis@service.example>"


@pytest.fixture
def post() -> Iterator[PostOffice]:
    office = PostOffice().open()
    yield office
    office.close()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.long)])
def settings(request: pytest.FixtureRequest, tmp_path: Path, post: PostOffice) -> Settings:
    address = None
    if request.param == "postgresql":
        address = server().new_database().replace("postgresql:", "postgresql+psycopg:")
    return Settings(data_dir=tmp_path / "data", database_url=address, smtp_url=post.url, mail_from=SENDER)


@pytest.fixture
def outbox(context: Context) -> Callable[[], Outbox]:
    """Call it: the outbox as one more process has it."""
    return lambda: Outbox(context.database, context.settings, context.clock)


def mail(number: int = 0, **changes: object) -> OutgoingMail:
    moment = utc_now()
    facts = {"author": "Camille Martin", "excerpt": f"Message {number}"}
    given = {
        "moment": moment,
        "address": f"person{number}@demo.example",
        "name": "Éloïse Martin",
        "language": "fr",
        "topic": "answer",
        "order_id": "2026-001-SCI-2026-A-001-SPOT",
        "facts": facts,
        "state": "waiting",
        "attempts": 0,
        "next_attempt": moment,
    }
    return OutgoingMail(**given | changes)


def put(context: Context, *mails: OutgoingMail) -> None:
    with context.database.session() as session:
        session.add_all(mails or [mail()])


def states(context: Context) -> list[tuple[str, int]]:
    with context.database.reading() as session:
        found = session.scalars(select(OutgoingMail).order_by(OutgoingMail.id)).all()
    return [(one.state, one.attempts) for one in found]


def said(post: PostOffice) -> list[str]:
    """What the mails that arrived say."""
    return [one.get_content() for one in post.taken]


def send(context: Context, box: Outbox, answer_s: float = 20) -> int:
    url = context.settings.smtp_url
    assert url is not None
    return box.send_due(SmtpTransport(read_address(url.get_secret_value()), SENDER, answer_s))


def test_a_mail_says_what_happened_in_the_language_of_its_reader(
    context: Context, outbox: Callable[[], Outbox], post: PostOffice
) -> None:
    put(context, mail(), mail(1, language="en", name='"Dr." <x>; Müller'))
    assert send(context, outbox()) == 2
    french, english = post.taken
    assert french["From"] == SENDER
    assert french["To"].addresses[0].addr_spec == "person0@demo.example"
    assert french["To"].addresses[0].display_name == "Éloïse Martin"
    assert french["Subject"] == "[DINAMIS] Message sur la demande 2026-001-SCI-2026-A-001-SPOT"
    assert french["Auto-Submitted"] == "auto-generated"
    assert french["Message-ID"].endswith("@service.example>")
    text = french.get_content()
    assert text.startswith("Bonjour Éloïse Martin,")
    assert "Camille Martin : Message 0" in text
    assert english["Subject"].startswith("[DINAMIS] Message about request")
    assert english["To"].addresses[0].display_name == '"Dr." <x>; Müller'
    assert french["Message-ID"] != english["Message-ID"]
    assert states(context) == [("sent", 1), ("sent", 1)]
    assert send(context, outbox()) == 0


def test_what_happens_to_a_request_is_mailed(
    client: TestClient, signed_in: Callable[..., SignedIn], post: PostOffice
) -> None:
    operator = signed_in("operator")
    order_id = Requester(client, signed_in()).submit()["id"]
    deadline = time.monotonic() + 30
    while not post.taken:
        assert time.monotonic() < deadline, "the service sends no mail"
        time.sleep(0.05)
    (arrived,) = post.taken
    assert arrived["To"].addresses[0].addr_spec == operator.principal.email
    assert order_id in arrived["Subject"]
    assert f"/operator/requests/{order_id}" in arrived.get_content()


def test_a_server_that_is_down_loses_nothing(
    context: Context, outbox: Callable[[], Outbox], post: PostOffice
) -> None:
    box = outbox()
    put(context, mail(), mail(1))
    post.close()
    for _ in range(3):
        with pytest.raises(DownError):
            send(context, box)
    assert states(context) == [("waiting", 0), ("waiting", 0)], "it is no attempt"
    post.open()
    assert send(context, box) == 2
    assert len(post.taken) == 2


def test_a_mail_put_off_is_tried_again_later_and_holds_up_no_other(
    context: Context, outbox: Callable[[], Outbox], post: PostOffice, clock: MovableClock
) -> None:
    box = outbox()
    put(context, mail(), mail(1))
    post.rcpt = ["450 mailbox busy"]
    assert send(context, box) == 1
    assert states(context) == [("waiting", 1), ("sent", 1)]
    assert send(context, box) == 0, "not before its time"
    clock.advance(61)
    post.data = ["451 try later"]
    assert send(context, box) == 0
    clock.advance(61)
    assert send(context, box) == 0, "longer each time"
    clock.advance(61)
    assert send(context, box) == 1
    assert states(context) == [("sent", 3), ("sent", 1)]
    assert [one.splitlines()[2] for one in said(post)] == [
        "Camille Martin : Message 1",
        "Camille Martin : Message 0",
    ]


def test_a_mail_put_off_for_days_is_given_up_and_may_be_taken_up(
    context: Context, outbox: Callable[[], Outbox], post: PostOffice, clock: MovableClock
) -> None:
    box = outbox()
    put(context)
    post.data = ["451 never today"] * MAX_ATTEMPTS
    for _ in range(MAX_ATTEMPTS):
        assert send(context, box) == 0
        clock.advance(4 * 3600 + 1)
    (given_up,) = box.page(10)
    assert (given_up.state, given_up.error) == ("refused", "451 never today")
    assert send(context, box) == 0
    box.try_again(given_up.id)
    assert send(context, box) == 1
    box.try_again(given_up.id)
    assert send(context, box) == 0, "what was sent is not sent again"


def test_a_mail_that_is_refused_stays_so_and_holds_up_no_other(
    context: Context, outbox: Callable[[], Outbox], post: PostOffice
) -> None:
    box = outbox()
    put(context, mail(), mail(1), mail(2), mail(3, address="not an address"), mail(4, topic="unknown"))
    post.rcpt, post.data = ["550 no such user"], ["554 looks like spam"]
    assert send(context, box) == 1
    assert [state for state, _ in states(context)] == ["refused", "refused", "sent", "refused", "refused"]
    assert [one.error for one in box.page(10)][-2:] == ["554 looks like spam", "550 no such user"]
    assert [one.state for one in box.page(10, state="sent")] == ["sent"]


def test_a_server_about_to_close_makes_all_wait(
    context: Context, outbox: Callable[[], Outbox], post: PostOffice
) -> None:
    put(context, mail(), mail(1))
    post.rcpt = ["421 closing"]
    with pytest.raises(DownError, match="421"):
        send(context, outbox())
    assert states(context) == [("waiting", 0), ("waiting", 0)]


def test_an_answer_that_does_not_come_is_waited_for_then_the_same_mail_is_sent(
    context: Context, outbox: Callable[[], Outbox], post: PostOffice, clock: MovableClock
) -> None:
    """No server can tell whether it took a mail; the Message-ID lets whoever reads it."""
    box = outbox()
    put(context)
    post.slow_s = 3
    assert send(context, box, answer_s=1) == 0
    assert states(context) == [("waiting", 1)]
    post.slow_s = 0
    clock.advance(61)
    assert send(context, box) == 1
    first, second = post.taken
    assert first["Message-ID"] == second["Message-ID"]
    post.slow_s = 1
    put(context, mail(1))
    assert send(context, box, answer_s=20) == 1, "a slow server is waited for"
    assert len(post.taken) == 3


class Killed(BaseException):
    """The process ends here."""


@pytest.mark.parametrize("taken", [False, True])
def test_a_process_that_ends_between_loses_no_mail(
    context: Context, outbox: Callable[[], Outbox], post: PostOffice, clock: MovableClock, taken: bool
) -> None:
    class Dying:
        def send(self, mail_id: int, message: EmailMessage) -> None:
            if taken:
                transport_of(context.settings).send(mail_id, message)
            raise Killed

    put(context)
    with pytest.raises(Killed):
        outbox().send_due(Dying())
    assert send(context, outbox()) == 0, "another process leaves it the time to say that it lives"
    clock.advance(61)
    assert send(context, outbox()) == 1
    assert len({one["Message-ID"] for one in post.taken}) == 1
    assert len(post.taken) == 1 + taken
    assert states(context) == [("sent", 2)]


def test_processes_at_once_send_each_mail_once(
    context: Context, outbox: Callable[[], Outbox], post: PostOffice
) -> None:
    put(context, *(mail(number) for number in range(20)))
    boxes = [outbox() for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        counts = list(pool.map(lambda box: send(context, box), boxes))
    assert sorted(counts) == [0, 0, 0, 20], "one holds the lease"
    assert len({one["Message-ID"] for one in post.taken}) == len(post.taken) == 20
    for box in boxes:
        box.rest()
    put(context, mail(20))
    assert send(context, outbox()) == 1, "given back, the lease is another's at once"


def test_the_sender_survives_what_fails(
    context: Context, outbox: Callable[[], Outbox], post: PostOffice, clock: MovableClock
) -> None:
    failures = [RuntimeError("a fault"), DownError("down")]
    arrived = threading.Event()

    class Faulty:
        def send(self, mail_id: int, message: EmailMessage) -> None:
            clock.advance(61)
            if failures:
                raise failures.pop(0)
            transport_of(context.settings).send(mail_id, message)
            arrived.set()

    put(context)
    sender = Sender(outbox(), Faulty(), poll_s=0.02, pause_s=0.02)
    sender.start()
    assert arrived.wait(30)
    sender.stop()
    assert len(post.taken) == 1


def test_without_a_server_mails_are_written_to_a_folder(tmp_path: Path, context: Context) -> None:
    alone = Settings(data_dir=tmp_path / "alone", mail_from=SENDER)
    box = Outbox(context.database, alone, context.clock)
    put(context)
    assert box.send_due(transport_of(alone)) == 1
    (path,) = alone.outbox_dir.iterdir()
    assert path.suffix == ".eml"
    assert alone.outbox_dir.stat().st_mode & 0o077 == 0
    message = email.message_from_bytes(path.read_bytes(), policy=policy.default)
    assert message["Subject"].startswith("[DINAMIS]")
    assert states(context) == [("sent", 1)]


@pytest.mark.parametrize("security", ["starttls", "smtps"])
def test_connections_are_secret_and_signed_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, security: str
) -> None:
    certificate = make_certificate(tmp_path)
    office = PostOffice(certificate, security).open()
    message = composed(mail(id=1), Settings(mail_from=SENDER))
    try:
        transport = transport_of(Settings(smtp_url=office.url, mail_from=SENDER))
        with pytest.raises(DownError, match="certificate"):
            transport.send(1, message)
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        transport.send(1, message)
        assert len(office.taken) == 1
        wrong = Settings(smtp_url=office.url.replace("secret", "guess"), mail_from=SENDER)
        with pytest.raises(DownError, match="535"):
            transport_of(wrong).send(1, message)
    finally:
        office.close()


_TEXT = st.text(st.characters(codec="utf-8"), max_size=60)


@given(name=_TEXT, author=_TEXT, excerpt=_TEXT, title=st.text(max_size=20))
def test_no_value_becomes_a_header(name: str, author: str, excerpt: str, title: str) -> None:
    """Whoever chooses their name or writes a message writes neither headers nor recipients."""
    facts = {"author": f"{author}\r\nBcc: a@b.example", "excerpt": excerpt}
    sent = mail(id=7, name=f"{name}\r\nBcc: c@d.example", facts=facts, order_id=f"X\nY: {title}")
    settings = Settings(title=f"{title}\r\nCc: e@f.example", mail_from="dinamis@service.example")
    arrived = email.message_from_bytes(composed(sent, settings).as_bytes(), policy=policy.SMTP)
    assert sorted(arrived.keys()) == sorted(
        [
            *("From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "Content-Language"),
            *("Content-Type", "Content-Transfer-Encoding", "MIME-Version"),
        ]
    )
    assert [one.addr_spec for one in arrived["To"].addresses] == ["person0@demo.example"]
    assert [one.addr_spec for one in arrived["From"].addresses] == ["dinamis@service.example"]


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1",
        "smtp://",
        "mail.example",
        "smtp://mail.example/path",
        "smtp://host:port",
        "smtp://dinamis:hunter2@mail.example",  # pragma: allowlist secret
    ],
)
def test_addresses_of_no_server_are_refused_without_being_shown(url: str) -> None:
    with pytest.raises(ValidationError) as refusal:
        Settings(smtp_url=url)
    assert "hunter2" not in str(refusal.value)
    for sender in ("nobody", "a@b@c", "DINAMIS <>"):
        with pytest.raises(ValidationError):
            Settings(mail_from=sender)


def test_addresses_name_port_and_password() -> None:
    found = read_address("starttls://me%40here:p%20w@mail.example")
    assert (found.host, found.port, found.user, found.password) == ("mail.example", 587, "me@here", "p w")
    assert "p w" not in repr(found)
    assert read_address("smtps://mail.example").port == 465
    assert read_address("smtp://me:x@127.0.0.1:2525").port == 2525
    assert PASSWORD not in repr(Settings(smtp_url=f"smtps://u:{PASSWORD.replace(' ', '%20')}@h"))


@pytest.mark.long
@pytest.mark.timeout(600)
@pytest.mark.parametrize("workers", [1, 2])
def test_a_service_killed_while_it_sends_loses_no_mail(
    context: Context, post: PostOffice, workers: int
) -> None:
    """Killed with the mail in the hands of the server: at most that one comes twice, under one Message-ID."""
    count = 5
    put(context, *(mail(number) for number in range(count)))
    service = ServiceProcess(
        context.settings.data_dir,
        workers=workers,
        DINAMIS_SMTP_URL=post.url,
        DINAMIS_MAIL_FROM=SENDER,
        **({"DINAMIS_DATABASE_URL": context.settings.database_url} if context.settings.database_url else {}),
    )
    reached, go_on = threading.Event(), threading.Event()

    def kill() -> str:
        reached.set()
        go_on.wait(30)
        return TAKEN

    post.data = [TAKEN, TAKEN, kill]
    service.start()
    try:
        assert reached.wait(60)
        service.end(signal.SIGKILL)
        go_on.set()
        service.start()
        deadline = time.monotonic() + 240
        while [state for state, _ in states(context)] != ["sent"] * count:
            assert time.monotonic() < deadline, states(context)
            time.sleep(0.5)
    finally:
        service.end(signal.SIGTERM)
    ids = [one["Message-ID"] for one in post.taken]
    assert len(set(ids)) == count
    assert len(ids) <= count + 1
