"""Future referents and legal representatives on the pages of adhesion, without a browser."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from functools import cache
from html import unescape
from typing import Any
from urllib.parse import quote

import httpx
from browsing import Operator
from fpdf import FPDF
from sqlalchemy import select

from dinamis_service.context import Context
from dinamis_service.notifications.tables import OutgoingMail
from dinamis_service.registry.entities import add_entity
from dinamis_service.registry.links import secret_of
from dinamis_service.registry.tables import Adhesion, Entity

EMAIL, REPRESENTATIVE = "lea.petit@labo.example", "anne.blanc@labo.example"
SECRET_WORDS = "tide lamp orchard seven"  # pragma: allowlist secret

ENTITY = {
    "acronym": "LABEX",
    "name": "Laboratoire d'essai",
    "nationality": "FR",
    "parent": "",
    "address": "1 rue de l'Exemple",
    "postcode": "34090",
    "town": "Montpellier",
}
SECTORS: dict[str, dict[str, str]] = {
    "public": {
        "eligibility": "france", "interest": "planning", "sector": "public", "sector_type": "authority",
        "activity": "municipality",
    },
    "rnd": {
        "eligibility": "france", "interest": "agriculture", "sector": "private", "sector_type": "company",
        "activity": "rnd",
    },
    "partner": {
        "eligibility": "france", "interest": "forest", "sector": "private", "sector_type": "company",
        "activity": "partner",
    },
    "foreign": {
        "eligibility": "europe", "interest": "water", "sector": "public", "sector_type": "science_europe",
        "activity": "university_europe",
    },
}  # fmt: skip
MISSION = {
    "title": "MaMission",
    "starts": "2025-10-28",
    "ends": "2026-10-01",
    "north": "43.7129",
    "west": "3,6872",
    "east": "4.0313",
    "south": "43.504",
    "wish-0-mission": "SPOT 6/7",
    "wish-0-first": "2020-01-01",
    "wish-0-last": "2022-12-31",
    "wish-1-mission": "PLEIADES",
    "wish-1-first": "2020-01-01",
    "wish-1-last": "2022-12-31",
}
LEGAL = {
    "given_name": "Anne",
    "family_name": "Blanc",
    "function": "Directrice",
    "email": REPRESENTATIVE,
    "email_again": REPRESENTATIVE,
    "nationality": "FR",
}
REFERENT = {
    "given_name": "Léa",
    "family_name": "Petit",
    "function": "Géomaticienne",
    "phone": "+33 4 00 00 00 00",
    "password": SECRET_WORDS,
    "password_again": SECRET_WORDS,
    "nationality": "FR",
    "address": "",
    "postcode": "",
    "town": "",
}
FORM = "/registry/adhesion"


@cache
def a_pdf(text: str = "Projet") -> bytes:
    """A small real PDF."""
    document = FPDF()
    document.add_page()
    document.set_font("helvetica", size=12)
    document.cell(0, 10, text)
    return bytes(document.output())


def mails(context: Context, topic: str | None = None) -> list[OutgoingMail]:
    """Letters in the outbox, oldest first."""
    wanted = select(OutgoingMail).order_by(OutgoingMail.id)
    if topic is not None:
        wanted = wanted.where(OutgoingMail.topic == topic)
    with context.database.reading() as session:
        return list(session.scalars(wanted))


def link_in(context: Context, mail: OutgoingMail) -> str:
    """The secret that a letter carries."""
    return secret_of(context.settings, mail.facts["link"], mail.facts["purpose"])


def adhesion_of(context: Context) -> Adhesion:
    """The newest adhesion."""
    with context.database.reading() as session:
        found = session.scalars(select(Adhesion).order_by(Adhesion.created_at.desc())).first()
    assert found is not None
    return found


def partner(context: Context, name: str = "UMR TETIS d'exemple") -> Entity:
    """A public member entity."""
    return add_entity(context.database, name=name, acronym="TETIS", category=2)


class Filling(Operator):
    """A browser of somebody with mailed links; `variant` is the form that they fill in."""

    def __init__(
        self, client: httpx.Client, context: Context, variant: str = "public", language: str = "fr"
    ) -> None:
        super().__init__(client, language=language)
        self.context = context
        self.variant = variant
        self.link = ""

    def begin(self, email: str = EMAIL) -> None:
        """Prove the address and open the mailed link."""
        self.open("/registry/email")
        self.send("/registry/email", email=email)
        assert self.page.status_code == 200, self.said()
        self.link = link_in(self.context, mails(self.context, "letter_check_address")[-1])
        self.step()

    def step(self, name: str = "", **query: str) -> str:
        """Open a step by the link."""
        asked = "".join(f"&{key}={quote(value)}" for key, value in query.items())
        return self.open(f"{FORM}?link={self.link}" + (f"&step={name}" if name else "") + asked)

    @property
    def shown(self) -> str:
        """What the page says, as a person reads it: spaces as such, without marks of HTML."""
        plain = unescape(re.sub(r"<[^>]*>", " ", self.page.text))
        return " ".join(plain.replace("\u202f", " ").replace("\u00a0", " ").split())

    @property
    def at(self) -> str:
        """The step that is shown."""
        return self.page.text.partition('name="step" value="')[2].partition('"')[0]

    def go(self, button: str = "next", files: Any = None, **fields: Any) -> httpx.Response:
        """Press a button of the step that is shown."""
        action = self.page.text.partition('<form method="post" action="/registry/adhesion')[2].partition('"')[
            0
        ]
        return self.send(f"{FORM}{action}", files=files, go=button, **fields)

    def values(self, step: str) -> Mapping[str, Any]:
        """What is typed at a step."""
        if step == "entity":
            return {**ENTITY, "nationality": "DE"} if self.variant == "foreign" else ENTITY
        return {
            "sector": SECTORS[self.variant],
            "mission": MISSION,
            "legal_representative": LEGAL,
            "referent": REFERENT,
        }.get(step, {})

    def fill(self, until: str = "submit") -> None:
        """Fill in every step up to one."""
        for _ in range(12):
            step = self.at
            if step == until:
                return
            values, files = dict(self.values(step)), None
            if step == "partner":
                values["entity_id"] = partner(self.context).id
            if step == "project" or (step == "mission" and self.variant == "rnd"):
                files = {"project_file": ("MonProjetRD.pdf", io.BytesIO(a_pdf()), "application/pdf")}
            self.go(files=files, **values)
            assert self.at != step, (step, self.said())
        raise AssertionError(self.page.text)

    def accept(self) -> None:
        """The whole way to an accepted form."""
        self.begin()
        self.fill()
        self.go("accept")
        assert self.page.status_code == 200, self.said()
        assert adhesion_of(self.context).state == "accepted", self.page.text

    def validate(self) -> httpx.Response:
        """The legal representative attests everything and validates."""
        link = link_in(self.context, mails(self.context, "letter_validation_link")[-1])
        self.open(f"/registry/validation?link={link}")
        action = f"/registry/validation?link={link}"
        boxes = dict.fromkeys(self.boxes(), "1")
        return self.send(action, **boxes)

    def boxes(self) -> list[str]:
        """Names of the attestations on the page."""
        return [
            one.partition('"')[0] for one in self.page.text.split('name="')[1:] if one.startswith("attest-")
        ]
