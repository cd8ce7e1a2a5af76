"""How long it takes to read a text and to suggest places: p95 wanted under 30 ms (CAT-06)."""

from __future__ import annotations

import json
import os
import statistics
import time
from collections.abc import Callable, Iterable
from datetime import date
from pathlib import Path

from _figures import keep

from dinamis_service.catalogue.freetext.gazetteer import SqliteGazetteer
from dinamis_service.catalogue.freetext.parser import parse
from dinamis_service.catalogue.freetext.search import to_search

ROOT = Path(__file__).resolve().parent.parent
WANTED_MS = 30
ROUNDS = 5


def main() -> None:
    path = Path(os.environ.get("DINAMIS_GAZETTEER_PATH") or ROOT / ".venv" / "gazetteer.sqlite")
    queries = [
        query["q"]
        for query in json.loads((ROOT / "tests/service/freetext_queries.json").read_text(encoding="utf-8"))
    ]
    opened = time.perf_counter()
    gazetteer = SqliteGazetteer(path)
    parse(queries[0], gazetteer, date(2026, 6, 15))
    figures = {
        "queries": len(queries),
        "gazetteer_bytes": path.stat().st_size,
        "first_ms": round(1000 * (time.perf_counter() - opened), 2),
        "parse_ms": timed(lambda text: parse(text, gazetteer, date(2026, 6, 15)), queries),
        "parse_and_search_ms": timed(
            lambda text: to_search(parse(text, gazetteer, date(2026, 6, 15)), gazetteer), queries
        ),
        "suggest_ms": timed(lambda text: gazetteer.beginning(text, 10), list(beginnings(queries))),
        "wanted_p95_ms": WANTED_MS,
    }
    for name, value in figures.items():
        print(f"{name:20} {value}")
    keep("freetext", figures)
    gazetteer.close()


def beginnings(queries: Iterable[str]) -> Iterable[str]:
    """What a person has typed after each letter, with a slip in every second word."""
    for number, text in enumerate(queries):
        word = text.split(",")[0]
        slipped = word[:2] + word[3:] if number % 2 else word
        yield from (slipped[:length] for length in range(1, min(14, len(slipped)) + 1))


def timed(run: Callable[[str], object], texts: list[str]) -> dict[str, float]:
    """Median, p95 and longest, in milliseconds."""
    taken = []
    for _ in range(ROUNDS):
        for text in texts:
            start = time.perf_counter()
            run(text)
            taken.append(1000 * (time.perf_counter() - start))
    cuts = statistics.quantiles(taken, n=20)
    return {
        "median": round(statistics.median(taken), 3),
        "p95": round(cuts[-1], 3),
        "max": round(max(taken), 3),
    }


if __name__ == "__main__":
    main()
