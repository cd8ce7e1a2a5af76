"""What the actions of `dinamis-service operator` share: how they run, and how they read what is typed."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from datetime import date
from decimal import Decimal

from pydantic import ValidationError

from dinamis_service.context import Context
from dinamis_service.errors import InvalidError
from dinamis_service.numbers import read_number
from dinamis_service.requests.caller import Caller

Action = Callable[[Context, Caller, argparse.Namespace], None]
Add = Callable[[str, Action, str], argparse.ArgumentParser]


def decimal(written: str, operator: Caller) -> Decimal:
    """A number, as people type it in the language of the terminal."""
    try:
        return read_number(written, operator.language)
    except ValueError as error:
        raise InvalidError(
            operator.say(
                fr=f"« {written} » n'est pas un nombre possible.", en=f"'{written}' is not a possible number."
            )
        ) from error


def reason_of(args: argparse.Namespace, operator: Caller) -> str:
    """Why, which has to be given. Raises `InvalidError` when it is not."""
    reason = (args.reason or "").strip()
    if not reason:
        raise InvalidError(operator.say(fr="Donnez la raison (--reason).", en="Give the reason (--reason)."))
    return reason


def day(written: str | None, operator: Caller) -> date | None:
    """A day written as 2026-12-31."""
    if written is None:
        return None
    try:
        return date.fromisoformat(written)
    except ValueError as error:
        raise InvalidError(
            operator.say(
                fr=f"« {written} » n'est pas un jour (2026-12-31).",
                en=f"'{written}' is not a day (2026-12-31).",
            )
        ) from error


def refused_form(error: ValidationError, operator: Caller) -> InvalidError:
    """The refusal of a form that was filled in on the command line."""
    places = ", ".join(".".join(map(str, one["loc"])) or str(one["msg"]) for one in error.errors())
    return InvalidError(
        operator.say(fr=f"Valeurs refusées : {places}.", en=f"Values that are not possible: {places}.")
    )
