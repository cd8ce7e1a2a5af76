"""Calls for requests, as actions of `dinamis-service operator` (REQ-27)."""

from __future__ import annotations

import argparse
from typing import Any

from pydantic import ValidationError

from dinamis_service.context import Context
from dinamis_service.quotas.table import RequestKind, Sensor
from dinamis_service.requests.actions import Add, day, refused_form
from dinamis_service.requests.caller import Caller
from dinamis_service.requests.calls import CallForm, Calls, entity_tag, form_of, state_of, title_of
from dinamis_service.requests.tables import RequestCall

_FOREVER = "never"


def register(add: Add) -> None:
    """Add the actions."""
    add("calls", _list, "list the calls for requests")
    call = add("call", _write, "announce a call for requests, or change one (what is left out stays)")
    call.add_argument("call", nargs="?", metavar="CALL", help="identifier of the call to change")
    call.add_argument("--title", help="in French")
    call.add_argument("--title-en", help="in English; by default as in French")
    call.add_argument("--text", help="what is asked for, in French")
    call.add_argument("--text-en", help="in English; by default as in French")
    call.add_argument("--opens", metavar="DAY", help="first day (UTC); by default today")
    call.add_argument("--closes", metavar="DAY", help=f"last day (UTC), or '{_FOREVER}'")
    call.add_argument("--sensor", action="append", choices=[one.value for one in Sensor])
    call.add_argument("--kind", action="append", choices=[one.value for one in RequestKind])


def _list(context: Context, operator: Caller, _args: argparse.Namespace) -> None:
    calls = Calls(context.database, context.clock)
    for call in calls.all():
        print(_line(call, calls, operator))


def _write(context: Context, operator: Caller, args: argparse.Namespace) -> None:
    """Announce or change a call."""
    calls = Calls(context.database, context.clock)
    before = None if args.call is None else calls.get(operator, args.call)
    given = _given(args, operator, calls)
    if before is not None:
        given = form_of(before).model_dump() | given
    try:
        form = CallForm.model_validate(given)
    except ValidationError as error:
        raise refused_form(error, operator) from error
    if before is None:
        call = calls.add(operator, form)
    else:
        call = calls.change(operator, before.id, form, entity_tag(before))
    print(_line(call, calls, operator))


def _given(args: argparse.Namespace, operator: Caller, calls: Calls) -> dict[str, Any]:
    """What was typed, with what a new call takes for granted."""
    new = args.call is None
    values: dict[str, Any] = {
        "title_fr": args.title,
        "title_en": args.title_en or (args.title if new else None),
        "text_fr": args.text,
        "text_en": args.text_en or (args.text if new else None),
        "opens": day(args.opens, operator) or (calls.today if new else None),
        "closes": None if args.closes == _FOREVER else day(args.closes, operator),
        "sensors": args.sensor,
        "kinds": args.kind,
    }
    return {
        name: value
        for name, value in values.items()
        if value is not None or (name == "closes" and args.closes == _FOREVER)
    }


def _line(call: RequestCall, calls: Calls, operator: Caller) -> str:
    """A call on one line."""
    closes = "..." if call.closes is None else call.closes.isoformat()
    what = f"{','.join(call.sensors)}  {','.join(call.kinds)}"
    state = state_of(call, calls.today)
    return f"{call.id}  {state}  {call.opens}/{closes}  {what}  {title_of(call, operator.language)}"
