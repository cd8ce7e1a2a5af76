"""A registry full of hostile names, and a walker who follows every link and sends every form with junk."""

from __future__ import annotations

import re
import uuid
from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from html.parser import HTMLParser
from typing import Any
from urllib.parse import parse_qsl, urljoin, urlsplit

import httpx
from browsing import Operator
from fastapi.testclient import TestClient
from referents import add_adhesion, add_entity, add_mission, add_person, add_waiting
from registry_people import adhesion, message_form
from requesters import Requester
from running import PASSWORD, TEST_CLIENT_URL, SignedIn, sign_texts
from stored import put_item

from dinamis_service.context import Context
from dinamis_service.identity.service import REALM_PATH
from dinamis_service.registry.contact import Contact
from dinamis_service.registry.links import Purpose, issue, secret_of
from dinamis_service.registry.tables import Entity, Extension, SuperEntity

MARK = "<i>zzq</i>\"'&zzq;{{7*7}}"
"""What names hold here; a page that lets it through as HTML shows `<i>zzq`."""
RAW = ("<i>zzq", "&zzq;", "&amp;amp;zzq", "49}}")
"""Signs on a page that `MARK` was not taken as a text, or taken twice."""
JUNK: tuple[str | None, ...] = (
    None,
    "",
    MARK,
    "é" * 10_000,
    "a\x00\x01\x1b\r\nBcc: x@y.example",
    "\ud7ff\u202e\ufffe\U0010ffff",
    "-1e400",
    "99999999999999999999999",
    "0001-01-01",
    "00000000-0000-4000-8000-000000000000",
    "' OR 1=1 --",
    "={'a':[1]}",
)
"""What each field of a form is given in turn; None leaves all out."""
LONGEST_OF_ADDRESSES = 1500
"""Letters of a value in a query: clients send no longer address than 64 kB."""
PER_KIND = 3
"""Pages of one kind that are opened: they differ in the ids of their addresses alone."""


@dataclass
class Form:
    """A form of a page: what its fields hold."""

    action: str
    method: str = "get"
    fields: dict[str, str] = field(default_factory=dict)
    buttons: list[tuple[str, str]] = field(default_factory=list)
    files: list[str] = field(default_factory=list)
    hidden: set[str] = field(default_factory=set)


