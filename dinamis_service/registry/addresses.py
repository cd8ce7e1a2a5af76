"""How people who type are reached: e-mail addresses, professional ones where asked (REG-05), and phones."""

from __future__ import annotations

import json
import re
from email.errors import HeaderParseError
from email.headerregistry import Address
from functools import cache
from importlib.resources import files

from dinamis_service.quotas.words import Words

LENGTH_MAX = 254
_LOCAL_MAX = 64
_DOMAIN = re.compile(r"(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]")
_LOCAL = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+")


_PHONE = re.compile(r"\+?(?=.*[0-9])[0-9 ().\-/]{2,39}")


class AddressError(ValueError):
    """An address that is not taken; `words` says why."""

    def __init__(self, words: Words) -> None:
        self.words = words
        super().__init__(words.en)


def normal(address: str) -> str:
    """An address as it is compared and stored: case and outer blanks do not count."""
    return address.strip().casefold()


def is_address(address: str) -> bool:
    """Whether somebody could be written to at an address."""
    known = normal(address)
    local, _, domain = known.rpartition("@")
    return _is_local(local) and _DOMAIN.fullmatch(domain) is not None and len(known) <= LENGTH_MAX


def professional(address: str, extra: str = "") -> str:
    """A professional address in its normal form.

    Args:
        address: as it was typed.
        extra: domains of public mail services besides those known, separated by commas.

    Raises:
        AddressError: it is none, or its domain gives addresses to everybody.
    """
    known = normal(address)
    domain = known.rpartition("@")[2]
    if not is_address(known):
        raise AddressError(
            Words(
                "Ce n'est pas une adresse électronique ; exemple : prenom.nom@organisme.fr.",
                "This is no e-mail address; an example: first.last@organisation.fr.",
            )
        )
    if _is_public(domain, {one.strip().casefold() for one in extra.split(",")}):
        raise AddressError(
            Words(
                f"Une adresse professionnelle est demandée : {domain} donne des adresses à tout le monde.",
                f"A professional address is needed: {domain} gives addresses to everybody.",
            )
        )
    return known


def is_phone(typed: str) -> bool:
    """Whether this is a telephone number as people write them."""
    return _PHONE.fullmatch(typed) is not None


@cache
def public_domains() -> frozenset[str]:
    """Domains of the mail services that everybody may have an address of."""
    text = (files("dinamis_service.registry") / "public_mail_domains.json").read_text("utf-8")
    return frozenset(json.loads(text))


def _is_local(local: str) -> bool:
    """Whether the part before the sign can stand in a header and in a mail."""
    if not _LOCAL.fullmatch(local) or len(local) > _LOCAL_MAX:
        return False
    try:
        Address(username=local, domain="example.org")
    except (ValueError, IndexError, HeaderParseError):
        return False
    return ".." not in local and not local.startswith(".") and not local.endswith(".")


def _is_public(domain: str, extra: set[str]) -> bool:
    """Whether a domain, or one that it lies under, is of a public mail service."""
    labels = domain.split(".")
    parents = {".".join(labels[start:]) for start in range(len(labels) - 1)}
    return bool(parents & (public_domains() | extra))
