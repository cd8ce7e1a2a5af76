"""What contractors of public procurement may have signed: the rules, and the service (QUO-11)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import shapely
from clocks import MovableClock
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st
from requesters import ARCHIVE, Requester, archive
from running import SignedIn
from shapely.geometry import box, mapping
from stored import end_of, journal, put_item

from dinamis_service.context import Context
from dinamis_service.registry.missions import (
    Acquired,
    Bound,
    Terms,
    Wish,
    add_mission,
    reach,
)
from dinamis_service.registry.tables import Entity
from dinamis_service.requests.caller import Caller
from dinamis_service.requests.delivery import Sent, deliver
from dinamis_service.requests.instruction import Instruction
from dinamis_service.requests.orders import Orders
from dinamis_service.signing.service import seconds_left

BASE = "http://testserver"
SENSORS = ["PLEIADES", "SPOT 6/7", "PLEIADES NEO"]
DAYS = st.integers(0, 40).map(lambda number: date(2026, 1, 1) + timedelta(days=number))
PERIODS = st.tuples(DAYS, DAYS).map(sorted)
BOXES = st.tuples(st.integers(0, 8), st.integers(0, 8), st.integers(1, 4), st.integers(1, 4)).map(
    lambda c: box(c[0], c[1], c[0] + c[2], c[1] + c[3])
)
NAMES = st.tuples(st.just("pleiades"), st.sampled_from("abc"))
SCENES = st.builds(
    lambda name, sensor, days, footprint: Acquired(*name, sensor, *days, footprint),
    NAMES,
    st.sampled_from(SENSORS),
    PERIODS,
    BOXES,
)
WISHES = st.builds(lambda sensor, days: Wish(sensor, *days), st.sampled_from(SENSORS), PERIODS)
TERMS = st.builds(
    lambda days, area, wishes, obtained: Terms(*days, area, tuple(wishes), frozenset(obtained)),
    PERIODS,
    BOXES,
    st.lists(WISHES, min_size=1, max_size=3),
    st.sets(NAMES),
)


def allows(terms: Terms, scene: Acquired, today: date) -> bool:
    """The rule as one reads it aloud."""
    wished = any(
        wish.mission == scene.mission and wish.first <= scene.first <= scene.last <= wish.last
        for wish in terms.wishes
    )
    shared = shapely.intersection(terms.area, scene.footprint).area > 0
    obtained = (scene.collection, scene.id) in terms.obtained
    return terms.starts <= today <= terms.ends and ((wished and shared) or obtained)


def bound_of(terms: list[Terms], scene: Acquired, today: date) -> Bound | None:
    reached = reach(terms, scene, today)
    return reached if isinstance(reached, Bound) else None


@given(st.lists(TERMS, max_size=3), SCENES, DAYS)
def test_a_scene_is_reached_by_the_catalogue_of_a_mission_or_by_what_was_obtained(
    terms: list[Terms], scene: Acquired, today: date
) -> None:
    assert (bound_of(terms, scene, today) is None) == any(allows(one, scene, today) for one in terms)


@given(st.lists(TERMS, max_size=3), SCENES, DAYS)
def test_a_scene_is_reached_to_the_last_day_of_a_mission_that_gives_the_right(
    terms: list[Terms], scene: Acquired, today: date
) -> None:
    """On that day the right is there still, on the next none of the missions of today gives it."""
    giving = [one for one in terms if allows(one, scene, today)]
    last = reach(terms, scene, today)
    if isinstance(last, Bound):
        assert giving == []
        return
    assert today <= last
    assert any(allows(one, scene, last) for one in giving)
    assert not any(allows(one, scene, last + timedelta(days=1)) for one in giving)


@given(st.lists(TERMS, min_size=1, max_size=3), SCENES, DAYS)
def test_a_further_mission_takes_nothing_away_and_tells_no_farther_bound(
    terms: list[Terms], scene: Acquired, today: date
) -> None:
    fewer, all_ = bound_of(terms[1:], scene, today), bound_of(terms, scene, today)
    assert all_ is None or (fewer is not None and fewer <= all_)


@given(TERMS, SCENES, DAYS)
def test_the_bound_that_is_told_is_one(terms: Terms, scene: Acquired, today: date) -> None:
    """Lifting the one that is told lets the scene come closer."""
    bound = bound_of([terms], scene, today)
    lifted: dict[Bound, dict[str, Any]] = {
        Bound.OVER: {"starts": date.min, "ends": date.max},
        Bound.SENSOR: {"wishes": (*terms.wishes, Wish(scene.mission, date.min, date.max))},
        Bound.DATES: {"wishes": (*terms.wishes, Wish(scene.mission, date.min, date.max))},
        Bound.AREA: {"area": scene.footprint},
    }
    if bound is not None:
        after = bound_of([replace(terms, **lifted[bound])], scene, today)
        assert after is None or after > bound
        obtained = replace(terms, obtained=frozenset({(scene.collection, scene.id)}))
        assert bound_of([obtained], scene, today) == (bound if bound is Bound.OVER else None)


def test_without_a_mission_there_is_nothing() -> None:
    scene = Acquired("pleiades", "a", "PLEIADES", date.min, date.max, box(0, 0, 1, 1))
    assert reach([], scene, date(2026, 1, 1)) is Bound.NO_MISSION


def test_an_edge_in_common_is_not_an_overlap() -> None:
    scene = Acquired("pleiades", "a", "PLEIADES", date(2026, 1, 1), date(2026, 1, 1), box(0, 0, 1, 1))
    wish = Wish("PLEIADES", date.min, date.max)
    beside = Terms(date.min, date.max, box(1, 0, 2, 1), (wish,), frozenset())
    assert reach([beside], scene, date(2026, 1, 1)) is Bound.AREA


class Stage:
    """A contractor, the town that it works for, and what happens between them."""

    def __init__(self, client: TestClient, context: Context, sign_in: Callable[..., SignedIn]) -> None:
        self.client, self.context, self._sign_in = client, context, sign_in
        self.contractor = sign_in("user", "PCP")
        self.town = Requester(client, sign_in("user", "PUB"))

    def commission(self, **changes: Any) -> None:
        today = self.context.clock().date()
        terms: dict[str, Any] = {
            "title": "MaMission",
            "starts": today,
            "ends": today + timedelta(days=30),
            "area": mapping(box(2.5, 43.2, 3.5, 43.8)),
            "wishes": [Wish("PLEIADES", date(2026, 1, 1), date(2026, 12, 31))],
            "now": self.context.clock(),
        }
        with self.context.database.session() as session:
            add_mission(
                session,
                contractor=session.get_one(Entity, self.contractor.principal.entity_id),
                commissioner=session.get_one(Entity, self.town.principal.entity_id),
                **terms | changes,
            )

    def obtain(self, item_id: str) -> None:
        """Deliver a scene to a request of the town."""
        put_item(self.context, item_id)
        item = self.context.catalogue.get("pleiades", item_id)
        assert item is not None
        orderable = {"dinamis:product_type": "orderable", "order:status": "orderable"}
        self.context.catalogue.upsert([{**item, "properties": item["properties"] | orderable}])
        body = archive(self.town.project, [item_id], box(3.1, 43.1, 3.4, 43.4))
        moment = item["properties"]["datetime"]
        answer = self.town.post(ARCHIVE, body | {"datetime": f"{moment}/{moment}"})
        assert answer.status_code == 201, answer.text
        operator = Caller(self._sign_in("operator").principal, "en")
        orders = Orders(self.context.database, self.context.catalogue, self.context.clock)
        Instruction(orders, operator).accept(answer.json()["id"], None)
        deliver(self.context, operator, answer.json()["id"], Sent([]))

    def ask(
        self, *item_ids: str, language: str = "en", who: SignedIn | None = None, **options: object
    ) -> Any:
        urls = [f"{BASE}/objects/pleiades/{item_id}/pan.tif" for item_id in item_ids]
        headers = (who or self.contractor).headers | {"Accept-Language": language}
        answer = self.client.post("/sign_urls", json={"urls": urls, **options}, headers=headers)
        assert answer.status_code == 200, answer.text
        return answer.json()


@pytest.fixture
def stage(client: TestClient, context: Context, signed_in: Callable[..., SignedIn]) -> Stage:
    return Stage(client, context, signed_in)


def reason(answer: Any) -> str:
    (refusal,) = answer["refused"].values()
    assert refusal["code"] == "forbidden"
    return str(refusal["detail"])


ELSEWHERE: dict[str, Any] = {"area": mapping(box(10, 43, 11, 44))}
BOUNDS = pytest.mark.parametrize(
    ("changes", "said"),
    [
        (ELSEWHERE, "outside the area"),
        ({"wishes": [Wish("SPOT 6/7", date(2026, 1, 1), date(2026, 12, 31))]}, "of a sensor"),
        ({"wishes": [Wish("PLEIADES", date(2025, 1, 1), date(2026, 3, 31))]}, "outside the dates"),
    ],
)


def test_the_catalogue_within_the_mission_is_signed(
    stage: Stage, client: TestClient, context: Context
) -> None:
    put_item(context, "wanted")
    put_item(context, "free", access="open")
    assert "no mission" in reason(stage.ask("wanted"))
    stage.commission()
    answer = stage.ask("wanted", "free")
    assert list(answer["hrefs"]) == [f"{BASE}/objects/pleiades/{name}/pan.tif" for name in ("wanted", "free")]
    for href in answer["hrefs"].values():
        assert client.get(href).status_code == 200


@BOUNDS
def test_the_mission_bounds_the_catalogue_and_the_bound_is_told(
    stage: Stage, client: TestClient, context: Context, changes: dict[str, Any], said: str
) -> None:
    put_item(context, "wanted")
    put_item(context, "free", access="open")
    stage.commission(**changes)
    answer = stage.ask("wanted", "free")
    assert list(answer["hrefs"]) == [f"{BASE}/objects/pleiades/free/pan.tif"]
    assert said in reason(answer)
    assert "non obtenue par son commanditaire" in reason(stage.ask("wanted", language="fr"))
    wanted = {"url": f"{BASE}/objects/pleiades/wanted/pan.tif"}
    one = client.get("/sign", params=wanted, headers=stage.contractor.headers)
    assert (one.status_code, one.json()["code"]) == (403, "forbidden")


@BOUNDS
def test_what_the_town_obtained_is_signed_whatever_the_mission_asks_for(
    stage: Stage, context: Context, changes: dict[str, Any], said: str
) -> None:
    stage.obtain("wanted")
    put_item(context, "other")
    stage.commission(**changes)
    answer = stage.ask("wanted", "other")
    assert list(answer["hrefs"]) == [f"{BASE}/objects/pleiades/wanted/pan.tif"]
    assert said in reason(answer)


def test_what_another_public_entity_obtained_is_not_for_the_contractor(
    stage: Stage, context: Context, signed_in: Callable[..., SignedIn]
) -> None:
    stage.obtain("wanted")
    stage.town = Requester(stage.client, signed_in("user", "SCI"))
    stage.commission(**ELSEWHERE)  # for the laboratory, which asked for nothing
    assert "outside the area" in reason(stage.ask("wanted"))


def midnight_after(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(days=1)


def test_no_signature_outlives_the_mission_that_gave_the_right(
    stage: Stage, client: TestClient, context: Context, clock: MovableClock
) -> None:
    """One expiry for the batch: the first that any of it must have."""
    today = context.clock().date()
    put_item(context, "wanted")
    put_item(context, "free", access="open")
    stage.obtain("obtained")
    stage.commission(ends=today)
    stage.commission(ends=today + timedelta(days=1), **ELSEWHERE)
    left = {"wanted": today, "obtained": today + timedelta(days=1)}
    for names, last in (
        (["wanted"], "wanted"),
        (["obtained"], "obtained"),
        (["obtained", "wanted"], "wanted"),
    ):
        answer = stage.ask(*names, "free", duration_seconds=6 * 86400)
        assert datetime.fromisoformat(answer["expiry"]) == midnight_after(left[last])
        assert len(answer["hrefs"]) == len(names) + 1
        assert {end_of(href) for href in answer["hrefs"].values()} == {midnight_after(left[last])}
    short = stage.ask("obtained", duration_seconds=60)
    assert end_of(short["hrefs"][f"{BASE}/objects/pleiades/obtained/pan.tif"]) <= context.clock() + timedelta(
        seconds=60
    )
    alone = stage.ask("free", duration_seconds=6 * 86400)  # open data is nobody's right by a mission
    assert datetime.fromisoformat(alone["expiry"]) > midnight_after(today + timedelta(days=3))
    assert [batch.expires_at for batch in journal(context)[:3]] == [
        midnight_after(left[name]) for name in ("wanted", "obtained", "wanted")
    ]


@given(DAYS, st.integers(0, 86399), st.integers(0, 4) | st.none())
def test_a_day_is_over_at_midnight_in_utc(day: date, second: int, more: int | None) -> None:
    moment = datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(seconds=second)
    last_day = date.max if more is None else day + timedelta(days=more)
    left = seconds_left(moment, last_day)
    assert left >= 1
    assert (moment + timedelta(seconds=left - 1)).date() == last_day
    if last_day < date.max:
        assert moment + timedelta(seconds=left) == midnight_after(last_day)


def test_a_mission_ends(stage: Stage, context: Context, clock: MovableClock) -> None:
    stage.obtain("wanted")
    stage.commission()
    key, secret = context.identity.api_keys.create(stage.contractor.principal.sub, "outlasts a token")
    keyed = SignedIn(stage.contractor.principal, {"access-key": key, "secret-key": secret})
    assert len(stage.ask("wanted", who=keyed)["hrefs"]) == 1
    clock.advance(31 * 86400)
    assert "not valid today" in reason(stage.ask("wanted", who=keyed))


def test_pictures_are_for_contractors_too_and_what_belongs_to_no_scene_is_not(
    stage: Stage, client: TestClient, context: Context
) -> None:
    put_item(context, "a")
    urls = [f"{BASE}/objects/{key}" for key in ("pleiades/a/thumbnail.png", "no/such.tif")]
    answer = client.post("/sign_urls", json={"urls": urls}, headers=stage.contractor.headers).json()
    assert list(answer["hrefs"]) == urls[:1]
    assert answer["refused"][urls[1]]["code"] == "forbidden"  # nobody learns what is there


def test_downloads_touch_no_quota(stage: Stage, client: TestClient, context: Context) -> None:
    put_item(context, "a")
    member = stage.town
    before = member.get("/api/quotas").json()
    stage.ask("a", who=SignedIn(member.principal, member.headers))
    assert member.get("/api/quotas").json() == before
