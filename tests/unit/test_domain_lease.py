"""When a signature is renewed: by two clocks, of which one may stand still and the other be set anew."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st
from test_domain_signed_url import NOON, signature

from dinamis_plugin.domain.lease import Clocks, Lease
from dinamis_plugin.domain.signed_url import SignedUrl, renewal_time

HOUR = timedelta(hours=1)


def at(wall_s, steady_s=0.0):
    return Clocks(lambda: NOON + timedelta(seconds=wall_s), lambda: steady_s)


def signed_for(lifetime_s):
    return SignedUrl(f"http://h/a.tif?{signature(NOON, lifetime_s)}", NOON + timedelta(seconds=lifetime_s))


@given(st.integers(1, 518400), st.integers(0, 7200), st.integers(-10, 600000))
def test_renewal_is_due_from_its_time_on_and_never_in_the_first_half(lifetime, margin, elapsed):
    lease = Lease.of([signed_for(lifetime)], timedelta(seconds=margin), at(0, 50.0))
    now = at(elapsed, 50.0)
    assert lease.is_due(now) == (elapsed >= lifetime - min(margin, lifetime / 2))
    assert lease.is_over(now) == (elapsed >= lifetime)
    if elapsed < lifetime / 2:
        assert not lease.is_due(now)


@given(st.integers(1, 518400), st.integers(-600000, 600000), st.integers(0, 600000))
def test_the_clock_that_went_further_counts(lifetime, wall, steady):
    lease = Lease.of([signed_for(lifetime)], HOUR, at(0))
    now = at(wall, steady)
    assert lease.is_over(now) == (max(wall, steady) >= lifetime)
    assert lease.is_due(now) == (max(wall, steady) >= lifetime - min(3600, lifetime / 2))


@given(st.lists(st.integers(1, 518400), min_size=1, max_size=5))
def test_the_first_of_several_to_end_counts(lifetimes):
    lease = Lease.of([signed_for(lifetime) for lifetime in lifetimes], HOUR, at(0))
    assert lease.lasts_s == min(lifetimes)
    assert lease.renew_after_s == min(lifetime - min(3600, lifetime / 2) for lifetime in lifetimes)


def test_an_address_without_signature_is_never_due():
    open_data = SignedUrl("http://h/a.tif", None)
    assert renewal_time(open_data, HOUR) is None
    lease = Lease.of([open_data], HOUR, at(0))
    assert not lease.is_due(at(9e8, 1e9))
    assert not lease.is_over(at(9e8, 1e9))
    assert Lease.of([open_data, signed_for(10)], HOUR, at(0)).lasts_s == 10
