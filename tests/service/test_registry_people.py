"""Entities, kinds of users, and the example accounts of the demonstration."""

from __future__ import annotations

import random
import stat

import pytest
from sqlalchemy.exc import IntegrityError

from dinamis_service.app import create_context
from dinamis_service.context import Context
from dinamis_service.registry.demo_accounts import seed
from dinamis_service.registry.entities import add_entity
from dinamis_service.registry.kinds import CATEGORIES, ROLES, user_kind
from dinamis_service.registry.tables import Entity
from dinamis_service.settings import Settings


def test_every_category_has_the_kind_of_the_decision() -> None:
    kinds = {category: user_kind(category) for category in range(1, 12)}
    assert tuple(kinds) == CATEGORIES
    assert kinds == {2: "SCI", 7: "RND", 8: "PCP"} | dict.fromkeys((1, 3, 4, 5, 6), "PUB") | dict.fromkeys(
        (9, 10, 11), "ETR"
    )
    for absent in (0, 12, -1):
        with pytest.raises(ValueError, match="eligible"):
            user_kind(absent)


def test_an_entity_is_added_once(context: Context) -> None:
    first = add_entity(context.database, name="UMR Exemple", acronym="UMREX", category=2)
    again = add_entity(context.database, name="UMR Exemple", acronym="UMREX", category=2)
    assert (first.id, first.user_kind) == (again.id, "SCI")
    with pytest.raises(ValueError, match="eligible"):
        add_entity(context.database, name="Autre", acronym="A", category=12)


def test_the_state_itself_refuses_an_impossible_category(context: Context) -> None:
    with pytest.raises(IntegrityError), context.database.session() as session:
        session.add(Entity(id="x", name="x", acronym="x", category=12))


def test_example_accounts_cover_roles_and_kinds_and_open(context: Context) -> None:
    accounts = seed(context, random.Random(7))
    assert {account["user_kind"] for account in accounts} == {"SCI", "PUB", "RND", "PCP", "ETR"}
    assert {account["role"] for account in accounts} == ROLES
    assert (accounts[0]["role"], accounts[0]["user_kind"]) == ("user", "SCI")
    for account in accounts:
        for login in (account["username"], account["email"]):
            person = context.identity.accounts.authenticate(login, account["password"], "192.0.2.1")
            assert (person.name, person.entity_name) == (account["name"], account["entity"])
            assert {"user", account["role"]} == person.roles
            assert person.is_operator == (account["role"] == "operator")


def test_example_accounts_are_made_once(context: Context) -> None:
    assert seed(context, random.Random(7)) == seed(context, random.Random(7))


def test_example_accounts_have_the_same_identifiers_elsewhere_but_not_the_same_passwords(
    context: Context, tmp_path
) -> None:
    other = create_context(Settings(data_dir=tmp_path / "other"))
    here, there = seed(context, random.Random(7)), seed(other, random.Random(7))
    for one, two in zip(here, there):
        subs = [c.identity.principal_by_email(one["email"]).sub for c in (context, other)]
        assert subs[0] == subs[1]
        assert one["password"] != two["password"]
    assert len({account["password"] for account in here}) == len(here)
    other.catalogue.close()
    other.database.close()


def test_the_secret_of_the_passwords_is_for_the_service_alone(context: Context, settings: Settings) -> None:
    seed(context, random.Random(7))
    assert stat.S_IMODE((settings.data_dir / "keys" / "demo.txt").stat().st_mode) == 0o600
