"""Issuers that sign people in to a service under test: its own, another of ours, django-oauth-toolkit.

Each knows people with claims, and how a browser walks through its pages.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import httpx
from django_issuer import SECRET
from running import PASSWORD, LiveService

from dinamis_service.app import create_context
from dinamis_service.context import Context
from dinamis_service.identity.digests import digest
from dinamis_service.identity.service import REALM_PATH
from dinamis_service.registry.entities import add_entity
from dinamis_service.registry.tables import Entity
from dinamis_service.settings import Settings

START_S = 120
ENTITY = "UMR Exemple"


class Issuer:
    """What the tests want of every issuer."""

    def settings(self) -> dict[str, Any]:
        """Settings of a service that this issuer signs people in for."""
        raise NotImplementedError

    def add_person(
        self, service: Context, email: str, roles: tuple[str, ...] = (), entity: str = ENTITY
    ) -> None:
        """Make somebody known to the issuer; `service` is the one they will come to."""
        raise NotImplementedError


class OwnIssuer(Issuer):
    """The provider of the very service."""

    def settings(self) -> dict[str, Any]:
        return {"device_interval_s": 1}

    def add_person(
        self, service: Context, email: str, roles: tuple[str, ...] = (), entity: str = ENTITY
    ) -> None:
        add_account(service, email, roles, entity or ENTITY)


class OtherService(Issuer):
    """Another service of ours; its access tokens are JWT."""

    def __init__(self, fresh: Path, folder: Path) -> None:
        shutil.copytree(fresh, folder / "data")
        listed = folder / "clients.json"
        client = {
            "client_id": "dinamis-web",
            "name": "Pages",
            "redirect_uris": ["http://127.0.0.1/sign-in/callback"],
            "secret_sha256": digest(SECRET),
        }
        listed.write_text(json.dumps([client]), encoding="utf-8")
        self.context = create_context(
            Settings(data_dir=folder / "data", clients_file=listed, device_interval_s=1)
        )
        self.service = LiveService(self.context, "127.0.0.2")  # cookies know no ports
        self.service.start()

    def settings(self) -> dict[str, Any]:
        return {
            "issuer_url": self.service.url + REALM_PATH,
            "issuer_client_secret": SECRET,
            "issuer_roles_claim": "roles",
            "issuer_entity_claim": "entity.name",
        }

    def add_person(
        self, service: Context, email: str, roles: tuple[str, ...] = (), entity: str = ENTITY
    ) -> None:
        add_account(self.context, email, roles, entity or "Organisme inconnu")

    def stop(self) -> None:
        self.service.stop()


class Toolkit(Issuer):
    """django-oauth-toolkit in a process of its own; opaque tokens, or JWT with the prefix `jwt-`."""

    def __init__(self, folder: Path) -> None:
        self._people = folder / "people.json"
        self._people.write_text("{}", encoding="utf-8")
        script = Path(__file__).with_name("django_issuer.py")
        self._log = (folder / "django.log").open("wb")
        self._process = subprocess.Popen(
            [sys.executable, str(script), str(folder)], stdout=self._log, stderr=subprocess.STDOUT
        )
        deadline = time.monotonic() + START_S
        ready = folder / "ready.json"
        while not ready.exists():
            assert self._process.poll() is None, (folder / "django.log").read_text(encoding="utf-8")
            assert time.monotonic() < deadline, "Django does not start"
            time.sleep(0.05)
        self.url = json.loads(ready.read_text(encoding="utf-8"))["url"] + "/o"
        self.prefix = ""

    def of(self, prefix: str) -> Toolkit:
        """The same issuer, for a service that is a client of this prefix."""
        other = object.__new__(Toolkit)
        other.__dict__.update(self.__dict__, prefix=prefix)
        return other

    def settings(self) -> dict[str, Any]:
        return {
            "issuer_url": self.url,
            "issuer_client_id": f"{self.prefix}dinamis-web",
            "issuer_device_client_id": f"{self.prefix}dinamis-qgis",
            "issuer_client_secret": SECRET,
            "issuer_tokens": "jwt" if self.prefix.startswith("jwt-") else "introspection",
            "issuer_device_endpoint": f"{self.url}/device-authorization/",
            "issuer_roles_claim": "groups",
            "issuer_roles": "dinamis-operators=operator",
            "issuer_entity_claim": "organisation",
        }

    def add_person(
        self, service: Context, email: str, roles: tuple[str, ...] = (), entity: str = ENTITY
    ) -> None:
        groups = ["staff", *(f"dinamis-{role}s" for role in roles)]
        self.tell(email, groups=groups, **({"organisation": entity} if entity else {}))

    def tell(self, email: str, /, **claims: Any) -> None:
        """Let the issuer say something of somebody."""
        people = json.loads(self._people.read_text(encoding="utf-8"))
        known = {"email": email, "email_verified": True, "given_name": "Camille", "family_name": "Martin"}
        people[email] = {**people.get(email, known), **claims}
        draft = self._people.with_suffix(".draft")
        draft.write_text(json.dumps(people), encoding="utf-8")
        draft.replace(self._people)

    def stop(self) -> None:
        self._process.kill()
        self._process.wait(10)
        self._log.close()


def add_account(context: Context, email: str, roles: tuple[str, ...], entity: str) -> None:
    """An account with the password of the tests."""
    found: Entity = add_entity(context.database, name=entity, acronym=entity[:3].upper(), category=2)
    context.identity.create_account(
        email=email,
        given_name="Camille",
        family_name="Martin",
        password=PASSWORD,
        entity_id=found.id,
        roles=("user", *roles),
    )


@contextmanager
def service_of(
    issuer: Issuer, fresh: Path, folder: Path, clock: Any, **changed: Any
) -> Iterator[LiveService]:
    """A service with this issuer, made of a fresh data folder, with one entity, on a real socket."""
    shutil.copytree(fresh, folder)
    settings = Settings(data_dir=folder, **{**issuer.settings(), **changed})
    context = create_context(settings, clock)
    add_entity(context.database, name=ENTITY, acronym="UMREX", category=2)
    service = LiveService(context)
    service.start()
    try:
        yield service
    finally:
        service.stop()


class Endpoints:
    """Where a program signs people in for a service, found as the plugin finds it."""

    def __init__(self, service: str) -> None:
        told = httpx.get(f"{service}/.well-known/dinamis", timeout=20).json()
        document = told.get("issuer_document") or f"{told['issuer']}/.well-known/openid-configuration"
        named = httpx.get(document, timeout=20).json()
        assert named["issuer"] == told["issuer"]
        self.client_id = told["client_id"]
        self.device = named["device_authorization_endpoint"]
        self.token = named["token_endpoint"]
        self.revocation = named["revocation_endpoint"]

    def post(self, url: str, **form: str) -> httpx.Response:
        return httpx.post(url, data={"client_id": self.client_id, **form}, timeout=20)

    def sign_in(self, email: str) -> dict[str, Any]:
        """Tokens of a person who lets the device sign in, in a browser of their own."""
        codes = self.post(self.device, scope="openid offline_access").json()
        with httpx.Client(timeout=20) as browser:
            walk(browser, codes["verification_uri"], email, user_code=codes["user_code"])
        form = {
            "device_code": codes["device_code"],
            "grant_type": "urn:ietf:params:oauth:grant-type:device_code",
        }
        answer = self.post(self.token, **form)
        assert answer.status_code == 200, answer.text
        return answer.json()


def walk(browser: httpx.Client, address: str, email: str, until: str = "\0", **more: str) -> httpx.Response:
    """Walk through pages: fill in their forms until the address begins with `until`, or there is no form."""
    answers = {"login": email, "username": email, "password": PASSWORD, "decision": "accept", **more}
    answers |= {"allow": "Authorize", "action": "accept"}
    page = browser.get(address)
    for _ in range(20):
        target = page.headers.get("location") or _onward(page.text)
        if target is not None:
            address = urljoin(str(page.url), target)
            page = browser.get(address)
            if address.startswith(until):
                return page
            continue
        form = _form(page.text)
        if form is None or page.status_code >= 400:
            return page
        fields = re.findall(r'name="(\w+)"', form)
        data = _hidden(form) | {name: answers[name] for name in fields if name in answers}
        action = re.search(r'action="([^"]*)"', form)
        target = urljoin(str(page.url), unescape(action[1])) if action and action[1] else str(page.url)
        page = browser.post(target, data=data, headers={"Referer": str(page.url)})
    raise AssertionError("pages without end")


def _form(page: str) -> str | None:
    """The first form of the page that is not the one to sign out."""
    forms = re.findall(r"<form.*?</form>", page, re.DOTALL)
    return next((one for one in forms if "/sign-out" not in one and 'value="sign-out"' not in one), None)


def _hidden(form: str) -> dict[str, str]:
    inputs = re.findall(r"<input[^>]*>", form)
    found = {}
    for one in inputs:
        name, value = re.search(r'name="(\w+)"', one), re.search(r'value="([^"]*)"', one)
        if name and value and 'type="submit"' not in one:
            found[name[1]] = unescape(value[1])
    return found


def _onward(page: str) -> str | None:
    found = re.search(r'http-equiv="refresh" content="0; url=([^"]*)"', page)
    return unescape(found[1]) if found else None
