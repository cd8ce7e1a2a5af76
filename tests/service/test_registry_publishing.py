"""New versions of the texts: who signs again, what changed, one publication at a time."""

from __future__ import annotations

import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st
from registry_people import account, caller, entity
from running import LiveService, SignedIn

from dinamis_service.context import Context
from dinamis_service.errors import ForbiddenError, InvalidError, PreconditionFailedError, ServiceError
from dinamis_service.registry import legal_texts, publishing
from dinamis_service.registry.publishing import TextForm
from dinamis_service.requests.caller import Caller

NEW = TextForm(fr="# Charte\n\nNouvelle.", en="# Charter\n\nNew.")


@pytest.fixture
def operator(signed_in: object) -> Caller:
    person: SignedIn = signed_in("operator")  # type: ignore[operator]
    return caller(person.principal)


def test_a_new_version_is_to_be_signed_again(context: Context, operator: Caller) -> None:
    french, foreign = entity(context, "Une"), entity(context, "Ailleurs", 9, nationality="CH")
    people = [account(context, one.id) for one in (french, foreign)]
    now = context.clock()
    with context.database.session() as session:
        for person, nationality in zip(people, ("FR", "CH"), strict=True):
            texts = legal_texts.current(session, legal_texts.texts_to_sign(nationality))
            legal_texts.sign(session, texts, signer="x", now=now, account_id=person.id)
            assert legal_texts.unsigned(session, person.id, nationality) == []
    assert publishing.publish(context.database, operator, "charter", NEW, base=1, now=now) == 2
    with context.database.reading() as session:
        for person, nationality in zip(people, ("FR", "CH"), strict=True):
            unsigned = legal_texts.unsigned(session, person.id, nationality)
            assert [(one.code, one.version) for one in unsigned] == [("charter", 2)]
        assert unsigned[0].title == {"fr": "Charte", "en": "Charter"}
        assert publishing.people_to_sign(session, "charter") == 3  # with the operator
        assert publishing.people_to_sign(session, legal_texts.PLEIADES_FOREIGN) == 1
        signed = publishing.signatures_by_version(session)
        first = publishing.versions(session, operator, "charter")[-1]
    assert (signed["charter", 1], signed.get(("charter", 2), 0)) == (3, 0)  # with the operator
    assert first.body["fr"].startswith("# Charte d'utilisation"), "a version is never rewritten"


def test_what_cannot_be_published(context: Context, operator: Caller, signed_in: object) -> None:
    now, database = context.clock(), context.database
    with pytest.raises(PreconditionFailedError):
        publishing.publish(database, operator, "charter", NEW, base=7, now=now)
    publishing.publish(database, operator, "charter", NEW, base=1, now=now)
    with pytest.raises(InvalidError):
        publishing.publish(database, operator, "charter", NEW, base=2, now=now)
    member = caller(signed_in("referent").principal)  # type: ignore[operator]
    with pytest.raises(ForbiddenError):
        publishing.publish(database, member, "charter", NEW, base=2, now=now)
    for body in ("", "No heading", "#\n", "# " + "x" * 300):
        with pytest.raises(ValueError, match=r"."):
            TextForm(fr=body, en="# Charter")


_LINES = st.lists(st.sampled_from(["a", "b", "c", ""]), max_size=12).map("\n".join)


@given(_LINES, _LINES)
def test_the_differences_hold_every_new_and_every_old_line(before: str, after: str) -> None:
    told = publishing.changes(before, after, around=100)
    if before.splitlines() == after.splitlines():
        assert told == []
        return
    assert [line.text for line in told if line.sign != "-"] == after.splitlines()
    assert [line.text for line in told if line.sign != "+"] == before.splitlines()


def test_of_two_publications_at_once_one_is_made(on_either: LiveService) -> None:
    context = on_either.context
    people = [caller(on_either.sign_in("operator").principal) for _ in range(2)]
    together, refused = threading.Barrier(2), []

    def act(by: Caller, body: str) -> None:
        together.wait()
        form = TextForm(fr=f"# {body}", en=f"# {body}")
        try:
            publishing.publish(context.database, by, "charter", form, base=1, now=context.clock())
        except ServiceError as error:
            refused.append(type(error))

    threads = [threading.Thread(target=act, args=pair) for pair in zip(people, ("Une", "Autre"), strict=True)]
    for one in threads:
        one.start()
    for one in threads:
        one.join(30)
    assert refused == [PreconditionFailedError]
    with context.database.reading() as session:
        assert [one.version for one in publishing.versions(session, people[0], "charter")] == [2, 1]
