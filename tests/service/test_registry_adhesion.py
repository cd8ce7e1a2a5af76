"""Adhesions from the verified address to the instruction: rules, letters, races, both databases."""

from __future__ import annotations

import pytest
from adhesions import Filling, adhesion_of, mails
from fastapi.testclient import TestClient

from dinamis_service.context import Context


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
    client: TestClient, context: Context, variant: str, steps: int, state: str
) -> None:
    person = Filling(client, context, variant)
    person.begin()
    person.fill("referent")
    assert person.page.text.count("<li class=") == steps
    person.fill()
    person.go("accept")
    assert "Votre demande a bien été prise en compte" in person.shown
    person.validate()
    assert "Une notification vous parviendra dès que l'entité sera créée" in person.shown
    adhesion = adhesion_of(context)
    assert adhesion.state == state
    assert adhesion.deed_sha256
    print([one.topic for one in mails(context)])
