"""The pace of signing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from dinamis_service.signing.rate import RateLimit

NOW = datetime(2026, 4, 27, tzinfo=UTC)


def test_a_full_bucket_is_spent_then_fills_steadily() -> None:
    rate = RateLimit(60)
    assert rate.take("camille", 60, NOW) == 0
    assert rate.take("camille", 6, NOW) == 6
    assert rate.take("camille", 6, NOW + timedelta(seconds=5)) == 1
    assert rate.take("camille", 6, NOW + timedelta(seconds=6)) == 0
    assert rate.take("camille", 60, NOW + timedelta(hours=1)) == 0


def test_callers_do_not_share_a_bucket() -> None:
    rate = RateLimit(10)
    assert rate.take("camille", 10, NOW) == 0
    assert rate.take("noa", 10, NOW) == 0
    assert rate.take("camille", 1, NOW) > 0


def test_a_batch_larger_than_the_bucket_passes_alone() -> None:
    rate = RateLimit(10)
    assert rate.take("camille", 64, NOW) == 0
    assert rate.take("camille", 1, NOW) == 6
    assert rate.take("camille", 64, NOW) == 60


def test_zero_sets_no_limit() -> None:
    rate = RateLimit(0)
    assert all(rate.take("camille", 64, NOW) == 0 for _ in range(1000))


def test_a_clock_that_steps_back_gives_nothing_and_takes_nothing() -> None:
    rate = RateLimit(60)
    assert rate.take("camille", 30, NOW) == 0
    assert rate.take("camille", 30, NOW - timedelta(minutes=5)) == 0
    assert rate.take("camille", 1, NOW - timedelta(minutes=5)) > 0


def test_callers_whose_bucket_is_full_again_are_forgotten() -> None:
    rate = RateLimit(60)
    for number in range(10_001):
        rate.take(f"caller {number}", 1, NOW + timedelta(seconds=number))
    assert len(rate._buckets) < 10
