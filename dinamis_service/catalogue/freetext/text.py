"""A text being read: what is understood is taken out of it, so that nothing is understood twice."""

from __future__ import annotations

import re
from collections.abc import Iterator

from dinamis_service.catalogue.freetext.folding import plain

_GAP = "|"
"""Stands where something was taken out, so that words on both sides of it are not read as neighbours."""
_MOST = 300


class Text:
    """What is left to read, in plain letters (`folding.plain`)."""

    def __init__(self, written: str) -> None:
        self.rest = plain(written[:_MOST]).replace("’", "'").replace(_GAP, " ")  # noqa: RUF001 - typographic

    def take(self, pattern: re.Pattern[str]) -> Iterator[re.Match[str]]:
        """Every match of the pattern, taken out of the rest."""
        while True:
            found = pattern.search(self.rest)
            if found is None:
                return
            self.cut(*found.span())
            yield found

    def cut(self, start: int, end: int) -> None:
        """Take out a stretch."""
        gap = f" {_GAP} ".ljust(end - start)[: max(3, end - start)]
        self.rest = self.rest[:start] + gap + self.rest[end:]

    def words(self) -> list[list[str]]:
        """Words of each stretch between what was taken out; a comma or a slash ends a stretch too."""
        stretches = re.split(r"[|,;/+()]", self.rest)
        return [re.findall(r"[a-z0-9']+(?:-[a-z0-9']+)*", stretch) for stretch in stretches]
