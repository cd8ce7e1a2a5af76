"""Play the way from "my entity is not a member" to the first image in QGIS: five people, Chromium and QGIS.

The people are a future contact of an entity, its legal representative, an operator of DINAMIS and a colleague
who wants images. Mails are read in the folder that the demonstration writes them to.
"""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from demo_mails import Mailbox
from demo_service import Demonstration

CHROMIUM = "/usr/bin/chromium"
WIDE, PHONE = {"width": 1366, "height": 768}, {"width": 390, "height": 844}
KEY_S, CLICK_S, THINK_S = 0.28, 1.3, 1.35
"""A person at a keyboard (keystroke-level model, Card, Moran and Newell 1980): a key of an average typist, to
point and press, and to think before a field or a button."""

ENTITY = "Laboratoire d'exemple du littoral"
REFERENT, REPRESENTATIVE, COLLEAGUE = (
    "lea.petit@littoral.example",
    "anne.blanc@littoral.example",
    "noe.faure@littoral.example",
)
COLLEAGUE_NAME = "Noé Faure"
_STEPS: dict[str, dict[str, str]] = {
    "entity": {
        "acronym": "LEXLI",
        "name": ENTITY,
        "nationality": "FR",
        "address": "1 quai de l'Exemple",
        "postcode": "34200",
        "town": "Sète",
    },
    "sector": {
        "eligibility": "france",
        "interest": "planning",
        "sector": "public",
        "sector_type": "authority",
        "activity": "municipality",
    },
    "legal_representative": {
        "given_name": "Anne",
        "family_name": "Blanc",
        "function": "Directrice",
        "email": REPRESENTATIVE,
        "email_again": REPRESENTATIVE,
        "nationality": "FR",
    },
    "referent": {
        "given_name": "Léa",
        "family_name": "Petit",
        "function": "Géomaticienne",
        "phone": "+33 4 00 00 00 00",
        "nationality": "FR",
    },
}
_ACCOUNT = {
    "given_name": "Noé",
    "family_name": "Faure",
    "function": "Chargé d'études",
    "phone": "+33 4 00 00 00 01",
    "email_again": COLLEAGUE,
    "nationality": "FR",
    "town": "Sète",
}
PICTURES = {
    "pages/registry-portal.png": "registry-portal.png",
    "pages/registry-step-entity.png": "registry-form.png",
    "pages/registry-ticked.png": "registry-validation.png",
    "pages/registry-instruction.png": "registry-instruction.png",
    "pages/registry-pending.png": "registry-account.png",
    "pages/registry-device.png": "registry-device.png",
    "03-1.png": "registry-image.png",
}
"""What docs/registry.md shows, by its name in the folder of the way."""


@dataclass
class Record:
    """What `way.json` tells."""

    parts: list[dict[str, Any]] = field(default_factory=list)
    keys: int = 0
    clicks: int = 0
    pages: int = 0
    too_wide: list[str] = field(default_factory=list)

    @contextmanager
    def part(self, name: str) -> Iterator[None]:
        """Measure a part of the way in seconds, and tell it."""
        began, keys, clicks = time.monotonic(), self.keys, self.clicks
        yield
        seconds = round(time.monotonic() - began, 1)
        by_hand = round((self.keys - keys) * KEY_S + (self.clicks - clicks) * (CLICK_S + THINK_S), 1)
        self.parts.append({"name": name, "seconds": seconds, "by_hand_s": by_hand})
        print(f"  {seconds:6.1f} s  {name}", flush=True)

    def told(self) -> dict[str, Any]:
        """All of it: seconds that the machine took, and those that hands would take besides."""
        machine = sum(part["seconds"] for part in self.parts)
        by_hand = sum(part["by_hand_s"] for part in self.parts)
        return {
            "seconds": round(machine, 1),
            "by_hand_s": round(by_hand, 1),
            "parts": self.parts,
            "pages": self.pages,
            "too_wide": self.too_wide,
        }


