"""What a run of ingestion or harvesting did, for people and for programs."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Literal, TextIO

State = Literal["stored", "unchanged", "refused"]
_WORDS = {"stored": "stored", "unchanged": "unchanged", "refused": "REFUSED"}
_WIDEST = 60


@dataclass(frozen=True)
class Line:
    """One thing that a run met.

    Args:
        source: the file, folder or archive it came from.
        name: `collection/id` of a scene, else of what was refused.
        state: what became of it.
        detail: the assets or number of items, or the reason of the refusal, in English.
        detail_fr: the reason in French, empty when there is none to translate.
    """

    source: str
    name: str
    state: State
    detail: str
    detail_fr: str = ""


@dataclass
class Report:
    """Lines in the order in which they came."""

    lines: list[Line] = field(default_factory=list)

    def count(self, state: State) -> int:
        """Number of lines of that state."""
        return Counter(line.state for line in self.lines)[state]

    def write_table(self, target: TextIO) -> None:
        """A line for each, in columns, and the totals."""
        width = min(_WIDEST, max((len(line.name) for line in self.lines), default=0))
        for line in self.lines:
            print(f"{_WORDS[line.state]:<9}  {line.name:<{width}}  {line.detail}", file=target)
        totals = ", ".join(f"{self.count(state)} {state}" for state in ("stored", "unchanged", "refused"))
        print(totals, file=target)

    def write_json(self, path: Path) -> None:
        """The same as JSON."""
        totals = {state: self.count(state) for state in ("stored", "unchanged", "refused")}
        document = {**totals, "lines": [asdict(line) for line in self.lines]}
        path.write_text(json.dumps(document, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
