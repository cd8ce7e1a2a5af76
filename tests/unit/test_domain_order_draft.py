"""Drafts of requests as they are kept and brought together with the account; windows; what is news."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import box
from test_domain_order import FEATURE, ZONE
from test_domain_scene import ITEM, JSON, item

from dinamis_plugin.domain.errors import BadAnswerError
from dinamis_plugin.domain.estimate import Budget, Credits, Estimate, assessment_of
from dinamis_plugin.domain.feasibility import Feasibility
from dinamis_plugin.domain.follow_up import (
    MAX_FILE_BYTES,
    Message,
    StatusChange,
    file_problem,
    history_of,
    news_of,
    seen_of,
)
from dinamis_plugin.domain.kept_draft import KeptDraft, Step, document_of, reconcile
from dinamis_plugin.domain.order import Order, OrderState
from dinamis_plugin.domain.order_draft import OrderDraft, duplicate_of, window_problem
from dinamis_plugin.domain.order_list import OrderFilter, Sorting, changed_at, shown
from dinamis_plugin.domain.scene import Scene

NOW = datetime(2026, 11, 25, 12, tzinfo=timezone.utc)
TODAY = date(2026, 11, 25)


def kept(draft_id="a", etag="", *, saved=False, deleted=False, sending=None, note="", **changes):
    content = {"order_parameters": {"comment": note}}
    values = {"changed": NOW, "owner": "me", "etag": etag, "saved": saved, "deleted": deleted, **changes}
    return KeptDraft(draft_id, "pleiades-programming", "Étang", content, sending=sending, **values)


# What is kept of a draft


def test_a_programming_draft_is_read_back_as_it_was():
    draft = OrderDraft(
        "spot-programming",
        ZONE,
        start=TODAY,
        end=TODAY + timedelta(days=30),
        max_cloud=12.5,
        max_incidence=20,
        parameters={"project_id": "P", "purpose": "x"},
    )
    again = OrderDraft.from_content(draft.idempotency_key, draft.product_id, draft.to_content())
    assert again.to_stapi() == draft.to_stapi()
    assert again.idempotency_key == draft.idempotency_key


def test_an_archive_draft_is_read_back_with_its_scenes():
    scenes = [Scene.from_stac(item(**{"dinamis:mission": "PLEIADES", "dinamis:product_type": "orderable"}))]
    draft = OrderDraft.for_scenes(scenes, ZONE, {"comment": "x"})
    again = OrderDraft.from_content(draft.idempotency_key, draft.product_id, draft.to_content())
    assert again.to_stapi() == draft.to_stapi()
    known = replace(kept(), scenes=tuple(map(document_of, scenes)))
    [scene] = KeptDraft.from_file(known.to_file()).scene_list
    assert (scene.id, scene.acquired, scene.sensor, scene.is_orderable) == (
        scenes[0].id,
        scenes[0].acquired,
        "PLEIADES",
        True,
    )
    assert scene.footprint.equals(scenes[0].footprint)


def test_a_draft_without_a_zone_is_kept_without_one():
    draft = OrderDraft("spot-programming", box(0, 0, 0, 0).intersection(box(1, 1, 2, 2)))
    assert "geometry" not in draft.to_content()
    assert OrderDraft.from_content("k", "spot-programming", {}).geometry.is_empty


@given(JSON)
def test_strange_contents_are_read_without_a_crash(content):
    strange = content if isinstance(content, dict) else {"filter": content, "order_parameters": content}
    assert OrderDraft.from_content("k", "spot-programming", strange).product_id == "spot-programming"


def test_a_file_holds_all_that_the_profile_must_not_lose():
    draft = kept(etag="e", saved=True, sending={"geometry": None}, scenes=(dict(ITEM),))
    assert KeptDraft.from_file(draft.to_file()) == draft
    assert KeptDraft.from_file(draft.to_file()).scenes == draft.scenes
    with pytest.raises(BadAnswerError):
        KeptDraft.from_file({"product_id": "x"})


def test_a_request_is_duplicated_under_another_key():
    order = Order.from_stapi(FEATURE)
    draft = duplicate_of(order)
    assert (draft.product_id, draft.item_ids) == (order.product_id, order.item_ids)
    assert draft.geometry.equals(order.geometry)
    assert "item_ids" not in draft.parameters
    assert draft.idempotency_key != duplicate_of(order).idempotency_key


# Profile and account


def test_what_only_one_place_has_comes_to_the_other():
    assert reconcile([kept("a")], []) == [(Step.SEND, kept("a"))]
    assert reconcile([], [kept("b", "1", saved=True)]) == [(Step.KEEP, kept("b", "1", saved=True))]


def test_what_was_sent_or_deleted_elsewhere_goes_unless_it_was_changed_here():
    assert [step for step, _ in reconcile([kept("a", "1", saved=True)], [])] == [Step.FORGET]
    assert [step for step, _ in reconcile([kept("a", "1")], [])] == [Step.SEND]


def test_a_deleted_draft_goes_there_too_unless_it_was_changed_there():
    gone = kept("a", "1", saved=True, deleted=True)
    assert [step for step, _ in reconcile([gone], [kept("a", "1", saved=True)])] == [Step.DROP]
    assert [step for step, _ in reconcile([gone], [kept("a", "2", saved=True)])] == [Step.KEEP]
    assert [step for step, _ in reconcile([gone], [])] == [Step.FORGET]


def test_what_is_being_sent_is_left_alone():
    assert reconcile([kept("a", "1", sending={})], [kept("a", "2", saved=True)]) == []


def test_changes_in_both_places_are_both_kept():
    steps = reconcile([kept("a", "1", note="here")], [kept("a", "2", saved=True, note="there")])
    (first, copy), (second, mine) = steps
    assert (first, second) == (Step.KEEP, Step.SEND)
    assert copy.id != "a"
    assert copy.content["order_parameters"]["comment"] == "there"
    assert (mine.id, mine.etag, mine.content["order_parameters"]["comment"]) == ("a", "2", "here")


DRAFTS = st.builds(
    kept,
    st.sampled_from("abc"),
    st.sampled_from(["", "1", "2"]),
    saved=st.booleans(),
    note=st.sampled_from(["x", "y", "z"]),
)


@given(st.lists(DRAFTS, unique_by=lambda one: one.id), st.lists(DRAFTS, unique_by=lambda one: one.id))
def test_nothing_that_was_typed_is_ever_lost(here, there):
    """What was changed here, and what the account has beside what that began from, is somewhere then."""
    there = [replace(one, saved=True, etag=one.etag or "1") for one in there]
    profile, account = {one.id: one for one in here}, {one.id: one for one in there}
    for step, draft in reconcile(here, there):
        if step is Step.KEEP:
            profile[draft.id] = draft
        elif step is Step.FORGET:
            del profile[draft.id]
        elif step is Step.SEND:
            assert draft.etag == (account[draft.id].etag if draft.id in account else "")
            account[draft.id] = draft
        else:
            del account[draft.id]
    left = {str(one.content) for one in (*profile.values(), *account.values())}
    assert {str(one.content) for one in here if not one.saved} <= left
    begun_from = {(one.id, one.etag) for one in here if not one.saved}
    assert {str(one.content) for one in there if (one.id, one.etag) not in begun_from} <= left


# Windows


@given(st.integers(-400, 400), st.integers(-30, 400))
def test_a_window_is_judged_as_the_service_judges_it(ahead, length):
    start = TODAY + timedelta(days=ahead)
    problem = window_problem(start, start + timedelta(days=length), TODAY)
    assert (problem == "past") == (ahead < 0)
    if ahead >= 0:
        assert (problem == "after_end") == (length < 0)
        assert (problem == "too_short") == (0 <= length < 6)
        assert (problem == "") == (length >= 6)


# The list


def order(number, state="submitted", **changes):
    properties = {**FEATURE["properties"], "dinamis:state": state, **changes}
    return Order.from_stapi({**FEATURE, "id": f"2026-00{number}", "properties": properties})


def test_the_list_is_narrowed_by_state_sensor_project_and_words():
    spot = order(2, "delivered", **{"dinamis:sensor": "SPOT", "dinamis:project_id": "Q"})
    noted = order(3, order_parameters={"project_id": "2026-001-SCI", "comment": "Étang de Thau"})
    entries = [order(1), spot, noted, kept(note="dunes")]

    def ids(**wanted):
        return [entry.id for entry in shown(entries, OrderFilter(**wanted), Sorting.NAME)]

    assert ids() == ["2026-001", "2026-002", "2026-003", "a"]
    assert ids(state=OrderState.DELIVERED) == ["2026-002"]
    assert ids(state=OrderState.DRAFT) == ["a"]
    assert ids(sensor="SPOT") == ["2026-002"]
    assert ids(sensor="PLEIADES") == ["2026-001", "2026-003", "a"]
    assert ids(project_id="Q") == ["2026-002"]
    assert ids(text="thau ETANG") == ["2026-003"]
    assert ids(text="dunes") == ["a"]
    assert OrderFilter().is_open
    assert not OrderFilter(text="x").is_open


@given(st.lists(st.integers(0, 9), unique=True), st.sampled_from(list(Sorting)))
def test_sorting_leaves_nothing_out(numbers, sorting):
    entries = [order(number, "delivered" if number % 2 else "submitted") for number in numbers]
    assert sorted(one.id for one in shown(entries, OrderFilter(), sorting)) == sorted(e.id for e in entries)


def test_the_last_change_comes_first():
    early = order(1, status={"timestamp": "2026-01-01T00:00:00Z"})
    entries = [early, kept(changed=NOW), order(2)]
    listed = shown(entries, OrderFilter(), Sorting.CHANGED)
    assert [changed_at(one) for one in listed] == sorted(map(changed_at, entries), reverse=True)


# Follow-up


def test_only_changes_of_known_requests_are_news():
    before = seen_of([order(1), order(2)])
    now = [order(1, "delivered"), order(2), order(3)]
    [news] = news_of(before, now)
    assert (news.order.id, news.before, news.order.state) == (
        "2026-001",
        OrderState.SUBMITTED,
        OrderState.DELIVERED,
    )
    assert news_of(seen_of(now), now) == []
    assert news_of({"2026-001": "a state of tomorrow"}, now) == []


def test_a_history_is_read_with_its_actors_oldest_first():
    statuses = [
        {"timestamp": "2026-11-02T10:00:00Z", "dinamis:state": "rejected", "dinamis:by": "operator"},
        {"timestamp": "2026-11-01T10:00:00Z", "status_code": "received", "reason_text": "x"},
    ]
    first, last = history_of({"statuses": statuses})
    assert (first.state, first.reason, last.state, last.by) == (
        OrderState.SUBMITTED,
        "x",
        OrderState.REJECTED,
        "operator",
    )


@given(JSON)
def test_strange_histories_are_read_without_a_crash(entry):
    history = history_of({"statuses": [entry]})
    assert all(isinstance(change, StatusChange) for change in history)


def test_a_message_is_read_and_its_files_have_no_folder():
    files = [{"id": "f", "name": "../../etc/passwd", "size": 3}, {"id": 2, "name": "C:\\x\\note.pdf"}]
    message = Message.from_json({"id": 7, "own": True, "text": "Bonjour", "attachments": files})
    assert message.id == "7"
    assert [file.name for file in message.attachments] == ["passwd", "note.pdf"]
    with pytest.raises(BadAnswerError):
        Message.from_json({"text": "x"})


@pytest.mark.parametrize(
    ("name", "size", "problem"),
    [
        ("a.pdf", 10, ""),
        ("A.PDF", MAX_FILE_BYTES, ""),
        ("a.pdf", 30_000_000, "file_size"),
        ("a.exe", 10, "file_type"),
        ("pdf", 10, "file_type"),
        ("a.csv", 0, "file_empty"),
    ],
)
def test_files_that_the_service_would_refuse_are_refused(name, size, problem):
    assert file_problem(name, size) == problem


# Estimates and chances


def test_an_estimate_tells_credits_package_budget_and_table():
    estimate = Estimate.from_json(
        {
            "area_km2": 20000,
            "version": 3,
            "credits": {"needed": 6, "free": 5},
            "package_km2": 12.5,
            "budget": {"left_eur": 900, "enough": False},
        }
    )
    assert estimate.version == "3"
    assert estimate.credits == Credits(6, 5, 1)
    assert estimate.package_km2 == 12.5
    assert estimate.budget == Budget(900, False)


def test_what_a_request_was_judged_by_is_read_from_its_snapshot():
    properties = {
        **FEATURE["properties"],
        "dinamis:assessment": {"share": 1.07, "price": {"unit": "km2", "quantity": 100.5, "eur": 140.7}},
    }
    judged = assessment_of(properties)
    assert (judged.area_km2, judged.quota_km2, judged.excess_km2) == (1600.5, 1500, 100.5)
    assert (judged.share, judged.price_eur, judged.year) == (1.07, 140.7, 2026)
    assert assessment_of(FEATURE["properties"]) is None


def test_chances_and_passes_are_read_in_the_order_of_time():
    months = [
        {"properties": {"datetime": f"2026-{m}-01T00:00:00Z/2026-{m}-28T00:00:00Z", **numbers}}
        for m, numbers in (
            ("12", {"dinamis:archived_scenes": 10, "dinamis:matching_scenes": 4}),
            ("11", {"dinamis:archived_scenes": 0, "dinamis:matching_scenes": 0}),
            ("10", {}),
        )
    ]
    passes = [{"datetime": "2026-12-02T10:00:00Z", "incidence_angle": 12}, {"platform": "PHR1A"}]
    found = Feasibility.from_json({"features": months, "dinamis:passes": passes, "dinamis:reason": "x"})
    assert [(one.start.month, one.share) for one in found.months] == [(11, 0.0), (12, 0.4)]
    assert [one.incidence for one in found.passes] == [12]
    assert (found.reason, found.passes_reason) == ("x", "")


@given(JSON)
def test_strange_chances_are_read_without_a_crash(value):
    document = {"features": [value, {"properties": value}], "dinamis:passes": value}
    assert isinstance(Feasibility.from_json(document), Feasibility)