class _Reader(HTMLParser):
    """Links and forms of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.forms: list[Form] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {name: value or "" for name, value in attrs}
        if tag in ("a", "link", "img", "script"):
            self.links.append(told.get("href") or told.get("src") or "")
        elif tag == "form":
            self.forms.append(Form(told.get("action", ""), told.get("method", "get").lower()))
        elif tag in ("input", "select", "textarea", "button") and self.forms and told.get("name"):
            self._field(tag, told, self.forms[-1])

    def _field(self, tag: str, told: dict[str, str], form: Form) -> None:
        name, kind = told["name"], told.get("type", "")
        if tag == "button" or kind == "submit":
            form.buttons.append((name, told.get("value", "")))
        elif kind == "file":
            form.files.append(name)
        else:
            form.fields[name] = told.get("value", "")
            if kind == "hidden":
                form.hidden.add(name)


@dataclass
class Found:
    """What is wrong on the pages of somebody."""

    faults: Counter[str] = field(default_factory=Counter)
    pages: set[str] = field(default_factory=set)
    sent: int = 0


class Walker:
    """Somebody who goes everywhere that pages lead and sends whatever forms there are."""

    def __init__(self, client: TestClient, person: SignedIn | None, language: str) -> None:
        self._client, self._person, self._language = client, person, language
        self._cookies = httpx.Cookies()
        self._seen: Counter[str] = Counter()
        self._sent: set[tuple[Any, ...]] = set()
        self._todo: deque[str] = deque()
        self.found = Found()

    def walk(self, *begin: str) -> Found:
        """Everything that can be reached from some addresses."""
        self._enter()
        for address in begin:
            self._want(address)
        while self._todo:
            address = self._todo.popleft()
            self._read(address, self._ask("GET", address))
        return self.found

    def _enter(self) -> None:
        self._client.cookies.clear()
        Operator(self._client, self._person)

    def _want(self, address: str) -> None:
        parts = urlsplit(address)
        if parts.scheme or parts.netloc or not parts.path.startswith("/"):
            return
        query = ",".join(sorted(name for name, _ in parse_qsl(parts.query)))
        kind = re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}|\d+", "*", parts.path) + f"?{query}"
        self._seen[kind] += 1
        if self._seen[kind] <= PER_KIND:
            self._todo.append(address)

    def _ask(self, method: str, address: str, **sent: Any) -> httpx.Response:
        headers = {"Accept-Language": self._language}
        answer = self._client.request(method, address, headers=headers, follow_redirects=False, **sent)
        where = f"{method} {urlsplit(address).path}"
        if answer.status_code >= 500:
            self.found.faults[f"{where} -> {answer.status_code} {str(sent)[:300]}"] += 1
        if "html" in answer.headers.get("content-type", ""):
            for sign in RAW:
                if sign in answer.text:
                    self.found.faults[f"{where} lets {sign} through"] += 1
            if answer.headers.get("x-frame-options") != "DENY":
                self.found.faults[f"{where} can be framed"] += 1
            if "frame-ancestors 'none'" not in answer.headers.get("content-security-policy", ""):
                self.found.faults[f"{where} has no policy against frames"] += 1
        if "location" in answer.headers:
            self._want(urljoin(address, answer.headers["location"]))
        return answer

    def _read(self, address: str, answer: httpx.Response) -> None:
        self.found.pages.add(urlsplit(address).path)
        if "html" not in answer.headers.get("content-type", ""):
            return
        page = _Reader(answer.text)
        for link in page.links:
            self._want(urljoin(address, link))
        for form in page.forms:
            self._send_all(address, form)

    def _send_all(self, address: str, form: Form) -> None:
        action = urljoin(address, form.action or address)
        kind = re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}|\d+", "*", urlsplit(action).path)
        what = (kind, form.method, tuple(sorted(form.fields)), tuple(form.buttons), tuple(form.files))
        if what in self._sent or urlsplit(action).path == "/sign-out":
            return
        self._sent.add(what)
        for button in form.buttons or [("", "")]:
            for fields in _variants(form):
                self._send(action, form, {**fields, **({button[0]: button[1]} if button[0] else {})})

    def _send(self, action: str, form: Form, fields: dict[str, Any]) -> None:
        self.found.sent += 1
        if form.method == "get":
            short = {name: str(value)[:LONGEST_OF_ADDRESSES] for name, value in fields.items()}
            self._ask("GET", urlsplit(action).path, params=short)
            return
        token = fields.get("form_token")
        if token and self._client.cookies.get("dinamis_browser") is None:
            self._enter()
        files = dict.fromkeys(form.files, ("x.pdf", b"%PDF-1.4 no", "application/pdf")) or None
        answer = self._ask("POST", action, data=fields, files=files)
        if self._person is not None and "/sign-in" in answer.headers.get("location", ""):
            self._enter()  # the form has signed them out; what follows is sent with an old token, too
        if "html" in answer.headers.get("content-type", ""):
            for link in _Reader(answer.text).links:
                self._want(urljoin(action, link))


def _variants(form: Form) -> Iterator[dict[str, Any]]:
    """Values to send a form with: as it is, all junk, each visible or hidden field junk alone."""
    kept = {name: value for name, value in form.fields.items() if name in form.hidden}
    token = {name: value for name, value in kept.items() if name == "form_token"}
    yield dict(form.fields)
    for junk in JUNK:
        if junk is None:
            yield token
            continue
        yield {**kept, **{name: junk for name in form.fields if name not in form.hidden}}
        yield {**dict.fromkeys(form.fields, junk), **token}
    for name in form.fields:
        if name != "form_token":
            yield {**form.fields, name: MARK}
            yield {**form.fields, name: [MARK, "x"]}


@dataclass
class World:
    """A rich registry: entities, people of each role, adhesions, links, and secrets that no log may hold."""

    context: Context
    lab: Entity
    people: dict[str, SignedIn | None]
    links: list[str]
    secrets: list[str]


def hostile_world(context: Context, client: TestClient) -> World:
    """People of every role in entities whose every name is hostile."""
    lab, other = _entity(context, "lab", 2), _entity(context, "other", 4)
    contractor = _entity(context, "contractor", 8)
    hostile = {
        "given_name": MARK,
        "family_name": f"=1+1{MARK}",
        "function": MARK,
        "phone": MARK,
        "town": MARK,
    }
    people: dict[str, SignedIn | None] = {"anonymous": None}
    for name, entity, role in (
        ("member", lab, "user"),
        ("referent", lab, "referent"),
        ("referent of another", other, "referent"),
        ("legal_representative", lab, "legal_representative"),
        ("operator", other, "operator"),
    ):
        people[name] = add_person(context, entity, role, **hostile)
        sign_texts(context, people[name].principal)
    for state in ("waiting", "refused", "closed"):
        add_waiting(context, lab, **hostile | {"state": state})
    add_mission(context, contractor, lab, title=MARK, starts=date(2025, 1, 1), ends=date(2099, 1, 1))
    made = add_adhesion(context, lab)
    for state in ("accepted", "instruction"):
        made = adhesion(context, f"{state} {MARK}", state=state)
    links, secrets = _links(context, lab, made)
    _write(context, people["member"])
    _ask_images(context, client, people, secrets)
    return World(context, lab, people, links, [*secrets, PASSWORD])


def _entity(context: Context, name: str, category: int) -> Entity:
    with context.database.session() as session:
        above = SuperEntity(
            id=str(uuid.uuid4()), name=f"{name} {MARK}", acronym=MARK[:40], created_at=context.clock()
        )
        session.add(above)
    more = {"parent": MARK, "address": MARK, "town": MARK, "super_entity_id": above.id}
    more["legal_representative"] = {"given_name": MARK, "family_name": MARK, "email": "x@y.example"}
    made = add_entity(context, f"={name} {MARK}", category, **more)
    with context.database.session() as session:
        now = context.clock()
        session.add(
            Extension(
                id=str(uuid.uuid4()), entity_id=made.id, region="76", starts=now.date(),
                granted_by=MARK, granted_at=now,
            )
        )  # fmt: skip
    return made


def _links(context: Context, lab: Entity, made: str) -> tuple[list[str], list[str]]:
    """Addresses of mailed links, and their secrets."""
    paths = {
        Purpose.ADHESION: ("/registry/adhesion", ""),
        Purpose.ACCOUNT: ("/registry/account", ""),
        Purpose.VALIDATION: ("/registry/validation", made),
    }
    addresses, secrets = [], []
    for purpose, (path, about) in paths.items():
        with context.database.session() as session:
            link = issue(session, purpose, "x@umr.example", context.clock(), about)
            secrets.append(secret_of(context.settings, link.id, link.purpose))
        addresses.append(f"{path}?link={secrets[-1]}")
    addresses.append(f"{addresses[1]}&entity={lab.id}")
    return addresses, secrets


def _write(context: Context, member: SignedIn | None) -> None:
    contact = Contact(context)
    contact.send(message_form(name=MARK[:120], text=f"{MARK}\n{MARK}"), None, "192.0.2.1", "fr")
    contact.send(message_form(text=MARK), member.principal if member else None, "192.0.2.2", "fr")


def _ask_images(
    context: Context, client: TestClient, people: dict[str, SignedIn | None], secrets: list[str]
) -> None:
    put_item(context, "IMAGE")
    for name, person in list(people.items()):
        if person is None:
            continue
        tokens = context.identity.tokens.open(
            person.principal.sub, "dinamis-qgis", "openid offline_access", TEST_CLIENT_URL + REALM_PATH
        )
        secrets += [one for one in (tokens.access_token, tokens.refresh_token) if one]
        people[name] = SignedIn(person.principal, {"Authorization": f"Bearer {tokens.access_token}"})
    asking = Requester(client, people["member"])  # type: ignore[arg-type]
    asking.post("/api/projects", {"title": MARK, "end_date": "2099-12-31", "themes": ["Coast"]})
    order = asking.submit()
    client.post(f"/api/orders/{order['id']}/messages", data={"text": MARK}, headers=asking.headers)
    key = client.get("/create_api_key", params={"description": MARK}, headers=asking.headers).json()
    secrets.append(key["secret-key"])
