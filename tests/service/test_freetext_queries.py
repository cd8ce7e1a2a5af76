"""The free text search understands what people write (CAT-06)."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

from gazetteers import gazetteer  # noqa: F401 - a fixture

from dinamis_service.catalogue.freetext.gazetteer import Place, SqliteGazetteer
from dinamis_service.catalogue.freetext.parser import parse
from dinamis_service.catalogue.freetext.reading import Reading

QUERIES = json.loads((Path(__file__).parent / "freetext_queries.json").read_text(encoding="utf-8"))
TODAY = date(2026, 6, 15)
WANTED = 0.95


def named(place: Place, gazetteer: SqliteGazetteer) -> str:  # noqa: F811
    """A place as the list names it: towns of the world by country and name, whose codes nobody knows."""
    if place.kind != "city":
        return place.key
    (country,) = gazetteer.of(place.within[-1:])
    return f"city/{country.key.partition('/')[2]}/{place.name}"


def understood(reading: Reading, gazetteer: SqliteGazetteer) -> dict[str, Any]:  # noqa: F811
    """A reading in the words of the list."""
    found: dict[str, Any] = {
        "places": [named(one.place, gazetteer) for one in reading.places],
        "dates": [f"{one.first or '..'}/{one.last or '..'}" for one in reading.periods],
        "missions": sorted(reading.missions),
        "platforms": list(reading.platforms),
        "cloud": reading.cloud and reading.cloud.value,
        "incidence": reading.incidence and reading.incidence.value,
        "types": list(reading.product_types),
        "access": "open" if reading.open_data else None,
        "themes": [theme.key for theme in reading.themes],
    }
    return {name: value for name, value in found.items() if value}


def differences(query: dict[str, Any], gazetteer: SqliteGazetteer) -> list[str]:  # noqa: F811
    """What is not as expected, one line each."""
    reading = parse(query["q"], gazetteer, TODAY)
    found = understood(reading, gazetteer)
    expected = {name: value for name, value in query.items() if name not in ("q", "choices")}
    if "missions" in expected:
        expected["missions"] = sorted(expected["missions"])
    told = [
        f"{name}: {found.get(name)} instead of {expected.get(name)}"
        for name in sorted({*found, *expected})
        if found.get(name) != expected.get(name)
    ]
    offered = {named(one, gazetteer) for place in reading.places for one in place.choices}
    told += [
        f"choices: no {one} in {sorted(offered)}" for one in query.get("choices", []) if one not in offered
    ]
    return told


def test_queries_are_understood(gazetteer: SqliteGazetteer):  # noqa: F811
    failed = {query["q"]: told for query in QUERIES if (told := differences(query, gazetteer))}
    right = 1 - len(failed) / len(QUERIES)
    print(f"{len(QUERIES)} queries, {right:.1%} right")
    for text, told in failed.items():
        print(f"  {text!r}: {'; '.join(told)}")
    assert len(QUERIES) >= 150
    assert right >= WANTED


def test_the_list_is_the_list_of_the_issue():
    texts = [query["q"] for query in QUERIES]
    assert len(set(texts)) == len(texts)
    assert {"Montpellier spot 2023", "littoral Guyane pléiades < 10 %"} <= set(texts)
