"""The pace of signing."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address, IPv6Address

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from dinamis_service.context import Context
from dinamis_service.identity.throttle import origin
from dinamis_service.signing.rate import Bucket, RateLimit
from dinamis_service.signing.tables import Pace

NOW = datetime(2026, 4, 27, tzinfo=UTC)
Take = Callable[[str, int, datetime], float]


@pytest.fixture
def take(context: Context) -> Callable[[int], Take]:
    def limited(per_minute: int) -> Take:
        rate = RateLimit(per_minute)

        def take(caller: str, tokens: int, now: datetime) -> float:
            with context.database.session() as session:
                return rate.take(session, caller, tokens, now)

        return take

    return limited


def test_a_full_bucket_is_spent_then_fills_steadily(take: Callable[[int], Take]) -> None:
    rate = take(60)
    assert rate("camille", 60, NOW) == 0
    assert rate("camille", 6, NOW) == 6
    assert rate("camille", 6, NOW + timedelta(seconds=5)) == 1
    assert rate("camille", 6, NOW + timedelta(seconds=6)) == 0
    assert rate("camille", 60, NOW + timedelta(hours=1)) == 0


def test_callers_do_not_share_a_bucket(take: Callable[[int], Take]) -> None:
    rate = take(10)
    assert rate("camille", 10, NOW) == 0
    assert rate("noa", 10, NOW) == 0
    assert rate("camille", 1, NOW) > 0


def test_two_processes_share_the_bucket_of_a_caller(take: Callable[[int], Take]) -> None:
    one, other = take(10), take(10)
    assert one("camille", 6, NOW) == 0
    assert other("camille", 6, NOW) == 12
    assert other("camille", 4, NOW) == 0


def test_a_batch_larger_than_the_bucket_passes_alone(take: Callable[[int], Take]) -> None:
    rate = take(10)
    assert rate("camille", 64, NOW) == 0
    assert rate("camille", 1, NOW) == 6
    assert rate("camille", 64, NOW) == 60


def test_zero_sets_no_limit(take: Callable[[int], Take]) -> None:
    rate = take(0)
    assert all(rate("camille", 64, NOW) == 0 for _ in range(50))


def test_a_clock_that_steps_back_gives_nothing_and_takes_nothing(take: Callable[[int], Take]) -> None:
    rate = take(60)
    assert rate("camille", 30, NOW) == 0
    assert rate("camille", 30, NOW - timedelta(minutes=5)) == 0
    assert rate("camille", 1, NOW - timedelta(minutes=5)) > 0


def test_callers_whose_bucket_is_full_again_are_forgotten(
    take: Callable[[int], Take], context: Context
) -> None:
    rate = take(60)
    for number in range(20):
        rate(f"caller {number}", 1, NOW + timedelta(seconds=10 * number))
    with context.database.session() as session:
        RateLimit(60).forget(session, NOW + timedelta(seconds=190))
        assert session.scalar(select(func.count()).select_from(Pace)) == 7


@given(
    st.integers(1, 200),
    st.lists(st.tuples(st.floats(0, 200), st.integers(1, 300)), min_size=1, max_size=40),
)
def test_nobody_gets_more_than_a_full_bucket_and_what_flows_into_it(
    size: int, asked: list[tuple[float, int]]
) -> None:
    bucket, now, given_ = Bucket(size, NOW), NOW, 0
    for pause_s, tokens in asked:
        now += timedelta(seconds=pause_s)
        bucket = bucket.later(now, size)
        assert 0 <= bucket.left <= size
        if not bucket.wait_s(tokens, size):
            spent = min(tokens, size)
            bucket, given_ = Bucket(bucket.left - spent, now), given_ + spent
        else:
            later = bucket.later(now + timedelta(seconds=bucket.wait_s(tokens, size) + 0.001), size)
            assert later.wait_s(tokens, size) == 0  # the wait that is told is long enough
    assert given_ <= size + size * (now - NOW).total_seconds() / 60 + 1e-6


STEPS = st.lists(st.tuples(st.booleans(), st.floats(0, 40), st.integers(1, 15)), min_size=1, max_size=12)


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(STEPS)
def test_nobody_is_turned_away_from_what_the_bucket_holds(
    context: Context, steps: list[tuple[bool, float, int]]
) -> None:
    """What a process turns away by what it knows, the bucket that it shares with another refuses too."""
    processes, caller, now = {True: RateLimit(10), False: RateLimit(10)}, uuid.uuid4().hex, NOW
    for first, pause_s, tokens in steps:
        now += timedelta(seconds=pause_s)
        expected = processes[first].expect(caller, tokens, now)
        with context.database.session() as session:
            assert expected <= processes[first].take(session, caller, tokens, now) + 1e-6


def test_a_flood_is_turned_away_without_the_state() -> None:
    rate = RateLimit(10)
    assert [rate.expect("camille", 4, NOW) for _ in range(4)] == [0, 0, 12, 12]
    assert rate.expect("noa", 10, NOW) == 0
    assert rate.expect("camille", 4, NOW + timedelta(seconds=12)) == 0
    assert RateLimit(0).expect("camille", 10**6, NOW) == 0


def test_what_is_known_of_callers_stays_small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dinamis_service.signing.rate._KNOWN_MAX", 2)
    rate = RateLimit(10)
    assert [rate.expect(name, 10, NOW) for name in ("camille", "noa", "ali", "camille")] == [0, 0, 0, 0]
    assert rate.expect("ali", 10, NOW) > 0


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("2001:db8:1:2::1", "2001:0DB8:1:2:ffff:ffff:ffff:ffff"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("::ffff:c000:207", "192.0.2.7"),
        ("fe80::1%eth0", "fe80::2"),
    ],
)
def test_addresses_of_one_subscriber_are_one_caller(one: str, other: str) -> None:
    assert origin(one) == origin(other)


@given(st.ip_addresses(v=6), st.ip_addresses(v=6), st.ip_addresses(v=4))
def test_addresses_of_others_are_other_callers(
    one: IPv6Address, other: IPv6Address, four: IPv4Address
) -> None:
    assume(one.ipv4_mapped is None and other.ipv4_mapped is None)
    assert (origin(str(one)) == origin(str(other))) == (one.packed[:8] == other.packed[:8])
    within = IPv6Address(one.packed[:8] + bytes(8))
    assert origin(str(one)) == origin(str(within))
    assert origin(str(four)) == str(four) != origin(str(one))
    assert origin(f"::ffff:{four}") == str(four)


def test_what_is_no_address_is_a_caller_of_its_own() -> None:
    assert [origin(name) for name in ("", "testclient", "unix:")] == ["", "testclient", "unix:"]
