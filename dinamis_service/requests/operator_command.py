"""`dinamis-service operator`: what operators do with requests, from the command line.

The operator is whoever may run the command on the data folder; their system name is kept as the author.
"""

from __future__ import annotations

import argparse
import getpass
import json
import os
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from dinamis_service.app import create_context
from dinamis_service.catalogue.products.ortho import Ortho
from dinamis_service.context import Context
from dinamis_service.errors import InvalidError
from dinamis_service.identity.principal import Principal
from dinamis_service.language import pick_language
from dinamis_service.passes import elements_action
from dinamis_service.quotas.geometry import AREA_STEP
from dinamis_service.quotas.words import euros, number
from dinamis_service.registry import mission_actions
from dinamis_service.requests import call_actions, project_actions, tariff_actions
from dinamis_service.requests.actions import Action, decimal
from dinamis_service.requests.caller import Caller
from dinamis_service.requests.decisions import ENDS
from dinamis_service.requests.delivery import Sent, deliver
from dinamis_service.requests.history import price_cents
from dinamis_service.requests.instruction import Instruction
from dinamis_service.requests.listing import Wanted
from dinamis_service.requests.orders import Orders
from dinamis_service.requests.placing import Acquisition
from dinamis_service.requests.states import TITLES, State
from dinamis_service.requests.tables import Order
from dinamis_service.settings import Settings
from dinamis_service.signing import statistics

_LISTED = 10_000


