"""The second factor: turned on with a code, asked for at every sign-in, each code good for once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

import pyotp
import pytest
from clocks import MovableClock
from hypothesis import given
from hypothesis import strategies as st
from running import LiveService, SignedIn
from sqlalchemy import select

from dinamis_service.context import Context
from dinamis_service.identity.accounts import ClosedAccountError, WrongCredentialsError
from dinamis_service.identity.second_factor import (
    CODES_FROM_ONE_ADDRESS,
    RECOVERY_CODES,
    STEP_S,
    StaleError,
    _step_of,
)
from dinamis_service.identity.tables import Account, RecoveryCode
from dinamis_service.identity.throttle import TooManyAttemptsError

HERE, BROWSER = "192.0.2.1", "secret of the browser"


def turned_on(context: Context, sub: str) -> tuple[pyotp.TOTP, list[str]]:
    """The application of a person, and the codes for its loss."""
    factor = context.identity.second_factor
    proposal = factor.propose(sub)
    application = pyotp.TOTP(proposal.secret)
    return application, factor.turn_on(sub, proposal.sealed, now_of(context, application))


def now_of(context: Context, application: pyotp.TOTP, steps: int = 0) -> str:
    return str(application.at(context.clock(), counter_offset=steps))


def answers(context: Context, sub: str, code: str) -> bool:
    factor = context.identity.second_factor
    try:
        return factor.answer(factor.ask(sub, BROWSER), BROWSER, code, HERE).sub == sub
    except WrongCredentialsError:
        return False


@pytest.fixture
def person(signed_in) -> SignedIn:
    return signed_in()


@pytest.fixture
def sub(person: SignedIn) -> str:
    return person.principal.sub


def test_it_is_on_once_a_code_of_it_was_given(context: Context, sub: str, clock: MovableClock) -> None:
    factor = context.identity.second_factor
    proposal = factor.propose(sub)
    assert not factor.is_on(sub)
    with pytest.raises(WrongCredentialsError):
        factor.turn_on(sub, proposal.sealed, "000000")
    assert not factor.is_on(sub)
    application = pyotp.TOTP(proposal.secret)
    assert len(factor.turn_on(sub, proposal.sealed, now_of(context, application))) == RECOVERY_CODES
    assert factor.is_on(sub)
    assert not answers(context, sub, now_of(context, application)), "the code that turned it on is used"
    clock.advance(STEP_S)
    assert answers(context, sub, now_of(context, application))
    with pytest.raises(StaleError):  # it is on
        factor.turn_on(sub, proposal.sealed, now_of(context, application, 1))


def test_a_code_works_once_and_none_of_before_after_it(
    context: Context, sub: str, clock: MovableClock
) -> None:
    application, _codes = turned_on(context, sub)
    clock.advance(10 * STEP_S)
    before, code = now_of(context, application, -1), now_of(context, application)
    assert answers(context, sub, f" {code[:3]} {code[3:]} ")
    assert not answers(context, sub, code)
    assert not answers(context, sub, before)


@given(seconds=st.integers(10**9, 2 * 10**9), drift=st.integers(-5, 5), after=st.integers(-3, 3))
def test_a_code_is_taken_around_its_time_and_after_the_last_one(seconds: int, drift: int, after: int) -> None:
    secret = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
    now = datetime.fromtimestamp(seconds).astimezone()
    current = seconds // STEP_S
    code = pyotp.TOTP(secret).at((current + drift) * STEP_S)
    found = _step_of(secret, code, now, current + after)
    same = {step for step in range(current - 1, current + 2) if pyotp.TOTP(secret).at(step * STEP_S) == code}
    assert (found in same) == any(step > current + after for step in same)


@pytest.mark.parametrize(
    "code",
    ["", "12345", "1234567", "abcdef", "\uff11\uff12\uff13\uff14\uff15\uff16", "é" * 40, "\0", "' OR 1=1"],
)
def test_no_other_text_is_a_code(context: Context, sub: str, code: str) -> None:
    turned_on(context, sub)
    assert not answers(context, sub, code)


def test_codes_for_its_loss_work_once_each(context: Context, sub: str) -> None:
    _application, codes = turned_on(context, sub)
    assert len(set(codes)) == RECOVERY_CODES
    assert answers(context, sub, codes[0].upper().replace("-", " "))
    assert not answers(context, sub, codes[0])
    assert context.identity.second_factor.codes_left(sub) == RECOVERY_CODES - 1
    fresh = context.identity.second_factor.renew_codes(sub)
    assert not answers(context, sub, codes[1])
    assert answers(context, sub, fresh[1])


def test_the_codes_of_another_open_nothing(context: Context, sub: str, signed_in) -> None:
    other = signed_in().principal.sub
    application, codes = turned_on(context, other)
    turned_on(context, sub)
    assert not answers(context, sub, codes[0])
    assert not answers(context, sub, now_of(context, application, 1))


def test_turned_off_nothing_is_asked_and_nothing_is_left(context: Context, sub: str) -> None:
    turned_on(context, sub)
    context.identity.second_factor.turn_off(sub)
    assert not context.identity.second_factor.is_on(sub)
    with context.database.reading() as session:
        assert session.get_one(Account, sub).totp_secret is None
        assert session.scalars(select(RecoveryCode)).all() == []


def test_guessing_codes_is_slowed_down(context: Context, sub: str) -> None:
    application, _codes = turned_on(context, sub)
    for _ in range(CODES_FROM_ONE_ADDRESS.free + 1):
        assert not answers(context, sub, "000000")
    with pytest.raises(TooManyAttemptsError):
        answers(context, sub, now_of(context, application, 1))


def test_the_question_is_for_one_browser_for_some_minutes_and_one_password(
    context: Context, sub: str, clock: MovableClock
) -> None:
    _application, codes = turned_on(context, sub)
    factor = context.identity.second_factor
    asked = factor.ask(sub, BROWSER)
    forged = asked[:-4] + "AAA="
    for bad, browser in ((asked, "another browser"), (forged, BROWSER), ("", BROWSER), ("é", BROWSER)):
        with pytest.raises(StaleError):
            factor.answer(bad, browser, codes[0], HERE)
    clock.advance(601)
    with pytest.raises(StaleError):
        factor.answer(asked, BROWSER, codes[0], HERE)
    asked = factor.ask(sub, BROWSER)
    with context.database.session() as session:
        session.get_one(Account, sub).password_hash = context.identity.accounts.hash("another one")
    with pytest.raises(StaleError):
        factor.answer(asked, BROWSER, codes[0], HERE)
    assert factor.codes_left(sub) == RECOVERY_CODES


def test_a_proposal_is_for_one_person_for_an_hour(
    context: Context, sub: str, signed_in, clock: MovableClock
) -> None:
    factor = context.identity.second_factor
    proposal = factor.propose(sub)
    with pytest.raises(StaleError):
        factor.proposed(signed_in().principal.sub, proposal.sealed)
    clock.advance(3601)
    with pytest.raises(StaleError):
        factor.proposed(sub, proposal.sealed)


def test_the_secret_is_sealed_for_its_account(context: Context, sub: str, signed_in) -> None:
    application, _codes = turned_on(context, sub)
    other = signed_in().principal.sub
    with context.database.session() as session:
        account = session.get_one(Account, sub)
        assert application.secret not in str(account.totp_secret)
        session.get_one(Account, other).totp_secret = account.totp_secret
    with pytest.raises(StaleError):
        answers(context, other, now_of(context, application, 1))
    folder = context.settings.data_dir
    kept = b"".join(path.read_bytes() for path in folder.rglob("state.sqlite*"))
    assert application.secret.encode() not in kept


def test_who_is_closed_out_meanwhile_is_told_so(context: Context, sub: str) -> None:
    _application, codes = turned_on(context, sub)
    with context.database.session() as session:
        session.get_one(Account, sub).state = "closed"
    with pytest.raises(ClosedAccountError):
        answers(context, sub, codes[0])


@pytest.mark.parametrize("kind", ["code", "recovery"])
def test_two_uses_of_one_code_at_once_let_one_in(on_either: LiveService, kind: str) -> None:
    context, person = on_either.context, on_either.sign_in()
    sub, factor = person.principal.sub, on_either.context.identity.second_factor
    application, codes = turned_on(context, sub)
    code = codes[0] if kind == "recovery" else now_of(context, application, 1)
    asked = factor.ask(sub, BROWSER)

    def answer(number: int) -> bool:
        try:
            factor.answer(asked, BROWSER, code, f"198.51.100.{number}")
        except (WrongCredentialsError, TooManyAttemptsError):
            return False
        return True

    with ThreadPoolExecutor(6) as pool:
        assert sum(pool.map(answer, range(6))) == 1
