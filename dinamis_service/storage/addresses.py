"""From the address of an object to its key."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import unquote

PREFIX = "/objects/"
"""Path of the range server."""


def object_key(url: str, bases: Iterable[str]) -> str | None:
    """Key of the object at `url`; None when it lies at none of the addresses of our objects.

    Nor has an address with a fragment one: a signature would hold for a key that bears the fragment.
    """
    for base in bases:
        if url.startswith(f"{base}/") and "#" not in url:
            return unquote(url[len(base) + 1 :].partition("?")[0])
    return None
