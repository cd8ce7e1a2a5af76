"""Adhesion in Debian's Chromium: by keyboard alone, without JavaScript, on a phone, readable by everyone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx
import pytest
from adhesions import EMAIL, FORM, REFERENT, Filling, a_pdf, adhesion_of, link_in, mails, partner
from browsing import PHONE, WIDE, Keyboard, chromium, unreadable
from running import LiveService

from dinamis_service.context import Context

pytestmark = pytest.mark.long


def prove(page: Any, live_service: LiveService, context: Context, keyboard: Keyboard | None = None) -> None:
    """From the portal to the first step, by the mailed link."""
    page.goto(live_service.url + "/registry/email")
    (keyboard or Keyboard(page)).type("email", EMAIL)
    page.keyboard.press("Enter")
    page.wait_for_selector("[role=status]")
    link = link_in(context, mails(context, "letter_check_address")[-1])
    page.goto(f"{live_service.url}{FORM}?link={link}")


def attach(page: Any, folder: Path) -> None:
    """Choose a file: the dialogue of the system is not a page."""
    file = folder / "MonProjetRD.pdf"
    file.write_bytes(a_pdf())
    page.set_input_files("[name=project_file]", str(file))


def play(page: Any, keyboard: Keyboard, variant: str, context: Context, folder: Path) -> None:
    """A form from its first step to the acceptance, without a mouse."""
    values = Filling(httpx.Client(), context, variant).values
    for _ in range(9):
        step = page.get_attribute("form.adhesion", "data-step")
        if step == "submit":
            break
        for name, value in values(step).items():
            if value:
                keyboard.type(name, value)
        if step == "partner":
            keyboard.to("[name='entity_id']")
            page.keyboard.press("Space")
        if page.locator("[name=project_file]").count():
            attach(page, folder)
        keyboard.press("next")
        assert page.get_attribute("form.adhesion", "data-step") != step, page.text_content("main")
    keyboard.press("accept")


@pytest.mark.long
@pytest.mark.parametrize("variant", ["public", "rnd", "partner", "foreign"])
def test_each_form_is_played_by_keyboard_alone(
    live_service: LiveService, context: Context, tmp_path: Path, variant: str
) -> None:
    partner(context)
    with chromium(viewport=WIDE, locale="en-US") as page:
        keyboard = Keyboard(page)
        prove(page, live_service, context, keyboard)
        play(page, keyboard, variant, context, tmp_path)
        assert "anne.blanc@labo.example" in page.text_content("main")
        link = link_in(context, mails(context, "letter_validation_link")[-1])
        page.goto(f"{live_service.url}/registry/validation?link={link}")
        button = page.locator("form.attest button.primary")
        for box in page.locator("form.attest [type=checkbox]").all():
            assert button.is_disabled()
            keyboard.to(f"#{box.get_attribute('id')}")
            page.keyboard.press("Space")
        assert button.is_enabled()
        keyboard.to("form.attest button.primary")
        page.keyboard.press("Enter")
        page.wait_for_url("**/registry/validated*")
    assert adhesion_of(context).state == ("partner" if variant == "partner" else "instruction")


def test_a_form_is_played_without_javascript_on_a_phone(
    live_service: LiveService, context: Context, tmp_path: Path
) -> None:
    with chromium(viewport=PHONE, locale="fr", java_script_enabled=False) as page:
        page.goto(live_service.url + "/registry/email")
        page.fill("#email", EMAIL)
        page.click("text=Vérifier l'e-mail")
        link = link_in(context, mails(context, "letter_check_address")[-1])
        page.goto(f"{live_service.url}{FORM}?link={link}")
        values = Filling(httpx.Client(), context, "rnd").values
        for step in ("reminder", "entity", "sector", "mission", "legal_representative", "referent"):
            assert page.get_attribute("form.adhesion", "data-step") == step
            for name, value in values(step).items():
                control = page.locator(f"[name='{name}']")
                if control.evaluate("one => one.tagName") == "SELECT":
                    control.select_option(value)
                else:
                    control.fill(value)
            if step == "mission":
                attach(page, tmp_path)
                page.click("text=Ajouter une ligne")
                assert page.input_value("#title") == "MaMission"
                assert page.locator(".wish").count() == 3
                assert page.get_attribute(".map path.zone", "d")
                attach(page, tmp_path) if page.locator("text=Fichier reçu").count() == 0 else None
            page.click("text=Poursuivre")
        page.click("main >> text=Accepter le formulaire")
        assert "Votre demande a bien été prise en compte" in page.text_content("main")
        link = link_in(context, mails(context, "letter_validation_link")[-1])
        page.goto(f"{live_service.url}/registry/validation?link={link}")
        page.click("text=Valider électroniquement l'acte d'adhésion")
        assert "/registry/validated" not in page.url, "the browser asks for the boxes itself"
        for box in page.locator("form.attest [type=checkbox]").all():
            box.check()
        page.click("text=Valider électroniquement l'acte d'adhésion")
        assert "/registry/validated" in page.url
    assert adhesion_of(context).state == "instruction"


def test_what_is_typed_survives_a_lost_connection(live_service: LiveService, context: Context) -> None:
    with httpx.Client(base_url=live_service.url) as client, chromium(viewport=WIDE, locale="fr") as page:
        person = Filling(client, context)
        person.begin()
        person.fill("entity")
        address = f"{live_service.url}{FORM}?link={person.link}&step=entity"
        page.goto(address)
        page.fill("#town", "Nîmes")
        page.wait_for_selector(".kept:has-text('enregistrée')")
        with httpx.Client(base_url=live_service.url) as other:
            later = Filling(other, context)
            later.link = person.link
            later.step("entity")
            assert 'value="Nîmes"' in later.page.text, "kept before any button was pressed"
        page.context.set_offline(True)
        page.fill("#town", "Sète")
        page.fill("#acronym", "LABEX")
        page.wait_for_selector(".kept:has-text('perdue')")
        page.context.set_offline(False)
        page.goto(address)
        assert (page.input_value("#town"), page.input_value("#acronym")) == ("Sète", "LABEX")
        page.goto(f"{live_service.url}{FORM}?link={person.link}&step=referent")
        page.fill("#password", REFERENT["password"])
        page.wait_for_selector(".kept:has-text('enregistrée')")
        assert REFERENT["password"] not in page.evaluate("JSON.stringify(sessionStorage)")
    assert adhesion_of(context).password_hash is None


@pytest.mark.long
def test_the_area_is_drawn_and_its_extent_follows(live_service: LiveService, context: Context) -> None:
    with httpx.Client(base_url=live_service.url) as client, chromium(viewport=WIDE, locale="fr") as page:
        person = Filling(client, context, "partner")
        person.begin()
        person.fill("mission")
        page.goto(f"{live_service.url}{FORM}?link={person.link}&step=mission")
        page.click("text=Dessiner la zone")
        page.locator(".map svg").evaluate("one => one.scrollIntoView({block: 'start', behavior: 'instant'})")
        box = page.locator(".map svg").bounding_box()
        page.mouse.move(box["x"] + box["width"] / 4, box["y"] + box["height"] / 4)
        page.mouse.down()
        page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2, steps=4)
        assert "Lon : " in page.text_content(".pointer")
        page.mouse.up()
        north, west, east, south = (
            float(page.input_value(f"#{side}")) for side in ("north", "west", "east", "south")
        )
        assert west < east
        assert south < north
        assert 40 < south < north < 54
        assert -10 < west < east < 15
        assert page.get_attribute(".map path.zone", "d").startswith("M")
        page.fill("#north", str(north + 0.5))
        assert page.get_attribute(".map path.zone", "d")
        page.click("text=Effacer la zone")
        assert page.input_value("#north") == ""


@pytest.mark.long
def test_lists_depend_on_each_other(live_service: LiveService, context: Context) -> None:
    with httpx.Client(base_url=live_service.url) as client, chromium(viewport=WIDE, locale="fr") as page:
        person = Filling(client, context)
        person.begin()
        person.fill("sector")
        page.goto(f"{live_service.url}{FORM}?link={person.link}&step=sector")
        shown = "one => [...one.querySelectorAll('optgroup:not([hidden]) option')].map(o => o.value)"
        page.select_option("#eligibility", "france")
        page.select_option("#sector", "private")
        assert page.locator("#sector_type").evaluate(shown) == ["company"]
        page.select_option("#sector_type", "company")
        assert page.locator("#activity").evaluate(shown) == ["rnd", "partner"]
        page.select_option("#activity", "rnd")
        page.select_option("#sector", "public")
        assert (page.input_value("#sector_type"), page.input_value("#activity")) == ("", "")


@pytest.mark.long
@pytest.mark.parametrize(("size", "theme", "locale"), [(WIDE, "light", "fr"), (PHONE, "dark", "en")])
def test_the_pages_can_be_read_by_everyone(
    live_service: LiveService, context: Context, size: dict[str, int], theme: str, locale: str
) -> None:
    entity = partner(context)
    with httpx.Client(base_url=live_service.url) as client:
        people = {variant: Filling(client, context, variant) for variant in ("rnd", "partner", "foreign")}
        for variant, person in people.items():
            person.begin(f"{variant}@labo.example")
            person.fill()
        done = Filling(client, context)
        done.accept()
    validation = link_in(context, mails(context, "letter_validation_link")[-1])
    steps = [
        (one, step)
        for one, step in (
            ("rnd", "reminder"),
            ("rnd", "entity"),
            ("rnd", "sector"),
            ("rnd", "mission"),
            ("partner", "partner"),
            ("foreign", "project"),
            ("rnd", "legal_representative"),
            ("rnd", "referent"),
            ("rnd", "submit"),
        )
    ]
    paths = [
        "/registry", "/registry?entity=tetis", "/registry/email", f"/registry/email?entity={entity.id}",
        "/registry/verify", "/registry/verify?deed=x", "/registry/validated", "/registry/validated?partner=1",
        "/documents", "/documents/charter", "/documents/template-rnd", f"{FORM}?link=dead",
        f"{FORM}?link={done.link}", f"/registry/validation?link={validation}",
        *(f"{FORM}?link={people[one].link}&step={step}" for one, step in steps),
    ]  # fmt: skip
    with chromium(viewport=size, color_scheme=theme, locale=locale) as page:
        for path in paths:
            page.goto(live_service.url + path)
            assert page.locator("h1").count() == 1, path
            assert unreadable(page) == [], path
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{path} is too wide"
        page.goto(f"{live_service.url}{FORM}?link={people['rnd'].link}&step=mission")
        page.fill("#north", "95")
        page.fill("#title", " ")
        page.locator("button.primary").click()
        assert page.locator("#north-problem").is_visible()
        assert page.evaluate("document.activeElement.id") == "problem"
        assert unreadable(page) == [], "with a refusal"
