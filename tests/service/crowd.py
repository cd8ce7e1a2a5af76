"""A crowd over lines that are cut: people who make requests and answer quotations, operators who decide.

Everyone keeps what was acknowledged to them; what got no answer is sent again with the same key.
"""

from __future__ import annotations

import random
import re
import threading
import time
import uuid
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any

import httpx
from browsing import Operator
from requesters import tasking
from running import SignedIn
from shapely.geometry import box, mapping

PATIENCE_S = 240
CUT_SHARE, CUT_S = 0.1, 0.03
"""Share of the calls whose answer a client does not wait for, and how long it waits then."""
ABANDONING = frozenset({"refuse", "fail", "expire", "cancel"})

PRODUCTS = {
    "pleiades-programming": (100, 5_000),
    "spot-programming": (5_000, 60_000),
    "pneo-programming": (50, 1_000),
    "pleiades-archive": (100, 2_500),
}
"""What is asked for, and how many km2 of it, from and to."""


@dataclass(frozen=True)
class Place:
    """A project under which requests are made.

    Args:
        project: its identifier.
        payment: how what is not free is paid.
        quoted: whether operators send quotations.
        abandoned: whether requests come to nothing.
        products: those asked for.
    """

    project: str
    payment: str = "quotation"
    quoted: bool = True
    abandoned: bool = True
    products: tuple[str, ...] = tuple(PRODUCTS)


@dataclass
class Acknowledged:
    """What was acknowledged to the crowd, and what was refused to it.

    Args:
        requests: identifier by owner and key.
        places: of each request that is known.
        answers: identifiers of the requests and the states that requesters brought them to.
        decisions: reasons of decisions by operators, each used once, that were taken.
        refused: those that were not.
        unknown: those that got no answer.
        failures: answers of 500 and more.
    """

    requests: dict[tuple[str, str], str] = field(default_factory=dict)
    places: dict[str, Place] = field(default_factory=dict)
    answers: list[tuple[str, str]] = field(default_factory=list)
    decisions: dict[str, str] = field(default_factory=dict)
    refused: set[str] = field(default_factory=set)
    unknown: set[str] = field(default_factory=set)
    failures: list[str] = field(default_factory=list)


