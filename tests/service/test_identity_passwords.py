"""Passwords: which may be chosen, how they change and are replaced, how many are hashed at once."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from clocks import MovableClock
from hypothesis import given
from hypothesis import strategies as st
from letterbox import letters, secret_in
from running import PASSWORD, LiveService, SignedIn
from sqlalchemy import event
from zxcvbn.frequency_lists import FREQUENCY_LISTS

from dinamis_service.busy import BusyError
from dinamis_service.context import Context
from dinamis_service.errors import InvalidError
from dinamis_service.identity import passwords
from dinamis_service.identity.accounts import (
    FROM_ANYWHERE,
    FROM_FAMILIAR,
    FROM_ONE_ADDRESS,
    WrongCredentialsError,
)
from dinamis_service.identity.password_changes import RESETS_FROM_ONE_ADDRESS
from dinamis_service.identity.passwords import Hashing, check_new
from dinamis_service.identity.signer import InvalidTokenError
from dinamis_service.identity.tables import Account
from dinamis_service.identity.throttle import TooManyAttemptsError
from dinamis_service.registry.links import DeadLinkError

NEW = "quatre vaches bleues dorment"
HERE = "192.0.2.1"
ABOUT = ("Camille", "Martin", "camille.martin@umr-exemple.fr")


def refused(password: str, **kwargs) -> str:
    with pytest.raises(InvalidError) as error:
        check_new(password, about=ABOUT, language="en", **kwargs)
    assert error.value.fields == {"password": error.value.detail}
    return error.value.detail


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("elevenchars", "at least 12"),
        ("", "at least 12"),
        ("é" * 1001, "at most 1000"),
        ("sonyericsson", "leaked"),
        ("SonyEricsson", "leaked"),
        ("passwordpassword", "leaked"),
        ("computer12345", "leaked"),
        ("!!password2026", "leaked"),
        ("qwerty123456!", "leaked"),
        ("aaaaaaaaaaaaaaaa", "leaked"),
        ("123456123456", "leaked"),
        ("vive MARTIN et les chats", "your name"),
        ("chez umr-exemple, on rit", "your name"),
    ],
)
def test_what_may_not_be_chosen(password: str, why: str) -> None:
    assert why in refused(password)


@pytest.mark.parametrize(
    "password", [PASSWORD, NEW, "x7Q!mP2#vL9w", "пароль из шести слов", "1000 pommes à 12 €", "ab" * 90 + "c"]
)
def test_what_may_be_chosen(password: str) -> None:
    check_new(password, about=ABOUT, language="fr")


@given(st.sampled_from(sorted(FREQUENCY_LISTS["passwords"])), st.sampled_from(["", "1", "2026!", "123"]))
def test_no_leaked_password_whatever_its_case_or_its_end(leaked: str, end: str) -> None:
    refused(leaked + end)
    refused(leaked.upper() + end)


@given(st.text(max_size=1100))
def test_every_text_is_taken_or_refused_in_words(password: str) -> None:
    try:
        check_new(password, about=ABOUT, language="en")
    except InvalidError:
        pass
    else:
        assert 12 <= len(password) <= 1000


@given(st.sets(st.text(st.characters(codec="utf-8"), min_size=12, max_size=20), max_size=40), st.booleans())
def test_a_file_of_digests_is_searched_without_reading_it_whole(
    tmp_path_factory: pytest.TempPathFactory, leaked: set[str], counted: bool
) -> None:
    digests = sorted(hashlib.sha1(one.encode()).hexdigest().upper() for one in leaked)
    path = tmp_path_factory.mktemp("leaks") / "digests.txt"
    count = ":12" if counted else ""
    path.write_text("".join(f"{one}{count}\n" for one in digests))
    for one in leaked:
        assert passwords._has_leaked(path, one)
    assert not passwords._has_leaked(path, "never among them, at 40 letters more")


def test_the_setting_names_the_file(tmp_path: Path) -> None:
    path = tmp_path / "digests.txt"
    path.write_text(hashlib.sha1(NEW.encode()).hexdigest() + "\n")
    assert "leaked" in refused(NEW, leaked=path)
    check_new(NEW, about=ABOUT, language="en")


# One hash at a time


class Slow(Hashing):
    """Hashing that waits until the test lets it go on, and notes how many go on at once."""

    def __init__(self, waiting: int) -> None:
        super().__init__(1, 64, 1, waiting)
        self.free, self.inside, self.most = threading.Event(), 0, 0
        slow, hasher = self, self._hasher

        class Watched:
            def hash(self, password: str) -> str:
                slow.inside += 1
                slow.most = max(slow.most, slow.inside)
                slow.free.wait(10)
                slow.inside -= 1
                return hasher.hash(password)

        self._hasher = Watched()  # type: ignore[assignment]


def test_hashes_are_made_one_at_a_time_and_few_wait() -> None:
    hashing = Slow(waiting=2)

    def one(_number: int) -> str:
        try:
            with hashing.place():
                return hashing.hash("x")
        except BusyError:
            return "busy"

    with ThreadPoolExecutor(8) as pool:
        first = [pool.submit(one, number) for number in range(3)]
        while hashing.inside == 0:
            pass
        deadline = threading.Event()
        while hashing._places._value > 0:  # until all three have their places
            deadline.wait(0.01)
        assert [pool.submit(one, number).result(10) for number in range(3)] == ["busy"] * 3
        hashing.free.set()
        assert all(done.result(10).startswith("$argon2id$") for done in first)
    assert hashing.most == 1
    with hashing.place():
        pass


# Changes


@pytest.fixture
def person(signed_in) -> SignedIn:
    return signed_in()


def opens(context: Context, person: SignedIn, password: str) -> bool:
    try:
        context.identity.accounts.authenticate(person.principal.email, password, HERE)
    except WrongCredentialsError:
        return False
    return True


def is_signed_in(context: Context, person: SignedIn) -> bool:
    token = person.headers["Authorization"].removeprefix("Bearer ")
    try:
        context.identity.tokens.principal(token, "http://testserver/auth/realms/dinamis")
    except InvalidTokenError:
        return False
    return True


def test_a_change_asks_for_the_old_one_and_ends_the_others(context: Context, person: SignedIn) -> None:
    sub, browsers = person.principal.sub, context.identity.browsers
    here, elsewhere = browsers.open(sub), browsers.open(sub)
    with pytest.raises(WrongCredentialsError):
        context.identity.passwords.change(sub, "wrong", NEW, HERE, "en", here)
    with pytest.raises(InvalidError):
        context.identity.passwords.change(sub, PASSWORD, "short", HERE, "en", here)
    assert opens(context, person, PASSWORD)
    context.identity.passwords.change(sub, PASSWORD, NEW, HERE, "en", here)
    assert opens(context, person, NEW)
    assert not opens(context, person, PASSWORD)
    assert not is_signed_in(context, person)
    assert browsers.principal(here)
    assert browsers.principal(elsewhere) is None
    assert "mot de passe a changé" in letters(context, person.principal.email)[0]["Subject"]


def test_a_reset_replaces_the_password_and_ends_every_sign_in(context: Context, person: SignedIn) -> None:
    browser = context.identity.browsers.open(person.principal.sub)
    context.identity.passwords.ask_reset(person.principal.email.upper(), HERE, "en")
    secret = secret_in(letters(context, person.principal.email)[0])
    assert context.identity.passwords.is_alive(secret)
    with pytest.raises(InvalidError):  # the link stays
        context.identity.passwords.reset(secret, "too short", "en")
    context.identity.passwords.reset(secret, NEW, "en")
    assert opens(context, person, NEW)
    assert not is_signed_in(context, person)
    assert context.identity.browsers.principal(browser) is None
    with pytest.raises(DeadLinkError):
        context.identity.passwords.reset(secret, NEW + " encore", "en")
    assert not context.identity.passwords.is_alive(secret)


def test_a_link_lives_an_hour_and_the_next_one_ends_it(
    context: Context, person: SignedIn, clock: MovableClock
) -> None:
    changes, email = context.identity.passwords, person.principal.email
    changes.ask_reset(email, HERE, "en")
    changes.ask_reset(email, HERE, "en")
    newer, older = (secret_in(one) for one in letters(context, email))
    changes.reset(newer, NEW, "en")
    assert not changes.is_alive(older), "a used link ends the others"
    changes.ask_reset(email, HERE, "en")
    last = secret_in(letters(context, email)[0])
    clock.advance(3601)
    assert not changes.is_alive(last)
    with pytest.raises(DeadLinkError):
        changes.reset(last, NEW + " encore", "en")


@pytest.mark.parametrize("secret", ["", "x", "é", "A" * 64, "=" * 5, "../../etc", "\0", "a" * 10_000])
def test_no_other_secret_opens_anything(context: Context, secret: str) -> None:
    assert not context.identity.passwords.is_alive(secret)


def test_nobody_floods_a_mailbox(context: Context, person: SignedIn) -> None:
    for number in range(8):
        context.identity.passwords.ask_reset(person.principal.email, f"198.51.100.{number}", "en")
    assert len(letters(context, person.principal.email)) == 3


def test_asking_is_slowed_down_for_known_and_unknown_addresses_alike(context: Context) -> None:
    ask = context.identity.passwords.ask_reset
    for number in range(RESETS_FROM_ONE_ADDRESS.free + 1):
        ask(f"nobody{number}@demo.example", HERE, "en")
    with pytest.raises(TooManyAttemptsError):
        ask("nobody@demo.example", HERE, "en")


def test_the_state_works_alike_for_known_and_unknown_addresses(context: Context, person: SignedIn) -> None:
    """Beside the letter itself, which is one row more of a transaction that writes anyway."""

    def statements(email: str) -> list[str]:
        seen: list[str] = []

        def note(_connection, _cursor, statement, *_rest) -> None:
            seen.append(" ".join(statement.split())[:40])

        event.listen(context.database.engine, "before_cursor_execute", note)
        context.identity.passwords.ask_reset(email, HERE, "en")
        event.remove(context.database.engine, "before_cursor_execute", note)
        return [one for one in seen if "outgoing_mails" not in one and "account_roles" not in one]

    known, unknown = statements(person.principal.email), statements("nobody@demo.example")
    assert known == unknown


def test_two_resets_at_once_change_the_password_once(on_either: LiveService) -> None:
    context = on_either.context
    person = on_either.sign_in()
    context.identity.passwords.ask_reset(person.principal.email, HERE, "en")
    secret = secret_in(letters(context, person.principal.email)[0])

    def reset(number: int) -> bool:
        try:
            context.identity.passwords.reset(secret, f"{NEW} {number}", "en")
        except DeadLinkError:
            return False
        return True

    with ThreadPoolExecutor(6) as pool:
        won = list(pool.map(reset, range(6)))
    assert sum(won) == 1
    assert opens(context, person, f"{NEW} {won.index(True)}")


def test_a_link_to_an_address_of_before_opens_nothing(context: Context, person: SignedIn) -> None:
    email = person.principal.email
    context.identity.passwords.ask_reset(email, HERE, "en")
    secret = secret_in(letters(context, email)[0])
    with context.database.session() as session:
        session.get_one(Account, person.principal.sub).email = "camille@elsewhere.example"
    with pytest.raises(DeadLinkError):
        context.identity.passwords.reset(secret, NEW, "en")


def test_who_signs_in_elsewhere_gets_no_password_here(context: Context, person: SignedIn) -> None:
    with context.database.session() as session:
        session.get_one(Account, person.principal.sub).external_subject = "https://issuer.example|42"
    context.identity.passwords.ask_reset(person.principal.email, HERE, "en")
    assert letters(context, person.principal.email) == []


def test_an_account_without_a_password_takes_none(context: Context, person: SignedIn) -> None:
    with context.database.session() as session:
        session.get_one(Account, person.principal.sub).password_hash = ""
    assert not opens(context, person, "")
    assert not opens(context, person, PASSWORD)


# Others who guess


@pytest.fixture
def guessed(context: Context, person: SignedIn) -> Iterator[SignedIn]:
    """Somebody whose account many addresses guess at, without end."""
    for number in range(FROM_ANYWHERE.free + 1):
        with pytest.raises(WrongCredentialsError):
            context.identity.accounts.authenticate(person.principal.email, "wrong", f"198.51.100.{number}")
    return person


def test_a_familiar_browser_is_not_held_up_by_others(context: Context, guessed: SignedIn) -> None:
    accounts, email = context.identity.accounts, guessed.principal.email
    with pytest.raises(TooManyAttemptsError):
        accounts.authenticate(email, PASSWORD, HERE)
    mark = accounts.familiar_mark(guessed.principal.sub)
    assert accounts.authenticate(email, PASSWORD, HERE, mark) == guessed.principal
    with pytest.raises(TooManyAttemptsError):  # the mark is of this person alone
        accounts.authenticate(email, PASSWORD, HERE, accounts.familiar_mark("somebody-else"))


def test_a_familiar_browser_guesses_no_more_than_others(context: Context, person: SignedIn) -> None:
    accounts, mark = context.identity.accounts, context.identity.accounts.familiar_mark(person.principal.sub)
    for _ in range(FROM_FAMILIAR.free + 1):
        with pytest.raises(WrongCredentialsError):
            accounts.authenticate(person.principal.email, "wrong", HERE, mark)
    with pytest.raises(TooManyAttemptsError):
        accounts.authenticate(person.principal.email, PASSWORD, HERE, mark)


def test_whoever_is_held_up_by_others_does_not_fail_from_their_own_address(
    context: Context, guessed: SignedIn, clock: MovableClock
) -> None:
    for _ in range(10):
        with pytest.raises(TooManyAttemptsError):
            context.identity.accounts.authenticate(guessed.principal.email, PASSWORD, HERE)
    clock.advance(11)
    assert opens(context, guessed, PASSWORD)


def test_the_addresses_of_one_subscriber_count_as_one(context: Context, person: SignedIn) -> None:
    authenticate, email = context.identity.accounts.authenticate, person.principal.email
    for number in range(FROM_ONE_ADDRESS.free + 1):
        address = f"2001:db8:1:2::{number}"
        with pytest.raises(WrongCredentialsError):
            authenticate(email, "wrong", address)
    with pytest.raises(TooManyAttemptsError):
        authenticate(email, PASSWORD, "2001:db8:1:2::ffff")
