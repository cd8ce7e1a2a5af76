"""Accounts, passwords and how guessing is slowed down."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from clocks import MovableClock
from hypothesis import given
from hypothesis import strategies as st
from running import PASSWORD, SignedIn

from dinamis_service.clock import utc_now
from dinamis_service.context import Context
from dinamis_service.identity.accounts import FROM_ANYWHERE, FROM_ONE_ADDRESS, WrongCredentialsError
from dinamis_service.identity.throttle import Limit, Throttle, TooManyAttemptsError


@pytest.fixture
def person(signed_in) -> SignedIn:
    return signed_in()


def fails(context: Context, login: str, address: str = "192.0.2.1", password: str = "wrong") -> None:
    with pytest.raises(WrongCredentialsError):
        context.identity.accounts.authenticate(login, password, address)


def test_the_address_or_user_name_and_password_open_the_account(context: Context, person: SignedIn) -> None:
    for login in (person.principal.email, f"  {person.principal.email.upper()} ", person.principal.username):
        assert context.identity.accounts.authenticate(login, PASSWORD, "192.0.2.1") == person.principal


@pytest.mark.parametrize("password", ["", PASSWORD + " ", PASSWORD.upper(), "x" * 5000, "\x00"])
def test_any_other_password_does_not(context: Context, person: SignedIn, password: str) -> None:
    fails(context, person.principal.email, password=password)


def test_guessing_is_slowed_down_by_growing_delays(
    context: Context, person: SignedIn, clock: MovableClock
) -> None:
    login, delays = person.principal.email, []
    for _ in range(FROM_ONE_ADDRESS.free):
        fails(context, login)
    for _ in range(10):
        fails(context, login)
        with pytest.raises(TooManyAttemptsError) as wait:  # also with the right password: it is not looked at
            context.identity.accounts.authenticate(login, PASSWORD, "192.0.2.1")
        delays.append(wait.value.seconds)
        clock.advance(wait.value.seconds + 1)
    assert delays == [2, 4, 8, 16, 32, 64, 128, 256, 300, 300]


def test_the_owner_elsewhere_is_not_locked_out(context: Context, person: SignedIn) -> None:
    login = person.principal.email
    for _ in range(FROM_ONE_ADDRESS.free + 1):
        fails(context, login, "198.51.100.7")
    assert context.identity.accounts.authenticate(login, PASSWORD, "192.0.2.1") == person.principal


def test_guessing_from_many_addresses_is_slowed_down_too_but_mildly(
    context: Context, person: SignedIn, clock: MovableClock
) -> None:
    login = person.principal.email
    for number in range(FROM_ANYWHERE.free + 1):
        fails(context, login, f"198.51.100.{number}")
    with pytest.raises(TooManyAttemptsError) as wait:
        context.identity.accounts.authenticate(login, PASSWORD, "192.0.2.1")
    assert wait.value.seconds <= 10
    clock.advance(wait.value.seconds + 1)
    assert context.identity.accounts.authenticate(login, PASSWORD, "192.0.2.1") == person.principal


def test_an_unknown_account_behaves_like_a_known_one(context: Context) -> None:
    for _ in range(FROM_ONE_ADDRESS.free + 1):
        fails(context, "nobody@demo.example")
    with pytest.raises(TooManyAttemptsError):
        context.identity.accounts.authenticate("nobody@demo.example", "wrong", "192.0.2.1")


def test_failures_are_forgotten_after_an_hour(
    context: Context, person: SignedIn, clock: MovableClock
) -> None:
    login = person.principal.email
    for _ in range(FROM_ONE_ADDRESS.free + 1):
        fails(context, login)
    clock.advance(3601)
    fails(context, login)
    fails(context, login)


def test_a_right_attempt_is_given_back(context: Context, person: SignedIn) -> None:
    for _ in range(FROM_ONE_ADDRESS.free + 3):
        context.identity.accounts.authenticate(person.principal.email, PASSWORD, "192.0.2.1")


def test_attempts_count_before_they_are_judged(context: Context, clock: MovableClock) -> None:
    throttle = Throttle(context.database, clock)
    limit = Limit("test", free=2, longest_s=8)
    for _ in range(3):  # in parallel: none is judged yet
        throttle.claim(limit, "door")
    with pytest.raises(TooManyAttemptsError):
        throttle.claim(limit, "door")
    throttle.claim(limit, "other door")


@given(free=st.integers(0, 50), longest=st.integers(1, 1000), failures=st.integers(0, 10_000))
def test_delays_never_shrink_and_stay_under_their_limit(free: int, longest: int, failures: int) -> None:
    limit = Limit("test", free=free, longest_s=longest)
    assert limit.delay_s(failures) <= limit.delay_s(failures + 1) <= longest
    assert (limit.delay_s(failures) == 0) == (failures <= free)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"roles": ("user", "king")}, "no such role: king"),
        ({"password": ""}, "a password has"),
        ({"password": "x" * 1001}, "a password has"),
        ({"entity_id": "nowhere"}, "no entity nowhere"),
        ({"email": "TAKEN@demo.example"}, "already an account"),
        ({"username": "taken@demo.example"}, "already an account"),
    ],
)
def test_an_impossible_account_is_refused(context: Context, person: SignedIn, change, told: str) -> None:
    wanted = {
        "email": "taken@demo.example",
        "given_name": "Paul",
        "family_name": "Durand",
        "password": PASSWORD,
        "entity_id": person.principal.entity_id,
    }
    context.identity.create_account(**wanted)
    with pytest.raises(ValueError, match=told):
        context.identity.create_account(**(wanted | {"email": "free@demo.example"} | change))
    assert context.identity.principal_by_email("free@demo.example") is None


def test_right_answers_from_one_address_at_once_never_slow_each_other_down(context: Context) -> None:
    """A class behind one address: whoever waits for the count must not be told to wait because of that."""
    throttle = Throttle(context.database, utc_now)
    limit = Limit("test", free=20, longest_s=60)

    def answer_rightly(_number: int) -> None:
        for _ in range(25):
            throttle.claim(limit, "classroom")
            throttle.release(limit, "classroom")

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(answer_rightly, range(8)))
