"""The statistics of the operators: figures, charts with a table beside each, all as CSV (CAT-44)."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request
from fastapi.responses import Response

from dinamis_service.context import Context
from dinamis_service.errors import NotFoundError
from dinamis_service.quotas.geometry import AREA_STEP
from dinamis_service.quotas.table import Sensor
from dinamis_service.quotas.words import Words
from dinamis_service.registry.statistics import (
    GROUPS,
    OPEN,
    ByYear,
    Figures,
    figures,
    lines,
    names_of,
    of_year,
)
from dinamis_service.requests.csv_export import BOM, csv_line
from dinamis_service.signing.monthly import RunningMonth
from dinamis_service.web.access import operator_of, page_route
from dinamis_service.web.charts import Row, Theme, bars
from dinamis_service.web.downloads import csv_answer
from dinamis_service.web.pages import Page

PATH = "/operator/statistics"
FIRST_YEAR, YEARS_SHOWN = 2000, 6
_YEAR = re.compile(r"[0-9]{4}")
OF_A_PAGE = timedelta(minutes=1)
"""Charts show what their page shows, not what came since."""

FIGURES: Mapping[str, Words] = {
    "members": Words("Adhérents", "Members"),
    "adhesions_received": Words("Demandes d'adhésion reçues", "Adhesion requests received"),
    "adhesions_validated": Words("dont validées", "of which validated"),
    "adhesions_refused": Words("dont refusées", "of which refused"),
    "adhesions_instructed": Words("dont en instruction", "of which under instruction"),
    "adhesions_closed": Words("Adhésions clôturées", "Adhesions closed"),
    "accounts": Words("Comptes", "Accounts"),
    "accounts_created": Words("Comptes créés", "Accounts created"),
    "requests": Words("Demandes d'images", "Image requests"),
    "acquired": Words("Surfaces livrées (km²)", "Delivered surfaces (km²)"),
    "downloads": Words("Téléchargements de produits", "Product downloads"),
}


@dataclass(frozen=True)
class Chart:
    """A chart: its name, its rows and the series of each."""

    name: str
    title: str
    rows: Sequence[Row]
    series: Sequence[str]
    cells: Sequence[Sequence[str]]


class FreshFigures:
    """Figures of a year, counted anew where those at hand are too old: a page asks for several charts."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._running = RunningMonth()
        self._kept: dict[int, tuple[datetime, Figures]] = {}

    def of(self, year: int, most: timedelta) -> Figures:
        """Figures of a year that are at most this old."""
        now = self._context.clock()
        at, found = self._kept.get(year, (None, None))
        if at is None or found is None or not timedelta(0) <= now - at <= most:
            found = figures(self._context.database, now, year, self._running)
            self._kept[year] = now, found
        return found


def build_router(context: Context, fresh: FreshFigures) -> APIRouter:
    """The page, its charts and the table to take away."""
    router = APIRouter(include_in_schema=False, route_class=page_route(context))

    def told(request: Request, most: timedelta = timedelta(0)) -> tuple[Page, Figures]:
        page = Page(context, request)
        operator_of(page)
        last, asked = context.clock().year, request.query_params.get("year", "")
        known = _YEAR.fullmatch(asked) is not None and FIRST_YEAR <= int(asked) <= last
        return page, fresh.of(int(asked) if known else last, most)

    @router.get(PATH)
    def show(request: Request) -> Response:
        page, found = told(request)
        return page.render(
            "operator/statistics.html",
            figures=found,
            names={name: words.told(page.language) for name, words in FIGURES.items()},
            requests=of_year(found.requests, found.year),
            downloads=of_year(found.downloads, found.year),
            charts=charts(page, found),
        )

    @router.get(PATH + ".csv")
    def export(request: Request) -> Response:
        page, found = told(request)
        heads = (
            Words("Chiffre", "Figure"),
            Words("Détail", "Detail"),
            Words("Année", "Year"),
            Words("Valeur", "Value"),
        )
        rows = [BOM + csv_line([one.told(page.language) for one in heads])]
        for what, kind, year, number in lines(found):
            name = FIGURES[what].told(page.language)
            detail = _detail(page, what, kind)
            rows.append(csv_line([name, detail, "" if year is None else str(year), str(number)]))
        return csv_answer(f"statistiques-{found.year}.csv", rows)

    @router.get(PATH + "/{name}.svg")
    def chart(
        request: Request, name: Annotated[str, Path(pattern="^[a-z]{1,20}$")], theme: str = ""
    ) -> Response:
        page, found = told(request, OF_A_PAGE)
        drawn = [one for one in charts(page, found) if one.name == name]
        if not drawn:
            raise NotFoundError(page.text("Ce graphique n'existe pas.", "There is no such chart."))
        wanted: Theme = "dark" if theme == "dark" else "light"
        svg = bars(drawn[0].title, drawn[0].rows, drawn[0].series, wanted)
        headers = {"Cache-Control": "private, no-store", "Content-Security-Policy": "default-src 'none'"}
        return Response(svg, media_type="image/svg+xml", headers=headers)

    return router


def charts(page: Page, found: Figures) -> list[Chart]:
    """The charts of the page."""
    members = [
        Row(words.told(page.language), [found.members[name]], page.show.number(found.members[name]))
        for name, (words, _) in GROUPS.items()
    ]
    title = FIGURES["members"].told(page.language)
    km2 = float(AREA_STEP)
    return [
        Chart("members", title, members, [title], [[one.told] for one in members]),
        _by_year(page, "requests", found, found.requests, _plain),
        _by_year(page, "acquired", found, found.acquired, lambda units: units * km2),
        _by_year(page, "downloads", found, found.downloads, _plain),
    ]


def _by_year(page: Page, what: str, found: Figures, counts: ByYear, value: Callable[[int], float]) -> Chart:
    """A chart of the last years, the newest first, stacked by what is counted in them."""
    names = names_of(counts)
    rows, cells = [], []
    for year in sorted(found.years, reverse=True)[:YEARS_SHOWN]:
        values = [value(counts.get(year, {}).get(name, 0)) for name in names]
        told = [page.show.number(round(one)) for one in [*values, sum(values)]]
        rows.append(Row(str(year), values, told[-1]))
        cells.append(told)
    series = [_detail(page, what, name) for name in names]
    return Chart(what, FIGURES[what].told(page.language), rows, series, cells)


def _plain(number: int) -> float:
    return float(number)


def _detail(page: Page, what: str, name: str) -> str:
    """What a figure counts apart, in words."""
    if what == "members":
        return GROUPS[name][0].told(page.language) if name else ""
    if name in list(Sensor):
        return page.show.sensor(name)
    if name.endswith(f" ({OPEN})"):
        return page.text("{}, données ouvertes", "{}, open data").format(name.removesuffix(f" ({OPEN})"))
    return name or page.text("autres", "others")


def summary(page: Page, found: Figures) -> list[tuple[str, Any]]:
    """The few figures that a home page shows."""
    return [
        (FIGURES["members"].told(page.language), found.member_total),
        (FIGURES["accounts"].told(page.language), found.accounts),
        (f"{FIGURES['adhesions_received'].told(page.language)} ({found.year})", found.adhesions.received),
        (f"{FIGURES['requests'].told(page.language)} ({found.year})", of_year(found.requests, found.year)),
        (f"{FIGURES['downloads'].told(page.language)} ({found.year})", of_year(found.downloads, found.year)),
    ]
