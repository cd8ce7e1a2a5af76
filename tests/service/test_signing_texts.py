"""Who has not signed the charter and a licence has no restricted image of its sensor (REG-45, SUP-14)."""

from __future__ import annotations

from typing import Any

import pytest
from fastapi.testclient import TestClient
from running import SignedIn
from sqlalchemy import delete, select
from stored import put_item

from dinamis_service.context import Context
from dinamis_service.registry import legal_texts
from dinamis_service.registry.legal_texts import CHARTER, PLEIADES_FOREIGN, PLEIADES_FR, PNEO, PWH, SPOT
from dinamis_service.registry.tables import Entity, LegalText, Signature

MISSIONS = {"PLEIADES": "pleiades", "PLEIADES NEO": "pleiades-neo", "SPOT 6/7": "spot-6-7"}
LICENCES = {"PLEIADES": PLEIADES_FR, "PLEIADES NEO": PNEO, "SPOT 6/7": SPOT}


@pytest.fixture
def person(context: Context, signed_in) -> SignedIn:
    """Somebody who has signed nothing."""
    made = signed_in()
    with context.database.session() as session:
        session.execute(delete(Signature))
    return made


def sign(context: Context, person: SignedIn, *codes: str) -> None:
    with context.database.session() as session:
        texts = legal_texts.current(session, codes)
        legal_texts.sign(session, texts, signer="x", now=context.clock(), account_id=person.principal.sub)


def refused(client: TestClient, person: SignedIn, url: str) -> dict[str, Any] | None:
    answer = client.post(
        "/sign_urls", json={"urls": [url]}, headers=person.headers | {"Accept-Language": "en"}
    )
    assert answer.status_code == 200, answer.text
    return answer.json().get("refused", {}).get(url)


def url_of(context: Context, mission: str, access: str | None = None) -> str:
    """Address of an image of a mission."""
    put_item(context, "IMAGE", access, MISSIONS[mission], mission)
    return f"http://testserver/objects/{MISSIONS[mission]}/IMAGE/pan.tif"


@pytest.mark.parametrize("mission", MISSIONS)
def test_an_image_needs_the_charter_and_the_licence_of_its_sensor(
    context: Context, client: TestClient, person: SignedIn, mission: str
) -> None:
    url = url_of(context, mission)
    said = refused(client, person, url)
    assert said is not None
    assert said["code"] == "texts-unsigned"
    assert "DINAMIS charter of use" in said["detail"]
    assert "http://testserver/account/texts" in said["detail"]
    others = [one for one in legal_texts.texts_to_sign("FR") if one not in (CHARTER, LICENCES[mission])]
    sign(context, person, *others, CHARTER)
    said = refused(client, person, url)
    assert said is not None
    assert "charter" not in said["detail"].partition(":")[0].partition("(")[2]
    sign(context, person, LICENCES[mission])
    assert refused(client, person, url) is None


def test_pleiades_depends_on_the_nationality_of_the_entity(
    context: Context, client: TestClient, person: SignedIn
) -> None:
    url = url_of(context, "PLEIADES")
    sign(context, person, CHARTER, PLEIADES_FR)
    assert refused(client, person, url) is None
    with context.database.session() as session:
        session.get_one(Entity, person.principal.entity_id).nationality = "CH"
    assert "ISIS" in (refused(client, person, url) or {})["detail"]
    sign(context, person, PLEIADES_FOREIGN)
    assert refused(client, person, url) is None


def test_open_data_and_thumbnails_need_no_signature(
    context: Context, client: TestClient, person: SignedIn
) -> None:
    url = url_of(context, "PLEIADES", access="open")
    assert refused(client, person, url) is None
    put_item(context, "IMAGE", collection="pleiades-neo", mission="PLEIADES NEO")
    picture = "http://testserver/objects/pleiades-neo/IMAGE/thumbnail.png"
    assert refused(client, person, picture) is None


def test_a_text_that_changed_is_signed_again(context: Context, client: TestClient, person: SignedIn) -> None:
    url = url_of(context, "PLEIADES")
    sign(context, person, CHARTER, PLEIADES_FR)
    with context.database.session() as session:
        old = session.scalars(select(LegalText).where(LegalText.code == CHARTER)).one()
        session.add(
            LegalText(
                code=CHARTER,
                version=2,
                title={"fr": "Charte nouvelle", "en": "New charter"},
                body=old.body,
                published_at=context.clock(),
                author="x",
            )
        )
    assert "New charter" in (refused(client, person, url) or {})["detail"]
    sign(context, person, CHARTER)
    assert refused(client, person, url) is None


def test_one_url_is_refused_with_the_reason(context: Context, client: TestClient, person: SignedIn) -> None:
    url = url_of(context, "PLEIADES")
    answer = client.get("/sign", params={"url": url}, headers=person.headers)
    assert answer.status_code == 403
    assert answer.json()["code"] == "texts-unsigned"
    assert "Signez d'abord" in answer.json()["detail"]


def test_people_of_the_demonstration_have_signed(context: Context) -> None:
    import random  # noqa: PLC0415 (of this test alone)

    from dinamis_service.registry import demo_accounts  # noqa: PLC0415

    people = demo_accounts.seed(context, random.Random(1))
    with context.database.reading() as session:
        for one in people:
            person = context.identity.principal_by_email(one["email"])
            assert person is not None
            assert legal_texts.unsigned_titles(session, person.sub, person.entity_nationality) == {}


@pytest.mark.parametrize("nationality", ["FR", "CH"])
def test_what_is_to_be_signed_is_told_alike_with_and_without_the_bodies(
    context: Context, person: SignedIn, nationality: str
) -> None:
    sign(context, person, SPOT, PWH)
    with context.database.reading() as session:
        texts = legal_texts.unsigned(session, person.principal.sub, nationality)
        titles = legal_texts.unsigned_titles(session, person.principal.sub, nationality)
    assert {one.code: one.title for one in texts} == titles
    assert list(titles) == [one.code for one in texts]
    assert SPOT not in titles
