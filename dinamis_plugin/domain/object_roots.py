"""Where images lie that are kept signed: the stores of services, and those of settings."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit

_ROOT = re.compile(r"https?://[A-Za-z0-9.\-\[\]:]+(?::\d+)?(?:/[^\s?#]*)?")


@dataclass(frozen=True)
class ObjectRoots:
    """Addresses such as `https://host` or `https://host/bucket`, without a slash at the end."""

    roots: frozenset[str]

    @classmethod
    def of(cls, typed: Iterable[str]) -> ObjectRoots:
        """Take the usable addresses of a list that may come from a person."""
        return cls(frozenset(root for root in map(clean_root, typed) if root))

    def with_root(self, root: str) -> ObjectRoots:
        """The same and one more."""
        return ObjectRoots.of([*self.roots, root])

    def hold(self, href: str) -> bool:
        """Say whether an address without a signature lies under one of them."""
        return any(href.startswith(f"{root}/") for root in self.roots)

    def occur_in(self, text: str) -> bool:
        """Say whether an address under one of them is somewhere in a text."""
        return any(f"{root}/" in text for root in self.roots)


def clean_root(typed: str) -> str:
    """Clean an address that a person typed: https unless said otherwise; empty when it is not one."""
    address = typed.strip().rstrip("/")
    if address and "://" not in address:
        address = f"https://{address}"
    try:
        usable = bool(_ROOT.fullmatch(address)) and bool(urlsplit(address).hostname)
    except ValueError:
        usable = False
    return address if usable else ""
