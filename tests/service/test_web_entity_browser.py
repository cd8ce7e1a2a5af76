"""The form of an account and the pages of referents in Chromium: keyboard, axe, phone, no scripts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest
from browsing import PHONE, WIDE, chromium, unreadable, walk
from referents import (
    FORM,
    account,
    add_adhesion,
    add_entity,
    add_mission,
    add_person,
    add_waiting,
    letters,
    mailed_link,
)
from running import PASSWORD, LiveService, SignedIn

from dinamis_service.context import Context
from dinamis_service.identity.tables import Account
from dinamis_service.registry.tables import Entity

pytestmark = pytest.mark.long

PUBLIC = (
    "/registry/account?link={link}&choose=1",
    "/registry/account?link={link}&entity={lab}",
    "/registry/account/sent",
    "/registry/account?link=x",
)
OWN = (
    "/entity/",
    "/entity/requests",
    "/entity/help",
    "/entity/accounts",
    "/entity/accounts?text=nobody",
    "/entity/accounts/{waiting}",
    "/entity/accounts/{user}",
    "/entity/accounts/{closed}",
    "/entity/accounts/{waiting}/validate",
    "/entity/partnerships/{adhesion}",
    "/entity/missions",
    "/entity/missions/{mission}",
    "/entity/statistics",
    "/entity/settings",
    "/entity/settings/referent",
    "/entity/settings/representative",
    "/entity/nowhere",
)


@dataclass
class Place:
    """An entity with something of everything, and its referent."""

    lab: Entity
    referent: SignedIn
    named: dict[str, str]


@pytest.fixture
def place(context: Context) -> Place:
    lab = add_entity(context, "UMR Tétis")
    contractor = add_entity(context, "Géo Prestations", 8)
    named = {
        "lab": lab.id,
        "link": mailed_link(context),
        "waiting": add_waiting(context, lab),
        "user": add_person(context, lab).principal.sub,
        "closed": add_person(context, lab, state="closed").principal.sub,
        "adhesion": add_adhesion(context, lab),
        "mission": add_mission(context, contractor, lab, starts=date(2025, 1, 1), ends=date(2099, 1, 1)),
    }
    return Place(lab, add_person(context, lab, "referent"), named)


def sign_in(page: Any, url: str, person: SignedIn) -> None:
    page.goto(url + "/sign-in")
    page.fill("#login", person.principal.email)
    page.fill("#password", PASSWORD)
    page.click("main button[type=submit]")
    page.wait_for_url("**/entity/")


def fill_in(page: Any, but: str = "") -> None:
    """What a person types, and the boxes that they tick."""
    for name, value in FORM.items():
        if name == "nationality":
            page.select_option("#nationality", value)
        elif name not in {"email", but}:
            page.fill(f"#{name}", value)
    for box in page.locator("[name=texts]").all():
        box.check()


def test_an_account_from_the_mailed_link_to_its_validation_without_scripts(
    live_service: LiveService, context: Context, place: Place
) -> None:
    with chromium(viewport=PHONE, locale="fr", java_script_enabled=False) as page:
        page.goto(f"{live_service.url}/registry/account?link={place.named['link']}")
        page.fill("#text", "tetis")
        page.click("text=Rechercher")
        page.click("text=Choisir")
        fill_in(page, but="phone")
        page.uncheck("#text-charter")
        page.click("text=Envoyer votre demande d'inscription")
        assert "corrigez ce qui est signalé" in page.text_content("[role=alert]")
        assert page.input_value("#given_name") == "Ada"
        assert page.input_value("#password") == ""
        assert page.locator("[name=texts]:checked").count() == 4
        fill_in(page)
        page.click("text=Envoyer votre demande d'inscription")
        assert "En attente de validation" in page.text_content("main")
        sign_in(page, live_service.url, place.referent)
        page.click(".pending a[href*='/entity/accounts/'] >> nth=1")
        assert page.text_content("h1") == "Ada Lovelace"
        page.click("text=Valider Compte")
        page.click("text=Oui")
        assert page.text_content("[role=status]") == "Le compte est validé."
        assert page.text_content(".heading .state") == "Validé"
    [told] = [one for one in letters(context, "ada@umr.example") if "validé" in one["Subject"]]
    assert "/sign-in" in told.get_content()


@pytest.mark.long
def test_a_lost_connection_loses_nothing_that_was_typed(
    live_service: LiveService, context: Context, place: Place
) -> None:
    with chromium(viewport=WIDE, locale="fr") as page:
        page.goto(f"{live_service.url}/registry/account?link={place.named['link']}&entity={place.lab.id}")
        fill_in(page)
        page.context.set_offline(True)
        page.click("text=Envoyer votre demande d'inscription")
        page.wait_for_url("chrome-error://**")
        page.context.set_offline(False)
        page.reload()
        page.wait_for_url("**/registry/account/sent")
    with context.database.reading() as session:
        assert session.query(Account).filter_by(email="ada@umr.example").one().state == "waiting"


@pytest.mark.long
@pytest.mark.parametrize(
    ("size", "theme", "language"), [(WIDE, "light", "fr"), (PHONE, "dark", "fr"), (PHONE, "light", "en")]
)
def test_the_pages_can_be_read_by_everyone(
    live_service: LiveService, place: Place, size: dict[str, int], theme: str, language: str
) -> None:
    with chromium(viewport=size, color_scheme=theme, locale=language) as page:
        for path in PUBLIC:
            _read(page, live_service.url + path.format(**place.named))
        page.goto(live_service.url + PUBLIC[1].format(**place.named))
        page.click("main button.primary")
        page.wait_for_selector("[role=alert]")
        assert unreadable(page) == [], "with refusals"
        sign_in(page, live_service.url, place.referent)
        for path in OWN:
            _read(page, live_service.url + path.format(**place.named))
        for path, button in (
            ("/entity/settings/representative", "main button.primary"),
            ("/entity/partnerships/{adhesion}", "main button[value=refuse]"),
        ):
            page.goto(live_service.url + path.format(**place.named))
            page.click(button)
            page.wait_for_selector("[role=alert]")
            assert unreadable(page) == [], path


def _read(page: Any, address: str) -> None:
    page.goto(address)
    assert page.locator("h1").count() == 1, address
    assert unreadable(page) == [], address
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{address} is too wide"


@pytest.mark.long
def test_every_page_is_walked_with_the_keyboard(live_service: LiveService, place: Place) -> None:
    with chromium(viewport=WIDE, locale="fr") as page:
        for path in PUBLIC:
            walk(page, live_service.url + path.format(**place.named))
        sign_in(page, live_service.url, place.referent)
        for path in OWN:
            walk(page, live_service.url + path.format(**place.named))


@pytest.mark.long
def test_an_account_is_validated_until_a_day_with_the_keyboard_alone(
    live_service: LiveService, context: Context, place: Place
) -> None:
    day = date(context.clock().year + 2, 3, 3)  # whichever of day and month the browser asks for first
    with chromium(viewport=WIDE, locale="fr") as page:
        sign_in(page, live_service.url, place.referent)
        page.goto(f"{live_service.url}/entity/accounts/{place.named['waiting']}")
        _press(page, "Valider Compte")
        page.wait_for_selector("#expires")
        page.focus("#expires")
        page.keyboard.type(f"{day:%d%m%Y}")
        _press(page, "Oui")
        page.wait_for_url("**done=validate")
    kept = account(context, place.named["waiting"])
    assert kept.expires_at is not None
    assert kept.expires_at.date() == day


def _press(page: Any, text: str) -> None:
    """Go on by the Tab key to what bears this text, and press Enter."""
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.innerText") == text:
            page.keyboard.press("Enter")
            return
    pytest.fail(f"the keyboard does not reach {text}")
