"""Ordering an archive scene and asking for an acquisition."""

from __future__ import annotations

from collections.abc import Iterator

from qgis.PyQt.QtCore import QDate

from .hands import (
    check,
    choose,
    click,
    click_row,
    double_click,
    find,
    pause,
    rows,
    shown,
    tab,
    text,
    wait,
    write,
    write_date,
    write_number,
)
from .play import Journey
from .search import clear_areas, draw_rectangle, row_text, run_search, show_place

PROJECT = "Occupation du sol autour de Montpellier"


def order(journey: Journey) -> Iterator[None]:
    """Make a project, order a scene with an impatient double click, and see one order."""
    yield from tab("requestsTab")
    yield from make_project(journey)
    before = yield from count_orders()
    place = journey.scenario["orderable_bbox"]
    yield from show_place(journey, place)
    yield from clear_areas()
    yield from draw_rectangle(journey, place)
    yield from click("resetFiltersButton")
    yield from choose("productTypeCombo", lambda data, _: data == "orderable")
    yield from choose_only_mission("PLEIADES")
    yield from run_search()
    check(rows("resultsView") > 0, "orderable scenes are found")
    journey.fact("Orderable scene", row_text("resultsView", 0))
    yield from click_row("resultsView", 0)
    yield from click("orderButton")
    yield from shown("orderDialog")
    yield from choose("orderProjectCombo", lambda _, words: PROJECT in words)
    yield from wait(lambda: "km" in text("orderAreaLabel"), "the area of the order")
    yield from wait(lambda: text("orderQuotaLabel"), "the area against the quota")
    journey.fact("Area", text("orderAreaLabel"))
    journey.fact("Quota", text("orderQuotaLabel"))
    yield from journey.picture("the order: project, options, area against quota")
    yield from double_click("orderSubmitButton")
    yield from taken("order")
    yield from one_more(before)
    journey.fact("Order", row_text("ordersView", 0))
    yield from journey.picture("one order for two clicks, with its state")


def programming(journey: Journey) -> Iterator[None]:
    """Ask for an acquisition of the drawn area within a window of time."""
    yield from tab("requestsTab")
    before = yield from count_orders()
    yield from click("newProgrammingButton")
    yield from shown("programmingDialog")
    yield from choose("programmingProductCombo", lambda data, words: "PLEIADES" in f"{data} {words}".upper())
    yield from choose("programmingProjectCombo", lambda _, words: PROJECT in words)
    start, end = QDate.currentDate().addDays(20), QDate.currentDate().addDays(80)
    yield from write_date("programmingStartEdit", start.year(), start.month(), start.day())
    yield from write_date("programmingEndEdit", end.year(), end.month(), end.day())
    yield from write_number("programmingCloudSpin", 10)
    yield from write_number("programmingIncidenceSpin", 25)
    yield from wait(lambda: "km" in text("programmingAreaLabel"), "the area of the request")
    journey.fact("Area", text("programmingAreaLabel"))
    journey.fact(
        "Window", f"{start.toString('yyyy-MM-dd')} to {end.toString('yyyy-MM-dd')}, cloud ≤ 10 %, angle ≤ 25°"
    )
    yield from journey.picture("the programming request")
    yield from click("programmingSubmitButton")
    yield from taken("programming")
    yield from one_more(before)
    journey.fact("Request", row_text("ordersView", 0))
    yield from journey.picture("the request in the list, with its state")


def make_project(journey: Journey) -> Iterator[None]:
    """Make the project of the requests, unless an earlier journey on the same data made it."""
    yield from pause(1.0)
    if any(PROJECT in row_text("projectsView", row) for row in range(rows("projectsView"))):
        return
    yield from click("newProjectButton")
    yield from shown("projectDialog")
    yield from write("projectTitleEdit", PROJECT)
    yield from write("projectDescriptionEdit", "Suivi de l'urbanisation et des cultures.")
    yield from write("projectObjectivesEdit", "Mesurer les changements entre deux dates.")
    yield from write("projectMethodologyEdit", "Classification d'images à très haute résolution.")
    yield from write("projectResultsEdit", "Cartes d'occupation du sol.")
    yield from fill_themes()
    end = QDate.currentDate().addYears(2)
    yield from write_date("projectEndEdit", end.year(), end.month(), end.day())
    yield from journey.picture("a new project")
    yield from click("projectSubmitButton")
    yield from wait(lambda: not find("projectDialog"), "the end of the dialog", 30)
    yield from wait(
        lambda: any(PROJECT in row_text("projectsView", row) for row in range(rows("projectsView"))),
        "the project in the list",
    )


def fill_themes() -> Iterator[None]:
    """Type the themes of the project."""
    yield from write("projectThemesEdit", "Occupation du sol")


def choose_only_mission(code: str) -> Iterator[None]:
    """Keep one mission only."""
    from qgis.PyQt.QtCore import Qt  # noqa: PLC0415

    from .search import press_on_mission  # noqa: PLC0415

    yield from press_on_mission(code, Qt.Key.Key_Plus)


def taken(dialog: str) -> Iterator[None]:
    """See the identifier that the service gave, and close the dialog."""
    yield from wait(
        lambda: text(f"{dialog}IdLabel"), lambda: f"the identifier of the request{refusal(dialog)}", 60
    )
    yield from click(f"{dialog}CloseButton")
    yield from wait(lambda: not find(f"{dialog}Dialog"), "the end of the dialog")


def refusal(dialog: str) -> str:
    """Return what the dialog says against the request."""
    said = f"{text(f'{dialog}Messages')} {text(f'{dialog}HintLabel')}".strip()
    return f" (the dialog says: {said})" if said else ""


def count_orders() -> Iterator[None]:
    """Ask the service again and count the requests; the value is their number."""
    yield from tab("requestsTab")
    yield from click("refreshOrdersButton")
    yield from pause(1.5)
    return rows("ordersView")


def one_more(before: int) -> Iterator[None]:
    """See exactly one request more, now and after asking the service again."""
    yield from tab("requestsTab")
    yield from wait(lambda: rows("ordersView") == before + 1, f"{before + 1} requests in the list", 30)
    after = yield from count_orders()
    check(after == before + 1, f"one request was made, not {after - before}")