class Person:
    """Somebody with a browser of their own; what they press is counted."""

    def __init__(self, browser: Any, url: str, out: Path, record: Record) -> None:
        context = browser.new_context(viewport=WIDE, locale="fr-FR")
        self.page = context.new_page()
        self.page.set_default_timeout(20_000)
        self._url, self._out, self._record = url, out, record

    def open(self, address: str) -> None:
        """Type an address, or follow one from a mail."""
        self._record.clicks += 1
        self.page.goto(address if "://" in address else self._url + address)

    def look(self, name: str) -> None:
        """Keep the page as a screen and a phone show it; what is wider than either is told."""
        self._record.pages += 1
        for size in (PHONE, WIDE):
            self.page.set_viewport_size(size)
            if self.page.evaluate("document.documentElement.scrollWidth > innerWidth"):
                self._record.too_wide.append(f"{name} at {size['width']}")
            path = self._out / f"{name}-{size['width']}.png"
            self.page.screenshot(path=str(path), full_page=True)
        self.page.evaluate("scrollTo(0, 0)")
        self.picture(name)

    def picture(self, name: str) -> None:
        """Keep what the screen shows of the page."""
        self.page.screenshot(path=str(self._out / f"{name}.png"))

    def fill(self, values: dict[str, str]) -> None:
        """Type into fields and choose from lists, by their names."""
        for name, value in values.items():
            control = self.page.locator(f"main [name='{name}']")
            self._record.clicks += 1
            if control.evaluate("one => one.tagName") == "SELECT":
                control.select_option(value)
            else:
                control.fill(value)
                self._record.keys += len(value)

    def tick(self) -> None:
        """Read and tick every box of the page."""
        for box in self.page.locator("main [type=checkbox]").all():
            self._record.clicks += 1
            box.check()

    def press(self, words: str, kind: str = "button") -> None:
        """Press what is called so, and wait for the next page."""
        self._record.clicks += 1
        with self.page.expect_navigation():
            self.page.get_by_role("main").get_by_role(kind, name=words).first.click()

    def reads(self, words: str) -> None:
        """Check that the page says something.

        Raises:
            RuntimeError: it does not.
        """
        said = " ".join(self.page.inner_text("main").split())
        if words not in said:
            message = f"{urlsplit(self.page.url).path} does not say {words!r}: {said[:300]}"
            raise RuntimeError(message)

    def sign_in(self, login: str, password: str) -> None:
        """Sign in on the page that asks for it."""
        self.fill({"login": login, "password": password})
        self.press("Se connecter")


