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
from decimal import Decimal, InvalidOperation
from pathlib import Path

from dinamis_service.app import create_context
from dinamis_service.context import Context
from dinamis_service.errors import InvalidError, NotFoundError
from dinamis_service.identity.principal import Principal
from dinamis_service.language import pick_language
from dinamis_service.quotas.geometry import AREA_STEP
from dinamis_service.quotas.store import add_version, stored_table
from dinamis_service.quotas.table import Sensor
from dinamis_service.quotas.words import euros, number
from dinamis_service.registry import mission_actions
from dinamis_service.requests.caller import Caller
from dinamis_service.requests.decisions import ENDS
from dinamis_service.requests.delivery import Acquisition, deliver
from dinamis_service.requests.history import price_cents
from dinamis_service.requests.instruction import Instruction
from dinamis_service.requests.orders import Orders
from dinamis_service.requests.states import TITLES, State
from dinamis_service.requests.tables import Order, Project
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
    delivery.add_argument("files", nargs="*", type=Path, metavar="FILE", help="images, or folders of images")
    delivery.add_argument("--platform", help="satellite of new images, such as PHR1A")
    delivery.add_argument("--datetime", help="moment of the acquisition of new images, with its time zone")
    delivery.add_argument("--cloud", type=float, help="clouds of new images, in percent")
    delivery.add_argument("--incidence", type=float, help="incidence angle of new images, in degrees")
    for decision, state in ENDS.items():
        on_request(
            decision.value, _end, f"end a request as {TITLES[state].en} (--reason is needed)"
        ).set_defaults(end=state)
    grant = add(
        "grant", _grant, "give a project a quota of its own (0 km2 or more, or 'none' to take it back)"
    )
    grant.add_argument("project", metavar="PROJECT")
    grant.add_argument("sensor", choices=[sensor.value for sensor in Sensor])
    grant.add_argument("km2", metavar="KM2")
    tariffs = add("tariffs", _tariffs, "print the table of quotas and tariffs, or store a new version of it")
    tariffs.add_argument("--year", type=int, help="year of the table; by default this year")
    tariffs.add_argument("--set", type=Path, metavar="FILE", help="JSON of the new version")
    tariffs.add_argument("--reason", help="why it changes")

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
    for order in desk.orders.page(desk.operator, _LISTED, state=State(args.state) if args.state else None):
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
    eur = None if args.eur is None else _decimal(args.eur, desk.operator)
    print(_line(desk, desk.instruction.quote(args.request, eur, args.reason)))


def _produce(desk: Desk, args: argparse.Namespace) -> None:
    print(_line(desk, desk.instruction.produce(args.request, args.reason)))


def _deliver(desk: Desk, args: argparse.Namespace) -> None:
    acquisition = Acquisition(
        args.platform, _moment(args.datetime, desk.operator), args.cloud, args.incidence
    )
    order = deliver(desk.context, desk.operator, args.request, args.files, acquisition, reason=args.reason)
    print(_line(desk, order))
    for item in order.delivered_items:
        print(f"  -> {item['collection']}/{item['id']}")


def _end(desk: Desk, args: argparse.Namespace) -> None:
    print(_line(desk, desk.instruction.end(args.request, args.end, args.reason)))


def _grant(desk: Desk, args: argparse.Namespace) -> None:
    """Give a project another quota (QUO-12); requests made before keep theirs."""
    quota = None if args.km2 == "none" else _decimal(args.km2, desk.operator)
    if quota is not None and quota < 0:
        raise _not_a_number(args.km2, desk.operator)
    with desk.context.database.session() as session:
        project = session.get(Project, args.project, with_for_update=True)
        if project is None:
            raise NotFoundError(
                desk.operator.say(
                    fr=f"Il n'y a pas de projet « {args.project} ».",
                    en=f"There is no project '{args.project}'.",
                )
            )
        others = {sensor: km2 for sensor, km2 in project.granted_km2.items() if sensor != args.sensor}
        project.granted_km2 = others if quota is None else {**others, args.sensor: str(quota)}
        print(f"{project.id}  {json.dumps(project.granted_km2)}")


def _tariffs(desk: Desk, args: argparse.Namespace) -> None:
    """Print or change the table of a year (QUO-03)."""
    now = desk.context.clock()
    year = args.year or now.year
    with desk.context.database.session() as session:
        if args.set is not None:
            if not args.reason:
                raise InvalidError(desk.operator.say(fr="Donnez la raison.", en="Give the reason."))
            try:
                content = json.loads(args.set.read_text("utf-8"))
                add_version(
                    session,
                    year,
                    content,
                    author=desk.operator.principal.username,
                    reason=args.reason,
                    now=now,
                )
            except (ValueError, KeyError, TypeError) as error:
                raise InvalidError(
                    desk.operator.say(
                        fr=f"La table ne tient pas : {error}.",
                        en=f"The table does not hold together: {error}.",
                    )
                ) from error
        stored = stored_table(session, year)
        print(
            f"# {stored.year} v{stored.version}, {stored.author}, {stored.created:%Y-%m-%d}: {stored.reason}"
        )
        print(json.dumps(stored.content, ensure_ascii=False, indent=2))


def _line(desk: Desk, order: Order) -> str:
    """A request on one line."""
    language = desk.operator.language
    cents = price_cents(order)
    price = desk.operator.say(fr="sur devis", en="to be quoted") if cents is None else euros(cents, language)
    area = number(AREA_STEP * order.area_units, language)
    state = TITLES[State(order.state)].told(language)
    requester = f"{order.owner_name} <{order.owner_email}>"
    return f"{order.id}  {state}  {order.created:%Y-%m-%d}  {area} km²  {price}  {requester}"


def _decimal(written: str, operator: Caller) -> Decimal:
    """A finite number written with a point or a comma."""
    try:
        value = Decimal(written.replace(",", "."))
    except InvalidOperation as error:
        raise _not_a_number(written, operator) from error
    if not value.is_finite():
        raise _not_a_number(written, operator)
    return value


def _not_a_number(written: str, operator: Caller) -> InvalidError:
    """The refusal of a number."""
    return InvalidError(
        operator.say(
            fr=f"« {written} » n'est pas un nombre possible.", en=f"'{written}' is not a possible number."
        )
    )


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
