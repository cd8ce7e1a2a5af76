"""How the tables of quotas and tariffs are shown, compared and read back from their form."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any, NamedTuple

from dinamis_service.quotas.reasons import KIND_NAMES
from dinamis_service.quotas.table import USER_KINDS, RequestKind, Sensor
from dinamis_service.quotas.tables import StoredQuotaTable
from dinamis_service.web.forms import number_of, text_of, ticked, whole
from dinamis_service.web.pages import Page

NEW_TRANCHES = 2
"""Empty lines for tranches that a form offers."""

Content = Mapping[str, Any]


class Line(NamedTuple):
    """A line of the table: its name and its value for each sensor."""

    name: str
    values: list[str]


class Difference(NamedTuple):
    """What one version says in place of another."""

    sensor: str
    name: str
    before: str
    after: str


def lines_of(page: Page, content: Content) -> list[Line]:
    """The table, its sensors side by side."""
    told = [dict(_told(page, content["sensors"][sensor])) for sensor in Sensor]
    names = list(dict.fromkeys(name for one in told for name in one))
    return [Line(name, [one.get(name, "") for one in told]) for name in names]


def differences(page: Page, before: Content, after: Content) -> list[Difference]:
    """What changed from one table to another, as people read it."""
    found = []
    for number, sensor in enumerate(Sensor):
        old = {line.name: line.values[number] for line in lines_of(page, before)}
        new = {line.name: line.values[number] for line in lines_of(page, after)}
        found += [
            Difference(page.show.sensor(sensor), name, old.get(name, ""), new.get(name, ""))
            for name in dict.fromkeys([*old, *new])
            if old.get(name, "") != new.get(name, "")
        ]
    return found


def before_it(stored: StoredQuotaTable, versions: Sequence[StoredQuotaTable]) -> StoredQuotaTable | None:
    """The version before one: of its year, else the last of the year before that has any."""
    earlier = [one for one in versions if (one.year, one.version) < (stored.year, stored.version)]
    return max(earlier, key=lambda one: (one.year, one.version), default=None)


def values_of(page: Page, content: Content) -> dict[str, Any]:
    """A table as the fields of its form."""
    values: dict[str, Any] = {}
    for sensor in Sensor:
        stored = content["sensors"][sensor]
        numbers = {f"quota_km2.{kind}": stored["quota_km2"][kind] for kind in USER_KINDS}
        numbers |= {f"prices_eur.{kind}": stored["prices_eur"][kind] for kind in RequestKind}
        numbers |= {name: stored.get(name) for name in ("minimum_km2", "km2_per_credit")}
        for place, lot in enumerate(stored.get("tranches", ())):
            numbers |= {f"tranches.{place}.credits": lot["credits"], f"tranches.{place}.eur": lot["eur"]}
        help_ = stored.get("cofinancing")
        if help_ is not None:
            numbers["cofinancing.eur"] = help_["eur"]
            values[f"{sensor}.cofinancing.enabled"] = "yes" if help_["enabled"] else ""
            values[f"{sensor}.cofinancing.kinds"] = list(help_["kinds"])
        for name, value in numbers.items():
            values[f"{sensor}.{name}"] = "" if value is None else page.show.typed(value)
        values |= {f"{sensor}.note.{language}": stored["note"][language] for language in ("fr", "en")}
    return values


def content_of(page: Page, form: Mapping[str, Any], base: Content) -> dict[str, Any]:
    """The table that a form writes; what the form does not show stays as `base` has it.

    Numbers that cannot be read stay as they were typed, for the table to refuse them.
    """
    content: dict[str, Any] = copy.deepcopy(dict(base))
    for sensor in Sensor:
        stored = content["sensors"][sensor]
        for kind in USER_KINDS:
            stored["quota_km2"][kind] = number_of(page, form, f"{sensor}.quota_km2.{kind}")
        for request_kind in RequestKind:
            stored["prices_eur"][request_kind] = (
                number_of(page, form, f"{sensor}.prices_eur.{request_kind}") or ""
            )
        stored["minimum_km2"] = number_of(page, form, f"{sensor}.minimum_km2") or "0"
        if "km2_per_credit" in stored:
            stored["km2_per_credit"] = number_of(page, form, f"{sensor}.km2_per_credit") or ""
            stored["tranches"] = list(_tranches(page, form, sensor))
        if stored.get("cofinancing") is not None:
            stored["cofinancing"] = {
                "kinds": ticked(form, f"{sensor}.cofinancing.kinds"),
                "eur": number_of(page, form, f"{sensor}.cofinancing.eur") or "",
                "enabled": text_of(form, f"{sensor}.cofinancing.enabled") == "yes",
            }
        stored["note"] = {language: text_of(form, f"{sensor}.note.{language}") for language in ("fr", "en")}
    return content


def tranche_places(content: Content) -> range:
    """Lines of the form for tranches: those there are, and some for new ones."""
    longest = max(len(content["sensors"][sensor].get("tranches", ())) for sensor in Sensor)
    return range(longest + NEW_TRANCHES)


def _tranches(page: Page, form: Mapping[str, Any], sensor: Sensor) -> Iterable[dict[str, Any]]:
    places = {name.split(".")[2] for name in form if name.startswith(f"{sensor}.tranches.")}
    for place in sorted(places, key=lambda one: (len(one), one)):
        written = number_of(page, form, f"{sensor}.tranches.{place}.credits")
        if written is not None:
            number = whole(written)
            yield {
                "credits": written if number < 0 else number,
                "eur": number_of(page, form, f"{sensor}.tranches.{place}.eur"),
            }


def _told(page: Page, stored: Content) -> Iterable[tuple[str, str]]:
    """Lines of one sensor."""
    for kind in USER_KINDS:
        name = page.text("Quota : {}", "Quota: {}").format(KIND_NAMES[kind].told(page.language))
        quota = stored["quota_km2"][kind]
        yield name, page.text("non défini", "not defined") if quota is None else page.show.km2(quota)
    if "quota_range_km2" in stored:
        low, high = (page.show.number(bound) for bound in stored["quota_range_km2"])
        told = page.text("de {} à {} km²", "from {} to {} km²").format(low, high)
        yield page.text("Quotas possibles", "Possible quotas"), told
    yield page.text("Surface minimale", "Smallest surface"), page.show.km2(stored["minimum_km2"])
    unit = page.text("crédit", "credit") if stored["unit"] == "credit" else "km²"
    for request_kind in RequestKind:
        name = page.text("Prix, {}", "Price, {}").format(page.show.kind(request_kind).lower())
        yield name, f"{_eur(page, stored['prices_eur'][request_kind])} / {unit}"
    if "km2_per_credit" in stored:
        yield page.text("Surface d'un crédit", "Surface of a credit"), page.show.km2(stored["km2_per_credit"])
        yield page.text("Tranches", "Tranches"), "; ".join(_lot(page, one) for one in stored["tranches"])
    help_ = stored.get("cofinancing")
    if help_ is not None:
        on = page.text("actif", "on") if help_["enabled"] else page.text("inactif", "off")
        told = f"{_eur(page, help_['eur'])} / {unit}, {', '.join(help_['kinds'])} ({on})"
        yield page.text("Cofinancement", "Co-financing"), told
    yield page.text("Note", "Note"), str(stored["note"][page.language])


def _eur(page: Page, euros: str) -> str:
    return page.show.euros(int(Decimal(euros) * 100))


def _lot(page: Page, lot: Content) -> str:
    price = page.text("sur devis", "to be quoted") if lot["eur"] is None else _eur(page, lot["eur"])
    return page.text("{} crédits : {}", "{} credits: {}").format(lot["credits"], price)