class Person:
    """Makes requests under some projects until told to stop."""

    def __init__(self, url: str, who: SignedIn, places: list[Place], known: Acknowledged, seed: int) -> None:
        self.who, self._places, self._known = who, places, known
        self._random = random.Random(seed)
        headers = {**who.headers, "Accept-Language": "en"}
        self._client = httpx.Client(base_url=url, headers=headers)

    def run(self, over: threading.Event) -> None:
        """Make requests, one after the other."""
        with closing(self._client):
            while not over.is_set():
                place = self._random.choice(self._places)
                order_id = self._submit(place)
                self._answer(order_id, place)
                over.wait(self._random.uniform(0.1, 1))

    def _submit(self, place: Place) -> str:
        product = self._random.choice(place.products)
        body = self._body(place, product)
        # a client that means one request sends one key, however often it sends
        headers = {"Idempotency-Key": str(uuid.UUID(int=self._random.getrandbits(128)))}
        answer = self._insist("POST", f"/stapi/products/{product}/orders", headers=headers, json=body)
        assert answer.status_code in {200, 201}, answer.text
        order_id = str(answer.json()["id"])
        self._known.places[order_id] = place
        self._known.requests[self.who.principal.sub, headers["Idempotency-Key"]] = order_id
        return order_id

    def _body(self, place: Place, product: str) -> dict[str, Any]:
        least, most = PRODUCTS[product]
        side = (self._random.uniform(least, most) ** 0.5) / 111
        west, south = self._random.uniform(3, 4), self._random.uniform(43, 44)
        parameters: dict[str, Any] = {"project_id": place.project, "payment": place.payment}
        body = tasking(place.project, geometry=mapping(box(west, south, west + side * 1.4, south + side)))
        if product.endswith("archive"):
            parameters["item_ids"] = ["WHOLE"]
            body["datetime"] = "2025-06-01T10:30:00Z/2025-06-01T10:30:00Z"
        return {**body, "order_parameters": parameters}

    def _answer(self, order_id: str, place: Place) -> None:
        """Look at the request, and sometimes do what its links offer."""
        order = self._insist("GET", f"/stapi/orders/{order_id}").json()
        offered = {link["rel"]: link["href"] for link in order["links"] if link.get("method") == "POST"}
        wanted = ["accept"] + (["cancel", "decline"] if place.abandoned else [])
        possible = [rel for rel in wanted if rel in offered]
        if not possible or self._random.random() < 0.6:
            return
        rel = self._random.choice(possible)
        answer = self._insist("POST", f"/stapi/orders/{order_id}/{rel}")
        assert answer.status_code in {200, 409}, answer.text  # an operator may come first
        if answer.status_code == 200:
            self._known.answers.append((order_id, "accepted" if rel == "accept" else "cancelled"))

    def _insist(self, method: str, path: str, **options: Any) -> httpx.Response:
        """Send until there is an answer."""
        deadline = time.monotonic() + PATIENCE_S
        while True:
            assert time.monotonic() < deadline, f"nobody answers {method} {path}"
            wait = CUT_S if self._random.random() < CUT_SHARE else 30
            try:
                answer = self._client.request(method, path, timeout=wait, **options)
            except httpx.TransportError:
                time.sleep(self._random.uniform(0.05, 0.3))
                continue
            if answer.status_code < 500:
                return answer
            self._known.failures.append(f"{answer.status_code} {method} {path} {answer.text[:300]}")
            time.sleep(self._random.uniform(0.05, 0.3))


class Instructor:
    """Decides on requests through the pages until told to stop."""

    def __init__(self, url: str, who: SignedIn, known: Acknowledged, seed: int) -> None:
        self.who, self._known = who, known
        self._random = random.Random(seed)
        self._client = httpx.Client(base_url=url, timeout=30)
        self._pages = Operator(self._client, who)

    def run(self, over: threading.Event) -> None:
        """Decide on one of the latest requests, again and again."""
        with closing(self._client):
            while not over.is_set():
                latest = list(self._known.places)[-40:]
                if latest:
                    self._try(self._random.choice(latest))
                over.wait(self._random.uniform(0.01, 0.1))

    def _try(self, order_id: str) -> None:
        page = f"/operator/requests/{order_id}"
        reason = str(uuid.UUID(int=self._random.getrandbits(128)))
        try:
            shown = self._pages.open(page)
        except httpx.TransportError:
            return
        offered = self._suitable(set(re.findall(r'name="decision" value="(\w+)"', shown)), order_id)
        if not offered:
            return
        decision = self._random.choice(sorted(offered))
        price = f"{self._random.randint(1, 90_000)}.{self._random.randint(0, 99):02}"
        self._known.unknown.add(reason)
        try:
            told = self._pages.send(page, decision=decision, reason=reason, eur=price)
        except httpx.TransportError:
            return
        self._note(told, order_id, decision, reason)

    def _suitable(self, offered: set[str], order_id: str) -> set[str]:
        place = self._known.places[order_id]
        return offered - (set() if place.abandoned else ABANDONING) - (set() if place.quoted else {"quote"})

    def _note(self, told: httpx.Response, order_id: str, decision: str, reason: str) -> None:
        if told.url.params.get("done") == decision and told.status_code == 200:
            self._known.decisions[reason] = order_id
            self._known.unknown.discard(reason)
        elif told.status_code in {409, 412}:
            self._known.refused.add(reason)
            self._known.unknown.discard(reason)
        elif told.status_code >= 500:
            self._known.failures.append(f"{told.status_code} {decision} {order_id} {self._pages.said()}")
