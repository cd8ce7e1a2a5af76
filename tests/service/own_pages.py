"""Somebody on the pages of their own account: fixtures and steps that several tests share."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape

import pyotp
from browsing import Operator
from running import PASSWORD, SignedIn

from dinamis_service.context import Context
from dinamis_service.identity.tables import Account

SignIn = Callable[..., SignedIn]
NEW = "quatre vaches bleues dorment"
HOSTILE = "<script>alert(1)</script>\"'&"


def account_of(context: Context, person: SignedIn) -> Account:
    with context.database.reading() as session:
        return session.get_one(Account, person.principal.sub)


def turn_on(context: Context, pages: Operator) -> tuple[pyotp.TOTP, list[str]]:
    """Turn the second factor on as a person does."""
    pages.open("/account/security")
    pages.send("/account/security/second-factor", act="propose", current_password=PASSWORD)
    secret = re.search(r'<p class="address"><code>([^<]+)</code>', pages.page.text)
    picture = re.search(r'<img class="qr" src="([^"]+)"', pages.page.text)
    assert secret is not None
    assert picture is not None
    kept = pages.page
    drawn = pages.open(unescape(picture[1]))
    assert drawn.startswith("<?xml")
    assert secret[1].replace(" ", "") not in drawn
    pages.page = kept
    application = pyotp.TOTP(secret[1].replace(" ", ""))
    pages.send("/account/security/second-factor", act="confirm", code="000000")
    assert pages.page.status_code == 422
    assert pages.said() != ""
    pages.send("/account/security/second-factor", act="confirm", code=application.at(context.clock()))
    codes = re.findall(r"<li><code>([^<]+)</code></li>", pages.page.text)
    assert len(codes) == 8, pages.page.text
    return application, codes