class Desk:
    """An open service and the operator who works on it."""

    def __init__(self, context: Context, operator: Caller) -> None:
        self.context = context
        self.operator = operator
        self.orders = Orders(context.database, context.catalogue, context.clock)
        self.instruction = Instruction(self.orders, operator)


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command `operator`."""
    everywhere = argparse.ArgumentParser(add_help=False)
    everywhere.add_argument(
        "--data-dir", type=Path, default=argparse.SUPPRESS, help="folder of the databases, keys and objects"
    )
    parser = subparsers.add_parser(
        "operator", parents=[everywhere], help="instruct image requests, missions, statistics"
    )
    actions = parser.add_subparsers(title="actions", required=True, metavar="ACTION")

    def add(
        name: str, run: Callable[[Desk, argparse.Namespace], None], help_: str
    ) -> argparse.ArgumentParser:
        action = actions.add_parser(name, parents=[everywhere], help=help_, description=help_)
        action.set_defaults(handler=_handle, run=run)
        return action

    def on_request(
        name: str, run: Callable[[Desk, argparse.Namespace], None], help_: str
    ) -> argparse.ArgumentParser:
        action = add(name, run, help_)
        action.add_argument("request", metavar="REQUEST", help="identifier of the request")
        action.add_argument("--reason", help="why, as the requester will read it")
        return action

    listing = add("list", _list, "list requests, newest first")
    listing.add_argument("--state", choices=[state.value for state in State], help="only those in this state")
    show = add("show", _show, "show a request and its history")
    show.add_argument("request", metavar="REQUEST")
    on_request("accept", _accept, "accept a request, through arbitration")
    on_request("refuse", _refuse, "refuse a request (--reason is needed)")
    quote = on_request("quote", _quote, "send the price for the requester to accept")
    quote.add_argument("--eur", help="price in euros; by default the one of the table")
    on_request("produce", _produce, "start production, or tasking and then acquisition")
    delivery = on_request("deliver", _deliver, "put the products into the catalogue for every member")
    delivery.add_argument(
        "files", nargs="*", type=Path, metavar="FILE", help="products, archives, folders, or images"
    )
    delivery.add_argument("--platform", help="satellite of new images, such as PHR1A")
    delivery.add_argument("--datetime", help="moment of the acquisition of new images, with its time zone")
    delivery.add_argument("--cloud", type=float, help="clouds of new images, in percent")
    delivery.add_argument("--incidence", type=float, help="incidence angle of new images, in degrees")
    delivery.add_argument("--ortho", action="store_true", help="orthorectify raw products (by their RPC)")
    delivery.add_argument(
        "--dem", type=Path, help="terrain for --ortho, heights in metres above the ellipsoid"
    )
    delivery.add_argument("--height", type=float, help="height of a flat ground for --ortho, metres")
    for decision, state in ENDS.items():
        on_request(
            decision.value, _end, f"end a request as {TITLES[state].en} (--reason is needed)"
        ).set_defaults(end=state)

    def add_decision(name: str, run: Action, help_: str) -> argparse.ArgumentParser:
        return add(name, lambda desk, args: run(desk.context, desk.operator, args), help_)

    for decisions in (project_actions, call_actions, tariff_actions, elements_action):
        decisions.register(add_decision)

    def add_other(name: str, run: mission_actions.Run, help_: str) -> argparse.ArgumentParser:
        return add(name, lambda desk, args: run(desk.context, desk.operator.language, args), help_)

    mission_actions.register(add_other)
    statistics.add_arguments(
        add_other("statistics", statistics.run, "what was downloaded, by month, entity and sensor")
    )


def _handle(args: argparse.Namespace, settings: Settings) -> int:
    """Open the service, run one action, close it."""
    if "data_dir" in args:
        settings = settings.in_folder(args.data_dir)
    context = create_context(settings)
    try:
        args.run(Desk(context, _operator()), args)
    finally:
        context.catalogue.close()
        context.database.close()
    return 0


def _operator() -> Caller:
    """Whoever runs the command, in the language of their terminal."""
    try:
        name = getpass.getuser()
    except (KeyError, OSError):  # a user without a name, as in containers
        name = f"uid {os.getuid()}"
    principal = Principal(
        sub=f"operator-command:{name}",
        username=name,
        email="",
        given_name=name,
        family_name="(operator)",
        roles=frozenset({"operator"}),
        user_kind="",
        entity_id="",
        entity_name="",
        entity_acronym="",
    )
    return Caller(principal, pick_language(os.environ.get("LANG", "").partition(".")[0].replace("_", "-")))


def _list(desk: Desk, args: argparse.Namespace) -> None:
    wanted = Wanted([State(args.state)] if args.state else [])
    for order in desk.orders.page(desk.operator, _LISTED, wanted=wanted):
        print(_line(desk, order))


def _show(desk: Desk, args: argparse.Namespace) -> None:
    order = desk.orders.get(desk.operator, args.request)
    language = desk.operator.language
    print(_line(desk, order))
    print(f"  {order.product_id}  {order.starts.isoformat()}/{order.ends.isoformat()}  {order.limits or ''}")
    print(f"  {json.dumps(order.parameters, ensure_ascii=False)}")
    for message in order.assessment["messages"]:
        print(f"  [{message['level']}] {message[language]}")
    for change in order.changes:
        reason = f" : {change.reason}" if change.reason else ""
        state = TITLES[State(change.state)].told(language)
        print(f"  {change.moment.isoformat()}  {state}  {change.author}{reason}")
    for item in order.delivered_items:
        print(f"  -> {item['collection']}/{item['id']}")


def _accept(desk: Desk, args: argparse.Namespace) -> None:
    print(_line(desk, desk.instruction.accept(args.request, args.reason)))


def _refuse(desk: Desk, args: argparse.Namespace) -> None:
    print(_line(desk, desk.instruction.refuse(args.request, args.reason)))


def _quote(desk: Desk, args: argparse.Namespace) -> None:
    eur = None if args.eur is None else decimal(args.eur, desk.operator)
    print(_line(desk, desk.instruction.quote(args.request, eur, args.reason)))


def _produce(desk: Desk, args: argparse.Namespace) -> None:
    print(_line(desk, desk.instruction.produce(args.request, args.reason)))


def _deliver(desk: Desk, args: argparse.Namespace) -> None:
    acquisition = Acquisition(
        args.platform, _moment(args.datetime, desk.operator), args.cloud, args.incidence
    )
    ortho = Ortho(args.dem or desk.context.settings.dem_path, args.height) if args.ortho else None
    sent = Sent(args.files, acquisition, ortho)
    order = deliver(desk.context, desk.operator, args.request, sent, reason=args.reason)
    print(_line(desk, order))
    for item in order.delivered_items:
        print(f"  -> {item['collection']}/{item['id']}")


def _end(desk: Desk, args: argparse.Namespace) -> None:
    print(_line(desk, desk.instruction.end(args.request, args.end, args.reason)))


def _line(desk: Desk, order: Order) -> str:
    """A request on one line."""
    language = desk.operator.language
    cents = price_cents(order)
    price = desk.operator.say(fr="sur devis", en="to be quoted") if cents is None else euros(cents, language)
    area = number(AREA_STEP * order.area_units, language)
    state = TITLES[State(order.state)].told(language)
    requester = f"{order.owner_name} <{order.owner_email}>"
    return f"{order.id}  {state}  {order.created:%Y-%m-%d}  {area} km²  {price}  {requester}"


def _moment(written: str | None, operator: Caller) -> datetime | None:
    """A moment with its time zone."""
    if written is None:
        return None
    try:
        moment = datetime.fromisoformat(written)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise InvalidError(
            operator.say(
                fr=f"« {written} » n'est pas une date avec son fuseau (2026-12-05T10:30:00Z).",
                en=f"'{written}' is not a moment with a time zone (2026-12-05T10:30:00Z).",
            )
        )
    return moment
