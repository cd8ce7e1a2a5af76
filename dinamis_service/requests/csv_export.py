"""Requests as a table that spreadsheets open: CSV with semicolons, in UTF-8 that says so."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import NamedTuple

from dinamis_service.language import Language
from dinamis_service.quotas.geometry import AREA_STEP
from dinamis_service.quotas.table import RequestKind
from dinamis_service.quotas.words import Words
from dinamis_service.requests.history import price_cents
from dinamis_service.requests.products import PRODUCTS
from dinamis_service.requests.states import TITLES, State
from dinamis_service.requests.tables import Order

BOM = "\ufeff"
"""Tells spreadsheets that the text is UTF-8."""
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_KINDS = {
    RequestKind.ARCHIVE: Words("Archive", "Archive"),
    RequestKind.PROGRAMMING: Words("Programmation", "Programming"),
}


class Column(NamedTuple):
    """A column: its title, and what stands in it for a request."""

    title: Words
    cell: Callable[[Order, Language], str]


def rows(orders: Iterable[Order], language: Language) -> Iterator[str]:
    """The lines of the table, titles first."""
    yield BOM + csv_line([column.title.told(language) for column in COLUMNS])
    for order in orders:
        yield csv_line([column.cell(order, language) for column in COLUMNS])


def harmless(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula, whoever wrote it."""
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


def csv_line(cells: list[str]) -> str:
    """One line of a table, its end included."""
    line = io.StringIO()
    csv.writer(line, delimiter=";", lineterminator="\r\n").writerow([harmless(cell) for cell in cells])
    return line.getvalue()


def _moment(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S}"


def _number(value: Decimal | None, language: Language) -> str:
    """A number as the spreadsheets of a language read it, without separators of thousands."""
    if value is None:
        return ""
    written = f"{value:f}"
    return written.replace(".", ",") if language == "fr" else written


def _judged(name: str) -> Callable[[Order, Language], str]:
    """A surface that a request was judged by."""

    def cell(order: Order, language: Language) -> str:
        kept = order.assessment[name]
        return _number(None if kept is None else Decimal(kept), language)

    return cell


def _price(order: Order, language: Language) -> str:
    cents = price_cents(order)
    return _number(None if cents is None else Decimal(cents).scaleb(-2), language)


def _plain(told: Callable[[Order], str]) -> Callable[[Order, Language], str]:
    return lambda order, _language: told(order)


COLUMNS = (
    Column(Words("Identifiant", "Identifier"), _plain(lambda order: order.id)),
    Column(Words("Projet", "Project"), _plain(lambda order: order.project_id)),
    Column(Words("Titre du projet", "Title of the project"), _plain(lambda order: order.project.title)),
    Column(Words("Demandeur", "Requester"), _plain(lambda order: order.owner_name)),
    Column(Words("Adresse électronique", "E-mail address"), _plain(lambda order: order.owner_email)),
    Column(
        Words("Produit", "Product"), lambda order, language: PRODUCTS[order.product_id].title.told(language)
    ),
    Column(Words("Capteur", "Sensor"), _plain(lambda order: order.sensor)),
    Column(Words("Type", "Kind"), lambda order, language: _KINDS[RequestKind(order.kind)].told(language)),
    Column(Words("Envoyée le (UTC)", "Sent on (UTC)"), _plain(lambda order: _moment(order.created))),
    Column(Words("État", "State"), lambda order, language: TITLES[State(order.state)].told(language)),
    Column(
        Words("Modifiée le (UTC)", "Changed on (UTC)"),
        _plain(lambda order: _moment(order.changes[-1].moment)),
    ),
    Column(Words("Motif", "Reason"), _plain(lambda order: order.changes[-1].reason or "")),
    Column(
        Words("Surface (km²)", "Surface (km²)"),
        lambda order, language: _number(AREA_STEP * order.area_units, language),
    ),
    Column(Words("Quota (km²)", "Quota (km²)"), _judged("quota_km2")),
    Column(Words("Dépassement (km²)", "Excess (km²)"), _judged("excess_km2")),
    Column(Words("Prix (€)", "Price (€)"), _price),
    Column(
        Words("Table des quotas", "Table of quotas"),
        _plain(lambda order: f"{order.assessment['year']} v{order.assessment['version']}"),
    ),
    Column(
        Words("Début de la période (UTC)", "Period from (UTC)"), _plain(lambda order: _moment(order.starts))
    ),
    Column(Words("Fin de la période (UTC)", "Period to (UTC)"), _plain(lambda order: _moment(order.ends))),
    Column(
        Words("Scènes livrées", "Delivered scenes"),
        _plain(lambda order: " ".join(one["id"] for one in order.delivered_items)),
    ),
)
"""The columns of the table, in their order."""