class Way:
    """The parts of the way, one after the other."""

    def __init__(self, browser: Any, service: Demonstration, out: Path, password: str) -> None:
        self.record = Record()
        self._pictures = out / "pages"
        self._pictures.mkdir(parents=True, exist_ok=True)
        self._browser, self._service, self._out = browser, service, out
        self._password = password
        self._mails = Mailbox(service.accounts_file.parent / "outbox")
        self._referent = self._person()
        self._colleague = self._person()

    def play(self, open_qgis: Callable[[], subprocess.Popen[bytes]]) -> int:
        """Play all of it; return the exit code of the part in QGIS."""
        parts = (
            ("The address is checked, the form is filled in and accepted", self._ask),
            ("The legal representative validates", self._validate),
            ("DINAMIS instructs", self._instruct),
            ("The contact signs in", self._enter),
            ("A colleague asks for an account", self._register),
            ("The contact validates the account", self._welcome),
        )
        for name, act in parts:
            with self.record.part(name):
                act()
        with self.record.part("The colleague signs in from QGIS and adds an image"):
            return self._image(open_qgis())

    def _person(self) -> Person:
        return Person(self._browser, self._service.url, self._pictures, self.record)

    def _ask(self) -> None:
        person = self._referent
        person.open("/registry")
        person.look("registry-portal")
        person.press("Demande d'adhésion d'une nouvelle Entité", "link")
        person.look("registry-email")
        person.fill({"email": REFERENT})
        person.press("Vérifier l'e-mail")
        person.look("registry-email-sent")
        person.open(self._mails.link(REFERENT, "/registry/adhesion"))
        while (step := person.page.get_attribute("form.adhesion", "data-step")) != "submit":
            person.fill(_STEPS.get(step, {}))
            if step == "referent":
                person.fill({"password": self._password, "password_again": self._password})
            person.look(f"registry-step-{step}")
            person.press("Poursuivre")
            if person.page.get_attribute("form.adhesion", "data-step") == step:
                person.reads(f"the step after {step}")
        person.look("registry-summary")
        person.press("Accepter le formulaire")
        person.reads("Votre demande a bien été prise en compte")
        person.look("registry-accepted")

    def _validate(self) -> None:
        person = self._person()
        person.open(self._mails.link(REPRESENTATIVE, "/registry/validation"))
        button = person.page.locator("form.attest button.primary")
        person.look("registry-validation")
        if button.is_enabled():
            raise RuntimeError("the adhesion can be validated before the boxes are ticked")
        person.tick()
        person.picture("registry-ticked")
        person.press("Valider électroniquement l'acte d'adhésion")
        person.look("registry-validated")

    def _instruct(self) -> None:
        operator = next(one for one in self._service.accounts if one["role"] == "operator")
        person = self._person()
        person.open("/sign-in")
        person.look("sign-in")
        person.sign_in(operator["email"], operator["password"])
        person.open("/operator/home")
        person.look("operator-home")
        person.open("/operator/adhesions")
        person.look("registry-adhesions")
        person.press(ENTITY, "link")
        person.page.get_by_text("Valider l'adhésion").check()
        person.look("registry-instruction")
        person.press("Enregistrer la décision")
        person.reads("La décision est enregistrée.")
        person.look("operator-decided")
        person.open("/operator/outbox")
        person.reads(REFERENT)
        person.look("registry-mails")

    def _enter(self) -> None:
        person = self._referent
        self._mails.wait_for(REFERENT, "/entity/")
        person.open("/account/texts")
        person.sign_in(REFERENT, self._password)
        if person.page.locator("form[data-attest]").count():
            person.tick()
            person.press("Signer la charte et les licences")
        person.look("account-texts")
        person.open("/entity/")
        person.look("entity-home")

    def _register(self) -> None:
        person = self._colleague
        person.open("/registry")
        person.fill({"entity": "littoral"})
        person.press("Rechercher")
        person.look("registry-search")
        person.press("Création d'un nouveau compte utilisateur : ", "link")
        person.fill({"email": COLLEAGUE})
        person.press("Vérifier l'e-mail")
        person.open(self._mails.link(COLLEAGUE, "/registry/account"))
        person.look("registry-account-empty")
        person.fill({**_ACCOUNT, "password": self._password, "password_again": self._password})
        person.tick()
        person.look("registry-account")
        person.press("Envoyer votre demande d'inscription")
        person.reads("En attente de validation")
        person.look("registry-account-sent")

    def _welcome(self) -> None:
        person = self._referent
        person.open("/entity/")
        person.look("registry-pending")
        person.press(COLLEAGUE_NAME, "link")
        person.look("entity-account")
        if person.page.get_by_role("main").get_by_role("link", name="Valider Compte").count():
            person.press("Valider Compte", "link")
        day = datetime.now(UTC).date() + timedelta(days=365)
        person.fill({"expires": day.isoformat()})
        person.look("registry-validate-account")
        person.press("Oui")
        person.reads("Le compte est validé.")
        person.look("entity-validated")
        self._mails.wait_for(COLLEAGUE, "")

    def _image(self, qgis: subprocess.Popen[bytes]) -> int:
        """Answer what QGIS opens in the browser, until QGIS ends."""
        asked = self._out / "browser" / "asked"
        answered = 0
        while qgis.poll() is None:
            addresses = asked.read_text(encoding="utf-8").splitlines() if asked.exists() else []
            for address in addresses[answered:]:
                self._allow(address)
            answered = len(addresses)
            time.sleep(0.2)
        return qgis.returncode

    def _allow(self, address: str) -> None:
        person = self._colleague
        person.open(address)
        person.look("device-code")
        if person.page.locator("#user_code").count():
            person.press("Continuer")
        if person.page.locator("#password").count():
            person.look("device-sign-in")
            person.sign_in(COLLEAGUE, self._password)
        person.look("registry-device")
        person.press("Autoriser")
        person.reads("Application autorisée")
        person.look("device-done")


def keep_pictures(out: Path, folder: Path) -> None:
    """Put the pictures that the documentation shows into its folder, small."""
    small = ("-resize", "1024x", "+dither", "-colors", "64")
    for source, name in PICTURES.items():
        subprocess.run(("convert", str(out / source), *small, f"PNG8:{folder / name}"), check=True)


def play_way(
    service: Demonstration, out: Path, password: str, open_qgis: Callable[[], subprocess.Popen[bytes]]
) -> dict[str, Any]:
    """Play the way; return what `way.json` is to tell.

    Raises:
        RuntimeError: a page does not say what it should, or a mail did not come.
        playwright.sync_api.Error: a page has no such button or field.
    """
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 (only where a browser is)

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        try:
            way = Way(browser, service, out, password)
            code = way.play(open_qgis)
        finally:
            browser.close()
    return {"passed": code == 0, **way.record.told()}
