"""Pages of the operators: messages about a request, and the mails of the service."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from browsing import Operator
from fastapi.testclient import TestClient
from requesters import Requester
from running import SignedIn
from sqlalchemy import update

from dinamis_service.context import Context
from dinamis_service.notifications.tables import OutgoingMail

SignIn = Callable[..., SignedIn]
PDF = b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"


@pytest.fixture
def requester(client: TestClient, signed_in: SignIn) -> Requester:
    return Requester(client, signed_in())


@pytest.fixture
def operator(client: TestClient, signed_in: SignIn) -> Operator:
    return Operator(client, signed_in("operator"))


def test_operators_read_and_answer(operator: Operator, requester: Requester, client: TestClient) -> None:
    order_id = requester.submit()["id"]
    path, form = f"/operator/requests/{order_id}", f"/operator/requests/{order_id}/messages"
    sent = client.post(
        f"/api/orders/{order_id}/messages",
        data={"text": "Is <b>June</b> possible?"},
        files={"files": ("plan.pdf", PDF)},
        headers=requester.headers,
    )
    assert sent.status_code == 201, sent.text
    assert "1 unread message(s)" in operator.open("/operator/")
    page = operator.open(path)
    assert "Is &lt;b&gt;June&lt;/b&gt; possible?" in page
    attachment = re.findall(r'href="(/operator/requests/[^"]*/attachments/[^"]*)"', page)[0]
    file = client.get(attachment)
    assert file.content == PDF
    assert file.headers["content-disposition"].startswith("attachment")
    assert file.headers["content-security-policy"] == "default-src 'none'; sandbox"
    assert "unread" not in operator.open("/operator/")
    operator.open(path)
    operator.send(form, [("files", ("reply.pdf", PDF))], text="June\r\nis possible.")
    assert operator.said("status") == "The message is sent."
    thread = requester.get(f"/api/orders/{order_id}/messages").json()["messages"]
    assert [one["side"] for one in thread] == ["requester", "operator"]
    assert thread[1]["text"] == "June\nis possible."
    assert thread[1]["attachments"][0]["name"] == "reply.pdf"


def test_a_refused_attachment_loses_nothing_that_was_written(
    operator: Operator, requester: Requester
) -> None:
    order_id = requester.submit()["id"]
    form = f"/operator/requests/{order_id}/messages"
    operator.open(f"/operator/requests/{order_id}")
    for files in ([("files", ("x.pdf", b"no pdf"))], [("files", (f"{n}.pdf", PDF)) for n in range(6)]):
        operator.send(form, files, text="A long message")
        assert operator.page.status_code == 422
        assert ">A long message</textarea>" in operator.page.text
        assert 'id="files-problem"' in operator.page.text
    operator.send(form, text=" ")
    assert "Write something" in operator.said()
    assert requester.get(f"/api/orders/{order_id}/messages").json()["messages"] == []


def test_a_message_sent_twice_is_there_once_and_one_from_elsewhere_never(
    operator: Operator, requester: Requester
) -> None:
    order_id = requester.submit()["id"]
    form = f"/operator/requests/{order_id}/messages"
    operator.open(f"/operator/requests/{order_id}")
    once = operator.hidden(form) | {"text": "Once"}
    assert operator.post(form, once).status_code == 200
    assert operator.post(form, once).status_code == 200
    forged = operator.post(form, once | {"form_token": "0", "key": "other", "text": "Forged"})
    assert forged.status_code == 403
    thread = requester.get(f"/api/orders/{order_id}/messages").json()["messages"]
    assert [one["text"] for one in thread] == ["Once"]


def test_mails_are_listed_read_and_sent_again(
    operator: Operator, requester: Requester, context: Context
) -> None:
    order_id = requester.submit()["id"]
    page = operator.open("/operator/outbox")
    assert order_id in page
    mail_id = re.findall(r'href="/operator/outbox/(\d+)"', page)[0]
    with context.database.session() as session:
        session.execute(update(OutgoingMail).values(state="refused", error="550 <no> such box"))
    assert operator.open("/operator/outbox?state=sent").count("/operator/outbox/") == 0
    assert "Given up" in operator.open("/operator/outbox?state=refused")
    page = operator.open(f"/operator/outbox/{mail_id}")
    assert "550 &lt;no&gt; such box" in page
    assert order_id in page
    assert operator.post(f"/operator/outbox/{mail_id}", {"form_token": "0"}).status_code == 403
    operator.send(f"/operator/outbox/{mail_id}")
    assert "next occasion" in operator.said("status")
    with context.database.reading() as session:
        assert session.get_one(OutgoingMail, int(mail_id)).state in ("waiting", "sent")
    for address in ("/operator/outbox/999999", "/operator/outbox/0", "/operator/outbox/x"):
        operator.open(address)
        assert operator.page.status_code in (404, 422), address
