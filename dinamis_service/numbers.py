"""Numbers as people write them."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

_SPACES = str.maketrans("", "", " \u00a0\u202f'")


def read_number(written: str) -> Decimal:
    """A finite number written with a point or a comma, thousands apart or not.

    Raises:
        ValueError: it is not one.
    """
    plain = written.translate(_SPACES).replace(",", ".")
    try:
        value = Decimal(plain)
    except InvalidOperation:
        value = Decimal("NaN")
    if not value.is_finite():
        msg = f"{written!r} is not a number"
        raise ValueError(msg)
    return value
