"""The session as a state machine: every answer of the device flow, faults, renewal, sign-out."""

from __future__ import annotations

import time

import pytest

from dinamis_plugin.controllers.session import SessionState
from dinamis_plugin.qgisio import credentials
from dinamis_plugin.qgisio.credentials import CredentialStore, Vault

from .waiting import BLOCKED_MS, Caught, Ticker, run_for, wait_until

S = SessionState
BUSY_S = 90
"""What takes 3 s of retries and pauses may take a machine that runs other programs that long."""


@pytest.fixture
def session(controllers, scripted, master_password):
    controllers.settings.service_url = scripted.url
    return controllers.session


def sign_in(session, scripted):
    scripted.polls = ["granted"]
    session.sign_in()
    wait_until(lambda: session.state is S.SIGNED_IN)


def test_the_device_flow_from_nothing_to_a_name(session, scripted, opened_urls):
    states, codes, told = (
        Caught(session.state_changed),
        Caught(session.device_code_ready),
        Caught(session.poll_status),
    )
    scripted.polls = ["authorization_pending", "granted"]
    assert session.why_not
    session.sign_in()
    wait_until(lambda: session.state is S.SIGNED_IN)
    assert states.values == [S.CONNECTING, S.WAITING_FOR_APPROVAL, S.CONNECTING, S.SIGNED_IN]
    assert codes.values[0].user_code == "ABCD-EFGH"
    assert opened_urls == [f"{scripted.url}/device?user_code=ABCD-EFGH"]
    assert len(told.values) >= 2
    assert session.account.full_name == "Camille Martin"
    assert str(session.account.entity) == "UMR Exemple"
    assert session.can_use_resources
    assert session.why_not == ""


def test_slow_down_waits_longer(session, scripted):
    scripted.polls = ["slow_down"]
    told = Caught(session.poll_status)
    session.sign_in()
    told.wait(2)
    assert session._device_flow.interval_s == 5.05  # the 5 s that RFC 8628 adds
    assert session.state is S.WAITING_FOR_APPROVAL
    session.cancel_sign_in()
    assert session.state is S.SIGNED_OUT


@pytest.mark.parametrize("answer", ["access_denied", "expired_token", "invalid_grant"])
def test_refused_and_expired_end_the_waiting_each_with_its_words(session, scripted, answer):
    scripted.polls = [answer]
    notices = Caught(session.notice)
    session.sign_in()
    notice = notices.wait()
    assert session.state is S.SIGNED_OUT
    assert notice.action is not None
    denied = answer == "access_denied"
    assert ("refused" in notice.title) is denied
    assert ("expired" in notice.title) is not denied


def test_a_lost_network_is_told_and_the_waiting_goes_on(session, scripted):
    token = "/auth/realms/dinamis/protocol/openid-connect/token"
    told = Caught(session.poll_status)
    scripted.down.add(token)
    session.sign_in()
    wait_until(lambda: any("network" in text for text in told.values))
    assert session.state is S.WAITING_FOR_APPROVAL
    scripted.down.clear()
    scripted.polls = ["granted"]
    wait_until(lambda: session.state is S.SIGNED_IN, 15)


def test_cancel_while_waiting_leaves_no_timer(session, scripted):
    session.sign_in()
    wait_until(lambda: session.state is S.WAITING_FOR_APPROVAL)
    session.cancel_sign_in()
    polled = len(scripted.server.requests)
    run_for(1.5)
    assert len(scripted.server.requests) == polled
    assert session.device is None


@pytest.mark.parametrize(
    ("make", "word"),
    [
        (lambda url: "http://127.0.0.1:9", "reachable"),
        (lambda url: "not an address", "address"),
        (lambda url: f"{url}/elsewhere", "DINAMIS"),
    ],
)
def test_wrong_addresses_are_told_apart(session, scripted, make, word):
    notices = Caught(session.notice)
    session.connect_service(make(scripted.url))
    assert word in notices.wait(seconds=15).title
    assert session.service is None


def test_the_kept_session_comes_back_without_a_dialog(session, controllers, scripted, master_password):
    sign_in(session, scripted)
    stored = master_password.authSetting(_key(scripted.url), "", True)
    assert stored == "refresh-1"
    again = type(controllers)(open_url=lambda _url: True)
    again.session.restore()
    wait_until(lambda: again.session.state is S.SIGNED_IN)
    # The refresh token rotates: the new one is kept.
    wait_until(lambda: master_password.authSetting(_key(scripted.url), "", True) == "refresh-2")
    again.shutdown()


def _key(url):
    return credentials._key(url)


def test_without_a_master_password_the_session_lives_in_memory_and_says_so(
    controllers, scripted, no_master_password
):
    session = controllers.session
    controllers.settings.service_url = scripted.url
    notices = Caught(session.notice)
    sign_in(session, scripted)
    wait_until(lambda: notices.values)
    assert CredentialStore().vault is Vault.UNSET
    assert notices.values[0].action is not None
    assert not no_master_password.existsAuthSetting(_key(scripted.url))


def test_a_locked_store_is_told_and_never_prompts(session, controllers, scripted, master_password):
    sign_in(session, scripted)
    master_password.clearMasterPassword()
    again = type(controllers)(open_url=lambda _url: True)
    notices = Caught(again.session.notice)
    again.session.restore()
    notice = notices.wait()
    assert again.session.state is S.SIGNED_OUT
    assert notice.action is not None
    again.shutdown()


def test_the_access_token_is_renewed_before_it_ends_and_only_once(session, controllers, scripted):
    scripted.expires_in = 1  # within the margin at once: every call renews
    sign_in(session, scripted)
    scripted.expires_in = 300
    before = scripted.issued
    done = []
    service = session.service
    for _ in range(5):
        controllers.runner.run("t", lambda c: service.auth.account(), done.append, done.append)
    wait_until(lambda: len(done) == 5)
    assert [account.full_name for account in done] == ["Camille Martin"] * 5
    assert scripted.issued <= before + 1


def test_a_revoked_token_is_renewed_in_mid_work(session, controllers, scripted):
    sign_in(session, scripted)
    scripted.access_valid.clear()
    done = []
    service = session.service
    controllers.runner.run("t", lambda c: service.auth.account(), done.append, done.append)
    wait_until(lambda: done)
    assert done[0].full_name == "Camille Martin"


def test_a_session_that_the_service_ended_is_expired_and_forgotten(
    session, controllers, scripted, master_password
):
    sign_in(session, scripted)
    scripted.access_valid.clear()
    scripted.refresh_valid.clear()
    notices, accounts = Caught(session.notice), Caught(session.account_changed)
    service = session.service
    controllers.runner.run("t", lambda c: service.auth.account(), lambda a: None, lambda e: None)
    wait_until(lambda: session.state is S.EXPIRED)
    assert notices.wait().action is not None
    assert accounts.values == [None]
    assert not session.can_use_resources
    assert not master_password.existsAuthSetting(_key(scripted.url))


def test_sign_out_revokes_removes_and_forgets(session, scripted, master_password):
    sign_in(session, scripted)
    first = Caught(session.signing_out)
    session.sign_out()
    assert session.state is S.SIGNED_OUT
    assert session.account is None
    assert not master_password.existsAuthSetting(_key(scripted.url))
    wait_until(lambda: scripted.revoked == ["refresh-1"])
    assert len(first.values) == 1


def test_sign_out_without_a_network_forgets_all_the_same_and_says_so(session, scripted, master_password):
    sign_in(session, scripted)
    scripted.down.add("/auth/realms/dinamis/protocol/openid-connect/revoke")
    notices = Caught(session.notice)
    session.sign_out()
    assert notices.wait().hint
    assert not master_password.existsAuthSetting(_key(scripted.url))


def test_the_window_lives_while_the_service_is_slow(session, scripted):
    scripted.delay_s = 0.5
    scripted.polls = ["granted"]
    with Ticker() as ticker:
        session.sign_in()
        wait_until(lambda: session.state is S.SIGNED_IN, 20)
    assert ticker.longest_ms < BLOCKED_MS


def test_offline_at_the_start_comes_back_by_the_clock(session, controllers, scripted, master_password):
    sign_in(session, scripted)
    again = type(controllers)(open_url=lambda _url: True)
    scripted.down.add("/.well-known/dinamis")
    again.session.restore()
    wait_until(lambda: again.session.state is S.OFFLINE, BUSY_S)
    assert again.session.why_not
    scripted.down.clear()
    wait_until(lambda: not again.runner.busy, BUSY_S)
    again.session._tick()
    wait_until(lambda: again.session.state is S.SIGNED_IN, BUSY_S)
    again.shutdown()
    assert not again.runner.busy


def test_signing_out_never_waits_for_a_renewal_and_ends_what_came_of_it(session, controllers, scripted):
    sign_in(session, scripted)
    scripted.access_valid.clear()
    scripted.delay_s = 1.0
    service = session.service
    controllers.runner.run("t", lambda c: service.auth.account(), lambda a: None, lambda e: None)
    token = "/auth/realms/dinamis/protocol/openid-connect/token"
    before = len(scripted.server.requests)
    wait_until(lambda: any(request.path == token for request in scripted.server.requests[before:]))
    began = time.monotonic()
    session.sign_out()
    assert time.monotonic() - began < 0.8
    wait_until(lambda: not controllers.runner.busy, 20)
    # The token at the sign-out, and the one that the renewal brought afterwards.
    assert set(scripted.revoked) == {"refresh-1", "refresh-2"}
    assert session._keeping.tokens.refresh_value is None
    assert session._keeping.tokens.access_token() is None
